"""A hub and what is at the other end of its tunnels, real, in namespaces of their own: `python -m … SCENARIO ROOT`.

The peer is a machine too: it begins every tunnel that it knows. What the hub tells is printed, as JSON.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from landbridge.lab import endpoint, namespaces
from landbridge.lab.daemons.strongswan import Connection as Ike
from landbridge.lab.fabric import INTERNET, MACHINE_MAC
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.machine import Machine
from landbridge.lab.recipes import MODULES, Recipe
from landbridge.lab.vti import decapsulate
from landbridge.sandbox.following.estate import Attachment, Connection, Estate, Hub, Phase, Tunnel, Vpc
from landbridge.sandbox.following.hubs import Hubs
from landbridge.sandbox.following.hubs.shape import BOOT
from landbridge.sandbox.following.source import Source
from landbridge.sandbox.following.wires import raw, wire
from landbridge.sandbox.telling import Learnt

FOLDER = Path("/run/landbridge")
HUB, PEER, VPC = "tgw-0a", "peer", "vpc-0a"
PHASE = Phase(("AES128", "AES256-GCM-16"), ("SHA2-256", "SHA2-384"), (14, 20), 3600)
CUSTOMERS, PEER_ASN, HUB_ASN = IPv4Network("203.0.113.0/24"), 65400, 64512
NETWORK = IPv4Network("10.0.0.0/24")  # what the peer announces


def connection(number: int, **more: Any) -> Connection:  # noqa: ANN401
    """The number-th connection, with two tunnels."""
    tunnels = tuple(
        Tunnel(
            IPv4Address(f"198.{18 + half}.0.{number + 1}"),
            IPv4Network((int(IPv4Address("169.254.64.0")) + 4 * (2 * number + half), 30)),
            f"key.{number}.{half}.0123456789",
            ("ikev2",),
            PHASE,
            PHASE,
            "add",
            "clear",
            30,
        )
        for half in (0, 1)
    )
    return replace(Connection(f"vpn-{number}", HUB, CUSTOMERS[number + 1], PEER_ASN, False, tunnels), **more)


def estate(number: int, connections: Sequence[Connection], **more: Any) -> Estate:  # noqa: ANN401
    attached = [Attachment(f"att-{held.id}", HUB, "vpn", held.id, "t", ("t",)) for held in connections]
    attached.append(Attachment("att-vpc", HUB, "vpc", VPC, "t", ("t",)))
    vpc = Vpc(VPC, "1", "us-west-2", (IPv4Network("10.200.0.0/16"),))
    found = Estate(number, (vpc,), hubs=(Hub(HUB, "1", "us-west-2", HUB_ASN, True),), attachments=tuple(attached))
    return replace(found, connections=tuple(connections), **more)


def peer_recipe(connections: Sequence[Connection]) -> Recipe:
    """The other end of each tunnel, in one machine."""
    ends = []
    pairs = [(held, tunnel) for held in connections for tunnel in held.tunnels]
    for mark, (held, tunnel) in enumerate(pairs, 1):
        ike, esp = ("aes256gcm16-prfsha384-ecp384",), ("aes256gcm16-ecp384",)
        ours, theirs = str(held.customer), str(tunnel.outside)
        made = Ike(
            f"tunnel{mark}", 2, ours, theirs, ours, theirs, ike, 3600, esp, 3600, 10, 30, "restart", True, mark, None, "no", "start"
        )  # fmt: skip
        asn = None if held.static_only else HUB_ASN
        ends.append(endpoint.End(mark, held.customer, tunnel.outside, tunnel.inside[2], tunnel.inside[1], made, tunnel.key, asn))
    links = [f"link set {endpoint.INTERNET} arp off up gro_max_size 1", f"route add default dev {endpoint.INTERNET}"]
    links += [f"addr add {NETWORK[1]}/32 dev lo"]
    files = endpoint.files(ends, links, endpoint.Announcing("peer", PEER_ASN, (NETWORK,)))
    secrets = tuple(
        f'ike{mark} {{\nsecret = "{tunnel.key}"\nid1 = "{tunnel.outside}"\nid2 = "{held.customer}"\n}}'
        for mark, (held, tunnel) in enumerate(pairs, 1)
    )
    files["bgpd.conf"] = files["bgpd.conf"].replace("timers connect 1\n", "timers connect 5\n")  # not in step with the hub
    boot = BOOT.format(modules=MODULES, after_links=decapsulate(end.device for end in ends))
    return Recipe(PEER, {**files, "boot": boot}, secrets, ("booted", "up"))


class Heard(Source):
    """In the emulator's place: keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.told: dict[IPv4Address, tuple[bool, str, tuple[str, ...]]] = {}
        self.times: dict[IPv4Address, float] = {}

    async def tell_tunnel(self, outside: IPv4Address, up: bool, message: str, routes: Sequence[Learnt]) -> None:
        self.told[outside] = up, message, tuple(one.prefix for one in routes)
        self.times[outside] = time.monotonic()


