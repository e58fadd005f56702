"""VyOS' own shell over SSH: netmiko logs in, and one command after another is answered up to the prompt.

The terminal doesn't echo (so nothing is wrapped, and no secret comes back), and no command goes into the router's history.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko
from netmiko import BaseConnection, NetmikoBaseException, ReadException
from netmiko.vyos.vyos_ssh import VyOSSSH
from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, SSHException

from landbridge.findings import LandbridgeError, error
from landbridge.vyos.delivery.session import ConnectionLostError

PROMPT = r"[\w.-]{1,64}@[\w.-]{1,64}[:~/\w.-]{0,64}[$#>] ?$"
QUESTION = r"[Pp]roceed ?\?.{0,20}$"
QUICK_S, SAVE_S = 30.0, 60.0
MOST = 8 * 1024 * 1024  # characters of one answer: more is no router's

# What netmiko writes to its log at the level DEBUG is every command, keys too: nobody gets to see it by turning on all logs.
logging.getLogger("netmiko").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class SshAccess:
    """Where a router is and who logs in. `known_hosts` None is the user's own file. The password is one way among keys and the agent."""

    host: str
    port: int = 22
    user: str = "vyos"
    key_file: Path | None = None
    known_hosts: Path | None = None
    password: str | None = field(default=None, repr=False)
    seconds: float = 15.0


class _UnknownHostError(SSHException):
    def __init__(self, name: str, key: paramiko.PKey) -> None:
        digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
        super().__init__(f"{name} shows the {key.get_name()} key SHA256:{digest}, which isn't in known_hosts")


class _Refuse(paramiko.MissingHostKeyPolicy):
    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002
        raise _UnknownHostError(hostname, key)


class _Terminal(VyOSSSH):
    """netmiko's VyOS, without its waiting for silence, and for a host key that must be known."""

    def _build_ssh_client(self) -> paramiko.SSHClient:
        client = super()._build_ssh_client()
        client.set_missing_host_key_policy(_Refuse())
        return client

    def _connect_params_dict(self) -> dict[str, Any]:
        return {**super()._connect_params_dict(), "look_for_keys": not self.key_file}

    def session_preparation(self) -> None:
        self.ansi_escape_codes = True  # bash of 1.4 and later brackets pastes
        self.read_until_pattern(pattern=PROMPT, read_timeout=20)

    def cleanup(self, command: str = "") -> None:  # noqa: ARG002 - there is nothing to leave: the session ends with its connection
        return


class Shell:
    """A router's shell in operational mode. `secrets` are never shown in errors."""

    def __init__(self, access: SshAccess) -> None:
        self._numbers = itertools.count(1)
        self._terminal: BaseConnection = _connect(access)
        self._terminal.write_channel("unset HISTFILE; stty -echo\n")
        self.synchronise()

    def run(self, command: str, seconds: float = QUICK_S, answer: str | None = None) -> str:
        """What a command says. With `answer`, the router asks whether to proceed, and gets this."""
        if "\n" in command or "\t" in command:
            raise ValueError("a command is one line, without tabs")
        # `?` asks VyOS' shell for help, as tab does for completion: quoted-insert takes them as they are
        self._write(command.replace("?", "\x16?") + "\n")
        if answer is None:
            return self._read(PROMPT, seconds)
        said = self._read(f"(?:{QUESTION}|{PROMPT})", seconds)
        if re.search(QUESTION, said):
            self._write(f"{answer}\n")
            said += self._read(PROMPT, seconds)
            self.synchronise()  # some releases read one key, and take the line end for an empty command
        return said

    def synchronise(self) -> None:
        """Wait until the shell has answered all that it was sent."""
        number = next(self._numbers)
        self._write(f"echo landbridge-$(({number}+0))-ready\n")
        self._read(f"landbridge-{number}-ready\\s+(?:\\[edit\\]\\s+)?{PROMPT}", QUICK_S)

    def close(self) -> None:
        with suppress(Exception):  # it may be gone already, and who closes wants it gone
            self._terminal.disconnect()

    def _write(self, text: str) -> None:
        try:
            self._terminal.write_channel(text)
        except (OSError, EOFError, SSHException, NetmikoBaseException) as problem:
            raise ConnectionLostError(str(problem)) from None

    def _read(self, pattern: str, seconds: float) -> str:
        try:
            said = self._terminal.read_until_pattern(pattern=pattern, read_timeout=seconds)
        except (OSError, EOFError, SSHException, NetmikoBaseException, ReadException) as problem:
            raise ConnectionLostError(f"no answer within {seconds:g} s ({type(problem).__name__})") from None
        if len(said) > MOST:
            raise ConnectionLostError("it never stops talking")
        said = said.replace("\r\n", "\n").replace("\r", "")
        return re.sub(PROMPT, "", said).removesuffix("[edit]").strip("\n")


def _connect(access: SshAccess) -> BaseConnection:
    settings: dict[str, Any] = {
        "device_type": "vyos",
        "host": access.host,
        "port": access.port,
        "username": access.user,
        "password": access.password,
        "use_keys": access.key_file is not None,
        "allow_agent": True,
        "key_file": str(access.key_file) if access.key_file else None,
        "ssh_strict": True,
        "system_host_keys": access.known_hosts is None,
        "alt_host_keys": access.known_hosts is not None,
        "alt_key_file": str(access.known_hosts or ""),
        "conn_timeout": access.seconds,
        "banner_timeout": access.seconds,
        "auth_timeout": access.seconds,
        "fast_cli": True,
    }
    try:
        return _Terminal(**settings)
    except (AuthenticationException, NetmikoBaseException, OSError, EOFError, SSHException, ValueError) as failure:
        problem, remedy = _why(failure, access)
    raise LandbridgeError(error("router", problem, remedy=remedy))


def _why(failure: BaseException, access: SshAccess) -> tuple[str, str]:
    """What is wrong and what to do. Raises ConnectionLostError where nobody answers: that may pass."""
    for cause in _causes(failure):  # netmiko wraps what paramiko says
        if isinstance(cause, BadHostKeyException):
            return (
                f"{access.host} shows another host key than the one in known_hosts: it may be another machine.",
                "If the router was made anew, take its line out with `ssh-keygen -R` and log in once by hand; else find out who answers.",
            )
        if isinstance(cause, _UnknownHostError):
            return (
                f"{cause}.",
                "Compare it on the router (`ssh-keygen -lf /etc/ssh/ssh_host_…_key.pub`), then log in once with ssh, which adds it.",
            )
        if isinstance(cause, AuthenticationException):
            return (
                f"{access.user}@{access.host} isn't let in.",
                "Name the key (--key), load it into the agent, or set LANDBRIDGE_SSH_PASSWORD.",
            )
    raise ConnectionLostError(" ".join(str(failure).split())[:200]) from None


def _causes(failure: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = failure
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
