"""An SSH server on loopback (paramiko's) with a shell that does as VyOS' does, for the commands that a push uses."""

from __future__ import annotations

import re
import shlex
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from tests.vyos.delivery.fake_router import FakeRouter, copy

from landbridge.vyos.tree import Tree

USER, PASSWORD = "vyos", "correct-horse"


class _Server(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_: object) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:  # noqa: ARG002
        return True


class FakeSsh:
    """Listens while the router can be managed; refuses everybody else's connections."""

    def __init__(self, router: FakeRouter) -> None:
        self.router = router
        self.key = paramiko.ECDSAKey.generate()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.transports: list[paramiko.Transport] = []
        self.unheard: list[socket.socket] = []
        router.drop.append(self.drop)
        threading.Thread(target=self._accept, daemon=True).start()

    def known_hosts(self, path: Path) -> Path:
        path.write_text(f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n")
        return path

    def drop(self) -> None:
        for transport in self.transports:
            with suppress(Exception):
                transport.close()
        self.transports.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                if not self.router.open:
                    self.unheard.append(connection)
                    if not self.router.silent:
                        connection.close()
                    continue
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(Exception):  # the client may go at any time
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            self.transports.append(transport)
            transport.start_server(server=_Server())
            channel = transport.accept(10)
            if channel is not None:
                _Shell(self.router, channel).run()
                channel.close()


class _Shell:
    """One login: operational mode, configuration mode with a candidate of its own."""

    def __init__(self, router: FakeRouter, channel: paramiko.Channel) -> None:
        self.router = router
        self.channel = channel
        self.candidate: Tree | None = None
        self.echo = True
        self.typed = ""

    def run(self) -> None:
        self._say("Welcome to VyOS\n")
        self._prompt()
        while (line := self._line()) is not None:
            if line and not line.startswith("echo landbridge-"):
                self.router.log.append(line)
            if line in ("exit", "logout") and self.candidate is None:
                return
            said = self._do(line)
            if self.router.open:  # else it can say what it wants
                self._say(said)
                self._prompt()

    def _prompt(self) -> None:
        bracket = "\x1b[?2004h" if self.router.release >= "1.4" else ""
        mode = "[edit]\nvyos@router# " if self.candidate is not None else "vyos@router:~$ "
        self._say(f"{bracket}{mode}" if self.candidate is None else f"{mode[:7]}{bracket}{mode[7:]}")

    def _say(self, text: str) -> None:
        self.channel.sendall(text.replace("\n", "\r\n").encode())

    def _line(self) -> str | None:
        """A line that was typed; `?` shows help at once and a tab completes, unless quoted by Ctrl-V."""
        while "\n" not in self.typed:
            data = self.channel.recv(65536)
            if not data:
                return None
            self.typed += data.decode()
        line, _, self.typed = self.typed.partition("\n")
        if self.echo:
            self._say(line + "\n")
        if re.search(r"(?<!\x16)\?|\t", line):
            self._say("Possible completions:\n")
            line = re.sub(r"(?<!\x16)\?|\t", "", line)
        return line.replace("\x16", "")

    def _do(self, line: str) -> str:
        if ready := re.fullmatch(r"echo (landbridge)-\$\(\((\d+)\+0\)\)-ready", line):
            return f"{ready[1]}-{ready[2]}-ready\n"
        if line == "unset HISTFILE; stty -echo":
            self.echo = False
            return ""
        if not line:
            return ""
        return self._operate(line) if self.candidate is None else self._configure(self.candidate, line)

    def _operate(self, line: str) -> str:
        if line == "configure":
            self.candidate = copy(self.router.running)
            return ""
        if at := re.fullmatch(r"echo 'sudo /sbin/reboot' \| at now \+ (\d+) minutes 2>&1 \| cat", line):
            self.router.jobs += 1
            self.router.schedule(str(self.router.jobs), int(at[1]))
            return f"warning: commands will be executed using /bin/sh\njob {self.router.jobs} at Tue Nov 24 00:30:00 2026\n"
        if removed := re.fullmatch(r"atrm (\d+) 2>&1 \| cat", line):
            return "" if self.router.cancel(removed[1]) else f"Cannot find jobid {removed[1]}\n"
        said = self.router.answer(line.removesuffix(" | cat"))
        return f"-vbash: {line.split()[0]}: command not found\n" if said is None else said

    def _configure(self, candidate: Tree, line: str) -> str:
        words = shlex.split(line)
        match words:
            case ["set", *path] if path:
                if candidate.has(*path):
                    return "\n  Configuration path: [x] already exists\n\n"
                if "refused" in path:
                    return "\n  Configuration path: [x] is not valid\n  Set failed\n\n"
                candidate.set(*path)
            case ["delete", *path] if path:
                above = candidate.get(*path[:-1])
                if above is None or above.children.pop(path[-1], None) is None:
                    return "\n  Nothing to delete (the specified node does not exist)\n\n"
            case ["compare", "saved", "|", "cat"]:
                same = candidate == self.router.saved
                return "No changes between working and saved configurations.\n" if same else "[edit system]\n+x y\n"
            case ["commit"]:
                return self._commit(candidate)
            case ["commit-confirm", minutes]:
                return self._commit_confirm(candidate, int(minutes))
            case ["confirm"]:
                return "" if self.router.cancel("commit-confirm") else "No confirm pending\n"
            case ["save"]:
                self.router.save()
                return "Saving configuration to '/config/config.boot'...\nDone\n"
            case ["discard"]:
                self.candidate = copy(self.router.running)
                return "Changes have been discarded\n"
            case ["exit", "discard"] | ["exit"]:
                if words == ["exit"] and candidate != self.router.running:
                    return "Cannot exit: configuration modified.\nUse 'exit discard' to discard the changes and exit.\n"
                self.candidate = None
                return "exit\n"
            case _:
                return "\n  Invalid command: [x]\n\n"
        return ""

    def _commit(self, candidate: Tree) -> str:
        said = self.router.commit(candidate)
        self.router.cut()
        return said

    def _commit_confirm(self, candidate: Tree, minutes: int) -> str:
        revisions = self.router.running.value("system", "config-management", "commit-revisions")
        if self.router.release < "1.4" and not revisions:
            return "commit-revisions is not configured.\n\n"
        if "commit-confirm" in self.router.timers:
            return "Another confirm is pending\n"
        self._say(f"commit confirm will be automatically reboot in {minutes} minutes unless confirmed\nProceed? [confirm]")
        if self.router.release < "1.4":  # perl reads a key; the line end is an empty command then
            while not self.typed:
                self.typed += self.channel.recv(1024).decode()
            yes, self.typed = self.typed[0] == "y", self.typed[1:]
            self._say("y\n")
        else:
            yes = (self._line() or "").lower() in ("y", "yes", "")
        if not yes:
            return "commit-confirm canceled\n"
        self.router.schedule("commit-confirm", minutes)
        return self._commit(candidate)


@contextmanager
def serving(router: FakeRouter) -> Iterator[FakeSsh]:
    server = FakeSsh(router)
    try:
        yield server
    finally:
        server.socket.close()
        server.drop()
