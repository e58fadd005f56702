"""Random networks, each the same again from the same `Random`: a network file's text, and its artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from random import Random
from typing import Any

import yaml

from landbridge import artifacts
from landbridge.artifacts import Artifacts
from landbridge.design import design
from landbridge.findings import LandbridgeError
from landbridge.intent.document import loads

Data = dict[str, Any]

NAMES = ("tokyo", "lagos", "oslo", "lima", "perth", "quito")
REGIONS = ("eu-west-1", "us-east-1", "ap-northeast-1", "sa-east-1", "eu-central-1", "ap-south-1")
SITES = (2, 2, 2, 3, 3, 3, 4, 4, 5, 6)  # mostly few: a machine each
MODERN = ("1.2", "1.3", "1.4", "1.5")
RELEASES = ("1.1", *MODERN)
# What several sites have at once, in whole or in a piece; and public space, which some companies use inside.
COMMON = tuple(map(IPv4Network, ("10.0.0.0/16", "10.1.0.0/16", "192.168.0.0/18", "172.88.0.0/17")))
PINS = IPv4Network("10.240.0.0/13")
LENGTHS = (24, 24, 24, 24, 25, 23)
TRIES = 100


@dataclass(frozen=True, slots=True)
class RandomNetwork:
    """A network file, and what it renders to."""

    text: str
    made: Artifacts


def random_network(random: Random) -> RandomNetwork:
    """A right network. What chance makes wrong (a pin in somebody's range, say) is thrown away."""
    for _ in range(TRIES):
        text = yaml.safe_dump(_network(random), sort_keys=False, width=120)
        try:
            return RandomNetwork(text, artifacts.render(design(loads(text, "network.yaml"))))
        except LandbridgeError as problem:
            refused = problem
    raise AssertionError(f"{TRIES} networks in turn were refused, the last one: {refused}")


def _network(random: Random) -> Data:
    count = random.choice(SITES)
    release = random.choice(RELEASES) if random.random() < 0.5 else None  # None: each site its own
    common = random.sample(COMMON, 2)
    names = random.sample(NAMES, count)
    sites = {name: _site(random, number, common, release, count) for number, name in enumerate(names)}
    hub: Data = {"region": "us-west-2"}
    if random.random() < 0.7:
        hub["vpc"] = {
            "cidrs": ["172.31.0.0/20"],
            "subnets": [{"cidr": f"172.31.{at}.0/24", "zone": "ab"[at]} for at in range(random.randint(1, 2))],
        }
    if random.random() < 0.3:
        hub["asn"] = random.randint(64600, 64699)
    data: Data = {"version": 1, "network": "random", "hubs": {"ohio": hub}, "sites": sites, "admin": {"cidrs": ["203.0.113.0/24"]}}
    if random.random() < 0.2 and all(site["gateway"]["release"] != "1.1" for site in sites.values()):
        data["vpn"] = {"startup": "aws"}
    return data


def _site(random: Random, number: int, common: list[IPv4Network], release: str | None, count: int) -> Data:
    chosen = release or random.choice(RELEASES)
    pair = chosen != "1.1" and count <= 4 and random.random() < 0.3
    cidr = _cidr(random, number, common)
    subnets = _subnets(random, cidr, 2 if pair else 1)
    written = [{"cidr": str(subnet), "zone": "abc"[at]} for at, subnet in enumerate(subnets)]
    if len(subnets) > (2 if pair else 1) and random.random() < 0.3:
        written[-1]["private"] = True  # type: ignore[assignment]
    if not pair and random.random() < 0.5:
        written[0]["gateway"] = "a"
    site: Data = {
        "region": REGIONS[number],
        "vpc": {"cidrs": [str(cidr)], "subnets": written},
        "gateway": {"availability": "pair" if pair else "single", "release": chosen},
    }
    if random.random() < 0.3:
        site["asn"] = 65000 + number
    open_ = [subnet for subnet, one in zip(subnets, written, strict=True) if "private" not in one]
    if random.random() < 0.25:
        site["translate"] = {str(subnet): str(_pin(random, subnet)) for subnet in random.sample(open_, random.randint(1, len(open_)))}
    return site


def _cidr(random: Random, number: int, common: list[IPv4Network]) -> IPv4Network:
    """One that others may have too, a piece of such a one, or one of its own."""
    match random.randrange(5):
        case 0 | 1:
            return random.choice(common)
        case 2 | 3:
            return next(random.choice(common).subnets(new_prefix=20))
        case _:
            return IPv4Network(f"10.{20 + number}.0.0/16")


def _subnets(random: Random, cidr: IPv4Network, least: int) -> list[IPv4Network]:
    """Few of the lowest ones: those that others have too."""
    found: list[IPv4Network] = []
    for _ in range(random.randint(least, 3)):
        length = random.choice(LENGTHS)
        low = [subnet for _, subnet in zip(range(6), cidr.subnets(new_prefix=length), strict=False)]
        free = [subnet for subnet in low if not any(subnet.overlaps(other) for other in found)]
        if free:
            found.append(random.choice(free))
    return found


def _pin(random: Random, subnet: IPv4Network) -> IPv4Network:
    block = list(PINS.subnets(new_prefix=17))[random.randrange(16)]
    return next(block.subnets(new_prefix=subnet.prefixlen))
