"""The ground for real, in namespaces of its own. Run inside `unshare`; prints what it saw as JSON."""

from __future__ import annotations

import ctypes
import json
import random
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, cast

from landbridge.findings import LandbridgeError
from landbridge.lab.fabric import INTERNET
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.namespaces import inside
from landbridge.sandbox.following.estate import Estate
from landbridge.sandbox.following.ground import Carrier, Ground, plan, reading
from tests.sandbox.following.ground_estates import HOSTS, changed, estate, leading
from tests.sandbox.following.ground_scenes import SCENES, Packet

MAC = bytes.fromhex("020000000002")
QUIET_S = 0.03
ROUNDS = 12


class Tap:
    """Packets at a device, as a machine's kernel has them."""

    def __init__(self, namespace: str, device: str) -> None:
        with inside(namespace):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
        with inside(namespace):
            self.socket.bind((device, 0x0800))
        self.socket.setblocking(False)

    def heard(self) -> Iterator[bytes]:
        while True:
            try:
                frame, where = self.socket.recvfrom(4096)
            except OSError:
                return
            if where[2] != socket.PACKET_OUTGOING:
                yield frame[14:]


def packed(packet: Packet, token: bytes) -> bytes:
    body = token if packet.protocol != 17 else struct.pack("!HHHH", packet.from_port, packet.port, 8 + len(token), 0) + token
    ends = IPv4Address(packet.source).packed + IPv4Address(packet.destination).packed
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, packet.protocol, 0) + ends
    total = sum(struct.unpack("!10H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return MAC + MAC + b"\x08\x00" + head[:10] + struct.pack("!H", ~total & 0xFFFF) + head[12:] + body


class World:
    def __init__(self, root: GuestRoot) -> None:
        self.root = root
        self.carrier = Carrier(root)
        self.token = 0
        self.made: dict[tuple[str, int], Tap] = {}

    def bring(self, held: Estate) -> Ground:
        wanted = plan(held, HOSTS)
        self.carrier.bring(wanted)
        return wanted

    def taps(self, ground: Ground) -> dict[str, Tap]:
        """A tap for each machine's wire and each host. They are kept: the kernel takes its time to close one."""
        wanted = {f"{wire.machine}/{wire.number}": (INTERNET, wire.raw) for wire in ground.wires}
        wanted |= {host.name: (host.namespace, "eth0") for host in ground.hosts}
        taps = {}
        for name, (namespace, device) in wanted.items():
            with inside(namespace):
                key = (name, socket.if_nametoindex(device))
            if key not in self.made:
                self.made[key] = Tap(namespace, device)
            taps[name] = self.made[key]
        return taps

    def send(self, taps: dict[str, Tap], packet: Packet) -> list[tuple[str, str, str]]:
        """Who sees a packet, and with which addresses."""
        self.token += 1
        token = f"token{self.token:08}".encode()
        if packet.at not in taps:
            return []
        taps[packet.at].socket.send(packed(packet, token))
        time.sleep(QUIET_S)
        return [
            (name, str(IPv4Address(heard[12:16])), str(IPv4Address(heard[16:20])))
            for name, tap in taps.items()
            for heard in tap.heard()
            if heard[9] == packet.protocol and heard.endswith(token)
        ]

    def state(self, ground: Ground) -> dict[str, Any]:
        """All that the kernel says of each namespace, but for what is different each time."""
        return {name: self._state(name) for name in ground.namespaces}

    def _state(self, name: str) -> dict[str, list[Any]]:
        found = {}
        with inside(name):
            for words in (("addr",), ("route", "show", "table", "all"), ("rule",)):
                found[words[0]] = json.loads(self._run("bin/ip", "-j", *words) or "[]")
            found["nft"] = json.loads(self._run("usr/sbin/nft", "-j", "list", "ruleset"))["nftables"][1:]
        raw = {"ifindex", "link_index", "handle", "link_netnsid", "link_netns", "operstate"}
        return _sorted(_less(found, raw))

    def _run(self, tool: str, *words: str) -> str:
        return subprocess.run([*self.root.tool(tool), *words], capture_output=True, text=True, check=True).stdout


def _less(thing: Any, keys: set[str]) -> Any:  # noqa: ANN401 - JSON
    """Without what is different each time: numbers, a raw end's own address, and what a link says in its first moments."""
    if isinstance(thing, dict):
        raw = "PROMISC" in thing.get("flags", ()) and str(thing.get("ifname", "")).startswith("w")
        return {key: _less(value, keys) for key, value in thing.items() if key not in keys and not (raw and key == "address")}
    if isinstance(thing, list):
        kept = [_less(one, keys) for one in thing if one not in ("NO-CARRIER", "LOWER_UP", "linkdown")]
        return sorted(kept, key=json.dumps) if all("local" in one for one in kept if isinstance(one, dict)) else kept
    return thing


def _sorted(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {key: sorted(value, key=lambda one: json.dumps(one, sort_keys=True)) for key, value in found.items()}


def scenes(world: World) -> dict[str, Any]:
    """Each scene, in one ground that goes from one to the next."""
    found = {}
    for name, scene in SCENES.items():
        taps = world.taps(world.bring(scene.estate))
        seen = [world.send(taps, packet) for packet in scene.packets]
        found[name] = seen[-1]
    return found


def some(chance: random.Random) -> Estate:
    """A part of the cloud of some scene: anything may be missing from it."""
    held = chance.choice([*SCENES.values()]).estate
    fields = ("vpcs", "subnets", "tables", "groups", "interfaces", "instances", "hubs", "attachments", "connections", "hub_routes")
    few = chance.choice((0.0, 0.1, 0.5))
    kept: dict[str, Any] = {name: tuple(one for one in getattr(held, name) if chance.random() >= few) for name in fields}
    return replace(held, **kept)


def orders(world: World) -> dict[str, Any]:
    """After each of many clouds in turn, the kernel is in the state in which that one alone leaves it; and it says what the plan says."""
    chance = random.Random(13)
    wrong: list[str] = []
    for number in range(ROUNDS):
        held = some(chance)
        world.bring(some(chance))
        ground = world.bring(held)
        after = world.state(ground)
        wrong += [f"{number}: {name} isn't as planned" for name in ground.namespaces if _planned(world, ground, name)]
        empty = world.bring(Estate(0))
        left = world.state(empty)
        world.carrier = Carrier(world.root)  # as in namespaces where nothing was before
        world.carrier._stands = empty
        world.bring(held)
        alone = world.state(ground)
        wrong += [f"{number}: {name} differs: {after[name]} {alone[name]}" for name in ground.namespaces if after[name] != alone[name]]
        world.bring(Estate(0))
        wrong += [f"{number}: something is left in the Internet"] if world.state(empty) != left else []
    return {
        "wrong": wrong,
        "devices": sorted(reading.devices(INTERNET) or ()),
        "places": sorted(one.name for one in Path("/run/netns").iterdir()),
    }


def _planned(world: World, ground: Ground, name: str) -> bool:
    return replace(reading.place(name, world.root), nft="") != replace(ground.namespaces[name], nft="")


@dataclass
class Failing:
    """A guest root of which the tools fail from one call on, that one in its middle."""

    root: GuestRoot
    left: int

    def tool(self, path: str) -> list[str]:
        self.left -= 1
        command = self.root.tool(path)
        if self.left > 0:
            return command
        if self.left == 0 and path.endswith("ip"):
            return ["sh", "-c", f"head -n 2 | {' '.join(command)} -batch -; exit 1"]
        return ["false"]


def failures(world: World) -> dict[str, Any]:
    """From one cloud to another, failing at each call in turn, then once more without failing."""
    first, second = estate(), changed(*CHANGES)
    ground = world.bring(second)
    right = world.state(ground)
    failed, wrong = 0, []
    for start in (first, Estate(0)):
        for call in range(1, 200):
            world.bring(start)
            world.carrier._root = cast("GuestRoot", Failing(world.root, call))
            try:
                world.bring(second)
            except LandbridgeError:
                failed += 1
                world.carrier._root = world.root
                world.bring(second)
                found = world.state(ground)
                wrong += [f"{call}: {name} {found[name]} {right[name]}" for name in ground.namespaces if found[name] != right[name]]
            else:
                world.carrier._root = world.root
                break
    return {"failed": failed, "wrong": wrong}


def quick(world: World) -> dict[str, Any]:
    """Seconds from one cloud to the next where a route differs."""
    took = []
    for number in range(20):
        wanted = plan(changed(leading("rtb-a1", ("10.9.0.0/16", "eni-p" if number % 2 else "eni-g"))), HOSTS)
        began = time.monotonic()
        world.carrier.bring(wanted)
        took.append(time.monotonic() - began)
    return {"seconds": sorted(took[1:])}


CHANGES = (leading("rtb-a1", ("10.9.0.0/16", "eni-p")), lambda held: replace(held, hubs=(), attachments=held.attachments[:1]))
STORIES: dict[str, Callable[[World], dict[str, Any]]] = {"scenes": scenes, "orders": orders, "failures": failures, "quick": quick}


def main() -> None:
    ctypes.CDLL(None).mount(b"landbridge", b"/run", b"tmpfs", 0, b"size=90%,mode=755")
    sys.stdout.write(json.dumps(STORIES[sys.argv[1]](World(GuestRoot(Path(sys.argv[2]))))))


if __name__ == "__main__":
    main()
