"""Who may log in to a gateway, from where and with what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network
from typing import Literal

from landbridge.artifacts.manifest import Gateway
from landbridge.findings import Finding, Where, error, warning
from landbridge.verify.checks.registry import check
from landbridge.verify.network import Network
from landbridge.vyos.router import AdminService, FirewallRule, Router

_CODE = "open-admin"
_WORLD = 8  # a prefix shorter than this is no administrators' network
_NAMES = {"ssh": "SSH", "https": "its HTTPS API"}
_RULING = (("firewall", "name"), ("firewall", "ipv4"), ("firewall", "zone"))
_REMEDY = "Let in the administrators' own prefixes only."

Answer = Literal["open", "closed", "unknown"]


@dataclass(frozen=True, slots=True)
class _Says:
    """What a security group or a firewall says to the world, and where."""

    answer: Answer
    where: Where


@check(_CODE)
def open_logins(network: Network) -> Iterator[Finding]:
    """Only administrators reach a gateway's SSH and HTTPS API, and no password is enough.

    The security group's rules (in the manifest) and the gateway's own local firewall are asked for a new connection from anywhere.
    Passes where neither lets it in, or the gateway has no firewall and the rules don't.
    Fails where both let it in, or the rules do and there is no firewall.
    Warns where one of the two does and the other doesn't, or isn't known; where nothing is known of either; and where a
    password is enough to log in over SSH. Any prefix shorter than /8 is "anywhere".
    Source: AWS, "Security group rules"; VyOS, `service ssh` (`disable-password-authentication`) and `firewall`.
    """
    for gateway in network.manifest.gateways:
        router = network.routers[gateway.name]
        if gateway.rules is None and not router.bindings and not _firewall_unread(router):
            yield warning(
                _CODE,
                f"{gateway.name} has no local firewall, and its security group's rules aren't told: nothing says who may log in.",
                network.places.manifest(gateway.name, f"gateways.{gateway.name}.rules"),
                "Write the gateway's rules into the manifest, or give it a firewall.",
            )
        for service in router.services:
            yield from _reached(network, gateway, router, service)
            if service.passwords:
                yield warning(
                    _CODE,
                    f"a password is enough to log in to {gateway.name} over SSH.",
                    network.places.router(gateway.name, service.line, "service ssh"),
                    "Set `service ssh disable-password-authentication` and use keys.",
                )


def _reached(network: Network, gateway: Gateway, router: Router, service: AdminService) -> Iterator[Finding]:
    rules = _rules(network, gateway, service)
    firewall = _firewall(network, gateway, router, service)
    what = f"{gateway.name}: {_NAMES[service.name]} is open to the world"
    by_rules = "the security group's rules"
    if rules.answer == "open" and firewall is None:
        yield error(_CODE, f"{what}: {by_rules} let it in, and the gateway has no firewall.", rules.where, _REMEDY)
    elif rules.answer == "open" and firewall is not None and firewall.answer == "open":
        message = f"{what}: {by_rules} let it in, and so does the gateway's own firewall, {firewall.where}."
        yield error(_CODE, message, rules.where, _REMEDY)
    elif rules.answer == "open" and firewall is not None:
        but = "the gateway's own firewall keeps it out" if firewall.answer == "closed" else "of its firewall not everything is understood"
        yield warning(_CODE, f"{what} by {by_rules}; {but}.", rules.where, _REMEDY)
    elif firewall is not None and firewall.answer == "open":
        but = f"{by_rules} keep it out" if rules.answer == "closed" else f"{by_rules} aren't told"
        yield warning(_CODE, f"{what} by its own firewall; {but}.", firewall.where, _REMEDY)


def _rules(network: Network, gateway: Gateway, service: AdminService) -> _Says:
    where = network.places.manifest(gateway.name, f"gateways.{gateway.name}.rules")
    if gateway.rules is None:
        return _Says("unknown", where)
    for at, rule in enumerate(gateway.rules):
        ports = not rule.ports or any(port in rule.ports for port in service.ports)
        if rule.protocol in ("tcp", "all") and ports and _from_anywhere((rule.source,)):
            return _Says("open", network.places.manifest(gateway.name, f"gateways.{gateway.name}.rules[{at}]"))
    return _Says("closed", where)


def _firewall(network: Network, gateway: Gateway, router: Router, service: AdminService) -> _Says | None:
    """What the local firewall says where the Internet comes in; None where there is none."""
    chains = {chain.name: chain for chain in router.chains}
    outside = [interface for interface in router.interfaces if not interface.name.startswith(("vti", "lo"))]
    said: list[_Says | None] = []
    for interface in outside:
        bound = [one.chain for one in router.bindings if one.direction == "local" and one.interface in (None, interface.name)]
        if not bound:
            said.append(None)
            continue
        chain = chains[bound[0]]
        rule = next((rule for rule in chain.rules if _decides(rule, service)), None)
        action, line = (rule.action, rule.line) if rule is not None else (chain.default_action, chain.line)
        where = network.places.router(gateway.name, line, f"firewall {chain.name}" + (f" rule {rule.number}" if rule is not None else ""))
        said.append(_Says("open" if action == "accept" else "closed", where))
    if _firewall_unread(router):
        return _Says("unknown", network.places.router(gateway.name, 0, "firewall"))
    if None in said or not said:
        return None
    return next((one for one in said if one is not None and one.answer == "open"), said[0])


def _firewall_unread(router: Router) -> bool:
    """Whether something that lets packets in, or keeps them out, isn't understood."""
    return any(one.path[:2] in _RULING or one.path[:1] == ("zone-policy",) for one in router.unread)


def _decides(rule: FirewallRule, service: AdminService) -> bool:
    """Whether a rule decides about a new connection from anywhere to a service."""
    return (
        rule.protocol in ("all", "tcp", "tcp_udp", "6")
        and (not rule.ports or any(first <= port <= last for first, last in rule.ports for port in service.ports))
        and (not rule.states or "new" in rule.states)
        and (not rule.sources or _from_anywhere(rule.sources))
        and (not rule.destinations or rule.action == "accept")
    )


def _from_anywhere(sources: Iterable[str]) -> bool:
    """Whether sources, as they are written, take in more than any administrators' network: by one prefix, or several together."""
    return sum(map(_addresses, sources)) > 1 << 32 - _WORLD


@lru_cache(4096)
def _addresses(source: str) -> int:
    """How many addresses a source takes in; of a placeholder, which is one address, and of a range none are counted."""
    if source.startswith("!"):
        return 1 << 32
    try:
        return IPv4Network(source, strict=False).num_addresses
    except ValueError:
        return 0
