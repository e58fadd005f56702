"""`landbridge demo`: the four-region network, deployed to the embedded AWS, with packets; a mistake, a gateway killed, healed; and away."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.options import json_option

if TYPE_CHECKING:
    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.ground import Ground

EXAMPLE, RELEASE = "four-regions", "1.4"
FROM, TO = "singapore-4", "virginia-4"
SITE = "singapore"  # whose gateway gets a mistake made, and is killed
BOOT_S = 3.0
FELT_S = 20.0  # a change is felt within one; who waits longer waits for nothing
Record = dict[str, Any]


@dataclass(slots=True)
class Clock:
    """What each act took, in seconds."""

    began: float = field(default_factory=time.monotonic)
    acts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def act(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.acts[name] = round(time.monotonic() - began, 1)

    @property
    def total(self) -> float:
        return round(time.monotonic() - self.began, 1)


@click.command()
@json_option
def demo(as_json: bool) -> int:
    """The four-region network, here: deploy it to an AWS on this machine, whose packets are real, make a mistake in it, and kill a gateway.

    CloudFormation stacks make hub, VPCs, VPN connections and gateways; each gateway boots a kernel of its own, fetches its configuration
    with its instance role, and its tunnels come up. Every host reaches every other; overlapping ones too. At the end a gateway is killed,
    and the network heals by itself. It takes a minute or so (and the first time a download of 85 MB); no root, no account, nothing
    installed, nothing left behind but the cache folder. Ctrl-C ends it at any time.

    \b
    Exit status: 0 all went as it should, 1 something didn't, 2 it can't run here
    """
    from landbridge.cli import demoview, following, onstage, staging
    from landbridge.cli.progress import far, guest_root_progress
    from landbridge.lab import launching
    from landbridge.lab.guestroot import guest_root

    clock = Clock()
    planned, rendered = staging.shipped(EXAMPLE, RELEASE)
    show = demoview.quiet if as_json else demoview.show
    show(demoview.opening(planned))
    with clock.act("fetch"), guest_root_progress() as progress:
        root = guest_root(progress)
    name = f"demo-{os.getpid()}"
    with staging.emulated(name) as emulator, following.start(name, emulator.folder, rendered, root, BOOT_S) as running:
        with clock.act("begin"):
            running.wait(lambda _: None)
        cloud, ground = staging.grounded(emulator, planned, rendered)
        show(demoview.deploying(ground))
        with clock.act("deploy"):
            done = staging.deployed(cloud, ground)
        with clock.act("converge"), far() as tell:
            ready = following.wait(name, tell)
        status = launching.ask(name, {"op": "status"})
        show(demoview.deployed(done, ready, status))
        show(demoview.overlapping(rendered.manifest, _probes(name, FROM, TO) + _probes(name, TO, FROM)))
        with clock.act("mistake"):
            mistake = _mistake(cloud, ground, name)
        show(demoview.mistaken(mistake))
        show(demoview.killing(SITE))
        with clock.act("kill"):
            killed = onstage.kill(cloud, ground, name, SITE, (FROM, TO), lambda seconds, what: show(demoview.step(seconds, what)))
    result = {
        "ok": done.ok and ready["ok"] and status["ok"] and mistake["ok"] and killed["ok"],
        "seconds": {**clock.acts, "total": clock.total},
        "stacks": len(ground.plans),
        "probes": len(ready["probes"]),
        "tunnels": len(status["tunnels"]),
        "mistake": mistake,
        "kill": killed,
    }
    if as_json:
        output.say_json(result)
    show(demoview.closing(result))
    return 0 if result["ok"] else 1


def _probes(name: str, source: str, destination: str, seconds: float = 2.0) -> list[Record]:
    from landbridge.lab import launching

    request = {"op": "probe", "from": source, "to": destination, "protocols": ["tcp"], "seconds": seconds}
    probes: list[Record] = launching.ask(name, request)["probes"]
    return probes


def _mistake(cloud: Cloud, ground: Ground, name: str) -> Record:
    """The classic one: the source/destination check of a router is on. How soon it is felt, by whom, and that it is mended as soon."""
    from landbridge.aws.facts import read
    from landbridge.lab import launching

    gateway = next(one for one in read(cloud, ground).gateways if one.site == SITE)
    assert gateway.instance is not None

    def check(on: bool) -> float:
        cloud.call(
            gateway.place,
            "ec2",
            "modify_network_interface_attribute",
            NetworkInterfaceId=gateway.instance.interface if gateway.instance else "",
            SourceDestCheck={"Value": on},
        )
        return _felt(name, not on)

    broken_s = check(True)
    broken = launching.ask(name, {"op": "probe", "protocols": ["icmp"], "seconds": 0.5})["probes"]
    mended_s = check(False)
    mended = launching.ask(name, {"op": "probe", "protocols": ["icmp"]})["probes"]
    bad = [probe for probe in broken if not probe["ok"]]
    expected = [probe for probe in broken if SITE in (_site(probe["from"]), _site(probe["to"]))]
    return {
        "ok": bad == expected and all(probe["ok"] for probe in mended) and max(broken_s, mended_s) < FELT_S,
        "gateway": gateway.name,
        "instance": gateway.instance.id,
        "felt_s": broken_s,
        "bad": len(bad),
        "of": len(broken),
        "mended_s": mended_s,
    }


def _site(host: str) -> str:
    return host.rpartition("-")[0]


def _felt(name: str, good: bool) -> float:
    """How long until a probe between two hosts is good, or isn't."""
    began = time.monotonic()
    while _probes(name, FROM, TO, 0.2)[0]["ok"] != good and time.monotonic() - began < FELT_S:
        time.sleep(0.01)
    return round(time.monotonic() - began, 2)
