"""What each of our roles may do and what it may not, tried with the very policies that are deployed, in both partitions.

Read the rules as they stand: who, whether, what. Of what is allowed the call succeeds, or fails for the reason that is given and no
other; of what isn't the call is refused by the policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge import sandbox
from tests.sandbox.conftest import Client

from .conftest import client_of
from .scene import NETWORK, OTHER, Ask, Policies, Scene, bring, others_things, ours, settled, theirs
from .sessions import refused


@dataclass(frozen=True)
class Rule:
    """`fails` is the error that a call ends with which is let pass."""

    who: str
    may: bool
    what: str
    ask: Ask
    fails: str = ""

    def __str__(self) -> str:
        return f"{self.who} may{'' if self.may else ' not'} {self.what}"


def may(who: str, what: str, ask: Ask, fails: str = "") -> Rule:
    return Rule(who, True, what, ask, fails)


def may_not(who: str, what: str, ask: Ask) -> Rule:
    return Rule(who, False, what, ask)


def ask(service: str, operation: str, **given: Any) -> Ask:  # noqa: ANN401
    """A call that names nothing of what there is."""
    return lambda who, _: getattr(who(service), operation)(**given)


def lead(table: str, owner: str = "sydney", how: str = "replace_route", destination: str = "sydney") -> Ask:
    """Point a route table's route at a gateway."""

    def replace(who: Client, at: Scene) -> Any:  # noqa: ANN401
        instance = at.instance(f"{NETWORK}-{owner}-a")
        given = {"RouteTableId": at.table(table), "DestinationPrefixListId": at.prefix_list(destination)}
        return getattr(who("ec2"), how)(**given, NetworkInterfaceId=at.interface(instance))

    return replace


def associate(address: str, group: str) -> Ask:
    """Give a gateway's Elastic IP to the instance of a group."""
    return lambda who, at: who("ec2").associate_address(
        AllocationId=at.address(address), NetworkInterfaceId=at.interface(at.instance(group)), AllowReassociation=True
    )


def forward(group: str) -> Ask:
    """Switch off the source/destination check of a group's instance."""
    return lambda who, at: who("ec2").modify_network_interface_attribute(
        NetworkInterfaceId=at.interface(at.instance(group)), SourceDestCheck={"Value": False}
    )


def assign(group: str, private: str) -> Ask:
    return lambda who, at: who("ec2").assign_private_ip_addresses(
        NetworkInterfaceId=at.interface(at.instance(group)), PrivateIpAddresses=[private], AllowReassignment=True
    )


def complete(group: str, hook: str) -> Ask:
    return lambda who, at: who("autoscaling").complete_lifecycle_action(
        AutoScalingGroupName=group, LifecycleHookName=hook, InstanceId=at.instance(group), LifecycleActionResult="CONTINUE"
    )


def health(group: str) -> Ask:
    return lambda who, at: who("autoscaling").set_instance_health(InstanceId=at.instance(group), HealthStatus="Healthy")


def read_text(folder: str, name: str = NETWORK) -> Ask:
    return lambda who, at: who("s3").get_object(**at.text(folder, name))


def read_key(tunnel: str) -> Ask:
    return lambda who, at: who("secretsmanager", at.hub_region).get_secret_value(SecretId=at.secret(tunnel))


def log(group: str) -> Ask:
    return lambda who, at: who("logs").create_log_stream(logGroupName=group, logStreamName=f"test-{at.partition}")


EVENT = {"Source": "landbridge.heal", "DetailType": "Gateway Failover", "Detail": "{}"}


def tell(source: str) -> Ask:
    return ask("events", "put_events", Entries=[{**EVENT, "Source": source}])


def put_word(name: str, network: str = NETWORK) -> Ask:
    item = {"name": {"S": name}, "word": {"S": "claim=sydney-a"}, "at": {"N": "1"}}
    return ask("dynamodb", "put_item", TableName=f"{network}-words", Item=item)


def hear(*names: str) -> Ask:
    asked = {f"{NETWORK}-words": {"Keys": [{"name": {"S": name}} for name in names], "ConsistentRead": True}}
    return ask("dynamodb", "batch_get_item", RequestItems=asked)


def wake(function: str) -> Ask:
    return ask("lambda", "invoke", FunctionName=function, InvocationType="Event", Payload=b"{}")


