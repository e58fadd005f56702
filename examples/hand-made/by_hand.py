"""The four-region network the hand-made way: the console's steps, one after another, as calls of boto3.

    landbridge lab follow examples/four-regions.yaml
    python examples/hand-made/by_hand.py "$(landbridge sandbox start examples/four-regions.yaml --json | jq -r .endpoint)"
    landbridge lab probe

The second argument may be the lab's name. It needs nothing of landbridge but two commands at the end: `import-vpn`, which turns what AWS
gives to download into commands that work, and `lab configure`, which stands in for logging in to the router. Compare it with
`landbridge deploy`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]

RELEASE = "1.4"
ADMINISTRATORS = "203.0.113.0/24"
HUB_ASN = 64512


@dataclass(frozen=True)
class Site:
    """A VPC: its Region, ASN, CIDRs, subnets with their zones, which of them the gateway stands in, and what its overlap is known as."""

    name: str
    region: str
    asn: int
    cidrs: tuple[str, ...]
    subnets: tuple[tuple[str, str], ...]
    gateway: str = ""
    translation: tuple[str, str] | None = None
    insides: tuple[str, ...] = ()

    @property
    def announced(self) -> list[str]:
        """What everyone else knows its subnets as."""
        local, known = self.translation or ("", "")
        return [known if cidr == local else cidr for cidr, _ in self.subnets]


OREGON = Site(
    "oregon", "us-west-2", HUB_ASN, ("172.88.64.0/19",), (("172.88.64.0/24", "a"), ("172.88.65.0/24", "b"), ("172.88.66.0/24", "c"))
)
SITES = (
    Site(
        "singapore",
        "ap-southeast-1",
        65400,
        ("172.88.0.0/19", "172.88.88.0/24"),
        (("172.88.0.0/24", "a"), ("172.88.1.0/24", "b"), ("172.88.2.0/24", "c"), ("172.88.88.0/24", "a")),
        "172.88.0.0/24",
        ("172.88.88.0/24", "10.0.1.0/24"),
        ("169.254.12.76/30", "169.254.14.212/30"),
    ),
    Site(
        "virginia",
        "us-east-1",
        65200,
        ("172.88.128.0/19", "172.88.88.0/24"),
        (("172.88.128.0/24", "a"), ("172.88.129.0/24", "b"), ("172.88.130.0/24", "c"), ("172.88.88.0/24", "a")),
        "172.88.130.0/24",
        ("172.88.88.0/24", "192.168.1.0/24"),
        ("169.254.12.176/30", "169.254.14.4/30"),
    ),
    Site(
        "frankfurt",
        "eu-central-1",
        65300,
        ("172.88.192.0/19",),
        (("172.88.192.0/24", "a"), ("172.88.193.0/24", "b"), ("172.88.194.0/24", "c")),
        "172.88.194.0/24",
        None,
        ("169.254.12.216/30", "169.254.14.96/30"),
    ),
)


@dataclass(frozen=True)
class Router:
    """A gateway's instance as far as it is made."""

    instance: str
    private: str
    group: str
    address: str


def main() -> None:
    endpoint, *lab = sys.argv[1:]

    def ec2(region: str) -> Any:  # noqa: ANN401 - a client
        account = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "sandbox"}
        return boto3.client("ec2", region_name=region, endpoint_url=endpoint, **account)

    hub = make_hub(ec2(OREGON.region))
    for site in SITES:
        say(site, "VPC, subnets, Internet gateway, route table")
        client = ec2(site.region)
        subnets, table = make_vpc(client, site)
        say(site, "router launched, source/destination check off, Elastic IP, routes to it")
        router = make_router(client, site, subnets, table)
        say(site, "VPN connection")
        commands = make_connection(ec2(OREGON.region), site, hub, router)
        say(site, "router configured")
        configure(router.instance, commands + routing(site), *lab)
        say(site, "tunnel peers let in")
        let_in(client, router.group, ec2(OREGON.region), router.address)


def say(site: Site, step: str) -> None:
    sys.stdout.write(f"{site.name}: {step}\n")


def make_hub(ec2: Any) -> str:  # noqa: ANN401
    """Oregon: its VPC, the Transit Gateway, the attachment, and the VPC's routes to everyone else."""
    subnets, table = make_vpc(ec2, OREGON)
    options = {"AmazonSideAsn": HUB_ASN, "VpnEcmpSupport": "enable"}
    hub: str = ec2.create_transit_gateway(Options=options)["TransitGateway"]["TransitGatewayId"]
    vpc = ec2.describe_subnets(SubnetIds=[*subnets.values()][:1])["Subnets"][0]["VpcId"]
    ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=hub, VpcId=vpc, SubnetIds=[*subnets.values()])
    for site in SITES:
        for prefix in site.announced:
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=prefix, TransitGatewayId=hub)
    return hub


