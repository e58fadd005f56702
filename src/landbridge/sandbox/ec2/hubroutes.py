"""A hub's route tables: associations, propagations, and routes; static, or brought by an attachment (the best is taken)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from landbridge.sandbox.ec2.hubs import associate, attachment_of, dissociate, propagate, table_of
from landbridge.sandbox.ec2.refusing import refused
from landbridge.sandbox.server.foreign import Foreign, Props


def _pair(self: Foreign) -> tuple[Foreign, Foreign]:
    backend = self.ec2_backend
    table = table_of(backend, self._get_param("TransitGatewayRouteTableId"))
    return attachment_of(backend, self._get_param("TransitGatewayAttachmentId")), table


def _told(attachment: Foreign, table: Foreign, state: str) -> Props:
    return {
        "TransitGatewayAttachmentId": attachment.id,
        "TransitGatewayRouteTableId": table.id,
        "ResourceId": attachment.resource_id,
        "ResourceType": attachment.resource_type,
        "State": state,
    }


def associate_transit_gateway_route_table(self: Foreign) -> Foreign:
    """AssociateTransitGatewayRouteTable."""
    from moto.core.responses import ActionResult

    attachment, table = _pair(self)
    if attachment._association_data:
        raise refused("Resource.AlreadyAssociated", f"Transit Gateway Attachment {attachment.id} is already associated to a route table.")
    associate(self.ec2_backend, attachment, table.id)
    return ActionResult({"Association": _told(attachment, table, "associated")})


def disassociate_transit_gateway_route_table(self: Foreign) -> Foreign:
    """DisassociateTransitGatewayRouteTable."""
    from moto.core.responses import ActionResult

    attachment, table = _pair(self)
    if attachment.id not in table.route_table_associations:
        raise refused("InvalidAssociation.NotFound", f"Association {attachment.id} with {table.id} does not exist.")
    dissociate(self.ec2_backend, attachment)
    return ActionResult({"Association": _told(attachment, table, "disassociating")})


def enable_transit_gateway_route_table_propagation(self: Foreign) -> Foreign:
    """EnableTransitGatewayRouteTablePropagation."""
    from moto.core.responses import ActionResult

    attachment, table = _pair(self)
    if any(one.transitGatewayAttachmentId == attachment.id for one in table.route_table_propagation):
        shown = f"Propagation {attachment.id} is already enabled in {table.id}."
        raise refused("TransitGatewayRouteTablePropagation.Duplicate", shown)
    propagate(self.ec2_backend, attachment, table.id)
    return ActionResult({"Propagation": _told(attachment, table, "enabled")})


def disable_transit_gateway_route_table_propagation(self: Foreign) -> Foreign:
    """DisableTransitGatewayRouteTablePropagation."""
    from moto.core.responses import ActionResult

    attachment, table = _pair(self)
    kept = [one for one in table.route_table_propagation if one.transitGatewayAttachmentId != attachment.id]
    if len(kept) == len(table.route_table_propagation):
        shown = f"Propagation {attachment.id} does not exist in {table.id}."
        raise refused("TransitGatewayRouteTablePropagation.NotFound", shown)
    table.route_table_propagation = kept
    return ActionResult({"Propagation": _told(attachment, table, "disabled")})


def delete_transit_gateway_route_table(self: Foreign) -> Foreign:
    """DeleteTransitGatewayRouteTable, refused while something is associated with it."""
    from moto.core.responses import ActionResult

    table = table_of(self.ec2_backend, self._get_param("TransitGatewayRouteTableId"))
    if table.route_table_associations:
        raise refused("IncorrectState", f"{table.id} has associations.")
    del self.ec2_backend.transit_gateways_route_tables[table.id]
    table.state = "deleting"
    return ActionResult({"TransitGatewayRouteTable": table})


def create_transit_gateway_route(self: Foreign) -> Foreign:
    """CreateTransitGatewayRoute."""
    return _put_route(self, False)


def replace_transit_gateway_route(self: Foreign) -> Foreign:
    """ReplaceTransitGatewayRoute."""
    return _put_route(self, True)


def _put_route(self: Foreign, replacing: bool) -> Foreign:
    from moto.core.responses import ActionResult

    given, backend = dict(self.params), self.ec2_backend
    table = table_of(backend, given["TransitGatewayRouteTableId"])
    prefix = str(IPv4Network(given["DestinationCidrBlock"]))
    if (prefix in table.routes) != replacing:
        code = "InvalidRoute.NotFound" if replacing else "RouteAlreadyExists"
        raise refused(
            code, f"Route {prefix} {'does not exist' if replacing else 'already exists'} in Transit Gateway Route Table {table.id}."
        )
    blackhole = str(given.get("Blackhole", False)).lower() == "true"
    to = None if blackhole else attachment_of(backend, given["TransitGatewayAttachmentId"]).id
    table.routes[prefix] = {"to": to}
    return ActionResult({"Route": _static(backend, prefix, table.routes[prefix])})


def delete_transit_gateway_route(self: Foreign) -> Foreign:
    """DeleteTransitGatewayRoute."""
    from moto.core.responses import ActionResult

    table = table_of(self.ec2_backend, self._get_param("TransitGatewayRouteTableId"))
    prefix = str(IPv4Network(self._get_param("DestinationCidrBlock")))
    if prefix not in table.routes:
        raise refused("InvalidRoute.NotFound", f"Route {prefix} does not exist in Transit Gateway Route Table {table.id}.")
    shown = {**_static(self.ec2_backend, prefix, table.routes.pop(prefix)), "State": "deleted"}
    return ActionResult({"Route": shown})


def _static(backend: Foreign, prefix: str, route: Props) -> Props:
    held = backend.transit_gateway_attachments.get(route["to"])
    ends = [] if held is None else [_end(held, held.resource_id)]
    return {
        "DestinationCidrBlock": prefix,
        "TransitGatewayAttachments": ends,
        "Type": "static",
        "State": "active" if ends else "blackhole",
    }


def _end(attachment: Foreign, resource: str) -> Props:
    return {"TransitGatewayAttachmentId": attachment.id, "ResourceId": resource, "ResourceType": attachment.resource_type}


def _brought(backend: Foreign, table: Foreign) -> Iterator[tuple[IPv4Network, tuple[int, int, int], Props]]:
    """Every prefix that an attachment brings, with how good it is (less is better) and where it leads."""
    from landbridge.sandbox.vpn.connection import Connection

    for one in table.route_table_propagation:
        attachment = backend.transit_gateway_attachments.get(one.transitGatewayAttachmentId)
        if attachment is None:
            continue
        if attachment.resource_type == "vpc" and attachment.resource_id in backend.vpcs:
            vpc = backend.vpcs[attachment.resource_id]
            for block in vpc.get_cidr_block_association_set():
                yield IPv4Network(block["cidr_block"]), (0, 0, 0), _end(attachment, attachment.resource_id)
        connection = backend.vpn_connections.get(attachment.resource_id)
        if isinstance(connection, Connection):
            for tunnel in connection.both:
                for route in tunnel.routes:
                    good = (1, len(route.get("path", ())), int(route.get("med", 0)))
                    yield IPv4Network(route["prefix"]), good, _end(attachment, f"{connection.id}({tunnel.outside})")


def routes_of(backend: Foreign, table: Foreign) -> list[Props]:
    """The routes in force: a static one before any other, a VPC's before a VPN's, then by AS path and MED; equal ones together."""
    found = {IPv4Network(prefix): _static(backend, prefix, route) for prefix, route in table.routes.items()}
    best: dict[IPv4Network, tuple[tuple[int, int, int], list[Props]]] = {}
    for prefix, good, end in _brought(backend, table):
        if prefix in found:
            continue
        held = best.get(prefix)
        if held is None or good < held[0]:
            best[prefix] = good, [end]
        elif good == held[0]:
            held[1].append(end)
    ecmp = backend.transit_gateways[table.transit_gateway_id].options.get("VpnEcmpSupport") == "enable"
    for prefix, (_, ends) in best.items():
        found[prefix] = {
            "DestinationCidrBlock": str(prefix),
            "TransitGatewayAttachments": ends if ecmp else ends[:1],
            "Type": "propagated",
            "State": "active",
        }
    return [found[prefix] for prefix in sorted(found)]


def search_transit_gateway_routes(self: Foreign) -> Foreign:
    """SearchTransitGatewayRoutes."""
    from moto.core.responses import ActionResult

    table = table_of(self.ec2_backend, self._get_param("TransitGatewayRouteTableId"))
    found = routes_of(self.ec2_backend, table)
    for name, values in (self._filters_from_querystring() or {}).items():
        found = _search(found, name, values)
    most = int(self._get_param("MaxResults") or 1000)
    return ActionResult({"Routes": found[:most], "AdditionalRoutesAvailable": len(found) > most})


def _search(found: list[Props], name: str, values: list[str]) -> list[Props]:
    simple = {"type": "Type", "state": "State"}
    ends = {"transit-gateway-attachment-id": "TransitGatewayAttachmentId", "resource-id": "ResourceId", "resource-type": "ResourceType"}
    if name in simple:
        return [one for one in found if one[simple[name]] in values]
    if name.startswith("attachment."):
        key = ends[name.removeprefix("attachment.")]
        return [one for one in found if any(end[key] in values for end in one["TransitGatewayAttachments"])]
    held = [(IPv4Network(one["DestinationCidrBlock"]), one) for one in found]
    wanted = [IPv4Network(value, strict=False) for value in values]
    match name.removeprefix("route-search."):
        case "exact-match":
            return [one for prefix, one in held if prefix in wanted]
        case "subnet-of-match":
            return [one for prefix, one in held if any(prefix.subnet_of(each) for each in wanted)]
        case "supernet-of-match":
            return [one for prefix, one in held if any(prefix.supernet_of(each) for each in wanted)]
        case "longest-prefix-match":
            over = [
                max(fitting, key=lambda one: one[0].prefixlen)[1]
                for each in wanted
                if (fitting := [one for one in held if one[0].supernet_of(each)])
            ]
            return list({one["DestinationCidrBlock"]: one for one in over}.values())
    raise refused("InvalidParameterValue", f"Filter {name} is not valid.")


ANSWERS = (
    associate_transit_gateway_route_table,
    disassociate_transit_gateway_route_table,
    enable_transit_gateway_route_table_propagation,
    disable_transit_gateway_route_table_propagation,
    delete_transit_gateway_route_table,
    create_transit_gateway_route,
    replace_transit_gateway_route,
    delete_transit_gateway_route,
    search_transit_gateway_routes,
)
