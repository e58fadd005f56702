"""Breaks of what the cloud is told: a VPC's routes, a gateway's security group, ASNs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from landbridge.artifacts import Artifacts
from landbridge.artifacts.manifest import Gateway, Route, Rule, Vpc
from tests.agreement.edit import Break, Spot, below, global_prefixes, record, with_gateway, with_vpc


def _rerouted(made: Artifacts, kind: str, vpc: Vpc, routes: Sequence[Route], description: str) -> Break:
    new = with_vpc(made, replace(vpc, routes=tuple(routes)))
    return Break(kind, f"{vpc.name}: {description}", (record(new, vpc.name, "routes"),), new)


def _routed(random: Random, made: Artifacts) -> Vpc | None:
    found = [vpc for vpc in made.manifest.vpcs if vpc.routes]
    return random.choice(found) if found else None


def route_dropped(random: Random, made: Artifacts) -> Break | None:
    vpc = _routed(random, made)
    return None if vpc is None else _rerouted(made, "route-drop", vpc, vpc.routes[1:], "without a route")


def route_narrow(random: Random, made: Artifacts) -> Break | None:
    """One prefix in place of everybody's."""
    vpc = _routed(random, made)
    if vpc is None:
        return None
    others = [str(prefix) for prefix in global_prefixes(made, besides=vpc.name)]
    if not others:
        return None
    prefix = random.choice(others)
    return _rerouted(made, "route-narrow", vpc, [replace(vpc.routes[0], destination=prefix), *vpc.routes[1:]], f"a route to {prefix} alone")


def route_other(random: Random, made: Artifacts) -> Break | None:
    """A pair's VPC whose routes lead to the other gateway."""
    found = [vpc for vpc in made.manifest.vpcs if vpc.routes and len(_gateways(made, vpc)) == 2]
    if not found:
        return None
    vpc = random.choice(found)
    other = next(gateway.name for gateway in _gateways(made, vpc) if gateway.name != vpc.routes[0].target)
    return _rerouted(made, "route-other", vpc, [replace(route, target=other) for route in vpc.routes], f"routes to {other}")


def _gateways(made: Artifacts, vpc: Vpc) -> list[Gateway]:
    return [gateway for gateway in made.manifest.gateways if gateway.vpc == vpc.name]


def _regated(made: Artifacts, kind: str, gateway: Gateway, key: str, description: str, *also: Spot) -> Break:
    new = with_gateway(made, gateway)
    return Break(kind, f"{gateway.name}: {description}", (record(new, gateway.name, key), *also), new)


def _rules(random: Random, made: Artifacts) -> tuple[Gateway, tuple[Rule, ...]]:
    gateway = random.choice([gateway for gateway in made.manifest.gateways if gateway.rules])
    return gateway, gateway.rules or ()


def rule_dropped(random: Random, made: Artifacts) -> Break | None:
    gateway, rules = _rules(random, made)
    gone = random.choice(rules)
    left = tuple(rule for rule in rules if rule is not gone)
    return _regated(made, "rule-drop", replace(gateway, rules=left), "rules", f"without the rule for {gone.purpose}")


def rule_source(random: Random, made: Artifacts) -> Break | None:
    gateway, rules = _rules(random, made)
    old = random.choice(rules)
    changed = tuple(replace(rule, source="203.0.113.99/32") if rule is old else rule for rule in rules)
    return _regated(made, "rule-source", replace(gateway, rules=changed), "rules", f"another source for {old.purpose}")


def asn_customer(random: Random, made: Artifacts) -> Break | None:
    """AWS expects another ASN than the router has."""
    gateway = random.choice(made.manifest.gateways)
    text = made.routers[gateway.name]
    router = Spot(f"routers/{gateway.name}.set", frozenset(below(text, "set protocols bgp")))
    return _regated(made, "asn-customer", replace(gateway, asn=64997), "asn", f"ASN {gateway.asn} is 64997", router)


def asn_hub(random: Random, made: Artifacts) -> Break | None:
    """The hub's ASN isn't what the routers expect, or is one of theirs."""
    manifest = made.manifest
    asn = random.choice([64996, random.choice(manifest.gateways).asn])
    new = replace(made, manifest=replace(manifest, hub=replace(manifest.hub, asn=asn)))
    routers = tuple(Spot(f"routers/{name}.set", frozenset(below(text, "set protocols bgp"))) for name, text in made.routers.items())
    return Break("asn-hub", f"ASN {manifest.hub.asn} is {asn}", (record(new, manifest.hub.name, "asn"), *routers), new)
