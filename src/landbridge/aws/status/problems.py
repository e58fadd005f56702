"""What facts say is wrong, each with the way out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from landbridge.artifacts.manifest import Manifest
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.outdated import Make, Outdated, makes
from landbridge.aws.deploying.states import step, way_out
from landbridge.aws.facts import Facts, Gateway, Tunnel
from landbridge.aws.status.admitted import differing, said
from landbridge.aws.status.living import at, switch_off
from landbridge.findings import Finding, Where, error, warning

DEPLOY = "Run `landbridge deploy`."
HEAL = "heal mends it when it next looks; if it doesn't, see its log group."


def problems(ground: Ground, manifest: Manifest, facts: Facts) -> list[Finding]:
    """Everything that isn't as it should be, the causes before what follows from them."""
    found = [*_stacks(ground, facts), *_hub(manifest, facts), *_outdated(ground, facts)]
    for record in manifest.gateways:
        one = facts.gateway(record.name)
        found += _instance(one)
        found += _address(one)
        if one.let_in is None:
            found.append(error("gateway", f"{one.name} has no security group.", at(one, one.name), DEPLOY))
        else:
            lacks, besides = differing(record, one, facts.values(one.name))
            where = at(one, f"the security group of {one.name}")
            for rule in lacks:
                found.append(error("drift", f"{one.name} no longer lets in {said(rule)}.", where, "Put the rule back as the stack has it."))
            for rule in besides:
                found.append(error("drift", f"{one.name} lets in {said(rule)}, which the file doesn't say.", where, "Take the rule out."))
        for tunnel in one.tunnels:
            found += _tunnel(one, tunnel, facts)
    for vpc in manifest.vpcs:
        found += _routes(vpc.name, vpc.region, facts)
        found += _subnets(manifest, vpc.name, vpc.region, facts)
    found += [
        error("alarm", f"the alarm is raised{f' since {one.since}' if one.since else ''}: {one.reason or 'AWS gives no reason'}",
              Where(f"AWS {facts.hub.place.region}", path=one.name), f"It ends by itself when {one.gateway}'s tunnels are up.")
        for one in facts.alarms
        if one.state == "ALARM"
    ]  # fmt: skip
    return found


def _stacks(ground: Ground, facts: Facts) -> Iterator[Finding]:
    for plan in ground.plans:
        status = facts.stacks.get(plan.name)
        if status is None:
            yield error("stack", f"the stack {plan.name} ({place(plan)}) isn't there.", None, DEPLOY)
        elif step(status) == "stuck":
            yield way_out(plan.name, status, "", place(plan))
        elif step(status) == "wait":
            yield warning("stack", f"the stack {plan.name} ({place(plan)}) is in {status}.", None, "Look again when it has ended.")
        elif step(status) == "remove":
            yield error("stack", f"the stack {plan.name} ({place(plan)}) is in {status}: nothing of it is there.", None, DEPLOY)


def _outdated(ground: Ground, facts: Facts) -> Iterator[Finding]:
    for plan in ground.plans:
        image = facts.images.get(plan.name)
        for gateway, wants in makes(plan, image).items() if image and plan.kind == "gateways" else ():
            instance = facts.gateway(gateway).instance
            if instance is not None and instance.serves and (runs := Make(instance.image, instance.type)) != wants:
                yield Outdated(gateway, place(plan), instance.id, runs, wants).finding()


def _hub(manifest: Manifest, facts: Facts) -> Iterator[Finding]:
    hub = facts.hub
    where = Where(f"AWS {hub.place.region}", path=hub.id or hub.name)
    if not hub.id:
        yield error("gateway", f"{hub.name} has no Transit Gateway.", where, DEPLOY)
        return
    if hub.state != "available":
        yield error("gateway", f"the Transit Gateway of {hub.name} is {hub.state}.", where, "Wait until AWS has ended with it.")
    for route in hub.routes:
        if route.state == "blackhole":
            yield error("blackhole", f"{hub.name}'s route to {route.prefix} leads nowhere.", where, "Take the route away, or mend its end.")
    if not hub.complete:
        return
    known = [IPv4Network(route.prefix) for route in hub.routes if route.state == "active"]
    for vpc in manifest.vpcs:
        prefixes = [subnet.global_ for subnet in vpc.subnets if subnet.global_ is not None]
        lost = [str(prefix) for prefix in prefixes if not any(prefix.subnet_of(one) for one in known)]
        if lost and len(lost) < len(prefixes):
            message = f"{hub.name} has no route to {', '.join(lost)} of {vpc.name}."
            yield error("not-announced", message, where, "See what the site's gateways announce (`--routers`).")
        elif lost:
            message = f"{hub.name} has no route to anything of {vpc.name}."
            yield error("not-announced", message, where, "See its tunnels." if vpc.kind == "site" else "See the attachment of its VPC.")


