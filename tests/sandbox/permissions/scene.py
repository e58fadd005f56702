"""Two networks, deployed to the emulator in one of AWS' partitions, and things of other people beside them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from landbridge.aws.calling import Cloud, Place
from landbridge.aws.deploying.deploying import Means, deploy
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.lease import Holder
from landbridge.aws.deploying.stack import Patience
from landbridge.sandbox.server.foreign import Foreign
from tests.aws.stacks.networks import ADMIN, plans_of
from tests.design.networks import Data, designed, hub, single, site
from tests.sandbox.conftest import Client

from .sessions import assumed

NETWORK, OTHER = "acme", "other"  # ours, and another that lives in the same account and Region
REGIONS = {"aws": ("us-west-2", "ap-southeast-2"), "aws-cn": ("cn-north-1", "cn-northwest-1")}  # the hubs', and the sites'
GATEWAY = {"release": "1.4", "image": {"owner": "679593333241", "name": "VyOS 1.4*"}}
IN_SERVICE_S = 90.0


def network(name: str, partition: str, sites: dict[str, Data]) -> Data:
    hubs = {f"{name}-hub": hub(None, region=REGIONS[partition][0])}
    return {"version": 1, "network": name, "hubs": hubs, "sites": sites, "admin": ADMIN, "defaults": {"gateway": GATEWAY}}


def ours(partition: str) -> Data:
    """A pair, a single beside it, and a single in another account than the hub's."""
    region = REGIONS[partition][1]
    return network(
        NETWORK,
        partition,
        {
            "sydney": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", region=region),
            "perth": single("10.2.0.0/16", "10.2.0.0/24", region=region),
            "lima": single("10.3.0.0/16", "10.3.0.0/24", region=region, account={"profile": "branch"}),
        },
    )


def theirs(partition: str) -> Data:
    return network(OTHER, partition, {"darwin": single("10.1.0.0/16", "10.1.0.0/24", region=REGIONS[partition][1])})


def bring(endpoint: str, data: Data) -> Ground:
    planned = designed(data)
    ground = Ground(planned.network, plans_of(planned))
    done = deploy(ground, Means(Cloud(endpoint, pauses=(0.1, 0.2)), lambda _: None, Patience(threading.Event(), 0.05), Holder()))
    assert done.ok, [str(finding) for finding in done.findings]
    return ground


