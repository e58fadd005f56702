"""How long the ground of a followed cloud takes: to plan, to make, and to change by one route. Run by `script/bench ground`.

Each size is made in namespaces of its own, as the follower's; no machines. Exit status 1 if a limit isn't kept.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot, guest_root
from landbridge.sandbox.following.estate import (
    Attachment,
    Connection,
    Estate,
    Group,
    Hub,
    Instance,
    Interface,
    Phase,
    Route,
    Rule,
    Subnet,
    Table,
    Tunnel,
    Vpc,
)
from landbridge.sandbox.following.ground import Carrier, Expected, plan

HERE = Path(__file__).parent
SIZES = (4, 20, 60)
SUBNETS = 3
ROUNDS = 20
MOST_CHANGE_S = 0.05
REGION = "eu-west-1"
EVERYTHING = (IPv4Network("0.0.0.0/0"),)


def cloud(sites: int) -> tuple[Estate, tuple[Expected, ...]]:
    """Sites with a gateway each, three subnets with a host and a table each, and a hub with a VPC and a connection a site."""
    held = Estate(1, hubs=(Hub("tgw", "", REGION, 64512, True),))
    hosts: list[Expected] = []
    remote = tuple(IPv4Network((10 << 24) + (number << 16), strict=True).supernet(new_prefix=16) for number in range(sites + 1))
    for number in range(sites + 1):
        held, own = _with_site(held, number, remote[number], tuple(one for one in remote if one != remote[number]))
        hosts += own
    return held, tuple(hosts)


def _with_site(held: Estate, number: int, cidr: IPv4Network, others: tuple[IPv4Network, ...]) -> tuple[Estate, list[Expected]]:
    vpc, name, gateway = f"vpc-{number}", f"site{number}", cidr[40]
    subnets = [
        Subnet(f"subnet-{number}-{at}", vpc, net, "a", f"rtb-{number}-{at}")
        for at, net in zip(range(SUBNETS), cidr.subnets(new_prefix=24), strict=False)
    ]
    target = f"eni-{number}" if number else "tgw"
    tables = [Table(one.table, vpc, (Route(others, target), Route(EVERYTHING, f"igw-{number}"))) for one in subnets]
    hosts = [Expected(f"{name}-{at}", (cidr,), REGION, one.cidr, one.cidr[10], one.cidr[10], name) for at, one in enumerate(subnets, 1)]
    held = replace(
        held,
        vpcs=(*held.vpcs, Vpc(vpc, "", REGION, (cidr,), f"igw-{number}", name)),
        subnets=(*held.subnets, *subnets),
        tables=(*held.tables, *tables),
    )
    if not number:
        return replace(held, attachments=(Attachment("att", "tgw", "vpc", vpc, "rt", ("rt",), (subnets[0].id,)),)), hosts
    public = IPv4Address("198.19.0.0") + number
    phase = Phase(("AES256",), ("SHA2-256",), (14,), 3600)
    peers = tuple(IPv4Network(IPv4Address("198.18.0.0") + 2 * number + at) for at in range(2))
    tunnels = tuple(
        Tunnel(
            one[0],
            IPv4Network((169 << 24) + (254 << 16) + 8 * number + 4 * at).supernet(new_prefix=30),
            "",
            ("ikev2",),
            phase,
            phase,
            "add",
            "clear",
            30,
        )
        for at, one in enumerate(peers)
    )
    rules = (Rule(17, (500, 500), peers), Rule(17, (4500, 4500), peers), Rule(-1, None, (cidr,)))
    instance = Instance(f"i-{number}", "", REGION, "running", f"eni-{number}", b"", "", f"{name}-a", 0.0)
    interface = Interface(
        f"eni-{number}", vpc, subnets[0].id, gateway, (gateway,), False, (f"sg-{number}",), instance.id, ((gateway, public),)
    )
    return replace(
        held,
        groups=(*held.groups, Group(f"sg-{number}", rules, (Rule(-1, None, EVERYTHING),))),
        interfaces=(*held.interfaces, interface),
        instances=(*held.instances, instance),
        connections=(*held.connections, Connection(f"vpn-{number}", "tgw", public, 65000 + number, False, tunnels)),
    ), hosts  # fmt: skip


def measure(sites: int, root: GuestRoot) -> dict[str, float]:
    """Inside namespaces of its own."""
    ctypes.CDLL(None).mount(b"landbridge", b"/run", b"tmpfs", 0, b"size=90%,mode=755")
    held, hosts = cloud(sites)
    carrier = Carrier(root)
    planning, changing = [], []
    began = time.monotonic()
    carrier.bring(plan(held, hosts))
    making = time.monotonic() - began
    table = held.tables[SUBNETS]  # the first site's first
    for number in range(ROUNDS):
        first = Route((table.routes[0].destinations[0],), "" if number % 2 else table.routes[0].target)
        changed = replace(table, routes=(Route(table.routes[0].destinations[1:], table.routes[0].target), first, table.routes[1]))
        now = replace(held, tables=tuple(changed if one.id == table.id else one for one in held.tables))
        began = time.monotonic()
        wanted = plan(now, hosts)
        planning.append(time.monotonic() - began)
        carrier.bring(wanted)
        changing.append(time.monotonic() - began)
    ground = plan(held, hosts)
    began = time.monotonic()
    carrier.bring(plan(Estate(2), ()))
    return {
        "namespaces": len(ground.namespaces) - 1,
        "routes": sum(len(place.ways) for place in ground.namespaces.values()),
        "plan": statistics.median(planning),
        "make": making,
        "change": statistics.median(changing[1:]),
        "slowest": max(changing[1:]),
        "remove": time.monotonic() - began,
    }


def main(arguments: Sequence[str]) -> int:
    if arguments:
        print(json.dumps(measure(int(arguments[0]), GuestRoot(Path(arguments[1])))))
        return 0
    root, spaces = guest_root(), launching.allowed()
    found = {}
    for sites in SIZES:
        command = ["unshare", *spaces, sys.executable, "-m", "benchmarks.ground", str(sites), str(root.folder)]
        found[sites] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    text = report(found)
    print(text)
    (HERE / "ground-results.md").write_text(text)
    return int(found[SIZES[0]]["change"] > MOST_CHANGE_S)


def report(found: dict[int, dict[str, float]]) -> str:
    cores = len(os.sched_getaffinity(0))
    rows = [
        f"| {sites} | {row['namespaces']} | {row['routes']:,} | {row['plan'] * 1000:.1f} | {row['make']:.2f} | {row['change'] * 1000:.1f} |"
        f" {row['slowest'] * 1000:.1f} | {row['remove']:.2f} |"
        for sites, row in found.items()
    ]
    return "\n".join(
        [
            "# What a followed cloud's packets move through: results",
            "",
            f"Made by `./script/bench ground`. {cores} cores ({platform.machine()}), Linux. Each site has a gateway, three subnets with"
            " a host and a route table each, and two tunnels. A change is one route, from the plan to packets that feel it.",
            "",
            "| sites | namespaces | routes | plan, ms | make, s | change, ms | slowest, ms | remove, s |",
            "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