def _instance(one: Gateway) -> Iterator[Finding]:
    instance = one.instance
    if not one.group:
        yield error("gateway", f"{one.name} has no Auto Scaling group.", at(one, one.name), DEPLOY)
        return
    if instance is None:
        yield error("gateway", f"{one.name} has no instance.", at(one, one.group), "See the activity of its Auto Scaling group.")
        return
    if instance.state != "running":
        yield error("gateway", f"the instance of {one.name} is {instance.state or 'gone'}.", at(one, instance.id),
                    "Auto Scaling replaces it; or start it again.")  # fmt: skip
        return
    if instance.lifecycle != "InService":
        yield error("gateway", f"{one.name} isn't in service: it is {instance.lifecycle}.", at(one, instance.id), HEAL)
    elif not instance.healthy:
        yield error("gateway", f"{one.name} is unhealthy.", at(one, instance.id), "Auto Scaling replaces it.")
    if not instance.forwards:
        message = f"the source/destination check of {one.name} is on: it forwards nothing."
        yield error("gateway", message, at(one, instance.interface), switch_off(one))
    if one.secondary and one.secondary not in instance.addresses:
        yield error("gateway", f"{one.name} hasn't its fixed address {one.secondary}: the other can't watch it.",
                    at(one, instance.interface), HEAL)  # fmt: skip


def _address(one: Gateway) -> Iterator[Finding]:
    if one.address is None:
        yield error("gateway", f"{one.name} has no Elastic IP.", at(one, one.name), DEPLOY)
    elif one.instance is not None and one.address.interface != one.instance.interface:
        whose = f"on {one.address.interface}" if one.address.interface else "on no interface"
        yield error("gateway", f"the Elastic IP of {one.name}, {one.address.address}, is {whose}.", at(one, one.address.allocation), HEAL)


def _tunnel(one: Gateway, tunnel: Tunnel, facts: Facts) -> Iterator[Finding]:
    where = Where(f"AWS {facts.hub.place.region}", path=one.connection or f"the VPN connection of {one.name}")
    if tunnel.state == "missing":
        yield error("tunnel-down", f"AWS has no tunnel {tunnel.name}.", where, DEPLOY)
    elif tunnel.state == "down":
        since = f" since {tunnel.since}" if tunnel.since else ""
        why = f": {tunnel.message}" if tunnel.message else ""
        yield error("tunnel-down", f"{tunnel.name} is down{since}{why}.", where, "See its log group, and the router with --routers.")
    elif not tunnel.accepted:
        yield error("tunnel-down", f"{tunnel.name} is up, and AWS learns no route over it.", where, f"See BGP on {one.name}.")


def _routes(owner: str, region: str, facts: Facts) -> Iterator[Finding]:
    lists = {id_ for one in facts.lists if one.owner == owner for id_ in one.ids}
    tables = [table for table in facts.tables if table.owner == owner and table.led]
    for table in tables:
        where = Where(f"AWS {region}", path=table.id)
        for route in table.routes:
            if route.destination not in lists:
                continue
            named = f"the route of {owner} to its remote prefixes ({route.destination})"
            if route.state == "missing":
                yield error("blackhole", f"{named} is missing.", where, HEAL if owner != facts.hub.name else DEPLOY)
            elif route.state == "blackhole":
                yield error("blackhole", f"{named} leads nowhere: {route.target} is no interface that runs.", where, HEAL)
            elif not route.gateway and route.target != facts.hub.id:
                yield error("blackhole", f"{named} leads to {route.target}, which is no gateway of it.", where, HEAL)
    to = {route.gateway for route in facts.led(owner) if route.gateway}
    if len(to) > 1:
        message = f"the routes of {owner} lead to {' and '.join(sorted(to))}, where one should have them all."
        yield error("asymmetric", message, Where(f"AWS {region}", path=owner), HEAL)
    if not tables and lists and owner != facts.hub.name:
        message = f"no route table of {owner} bears the tags by which heal leads its routes."
        yield error("blackhole", message, Where(f"AWS {region}", path=owner), f"Tag them landbridge:network and landbridge:owner={owner}.")


def _subnets(manifest: Manifest, owner: str, region: str, facts: Facts) -> Iterator[Finding]:
    tables = {table.id: table for table in facts.tables}
    ruled = {IPv4Network(one.cidr): one for one in facts.subnets if one.owner == owner}
    if not ruled:
        return
    led = any(table.owner == owner and table.led for table in facts.tables)
    for subnet in manifest.vpc(owner).subnets:
        if subnet.host is None:
            continue
        one = ruled.get(subnet.cidr)
        if one is None:
            yield error("drift", f"{owner} has no subnet {subnet.cidr} any more.", Where(f"AWS {region}", path=owner), DEPLOY)
        elif led and (one.table not in tables or not tables[one.table].led):
            message = f"the subnet {subnet.cidr} of {owner} has the route table {one.table or 'of nobody'}, which isn't the network's."
            yield error("drift", message, Where(f"AWS {region}", path=one.id), "Associate it with the table that its stack gave it.")
