"""A network in China: a partition of its own, with the same stacks."""

from __future__ import annotations

from pathlib import Path

from landbridge.aws.facts import read
from landbridge.sandbox import Sandbox
from tests.aws.deploying.whole import NETWORK, bring, client, cloud, eventually, ground, network, take_away

HUB, SITE = "cn-north-1", "cn-northwest-1"


def test_a_network_in_china_is_deployed_healed_and_taken_away(sandbox: Sandbox, tmp_path: Path) -> None:
    wanted = network()
    wanted["hubs"]["oregon"]["region"], wanted["sites"]["singapore"]["region"] = HUB, SITE
    to = ground(tmp_path, wanted)
    bring(sandbox, to)
    assert eventually(lambda: read(cloud(sandbox), to).active("singapore") == "singapore-a", 30)
    stacks = client(sandbox, "cloudformation", SITE).describe_stacks()["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for stack in stacks for one in stack.get("Outputs", ())}
    assert outputs["SingaporeAProfile"].startswith("arn:aws-cn:iam::")
    policy = client(sandbox, "s3", SITE).get_bucket_policy(Bucket=outputs["Bucket"])["Policy"]
    assert "arn:aws-cn:s3:::" in policy
    assert "arn:aws:" not in policy
    assert {one["StackName"].rpartition("-")[2] for one in stacks if one["StackName"].startswith(NETWORK)} == {
        "base",
        "heal",
        "edge",
        "gateways",
    }
    assert take_away(sandbox, to) == ()
