"""A gateway killed on stage: told live, step by step, with the seconds from the API's call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.ground import Ground

Record = dict[str, Any]
Tell = Callable[[float, str], None]  # seconds from the call, and what has happened

HEALED_S = 60.0  # BGP's hold time, a boot and tunnels; who waits longer waits for nothing
LOOK_S = 0.1
LAUNCHED, IN_SERVICE = "EC2 Instance-launch Lifecycle Action", "EC2 Instance Launch Successful"
STEPS = {
    "launched": "Auto Scaling launches {replacement} in its place",
    "routes": "the Lambda, woken by that, points the VPC's routes at it",
    "address": "and gives it the gateway's Elastic IP",
    "service": "so Auto Scaling lets it into service",
    "booted": "its kernel runs; it fetches its configuration and the tunnels' keys with its instance role",
    "reached": "{source} reaches {destination} again",
    "healed": "every probe from and to {site} is good",
}


def kill(cloud: Cloud, ground: Ground, lab: str, site: str, between: tuple[str, str], tell: Tell) -> Record:
    """Terminate a site's gateway by the API, and wait until the network has healed itself."""
    from landbridge.aws.facts import read
    from landbridge.lab import launching
    from landbridge.sandbox import journal

    def ask(operation: str, **words: Any) -> Record:  # noqa: ANN401 - each operation's own
        return launching.ask(lab, {"op": operation, **words})

    assert cloud.endpoint is not None
    gateway = next(one for one in read(cloud, ground).gateways if one.site == site)
    assert gateway.instance is not None
    began = time.time()
    cloud.call(gateway.place, "ec2", "terminate_instances", InstanceIds=[gateway.instance.id])
    at = next((one["at"] for one in journal(cloud.endpoint, began) if one["what"] == "ec2:TerminateInstances"), began)
    tell(0.0, f"{gateway.name} ({gateway.instance.id}) is terminated by the API")
    source, destination = between
    known: dict[str, float] = {}
    words = {"replacement": "another", "source": source, "destination": destination, "site": site}

    def learn(found: dict[str, float]) -> None:
        for step in [step for step in STEPS if step in found and step not in known]:
            known[step] = found[step]
            tell(found[step], STEPS[step].format(**words))

    while "reached" not in known and time.time() - at < HEALED_S:
        entries = journal(cloud.endpoint, at)
        words["replacement"] = replacement(entries) or words["replacement"]
        learn(milestones(entries, at))
        if words["replacement"] in ask("standing")["up"]:
            learn({"booted": _since(at)})
        probe = ask("probe", **{"from": source, "to": destination}, protocols=["tcp"], seconds=0.3)
        if "booted" in known and probe["ok"]:
            learn({"reached": _since(at)})
        time.sleep(LOOK_S)
    while "reached" in known and "healed" not in known and time.time() - at < HEALED_S:
        if all(
            ask("probe", **{"from": one, "to": other}, protocols=["icmp"], seconds=0.5)["ok"] for one, other in ((site, None), (None, site))
        ):
            learn({"healed": _since(at)})
    return {
        "ok": "healed" in known,
        "gateway": gateway.name,
        "instance": gateway.instance.id,
        "replacement": replacement(journal(cloud.endpoint, at)),
        "seconds": known,
    }


def milestones(entries: Iterable[Record], at: float) -> dict[str, float]:
    """How many seconds after a moment each step was taken that the emulator knows of."""
    found: dict[str, float] = {}
    for one in entries:
        step = _step(one)
        if step and not one["refused"]:
            found.setdefault(step, round(max(0.0, one["at"] - at), 2))
    return found


def _step(entry: Record) -> str:
    if entry["kind"] == "event":
        return {LAUNCHED: "launched", IN_SERVICE: "service"}.get(entry["what"], "")
    if entry["kind"] == "call" and entry["who"].endswith("-heal"):
        return {"ec2:ReplaceRoute": "routes", "ec2:CreateRoute": "routes", "ec2:AssociateAddress": "address"}.get(entry["what"], "")
    return ""


def replacement(entries: Iterable[Record]) -> str:
    """The instance that was launched, or ""."""
    return next((str(json.loads(one["detail"])["EC2InstanceId"]) for one in entries if one["what"] == LAUNCHED), "")


def _since(at: float) -> float:
    return round(time.time() - at, 2)
