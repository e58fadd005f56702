"""The lab that follows the embedded AWS: from a call to its packets, whole networks deployed, and twenty sites at once.

Run by `script/bench followed [four] [acquisition] [sites]`, each a section of the results. Exit status 1 if a limit isn't kept.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from tests.sandbox.following.followed import Followed, example, follow, until

from benchmarks.lab import TICK, taken
from benchmarks.networks import landbridge_network
from benchmarks.sandbox import MISSING
from landbridge.design import Design, design
from landbridge.intent import loads
from landbridge.lab.guestroot import GuestRoot, guest_root

HERE = Path(__file__).parent
CALLS = 20
MOST_FELT_S = 0.5  # of the four regions, in the median
SITES, MOST_CONVERGED_S = 20, 90.0
SETTLED_S, REST_S = 60, 30
PATIENCE_S = 10.0
VPCS, SUBNETS, ENTRIES, STEPS = 5, 5, 100, 2  # VPCs of a step, subnets of a VPC, each with a route table of so many prefixes
ELSEWHERE = "us-east-2"
RESULTS = "followed-results.md"
HEAD = f"""# The lab that follows the embedded AWS: results

Made by `./script/bench followed`, on {platform.machine()}, Linux. Networks deployed by their stacks; instances boot, fetch and configure
themselves. Converged: from the last stack until every pair of hosts is good by ICMP and TCP and every BGP session is up; machines start
while stacks are still made. Memory is what is mapped, shared pages by share.
"""
Section = tuple[list[str], list[str]]  # its lines, and the limits that aren't kept


@dataclass(frozen=True, slots=True)
class Network:
    """A deployed network: seconds of its deployment and from its end until all was good; what the lab and the emulator hold in MB."""

    ok: bool
    gateways: int
    tunnels: int
    probes: int
    deployed: float
    converged: float
    lab: float
    emulator: float
    load: float


@dataclass(frozen=True, slots=True)
class Felt:
    """How long calls took to be felt, with so many objects in the cloud."""

    objects: int
    seconds: Sequence[float]


@dataclass(frozen=True, slots=True)
class Rest:
    """Percent of a core, with nothing changing: the machines' and the follower's, and the emulator's."""

    lab: float
    emulator: float


def main(arguments: Sequence[str]) -> int:
    root = guest_root()
    broken: list[str] = []
    for name in arguments or PARTS:
        lines, missed = PARTS[name](root)
        broken += missed
        keep(name, [*lines, *(f"- not kept: {limit}" for limit in missed)])
    print((HERE / RESULTS).read_text())
    return 1 if broken else 0


def four(root: GuestRoot) -> Section:
    """The four regions, how soon a call is felt there, and with how much more in the cloud."""
    with deployed(root, example("four-regions")) as (network, made):
        calls = [felt(network, CALLS), *grown(network)]
    names = ["the four regions", *(f"and {VPCS * (step + 1)} VPCs more, of {SUBNETS * ENTRIES} routes" for step in range(STEPS))]
    median = statistics.median(calls[0].seconds)
    missed = list(limits(made))
    if median > MOST_FELT_S:
        missed.append(f"a call is felt after {median:.2f} s in the median; {MOST_FELT_S:g} s is the limit.")
    return ["## The four regions", "", *told(made), "", *felt_table(names, calls), ""], missed


def acquisition(root: GuestRoot) -> Section:
    with deployed(root, example("acquisition")) as (_, made):
        return ["## Acquisition, with pairs", "", *told(made), ""], list(limits(made))


