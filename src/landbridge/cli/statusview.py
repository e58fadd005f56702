"""A deployed network's status, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from landbridge.cli.verifyview import finding_view

if TYPE_CHECKING:
    from rich.console import RenderableType

    from landbridge.artifacts import Manifest
    from landbridge.aws.facts import Facts, Gateway, Tunnel
    from landbridge.cli.status import Status

MOST_PAIRS = 1000  # told to programs; the number is of all
MOST_FINDINGS = 60
STATES = {"up": "green", "down": "bold red", "missing": "bold red"}


def status_view(found: Status, manifest: Manifest) -> Iterator[RenderableType]:
    """The gateways in a table, then the rest in lines, then what is wrong, and the verdict at the end."""
    facts = found.facts
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("gateway", "role", "instance", "Elastic IP", "tunnels", "routes"):
        table.add_column(column, overflow="fold")
    for one in facts.gateways:
        table.add_row(one.name, role(facts, one), _instance(one), _address(one), _tunnels(one), _routes(facts, one.site))
    yield table
    yield Text("")
    hub = facts.hub
    learnt = sum(route.kind == "propagated" and route.state == "active" for route in hub.routes)
    yield Text(f"hub {hub.name}: {hub.id or 'no Transit Gateway'}{f', {_counted(learnt)} learnt' if hub.id else ''}")
    raised = sum(one.state == "ALARM" for one in facts.alarms)
    yield Text(f"alarms: {raised} of {len(facts.alarms)} raised")
    counted = Counter(facts.stacks.values())
    yield Text(f"stacks: {', '.join(f'{many} {state}' for state, many in sorted(counted.items()))}; {_drift(found)}")
    yield Text(f"routers: {_routers(found)}")
    yield Text("")
    for finding in found.findings[:MOST_FINDINGS]:
        yield from finding_view(finding)
    if len(found.findings) > MOST_FINDINGS:
        yield Text(f"… and {len(found.findings) - MOST_FINDINGS:,} more; --json has all.", "dim")
    if found.findings:
        yield Text("")
    yield _verdict(found, manifest)


def role(facts: Facts, one: Gateway) -> str:
    """active, standby, or "-" where its site's routes lead to nobody, or to more than one."""
    active = facts.active(one.site)
    return "-" if active is None else "active" if active == one.name else "standby"


def _instance(one: Gateway) -> Text:
    if one.instance is None:
        return Text("none", "bold red")
    well = one.instance.serves and one.instance.lifecycle == "InService" and one.instance.forwards
    state = one.instance.state or "gone"
    rest = "" if one.instance.lifecycle == "InService" else f", {one.instance.lifecycle}"
    check = "" if one.instance.forwards else ", source/destination check on"
    return Text(f"{one.instance.id} {state}{rest}{check}", "" if well else "bold red")


def _address(one: Gateway) -> Text:
    if one.address is None:
        return Text("none", "bold red")
    return Text(one.address.address if one.reached else f"{one.address.address} (not on it)", "" if one.reached else "bold red")


def _tunnels(one: Gateway) -> Text:
    lines = []
    for number, tunnel in enumerate(one.tunnels):
        lines += [Text("\n" if number else ""), Text.assemble((tunnel.state, STATES[tunnel.state]), _more(tunnel))]
    return Text.assemble(*lines)


def _more(tunnel: Tunnel) -> str:
    since = f" for {ago(tunnel.since)}" if tunnel.since and tunnel.state != "missing" else ""
    return f"{since}, {_counted(tunnel.accepted)}" if tunnel.state == "up" else since


def _counted(routes: int) -> str:
    return f"{routes} route{'' if routes == 1 else 's'}"


def ago(since: str, now: datetime | None = None) -> str:
    """How long ago something was, in the largest unit that fits."""
    try:
        seconds = ((now or datetime.now(UTC)) - datetime.fromisoformat(since)).total_seconds()
    except (ValueError, TypeError):
        return since
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _routes(facts: Facts, site: str) -> Text:
    led = facts.led(site)
    counted = Counter(route.state for route in led)
    to = sorted({route.gateway or route.target for route in led if route.state == "active"})
    said = ", ".join(f"{counted[state]} {state}" for state in ("active", "blackhole", "missing") if counted[state]) or "none"
    where = f" to {', '.join(to)}" if to else ""
    return Text(said + where, "" if led and set(counted) == {"active"} else "bold red")


