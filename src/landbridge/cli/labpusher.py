"""Changed texts brought to the routers of a lab that follows the embedded AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landbridge.findings import Finding, LandbridgeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.ground import Ground


class LabPusher:
    """Pushes by the lab's own door, as `lab configure` does: a laboratory's routers have no SSH. `lab` is its name."""

    holds_on = False  # a laboratory's router that gets another key negotiates its tunnel anew at once

    def __init__(self, cloud: Cloud, ground: Ground, lab: str) -> None:
        from landbridge.aws.deploying.pushing import Known

        self._cloud, self._ground, self._lab = cloud, ground, lab
        self._known = Known(cloud, ground)

    def is_active(self, gateway: str) -> bool:
        """Whether the VPC's routes lead to it."""
        facts = self._known.facts()
        return facts.active(facts.gateway(gateway).site) == gateway

    def push(self, gateway: str, text: str, leaving: bool = False, keys: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
        """Give a router its text, with addresses and keys filled in, in memory. One that is leaving has another release's image: the
        embedded AWS has one image of each."""
        from landbridge.aws.deploying.pushing import key_of
        from landbridge.aws.deploying.routers import for_the_next
        from landbridge.lab import launching
        from landbridge.vyos import fill, placeholders

        if leaving:
            return (for_the_next(gateway, "its image is"),)
        values = self._known.facts().values(gateway)
        for name in placeholders(text):
            kind, _, tunnel = name.partition(":")
            if kind == "psk" and (key := (keys or {}).get(tunnel) or key_of(self._cloud, self._ground, tunnel)) is not None:
                values[name] = key
        try:
            launching.ask(self._lab, {"op": "push", "name": gateway, "text": fill(text, values, gateway)})
        except LandbridgeError as problem:
            return problem.findings
        return ()
