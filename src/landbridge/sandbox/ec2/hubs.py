"""Transit gateways' attachments: made, joined to route tables by default, parted, and what stands in the way of a removal."""

from __future__ import annotations

from landbridge.sandbox.ec2.filtering import filtered, tags_of
from landbridge.sandbox.ec2.refusing import refused
from landbridge.sandbox.server.foreign import Foreign, Props


def attachment_of(backend: Foreign, number: str) -> Foreign:
    """The attachment. Raises EC2's error."""
    found = backend.transit_gateway_attachments.get(number)
    if found is None or found.state == "deleted":
        raise refused("InvalidTransitGatewayAttachmentID.NotFound", f"Transit Gateway Attachment {number} was deleted or does not exist.")
    return found


def table_of(backend: Foreign, number: str) -> Foreign:
    """The route table of a hub. Raises EC2's error."""
    found = backend.transit_gateways_route_tables.get(number)
    if found is None or found.state == "deleted":
        raise refused("InvalidRouteTableID.NotFound", f"Transit Gateway Route Table {number} was deleted or does not exist.")
    return found


def hub_of(backend: Foreign, number: str) -> Foreign:
    """The transit gateway. Raises EC2's error."""
    found = backend.transit_gateways.get(number)
    if found is None or found.state == "deleted":
        raise refused("InvalidTransitGatewayID.NotFound", f"Transit Gateway {number} was deleted or does not exist.")
    return found


def join_by_default(backend: Foreign, attachment: Foreign) -> None:
    """Associates it with the hub's default route table and lets it propagate there, where the hub does so."""
    hub = backend.transit_gateways[attachment.transit_gateway_id]
    if hub.options["DefaultRouteTableAssociation"] == "enable":
        associate(backend, attachment, hub.options["AssociationDefaultRouteTableId"])
    if hub.options["DefaultRouteTablePropagation"] == "enable":
        propagate(backend, attachment, hub.options["PropagationDefaultRouteTableId"])


def associate(backend: Foreign, attachment: Foreign, table: str) -> None:
    """Looks packets from an attachment up in a table."""
    backend.set_route_table_association(attachment.id, table)
    backend.set_attachment_association(attachment.id, table)


def dissociate(backend: Foreign, attachment: Foreign) -> None:
    """Takes that back."""
    for table in backend.transit_gateways_route_tables.values():
        table.route_table_associations.pop(attachment.id, None)
    attachment._association_data = {}


def propagate(backend: Foreign, attachment: Foreign, table: str) -> None:
    """Puts an attachment's prefixes into a table."""
    held = backend.transit_gateways_route_tables[table]
    if all(one.transitGatewayAttachmentId != attachment.id for one in held.route_table_propagation):
        backend.set_route_table_propagation(attachment.id, table)


def part(backend: Foreign, attachment: Foreign) -> None:
    """Takes an attachment out of every table, and away."""
    dissociate(backend, attachment)
    for table in backend.transit_gateways_route_tables.values():
        table.route_table_propagation = [one for one in table.route_table_propagation if one.transitGatewayAttachmentId != attachment.id]
    attachment.state = "deleted"
    backend.transit_gateway_attachments.pop(attachment.id, None)


def create_transit_gateway_vpc_attachment(self: Foreign) -> Foreign:
    """CreateTransitGatewayVpcAttachment."""
    from moto.core.responses import ActionResult
    from moto.ec2.models.transit_gateway_attachments import TransitGatewayVpcAttachment

    given, backend = dict(self.params), self.ec2_backend
    hub = hub_of(backend, given["TransitGatewayId"])
    backend.get_vpc(given["VpcId"])
    zones = [backend.get_subnet(one).availability_zone for one in given["SubnetIds"]]
    if len(zones) != len(set(zones)):
        raise refused("DuplicateSubnetsInSameZone", "Duplicate Subnets for same AZ")
    for other in backend.transit_gateway_attachments.values():
        if other.transit_gateway_id == hub.id and other.resource_id == given["VpcId"] and other.state != "deleted":
            raise refused("DuplicateTransitGatewayAttachment", f"{hub.id} has non-deleted Transit Gateway Attachments with same VPC ID.")
    tags = self._parse_tag_specification().get("transit-gateway-attachment", {})
    made = TransitGatewayVpcAttachment(backend, hub, given["VpcId"], list(given["SubnetIds"]), tags, given.get("Options"))
    backend.transit_gateway_attachments[made.id] = made
    join_by_default(backend, made)
    return ActionResult({"TransitGatewayVpcAttachment": _vpc_shown(made)})


