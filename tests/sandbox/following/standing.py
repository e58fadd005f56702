"""A VPC with instances and nothing else, in namespaces of its own, and an AWS that answers what a bootstrap asks.

Run inside `unshare`: it makes the little fabric, lives through a story of `STORIES`, and prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from landbridge import artifacts
from landbridge.design import design
from landbridge.findings import LandbridgeError
from landbridge.intent import load
from landbridge.lab import namespaces
from landbridge.lab.fabric import INTERNET, MACHINE_MAC
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.laboratory import FOLDER
from landbridge.lab.machine import Machine
from landbridge.sandbox.following.estate import Estate, Instance, Interface, Subnet, Vpc
from landbridge.sandbox.following.instances import AWS_API, Instances
from landbridge.sandbox.following.source import Source as RealSource
from landbridge.sandbox.following.wires import raw
from landbridge.vyos import fill, placeholders
from landbridge.vyos.booting import Bootstrap, Source, user_data

EXAMPLES = Path(__file__).parents[3] / "examples"
KEY = "PlantedKeyThatStandsNowhere"
SUBNET = IPv4Network("172.88.0.0/24")
Seen = dict[str, Any]


class FakeSource(RealSource):
    """An AWS with texts, by their digests, keys by their names (all the same one where it has none), and records of the words table.

    What it is told is in `told`; what it is asked, in `asked`; `woken` are the gateways that invoked heal.
    """

    def __init__(self, socket: Path, *texts: str) -> None:
        super().__init__(socket)
        self.texts = {digest(text): text for text in texts}
        self.keys: dict[str, str] = {}
        self.records: dict[str, Seen] = {}
        self.woken: list[str] = []
        self.told: list[tuple[str, bool]] = []
        self.asked: list[str] = []

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._answer, str(self.socket))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        if head.startswith("GET"):
            body = self.texts[head.split()[1].rpartition("/")[2]]
        else:
            length = int(head.lower().partition("content-length: ")[2].split()[0])
            body = json.dumps(self._said(head, json.loads(await reader.readexactly(length))))
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        writer.close()

    def _said(self, head: str, asked: Seen) -> Seen:
        if "-heal/invocations" in head:
            self.woken.append(asked["detail"]["gateway"])
            return {}
        if "PutItem" in head:
            self.records[asked["Item"]["name"]["S"]] = asked["Item"]
            return {}
        if "BatchGetItem" in head:
            ((table, wanted),) = asked["RequestItems"].items()
            found = [self.records[key["name"]["S"]] for key in wanted["Keys"] if key["name"]["S"] in self.records]
            return {"Responses": {table: found}, "UnprocessedKeys": {}}
        return {"SecretString": self.keys.get(asked["SecretId"], KEY)}

    async def credentials(self, instance: str) -> dict[str, str]:
        return {"Code": "Success", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "any", "Token": instance}

    async def tell_instance(self, instance: str, impaired: bool) -> None:
        self.told.append((instance, impaired))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def values(text: str) -> dict[str, str]:
    """Something for each placeholder of a text that the instance doesn't know itself."""
    return {name: f"198.51.100.{number}" for number, name in enumerate(sorted(placeholders(text)), 10)}


def rendered() -> tuple[str, str]:
    """A gateway's name and text."""
    made = artifacts.render(design(load(EXAMPLES / "acquisition.yaml")), "1.4")
    gateway = next(iter(sorted(made.routers)))
    return gateway, made.routers[gateway]


def boot_data(text: str) -> bytes:
    names = placeholders(text)
    facts = {name: value for name, value in values(text).items() if name.startswith(("outside:", "eip:"))}
    source = Source(digest(text), bucket="bucket", key=digest(text))
    return user_data("1.4", text, Bootstrap(source, {name: name for name in names if name.startswith("psk:")}, facts))


def instance(number: int, data: bytes, gateway: str = "") -> tuple[Instance, Interface]:
    """An instance that was launched just now."""
    name = f"i-{number:08x}"
    made = Instance(name, "111122223333", "ap-southeast-1", "running", f"eni-{number:08x}", data, "gateway", gateway, time.time())
    address = SUBNET[32 + number]
    return made, Interface(f"eni-{number:08x}", "vpc-1", "subnet-1", address, (address,), False, ("sg-1",), name)


def estate(number: int, standing: Sequence[tuple[Instance, Interface]]) -> Estate:
    return Estate(
        number,
        vpcs=(Vpc("vpc-1", "111122223333", "ap-southeast-1", (SUBNET,), "igw-1"),),
        subnets=(Subnet("subnet-1", "vpc-1", SUBNET, "ap-southeast-1a", "rtb-1"),),
        instances=tuple(one for one, _ in standing),
        interfaces=tuple(interface for _, interface in standing),
    )


