"""Looks at a site, made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from landbridge.aws.calling import Place
from landbridge.aws.deploying.outdated import Make
from landbridge.aws.facts import Address, Facts, Gateway, Hub, Instance, Lists, Route, Table, Tunnel
from landbridge.aws.model import Account
from landbridge.aws.operating.judging import View
from landbridge.aws.operating.words import Heard, Order, Word

HERE = Place(Account("default"), "ap-northeast-1")
LAUNCHED, SINCE, NOW = "2026-11-24T05:00:00+00:00", "2026-11-24T05:02:00+00:00", 1795500000.0
BORN = 1795496400  # LAUNCHED, in seconds
OLD, NEW = Make("ami-old", "c6in.large"), Make("ami-new", "c6in.large")


def gateway(name: str, make: Make = OLD, **more: Any) -> Gateway:  # noqa: ANN401
    """A gateway that is well."""
    instance = Instance(f"i-{name}", "running", "InService", True, LAUNCHED, make.image, make.type, interface=f"eni-{name}", forwards=True)
    tunnels = tuple(Tunnel(f"{name}-{number}", "169.254.8.0/30", "up", f"52.0.0.{number}", SINCE, "", 4) for number in (1, 2))
    made = Gateway(name, name[:-2], HERE, f"group-{name}", "", instance, Address("203.0.113.7", "a", f"eni-{name}"), f"vpn-{name}",
                   "available", tunnels)  # fmt: skip
    return replace(made, **more)


def leaving(one: Gateway) -> Gateway:
    assert one.instance is not None
    return replace(one, instance=replace(one.instance, lifecycle="Terminating:Wait"))


def down(one: Gateway, *numbers: int) -> Gateway:
    """Its tunnels of these numbers (none: all) are down."""
    tunnels = [replace(tunnel, state="down", accepted=0) if not numbers or int(tunnel.name[-1]) in numbers else tunnel
               for tunnel in one.tunnels]  # fmt: skip
    return replace(one, tunnels=tuple(tunnels))


def word(by: str, claim: str = "tokyo-a", at: int = BORN + 60, prepends: int = 2) -> Word:
    return Word(claim, by, prepends, at)


def view(*gateways: Gateway, active: str | None = None, words: tuple[Word, ...] | None = None, order: Order | None = None) -> View:
    """A site whose routes lead to `active` (None: its first), of which both have said so; "" is nobody."""
    site = gateways[0].site
    to = gateways[0].name if active is None else active
    routes = (Route("pl-1", "active" if to else "blackhole", f"eni-{to}", to),)
    facts = Facts(
        "acme",
        {},
        Hub("oregon", HERE),
        gateways,
        (Table("rtb-1", site, "vpc-1", True, True, (), routes),),
        (),
        (Lists(site, ("pl-1",)),),
        (),
    )
    said = tuple(word(one.name, to) for one in gateways) if words is None else words
    return View(site, facts, Heard({one.by: one for one in said}, order), NOW)
