"""Tags brought to what is wanted."""

from __future__ import annotations

from landbridge.sandbox.cloudformation.kind import Work
from landbridge.sandbox.server.foreign import Props


def ec2(work: Work, resource: str, before: Props, after: Props) -> None:
    """Of anything in EC2."""
    client = work.call("ec2")
    wanted = work.tagged(after)
    names = {tag["Key"] for tag in wanted}
    held = client.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource]}])["Tags"]
    own = {tag["Key"] for tag in before.get("Tags") or []} | set(work.tags)
    gone = [{"Key": tag["Key"]} for tag in held if tag["Key"] not in names and (tag["Key"] in own or not tag["Key"].startswith("aws:"))]
    if gone:
        client.delete_tags(Resources=[resource], Tags=gone)
    client.create_tags(Resources=[resource], Tags=wanted)


def gone_and_wanted(work: Work, before: Props, after: Props) -> tuple[list[str], list[dict[str, str]]]:
    """The names of tags to take off, and the tags to put on, for services that want them so."""
    wanted = work.tagged(after)
    names = {tag["Key"] for tag in wanted}
    return [tag["Key"] for tag in work.tagged(before) if tag["Key"] not in names], wanted


def as_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags as a map, as some services take them."""
    return {tag["Key"]: tag["Value"] for tag in tags}
