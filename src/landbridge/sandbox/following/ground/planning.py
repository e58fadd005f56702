"""From what the cloud holds to the ground that packets move through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from ipaddress import IPv4Address
from typing import TypeVar

from landbridge.sandbox.following.estate import Estate, Interface
from landbridge.sandbox.following.ground import hosts, hubs, vpc
from landbridge.sandbox.following.ground.hosts import Expected, Standing
from landbridge.sandbox.following.ground.model import Ground, Part, Place, joined
from landbridge.sandbox.following.instances.places import AWS_API

T = TypeVar("T")
INTERNET = Place(frozenset({(AWS_API, "lo")}))


def plan(estate: Estate, expected: tuple[Expected, ...]) -> Ground:
    """The ground of an estate, with the hosts that are expected and of which the subnet exists."""
    standing = hosts.standing(estate, expected)
    parts = [*_vpcs(estate, standing), *_hubs(estate)]
    return joined(parts, INTERNET, tuple(one.host for one in standing))


def _vpcs(estate: Estate, standing: Sequence[Standing]) -> Iterable[Part]:
    subnets = _by(estate.subnets, lambda one: one.vpc)
    tables = _by(estate.tables, lambda one: one.vpc)
    wired = _by(_wired(estate), lambda one: one.vpc)
    interfaces = _by(estate.interfaces, lambda one: one.vpc)
    attachments = _by((one for one in estate.attachments if one.kind == "vpc"), lambda one: one.resource)
    placed = _by(standing, lambda one: one.vpc)
    groups = {group.id: group for group in estate.groups}
    there = {hub.id for hub in estate.hubs}
    for own in estate.vpcs:
        attached = [one for one in attachments[own.id] if one.hub in there]
        members = _members(interfaces[own.id])
        yield vpc.part(
            vpc.Content(own, subnets[own.id], tables[own.id], wired[own.id], placed[own.id], attached, groups, members),
        )


def _hubs(estate: Estate) -> Iterable[Part]:
    vpcs = {one.id: one for one in estate.vpcs}
    attachments = _by(estate.attachments, lambda one: one.hub)
    for hub in estate.hubs:
        yield hubs.part(hub, attachments[hub.id], estate.hub_routes, estate.connections, vpcs)


def _wired(estate: Estate) -> Iterable[Interface]:
    """The interfaces with a machine behind them: the first ones of instances that aren't gone for ever."""
    first = {one.interface for one in estate.instances if one.state != "terminated"}
    return sorted((one for one in estate.interfaces if one.id in first and one.instance), key=lambda one: one.id)


def _members(interfaces: Iterable[Interface]) -> dict[str, list[IPv4Address]]:
    members: dict[str, list[IPv4Address]] = defaultdict(list)
    for one in interfaces:
        for group in one.groups:
            members[group] += one.addresses
    return members


def _by(things: Iterable[T], key: Callable[[T], Hashable]) -> defaultdict[Hashable, list[T]]:
    found: defaultdict[Hashable, list[T]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return found
