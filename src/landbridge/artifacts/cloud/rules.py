"""What a site's gateways let in, as the stack that starts them says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from landbridge.artifacts.cloud.template import Resource, Template, block, items, number_in, prefix_of, referred, tagged, text_in
from landbridge.artifacts.cloud.tree import Block, MisreadError
from landbridge.artifacts.manifest import Gateway, Rule
from landbridge.findings import Where

_PROTOCOLS = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp", "50": "esp", "112": "vrrp", "tcp": "tcp", "udp": "udp", "icmp": "icmp"}
_WITH_PORTS = ("tcp", "udp")
_ECHO, _ANY, _LAST_PORT = 8, -1, 65535


def admitting(template: Template, known: Mapping[str, Gateway]) -> dict[str, tuple[Gateway, dict[str, Where]]]:
    """A site's gateways (`known`, by name) with the rules of the security groups that their instances get. Raises MisreadError."""
    refuse_other_rules(template)
    tunnels = {_outside(tunnel.name): tunnel.name for gateway in known.values() for tunnel in gateway.tunnels}
    by_group: dict[str | None, list[Resource]] = {}
    for rule in template.of("EC2::SecurityGroupIngress"):
        by_group.setdefault(referred(rule.properties.get("GroupId")), []).append(rule)
    found: dict[str, tuple[Gateway, dict[str, Where]]] = {}
    for group in template.of("AutoScaling::AutoScalingGroup"):
        name = tagged(group.properties, "gateway")
        if name not in known:
            raise MisreadError(group.line, f"{group.name} starts {name}, which the manifest doesn't have")
        rules = [rule for own in _groups(template, group) for rule in by_group.get(own, [])]
        made = _rules(rules, known[name], tunnels)
        places = {f"rules[{number}]": template.where(one) for number, (_, one) in enumerate(made)}
        places["rules"] = template.where(rules[0] if rules else group)
        found[name] = replace(known[name], rules=tuple(rule for rule, _ in made)), places
    missing = next((name for name in known if name not in found), None)
    if missing is not None:
        raise MisreadError(None, f"it has no Auto Scaling group of {missing}")
    return found


def refuse_other_rules(template: Template) -> None:
    """Security groups' rules are looked for where they are rendered, and nowhere else."""
    for group in template.of("EC2::SecurityGroup"):
        if {"SecurityGroupIngress", "SecurityGroupEgress"} & group.properties.keys():
            raise MisreadError(group.line, f"{group.name} has rules of its own: those that let something in belong to the stack `gateways`")
    for rule in template.of("EC2::SecurityGroupEgress"):
        raise MisreadError(rule.line, f"{rule.name} keeps in what a gateway sends: landbridge reads no such rules")


def _outside(tunnel: str) -> str:
    """The parameter that has AWS' outside address of a tunnel."""
    return "".join(word[:1].upper() + word[1:] for word in tunnel.split("-")) + "Outside"


def _groups(template: Template, group: Resource) -> list[str | None]:
    """The security groups of what an Auto Scaling group starts."""
    launch = template.named("EC2::LaunchTemplate", referred(block(group.properties, "LaunchTemplate").get("LaunchTemplateId")))
    if launch is None:
        raise MisreadError(group.line, f"LaunchTemplateId of {group.name} is no launch template of this template")
    return [referred(one) for one in items(block(launch.properties, "LaunchTemplateData"), "SecurityGroupIds")]


def _rules(found: Iterable[Resource], known: Gateway, tunnels: Mapping[str, str]) -> list[tuple[Rule, Resource]]:
    """The rules, and the first resource of each: those of one purpose that differ in the port alone are one. Descriptions lack what EC2
    refuses: a rule that the manifest has keeps the purpose that it has there."""
    purposes = {(rule.protocol, rule.source): rule.purpose for rule in known.rules or ()}
    made: dict[tuple[str, str, str], tuple[Rule, Resource]] = {}
    for rule in found:
        own = rule.properties
        protocol, source = _PROTOCOLS.get(text_in(own, "IpProtocol")), _source(own, tunnels)
        admitted = None if protocol is None or source is None else _ports(own, protocol)
        if protocol is None or source is None or admitted is None:
            continue  # nothing that the network has to do with
        described = own.get("Description")
        purpose = purposes.get((protocol, source)) or (described if isinstance(described, str) else rule.name)
        before, first = made.get((protocol, source, purpose), (None, rule))
        if before is not None:
            admitted = (*before.ports, *admitted) if before.ports and admitted else ()
        made[protocol, source, purpose] = Rule(protocol, admitted, source, purpose), first
    return list(made.values())


def _ports(rule: Block, protocol: str) -> tuple[int, ...] | None:
    """Destination ports; none for all of them. None where a rule lets in what no packet of the network is."""
    if protocol == "icmp":
        return () if number_in(rule, "FromPort", _ANY) in (_ANY, _ECHO) else None
    if protocol not in _WITH_PORTS:
        return ()
    first, last = number_in(rule, "FromPort"), number_in(rule, "ToPort")
    if (first, last) in ((0, _LAST_PORT), (_ANY, _ANY)):
        return ()
    if not 0 <= first <= last <= _LAST_PORT:
        raise MisreadError(rule.line, f"its ports are {first} to {last}")
    return tuple(range(first, last + 1))


def _source(rule: Block, tunnels: Mapping[str, str]) -> str | None:
    """A prefix, or the placeholder of a tunnel's outside address. None for IPv6."""
    if "CidrIpv6" in rule:
        return None
    source = rule.get("CidrIp")
    if isinstance(source, str):
        try:
            return str(prefix_of(source))
        except ValueError:
            raise MisreadError(rule.line, f"CidrIp is {source!r}, where an IPv4 prefix is wanted") from None
    composed = source.get("Fn::Sub") if isinstance(source, Block) else None
    if isinstance(composed, str) and composed.startswith("${") and composed.endswith("}/32"):
        tunnel = tunnels.get(composed[2:-4])
        if tunnel is not None:
            return f"${{outside:{tunnel}}}"
    raise MisreadError(rule.line, "its source is neither a prefix in CidrIp nor the outside address of one of the site's tunnels")
