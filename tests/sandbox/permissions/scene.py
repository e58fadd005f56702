"""Two networks, deployed to the emulator in one of AWS' partitions, and things of other people beside them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
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
    """What there is, by the names that the rules know it by."""

    client: Client
    partition: str
    ground: Ground

    account: str = "123456789012"
    _clients: dict[tuple[str, ...], Foreign] = field(default_factory=dict)
    _sessions: dict[str, Client] = field(default_factory=dict)

    @property
    def hub_region(self) -> str:
        return REGIONS[self.partition][0]

    @property
    def region(self) -> str:
        return REGIONS[self.partition][1]

    @cached_property
    def branch(self) -> str:
        """The number of the other account."""
        return self.role("lima-a").split(":")[4]

    def of(self, service: str, region: str = "", account: str = "") -> Foreign:
        """A client that may everything."""
        asked = service, region or self.region, account or self.account
        if asked not in self._clients:
            self._clients[asked] = self.client(*asked)
        return self._clients[asked]

    def outputs(self, stack: str, region: str = "", account: str = "") -> dict[str, str]:
        found = self.of("cloudformation", region, account).describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        return {one["OutputKey"]: one["OutputValue"] for one in found}

    @cached_property
    def _edges(self) -> dict[str, dict[str, str]]:
        lima = self.ground.plan(f"{NETWORK}-lima-edge")
        cloud = Cloud(self.of("sts").meta.endpoint_url)
        branch = str(cloud.call(Place(lima.account, lima.region), "sts", "get_caller_identity")["Account"])
        places = {(NETWORK, "sydney"): "", (NETWORK, "perth"): "", (NETWORK, "lima"): branch, (OTHER, "darwin"): ""}
        return {where: self.outputs(f"{name}-{where}-edge", account=account) for (name, where), account in places.items()}

    def role(self, gateway: str) -> str:
        return self._edges[gateway[:-2]][f"{_title(gateway)}Role"]

    def heal(self, name: str = NETWORK) -> str:
        """The role of a network's function."""
        stack = f"{name}-default-{self.region}-heal"
        detail = self.of("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Role")["StackResourceDetail"]
        return str(self.of("iam").get_role(RoleName=detail["PhysicalResourceId"])["Role"]["Arn"])

    def address(self, gateway: str) -> str:
        return self._edges[gateway[:-2]][f"{_title(gateway)}Allocation"]

    def secret(self, tunnel: str) -> str:
        name = OTHER if tunnel.startswith("darwin") else NETWORK
        return self.outputs(f"{name}-{tunnel[:-4]}-vpn", self.hub_region)[f"{_title(tunnel)}Secret"]

    def bucket(self, name: str = NETWORK) -> str:
        return self.outputs(f"{name}-default-{self.region}-base")["Bucket"]

    def text(self, folder: str, name: str = NETWORK) -> dict[str, str]:
        """An object in a folder of the network's bucket."""
        listed = self.of("s3").list_objects_v2(Bucket=self.bucket(name), Prefix=f"{folder}/")["Contents"]
        return {"Bucket": self.bucket(name), "Key": listed[0]["Key"]}

    def table(self, owner: str) -> str:
        """The route table of a site."""
        filters = [{"Name": "tag:landbridge:owner", "Values": [owner]}]
        return str(self.of("ec2").describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"])

    def prefix_list(self, owner: str) -> str:
        filters = [{"Name": "tag:landbridge:owner", "Values": [owner]}]
        return str(self.of("ec2").describe_managed_prefix_lists(Filters=filters)["PrefixLists"][0]["PrefixListId"])

    def instance(self, group: str) -> str:
        """The instance of an Auto Scaling group."""
        found = self.of("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]
        return str(found["Instances"][0]["InstanceId"])

    def interface(self, instance: str) -> str:
        found = self.of("ec2").describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        return str(found["NetworkInterfaces"][0]["NetworkInterfaceId"])

    def session(self, who: str) -> Client:
        """Clients that may what this role may: `heal`, or a gateway."""
        if who not in self._sessions:
            arn = self.heal() if who == "heal" else self.role(who)
            self._sessions[who] = assumed(self.client, arn, self.region, arn.split(":")[4])
        return self._sessions[who]


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


Ask = Callable[[Client, Scene], Any]
