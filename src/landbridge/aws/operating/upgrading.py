"""New instances for gateways: a pair's standby first, then a switch, then the other; a single one with the outage that it takes."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from landbridge.aws.calling import CallError, Cloud
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.outdated import Make, image_of, makes
from landbridge.aws.deploying.record import Record
from landbridge.aws.deploying.routers import Pusher, texts
from landbridge.aws.deploying.stack import look
from landbridge.aws.deploying.values import resolve
from landbridge.aws.model import Given, Image
from landbridge.aws.operating.failing_over import PATIENCE_S as SWITCH_S
from landbridge.aws.operating.failing_over import fail_over, once_well
from landbridge.aws.operating.judging import View, carries, cut_off, out_of_service, unfit, unready
from landbridge.aws.operating.model import Outcome, Step
from landbridge.aws.operating.watching import Means, Watch
from landbridge.aws.stacks.gateways import IMAGE
from landbridge.findings import Finding, LandbridgeError, error, warning

PATIENCE_S = 900.0  # an instance boots, and its tunnels come up: minutes
AGAIN = "Run the same command again: it goes on from there."


@dataclass(frozen=True, slots=True)
class Replace:
    """End a gateway's instance; its group launches another."""

    gateway: str


@dataclass(frozen=True, slots=True)
class SwitchTo:
    """Let a pair's standby take over."""

    gateway: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done before this is well."""

    lacks: tuple[str, ...]


Next = Replace | SwitchTo | Wait


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of a gateway. `was` and `instance` are the ids of its instances, before and now."""

    gateway: str
    site: str
    did: Literal["replaced", "not well"]
    was: str
    instance: str | None
    seconds: float


def newest(cloud: Cloud, ground: Ground, sites: Container[str]) -> Ground:
    """The ground with the newest image of those that each site's file entry means; a deployment by itself stays with the one it had."""
    plans = []
    for plan in ground.plans:
        if plan.kind == "gateways" and plan.owner in sites and isinstance(plan.parameters[IMAGE], Image):
            found = resolve(cloud, ground, plan, lambda _: None, None, store=False).known[IMAGE]
            plans.append(replace(plan, parameters={**plan.parameters, IMAGE: Given(found)}))
        else:
            plans.append(plan)
    return replace(ground, plans=tuple(plans))


def wants(cloud: Cloud, ground: Ground, sites: Container[str]) -> dict[str, Make]:
    """What the gateways of some sites are to be made of: as their ground says, or as their stack has it."""
    found: dict[str, Make] = {}
    for plan in ground.plans:
        if plan.kind == "gateways" and plan.owner in sites:
            source = plan.parameters[IMAGE]
            stack = None if isinstance(source, Given) else look(cloud, place(plan), plan.name)
            image = source.value if isinstance(source, Given) else image_of(stack.parameters) if stack else ""
            found |= makes(plan, image)
    return found


def due(view: View, wanted: Mapping[str, Make], replacing: Container[str]) -> list[str]:
    """The gateways whose instance isn't what it should be, or is among those to be replaced. Pure."""
    return [
        one.name
        for one in view.gateways
        if one.instance is not None
        and one.instance.lifecycle == "InService"
        and (one.instance.id in replacing or Make(one.instance.image, one.instance.type) != wanted.get(one.name))
    ]


def replaced(view: View, wanted: Mapping[str, Make], all_of_them: bool) -> tuple[str, ...]:
    """The ids of a site's instances that are to go. Pure."""
    names = [one.name for one in view.gateways] if all_of_them else due(view, wanted, ())
    return tuple(one.instance.id for one in view.gateways if one.name in names and one.instance is not None)


def next_step(view: View, old: Sequence[str]) -> Next | None:
    """What to do next with a site of which these gateways are due; None: nothing. Pure.

    Nothing is ended while nobody else carries the site, and nothing is switched to a gateway that isn't well.
    """
    if not view.pair:
        return Replace(old[0]) if old else None
    active = view.active
    if active is None:
        return Wait((f"the routes of {view.site} lead to none of its gateways, or to both",))
    carrier, standby = view.gateway(active), view.other(active)
    if not old:
        return Wait(why) if (why := unfit(view, standby)) else None
    if standby in old:
        why = (*out_of_service(carrier), *cut_off(carrier))
        return Wait(why) if why else Replace(standby)
    return Wait(why) if (why := unfit(view, standby)) else SwitchTo(standby)