HEAL = [
    may("heal", "look at groups", ask("autoscaling", "describe_auto_scaling_groups")),
    may("heal", "look at instances", ask("ec2", "describe_instances")),
    may("heal", "look at Elastic IPs", ask("ec2", "describe_addresses")),
    may("heal", "look at prefix lists", ask("ec2", "describe_managed_prefix_lists")),
    may("heal", "look at route tables", ask("ec2", "describe_route_tables")),
    may("heal", "give a gateway its Elastic IP", associate("sydney-a", f"{NETWORK}-sydney-a")),
    may("heal", "let a gateway forward", forward(f"{NETWORK}-sydney-a")),
    may("heal", "assign a secondary address", assign(f"{NETWORK}-sydney-a", "10.1.0.200")),
    may("heal", "lead a site's routes", lead("sydney")),
    may("heal", "lead another site's routes", lead("perth", "perth", destination="perth")),
    may("heal", "make a site's routes", lead("perth", "perth", "create_route", "perth"), fails="RouteAlreadyExists"),
    may("heal", "complete a hook", complete(f"{NETWORK}-sydney-a", "landbridge-launch"), fails="ValidationError"),  # none is under way
    may("heal", "begin its log", log(f"/aws/lambda/{NETWORK}-heal")),
    may("heal", "write its log", lambda who, at: who("logs").put_log_events(
        logGroupName=f"/aws/lambda/{NETWORK}-heal", logStreamName=f"test-{at.partition}", logEvents=[{"timestamp": 1, "message": "x"}])),
    may_not("heal", "lead the routes of a route table that nobody tagged", lead("shop")),
    may_not("heal", "lead the routes of a table of ours that no site owns", lead("nobody")),
    may_not("heal", "make routes there", lead("nobody", how="create_route")),
    may_not("heal", "lead another network's routes", lead("darwin")),
    may_not("heal", "take routes away", lambda who, at: who("ec2").delete_route(
        RouteTableId=at.table("sydney"), DestinationPrefixListId=at.prefix_list("sydney"))),
    may_not("heal", "let another's instance forward", forward("acme-shop")),
    may_not("heal", "let another network's gateway forward", forward(f"{OTHER}-darwin-a")),
    may_not("heal", "assign addresses to another's instance", assign("acme-shop", "10.9.0.200")),
    may_not("heal", "take another network's Elastic IP", associate("darwin-a", f"{NETWORK}-sydney-a")),
    may_not("heal", "give an Elastic IP away", associate("sydney-a", "acme-shop")),
    may_not("heal", "complete another's hook", complete("acme-shop", "shop")),
    may_not("heal", "complete another network's hook", complete(f"{OTHER}-darwin-a", "landbridge-launch")),
    may_not("heal", "end an instance", lambda who, at: who("ec2").terminate_instances(InstanceIds=[at.instance(f"{NETWORK}-sydney-a")])),
    may_not("heal", "tag anything", lambda who, at: who("ec2").create_tags(
        Resources=[at.table("shop")], Tags=[{"Key": "landbridge:network", "Value": NETWORK}])),
    may_not("heal", "open a security group", ask(
        "ec2", "authorize_security_group_ingress", GroupId="sg-1", IpProtocol="-1", CidrIp="0.0.0.0/0")),
    may_not("heal", "look at connections, which show their keys", lambda who, at: who("ec2", at.hub_region).describe_vpn_connections()),
    may_not("heal", "read a tunnel's key", read_key("sydney-a-1")),
    may_not("heal", "read a gateway's text", read_text("routers/sydney-a")),
    may_not("heal", "read its own code", read_text("heal")),
    may_not("heal", "begin another's log", log(f"/aws/lambda/{OTHER}-heal")),
    may_not("heal", "be another role", lambda who, at: who("sts").assume_role(RoleArn=at.role("sydney-a"), RoleSessionName="me")),
    may_not("heal", "give itself leave", lambda who, at: who("iam").put_role_policy(
        RoleName=at.heal().rpartition("/")[2], PolicyName="more", PolicyDocument="{}")),
]  # fmt: skip
GATEWAY = [
    may("sydney-a", "read its text", read_text("routers/sydney-a")),
    may("sydney-a", "read the key of its first tunnel", read_key("sydney-a-1")),
    may("sydney-a", "read the key of its second tunnel", read_key("sydney-a-2")),
    may("lima-a", "read its text, in its own account", lambda who, at: who("s3").get_object(
        **at.text("routers/lima-a", account=at.branch))),
    may("lima-a", "read the key of its tunnel, in the hub's account", read_key("lima-a-1")),
    may_not("sydney-a", "read its other's text", read_text("routers/sydney-b")),
    may_not("sydney-a", "read another site's text", read_text("routers/perth-a")),
    may_not("sydney-a", "read another network's text", read_text("routers/darwin-a", OTHER)),
    may_not("sydney-a", "read heal's code", read_text("heal")),
    may_not("sydney-a", "see what is in the bucket", lambda who, at: who("s3").list_objects_v2(Bucket=at.bucket())),
    may_not("sydney-a", "write its text", lambda who, at: who("s3").put_object(**at.text("routers/sydney-a"), Body=b"x")),
    may_not("sydney-a", "read the key of its other's tunnel", read_key("sydney-b-1")),
    may_not("sydney-a", "read the key of another site's tunnel", read_key("perth-a-1")),
    may_not("sydney-a", "read the key of another account's tunnel", read_key("lima-a-1")),
    may_not("sydney-a", "read the key of another network's tunnel", read_key("darwin-a-1")),
    may_not("sydney-a", "read another's secret", lambda who, at: who("secretsmanager", at.hub_region).get_secret_value(SecretId="shop/db")),
    may_not("sydney-a", "write a key", lambda who, at: who("secretsmanager", at.hub_region).put_secret_value(
        SecretId=at.secret("sydney-a-1"), SecretString="x")),
    may_not("lima-a", "read the key of another gateway's tunnel, in the hub's account", read_key("sydney-a-1")),
    may_not("lima-a", "open anything else with the key of keys", lambda who, at: who("kms", at.hub_region).decrypt(
        CiphertextBlob=b"x", KeyId=_opener(at))),
    may_not("sydney-a", "lead its own site's routes", lead("sydney")),
    may_not("sydney-a", "lead another site's routes", lead("perth", "perth", destination="perth")),
    may_not("sydney-a", "look at instances", ask("ec2", "describe_instances")),
    may_not("sydney-a", "complete its hook", complete(f"{NETWORK}-sydney-a", "landbridge-launch")),
    may_not("sydney-a", "be heal", lambda who, at: who("sts").assume_role(RoleArn=at.heal(), RoleSessionName="me")),
]  # fmt: skip
WORDS = [
    may("heal", "hear all words", ask("dynamodb", "scan", TableName=f"{NETWORK}-words")),
    may("heal", "look at alarms in the hub's Region", lambda who, at: who("cloudwatch", at.hub_region).describe_alarms(
        AlarmNamePrefix=f"{NETWORK}-")),
    may("heal", "have a gateway replaced", health(f"{NETWORK}-perth-a")),
    may("heal", "tell people what it did", tell("landbridge.heal")),
    may_not("heal", "say a word", put_word("sydney-a")),
    may_not("heal", "hear another network's words", ask("dynamodb", "scan", TableName=f"{OTHER}-words")),
    may_not("heal", "look at alarms elsewhere", ask("cloudwatch", "describe_alarms")),
    may_not("heal", "have another's instance replaced", health("acme-shop")),
    may_not("heal", "have another network's gateway replaced", health(f"{OTHER}-darwin-a")),
    may_not("heal", "speak for others", tell("landbridge.gateway")),
    may_not("heal", "speak for AWS", tell("aws.ec2")),
    may("sydney-a", "say its word", put_word("sydney-a")),
    may("sydney-a", "hear its other, its predecessor and its site's order", hear("sydney-b", "sydney-a", "order/sydney")),
    may("sydney-a", "wake heal", wake(f"{NETWORK}-heal")),
    may_not("sydney-a", "say its other's word", put_word("sydney-b")),
    may_not("sydney-a", "give its site an order", put_word("order/sydney")),
    may_not("sydney-a", "say a word in another network", put_word("sydney-a", OTHER)),
    may_not("sydney-a", "hear another site", hear("sydney-b", "perth-a")),
    may_not("sydney-a", "hear another site's order", hear("order/perth")),
    may_not("sydney-a", "hear all words", ask("dynamodb", "scan", TableName=f"{NETWORK}-words")),
    may_not("sydney-a", "take its word back", ask(
        "dynamodb", "delete_item", TableName=f"{NETWORK}-words", Key={"name": {"S": "sydney-a"}})),
    may_not("sydney-a", "wake another network's heal", wake(f"{OTHER}-heal")),
    may_not("sydney-a", "speak for heal", tell("landbridge.heal")),
    may_not("perth-a", "say a word: it is a single", put_word("perth-a")),
    may_not("perth-a", "wake heal", wake(f"{NETWORK}-heal")),
]  # fmt: skip
ALARMS = [
    may("alarms", "hand an event on to where the sites are", tell("aws.cloudwatch")),
    may_not("alarms", "put one on a bus of the hub's Region", lambda who, at: who("events", at.hub_region).put_events(Entries=[EVENT])),
    may_not("alarms", "put one on another bus there", ask("events", "put_events", Entries=[{**EVENT, "EventBusName": "shop"}])),
    may_not("alarms", "put one on a bus of another account", lambda who, at: who("events").put_events(
        Entries=[{**EVENT, "EventBusName": f"arn:{at.partition}:events:{at.region}:{at.branch}:event-bus/default"}])),
    may_not("alarms", "look at alarms", lambda who, at: who("cloudwatch", at.hub_region).describe_alarms()),
]  # fmt: skip