def make_vpc(ec2: Any, site: Site) -> tuple[dict[str, str], str]:  # noqa: ANN401
    """A VPC with its subnets by CIDR, one route table for all, and a way to the Internet."""
    vpc = ec2.create_vpc(CidrBlock=site.cidrs[0])["Vpc"]["VpcId"]
    for cidr in site.cidrs[1:]:
        ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock=cidr)
    subnets = {}
    for cidr, zone in site.subnets:
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=site.region + zone)
        subnets[cidr] = made["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    for subnet in subnets.values():
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    return subnets, table


def make_router(ec2: Any, site: Site, subnets: dict[str, str], table: str) -> Router:  # noqa: ANN401
    vpc = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="vyos", Description="the router", VpcId=vpc)["GroupId"]
    allow(ec2, group, "tcp", 22, ADMINISTRATORS)
    allow(ec2, group, "-1", None, "10.0.0.0/8", "172.88.0.0/16", "192.168.0.0/16")  # what it forwards
    images = ec2.describe_images(Owners=["679593333241"], Filters=[{"Name": "name", "Values": [f"VyOS {RELEASE}*"]}])["Images"]
    launched = ec2.run_instances(
        ImageId=images[0]["ImageId"],
        InstanceType="c6in.large",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnets[site.gateway],
        SecurityGroupIds=[group],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": f"{site.name}-vyos"}]}],
    )["Instances"][0]
    instance, interface = launched["InstanceId"], launched["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.modify_instance_attribute(InstanceId=instance, SourceDestCheck={"Value": False})
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=instance)
    for other in (OREGON, *SITES):
        for prefix in other.announced if other is not site else ():
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=prefix, NetworkInterfaceId=interface)
    return Router(instance, launched["PrivateIpAddress"], group, address["PublicIp"])


def allow(ec2: Any, group: str, protocol: str, port: int | None, *sources: str) -> None:  # noqa: ANN401
    ports = {} if port is None else {"FromPort": port, "ToPort": port}
    permission = {"IpProtocol": protocol, **ports, "IpRanges": [{"CidrIp": source} for source in sources]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def make_connection(ec2: Any, site: Site, hub: str, router: Router) -> str:  # noqa: ANN401
    """The VPN connection, and what AWS gives to download of it, as commands."""
    customer = ec2.create_customer_gateway(Type="ipsec.1", BgpAsn=site.asn, PublicIp=router.address)["CustomerGateway"]["CustomerGatewayId"]
    connection = ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=customer,
        TransitGatewayId=hub,
        Options={"StaticRoutesOnly": False, "TunnelOptions": [{"TunnelInsideCidr": inside} for inside in site.insides]},
    )["VpnConnection"]["VpnConnectionId"]
    found = ec2.describe_vpn_connections(VpnConnectionIds=[connection])["VpnConnections"][0]
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as download:  # readable by its owner only
        download.write(found["CustomerGatewayConfiguration"])
        download.flush()
        words = ["import-vpn", download.name, "--private-ip", router.private, "--release", RELEASE, "--with-keys"]
        return landbridge(*words)


def routing(site: Site) -> str:
    """What the write-up adds to the download: the translation, the routes to the subnets, and what is announced."""
    lines = [f"set protocols bgp address-family ipv4-unicast network {prefix}" for prefix in site.announced]
    router = site.gateway.rpartition(".")[0] + ".1"
    lines += [f"set protocols static route {cidr} next-hop {router}" for cidr, _ in site.subnets]
    if site.translation:
        local, known = site.translation
        lines.append(f"set protocols static route {known} blackhole distance 254")
        for number, tunnel in ((32, "vti1"), (33, "vti0")):
            source, destination = f"set nat source rule {number}", f"set nat destination rule {number}"
            lines += [f"{source} outbound-interface name {tunnel}", f"{source} source address {local}"]
            lines += [f"{source} translation address {known}", f"{destination} inbound-interface name {tunnel}"]
            lines += [f"{destination} destination address {known}", f"{destination} translation address {local}"]
    lines.append("set interfaces ethernet eth0 address dhcp")
    return "\n".join(lines) + "\n"


def configure(instance: str, commands: str, *lab: str) -> None:
    """In the place of `ssh vyos@… configure`: what is piped in is never written down. `lab` is its name, where several run."""
    named = [word for name in lab for word in ("--name", name)]
    landbridge("lab", "configure", instance, "-", *named, text=commands)


def let_in(ec2: Any, group: str, hub: Any, address: str) -> None:  # noqa: ANN401
    """IKE, NAT traversal and ESP from exactly the tunnels' outside addresses."""
    for connection in hub.describe_vpn_connections()["VpnConnections"]:
        customer = hub.describe_customer_gateways(CustomerGatewayIds=[connection["CustomerGatewayId"]])["CustomerGateways"][0]
        if customer["IpAddress"] != address:
            continue
        peers = [f"{tunnel['OutsideIpAddress']}/32" for tunnel in connection["Options"]["TunnelOptions"]]
        allow(ec2, group, "udp", 500, *peers)
        allow(ec2, group, "udp", 4500, *peers)
        allow(ec2, group, "50", None, *peers)


def landbridge(*words: str, text: str | None = None) -> str:
    command = [str(Path(sys.executable).with_name("landbridge")), *words]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
