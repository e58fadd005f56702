"""Every kind of break, and choosing one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from landbridge.artifacts import Artifacts
from landbridge.findings import LandbridgeError
from landbridge.verify import network_of
from tests.agreement import cloud_breaks as cloud
from tests.agreement import guard_breaks as guard
from tests.agreement import nat_breaks as nat
from tests.agreement import route_breaks as route
from tests.agreement.edit import Break

Breaking = Callable[[Random, Artifacts], Break | None]

KINDS: dict[str, Breaking] = {
    "nat-drop": nat.dropped,
    "nat-translation": nat.translation,
    "nat-match": nat.matched,
    "nat-interface": nat.interface,
    "nat-protocol": nat.protocol,
    "nat-exclude": nat.exclude,
    "nat-shadow": nat.shadowed,
    "prefix-drop": route.prefix_dropped,
    "prefix-change": route.prefix_changed,
    "hop-change": route.hop,
    "network-drop": route.network_dropped,
    "network-change": route.network_changed,
    "network-foreign": route.network_foreign,
    "filter-drop": route.filter_dropped,
    "filter-change": route.filter_changed,
    "filter-deny": route.filter_denied,
    "filter-unbound": route.filter_unbound,
    "prepend-change": route.prepend,
    "firewall-drop": guard.firewall_dropped,
    "firewall-action": guard.firewall_action,
    "firewall-open": guard.firewall_open,
    "firewall-forward": guard.firewall_forward,
    "route-drop": cloud.route_dropped,
    "route-narrow": cloud.route_narrow,
    "route-other": cloud.route_other,
    "rule-drop": cloud.rule_dropped,
    "rule-source": cloud.rule_source,
    "asn-router": route.asn_router,
    "asn-neighbor": route.asn_neighbor,
    "asn-customer": cloud.asn_customer,
    "asn-hub": cloud.asn_hub,
    "inside-address": route.inside_address,
    "ike-proposal": guard.ike,
    "esp-proposal": guard.esp,
}
TRIES = 20  # a kind: what VyOS would refuse to commit is no break of a network that runs


def broken_by(kind: str, random: Random, made: Artifacts) -> Break | None:
    """A break of one kind, if there is anything in the network that it could break."""
    for _ in range(TRIES):
        found = KINDS[kind](random, made)
        if found is None:
            return None
        if _readable(found.artifacts, made):
            return found
    return None


def chosen(seed: int, number: int, made: Artifacts) -> Break:
    """The break of a network's seed with a number: six networks' numbers in turn go through all the kinds."""
    names = list(KINDS)
    start = (seed * 6 + number) % len(names)
    random = Random(f"break {seed} {number}")
    for kind in [*names[start:], *names[:start]]:
        found = broken_by(kind, random, made)
        if found is not None:
            return found
    raise AssertionError("nothing in the network can be broken")


def _readable(broken: Artifacts, made: Artifacts) -> bool:
    """Is the text that was changed read still, to the last line?"""
    changed = {gateway.name: gateway for gateway in made.manifest.gateways if broken.routers[gateway.name] != made.routers[gateway.name]}
    alone = replace(made.manifest, gateways=tuple(changed.values()))
    try:
        after, before = (network_of(Artifacts(alone, one.routers)).routers for one in (broken, made))
    except LandbridgeError:
        return False
    return all(len(after[name].unread) <= len(before[name].unread) for name in changed)