class World:
    def __init__(self, root: GuestRoot) -> None:
        self.root = root
        self.heard = Heard()
        self.said: list[str] = []
        self.hubs = Hubs(root, FOLDER, "test", self.heard, self.said.append)
        self.peer: Machine | None = None
        self.number = 0

    def build(self) -> None:
        """The Internet is this namespace; the hub's own has nothing in it."""
        lines = ["link set lo up", "netns add tgw"]
        for machine, number, device, place in ((HUB, 0, "hub", ""), (HUB, 1, "vpcs", "netns tgw"), (PEER, 0, "peer", "")):
            lines.append(f"link add {raw(machine, number)} type veth peer name {device} address {MACHINE_MAC} {place}")
            lines += [f"link set {raw(machine, number)} up promisc on", *([] if place else [f"link set {device} arp off up"])]
        lines += ["route add 198.18.0.0/15 dev hub", f"route add {CUSTOMERS} dev peer"]
        namespaces.NAMED.mkdir(parents=True, exist_ok=True)
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        subprocess.run([*self.root.tool("bin/ip"), "-batch", "-"], input="\n".join(lines), text=True, check=True)
        namespaces._offloads_off()

    async def begin(self, connections: Sequence[Connection], at_peer: Sequence[Connection]) -> None:
        await asyncio.to_thread(self.build)
        self.watching = asyncio.create_task(self.hubs.watch())
        recipe = peer_recipe(at_peer)
        self.peer = Machine(recipe, (wire(PEER, 0, INTERNET, "peer"),), self.root, FOLDER / PEER, "test")
        await self.settle(connections)
        await self.peer.power_on()
        await self.peer.stage("booted")
        self.peer.go_on("go", *recipe.secrets, ".")

    async def settle(self, connections: Sequence[Connection], **more: Any) -> None:  # noqa: ANN401
        self.number += 1
        await self.hubs.settle(estate(self.number, connections, **more))

    async def until(self, asked: Callable[[], bool], seconds: float = 25) -> float:
        """How long it takes. Raises AssertionError with all that was said."""
        began = time.monotonic()
        while not asked():
            if time.monotonic() - began > seconds:
                for one in self.machines:
                    said = await one.run("swanctl --list-sas; ip -s link | grep -A5 vti; vtysh -c 'show bgp summary'; ip neigh; ip route")
                    sys.stderr.write(f"{one.name}\n{said.out.decode()}\n")
                raise AssertionError(f"{self.heard.told} {self.said} {[one.complaints for one in self.machines]}")
            await asyncio.sleep(0.02)
        return round(time.monotonic() - began, 2)

    @property
    def machines(self) -> list[Machine]:
        return [*self.hubs.machines.values(), *([self.peer] if self.peer else [])]

    def up(self, connections: Sequence[Connection]) -> bool:
        return all(self.heard.told.get(tunnel.outside, (False,))[0] for held in connections for tunnel in held.tunnels)

    async def hub(self, script: str) -> str:
        done = await self.hubs.machines[HUB].run(script)
        return done.out.decode() + done.err.decode()

    async def end(self) -> None:
        self.watching.cancel()
        await self.hubs.close()
        if self.peer is not None:
            await self.peer.power_off()


