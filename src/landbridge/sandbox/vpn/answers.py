"""The API of VPN connections, and the one word that comes from outside it: how a tunnel really is."""

from __future__ import annotations

import json
from collections.abc import Iterator

from landbridge.sandbox.ec2.hubs import join_by_default, part
from landbridge.sandbox.ec2.refusing import refused
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.vpn.connection import Connection, Tunnel
from landbridge.sandbox.vpn.options import RefusedError


def create_vpn_connection(self: Foreign) -> Foreign:
    """CreateVpnConnection."""
    from moto.core.responses import ActionResult
    from moto.ec2.utils import add_tag_specification

    given, backend = dict(self.params), self.ec2_backend
    ends = [name for name in ("VpnGatewayId", "TransitGatewayId") if given.get(name)]
    if len(ends) > 1:
        raise refused("InvalidParameterCombination", "The request must not contain both parameter vpnGatewayId and transitGatewayId")
    hub = given.get("TransitGatewayId")
    if hub and (hub not in backend.transit_gateways or backend.transit_gateways[hub].state == "deleted"):
        raise refused("InvalidTransitGatewayID.NotFound", f"Transit Gateway {hub} was deleted or does not exist.")
    customer = backend.customer_gateways.get(given["CustomerGatewayId"])
    if customer is None or customer.state == "deleted":
        raise refused("InvalidCustomerGatewayID.NotFound", f"The customerGateway ID '{given['CustomerGatewayId']}' does not exist")
    for other in backend.vpn_connections.values():
        if other.state == "available" and other.customer_gateway_id == customer.id and hub and other.transit_gateway_id == hub:
            return ActionResult({"VpnConnection": other.shown()})  # asked for again, it is the one that is there
    tags = add_tag_specification(self._get_param("TagSpecifications", []))
    try:
        made = Connection(backend, given, tags)
    except RefusedError as problem:
        raise refused("InvalidParameterValue", str(problem)) from None
    backend.vpn_connections[made.id] = made
    if made.stored:
        _store(made)
    if hub:
        attachment = backend.create_transit_gateway_vpn_attachment(vpn_id=made.id, transit_gateway_id=hub)
        join_by_default(backend, attachment)
    return ActionResult({"VpnConnection": made.shown()})


def _store(connection: Connection) -> None:
    """Keeps the keys as a secret that belongs to the VPN service."""
    from moto.secretsmanager.models import secretsmanager_backends

    backend: Foreign = secretsmanager_backends[connection.ec2_backend.account_id][connection.ec2_backend.region_name]
    text = json.dumps({f"tunnel{number}": {"preSharedKey": one.key} for number, one in enumerate(connection.both, 1)})
    name = f"s2svpn!{connection.id}"
    if connection.secret is None:
        none = {"secret_binary": None, "description": None, "kms_key_id": None, "client_request_token": None}
        backend.create_secret(name=name, secret_string=text, tags=[], replica_regions=[], force_overwrite=False, **none)
        connection.secret = backend.secrets[name].arn
    else:
        backend.put_secret_value(
            secret_id=name, secret_string=text, secret_binary="", client_request_token=None, version_stages=["AWSCURRENT"]
        )


def _held(backend: Foreign, number: str) -> Connection:
    found = backend.vpn_connections.get(number)
    if not isinstance(found, Connection) or found.state == "deleted":
        raise refused("InvalidVpnConnectionID.NotFound", f"The vpnConnection ID '{number}' does not exist")
    return found


def describe_vpn_connections(self: Foreign) -> Foreign:
    """DescribeVpnConnections; a deleted connection is still shown for a while."""
    from moto.core.responses import ActionResult

    found = self.ec2_backend.describe_vpn_connections(self._get_param("VpnConnectionIds", []), self._filters_from_querystring())
    return ActionResult({"VpnConnections": [one.shown() for one in found]})


def delete_vpn_connection(self: Foreign) -> Foreign:
    """DeleteVpnConnection; its attachment goes with it."""
    from moto.core.responses import EmptyResult

    backend = self.ec2_backend
    held = _held(backend, self._get_param("VpnConnectionId"))
    held.state = "deleted"
    backend.tags.pop(held.id, None)
    for attachment in list(backend.transit_gateway_attachments.values()):
        if attachment.resource_id == held.id:
            part(backend, attachment)
    if held.secret is not None:
        from moto.secretsmanager.models import secretsmanager_backends

        secrets: Foreign = secretsmanager_backends[backend.account_id][backend.region_name]
        secrets.delete_secret(f"s2svpn!{held.id}", None, True)
    return EmptyResult()


