"""VPN connections: what was asked for is what is described, downloaded and told."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.sandbox import Learnt, Sandbox, set_tunnel
from landbridge.sandbox.server.foreign import Foreign
from landbridge.vyos.download import read_download

from .conftest import Client

TUNNELS: list[dict[str, Any]] = [
    {
        "TunnelInsideCidr": "169.254.12.76/30",
        "PreSharedKey": "abcdefgh.12345",
        "IKEVersions": [{"Value": "ikev2"}],
        "Phase1EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
        "Phase2EncryptionAlgorithms": [{"Value": "AES256"}],
        "Phase1IntegrityAlgorithms": [{"Value": "SHA2-384"}],
        "Phase2IntegrityAlgorithms": [{"Value": "SHA2-256"}, {"Value": "SHA2-512"}],
        "Phase1DHGroupNumbers": [{"Value": 20}],
        "Phase2DHGroupNumbers": [{"Value": 20}],
        "Phase1LifetimeSeconds": 14400,
        "Phase2LifetimeSeconds": 1800,
        "DPDTimeoutSeconds": 30,
        "StartupAction": "start",
    },
    {"TunnelInsideCidr": "169.254.14.212/30"},
]


def hub_and_gateway(ec2: Foreign, address: str = "192.0.2.7", **options: Foreign) -> tuple[str, str]:
    hub = ec2.create_transit_gateway(Options={"AmazonSideAsn": 64513, **options})["TransitGateway"]["TransitGatewayId"]
    gateway = ec2.create_customer_gateway(Type="ipsec.1", PublicIp=address, BgpAsn=65400)["CustomerGateway"]["CustomerGatewayId"]
    return hub, gateway


def connect(ec2: Foreign, hub: str, gateway: str, tunnels: list[dict[str, Any]], **more: Foreign) -> dict[str, Any]:
    made: dict[str, Any] = ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=gateway, TransitGatewayId=hub, Options={"TunnelOptions": tunnels}, **more
    )["VpnConnection"]
    return made


def test_the_configuration_to_download_says_what_was_asked_for(client: Client) -> None:
    ec2 = client("ec2")
    made = connect(ec2, *hub_and_gateway(ec2), TUNNELS)
    facts = read_download(made["CustomerGatewayConfiguration"], "connection.xml")
    assert facts.connection == made["VpnConnectionId"]
    assert facts.customer == IPv4Address("192.0.2.7")
    first, second = facts.tunnels
    assert (first.inside, first.aws, first.gateway) == (
        IPv4Network("169.254.12.76/30"),
        IPv4Address("169.254.12.77"),
        IPv4Address("169.254.12.78"),
    )
    assert (first.key, first.asn, first.aws_asn, first.holdtime) == ("abcdefgh.12345", 65400, 64513, 30)
    assert (first.ike.encryption, first.ike.integrity, first.ike.dh, first.ike.lifetime) == ("aes256gcm128", "sha384", 20, 14400)
    assert (first.esp.encryption, first.esp.integrity, first.esp.dh, first.esp.lifetime) == ("aes256", "sha256", 20, 1800)
    assert first.dpd_timeout == 30
    assert (second.ike.encryption, second.ike.integrity, second.ike.dh) == ("aes128", "sha1", 2)  # the weakest of all that are taken
    assert second.outside != first.outside
    shown = made["Options"]["TunnelOptions"][0]
    assert shown["StartupAction"] == "start"
    assert shown["OutsideIpAddress"] == str(first.outside)
    assert [one["Value"] for one in shown["Phase2IntegrityAlgorithms"]] == ["SHA2-256", "SHA2-512"]
    again = ec2.describe_vpn_connections(VpnConnectionIds=[made["VpnConnectionId"]])["VpnConnections"][0]
    assert again["Options"] == made["Options"]


def test_outside_addresses_and_inside_ranges_are_each_tunnels_own(client: Client) -> None:
    ec2 = client("ec2", "eu-west-1")
    hub, _ = hub_and_gateway(ec2)
    found = []
    for number in range(5):
        gateway = ec2.create_customer_gateway(Type="ipsec.1", PublicIp=f"192.0.2.{number}", BgpAsn=65000)["CustomerGateway"]
        found += connect(ec2, hub, gateway["CustomerGatewayId"], [])["Options"]["TunnelOptions"]
    assert len({one["OutsideIpAddress"] for one in found}) == len({one["TunnelInsideCidr"] for one in found}) == 10


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"TunnelInsideCidr": "169.254.5.0/30"}, "reserved"),
        ({"TunnelInsideCidr": "10.0.0.0/30"}, "169.254.0.0/16"),
        ({"TunnelInsideCidr": "169.254.20.0/29"}, "/30"),
        ({"PreSharedKey": "0bcdefgh12345"}, "preSharedKey"),
        ({"Phase1LifetimeSeconds": 60}, "Phase1LifetimeSeconds"),
        ({"Phase1EncryptionAlgorithms": [{"Value": "3DES"}]}, "3DES"),
        ({"StartupAction": "start", "IKEVersions": [{"Value": "ikev1"}]}, "IKEv2"),
    ],
)
def test_what_aws_refuses_is_refused_without_the_key(client: Client, asked: dict[str, Any], said: str) -> None:
    ec2 = client("ec2", "eu-west-2")
    hub, gateway = hub_and_gateway(ec2)
    with pytest.raises(ClientError) as refused:
        connect(ec2, hub, gateway, [asked])
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
    assert said in str(refused.value)
    assert "0bcdefgh12345" not in str(refused.value)


def test_an_inside_range_is_used_once_at_a_hub(client: Client) -> None:
    ec2 = client("ec2", "eu-west-3")
    hub, gateway = hub_and_gateway(ec2)
    connect(ec2, hub, gateway, TUNNELS)
    other = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="192.0.2.8", BgpAsn=65400)["CustomerGateway"]["CustomerGatewayId"]
    with pytest.raises(ClientError, match="already in use"):
        connect(ec2, hub, other, TUNNELS)


def test_keys_that_secrets_manager_stores_are_only_there(client: Client) -> None:
    ec2 = client("ec2", "ca-central-1")
    made = connect(ec2, *hub_and_gateway(ec2), TUNNELS, PreSharedKeyStorage="SecretsManager")
    assert "abcdefgh.12345" not in str(made)
    secret = client("secretsmanager", "ca-central-1").get_secret_value(SecretId=made["PreSharedKeyArn"])
    assert "abcdefgh.12345" in secret["SecretString"]
    ec2.delete_vpn_connection(VpnConnectionId=made["VpnConnectionId"])
    assert not client("secretsmanager", "ca-central-1").list_secrets()["SecretList"]


def test_a_tunnel_is_down_until_it_is_told_up_and_its_routes_are_the_hubs(client: Client, sandbox: Sandbox) -> None:
    region = "sa-east-1"
    ec2, watch = client("ec2", region), client("cloudwatch", region)
    hub, gateway = hub_and_gateway(ec2)
    made = connect(ec2, hub, gateway, TUNNELS)
    first, second = (one["OutsideIpAddress"] for one in made["Options"]["TunnelOptions"])
    watch.put_metric_alarm(
        AlarmName="tunnel",
        Namespace="AWS/VPN",
        MetricName="TunnelState",
        Dimensions=[{"Name": "TunnelIpAddress", "Value": first}],
        ComparisonOperator="LessThanThreshold",
        Threshold=1,
        EvaluationPeriods=1,
        Period=60,
        Statistic="Minimum",
    )
    (attachment,) = ec2.describe_transit_gateway_attachments(Filters=[{"Name": "resource-type", "Values": ["vpn"]}])[
        "TransitGatewayAttachments"
    ]
    table = ec2.describe_transit_gateways(TransitGatewayIds=[hub])["TransitGateways"][0]["Options"]["AssociationDefaultRouteTableId"]
    assert attachment["Association"]["TransitGatewayRouteTableId"] == table

    def routes() -> dict[str, list[str]]:
        found = ec2.search_transit_gateway_routes(TransitGatewayRouteTableId=table, Filters=[{"Name": "type", "Values": ["propagated"]}])[
            "Routes"
        ]
        return {one["DestinationCidrBlock"]: sorted(end["ResourceId"] for end in one["TransitGatewayAttachments"]) for one in found}

    def telemetry() -> list[tuple[str, int]]:
        told = ec2.describe_vpn_connections(VpnConnectionIds=[made["VpnConnectionId"]])["VpnConnections"][0]["VgwTelemetry"]
        return [(one["Status"], one["AcceptedRouteCount"]) for one in told]

    assert telemetry() == [("DOWN", 0), ("DOWN", 0)]
    assert routes() == {}
    set_tunnel(sandbox.endpoint, first, True, routes=[Learnt("10.1.0.0/24", (65400,)), Learnt("10.2.0.0/24", (65400, 65400))])
    set_tunnel(sandbox.endpoint, second, True, routes=[Learnt("10.1.0.0/24", (65400,)), Learnt("10.2.0.0/24", (65400,))])
    assert telemetry() == [("UP", 2), ("UP", 2)]
    number = made["VpnConnectionId"]
    assert routes() == {"10.1.0.0/24": [f"{number}({first})", f"{number}({second})"], "10.2.0.0/24": [f"{number}({second})"]}
    assert watch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "OK"
    set_tunnel(sandbox.endpoint, first, False)
    assert telemetry() == [("DOWN", 0), ("UP", 2)]
    assert routes()["10.1.0.0/24"] == [f"{number}({second})"]
    assert watch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM"

    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/24")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/25")["Subnet"]["SubnetId"]
    joined = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=hub, VpcId=vpc, SubnetIds=[subnet])["TransitGatewayVpcAttachment"]
    assert routes()["10.1.0.0/24"] == [vpc]  # a VPC's before a VPN's
    ec2.create_transit_gateway_route(TransitGatewayRouteTableId=table, DestinationCidrBlock="10.1.0.0/24", Blackhole=True)
    assert "10.1.0.0/24" not in routes()  # a static one before both
    with pytest.raises(ClientError, match="IncorrectState"):
        ec2.delete_transit_gateway(TransitGatewayId=hub)
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=joined["TransitGatewayAttachmentId"])
    ec2.delete_vpn_connection(VpnConnectionId=number)
    ec2.delete_transit_gateway(TransitGatewayId=hub)


def test_hubs_that_associate_nothing_by_default_wait_for_it(client: Client) -> None:
    ec2 = client("ec2", "ap-south-1")
    made = connect(ec2, *hub_and_gateway(ec2, DefaultRouteTableAssociation="disable", DefaultRouteTablePropagation="disable"), [])
    (attachment,) = ec2.describe_transit_gateway_attachments(Filters=[{"Name": "resource-id", "Values": [made["VpnConnectionId"]]}])[
        "TransitGatewayAttachments"
    ]
    assert "Association" not in attachment


def test_as_numbers_of_four_bytes(client: Client) -> None:
    ec2 = client("ec2", "ap-southeast-1")
    made = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="192.0.2.9", BgpAsnExtended=4200000001)["CustomerGateway"]
    assert made["BgpAsnExtended"] == "4200000001"
    hub = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    facts = read_download(connect(ec2, hub, made["CustomerGatewayId"], [])["CustomerGatewayConfiguration"], "x")
    assert facts.tunnels[0].asn == 4200000001