def fabric(root: GuestRoot, standing: Sequence[tuple[Instance, Interface]]) -> None:
    """A wire for each instance into the VPC, and a way from there to the Internet where the API is."""
    namespaces.NAMED.mkdir(parents=True, exist_ok=True)
    outer = [
        "link set lo up",
        f"addr add {AWS_API}/32 dev lo",
        "netns add vpc-vpc-1",
        "link add igw type veth peer name igw netns vpc-vpc-1",
    ]
    outer += ["addr add 198.18.0.1/30 dev igw", "link set igw up", f"route add {SUBNET} via 198.18.0.2"]
    inner = ["link set lo up", "addr add 169.254.169.254/32 dev lo", f"addr add {SUBNET[1]}/32 dev lo"]
    inner += ["addr add 198.18.0.2/30 dev igw", "link set igw up", "route add default via 198.18.0.1"]
    for number, (one, interface) in enumerate(standing):
        outer += [f"link add {raw(one.id, 0)} type veth peer name gw{number} address {MACHINE_MAC} netns vpc-vpc-1"]
        outer += [f"link set {raw(one.id, 0)} up promisc on"]
        inner += [f"link set gw{number} up arp off", f"route add {interface.primary}/32 dev gw{number}"]
    namespaces.route_with(INTERNET, outer, root)
    with namespaces.inside("vpc-vpc-1"):
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        namespaces._offloads_off()
    namespaces.route_with("vpc-vpc-1", inner, root)
    namespaces._offloads_off()


