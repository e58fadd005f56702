"""Transit Gateways, their attachments, static routes and VPN connections, as the lab follows them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from landbridge.sandbox.following import estate
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.showing.ground import GATEWAY, OWNER, tag


def hubs(account: str, region: str, backend: Foreign) -> Iterator[estate.Hub]:
    for hub in backend.transit_gateways.values():
        ecmp = hub.options.get("VpnEcmpSupport") == "enable"
        yield estate.Hub(hub.id, account, region, int(hub.options["AmazonSideAsn"]), ecmp, tag(backend, hub.id, OWNER))


def attachments(backend: Foreign) -> Iterator[estate.Attachment]:
    propagating: dict[str, list[str]] = {}
    for table in backend.transit_gateways_route_tables.values():
        for one in table.route_table_propagation:
            propagating.setdefault(one.transitGatewayAttachmentId, []).append(table.id)
    for held in backend.transit_gateway_attachments.values():
        if held.resource_type not in ("vpc", "vpn") or held.state != "available":
            continue
        yield estate.Attachment(
            held.id,
            held.transit_gateway_id,
            held.resource_type,
            held.resource_id,
            held._association_data.get("transitGatewayRouteTableId", ""),
            tuple(propagating.get(held.id, ())),
            tuple(getattr(held, "subnet_ids", ())),
        )


def hub_routes(backend: Foreign) -> Iterator[estate.HubRoute]:
    for table in backend.transit_gateways_route_tables.values():
        for prefix, route in table.routes.items():
            to = route["to"] if route["to"] in backend.transit_gateway_attachments else ""
            yield estate.HubRoute(table.id, IPv4Network(prefix), to)


def connections(backend: Foreign) -> Iterator[estate.Connection]:
    from landbridge.sandbox.vpn.connection import Connection

    for held in backend.vpn_connections.values():
        if isinstance(held, Connection) and held.state == "available" and held.transit_gateway_id:
            customer = backend.customer_gateways[held.customer_gateway_id]
            yield estate.Connection(
                held.id,
                held.transit_gateway_id,
                IPv4Address(customer.ip_address),
                int(customer.bgp_asn),
                bool(held.asked.get("StaticRoutesOnly", False)),
                tuple(map(_tunnel, held.both)),
                tag(backend, held.id, GATEWAY),
            )


def _tunnel(tunnel: Foreign) -> estate.Tunnel:
    held: Props = tunnel.settled
    ike, esp = (
        estate.Phase(
            tuple(held[f"Phase{number}EncryptionAlgorithms"]),
            tuple(held[f"Phase{number}IntegrityAlgorithms"]),
            tuple(int(one) for one in held[f"Phase{number}DHGroupNumbers"]),
            int(held[f"Phase{number}LifetimeSeconds"]),
        )
        for number in (1, 2)
    )
    return estate.Tunnel(
        IPv4Address(tunnel.outside),
        tunnel.inside,
        tunnel.key,
        tuple(held["IKEVersions"]),
        ike,
        esp,
        held["StartupAction"],
        held["DPDTimeoutAction"],
        int(held["DPDTimeoutSeconds"]),
        getattr(tunnel, "replaced", 0),
    )