def sites(root: GuestRoot) -> Section:
    """Twenty sites at once, at rest, and how soon a call is felt among them."""
    with deployed(root, many()) as (network, made):
        rest = resting(network)
        calls = felt(network, CALLS // 2)
    missed = list(limits(made))
    if made.converged > MOST_CONVERGED_S:
        missed.append(f"{SITES} sites took {made.converged:.1f} s to converge; {MOST_CONVERGED_S:g} s is the limit.")
    still = f"With nothing changing, all machines and the follower take {rest.lab:.0f} % of a core, and the emulator {rest.emulator:.0f} %."
    return [f"## {SITES} sites at once", "", *told(made), "", still, "", *felt_table([f"{SITES} sites"], [calls]), ""], missed


PARTS: dict[str, Callable[[GuestRoot], Section]] = {"four": four, "acquisition": acquisition, "sites": sites}


def many() -> Design:
    return design(loads(landbridge_network(SITES).replace(MISSING, "us-east-2"), "many.yaml"))


@contextmanager
def deployed(root: GuestRoot, planned: Design) -> Iterator[tuple[Followed, Network]]:
    with tempfile.TemporaryDirectory() as scratch, follow(root, Path(scratch, "emulator"), planned, "raised") as network:
        began, load = time.monotonic(), os.getloadavg()[0]
        network.deploy()
        there = time.monotonic()
        network.ready = network.wait()
        good = time.monotonic()
        _, memory = taken(network.lab)
        status = network.ask("status")
        gateways = sum(len(site.gateways) for site in planned.sites)
        up = sum(tunnel["up"] for tunnel in status["tunnels"])
        ok = network.ready["ok"] and up == len(status["tunnels"]) == 2 * gateways
        held = emulators_memory(network.emulator.pid)
        yield network, Network(ok, gateways, up, len(network.ready["probes"]), there - began, good - there, memory, held, load)


def emulators_memory(pid: int) -> float:
    """PSS of the emulator and of its functions' processes, in MB."""
    rollups = [Path(f"/proc/{number}/smaps_rollup").read_text() for number in _emulators(pid)]
    return sum(int(line.split()[1]) for text in rollups for line in text.splitlines() if line.startswith("Pss:")) / 1024


def felt(network: Followed, calls: int) -> Felt:
    """A source/destination check is switched on, and when nothing passes, off again: from the API's answer to that until a probe is
    answered. One that isn't takes up to 0.2 s, which counts."""
    site = network.planned.sites[0].name
    gateway = network.gateway(network.planned.sites[0].gateways[0].name)
    assert gateway.instance is not None
    interface = gateway.instance.interface
    ec2 = network.client("ec2", gateway.place.region)

    def passes(seconds: float) -> bool:
        asked = {"from": f"{site}-1", "to": f"{network.planned.hub.name}-1", "protocols": ["icmp"], "seconds": seconds}
        return bool(network.ask("probe", **asked)["ok"])

    seconds = []
    for _ in range(calls):
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck={"Value": True})
        assert until(lambda: not passes(0.5), PATIENCE_S)
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck={"Value": False})
        began = time.monotonic()
        assert until(lambda: passes(0.1), PATIENCE_S)
        seconds.append(time.monotonic() - began)
    return Felt(objects(network), seconds)


def objects(network: Followed) -> int:
    """What the API has of the things that packets feel, in all the network's Regions and elsewhere; a route to a prefix list counts with
    the list's size, as for AWS' quotas."""
    kinds = ("vpcs", "subnets", "security_groups", "network_interfaces", "instances", "vpn_connections")
    count = 0
    for region in {network.planned.hub.region, ELSEWHERE, *(site.region for site in network.planned.sites)}:
        ec2 = network.client("ec2", region)
        for kind in kinds:
            pages = getattr(ec2, f"describe_{kind}")()
            count += sum(len(value) for name, value in pages.items() if name != "ResponseMetadata")
        sizes = {one["PrefixListId"]: one.get("MaxEntries", 1) for one in ec2.describe_managed_prefix_lists()["PrefixLists"]}
        for table in ec2.describe_route_tables()["RouteTables"]:
            count += 1 + sum(sizes.get(route.get("DestinationPrefixListId"), 1) for route in table["Routes"])
    return count


