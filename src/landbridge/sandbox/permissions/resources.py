"""What a call is judged on, as the emulator has it: each resource's ARN, account, tags, and its own policy where it has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from landbridge.sandbox.permissions.actions import Named, named_by
from landbridge.sandbox.permissions.buckets import bucket
from landbridge.sandbox.permissions.buses import buses
from landbridge.sandbox.permissions.calls import Call
from landbridge.sandbox.permissions.functions import function
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.places import Place, keys_of, listed
from landbridge.sandbox.permissions.roles import role
from landbridge.sandbox.permissions.secrets import key, secret
from landbridge.sandbox.permissions.tables import tables
from landbridge.sandbox.server.foreign import Foreign

_NOBODYS = ("image", "snapshot")  # whose ARN has no account
_PREFIXES = {  # of ids, and the types that they are of
    "i": "instance",
    "eni": "network-interface",
    "rtb": "route-table",
    "eipalloc": "elastic-ip",
    "pl": "prefix-list",
    "sg": "security-group",
    "subnet": "subnet",
    "vpc": "vpc",
    "vol": "volume",
    "lt": "launch-template",
    "igw": "internet-gateway",
    "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment",
    "tgw-rtb": "transit-gateway-route-table",
    "cgw": "customer-gateway",
    "vpn": "vpn-connection",
    "ami": "image",
    "snap": "snapshot",
}


def resources_of(call: Call, place: Place) -> list[Resource]:
    """What the call is judged on: `*` where the table doesn't say, or the call names nothing. The caller holds the lock."""
    found = [one for named in named_by(call.action) for one in _named(call, named, place)]
    return found or [Resource("*")]


def _named(call: Call, named: Named, place: Place) -> Iterable[Resource]:
    if named.kind in _WHOLE:
        return _WHOLE[named.kind](call, place)
    if not named.parameter:
        return [made(named.kind, call.service, place)]
    values = call.params.get(named.parameter, ())
    if call.service == "ec2":
        return [_of_ec2(named.kind, value, place) for value in values]
    return [_FOUND[named.kind](call, value, place) for value in values]


def made(kind: str, service: str, place: Place) -> Resource:
    """What isn't there yet."""
    owner = "" if kind in _NOBODYS else place.account
    return Resource(f"arn:{place.partition}:{service}:{place.region}:{owner}:{kind}/*", place.account)


def _of_ec2(kind: str, name: str, place: Place) -> Resource:
    """By its id; an Elastic IP, and the interface that it is at, also by its association's."""
    from moto.ec2.models import ec2_backends

    backend: Foreign = ec2_backends[place.account][place.region]
    if kind == "any":
        kind = _PREFIXES.get(re.sub(r"-[0-9a-f]+$", "", name), "*")
    if name.startswith("eipassoc-"):
        address: Foreign = next((one for one in backend.addresses.values() if one.association_id == name), None)
        if address is not None:
            name = address.allocation_id if kind == "elastic-ip" or address.eni is None else address.eni.id
    owner = "" if kind in _NOBODYS else place.account
    arn = f"arn:{place.partition}:ec2:{place.region}:{owner}:{kind}/{name}"
    return Resource(arn, place.account, known=keys_of("ec2", backend.tags.get(name, {})))


def _group(_: Call, name: str, place: Place) -> Resource:
    """An Auto Scaling group by its name, or by one of its instances."""
    from moto.autoscaling.models import autoscaling_backends

    groups: Foreign = autoscaling_backends[place.account][place.region].autoscaling_groups
    found = groups.get(name) or next(
        (one for one in groups.values() if any(each.instance.id == name for each in one.instance_states)), None
    )
    if found is None:
        return Resource(place.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}"), place.account)
    return Resource(place.within(found.arn), place.account, known=keys_of("autoscaling", listed(found.tags)))


def _stream(call: Call, name: str, place: Place) -> Resource:
    return _plain("log-group:" + call.first("logGroupName") + ":log-stream:")(call, name, place)


def _alarms(call: Call, place: Place) -> Iterator[Resource]:
    """All of them: whatever else the call says only picks among them."""
    yield Resource(place.arn(call.service, "alarm:*"), place.account)


def _plain(stem: str) -> Callable[[Call, str, Place], Resource]:
    """What is named by its ARN, or by what follows `stem` in it; without tags."""

    def found(call: Call, name: str, place: Place) -> Resource:
        if name.startswith("arn:"):
            return Resource(name, place.of(name).account)
        return Resource(place.arn(call.service, stem + (name.lstrip("/") if stem.endswith("/") else name)), place.account)

    return found


_WHOLE: dict[str, Callable[[Call, Place], Iterable[Resource]]] = {"table": tables, "event-bus": buses, "alarms": _alarms}
_FOUND: dict[str, Callable[[Call, str, Place], Resource]] = {
    "autoScalingGroup": _group,
    "secret": secret,
    "key": key,
    "bucket": bucket,
    "object": bucket,
    "role": role,
    "log-stream": _stream,
    "log-group": _plain("log-group:"),
    "parameter": _plain("parameter/"),
    "topic": _plain(""),
    "function": function,
    "alarm": _plain("alarm:"),
}