class Sparing:
    """A pusher that leaves those routers alone that are to be replaced: their next ones boot with the text, whether these can be reached or
    not."""

    def __init__(self, pusher: Pusher, spared: Container[str]) -> None:
        self._pusher, self._spared = pusher, spared

    def is_active(self, gateway: str) -> bool:
        """Whether it carries its site."""
        return self._pusher.is_active(gateway)

    def push(self, gateway: str, text: str, leaving: bool) -> tuple[Finding, ...]:
        """Bring it to its text, if it stays."""
        if gateway in self._spared:
            return (warning("outdated", f"{gateway} keeps its text until it is replaced."),)
        return self._pusher.push(gateway, text, leaving)


class Upgrade:
    """The upgrade of some sites, under the deployment lock. With `all_of_them`, instances are replaced whatever they are."""

    def __init__(
        self, means: Means, record: Record, wanted: Mapping[str, Make], all_of_them: bool = False, seconds: float = PATIENCE_S
    ) -> None:
        self._means, self._record, self._wanted, self._all, self._seconds = means, record, wanted, all_of_them, seconds
        self._texts = {text.gateway: text.key for text in texts(means.ground.plans)}
        self._done: list[Renewed] = []
        self._steps: list[Step] = []

    @property
    def gateways(self) -> tuple[Renewed, ...]:
        """What has become of them so far."""
        return tuple(self._done)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(self._steps)

    def run(self, sites: Sequence[str]) -> Outcome:
        """One site after another, until one is not well."""
        for site in sites:
            findings = self._site(site)
            if findings:
                return Outcome(self.steps, tuple(findings))
        return Outcome(self.steps)

    def _site(self, site: str) -> Sequence[Finding]:
        watch, row = Watch(self._means, site), f"replacing:{site}"
        replacing = self._record.unfinished(row)  # of a run that was interrupted
        if not replacing:
            replacing = replaced(watch.look(), self._wanted, self._all)
            self._record.keep_unfinished(row, replacing)
        while replacing:
            view = watch.look()
            match next_step(view, due(view, self._wanted, replacing)):
                case None:
                    self._record.keep_unfinished(row, ())
                    break
                case Wait():
                    findings = self._wait(watch, replacing)
                case SwitchTo(gateway):
                    findings = self._switch(watch, gateway)
                case Replace(gateway):
                    findings = self._replace(watch, view, gateway)
            if findings:
                return findings
        return ()

    def _wait(self, watch: Watch, replacing: Container[str]) -> Sequence[Finding]:
        def lacks(view: View) -> tuple[str, ...]:
            step = next_step(view, due(view, self._wanted, replacing))
            return step.lacks if isinstance(step, Wait) else ()

        _, why, _ = watch.until(watch.site, "well", lacks, self._seconds)
        return [error("gateway", f"{watch.site} isn't well: {one}.", None, f"See `landbridge status`. {AGAIN}") for one in why]

    def _switch(self, watch: Watch, gateway: str) -> Sequence[Finding]:
        try:
            switch = once_well(watch, gateway, self._seconds)
        except LandbridgeError as problem:
            return problem.findings
        outcome = fail_over(self._means, watch, switch, SWITCH_S)
        self._steps += outcome.steps
        return outcome.findings

    def _replace(self, watch: Watch, view: View, gateway: str) -> Sequence[Finding]:
        one = view.gateway(gateway)
        assert one.instance is not None  # it is due
        if any(each.gateway == gateway for each in self._done):
            message = f"the new instance of {gateway} isn't what it should be either: {one.instance.image} {one.instance.type}."
            return [error("outdated", message, None, "See its launch template, and who else changes it.")]
        old, began = one.instance.id, self._means.patience.clock()
        spared = frozenset(tunnel.name for tunnel in one.tunnels if not carries(tunnel)) if any(map(carries, one.tunnels)) else frozenset()
        self._end(watch, old)
        seen, why, _ = watch.until(gateway, "new instance well", lambda seen: unready(seen, gateway, old, spared), self._seconds)
        took = round(self._means.patience.clock() - began, 1)
        now = seen.gateway(gateway).instance
        instance = now.id if now is not None and now.id != old else None
        self._done.append(Renewed(gateway, watch.site, "not well" if why else "replaced", old, instance, took))
        if why:
            remedy = f"See `landbridge status`, and the activity of its Auto Scaling group. {AGAIN}"
            return [error("gateway", f"the new instance of {gateway} isn't well: {one}.", None, remedy) for one in why]
        self._steps.append(Step(gateway, "replaced", took))
        self._record.keep_delivered(gateway, self._texts[gateway])  # it has booted with it
        return ()

    def _end(self, watch: Watch, instance: str) -> None:
        try:
            self._means.cloud.call(
                watch.place,
                "autoscaling",
                "terminate_instance_in_auto_scaling_group",
                InstanceId=instance,
                ShouldDecrementDesiredCapacity=False,
            )
        except CallError as problem:
            if not (problem.aws_code == "ValidationError" and "not found" in problem.aws_message.lower()):
                raise  # it is gone already: then its group is launching another