def modify_transit_gateway_vpc_attachment(self: Foreign) -> Foreign:
    """ModifyTransitGatewayVpcAttachment."""
    from moto.core.responses import ActionResult

    given = dict(self.params)
    held = attachment_of(self.ec2_backend, given["TransitGatewayAttachmentId"])
    removed = set(given.get("RemoveSubnetIds") or [])
    held.subnet_ids = [one for one in held.subnet_ids if one not in removed]
    held.subnet_ids += [one for one in given.get("AddSubnetIds") or [] if one not in held.subnet_ids]
    held.options = {**held.options, **(given.get("Options") or {})}
    return ActionResult({"TransitGatewayVpcAttachment": _vpc_shown(held)})


def delete_transit_gateway_vpc_attachment(self: Foreign) -> Foreign:
    """DeleteTransitGatewayVpcAttachment."""
    from moto.core.responses import ActionResult

    held = attachment_of(self.ec2_backend, self._get_param("TransitGatewayAttachmentId"))
    part(self.ec2_backend, held)
    return ActionResult({"TransitGatewayVpcAttachment": {**_vpc_shown(held), "State": "deleting"}})


def _shown(attachment: Foreign) -> Props:
    return {
        "TransitGatewayAttachmentId": attachment.id,
        "TransitGatewayId": attachment.transit_gateway_id,
        "TransitGatewayOwnerId": attachment.owner_id,
        "ResourceOwnerId": attachment.owner_id,
        "ResourceType": attachment.resource_type,
        "ResourceId": attachment.resource_id,
        "State": attachment.state,
        "Association": attachment.association,
        "CreationTime": attachment._created_at,
        "Tags": tags_of(attachment),
    }


def _vpc_shown(attachment: Foreign) -> Props:
    return {
        **_shown(attachment),
        "VpcId": attachment.resource_id,
        "VpcOwnerId": attachment.owner_id,
        "SubnetIds": attachment.subnet_ids,
        "Options": attachment.options,
    }


def _described(self: Foreign, found: list[Props]) -> list[Props]:
    wanted = self._get_param("TransitGatewayAttachmentIds", [])
    for number in wanted:
        attachment_of(self.ec2_backend, number)
    held = [one for one in found if not wanted or one["TransitGatewayAttachmentId"] in wanted]
    return filtered(held, self._filters_from_querystring())


def describe_transit_gateway_attachments(self: Foreign) -> Foreign:
    """DescribeTransitGatewayAttachments."""
    from moto.core.responses import ActionResult

    found = [_shown(one) for one in self.ec2_backend.transit_gateway_attachments.values()]
    return ActionResult({"TransitGatewayAttachments": _described(self, found)})


def describe_transit_gateway_vpc_attachments(self: Foreign) -> Foreign:
    """DescribeTransitGatewayVpcAttachments."""
    from moto.core.responses import ActionResult

    found = [_vpc_shown(one) for one in self.ec2_backend.transit_gateway_attachments.values() if one.resource_type == "vpc"]
    return ActionResult({"TransitGatewayVpcAttachments": _described(self, found)})


def delete_transit_gateway(self: Foreign) -> Foreign:
    """DeleteTransitGateway, refused while something is attached."""
    from moto.core.responses import ActionResult

    backend = self.ec2_backend
    hub = hub_of(backend, self._get_param("TransitGatewayId"))
    kinds = {one.resource_type.upper() for one in backend.transit_gateway_attachments.values() if one.transit_gateway_id == hub.id}
    if kinds:
        raise refused("IncorrectState", f"{hub.id} has non-deleted {' and '.join(sorted(kinds))} Attachments.")
    for number in [one.id for one in backend.transit_gateways_route_tables.values() if one.transit_gateway_id == hub.id]:
        del backend.transit_gateways_route_tables[number]
    backend.transit_gateways.pop(hub.id)
    hub.state = "deleting"
    return ActionResult({"TransitGateway": hub})


ANSWERS = (
    create_transit_gateway_vpc_attachment,
    modify_transit_gateway_vpc_attachment,
    delete_transit_gateway_vpc_attachment,
    describe_transit_gateway_attachments,
    describe_transit_gateway_vpc_attachments,
    delete_transit_gateway,
)


def install() -> None:
    """An attachment's association is the one that was made, not always the default."""
    from moto.ec2.models.transit_gateway_attachments import TransitGatewayAttachment

    def association(self: Foreign) -> Props | None:
        table = self._association_data.get("transitGatewayRouteTableId")
        return {"State": "associated", "TransitGatewayRouteTableId": table} if table else None

    TransitGatewayAttachment.association = property(association)  # type: ignore[method-assign,assignment]