def grown(network: Followed) -> Iterator[Felt]:
    """The same calls, with more and more in the cloud that they don't touch."""
    ec2 = network.client("ec2", ELSEWHERE)
    entries = [{"Cidr": f"172.16.{number}.0/24"} for number in range(ENTRIES)]
    asked = {"PrefixListName": "many", "MaxEntries": ENTRIES, "AddressFamily": "IPv4", "Entries": entries}
    prefixes = ec2.create_managed_prefix_list(**asked)["PrefixList"]["PrefixListId"]
    for step in range(STEPS):
        for number in range(VPCS):
            cidr = IPv4Network(f"10.{VPCS * step + number}.0.0/16")
            vpc = ec2.create_vpc(CidrBlock=str(cidr))["Vpc"]["VpcId"]
            door = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            ec2.attach_internet_gateway(InternetGatewayId=door, VpcId=vpc)
            for subnet in list(cidr.subnets(new_prefix=24))[:SUBNETS]:
                made = ec2.create_subnet(VpcId=vpc, CidrBlock=str(subnet))["Subnet"]["SubnetId"]
                table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
                ec2.associate_route_table(RouteTableId=table, SubnetId=made)
                ec2.create_route(RouteTableId=table, DestinationPrefixListId=prefixes, GatewayId=door)
        network.bad_becomes(set(), PATIENCE_S)  # it has caught up
        yield felt(network, CALLS // 2)


def resting(network: Followed) -> Rest:
    """Once the functions that the deployment woke have done."""

    def spent() -> tuple[float, float]:
        return taken(network.lab)[0], sum(map(_spent, _emulators(network.emulator.pid)))

    time.sleep(SETTLED_S)
    before = spent()
    time.sleep(REST_S)
    return Rest(*((after - cpu) / REST_S * 100 for cpu, after in zip(before, spent(), strict=True)))


def _emulators(pid: int) -> list[str]:
    """The emulator's process and those of its functions."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [str(pid), *(number for path in children for number in path.read_text().split())]


def _spent(pid: str) -> float:
    """CPU seconds of a process that lives: not of children that it has buried, which may have spent theirs long ago."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / TICK


def limits(made: Network) -> Iterator[str]:
    if not made.ok:
        yield "a probe failed, or a tunnel isn't up."


def told(made: Network) -> Iterator[str]:
    yield (
        f"{made.gateways} gateways, {made.tunnels} tunnels up, {made.probes:,} probes: {'all good' if made.ok else 'NOT all good'}."
        f" Deployed in {made.deployed:.1f} s, converged {made.converged:.1f} s later. The lab holds {made.lab:,.0f} MB, the emulator and"
        f" its functions {made.emulator:,.0f} MB. The load when it began was {made.load:.1f}, on {len(os.sched_getaffinity(0))} cores."
    )


def felt_table(names: Sequence[str], calls: Sequence[Felt]) -> Iterator[str]:
    yield (
        "From an API call's answer (a source/destination check that is on is switched off) until a probe is answered; one that isn't"
        " takes up to 0.2 s, which counts:"
    )
    yield from ("", "| network | objects | median, s | shortest | longest |", "| --- | ---: | ---: | ---: | ---: |")
    for name, one in zip(names, calls, strict=True):
        yield f"| {name} | {one.objects:,} | {statistics.median(one.seconds):.2f} | {min(one.seconds):.2f} | {max(one.seconds):.2f} |"


def keep(part: str, lines: Sequence[str]) -> None:
    """Put a part's section in its place among the results; the others stay."""
    path = HERE / RESULTS
    marks = {name: f"<!-- {name} -->" for name in PARTS}
    text = path.read_text() if path.exists() else ""
    sections = {name: text.partition(mark)[2].partition("<!--")[0].strip() for name, mark in marks.items()}
    sections[part] = "\n".join(lines).strip()
    body = "\n\n".join(f"{marks[name]}\n{section}" for name, section in sections.items() if section)
    path.write_text(f"{HEAD}\n{body}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
