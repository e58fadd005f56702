"""A VPN connection and its two tunnels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

from moto.ec2.models.vpn_connections import VPNConnection

from landbridge.sandbox.cloudformation.stack import now
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.world import WORLD
from landbridge.sandbox.vpn import configuration, options

OUTSIDE = (int(IPv4Address("198.18.0.0")), int(IPv4Address("198.19.0.0")))  # of RFC 2544's range for tests, a half for each tunnel


@dataclass(slots=True)
class Tunnel:
    """One tunnel: AWS' outside address, the inside range, the key and what else was settled; and how it really is."""

    outside: str
    inside: IPv4Network
    key: str
    settled: Props
    up: bool = False
    message: str = "IPSEC IS DOWN"
    changed: datetime = field(default_factory=now)
    routes: list[Props] = field(default_factory=list)  # learnt over it: prefix, path, med
    replaced: int = 0  # how often its endpoint was

    @property
    def aws(self) -> IPv4Address:
        """AWS' inside address."""
        return self.inside[1]

    @property
    def gateway(self) -> IPv4Address:
        """The customer gateway's inside address."""
        return self.inside[2]

    def shown(self, hidden: bool) -> Props:
        """As the API shows it."""
        listed = {name: [{"Value": one} for one in value] for name, value in self.settled.items() if isinstance(value, list)}
        found = {**self.settled, **listed, "OutsideIpAddress": self.outside, "TunnelInsideCidr": str(self.inside)}
        found |= {"IkeVersions": found.pop("IKEVersions"), "PreSharedKey": None if hidden else self.key}
        found |= {"DpdTimeoutSeconds": found.pop("DPDTimeoutSeconds"), "DpdTimeoutAction": found.pop("DPDTimeoutAction")}
        logs = (found["LogOptions"] or {}).get("CloudWatchLogOptions")
        found["LogOptions"] = {"CloudWatchLogOptions": logs or {"LogEnabled": False}}
        return found


class Connection(VPNConnection):
    """What the emulator keeps and describes in its own one's place."""

    def __init__(self, backend: Foreign, given: Props, tags: dict[str, str]) -> None:
        from moto.ec2.utils import random_vpn_connection_id

        super().__init__(
            backend,
            random_vpn_connection_id(),
            given.get("Type", "ipsec.1"),
            given["CustomerGatewayId"],
            given.get("VpnGatewayId"),
            given.get("TransitGatewayId"),
            tags,
        )
        asked = given.get("Options") or {}
        self.asked = {name: value for name, value in asked.items() if name != "TunnelOptions"}
        self.stored = given.get("PreSharedKeyStorage", "Standard") == "SecretsManager"
        self.secret: str | None = None
        self.both: list[Tunnel] = []
        wanted = [*(asked.get("TunnelOptions") or []), {}, {}][:2]
        taken = list(_taken(backend, self.transit_gateway_id or self.vpn_gateway_id))
        for half, one in zip(OUTSIDE, wanted, strict=True):
            settled, key = options.settle(one), options.key_of(one)
            inside = options.inside_of(one, taken, WORLD.kept.inside)
            taken.append(inside)
            WORLD.kept.inside += 1
            self.both.append(Tunnel(str(IPv4Address(half + WORLD.kept.outside + 1)), inside, key, settled))
        WORLD.kept.outside += 1

    def change(self, tunnel: Tunnel, given: Props) -> None:
        """Gives a tunnel other options; its endpoint is replaced, so that it is down. Raises RefusedError."""
        others = [one for one in _taken(self.ec2_backend, self.transit_gateway_id or self.vpn_gateway_id) if one != tunnel.inside]
        settled = options.settle(given, tunnel.settled)
        inside = options.inside_of(given, others, 0) if "TunnelInsideCidr" in given else tunnel.inside
        key = options.key_of(given) if "PreSharedKey" in given else tunnel.key
        if (settled, inside, key) != (tunnel.settled, tunnel.inside, tunnel.key):
            tunnel.settled, tunnel.inside, tunnel.key = settled, inside, key
            self.tell(tunnel, False, "Tunnel endpoint is replaced", [])

    def tell(self, tunnel: Tunnel, up: bool, message: str, routes: list[Props]) -> None:
        """Sets how a tunnel really is."""
        if up != tunnel.up:
            tunnel.changed = now()
        tunnel.up, tunnel.routes = up, routes if up else []
        tunnel.message = message or (f"{len(routes)} BGP ROUTES" if up else "IPSEC IS DOWN")

    @property
    def asn(self) -> int:
        """AWS' AS number."""
        if self.transit_gateway_id:
            return int(self.ec2_backend.transit_gateways[self.transit_gateway_id].options["AmazonSideAsn"])
        return int(getattr(self.ec2_backend.vpn_gateways.get(self.vpn_gateway_id), "amazon_side_asn", None) or 64512)

    @property
    def customer_gateway_configuration(self) -> str:
        """The configuration to download."""
        return configuration.text_of(self) if self.state == "available" else ""

    def shown(self) -> Props:
        """As the API shows it."""
        there = self.state == "available"
        return {
            "VpnConnectionId": self.id,
            "State": self.state,
            "Type": self.type,
            "Category": "VPN",
            "CustomerGatewayId": self.customer_gateway_id,
            "VpnGatewayId": self.vpn_gateway_id,
            "TransitGatewayId": self.transit_gateway_id,
            "GatewayAssociationState": "associated",
            "CustomerGatewayConfiguration": self.customer_gateway_configuration,
            "PreSharedKeyArn": self.secret,
            "Options": {
                "EnableAcceleration": bool(self.asked.get("EnableAcceleration", False)),
                "StaticRoutesOnly": bool(self.asked.get("StaticRoutesOnly", False)),
                "LocalIpv4NetworkCidr": self.asked.get("LocalIpv4NetworkCidr", "0.0.0.0/0"),
                "RemoteIpv4NetworkCidr": self.asked.get("RemoteIpv4NetworkCidr", "0.0.0.0/0"),
                "OutsideIpAddressType": self.asked.get("OutsideIpAddressType", "PublicIpv4"),
                "TunnelInsideIpVersion": "ipv4",
                "TunnelBandwidth": self.asked.get("TunnelBandwidth", "standard"),
                "TunnelOptions": [one.shown(self.stored) for one in self.both],
            },
            "Routes": [],
            "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in self.get_tags()],
            "VgwTelemetry": [
                {
                    "OutsideIpAddress": one.outside,
                    "Status": "UP" if one.up else "DOWN",
                    "StatusMessage": one.message,
                    "AcceptedRouteCount": len(one.routes),
                    "LastStatusChange": one.changed,
                }
                for one in (self.both if there else [])
            ],
        }


def _taken(backend: Foreign, gateway: str | None) -> list[IPv4Network]:
    """The inside ranges in use at a gateway."""
    return [
        tunnel.inside
        for one in backend.vpn_connections.values()
        if isinstance(one, Connection) and one.state != "deleted" and gateway in (one.transit_gateway_id, one.vpn_gateway_id)
        for tunnel in getattr(one, "both", [])
    ]
