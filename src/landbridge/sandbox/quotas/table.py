"""The quotas that are kept: what AWS gives every account, and the error where one is reached.

Numbers and codes: Amazon VPC quotas, Site-to-Site VPN quotas, Transit Gateway quotas; errors: Error codes for the Amazon EC2 API.
"""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.sandbox.server.world import WORLD


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota. `code` and `service` are those of Service Quotas; `error` is what a call that would pass it is refused with."""

    name: str
    service: str
    code: str
    default: int
    error: str
    what: str  # "The maximum number of … has been reached."


VPCS = Quota("VPCs per Region", "vpc", "L-F678F1CE", 5, "VpcLimitExceeded", "VPCs")
INTERNET = Quota("Internet gateways per Region", "vpc", "L-A4707A72", 5, "InternetGatewayLimitExceeded", "internet gateways")
SUBNETS = Quota("Subnets per VPC", "vpc", "L-407747CB", 200, "SubnetLimitExceeded", "subnets")
TABLES = Quota("Route tables per VPC", "vpc", "L-589F43AA", 200, "RouteTableLimitExceeded", "route tables")
ROUTES = Quota("Routes per route table", "vpc", "L-93826ACB", 50, "RouteLimitExceeded", "routes per route table")
GROUPS = Quota("VPC security groups per Region", "vpc", "L-E79EC296", 2500, "SecurityGroupLimitExceeded", "security groups")
RULES = Quota(
    "Inbound or outbound rules per security group",
    "vpc",
    "L-0EA8095F",
    60,
    "RulesPerSecurityGroupLimitExceeded",
    "rules per security group",
)
ADDRESSES = Quota("EC2-VPC Elastic IPs", "ec2", "L-0263D0A3", 5, "AddressLimitExceeded", "addresses")
CONNECTIONS = Quota("VPN connections per Region", "ec2", "L-3E6EC3A3", 50, "VpnConnectionLimitExceeded", "VPN connections")
CUSTOMERS = Quota("Customer gateways per Region", "ec2", "L-4FB7FF5D", 50, "CustomerGatewayLimitExceeded", "customer gateways")
HUBS = Quota("Transit gateways per account", "ec2", "L-A2478D36", 5, "TransitGatewayLimitExceeded", "transit gateways")
QUOTAS = (VPCS, INTERNET, SUBNETS, TABLES, ROUTES, GROUPS, RULES, ADDRESSES, CONNECTIONS, CUSTOMERS, HUBS)

# In documentation, but not in Service Quotas' list: raised by a support case only. Its error's name isn't documented.
LISTS = Quota("Prefix lists per Region", "vpc", "", 100, "PrefixListLimitExceeded", "prefix lists")
RAISED = 100_000  # what every quota is where a sandbox is started so


def value_of(quota: Quota, account: str, region: str) -> int:
    """The quota as it is for an account in a Region. That of internet gateways goes up with that of VPCs."""
    if WORLD.kept.raised:
        return RAISED
    own = int(WORLD.kept.quotas.get((account, region, quota.service, quota.code), quota.default)) if quota.code else quota.default
    return max(own, value_of(VPCS, account, region)) if quota is INTERNET else own
