"""What holds for the stacks of every network."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from landbridge.artifacts import render
from landbridge.aws.model import Image, Output, Outside, RootDevice, StackPlan, Stored, Subnet
from landbridge.design import design, rereleased
from landbridge.findings import LandbridgeError
from landbridge.heal import tags
from landbridge.intent import load
from tests.aws.stacks.networks import (
    ADMIN,
    EXAMPLES,
    NETWORKS,
    aws_begins,
    by_kind,
    china,
    example,
    existing,
    large,
    plans,
    plans_of,
    read,
    small,
    statements,
    varied,
)
from tests.design.networks import designed, hub, network, single, site

MEGABYTE, RESOURCES, PARAMETERS, OUTPUTS = 1_000_000, 500, 200, 200  # CloudFormation's limits


@pytest.fixture(params=[*NETWORKS, "acquisition", "four-regions"], scope="module")
def made(request: pytest.FixtureRequest) -> tuple[StackPlan, ...]:
    return plans(NETWORKS[request.param]()) if request.param in NETWORKS else example(request.param)


def resources(plan: StackPlan, kind: str) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in read(plan)["Resources"].items() if one["Type"] == kind}


def tagged(resource: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource["Properties"].get("Tags", ())}


def test_a_stack_comes_after_all_that_it_needs(made: tuple[StackPlan, ...]) -> None:
    there: set[str] = set()
    for plan in made:
        assert set(plan.needs) <= there, plan.name
        assert plan.name not in there
        there.add(plan.name)
    assert len({plan.file for plan in made}) == len(made)


def test_parameters_have_a_source_and_sources_are_there(made: tuple[StackPlan, ...]) -> None:
    outputs = {plan.name: set(read(plan).get("Outputs", {})) for plan in made}
    for plan in made:
        assert set(plan.parameters) == set(read(plan).get("Parameters", {})), plan.name
        for source in plan.parameters.values():
            if isinstance(source, Output | Outside):
                assert source.key in outputs[source.stack]
            if isinstance(source, RootDevice):
                assert source.parameter in plan.parameters


def test_no_parameter_has_a_default(made: tuple[StackPlan, ...]) -> None:
    assert not [plan.name for plan in made for one in read(plan).get("Parameters", {}).values() if "Default" in one]


def test_templates_are_within_the_limits() -> None:
    for plan in large():
        template = read(plan)
        assert len(plan.template.encode()) <= MEGABYTE
        assert len(template["Resources"]) <= RESOURCES
        assert len(template.get("Parameters", {})) <= PARAMETERS
        assert len(template.get("Outputs", {})) <= OUTPUTS
        assert len(plan.name) <= 128


def test_everything_that_can_have_tags_says_whose_it_is(made: tuple[StackPlan, ...]) -> None:
    without = ("Route", "Association", "Attachment", "CidrBlock", "Policy", "Ingress", "InstanceProfile", "Permission", "Rule")
    for plan in made:
        for name, resource in read(plan)["Resources"].items():
            if resource["Type"].endswith("TransitGatewayAttachment") or not resource["Type"].endswith(without):
                found = tagged(resource)
                if resource["Type"] == "AWS::EC2::LaunchTemplate":
                    found = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["TagSpecifications"][0]["Tags"]}
                assert found[tags.NETWORK], name
                assert found[tags.STACK] == plan.kind
                owned = plan.kind not in ("base", "heal") and not name.startswith("PrivateRoute")
                assert found.get(tags.OWNER) == (plan.owner if owned else None)


def test_the_users_tags_are_on_everything() -> None:
    for plan in plans(small()):
        for resource in read(plan)["Resources"].values():
            if "Tags" in resource["Properties"]:
                assert tagged(resource)["CostCenter"] == "net"


def test_what_holds_state_outlives_its_stack(made: tuple[StackPlan, ...]) -> None:
    kept = ("AWS::EC2::EIP", "AWS::SecretsManager::Secret", "AWS::KMS::Key", "AWS::S3::Bucket")
    for plan in made:
        for resource in read(plan)["Resources"].values():
            stays = resource["Type"] in kept
            assert (resource.get("DeletionPolicy") == "Retain") is stays
            assert (resource.get("UpdateReplacePolicy") == "Retain") is stays


# Statements that may name every resource, each with its reason.
EVERY = {
    ("SecretsKey", "Own"),  # in a key's own policy `*` is that key
    ("SecretsKey", "Gateways"),
    ("Role", "Look"),  # EC2 and Auto Scaling know no narrower right to look
    ("Role", "Alarms"),  # in the hub's Region alone
}


def test_no_statement_names_every_resource_without_a_reason(made: tuple[StackPlan, ...]) -> None:
    for plan in made:
        for name, statement in statements(read(plan)):
            if "Resource" not in statement:
                assert statement["Action"] == "sts:AssumeRole"
            elif "*" in json.dumps(statement["Resource"]) and statement["Resource"] == "*":
                assert (name, statement["Sid"]) in EVERY
            if statement["Effect"] == "Allow":
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert (name, statement.get("Sid")) == ("SecretsKey", "Own") or not [action for action in actions if "*" in action]


def test_no_partition_is_named(made: tuple[StackPlan, ...]) -> None:
    for plan in made:
        assert "arn:aws" not in re.sub(r'"content": ".*"', "", plan.template)
        assert "amazonaws.com" not in re.sub(r'"content": ".*"', "", plan.template).replace("lambda.amazonaws.com", "").replace(
            "events.amazonaws.com", ""
        )


def policies(plan: StackPlan, role: str) -> dict[str, list[dict[str, Any]]]:
    found = resources(plan, "AWS::IAM::Role")[role]["Properties"]["Policies"]
    return {policy["PolicyName"]: policy["PolicyDocument"]["Statement"] for policy in found}


def test_a_gateway_reads_its_own_text_and_keys_and_nothing_else() -> None:
    edge, _ = by_kind(plans(small()), "edge")
    statements = policies(edge, "ParisARole")["boot"]
    assert [(one["Action"], one["Resource"]) for one in statements] == [
        ("s3:GetObject", {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}/routers/paris-a/*"}),
        (
            "secretsmanager:GetSecretValue",
            [
                {"Fn::Sub": f"arn:${{AWS::Partition}}:secretsmanager:us-west-2:${{AWS::AccountId}}:secret:acme/paris-a-{number}/*"}
                for number in (1, 2)
            ],
        ),
    ]


def test_a_pairs_gateway_says_its_own_word_reads_its_pairs_and_wakes_heal_and_a_single_none_of_it() -> None:
    made = plans(small())
    pair, single_one = by_kind(made, "edge")
    assert set(policies(single_one, "TokyoARole")) == {"boot"}
    say, hear, wake = policies(pair, "ParisBRole")["words"]
    table = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/acme-words"}
    assert (say["Action"], say["Resource"]) == ("dynamodb:PutItem", table)
    assert say["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["paris-b"]}}
    assert (hear["Action"], hear["Resource"]) == ("dynamodb:BatchGetItem", table)
    assert hear["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["paris-b", "paris-a", "order/paris"]}}
    function = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:acme-heal"
    assert (wake["Action"], wake["Resource"]) == ("lambda:InvokeFunction", {"Fn::Sub": function})
    heal = by_kind(made, "heal")[0]
    (found,) = resources(heal, "AWS::Lambda::Function").values()
    assert found["Properties"]["FunctionName"] == "acme-heal"
    (kept,) = resources(heal, "AWS::DynamoDB::Table").values()
    assert kept["Properties"]["TableName"] == "acme-words"
    scripts = by_kind(made, "gateways")[0].parameters["ParisBScripts"]
    assert isinstance(scripts, Stored)
    carried = json.loads(json.loads(scripts.content)["carry.json"])
    assert (carried["table"], carried["function"], carried["site"]) == ("acme-words", "acme-heal", "paris")


def test_a_pairs_gateways_boot_with_their_own_scripts_and_a_single_with_none() -> None:
    pair, single_one = by_kind(plans(small()), "gateways")
    stored = {name: source for name, source in pair.parameters.items() if name.endswith("Scripts")}
    assert set(stored) == {"ParisAScripts", "ParisBScripts"}
    for gateway in ("a", "b"):
        source = stored[f"Paris{gateway.upper()}Scripts"]
        assert isinstance(source, Stored)
        assert (source.prefix, source.suffix) == (f"routers/paris-{gateway}/", ".json")
        scripts = json.loads(source.content)
        assert json.loads(scripts["carry.json"])["gateway"] == f"paris-{gateway}"
        assert scripts["../commit/post-hooks.d/landbridge-role"] == scripts["landbridge-role"]
        launch = resources(pair, "AWS::EC2::LaunchTemplate")[f"Paris{gateway.upper()}LaunchTemplate"]
        data = launch["Properties"]["LaunchTemplateData"]["UserData"]["Fn::Base64"]["Fn::Sub"]
        assert f"${{Paris{gateway.upper()}Scripts}}" in data
        assert hashlib.sha256(source.content).hexdigest() in data
    assert not [name for name in single_one.parameters if name.endswith("Scripts")]


def test_keys_for_another_account_are_handed_over_to_its_gateways_alone() -> None:
    made = plans(small())
    own, foreign = by_kind(made, "vpn")
    assert not resources(own, "AWS::KMS::Key")
    assert not resources(own, "AWS::SecretsManager::ResourcePolicy")
    (key,) = resources(foreign, "AWS::KMS::Key")
    assert all(
        one["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]} for one in resources(foreign, "AWS::SecretsManager::Secret").values()
    )
    policies = resources(foreign, "AWS::SecretsManager::ResourcePolicy")
    for number in (1, 2):
        (statement,) = policies[f"TokyoA{number}SecretPolicy"]["Properties"]["ResourcePolicy"]["Statement"]
        assert statement["Principal"] == {"AWS": {"Ref": "TokyoARole"}}
        assert statement["Resource"] == {"Ref": f"TokyoA{number}Secret"}
    edge = by_kind(made, "edge")[1]
    assert edge.parameters["HubAccount"] == Output("acme-oregon-hub", "Account")
    assert "${HubAccount}:secret:acme/tokyo-a-1/*" in edge.template
    assert "${AWS::AccountId}:secret" not in edge.template


def test_no_key_stands_in_a_template(made: tuple[StackPlan, ...]) -> None:
    for plan in made:
        for secret in resources(plan, "AWS::SecretsManager::Secret").values():
            assert "SecretString" not in secret["Properties"]
        for connection in resources(plan, "AWS::EC2::VPNConnection").values():
            for tunnel in connection["Properties"]["VpnTunnelOptionsSpecifications"]:
                assert re.fullmatch(r"\{\{resolve:secretsmanager:\$\{\w+Secret\}:SecretString\}\}", tunnel["PreSharedKey"]["Fn::Sub"])


def test_a_secret_in_a_text_reaches_no_template() -> None:
    made = designed(small())
    planted = "Planted.Key_0123456789"
    texts = {name: text + f"set vpn ipsec authentication psk x secret '{planted}'\n" for name, text in render(made).routers.items()}
    made_plans = plans_of(made, texts)
    assert not [plan.name for plan in made_plans if planted in plan.template]
    stored = [
        source for plan in made_plans for source in plan.parameters.values() if isinstance(source, Stored) and source.suffix == ".set"
    ]
    assert all(planted.encode() in one.content for one in stored)


def tunnels(plan: StackPlan) -> Iterator[dict[str, Any]]:
    for connection in resources(plan, "AWS::EC2::VPNConnection").values():
        yield from connection["Properties"]["VpnTunnelOptionsSpecifications"]


def test_a_tunnel_is_as_the_router_has_it() -> None:
    rome = designed(varied()).sites[0]
    (plan,) = by_kind(plans(varied()), "vpn")
    first, second = tunnels(plan)
    assert [first["TunnelInsideCidr"], second["TunnelInsideCidr"]] == [str(one.inside) for one in rome.gateways[0].tunnels]
    assert first["IKEVersions"] == [{"Value": "ikev1"}]
    assert first["Phase1EncryptionAlgorithms"] == first["Phase2EncryptionAlgorithms"] == [{"Value": "AES256"}]
    assert first["Phase1IntegrityAlgorithms"] == first["Phase2IntegrityAlgorithms"] == [{"Value": "SHA2-384"}]
    assert first["Phase1DHGroupNumbers"] == first["Phase2DHGroupNumbers"] == [{"Value": 20}]
    assert (first["Phase1LifetimeSeconds"], first["Phase2LifetimeSeconds"], first["DPDTimeoutSeconds"]) == (28800, 3600, 30)
    assert (first["StartupAction"], first["DPDTimeoutAction"]) == ("add", "clear")
    assert first["LogOptions"]["CloudwatchLogOptions"]["LogEnabled"] is True


def test_aws_may_begin() -> None:
    (plan,) = by_kind(plans(aws_begins()), "vpn")
    assert [(one["StartupAction"], one["DPDTimeoutAction"]) for one in tunnels(plan)] == [("start", "restart")] * 2


@pytest.mark.parametrize(("asn", "key"), [(65001, "BgpAsn"), (2147483647, "BgpAsn"), (2147483648, "BgpAsnExtended")])
def test_a_long_asn_has_a_property_of_its_own(asn: int, key: str) -> None:
    (plan,) = by_kind(plans(network({"rome": single("10.1.0.0/16", "10.1.0.0/24", asn=asn)})), "vpn")
    (customer,) = resources(plan, "AWS::EC2::CustomerGateway").values()
    assert {name: value for name, value in customer["Properties"].items() if name.startswith("BgpAsn")} == {key: asn}


def test_a_gateway_lets_in_what_the_design_says() -> None:
    plan = by_kind(plans(small()), "gateways")[0]
    rules = [
        one["Properties"]
        for one in resources(plan, "AWS::EC2::SecurityGroupIngress").values()
        if one["Properties"]["GroupId"] == {"Ref": "ParisAGroup"}
    ]
    standby = designed(small()).sites[0].gateways[1]
    assert {(one["IpProtocol"], one.get("FromPort"), json.dumps(one["CidrIp"])) for one in rules} == {
        *(
            (protocol, port, json.dumps({"Fn::Sub": f"${{ParisA{number}Outside}}/32"}))
            for number in (1, 2)
            for protocol, port in (("udp", 500), ("udp", 4500), ("50", None))
        ),
        ("tcp", 22, '"203.0.113.0/24"'),
        ("112", None, f'"{standby.secondary}/32"'),
        ("-1", None, '"10.1.0.0/16"'),
        ("-1", None, '"10.7.0.0/24"'),
    }
    assert plan.parameters["ParisA1Outside"] == Outside(
        "acme-paris-vpn", "ParisAConnection", str(designed(small()).sites[0].gateways[0].tunnels[0].inside)
    )


def test_security_groups_have_no_rules_but_the_gateways_own() -> None:
    for plan in by_kind(plans(small()), "edge"):
        for group in resources(plan, "AWS::EC2::SecurityGroup").values():
            assert not {"SecurityGroupIngress", "SecurityGroupEgress"} & group["Properties"].keys()


def test_a_launch_is_hardened_and_hooked() -> None:
    for plan in by_kind(plans(small()), "gateways"):
        for launch in resources(plan, "AWS::EC2::LaunchTemplate").values():
            data = launch["Properties"]["LaunchTemplateData"]
            assert data["MetadataOptions"]["HttpTokens"] == "required"
            (disk,) = data["BlockDeviceMappings"]
            assert (disk["Ebs"]["Encrypted"], disk["Ebs"]["VolumeType"]) == (True, "gp3")
            assert disk["DeviceName"] == {"Ref": "RootDevice"}
        for group in resources(plan, "AWS::AutoScaling::AutoScalingGroup").values():
            hooks = {one["LifecycleHookName"]: one for one in group["Properties"]["LifecycleHookSpecificationList"]}
            assert hooks[tags.LAUNCH_HOOK]["DefaultResult"] == "ABANDON"
            assert hooks[tags.LAUNCH_HOOK]["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_LAUNCHING"
            assert hooks[tags.TERMINATE_HOOK]["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
            assert all(tag["PropagateAtLaunch"] for tag in group["Properties"]["Tags"])


def test_groups_say_the_role_and_the_fixed_address() -> None:
    pair, one = by_kind(plans(small()), "gateways")
    groups = {name: tagged(group) for plan in (pair, one) for name, group in resources(plan, "AWS::AutoScaling::AutoScalingGroup").items()}
    assert {name: (found[tags.ROLE], found.get(tags.SECONDARY)) for name, found in groups.items()} == {
        "ParisAAutoScalingGroup": ("active", "10.1.0.254"),
        "ParisBAutoScalingGroup": ("standby", "10.1.1.254"),
        "TokyoAAutoScalingGroup": ("active", None),
    }


def test_a_gateway_stands_in_its_subnet_or_a_single_anywhere_public() -> None:
    pair, one = by_kind(plans(small()), "gateways")
    zones = {
        name: group["Properties"]["VPCZoneIdentifier"] for name, group in resources(pair, "AWS::AutoScaling::AutoScalingGroup").items()
    }
    assert zones == {
        "ParisAAutoScalingGroup": [{"Ref": "Subnet10x1x0x0Length24"}],
        "ParisBAutoScalingGroup": [{"Ref": "Subnet10x1x1x0Length24"}],
    }
    (group,) = resources(one, "AWS::AutoScaling::AutoScalingGroup").values()
    assert group["Properties"]["VPCZoneIdentifier"] == [{"Ref": "Subnet10x1x0x0Length24"}, {"Ref": "Subnet10x1x8x0Length24"}]


def user_data(plan: StackPlan, gateway: str) -> str:
    text = resources(plan, "AWS::EC2::LaunchTemplate")[f"{gateway}LaunchTemplate"]["Properties"]["LaunchTemplateData"]["UserData"]
    data: str = text["Fn::Base64"]["Fn::Sub"]
    return data


def test_user_data_points_at_the_text_by_its_hash_and_at_keys_by_name() -> None:
    made = designed(small())
    texts = render(made).routers
    plan = by_kind(plans_of(made), "gateways")[0]
    assert plan.parameters["ParisAText"] == Stored("routers/paris-a/", ".set", texts["paris-a"].encode())
    data = user_data(plan, "ParisA")
    wanted = {name: f"<{name}>" for name in plan.parameters}
    filled = re.sub(r"\$\{(!?)(\w+)\}", lambda match: "${" if match[1] else wanted[match[2]], data)
    assert filled.startswith("#cloud-config\n")
    files = {file["path"].rsplit("/", 1)[1]: file["content"] for file in json.loads(filled.partition("\n")[2])["write_files"]}
    settings = json.loads(files["settings.json"])
    assert settings.pop("scripts")["key"] == "<ParisAScripts>"
    assert settings == {
        "configuration": {"bucket": "<Bucket>", "key": "<ParisAText>", "sha256": hashlib.sha256(texts["paris-a"].encode()).hexdigest()},
        "secrets": {"psk:paris-a-1": "<ParisA1Secret>", "psk:paris-a-2": "<ParisA2Secret>"},
        "facts": {"eip:paris-a": "<ParisAAddress>", "outside:paris-a-1": "<ParisA1Outside>", "outside:paris-a-2": "<ParisA2Outside>"},
    }


def test_user_data_without_room_is_refused() -> None:
    made = designed(network({"rome": single("10.1.0.0/16", "10.1.0.0/24")}, admin=ADMIN))
    keys = "".join(f"set system login user vyos authentication public-keys k{number} key '{'A' * 68}'\n" for number in range(40))
    with pytest.raises(LandbridgeError, match="doesn't leave room"):
        plans_of(made, {"rome-a": keys})


def test_routes_to_gateways_are_said_and_not_made() -> None:
    edge = by_kind(plans(small()), "edge")[0]
    assert read(edge)["Metadata"]["landbridge"]["routes"] == [
        {"tables": ["RouteTable"], "destinations": ["RemotePrefixes"], "gateway": "paris-a"}
    ]
    assert [one["Properties"]["DestinationCidrBlock"] for one in resources(edge, "AWS::EC2::Route").values()] == ["0.0.0.0/0"]


def test_private_subnets_have_a_table_that_leads_nowhere() -> None:
    edge = by_kind(plans(small()), "edge")[0]
    joined = resources(edge, "AWS::EC2::SubnetRouteTableAssociation")
    tables = {name.removesuffix("Routes"): one["Properties"]["RouteTableId"]["Ref"] for name, one in joined.items()}
    private = "Subnet10x1x9x0Length24"
    public = [f"Subnet{prefix}Length24" for prefix in ("10x1x0x0", "10x1x1x0", "10x7x0x0")]
    assert tables == {**dict.fromkeys(public, "RouteTable"), private: "PrivateRouteTable"}
    assert tags.OWNER not in tagged(resources(edge, "AWS::EC2::RouteTable")["PrivateRouteTable"])


def test_the_hub_leads_to_everyone_by_one_route() -> None:
    (plan,) = by_kind(plans(small()), "hub")
    (route,) = resources(plan, "AWS::EC2::Route").values()
    assert route["Properties"] == {
        "RouteTableId": {"Ref": "RouteTable"},
        "DestinationPrefixListId": {"Fn::GetAtt": ["RemotePrefixes", "PrefixListId"]},
        "TransitGatewayId": {"Ref": "TransitGateway"},
    }
    (gateway,) = resources(plan, "AWS::EC2::TransitGateway").values()
    for option in ("VpnEcmpSupport", "DefaultRouteTableAssociation", "DefaultRouteTablePropagation"):
        assert gateway["Properties"][option] == "enable"


def test_more_prefixes_than_a_list_has_room_for_are_lists_with_a_route_each() -> None:
    (plan,) = by_kind(large(), "hub")
    lists = resources(plan, "AWS::EC2::PrefixList")
    assert list(lists) == ["RemotePrefixes", *(f"RemotePrefixes{number}" for number in range(2, 7))]
    assert [one["Properties"]["MaxEntries"] for one in lists.values()] == [10, 10, 20, 40, 100, 100]
    routed = [one["Properties"]["DestinationPrefixListId"]["Fn::GetAtt"][0] for one in resources(plan, "AWS::EC2::Route").values()]
    assert routed == list(lists)
    edge = by_kind(large(), "edge")[-1]
    assert read(edge)["Metadata"]["landbridge"]["routes"][0]["destinations"] == list(resources(edge, "AWS::EC2::PrefixList"))


def test_a_hub_without_a_vpc_is_a_transit_gateway_whose_alarms_are_handed_on() -> None:
    (plan,) = by_kind(plans(varied()), "hub")
    assert [one["Type"] for one in read(plan)["Resources"].values()] == ["AWS::EC2::TransitGateway", "AWS::IAM::Role", "AWS::Events::Rule"]


def test_a_subnet_more_changes_no_other() -> None:
    def subnets(*prefixes: str) -> dict[str, dict[str, Any]]:
        rome = single("10.1.0.0/16", *prefixes, asn=65001)
        return resources(by_kind(plans(network({"rome": rome}, hubs={"oregon": hub(None)})), "edge")[0], "AWS::EC2::Subnet")

    before, after = subnets("10.1.0.0/24", "10.1.2.0/24"), subnets("10.1.0.0/24", "10.1.1.0/24", "10.1.2.0/24")
    assert len(after) == len(before) + 1
    assert {name: after[name]["Properties"]["CidrBlock"] for name in before} == {
        name: one["Properties"]["CidrBlock"] for name, one in before.items()
    }


def test_an_existing_vpc_is_used_and_left_as_it_is() -> None:
    made = plans(existing())
    (edge,), (hub_plan,), (gateways,) = by_kind(made, "edge"), by_kind(made, "hub"), by_kind(made, "gateways")
    for plan in (edge, hub_plan):
        types = {one["Type"] for one in read(plan)["Resources"].values()}
        assert not types & {f"AWS::EC2::{kind}" for kind in ("VPC", "Subnet", "RouteTable", "Route", "InternetGateway", "VPCCidrBlock")}
        assert "by-hand" in read(plan)["Metadata"]["landbridge"]
    assert hub_plan.parameters["Subnet172x16x0x0Length24"] == Subnet("vpc-0123456789abcdef1", "172.16.0.0/24")
    assert gateways.parameters["Subnet10x1x1x0Length24"] == Subnet("vpc-0123456789abcdef0", "10.1.1.0/24")


def test_the_image_is_the_files_or_the_releases_own() -> None:
    def image(gateway: dict[str, Any]) -> object:
        sites = {"rome": single("10.1.0.0/16", "10.1.0.0/24", gateway={"availability": "single", **gateway})}
        (plan,) = by_kind(plans(network(sites)), "gateways")
        return plan.parameters["Image"]

    assert image({"release": "1.5"}) == Image("aws-marketplace", "VyOS 1.5*")
    assert image({"image": {"owner": "self", "name": "router-*"}}) == Image("self", "router-*")
    assert getattr(image({"image": {"id": "ami-0123456789abcdef0"}}), "value", "") == "ami-0123456789abcdef0"


def test_release_1_1_is_refused_with_its_reason() -> None:
    made = design(load(EXAMPLES / "four-regions.yaml"))
    with pytest.raises(LandbridgeError, match=r"singapore-a, virginia-a, frankfurt-a: release 1\.1 reads no user data") as caught:
        plans_of(made)
    assert "--release 1.4" in caught.value.findings[0].remedy
    assert plans_of(rereleased(made, "1.4"))


def test_partitions_are_apart() -> None:
    assert {plan.region[:3] for plan in plans(china())} == {"cn-"}
    sites = {"rome": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", region="cn-north-1")}
    with pytest.raises(LandbridgeError, match="rome is in cn-north-1, of the partition aws-cn"):
        plans(network(sites, hubs={"oregon": hub()}))


def test_stacks_are_the_same_every_time() -> None:
    assert plans(small()) == plans(small())
