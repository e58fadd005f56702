"""Every stack of a network that is there, planned or not."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from landbridge.aws.calling import Cloud, Place
from landbridge.aws.deploying.ground import TABLE, Ground, place
from landbridge.aws.deploying.record import Record
from landbridge.aws.deploying.stack import Stack, look, stack_of
from landbridge.aws.deploying.walking import walk
from landbridge.heal import tags


@dataclass(frozen=True, slots=True)
class Found:
    """A stack of the network, and where it is."""

    place: Place
    stack: Stack

    @property
    def kind(self) -> str:
        return self.stack.tags.get(tags.STACK, "")

    @property
    def owner(self) -> str:
        """The hub, site or account, as the stack's name tells it."""
        network = self.stack.tags.get(tags.NETWORK, "")
        return self.stack.name.removeprefix(f"{network}-").removesuffix(f"-{self.kind}")


def record_of(cloud: Cloud, ground: Ground) -> Record | None:
    """What the network's table remembers; None where there is no table yet."""
    there = place(ground.anchor)
    anchor = look(cloud, there, ground.anchor.name)
    if anchor is None or TABLE not in anchor.outputs or anchor.status == "DELETE_IN_PROGRESS":
        return None
    return Record(cloud, there, anchor.outputs[TABLE], ground.network)


def survey(cloud: Cloud, network: str, places: Iterable[Place]) -> dict[str, Found]:
    """The stacks that bear the network's tag, by name."""
    return {one.stack.name: one for one in everything(cloud, places) if one.stack.tags.get(tags.NETWORK) == network}


def everything(cloud: Cloud, places: Iterable[Place]) -> list[Found]:
    """All stacks in the accounts and Regions named, whosever they are."""
    by_name = {str(index): one for index, one in enumerate(dict.fromkeys(places))}

    def of_place(index: str) -> list[Found]:
        listed = cloud.each(by_name[index], "cloudformation", "describe_stacks", "Stacks")
        return [Found(by_name[index], stack_of(one)) for one in listed if one["StackStatus"] != "DELETE_COMPLETE"]

    walked = walk(dict.fromkeys(by_name, ()), of_place, threading.Event())
    for problem in walked.failed.values():
        raise problem
    return [one for index in by_name for one in walked.done[index]]
