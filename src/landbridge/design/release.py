"""What the VyOS release lines can and can't do, and the same design for another of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from landbridge.design.model import Design
from landbridge.design.options import options_of, problems_of
from landbridge.design.settings import Settings
from landbridge.findings import Finding, LandbridgeError, error
from landbridge.intent.document import Document
from landbridge.intent.keys import key_type
from landbridge.intent.model import Availability, Release, Vpn

_RSA_ONLY = (Release.V1_1,)  # its `public-keys … type` takes ssh-rsa (and ssh-dss, which SSH servers have given up)
_NO_PAIR = "VyOS 1.1 has no VRRP without multicast, which a VPC doesn't carry, so its two gateways can't watch each other"

Problem = tuple[tuple[str | int, ...], str, str]


def check_releases(document: Document, settings: Mapping[str, Settings]) -> Iterator[Finding]:
    """Pairs, keys and IPsec options that a site's release doesn't have."""
    pairs = [name for name, mine in settings.items() if mine.availability is Availability.PAIR and mine.release is Release.V1_1]
    for name in pairs:
        yield error(
            "release",
            f"{name} is a pair of release 1.1: {_NO_PAIR}.",
            document.where("sites", name),
            "Make it `availability: single`, or take release 1.2 or later.",
        )
    users: dict[Release, str] = {}
    for name, mine in settings.items():
        users.setdefault(mine.release, name)
    for path, problem, remedy in _problems(document.network.vpn, document.network.admin.ssh_keys, users):
        yield error("release", problem, document.where(*path), remedy)


def rereleased(design: Design, release: str) -> Design:
    """The design with every gateway of another release line, its IPsec options decided anew.

    Raises LandbridgeError (`release`) if there is no such line, or if it lacks something that the network asks for.
    """
    if release not in tuple(Release):
        raise LandbridgeError(error("release", f"there is no release {release!r}.", remedy=f"Take one of {', '.join(Release)}."))
    line = Release(release)
    findings = [
        error("release", problem, None, remedy) for _, problem, remedy in _problems(design.vpn, design.admin.ssh_keys, {line: "--release"})
    ]
    if line is Release.V1_1:
        for site in design.sites:
            if len(site.gateways) > 1:
                problem = f"{site.name} is a pair, and release 1.1 has none: {_NO_PAIR}."
                findings.append(error("release", problem, None, "Make it `availability: single`, or take release 1.2 or later."))
    if findings:
        raise LandbridgeError(*findings)
    options = options_of(design.vpn, line)
    sites = tuple(
        replace(site, vpn=options, gateways=tuple(replace(gateway, release=str(line)) for gateway in site.gateways))
        for site in design.sites
    )
    return replace(design, sites=sites)


def _problems(vpn: Vpn, keys: Iterable[str], users: Mapping[Release, str]) -> Iterator[Problem]:
    """What the releases in use lack, each problem once. `users` has one user of each release, to be named."""
    said = set()
    for release, user in users.items():
        for key, problem, remedy in problems_of(vpn, release):
            if (key, problem) not in said:
                said.add((key, problem))
                yield ("vpn", key), f"{problem} (release {release}, {user}).", remedy
    for at, key in enumerate(keys):
        kind = key_type(key)
        for release, user in users.items():
            if release in _RSA_ONLY and kind != "ssh-rsa":
                yield (
                    ("admin", "ssh_keys", at),
                    f"release {release} ({user}) has no {kind} keys.",
                    "Take an ssh-rsa key, or release 1.2 or later.",
                )
