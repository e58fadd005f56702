"""A file of facts: the addresses that placeholders stand for. Never a secret."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import yaml

from landbridge.findings import Finding, LandbridgeError, Where, error

KINDS = ("outside", "eip", "private", "router")
_LARGEST = 1_000_000


def read_facts(path: Path) -> dict[str, str]:
    """Address by placeholder (`outside:singapore-a-1`), from YAML or JSON: a mapping of names to addresses for each kind.

    Raises LandbridgeError with everything that is wrong, a secret in it above all.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1).decode()
        value = yaml.safe_load(text) if len(text) <= _LARGEST else None
    except OSError as problem:
        raise LandbridgeError(error("syntax", f"{path} can't be read: {problem.strerror}.", Where(str(path)))) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        remedy = "Write `outside: {TUNNEL: ADDRESS}`, and the same for eip, private and router."
        raise LandbridgeError(error("syntax", f"{path} holds no facts.", Where(str(path)), remedy))
    facts: dict[str, str] = {}
    findings: list[Finding] = []
    for kind, named in value.items():
        where = Where(str(path), path=f"{kind}"[:40])
        if kind == "psk":
            remedy = "Take it out; give keys by the environment, --secrets-command or when asked."
            findings.append(error("secret-exposed", "a file of facts holds no keys.", where, remedy))
        elif kind not in KINDS or not isinstance(named, dict):
            findings.append(
                error("schema", "is not a kind of facts.", where, f"Write names and addresses under one of {', '.join(KINDS)}.")
            )
        else:
            for name, address in named.items():
                try:
                    facts[f"{kind}:{name}"] = str(IPv4Address(address if isinstance(address, str) else "none"))
                except ValueError:
                    findings.append(error("schema", f"{name!s:.60} is no IPv4 address.", where, "Write one, such as 203.0.113.7."))
    if findings:
        raise LandbridgeError(*findings)
    return facts
