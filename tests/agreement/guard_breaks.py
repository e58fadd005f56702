"""Breaks of what guards a router and its tunnels: firewall rules, IKE and ESP proposals."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from landbridge.artifacts import Artifacts
from tests.agreement.edit import Break, Spot, below, broken, global_prefixes, pick, record

CHAIN = r"(?P<chain>set firewall (ipv4 )?name \S+-LOCAL) "
RULE = r"(?P<rule>set firewall (ipv4 )?name \S+-LOCAL rule (10|20|30|40)) "
NAME = "BROKEN"
OTHERS = {
    "encryption": ("aes128", "aes256"),
    "hash": ("sha1", "sha256", "sha512"),
    "dh-group": ("14", "19"),
    "pfs": ("dh-group14", "disable"),
    "key-exchange": ("ikev1", "ikev2"),
}


def firewall_dropped(random: Random, made: Artifacts) -> Break | None:
    """A rule that lets in what is established, ESP, IKE, BGP, ICMP or VRRP."""
    line = pick(random, made, RULE + "action")
    if line is None:
        return None
    gone: dict[int, Sequence[str]] = dict.fromkeys(below(made.routers[line.gateway], line["rule"]), ())
    chain = line["rule"].partition(" rule")[0]
    return broken(made, line.gateway, ("firewall-drop", f"without `{line['rule']}`"), gone, sections=(chain,))


def firewall_action(random: Random, made: Artifacts) -> Break | None:
    line = pick(random, made, RULE + "action 'accept'")
    if line is None:
        return None
    new = line.text.replace("'accept'", "'drop'")
    chain = line["rule"].partition(" rule")[0]
    return broken(made, line.gateway, ("firewall-action", f"`{new}`"), {line.number: [new]}, statement=line["rule"], sections=(chain,))


def firewall_open(random: Random, made: Artifacts) -> Break | None:
    """A chain that lets in whatever no rule is about."""
    line = pick(random, made, CHAIN + "default-action 'drop'")
    if line is None:
        return None
    new = line.text.replace("'drop'", "'accept'")
    return broken(made, line.gateway, ("firewall-open", f"`{new}`"), {line.number: [new]}, sections=(line["chain"],))


def firewall_forward(random: Random, made: Artifacts) -> Break | None:
    """A chain for packets that pass, which drops a protocol, or what comes from a prefix."""
    gateway = random.choice(made.manifest.gateways)
    prefixes = [*(subnet.cidr for subnet in made.manifest.vpc(gateway.vpc).subnets), *global_prefixes(made)]
    matched = random.choice(["protocol 'tcp'", "protocol 'icmp'", f"source address '{random.choice(prefixes)}'"])
    interface, direction = random.choice(["vti0", "vti1", "eth0"]), random.choice(["in", "out"])
    modern = gateway.release in ("1.4", "1.5")
    chain = f"set firewall {'ipv4 ' if modern else ''}name {NAME}"
    added = [f"{chain} default-action 'accept'", f"{chain} rule 10 action 'drop'", f"{chain} rule 10 {matched}"]
    if modern:
        jump = "set firewall ipv4 forward filter rule 10"
        way = "inbound" if direction == "in" else "outbound"
        added += [f"{jump} action 'jump'", f"{jump} jump-target '{NAME}'", f"{jump} {way}-interface name '{interface}'"]
    else:
        kind = "ethernet" if interface == "eth0" else "vti"
        added.append(f"set interfaces {kind} {interface} firewall {direction} name '{NAME}'")
    return broken(made, gateway.name, ("firewall-forward", f"{direction} {interface}: drops {matched}"), {}, added=added)


def ike(random: Random, made: Artifacts) -> Break | None:
    return _proposal(random, made, "ike", r"(proposal 1 (?P<option>encryption|hash|dh-group)|(?P<head>key-exchange))")


def esp(random: Random, made: Artifacts) -> Break | None:
    return _proposal(random, made, "esp", r"(proposal 1 (?P<option>encryption|hash)|(?P<head>pfs))")


def _proposal(random: Random, made: Artifacts, group: str, pattern: str) -> Break | None:
    line = pick(random, made, rf"(?P<group>set vpn ipsec {group}-group \S+) {pattern} '(?P<value>\S+)'")
    if line is None:
        return None
    option = line.match["option"] or line["head"]
    new = line.text.replace(f"'{line['value']}'", f"'{random.choice([each for each in OTHERS[option] if each != line['value']])}'")
    also: list[Spot] = [record(made, line.gateway, "options")]
    sections = ("set vpn ipsec site-to-site",)  # what refers to the group
    return broken(
        made, line.gateway, (f"{group}-proposal", f"`{new}`"), {line.number: [new]}, statement=line["group"], sections=sections, also=also
    )
