"""Which packet is meant: hosts and addresses as people write them, looked up in the manifest."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import IPv4Address

from landbridge.artifacts import Manifest
from landbridge.artifacts.manifest import Subnet, Vpc
from landbridge.findings import LandbridgeError, error
from landbridge.verify.exchanges import Endpoint
from landbridge.verify.span import span_of, span_of_address

_NAMED = 8


def ends_of(manifest: Manifest, source: str, destination: str) -> tuple[Endpoint, Endpoint]:
    """Where a packet begins and where it goes. Raises LandbridgeError (`name`).

    A source is a host, `<vpc>/<address>`, or an address that only one VPC has; a destination the same, or an address as the source's site
    knows it. Inside one VPC both are known by their own addresses.
    """
    begins = _source(manifest, source)
    goes = _destination(manifest, destination, begins)
    if begins.vpc == goes.vpc:
        return begins._replace(known=begins.local), goes._replace(known=goes.local)
    return begins, goes


def _source(manifest: Manifest, word: str) -> Endpoint:
    end = _named(manifest, word)
    if end is not None:
        return end
    address = _address(manifest, word)
    having = _having(manifest, address)
    if len(having) == 1:
        return _endpoint(word, having[0], address)
    if having:
        names = [vpc.name for vpc in having]
        raise _wrong(f"{word} is an address of {' and of '.join(names)}.", f"Say which: {' or '.join(f'{name}/{word}' for name in names)}.")
    known = _known_as(manifest, address)
    if known is not None:
        vpc, local = known
        raise _wrong(f"{word} is what others know {vpc.name}/{local} by, and no packet begins with it.", f"Write {vpc.name}/{local}.")
    raise _wrong(
        f"no VPC has the address {word}.", f"Write a host's name, such as {', '.join(_hosts(manifest)[:3])}, or an address in a VPC."
    )


def _destination(manifest: Manifest, word: str, source: Endpoint) -> Endpoint:
    end = _named(manifest, word)
    if end is not None:
        vpc = manifest.vpc(end.vpc)
        if end.vpc != source.vpc and not any(one.global_ is not None and span_of(one.cidr) == end.subnet for one in vpc.subnets):
            raise _wrong(f"{word} is in no subnet that others know.", "Name a host, or an address in a subnet that isn't private.")
        return end
    address = _address(manifest, word)
    home = manifest.vpc(source.vpc)
    if any(address in cidr for cidr in home.cidrs):
        return _endpoint(word, home, address)
    known = _known_as(manifest, address)
    if known is not None:
        return _endpoint(word, *known)
    here = span_of_address(address)
    return Endpoint(word, "", here, here, here)


def _named(manifest: Manifest, word: str) -> Endpoint | None:
    """A host, or `<vpc>/<address>`; None for a bare address."""
    for vpc in manifest.vpcs:
        for subnet in vpc.subnets:
            if subnet.host == word and subnet.address is not None:
                return _endpoint(word, vpc, subnet.address)
    name, slash, rest = word.partition("/")
    if not slash:
        return None
    its = next((vpc for vpc in manifest.vpcs if vpc.name == name), None)
    if its is None:
        names = [vpc.name for vpc in manifest.vpcs]
        raise _wrong(f"there is no VPC {name[:60]!r}.", f"{_guess(name, names)}There is {', '.join(names[:_NAMED])}.")
    address = _address(manifest, rest)
    if not any(address in cidr for cidr in its.cidrs):
        raise _wrong(f"{address} is no address of {name}'s VPC.", f"It has {', '.join(map(str, its.cidrs))}.")
    return _endpoint(word, its, address)


def _endpoint(name: str, vpc: Vpc, address: IPv4Address) -> Endpoint:
    """An address in a VPC, with the one that others know it by; outside all subnets, and in a private one, that is its own."""
    here = span_of_address(address)
    subnet = _subnet_with(vpc.subnets, address)
    if subnet is None:
        return Endpoint(name, vpc.name, here, here, here)
    shift = 0 if subnet.global_ is None else int(subnet.global_.network_address) - int(subnet.cidr.network_address)
    return Endpoint(name, vpc.name, span_of(subnet.cidr), here, here.moved(shift))


def _address(manifest: Manifest, word: str) -> IPv4Address:
    try:
        return IPv4Address(word)
    except ValueError:
        hosts = _hosts(manifest)
        some = f"There is {', '.join(hosts[:_NAMED])}{' and more' if len(hosts) > _NAMED else ''}."
        raise _wrong(f"{word[:60]!r} is neither a host nor an IPv4 address.", f"{_guess(word, hosts)}{some}") from None


def _having(manifest: Manifest, address: IPv4Address) -> list[Vpc]:
    """The VPCs that have an address in a subnet; where none does, those that have it in a CIDR."""
    inside = [vpc for vpc in manifest.vpcs if _subnet_with(vpc.subnets, address) is not None]
    return inside or [vpc for vpc in manifest.vpcs if any(address in cidr for cidr in vpc.cidrs)]


def _known_as(manifest: Manifest, address: IPv4Address) -> tuple[Vpc, IPv4Address] | None:
    """Whose global address it is, and that one's own."""
    for vpc in manifest.vpcs:
        for subnet in vpc.subnets:
            if subnet.global_ is not None and address in subnet.global_:
                return vpc, subnet.cidr[int(address) - int(subnet.global_.network_address)]
    return None


def _subnet_with(subnets: Iterable[Subnet], address: IPv4Address) -> Subnet | None:
    return next((subnet for subnet in subnets if address in subnet.cidr), None)


def _hosts(manifest: Manifest) -> list[str]:
    return [subnet.host for vpc in manifest.vpcs for subnet in vpc.subnets if subnet.host is not None]


def _guess(word: str, names: list[str]) -> str:
    near = get_close_matches(word, names, 1)
    return f"Did you mean {near[0]}? " if near else ""


def _wrong(message: str, remedy: str) -> LandbridgeError:
    return LandbridgeError(error("name", message, None, remedy))