def _drift(found: Status) -> str:
    if found.stacks is None:
        return "drift wasn't looked for (--drift)"
    drifted = [one.name for one in found.stacks if one.status == "DRIFTED"]
    return f"drifted: {', '.join(drifted)}" if drifted else "none has drifted"


def _routers(found: Status) -> str:
    if found.routers is None:
        return "not asked what they run (--routers)"
    asked = [one for one in found.routers if one.asked]
    differ = [one.gateway for one in asked if one.findings]
    said = f"{len(asked)} of {len(found.routers)} asked"
    return f"{said}; drifted: {', '.join(differ)}" if differ else f"{said}; none has drifted" if asked else said


def _verdict(found: Status, manifest: Manifest) -> Text:
    reached = found.pairs - len(found.broken)
    said = f"{reached:,} of {found.pairs:,} pairs of hosts reach each other"
    if found.ok:
        return Text.assemble(("✓", "green"), f" {manifest.network}: all is as it should be; {said}", no_wrap=True)
    wrong = sum(str(finding.severity) == "error" for finding in found.findings)
    return Text.assemble(("✗", "bold red"), f" {manifest.network}: {wrong:,} errors; {said}", no_wrap=True)


def status_json(found: Status, manifest: Manifest) -> dict[str, Any]:
    """docs/status.md has its shape."""
    facts = found.facts
    return {
        "network": manifest.network,
        "ok": found.ok,
        "hub": {
            "name": facts.hub.name,
            "transit_gateway": facts.hub.id or None,
            "state": facts.hub.state or None,
            "routes": [{"prefix": one.prefix, "kind": one.kind, "state": one.state, "via": list(one.via)} for one in facts.hub.routes],
        },
        "gateways": [_gateway_json(facts, one) for one in facts.gateways],
        "routes": [
            {"vpc": table.owner, "table": table.id, "destination": route.destination, "state": route.state,
             "target": route.target or None, "gateway": route.gateway or None}
            for table in facts.tables
            for route in table.routes
            if route in facts.led(table.owner)
        ],
        "alarms": [{"name": one.name, "gateway": one.gateway, "state": one.state, "since": one.since or None} for one in facts.alarms],
        "stacks": _stacks_json(found),
        "routers": None if found.routers is None else [
            {"gateway": one.gateway, "asked": one.asked, "changes": list(one.changes), "kept": list(one.kept)} for one in found.routers
        ],
        "pairs": found.pairs,
        "broken": {"count": len(found.broken), "pairs": [{"from": one, "to": other} for one, other in found.broken[:MOST_PAIRS]]},
        "findings": [finding.as_json() for finding in found.findings],
    }  # fmt: skip


def _gateway_json(facts: Facts, one: Gateway) -> dict[str, Any]:
    instance, address, known = one.instance, one.address, role(facts, one)
    return {
        "name": one.name,
        "site": one.site,
        "account": one.place.account.alias,
        "region": one.place.region,
        "role": None if known == "-" else known,
        "instance": None if instance is None else {
            "id": instance.id,
            "state": instance.state or None,
            "lifecycle": instance.lifecycle,
            "launched": instance.launched or None,
            "type": instance.type or None,
            "image": instance.image or None,
            "private_address": instance.private or None,
            "forwards": instance.forwards,
        },
        "elastic_ip": None if address is None else {"address": address.address, "reaches_instance": one.reached},
        "tunnels": [
            {"name": tunnel.name, "state": tunnel.state, "since": tunnel.since or None, "outside": tunnel.outside or None,
             "inside": tunnel.inside, "routes": tunnel.accepted, "message": tunnel.message}
            for tunnel in one.tunnels
        ],
    }  # fmt: skip


def _stacks_json(found: Status) -> list[dict[str, Any]]:
    drifts = {one.name: one for one in found.stacks or ()}
    return [
        {
            "name": name,
            "state": state,
            "drift": drifts[name].status if name in drifts else None,
            "drifted": [
                {"name": one.name, "type": one.type, "id": one.id, "status": one.status, "properties": list(one.properties)}
                for one in (drifts[name].resources if name in drifts else ())
            ],
        }
        for name, state in sorted(found.facts.stacks.items())
    ]
