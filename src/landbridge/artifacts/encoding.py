"""A manifest as text: JSON that is YAML too, one record a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from landbridge.artifacts.manifest import MANIFEST_VERSION, Accept, Gateway, Manifest, Options, Route, Rule, Subnet, Tunnel, Vpc


def manifest_text(manifest: Manifest) -> str:
    """The text of manifest.yaml; its shape is documented in docs/manifest.md."""
    hub = {"name": manifest.hub.name, "asn": manifest.hub.asn}
    return (
        f'{{"version": {MANIFEST_VERSION},\n'
        f'"network": {json.dumps(manifest.network)},\n'
        f'"hub": {json.dumps(hub)},\n'
        f'"vpcs": {_lines(map(_vpc, manifest.vpcs))},\n'
        f'"gateways": {_lines(map(_gateway, manifest.gateways))},\n'
        f'"accept": {_lines(map(_accept, manifest.accept))}}}\n'
    )


def manifest_lines(manifest: Manifest) -> dict[str, int]:
    """The line that each VPC and gateway has in that text, by name: what `lines_of` finds there."""
    first = 5
    lines = {vpc.name: number for number, vpc in enumerate(manifest.vpcs, first)}
    first += max(len(manifest.vpcs), 1) + 2
    lines.update((gateway.name, number) for number, gateway in enumerate(manifest.gateways, first))
    return lines


def _lines(records: Iterable[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(map(json.dumps, records)) + "\n]"


def _vpc(vpc: Vpc) -> dict[str, Any]:
    return {
        "name": vpc.name,
        "kind": vpc.kind,
        "region": vpc.region,
        "cidrs": [str(cidr) for cidr in vpc.cidrs],
        "subnets": [_subnet(subnet) for subnet in vpc.subnets],
        "routes": [_route(route) for route in vpc.routes],
    }


def _subnet(subnet: Subnet) -> dict[str, Any]:
    if subnet.host is None:
        return {"cidr": str(subnet.cidr), "zone": subnet.zone}
    return {
        "cidr": str(subnet.cidr),
        "zone": subnet.zone,
        "host": subnet.host,
        "address": str(subnet.address),
        "global": str(subnet.global_),
    }


def _route(route: Route) -> dict[str, Any]:
    return {"destination": route.destination, "target": route.target}


def _gateway(gateway: Gateway) -> dict[str, Any]:
    return {
        "name": gateway.name,
        "vpc": gateway.vpc,
        "role": gateway.role,
        "release": gateway.release,
        "asn": gateway.asn,
        "subnet": None if gateway.subnet is None else str(gateway.subnet),
        "secondary": None if gateway.secondary is None else str(gateway.secondary),
        "tunnels": [_tunnel(tunnel) for tunnel in gateway.tunnels],
        "options": None if gateway.options is None else _options(gateway.options),
        "rules": None if gateway.rules is None else [_rule(rule) for rule in gateway.rules],
        **({} if gateway.text is None else {"text": gateway.text}),
    }


def _tunnel(tunnel: Tunnel) -> dict[str, Any]:
    return {"name": tunnel.name, "inside": str(tunnel.inside)}


def _options(options: Options) -> dict[str, Any]:
    return {
        "ike": options.ike,
        "encryption": options.encryption,
        "integrity": options.integrity,
        "dh": options.dh,
        "ike_lifetime": options.ike_lifetime,
        "esp_lifetime": options.esp_lifetime,
        "dpd": options.dpd,
        "startup": options.startup,
    }


def _accept(accept: Accept) -> dict[str, Any]:
    return {"code": accept.code, "where": accept.where, "reason": accept.reason}


def _rule(rule: Rule) -> dict[str, Any]:
    return {"protocol": rule.protocol, "ports": list(rule.ports), "source": rule.source, "purpose": rule.purpose}