async def until(what: Callable[[], bool | Awaitable[bool]], seconds: float = 30.0) -> float:
    """Wait until something is so; how long it took. What never is, is told by what is looked at next."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        found = what()
        if await found if not isinstance(found, bool) else found:
            break
        await asyncio.sleep(0.05)
    return round(time.monotonic() - began, 2)


async def says(machine: Machine, command: str) -> str:
    done = await machine.run(command)
    return (done.out + done.err).decode(errors="replace")


async def life(root: GuestRoot) -> Seen:
    """One gateway: it boots, runs, is pushed to, loses daemons and its kernel, and is terminated."""
    gateway, text = rendered()
    own = instance(1, boot_data(text), gateway)
    plain = instance(2, b"#!/bin/sh\ntouch /host/never\n")
    wrong = text + "set vpn ipsec esp-group AWS lifetime 'long'\n"
    broken = instance(3, boot_data(wrong), "broken-a")
    fabric(root, (own, plain, broken))
    source = FakeSource(FOLDER / "api.sock", text, wrong)
    server = await source.serve()
    said: list[str] = []
    instances = Instances(root, FOLDER, "standing", source, 0.0, said.append)
    seen: Seen = {"said": said, "told": source.told}
    try:
        began = time.monotonic()
        await instances.settle(estate(1, (own, plain, broken)))
        seen["settle"] = time.monotonic() - began
        machine = instances.machines[own[0].id]
        await until(lambda: machine.reached("loaded"))
        seen["loaded"] = time.monotonic() - began
        seen["found"] = instances.find(gateway) is machine and instances.find(own[0].id) is machine
        await look(machine, seen)
        seen["asked"] = list(source.asked)
        seen["plain"] = await of_plain(instances.machines[plain[0].id])
        seen["broken"] = await of_broken(instances.machines[broken[0].id])
        await push(instances, gateway, text, seen)
        await respawn(machine, seen)
        await kernel(machine, seen)
        began = time.monotonic()
        gone = replace(own[0], state="terminated")
        await instances.settle(estate(2, ((gone, own[1]), plain, broken)))
        seen["terminated"] = {"running": machine.running, "folder": machine.folder.exists(), "there": instances.find(gateway) is not None}
        seen["ending"] = time.monotonic() - began
    finally:
        server.close()
        await instances.close()
    return seen


async def look(machine: Machine, seen: Seen) -> None:
    async def loaded() -> bool:
        return "tunnel1" in await says(machine, "swanctl --list-conns") and "bgp" in await says(machine, "vtysh -c 'show running-config'")

    seen["answers"] = await until(loaded)
    seen["conns"] = await says(machine, "swanctl --list-conns")
    seen["frr"] = await says(machine, "vtysh -c 'show running-config'")
    seen["nat"] = await says(machine, "iptables-legacy-save -t nat")
    seen["messages"] = machine.log("messages")
    seen["cloud"] = machine.log("cloud.out")
    seen["complaints"] = list(machine.complaints)
    seen["keys in memory"] = KEY in await says(machine, "cat /tmp/secrets.conf")
    seen["keys in files"] = [str(path) for path in machine.folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


async def of_plain(machine: Machine) -> Seen:
    await until(lambda: machine.reached("up"))
    ping = await says(machine, "ping -c 1 -W 2 172.88.0.1 >/dev/null && echo answered")
    return {"ping": ping, "files": os.listdir(machine.folder), "loaded": machine.reached("loaded"), "complaints": machine.complaints}  # noqa: PTH208


async def of_broken(machine: Machine) -> Seen:
    await until(lambda: "refuses" in machine.log("messages"))
    return {"complaints": machine.complaints, "messages": machine.log("messages"), "loaded": machine.reached("loaded")}


async def push(instances: Instances, gateway: str, text: str, seen: Seen) -> None:
    machine = instances.find(gateway)
    assert machine is not None
    known = {"psk": KEY, "private": "172.88.0.33", "router": "172.88.0.1"}
    filled = fill(text, {name: known.get(name.partition(":")[0], value) for name, value in values(text).items()})
    more = filled + "set protocols static route 203.0.113.0/24 blackhole\n"
    began = time.monotonic()
    charon = await says(machine, "cat /run/charon.pid")
    await instances.push(gateway, more)
    seen["push"] = time.monotonic() - began
    seen["pushed"] = await says(machine, "vtysh -c 'show running-config'")
    seen["same charon"] = charon == await says(machine, "cat /run/charon.pid")
    try:
        await instances.push(gateway, filled + f"set vpn ipsec authentication psk x secret '{KEY}\n")
    except LandbridgeError as problem:
        seen["refused"] = str(problem)
    seen["refusal"] = list(machine.complaints)


async def respawn(machine: Machine, seen: Seen) -> None:
    seen["respawned"] = {}
    for name in ("charon", "zebra", "bgpd", "staticd"):
        before = await says(machine, f"pidof {name}")
        await machine.run(f"kill -9 {before}")

        async def back(name: str = name, before: str = before) -> bool:
            now = await says(machine, f"pidof {name}")
            return bool(now.strip()) and now != before

        seen["respawned"][name] = await until(back, 10)
    seen["after respawn"] = {}
    await look(machine, seen["after respawn"])


async def kernel(machine: Machine, seen: Seen) -> None:
    assert machine._process is not None
    machine._process.kill()  # its helpers live on
    await until(lambda: not machine.reached("loaded"))
    seen["back"] = await until(lambda: machine.reached("loaded"))
    seen["after kernel"] = {}
    await look(machine, seen["after kernel"])


async def many(root: GuestRoot, number: int) -> Seen:
    """From settling so many instances until all their routers are loaded."""
    gateway, text = rendered()
    standing = [instance(one + 1, boot_data(text), f"{gateway[:-2]}{one}-a") for one in range(number)]
    fabric(root, standing)
    source = FakeSource(FOLDER / "api.sock", text)
    server = await source.serve()
    instances = Instances(root, FOLDER, "standing", source, 0.0, lambda _: None)
    try:
        began = time.monotonic()
        await instances.settle(estate(1, standing))
        settled = time.monotonic() - began
        await until(lambda: all(machine.reached("loaded") for machine in instances.machines.values()), 120)
        loaded = time.monotonic() - began
        await asyncio.sleep(10)
        before, own = cpu_s(), time.process_time()
        await asyncio.sleep(10)
        idle = {"cores": round((cpu_s() - before) / 10, 3), "own": round((time.process_time() - own) / 10, 4), "mb": memory_mb()}
        return {"instances": number, "settle": round(settled, 3), "loaded": round(loaded, 2), "idle": idle}
    finally:
        server.close()
        await instances.close()


def cpu_s() -> float:
    """What every process here has used of processors."""
    seconds = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = path.read_text().rpartition(")")[2].split()
            seconds += (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def memory_mb() -> int:
    """What every process here holds of memory, and of the tmpfs, in which the machines have theirs."""
    total = shutil.disk_usage("/run").used
    for path in Path("/proc").glob("[0-9]*/smaps_rollup"):
        with suppress(OSError):
            lines = [line.split() for line in path.read_text().splitlines()]
            total += sum(int(words[1]) * 1024 for words in lines if words[0] in ("Pss_Anon:", "Pss_File:"))
    return total >> 20


STORIES: dict[str, Callable[[GuestRoot], Coroutine[Any, Any, Seen]]] = {
    "life": life,
    **{f"many{number}": lambda root, number=number: many(root, number) for number in (1, 3, 15)},  # type: ignore[misc]
}


def tell(stories: Mapping[str, Callable[[GuestRoot], Coroutine[Any, Any, Seen]]]) -> None:
    """Live through the story that the command names, on the guest root that it names."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"landbridge", b"/run", b"tmpfs", 0, b"size=90%,mode=755"):
        raise OSError(ctypes.get_errno(), "mounting a tmpfs at /run")
    FOLDER.mkdir(parents=True)
    sys.stdout.write(json.dumps(asyncio.run(stories[sys.argv[1]](GuestRoot(Path(sys.argv[2]))))))


if __name__ == "__main__":
    tell(STORIES)