@dataclass
class Scene:
    """What there is, by the names that the rules know it by; each is looked for once."""

    client: Client
    partition: str
    ground: Ground
    account: str = "123456789012"
    _held: dict[object, Any] = field(default_factory=dict)

    def _once(self, key: object, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        if key not in self._held:
            self._held[key] = make()
        return self._held[key]

    @property
    def hub_region(self) -> str:
        return REGIONS[self.partition][0]

    @property
    def region(self) -> str:
        return REGIONS[self.partition][1]

    @property
    def branch(self) -> str:
        """The number of the other account."""
        lima = self.ground.plan(f"{NETWORK}-lima-edge")
        asked = Place(lima.account, lima.region), "sts", "get_caller_identity"
        return str(self._once("branch", lambda: Cloud(self.of("sts").meta.endpoint_url).call(*asked)["Account"]))

    def of(self, service: str, region: str = "", account: str = "") -> Foreign:
        """A client that may everything."""
        asked = service, region or self.region, account or self.account
        return self._once(asked, lambda: self.client(*asked))

    def outputs(self, stack: str, region: str = "", account: str = "") -> dict[str, str]:
        cloudformation = self.of("cloudformation", region, account)
        found = self._once(stack, lambda: cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"])
        return {one["OutputKey"]: one["OutputValue"] for one in found}

    def _edge(self, gateway: str) -> dict[str, str]:
        return self.outputs(f"{_network(gateway)}-{gateway[:-2]}-edge", account=self.branch if gateway == "lima-a" else "")

    def role(self, gateway: str) -> str:
        return self._edge(gateway)[f"{_title(gateway)}Role"]

    def heal(self) -> str:
        """The role of the function that heals, where the sites are."""
        return self._role_in(f"{NETWORK}-default-{self.region}-heal", "Role", self.region)

    def alarms(self) -> str:
        """The role that the hub's alarms are handed on with."""
        return self._role_in(f"{NETWORK}-{NETWORK}-hub-hub", "AlarmsRole", self.hub_region)

    def _role_in(self, stack: str, name: str, region: str) -> str:
        def found() -> str:
            detail = self.of("cloudformation", region).describe_stack_resource(StackName=stack, LogicalResourceId=name)[
                "StackResourceDetail"
            ]
            return str(self.of("iam").get_role(RoleName=detail["PhysicalResourceId"])["Role"]["Arn"])

        return str(self._once((stack, name), found))

    def arn(self, who: str) -> str:
        """The role of a gateway, or `heal` or `alarms`."""
        return {"heal": self.heal, "alarms": self.alarms}.get(who, lambda: self.role(who))()

    def address(self, gateway: str) -> str:
        return self._edge(gateway)[f"{_title(gateway)}Allocation"]

    def secret(self, tunnel: str) -> str:
        return self.outputs(f"{_network(tunnel)}-{tunnel[:-4]}-vpn", self.hub_region)[f"{_title(tunnel)}Secret"]

    def bucket(self, name: str = NETWORK, account: str = "") -> str:
        return f"{name}-{account or self.account}-{self.region}"

    def text(self, folder: str, name: str = NETWORK, account: str = "") -> dict[str, str]:
        """An object in a folder of the network's bucket."""
        bucket = self.bucket(name, account)
        s3 = self.of("s3", account=account)
        listed = self._once((bucket, folder), lambda: s3.list_objects_v2(Bucket=bucket, Prefix=f"{folder}/")["Contents"])
        return {"Bucket": bucket, "Key": listed[0]["Key"]}

    def table(self, name: str) -> str:
        """The route table of a site, or of this name."""
        filters = [{"Name": f"tag:{'Name' if name == 'nobody' else 'landbridge:owner'}", "Values": [name]}]
        found = self._once(("table", name), lambda: self.of("ec2").describe_route_tables(Filters=filters)["RouteTables"])
        return str(found[0]["RouteTableId"])

    def prefix_list(self, owner: str) -> str:
        filters = [{"Name": "tag:landbridge:owner", "Values": [owner]}]
        found = self._once(("list", owner), lambda: self.of("ec2").describe_managed_prefix_lists(Filters=filters)["PrefixLists"])
        return str(found[0]["PrefixListId"])

    def instance(self, group: str) -> str:
        """The instance of an Auto Scaling group."""
        asked = {"AutoScalingGroupNames": [group]}
        found = self._once(("group", group), lambda: self.of("autoscaling").describe_auto_scaling_groups(**asked)["AutoScalingGroups"])
        return str(found[0]["Instances"][0]["InstanceId"])

    def interface(self, instance: str) -> str:
        found = self._once(instance, lambda: self.of("ec2").describe_instances(InstanceIds=[instance])["Reservations"])
        return str(found[0]["Instances"][0]["NetworkInterfaces"][0]["NetworkInterfaceId"])

    def session(self, who: str) -> Client:
        """Clients that may what this role may."""
        arn = self.arn(who)
        made = self._once(("session", who), lambda: assumed(self.client, arn, self.region, arn.split(":")[4]))

        def client(service: str, region: str = "", *_: str) -> Foreign:
            to = region or self.region
            return self._once((who, service, to), lambda: made(service, to))

        return client


def _network(name: str) -> str:
    return OTHER if name.startswith("darwin") else NETWORK


def _title(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))


def others_things(scene: Scene) -> None:
    """What has nothing to do with the networks: a route table, an instance, a group, a secret; and a table of ours that no site owns."""
    ec2, scaling = scene.of("ec2"), scene.of("autoscaling")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    tables: dict[str, dict[str, str]] = {"shop": {"landbridge:owner": "shop"}, "nobody": {"landbridge:network": NETWORK, "Name": "nobody"}}
    for tags in tables.values():
        said = [{"ResourceType": "route-table", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
        ec2.create_route_table(VpcId=vpc, TagSpecifications=said)
    ec2.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData={"ImageId": "ami-014141414141414", "InstanceType": "t3.micro"})
    hook = {"LifecycleHookName": "shop", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING", "HeartbeatTimeout": 7200}
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="acme-shop",  # its name alone makes it none of ours
        MinSize=1,
        MaxSize=1,
        VPCZoneIdentifier=subnet,
        LaunchTemplate={"LaunchTemplateName": "shop"},
        LifecycleHookSpecificationList=[hook],
    )
    scene.of("secretsmanager", scene.hub_region).create_secret(Name="shop/db", SecretString="x")


def settled(scene: Scene, patience: float = IN_SERVICE_S) -> None:
    """Waits until every gateway is in service: heal has then done for each what it must."""
    until = time.monotonic() + patience
    wanted: dict[str, list[str]] = {scene.account: ["sydney-a", "sydney-b", "perth-a", "darwin-a"], scene.branch: ["lima-a"]}
    while time.monotonic() < until:
        found = {
            one["AutoScalingGroupName"].split("-", 1)[1]: [each["LifecycleState"] for each in one["Instances"]]
            for account in wanted
            for one in scene.of("autoscaling", account=account).describe_auto_scaling_groups()["AutoScalingGroups"]
        }
        if all(found.get(name) == ["InService"] for names in wanted.values() for name in names):
            return
        time.sleep(0.2)
    raise AssertionError(found)


class Policies:
    """A role's own policies, and what they would be with a little less."""

    def __init__(self, scene: Scene, who: str) -> None:
        arn = scene.arn(who)
        self._iam, self._role = scene.of("iam", account=arn.split(":")[4]), arn.rpartition("/")[2]
        names = self._iam.list_role_policies(RoleName=self._role)["PolicyNames"]
        self._held = {name: self._iam.get_role_policy(RoleName=self._role, PolicyName=name)["PolicyDocument"] for name in names}

    def each_without_an_action(self) -> Iterator[str]:
        """Puts each policy there without one of its actions in turn; and at last as it was. Tells what is missing."""
        for name, number, one in self._statements():
            actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
            for action in actions:
                left = [other for other in actions if other != action]
                yield from self._put(name, number, {**one, "Action": left or "sts:GetCallerIdentity"}, action)

    def each_without_a_condition(self) -> Iterator[str]:
        """Likewise without one key of a condition."""
        for name, number, one in self._statements():
            for operator, keys in one.get("Condition", {}).items():
                for key in keys:
                    left = {other: value for other, value in keys.items() if other != key}
                    condition = {**one["Condition"], operator: left}
                    yield from self._put(name, number, {**one, "Condition": {each: held for each, held in condition.items() if held}}, key)

    def _statements(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        for name, document in self._held.items():
            for number, one in enumerate(document["Statement"]):
                yield name, number, one

    def _put(self, name: str, number: int, statement: dict[str, Any], missing: str) -> Iterator[str]:
        statements = list(self._held[name]["Statement"])
        statements[number] = statement
        self._write(name, {**self._held[name], "Statement": statements})
        try:
            yield f"{self._held[name]['Statement'][number].get('Sid')} without {missing}"
        finally:
            self._write(name, self._held[name])

    def _write(self, name: str, document: dict[str, Any]) -> None:
        self._iam.put_role_policy(RoleName=self._role, PolicyName=name, PolicyDocument=json.dumps(document))


Ask = Callable[[Client, Scene], Any]
