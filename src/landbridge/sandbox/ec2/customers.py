"""Customer gateways: with AS numbers of four bytes, found again when they are asked for twice, not removed while a connection has them."""

from __future__ import annotations

from landbridge.sandbox.ec2.refusing import refused
from landbridge.sandbox.server.foreign import Foreign

TWO_BYTES = 2147483647  # the greatest that BgpAsn takes; above it is BgpAsnExtended


def create_customer_gateway(self: Foreign) -> Foreign:
    """CreateCustomerGateway. The same type, address and AS number are the same gateway."""
    from moto.core.responses import ActionResult

    given, backend = dict(self.params), self.ec2_backend
    asn = int(given.get("BgpAsnExtended") or given.get("BgpAsn") or 65000)
    if ("BgpAsnExtended" in given) != (asn > TWO_BYTES):
        raise refused("InvalidParameterValue", f"Value ({asn}) for parameter bgpAsn is invalid.")
    address = given.get("IpAddress") or given.get("PublicIp")
    tags = self._parse_tag_specification().get("customer-gateway", {})
    for held in backend.customer_gateways.values():
        if (held.type, held.ip_address, str(held.bgp_asn), held.state) == (given["Type"], address, str(asn), "available"):
            held.add_tags(tags)
            return ActionResult({"CustomerGateway": held})
    made = backend.create_customer_gateway(given["Type"], ip_address=address, bgp_asn=str(asn), tags=tags)
    made.device_name = given.get("DeviceName")
    made.certificate_arn = given.get("CertificateArn")
    return ActionResult({"CustomerGateway": made})


def delete_customer_gateway(self: Foreign) -> Foreign:
    """DeleteCustomerGateway."""
    from moto.core.responses import EmptyResult

    backend, number = self.ec2_backend, self._get_param("CustomerGatewayId")
    backend.get_customer_gateway(number)
    if any(one.customer_gateway_id == number and one.state == "available" for one in backend.vpn_connections.values()):
        raise refused("IncorrectState", "The customer gateway is in use.")
    backend.delete_customer_gateway(number)
    backend.tags.pop(number, None)
    return EmptyResult()


ANSWERS = (create_customer_gateway, delete_customer_gateway)


def install() -> None:
    """Shows AS numbers of four bytes where EC2 does."""
    from moto.ec2.models.customer_gateways import CustomerGateway

    def extended(self: Foreign) -> str | None:
        return str(self.bgp_asn) if int(self.bgp_asn) > TWO_BYTES else None

    CustomerGateway.bgp_asn_extended = property(extended)  # type: ignore[attr-defined]
