"""What really stands in a namespace, as the kernel says it: for when it isn't sure that what was to be done was done."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from landbridge.findings import LandbridgeError, error
from landbridge.lab.fabric import INTERNET
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.namespaces import NAMED, inside
from landbridge.sandbox.following.ground.model import MAIN, Kind, Link, Place, Way

TABLES = {"main": MAIN, "default": 253}
UNKNOWN = "?"  # filters aren't read back: they are loaded anew


def devices(namespace: str) -> set[str] | None:
    """The devices of a namespace, or None where there is no such one."""
    if namespace != INTERNET and not (NAMED / namespace).exists():
        return None
    try:
        with inside(namespace):
            return {name for _, name in socket.if_nameindex()}
    except OSError:  # a file without a namespace: making it was cut short
        (NAMED / namespace).unlink(missing_ok=True)
        return None


def standing(links: Iterable[Link], found: dict[str, set[str] | None]) -> frozenset[Link]:
    """Those of some links of which both ends are there."""
    return frozenset(link for link in links if all(device in (found.get(name) or ()) for name, device in (link.near, link.far)))


def place(namespace: str, root: GuestRoot) -> Place:
    """What stands in a namespace, but for its filters and for what the kernel does by itself."""
    with inside(namespace):
        addresses = _ask(root, "-4", "addr", "show")
        routes = _ask(root, "-4", "route", "show", "table", "all")
        rules = _ask(root, "-4", "rule", "show")
    ways = {
        (_table(route), IPv4Network("0.0.0.0/0" if route["dst"] == "default" else route["dst"])): _way(route)
        for route in routes
        if _ours(route)
    }
    return Place(
        frozenset(
            (IPv4Address(own["local"]), device["ifname"])
            for device in addresses
            for own in device.get("addr_info", ())
            if own["prefixlen"] == 32
        ),
        ways,
        frozenset((rule["iif"], rule["priority"], _table(rule)) for rule in rules if "iif" in rule),
        UNKNOWN,
    )


def _ours(route: dict[str, Any]) -> bool:
    return route.get("protocol") != "kernel"


def _way(route: dict[str, Any]) -> Way:
    kinds: dict[str, Kind] = {"blackhole": "blackhole", "unreachable": "unreachable"}
    return Way(kinds.get(route.get("type", ""), "unicast"), route.get("dev", ""))


def _table(record: dict[str, Any]) -> int:
    name = record.get("table", "main")
    return TABLES[name] if name in TABLES else int(name)


def _ask(root: GuestRoot, *words: str) -> list[dict[str, Any]]:
    done = subprocess.run([*root.tool("bin/ip"), "-j", *words], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise LandbridgeError(error("lab", f"the kernel doesn't say what stands in the lab: {done.stderr.strip()}"))
    found: list[dict[str, Any]] = [record for record in json.loads(done.stdout or "[]") if record]
    return found
