"""Little clouds for the ground's tests: two VPCs, a gateway and a plain instance in one, a hub and its VPC beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from landbridge.sandbox.following.estate import (
    Attachment,
    Connection,
    Estate,
    Group,
    Hub,
    HubRoute,
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
from landbridge.sandbox.following.ground import Expected

ACCOUNT, REGION = "111122223333", "eu-west-3"
EVERYTHING = (IPv4Network("0.0.0.0/0"),)
REMOTE = IPv4Network("10.9.0.0/16")
ANY = Rule(-1, None, EVERYTHING)
PHASE = Phase(("AES256",), ("SHA2-256",), (14,), 3600)


def _host(name: str, vpc: str, subnet: str, address: str, place: str) -> Expected:
    return Expected(name, (IPv4Network(vpc),), REGION, IPv4Network(subnet), IPv4Address(address), IPv4Address(address), place)


HOSTS = (
    _host("site-1", "10.1.0.0/16", "10.1.0.0/24", "10.1.0.10", "site"),
    _host("site-2", "10.1.0.0/16", "10.1.1.0/24", "10.1.1.10", "site"),
    _host("hub-1", "10.2.0.0/16", "10.2.0.0/24", "10.2.0.10", "hub"),
)


def _tunnel(outside: str, inside: str) -> Tunnel:
    return Tunnel(IPv4Address(outside), IPv4Network(inside), "key", ("ikev2",), PHASE, PHASE, "add", "clear", 30)


def _instance(number: str, interface: str) -> Instance:
    return Instance(number, ACCOUNT, REGION, "running", interface, b"", "", "", 0.0)


def estate() -> Estate:
    """The gateway i-g (10.1.0.40, Elastic IP 198.19.0.1) forwards; i-p (10.1.1.50, 198.19.0.2) is anybody. The site's subnets have a
    table each; both lead 10.9.0.0/16 to the gateway and the rest to the Internet."""

    def table(number: str) -> Table:
        return Table(number, "vpc-a", (Route((REMOTE,), "eni-g"), Route(EVERYTHING, "igw-a")))

    gateway, plain = IPv4Address("10.1.0.40"), IPv4Address("10.1.1.50")
    both = (gateway, IPv4Address("10.1.0.8"))
    return Estate(
        1,
        vpcs=(
            Vpc("vpc-a", ACCOUNT, REGION, (IPv4Network("10.1.0.0/16"),), "igw-a", "site"),
            Vpc("vpc-h", ACCOUNT, REGION, (IPv4Network("10.2.0.0/16"),)),
        ),
        subnets=(
            Subnet("subnet-a1", "vpc-a", IPv4Network("10.1.0.0/24"), "a", "rtb-a1"),
            Subnet("subnet-a2", "vpc-a", IPv4Network("10.1.1.0/24"), "b", "rtb-a2"),
            Subnet("subnet-h", "vpc-h", IPv4Network("10.2.0.0/24"), "a", "rtb-h"),
        ),
        tables=(table("rtb-a1"), table("rtb-a2"), Table("rtb-h", "vpc-h", (Route((REMOTE, IPv4Network("10.1.0.0/16")), "tgw-1"),))),
        groups=(
            Group("sg-g", (ANY,), (ANY,)),
            Group("sg-p", (Rule(17, (7, 9), (IPv4Network("10.1.0.0/24"),)), Rule(17, (500, 500), (), ("sg-g",))), (ANY,)),
        ),
        interfaces=(
            Interface("eni-g", "vpc-a", "subnet-a1", gateway, both, False, ("sg-g",), "i-g", ((gateway, IPv4Address("198.19.0.1")),)),
            Interface("eni-p", "vpc-a", "subnet-a2", plain, (plain,), True, ("sg-p",), "i-p", ((plain, IPv4Address("198.19.0.2")),)),
        ),
        instances=(_instance("i-g", "eni-g"), _instance("i-p", "eni-p")),
        hubs=(Hub("tgw-1", ACCOUNT, REGION, 64512, True),),
        attachments=(
            Attachment("att-h", "tgw-1", "vpc", "vpc-h", "tgw-rtb-1", ("tgw-rtb-1",), ("subnet-h",)),
            Attachment("att-v", "tgw-1", "vpn", "vpn-1", "tgw-rtb-1", ("tgw-rtb-1",)),
        ),
        connections=(Connection("vpn-1", "tgw-1", IPv4Address("198.19.0.1"), 65001, False, (_tunnel("198.18.0.1", "169.254.9.0/30"),)),),
    )  # fmt: skip


Change = Callable[[Estate], Estate]


def of(kind: str, number: str, **fields: Any) -> Change:  # noqa: ANN401 - the thing checks them
    """A change of one thing's fields."""

    def change(held: Estate) -> Estate:
        things = getattr(held, kind)
        assert any(one.id == number for one in things)
        now: dict[str, Any] = {kind: tuple(replace(one, **fields) if one.id == number else one for one in things)}
        return replace(held, **now)

    return change


def without(kind: str, number: str) -> Change:
    def change(held: Estate) -> Estate:
        kept: dict[str, Any] = {kind: tuple(one for one in getattr(held, kind) if one.id != number)}
        return replace(held, **kept)

    return change


def leading(table: str, *routes: tuple[str, str]) -> Change:
    """A VPC's table with other routes: a destination and a target each."""
    return of("tables", table, routes=tuple(Route((IPv4Network(to),), target) for to, target in routes))


def static(*routes: tuple[str, str]) -> Change:
    return lambda held: replace(held, hub_routes=tuple(HubRoute("tgw-rtb-1", IPv4Network(to), target) for to, target in routes))


def changed(*changes: Change) -> Estate:
    held = estate()
    for change in changes:
        held = change(held)
    return held