def modify_vpn_connection(self: Foreign) -> Foreign:
    """ModifyVpnConnection: another gateway at either end."""
    from moto.core.responses import ActionResult

    backend, given = self.ec2_backend, dict(self.params)
    held = _held(backend, given["VpnConnectionId"])
    if "CustomerGatewayId" in given:
        backend.get_customer_gateway(given["CustomerGatewayId"])
        held.customer_gateway_id = given["CustomerGatewayId"]
    if "TransitGatewayId" in given:
        for attachment in list(backend.transit_gateway_attachments.values()):
            if attachment.resource_id == held.id:
                part(backend, attachment)
        held.transit_gateway_id, held.vpn_gateway_id = given["TransitGatewayId"], None
        made = backend.create_transit_gateway_vpn_attachment(vpn_id=held.id, transit_gateway_id=given["TransitGatewayId"])
        join_by_default(backend, made)
    for tunnel in held.both:
        tunnel.replaced = getattr(tunnel, "replaced", 0) + 1
        held.tell(tunnel, False, "", [])
    return ActionResult({"VpnConnection": held.shown()})


def modify_vpn_tunnel_options(self: Foreign) -> Foreign:
    """ModifyVpnTunnelOptions."""
    from moto.core.responses import ActionResult

    given = dict(self.params)
    held = _held(self.ec2_backend, given["VpnConnectionId"])
    tunnel = _tunnel(held, given["VpnTunnelOutsideIpAddress"])
    try:
        held.change(tunnel, given.get("TunnelOptions") or {})
    except RefusedError as problem:
        raise refused("InvalidParameterValue", str(problem)) from None
    if held.stored:
        _store(held)
    return ActionResult({"VpnConnection": held.shown()})


def replace_vpn_tunnel(self: Foreign) -> Foreign:
    """ReplaceVpnTunnel: the endpoint is another one, with the same addresses; the tunnel is down until it is up again."""
    from moto.core.responses import ActionResult

    held = _held(self.ec2_backend, self._get_param("VpnConnectionId"))
    tunnel = _tunnel(held, self._get_param("VpnTunnelOutsideIpAddress"))
    tunnel.replaced = getattr(tunnel, "replaced", 0) + 1
    held.tell(tunnel, False, "Tunnel endpoint is replaced", [])
    return ActionResult({"Return": True})


def _tunnel(connection: Connection, outside: str) -> Tunnel:
    for one in connection.both:
        if one.outside == outside:
            return one
    raise refused("InvalidParameterValue", f"Value ({outside}) for parameter vpnTunnelOutsideIpAddress is invalid.")


def connections() -> Iterator[Connection]:
    """Every connection of every account and Region."""
    from moto.ec2.models import ec2_backends

    for _, _, backend in ec2_backends.iter_backends():
        for one in list(backend.vpn_connections.values()):  # type: ignore[attr-defined]
            if isinstance(one, Connection) and one.state == "available":
                yield one


def told(said: Props) -> Props:
    """Sets how the tunnel with an outside address really is, and the metric that tells it. Raises KeyError."""
    for connection in connections():
        for tunnel in connection.both:
            if tunnel.outside == said["outside"]:
                connection.tell(tunnel, bool(said["up"]), str(said.get("message", "")), list(said.get("routes", [])))
                _measure(connection, tunnel)
                return {"connection": connection.id}
    raise KeyError(said["outside"])


def _measure(connection: Connection, tunnel: Tunnel) -> None:
    """AWS/VPN TunnelState, of the tunnel and of the connection."""
    from moto.cloudwatch.models import cloudwatch_backends

    backend: Foreign = cloudwatch_backends[connection.ec2_backend.account_id][connection.ec2_backend.region_name]
    both = sum(one.up for one in connection.both) / len(connection.both)
    data = [
        {"MetricName": "TunnelState", "Value": value, "Dimensions": [{"Name": name, "Value": of}]}
        for name, of, value in (("TunnelIpAddress", tunnel.outside, float(tunnel.up)), ("VpnId", connection.id, both))
    ]
    backend.put_metric_data("AWS/VPN", data)


ANSWERS = (
    create_vpn_connection,
    describe_vpn_connections,
    delete_vpn_connection,
    modify_vpn_connection,
    modify_vpn_tunnel_options,
    replace_vpn_tunnel,
)
