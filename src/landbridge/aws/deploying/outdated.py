"""Gateways that run another image or instance type than their template says: no deployment replaces an instance, for CloudFormation
doesn't, and a router that carries its site is replaced only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from landbridge.aws.calling import Answer, Cloud, Place
from landbridge.aws.deploying.ground import place
from landbridge.aws.deploying.routers import texts
from landbridge.aws.deploying.template import read
from landbridge.aws.model import StackPlan
from landbridge.aws.stacks.gateways import IMAGE
from landbridge.aws.stacks.names import logical
from landbridge.findings import Finding, Where, warning
from landbridge.heal import tags

RUNS = ["pending", "running"]


@dataclass(frozen=True, slots=True)
class Make:
    """What an instance is made of."""

    image: str
    type: str


@dataclass(frozen=True, slots=True)
class Outdated:
    """A gateway's instance that isn't what its next one will be."""

    gateway: str
    place: Place
    instance: str
    runs: Make
    wants: Make

    @property
    def leaves(self) -> bool:
        """Whether it has another image: its text may be for another release line than that runs."""
        return self.runs.image != self.wants.image

    def finding(self) -> Finding:
        """What to do about it."""
        of = [(self.runs.image, self.wants.image), (self.runs.type, self.wants.type)]
        runs, wants = (" and ".join(pair[side] for pair in of if pair[0] != pair[1]) for side in (0, 1))
        message = f"{self.gateway} runs {runs}, and its stack says {wants}: what runs isn't replaced by deploying."
        return warning("outdated", message, Where(f"AWS {self.place.region}", path=self.instance), f"{UPGRADE} replaces it.")


UPGRADE = "`landbridge upgrade`"


def makes(plan: StackPlan, image: str) -> dict[str, Make]:
    """What a site's gateways are made of when they are launched next, by their names; `image` is the value of its stack's parameter."""
    templates = read(plan.template)["Resources"]
    found = {}
    for text in texts([plan]):
        launch = templates.get(f"{logical(text.gateway)}LaunchTemplate")
        if launch is not None:
            found[text.gateway] = Make(image, str(launch["Properties"]["LaunchTemplateData"]["InstanceType"]))
    return found


def outdated(cloud: Cloud, network: str, wanted: Iterable[tuple[StackPlan, str]]) -> list[Outdated]:
    """The gateways that run as something else; `wanted` are the stacks of gateways, each with the image that it launches."""
    by_place: dict[Place, dict[str, Make]] = {}
    for plan, image in wanted:
        if plan.kind == "gateways" and (found := makes(plan, image)):
            by_place.setdefault(place(plan), {}).update(found)
    return [one for there, found in by_place.items() for one in _of_place(cloud, there, network, found)]


def image_of(parameters: Mapping[str, str]) -> str:
    """The image that a stack of gateways launches, by its parameters."""
    return parameters.get(IMAGE, "")


def _of_place(cloud: Cloud, there: Place, network: str, wanted: Mapping[str, Make]) -> Iterator[Outdated]:
    filters = [{"Name": f"tag:{tags.NETWORK}", "Values": [network]}, {"Name": "instance-state-name", "Values": RUNS}]
    for reservation in cloud.each(there, "ec2", "describe_instances", "Reservations", Filters=filters):
        for machine in reservation["Instances"]:
            gateway, runs = _gateway(machine), Make(machine.get("ImageId", ""), machine.get("InstanceType", ""))
            if gateway in wanted and runs != wanted[gateway]:
                yield Outdated(gateway, there, machine["InstanceId"], runs, wanted[gateway])


def _gateway(machine: Answer) -> str:
    return next((tag["Value"] for tag in machine.get("Tags") or () if tag["Key"] == tags.GATEWAY), "")
