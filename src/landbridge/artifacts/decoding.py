"""A manifest from its text: every value of the type and range that it should be, every reference to something that is there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from ipaddress import IPv4Network
from typing import Literal

from landbridge.artifacts.manifest import MANIFEST_VERSION, Accept, Gateway, Hub, Manifest, Options, Route, Rule, Subnet, Tunnel, Vpc
from landbridge.artifacts.plain import Path, dotted, parse_plain, place_of
from landbridge.artifacts.records import MisfitError, Reader, Record, address, asn, items, line, name, prefix, shown, whole, word_of
from landbridge.design.model import HOST_NUMBER
from landbridge.findings import CODES, LandbridgeError, error
from landbridge.intent.model import Release

_PLACEHOLDER = re.compile(r"\$\{(?:outside|eip|private):[a-z0-9][a-z0-9-]*\}")
_DIGEST = re.compile(r"[0-9a-f]{12}")

_kind: Reader[Literal["site", "hub"]] = word_of("site", "hub")
_role: Reader[Literal["active", "standby"]] = word_of("active", "standby")
_release = word_of(*map(str, Release))
_protocol = word_of("tcp", "udp", "icmp", "esp", "vrrp", "all")
_port = whole(1, 65535)
_seconds = whole(1, 86400)
_group = whole(1, 64)
_ike: Reader[Literal["ikev1", "ikev2"]] = word_of("ikev1", "ikev2")
_encryption = word_of("aes128", "aes256", "aes128-gcm", "aes256-gcm")
_integrity = word_of("sha1", "sha256", "sha384", "sha512")
_startup: Reader[Literal["gateway", "aws"]] = word_of("gateway", "aws")


def manifest_of_text(text: str, file: str) -> Manifest:
    """The manifest in a text; `file` is its name in errors. Raises LandbridgeError (`syntax`) with the line of what is wrong."""
    value = parse_plain(text, file)
    try:
        return _manifest(value)
    except MisfitError as misfit:
        message = f"{dotted(misfit.path) or 'the manifest'} {misfit.problem}."
        where = place_of(text, file, misfit.path)
        raise LandbridgeError(error("syntax", message, where, "Mend it, or render the artifacts anew.")) from None


def _manifest(value: object) -> Manifest:
    record = Record(value, ())
    version = record.take("version")
    if version != MANIFEST_VERSION or isinstance(version, bool):
        raise MisfitError(("version",), f"is {version!r}; this landbridge reads {MANIFEST_VERSION}")
    gateways = record.many("gateways", _Gateways())
    first = {gateway.vpc: gateway.name for gateway in reversed(gateways)}
    manifest = Manifest(
        network=record.one("network", name),
        hub=record.one("hub", _hub),
        vpcs=record.many("vpcs", partial(_vpc, first)),
        gateways=gateways,
        accept=record.some("accept", _accept),
    )
    record.end()
    _check_references(manifest)
    return manifest


def _hub(value: object, path: Path) -> Hub:
    record = Record(value, path)
    hub = Hub(name=record.one("name", name), asn=record.one("asn", asn))
    record.end()
    return hub


def _vpc(gateways: Mapping[str, str], value: object, path: Path) -> Vpc:
    """A VPC; `gateways` are the first of each site, where routes lead that nobody wrote."""
    record = Record(value, path)
    own, kind = record.one("name", name), record.one("kind", _kind)
    target = "tgw" if kind == "hub" else gateways.get(own)
    routes = record.optional("routes", _routes)
    vpc = Vpc(
        name=own,
        kind=kind,
        region=record.one("region", name),
        cidrs=record.many("cidrs", prefix),
        subnets=record.many("subnets", partial(_subnet, own)),
        routes=routes if routes is not None else (Route("remote", target),) if target is not None else (),
    )
    record.end()
    return vpc


def _subnet(vpc: str, value: object, path: Path) -> Subnet:
    """A subnet of a VPC; a `global` alone brings a host and its address with it."""
    record = Record(value, path)
    cidr, zone = record.one("cidr", prefix), record.one("zone", name)
    host, own = record.optional("host", name), record.optional("address", address)
    global_ = record.optional("global", partial(_global, cidr))
    record.end()
    if global_ is not None and host is None and own is None:
        if cidr.num_addresses <= HOST_NUMBER:
            raise MisfitError((*path, "cidr"), f"is {cidr}, too small for a host that isn't written")
        host, own = f"{vpc}-{int(path[-1]) + 1}", cidr[HOST_NUMBER]
    subnet = Subnet(cidr, zone, host, own, global_)
    if len({subnet.host is None, subnet.address is None, subnet.global_ is None}) > 1:
        raise MisfitError(path, "has only some of host, address and global")
    if subnet.address is not None and subnet.address not in subnet.cidr:
        raise MisfitError((*path, "address"), f"is {subnet.address}, outside {subnet.cidr}")
    if subnet.global_ is not None and subnet.global_.prefixlen != subnet.cidr.prefixlen:
        raise MisfitError((*path, "global"), f"is {subnet.global_}, of another length than {subnet.cidr}")
    return subnet


def _global(cidr: IPv4Network, value: object, path: Path) -> IPv4Network:
    return cidr if value == "same" else prefix(value, path)


def _routes(value: object, path: Path) -> tuple[Route, ...]:
    return items(value, path, _route)


def _route(value: object, path: Path) -> Route:
    record = Record(value, path)
    destination = record.one("destination", line)
    if destination != "remote":
        prefix(destination, (*path, "destination"))
    route = Route(destination, record.one("target", name))
    record.end()
    return route


class _Gateways:
    """Reads gateways one after another: the first of a VPC is the active one where nobody says so."""

    def __init__(self) -> None:
        self.homes: set[str] = set()

    def __call__(self, value: object, path: Path) -> Gateway:
        gateway = _gateway("standby" if isinstance(value, dict) and value.get("vpc") in self.homes else "active", value, path)
        self.homes.add(gateway.vpc)
        return gateway


def _gateway(role: Literal["active", "standby"], value: object, path: Path) -> Gateway:
    record = Record(value, path)
    gateway = Gateway(
        name=record.one("name", name),
        vpc=record.one("vpc", name),
        role=record.optional("role", _role) or role,
        release=record.one("release", _release),
        asn=record.one("asn", asn),
        subnet=record.optional("subnet", prefix),
        secondary=record.optional("secondary", address),
        rules=record.optional("rules", _rules),
        options=record.optional("options", _options),
        tunnels=record.many("tunnels", _tunnel),
        text=record.optional("text", _digest),
    )
    record.end()
    return gateway


def _accept(value: object, path: Path) -> Accept:
    record = Record(value, path)
    accept = Accept(record.one("code", _code), record.optional("where", name), record.one("reason", line))
    record.end()
    return accept


def _code(value: object, path: Path) -> str:
    if not isinstance(value, str) or value not in CODES:
        raise MisfitError(path, f"is {shown(value)}, where a finding's code is wanted, such as public-address")
    return value


def _digest(value: object, path: Path) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise MisfitError(path, f"is {shown(value)}, where 12 digits of 0-9 and a-f are wanted")
    return value


def _rules(value: object, path: Path) -> tuple[Rule, ...]:
    return items(value, path, _rule)


def _rule(value: object, path: Path) -> Rule:
    record = Record(value, path)
    source = record.one("source", line)
    if not _PLACEHOLDER.fullmatch(source):
        prefix(source, (*path, "source"))
    rule = Rule(record.one("protocol", _protocol), record.many("ports", _port), source, record.one("purpose", line))
    record.end()
    return rule


def _options(value: object, path: Path) -> Options:
    record = Record(value, path)
    options = Options(
        ike=record.one("ike", _ike),
        encryption=record.one("encryption", _encryption),
        integrity=record.one("integrity", _integrity),
        dh=record.one("dh", _group),
        ike_lifetime=record.one("ike_lifetime", _seconds),
        esp_lifetime=record.one("esp_lifetime", _seconds),
        dpd=record.one("dpd", _seconds),
        startup=record.one("startup", _startup),
    )
    record.end()
    return options


def _tunnel(value: object, path: Path) -> Tunnel:
    record = Record(value, path)
    tunnel = Tunnel(record.one("name", name), record.one("inside", prefix))
    record.end()
    if tunnel.inside.prefixlen != 30:
        raise MisfitError((*path, "inside"), f"is {tunnel.inside}, where a /30 is wanted")
    return tunnel


def _check_references(manifest: Manifest) -> None:
    """Names that are there once, and names that point at something that is there."""
    vpcs = {vpc.name: vpc for vpc in manifest.vpcs}
    targets = {gateway.name for gateway in manifest.gateways} | {"tgw"}
    seen: set[str] = set()

    def once(one: str, path: Path) -> None:
        if one in seen:
            raise MisfitError(path, f"is {one!r}, which is there twice")
        seen.add(one)

    for at, vpc in enumerate(manifest.vpcs):
        once(vpc.name, ("vpcs", at, "name"))
        for number, subnet in enumerate(vpc.subnets):
            if subnet.host is not None:
                once(subnet.host, ("vpcs", at, "subnets", number, "host"))
        for number, route in enumerate(vpc.routes):
            if route.target not in targets:
                raise MisfitError(("vpcs", at, "routes", number, "target"), f"is {route.target!r}, which is neither a gateway nor tgw")
    for at, accept in enumerate(manifest.accept):
        if accept.where is not None and accept.where not in vpcs and accept.where != manifest.hub.name:
            raise MisfitError(("accept", at, "where"), f"is {accept.where!r}, which is no site or hub")
    for at, gateway in enumerate(manifest.gateways):
        once(gateway.name, ("gateways", at, "name"))
        home = vpcs.get(gateway.vpc)
        if home is None or home.kind != "site":
            raise MisfitError(("gateways", at, "vpc"), f"is {gateway.vpc!r}, which is no site's VPC")
        if gateway.subnet is not None and all(subnet.cidr != gateway.subnet for subnet in home.subnets):
            raise MisfitError(("gateways", at, "subnet"), f"is {gateway.subnet}, which is no subnet of {gateway.vpc}")
        for number, tunnel in enumerate(gateway.tunnels):
            once(tunnel.name, ("gateways", at, "tunnels", number, "name"))
