"""A site's two gateways: where its VPC's routes lead, what each says it is, and whether they agree on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from landbridge.lab.machine import Machine
from landbridge.lab.wireformat import Message
from landbridge.sandbox.following.estate import Estate, Instance


def pairs(estate: Estate, find: Callable[[str], Machine | None]) -> list[Message]:
    """A record for each pair of which an instance lives, of the shape that `lab status --json` has."""
    living = {one.gateway: one for one in sorted(estate.instances, key=_launched) if one.gateway and one.state in ("pending", "running")}
    sites: dict[str, list[str]] = {}
    for connection in sorted(estate.connections, key=lambda one: one.gateway):
        if connection.gateway and any(name[:-2] == connection.gateway[:-2] for name in living):
            sites.setdefault(connection.gateway[:-2], []).append(connection.gateway)
    return [_pair(estate, site, names, living, find) for site, names in sites.items() if len(names) == 2]


def _launched(instance: Instance) -> float:
    return instance.launched


def _pair(estate: Estate, site: str, names: list[str], living: dict[str, Instance], find: Callable[[str], Machine | None]) -> Message:
    targets = {route.target for table in estate.tables for route in table.routes}
    leads = [name for name in names if name in living and living[name].interface in targets]
    words = {name: _state(find(name), "role").split() for name in names}
    masters = [name for name in names if words[name][:1] == ["master"]]
    settled = len(masters) == 1 and all(words.values()) and leads == masters and _state(find(masters[0]), "settled") == words[masters[0]][1]
    return {
        "site": site,
        "routes_to": leads[0] if len(leads) == 1 else "",
        "roles": {name: (words[name] or [""])[0] for name in names},
        "settled": settled,
    }


def _state(machine: Machine | None, item: str) -> str:
    if machine is None:
        return ""
    try:
        return Path(machine.folder, "state", item).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