def _opener(at: Scene) -> str:
    """The KMS key that the secrets for the other account are encrypted with."""
    return str(at.of("secretsmanager", at.hub_region).describe_secret(SecretId=at.secret("lima-a-1"))["KmsKeyId"])


@pytest.fixture(scope="module", params=["aws", "aws-cn"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("sandbox")
    running = sandbox.start(folder, idle=300, quotas="raised")
    try:
        found = Scene(client_of(running.endpoint), request.param, bring(running.endpoint, ours(request.param)))
        bring(running.endpoint, theirs(request.param))
        others_things(found)
        settled(found)
        yield found
    finally:
        sandbox.stop(folder)


RULES = [*HEAL, *GATEWAY, *WORDS, *ALARMS]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_what_a_role_may(scene: Scene, rule: Rule) -> None:
    who = scene.session(rule.who)
    if not rule.may:
        assert refused(lambda: rule.ask(who, scene))
    elif rule.fails:
        with pytest.raises(ClientError) as caught:
            rule.ask(who, scene)
        assert caught.value.response["Error"]["Code"] == rule.fails
    else:
        rule.ask(who, scene)


def test_a_partitions_roles_are_its_own(scene: Scene) -> None:
    for who in ("heal", "sydney-a", "alarms"):
        assert scene.session(who)("sts").get_caller_identity()["Arn"].startswith(f"arn:{scene.partition}:sts::")


class Tried:
    """The rules of one role, to be tried in turn. Who tries again begins with what was found the last time: it is near."""

    def __init__(self, scene: Scene, who: str, may: bool) -> None:
        self._scene, self._who = scene, scene.session(who)
        self._rules = [rule for rule in RULES if (rule.who, rule.may) == (who, may)]

    def any_is(self, refusal: bool) -> bool:
        """Whether any of the calls is refused by a policy, or let pass."""
        for number, rule in enumerate(self._rules):
            if bool(refused(lambda rule=rule: rule.ask(self._who, self._scene))) is refusal:  # type: ignore[misc]
                self._rules = self._rules[number:] + self._rules[:number]
                return True
        return False


@pytest.mark.parametrize("who", ["heal", "sydney-a", "lima-a", "alarms"])
def test_nothing_is_allowed_that_no_rule_above_needs(scene: Scene, who: str) -> None:
    tried = Tried(scene, who, True)
    for policies in Policies(scene, who).each_without_an_action():
        assert tried.any_is(True), policies


@pytest.mark.parametrize("who", ["heal", "sydney-a"])
def test_no_condition_is_there_without_a_rule_above_that_it_holds(scene: Scene, who: str) -> None:
    """The last of all: what is refused otherwise is done here."""
    tried = Tried(scene, who, False)
    for policies in Policies(scene, who).each_without_a_condition():
        assert tried.any_is(False), policies
