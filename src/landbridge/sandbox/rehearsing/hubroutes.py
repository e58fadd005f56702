"""Where a hub's route leads, and when it was changed: what its kernel tells. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

WATCH = """[ -e /tmp/routes.pid ] && kill "$(cat /tmp/routes.pid)"
setsid /bin/ip -o -ts monitor route </dev/null >/host/routes.out 2>&1 &
echo $! >/tmp/routes.pid
"""  # in the hub's machine
WATCHED = "cat /host/routes.out"
_LINE = re.compile(r"\[(\d{4}-\d\d-\d\dT[\d:.]+)\] (Deleted )?(\d+\.\d+\.\d+\.\d+(?:/\d+)?) (.*)")
_VIA = re.compile(r"via (\d+\.\d+\.\d+\.\d+)")


def show(address: IPv4Address) -> str:
    """The command that shows the routes that match an address."""
    return f"/bin/ip -o route show match {address}"


def leads(said: str) -> frozenset[IPv4Address]:
    """The next hops of the most specific of the routes that `show` shows."""
    best, hops = -1, frozenset[IPv4Address]()
    for line in said.splitlines():
        prefix = line.split(" ", 1)[0]
        length = 0 if prefix == "default" else int(prefix.partition("/")[2] or 32) if prefix[:1].isdigit() else -1
        if length > best:
            best, hops = length, _hops(line)
    return hops


def changes(said: str, address: IPv4Address) -> tuple[tuple[float, frozenset[IPv4Address]], ...]:
    """When the routes that have this address were changed, and their next hops then (none: a route was removed)."""
    found = []
    for line in said.splitlines():
        match = _LINE.match(line)
        if match is not None and address in IPv4Network(match[3]):
            at = datetime.fromisoformat(match[1]).replace(tzinfo=UTC).timestamp()
            found.append((at, frozenset[IPv4Address]() if match[2] else _hops(match[4])))
    return tuple(found)


def _hops(line: str) -> frozenset[IPv4Address]:
    return frozenset(IPv4Address(hop) for hop in _VIA.findall(line))