Scenario = Callable[[World], Awaitable[dict[str, Any]]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(told: Scenario) -> Scenario:
    SCENARIOS[told.__name__] = told
    return told


@scenario
async def life(world: World) -> dict[str, Any]:
    """A hub's life, from its first connection on."""
    one, two = connection(0), connection(1)
    await world.begin([one], [one, two])
    found: dict[str, Any] = {"first": await world.until(lambda: world.up([one]))}
    found["told"] = {str(outside): state for outside, state in world.heard.told.items()}
    hub = world.hubs.machines[HUB]
    charon = await world.hub("pidof charon bgpd")
    held = world.hubs._held[HUB]
    await world.settle([one, two])
    found["ready"] = await world.until(lambda: held.applied is held.wanted)
    found["second"] = await world.until(lambda: world.up([one, two]))
    found["routes"] = (await world.hub("ip route show proto bgp")).split()
    # Another key: that tunnel goes down, and nothing else.
    other = replace(two, tunnels=(replace(two.tunnels[0], key="another.key.0123456"), two.tunnels[1]))
    lost = two.tunnels[0].outside
    await world.settle([one, other])
    found["lost"] = await world.until(lambda: not world.heard.told[lost][0])
    await asyncio.sleep(2)
    found["others"] = [world.heard.told[tunnel.outside][0] for tunnel in (*one.tunnels, two.tunnels[1])]
    await world.settle([one, two])
    assert world.peer is not None
    await world.peer.run("swanctl --initiate --child tunnel3 --timeout 10")  # who was refused a key doesn't ask again by himself
    found["back"] = await world.until(lambda: world.up([one, two]))
    # The wrong AS number: IPsec is up, BGP isn't.
    await world.settle([one, replace(two, customer_asn=65499)])
    await world.until(lambda: [world.heard.told[tunnel.outside][:2] for tunnel in two.tunnels] == [(False, "IPSEC IS UP")] * 2)
    await world.settle([one, two])
    found["asn"] = await world.until(lambda: world.up([two]))
    # No table takes its routes, or is told.
    bare = replace(estate(0, [one, two]).attachments[1], table="", propagates=())
    vpn, vpc = (estate(0, [one, two]).attachments[at] for at in (0, 2))
    await world.settle([one, two], attachments=(vpn, bare, vpc))
    await world.until(lambda: [world.heard.told[tunnel.outside][2] for tunnel in two.tunnels] == [()] * 2)
    peer_routes = "vtysh -c 'show bgp ipv4 unicast neighbors 169.254.64.9 routes json'"
    deadline = time.monotonic() + 10
    while "10.200.0.0" in (said := (await world.peer.run(peer_routes)).out.decode()) and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    found["told_nothing"] = "10.200.0.0" not in said
    await world.settle([one, two])
    await world.until(lambda: all(world.heard.told[tunnel.outside][2] for tunnel in two.tunnels))
    # The endpoint is replaced, and comes back.
    before = world.heard.times[one.tunnels[1].outside]
    again = replace(one, tunnels=(one.tunnels[0], replace(one.tunnels[1], replaced=1)))
    await world.settle([again, two])
    await world.until(lambda: world.heard.times[one.tunnels[1].outside] > before)
    found["replaced"] = await world.until(lambda: world.up([one, two]))
    # A connection that is removed takes its tunnels along.
    await world.settle([again])
    await world.until(lambda: held.applied is held.wanted)
    left = await world.hub("ip -br link; ip address; swanctl --list-conns; vtysh -c 'show running-config'")
    found["left"] = [word for word in ("vti3", "198.18.0.2", "tunnel3", "169.254.64.10") if word in left]
    found["one_process"] = charon == await world.hub("pidof charon bgpd")
    # A daemon that dies comes back by itself, the kernel too.
    await world.hub("kill -9 $(pidof charon) $(pidof bgpd)")
    found["daemons"] = await world.until(lambda: not world.up([one])) + await world.until(lambda: world.up([one]))
    await hub.power_off()
    found["died"] = await world.until(lambda: not world.up([one])) + await world.until(lambda: world.up([one]))
    found["folder"] = "another.key" in "".join(path.read_text(errors="replace") for path in FOLDER.rglob("*") if path.is_file())
    await world.settle([])
    found["gone"] = not world.hubs.machines and not hub.running
    found["said"] = world.said
    return found


@scenario
async def many(world: World) -> dict[str, Any]:
    """Twenty sites at once, then one more."""
    twenty, more = [connection(number) for number in range(20)], connection(20)
    began = time.monotonic()
    await world.begin(twenty, [*twenty, more])
    await world.until(lambda: world.up(twenty), 150)
    found: dict[str, Any] = {"up": round(time.monotonic() - began, 1)}
    asked = time.monotonic()
    held = world.hubs._held[HUB]
    await held.ask()
    found["asking"] = round(time.monotonic() - asked, 3)
    await world.settle([*twenty, more])
    found["ready"] = await world.until(lambda: held.applied is held.wanted)
    found["one_more"] = await world.until(lambda: world.up([more]))
    pids = [one._process.pid for one in world.machines if one._process is not None]
    every = [*map(str, pids), "self"]
    before = [_cpu(pid) for pid in every]
    await asyncio.sleep(20)
    found["idle_cpu_percent"] = [round((after - cpu) / 20 * 100, 1) for cpu, after in zip(before, map(_cpu, every), strict=True)]
    found["memory_mb"] = [_memory(pid) for pid in pids]
    return found


def _cpu(pid: str) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, words[11:15])) / 100


def _memory(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("Pss:"))) // 1024


async def _run(told: Scenario, root: GuestRoot) -> dict[str, Any]:
    world = World(root)
    try:
        return await asyncio.wait_for(told(world), 240)
    finally:
        await world.end()


def main() -> None:
    ctypes.CDLL(None).mount(b"landbridge", b"/run", b"tmpfs", 0, b"size=90%,mode=755")
    FOLDER.mkdir(parents=True)
    sys.stdout.write(json.dumps(asyncio.run(_run(SCENARIOS[sys.argv[1]], GuestRoot(Path(sys.argv[2]))))))


if __name__ == "__main__":
    main()
