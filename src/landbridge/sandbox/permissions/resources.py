"""What a call names, as the emulator has it: its ARN, its account, its tags, and the policy of its own where it has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from landbridge.sandbox.permissions.actions import Named, named_by
from landbridge.sandbox.permissions.calls import Call
from landbridge.sandbox.permissions.conditions import Known
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.policy import read
from landbridge.sandbox.server.foreign import Foreign

_OWN_KEYS = {"autoscaling": "autoscaling:resourcetag", "secretsmanager": "secretsmanager:resourcetag", "ec2": "ec2:resourcetag"}
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes."""

    partition: str
    account: str
    region: str


def resources_of(call: Call, place: Place) -> list[Resource]:
    """What the call is judged on: `*` where the table doesn't say, or the call names nothing. The caller holds the lock."""
    found = [one for named in named_by(call.action) for one in _named(call, named, place)]
    return found or [Resource("*", known=_known({}, call.service))]


def _named(call: Call, named: Named, place: Place) -> Iterator[Resource]:
    service = call.service
    if not named.parameter:
        yield made(named.kind, service, place)
        return
    for value in call.params.get(named.parameter, ()):
        if service == "ec2":
            yield _of_ec2(named.kind, value, place)
        else:
            yield _FOUND[named.kind](call, value, place)


def made(kind: str, service: str, place: Place) -> Resource:
    """What isn't there yet."""
    owner = "" if kind in _NOBODYS else place.account
    return Resource(f"arn:{place.partition}:{service}:{place.region}:{owner}:{kind}/*", place.account, known=_known({}, service))


def _known(tags: Mapping[str, str], service: str, more: Known | None = None) -> Known:
    found = {
        f"{stem}/{key}".lower(): (value,) for stem in ("aws:resourcetag", _OWN_KEYS.get(service)) if stem for key, value in tags.items()
    }
    return {**found, **(more or {})}


def _of_ec2(kind: str, name: str, place: Place) -> Resource:
    """By its id; an Elastic IP also by its association's."""
    from moto.ec2.models import ec2_backends

    backend: Foreign = ec2_backends[place.account][place.region]
    if kind == "any":
        kind = _PREFIXES.get(re.sub(r"-[0-9a-f]+$", "", name), "*")
    if kind == "elastic-ip" and name.startswith("eipassoc-"):
        name = next((one.allocation_id for one in backend.addresses.values() if one.association_id == name), name)
    owner = "" if kind in _NOBODYS else place.account
    arn = f"arn:{place.partition}:ec2:{place.region}:{owner}:{kind}/{name}"
    tags = backend.tags.get(name, {})
    return Resource(arn, place.account, known=_known(tags, "ec2", {"ec2:region": (place.region,)}))


def _group(call: Call, name: str, place: Place) -> Resource:
    """A group by its name, or by one of its instances."""
    from moto.autoscaling.models import autoscaling_backends

    groups: Foreign = autoscaling_backends[place.account][place.region].autoscaling_groups
    found = groups.get(name) or next(
        (one for one in groups.values() if any(each.instance.id == name for each in one.instance_states)), None
    )
    if found is None:
        arn = f"arn:{place.partition}:autoscaling:{place.region}:{place.account}:autoScalingGroup:*:autoScalingGroupName/{name}"
        return Resource(arn, place.account, known=_known({}, call.service))
    tags = {one["Key"]: one.get("Value") or "" for one in found.tags}
    return Resource(_in(place, found.arn), place.account, known=_known(tags, call.service))


def _in(place: Place, arn: str) -> str:
    """An ARN in the partition of the call: the emulator writes some of them otherwise."""
    return re.sub(r"^arn:[^:]+:", f"arn:{place.partition}:", arn)


def _secret(call: Call, name: str, place: Place) -> Resource:
    from moto.secretsmanager.models import secretsmanager_backends

    words = name.split(":")
    account, region = (words[4], words[3]) if len(words) > 6 else (place.account, place.region)
    found: Foreign = secretsmanager_backends[account][region].secrets.get(name)
    more = {"secretsmanager:secretid": (name,)}
    if found is None:
        arn = name if len(words) > 6 else f"arn:{place.partition}:secretsmanager:{region}:{account}:secret:{name}"
        return Resource(arn, account, known=_known({}, call.service, more))
    tags = {one["Key"]: one["Value"] for one in getattr(found, "tags", None) or ()}
    policy = getattr(found, "policy", None)
    return Resource(_in(place, found.arn), account, read(policy) if policy else None, known=_known(tags, call.service, more))


def key_of_secret(name: str, place: Place) -> str:
    """The key that a secret is encrypted with, where it is one of somebody's own."""
    from moto.secretsmanager.models import secretsmanager_backends

    words = name.split(":")
    account, region = (words[4], words[3]) if len(words) > 6 else (place.account, place.region)
    found: Foreign = secretsmanager_backends[account][region].secrets.get(name)
    key = str(getattr(found, "kms_key_id", None) or "")
    if not key or key.startswith("alias/aws/"):
        return ""
    return key if key.startswith("arn:") else f"arn:{place.partition}:kms:{region}:{account}:key/{key}"


def key(name: str, place: Place) -> Resource:
    """A KMS key: its policy rules alone, unless it leaves that to its account's."""
    from moto.kms.models import kms_backends

    words = name.split(":")
    account, region = (words[4], words[3]) if len(words) > 5 else (place.account, place.region)
    backend: Foreign = kms_backends[account][region]
    try:
        found = backend.describe_key(name)
    except Exception:
        arn = name if len(words) > 5 else f"arn:{place.partition}:kms:{region}:{account}:key/{name}"
        return Resource(arn, account, (), ruled=True)
    tags = backend.tagger.get_tag_dict_for_resource(found.id)
    arn = f"arn:{place.partition}:kms:{region}:{account}:key/{found.id}"
    return Resource(arn, account, read(found.policy), ruled=True, known=_known(tags, "kms"))


def _bucket(call: Call, name: str, place: Place) -> Resource:
    """A bucket, or an object in it."""
    from moto.s3.models import s3_backends

    bucket = name.split("/", 1)[0]
    arn = f"arn:{place.partition}:s3:::{name}"
    for account, partitions in list(s3_backends.items()):
        for backend in list(partitions.values()):
            held: Foreign = backend.buckets.get(bucket)
            if held is not None:
                return Resource(arn, account, read(_text(held.policy)) if held.policy else None, known=_known({}, call.service))
    return Resource(arn, place.account, known=_known({}, call.service))


def _text(document: object) -> str:
    return document.decode() if isinstance(document, bytes) else str(document)


def _role(call: Call, name: str, place: Place) -> Resource:
    """A role by its name or ARN. Who may take it on is for its own policy to say."""
    from moto.iam.models import iam_backends

    account = name.split(":")[4] if name.startswith("arn:") else place.account
    bare = name.split(":role/", 1)[-1]
    arn = name if name.startswith("arn:") else f"arn:{place.partition}:iam::{account}:role/{name}"
    roles = (one for backend in iam_backends[account].values() for one in backend.roles.values())
    found: Foreign = next((one for one in roles if bare in (one.name, one.arn.split(":role/", 1)[-1])), None)
    assumed = call.action == "sts:AssumeRole"
    if found is None:
        return Resource(arn, account, () if assumed else None, ruled=assumed)
    tags = {key: one["Value"] for key, one in found.tags.items()} if isinstance(found.tags, dict) else {}
    known = _known(tags, "iam")
    return Resource(
        _in(place, found.arn), account, read(found.assume_role_policy_document) if assumed else None, ruled=assumed, known=known
    )


def _stream(call: Call, name: str, place: Place) -> Resource:
    return _plain("log-group:" + call.first("logGroupName") + ":log-stream:")(call, name, place)


def _plain(stem: str) -> Callable[[Call, str, Place], Resource]:
    """What is named by its ARN, or by what follows `stem` in it; without tags."""

    def found(call: Call, name: str, place: Place) -> Resource:
        if name.startswith("arn:"):
            return Resource(name, name.split(":")[4])
        arn = f"arn:{place.partition}:{call.service}:{place.region}:{place.account}:{stem}{name.lstrip('/') if stem[-1:] == '/' else name}"
        return Resource(arn, place.account, known=_known({}, call.service))

    return found


_FOUND: dict[str, Callable[[Call, str, Place], Resource]] = {
    "autoScalingGroup": _group,
    "secret": _secret,
    "key": lambda _, name, place: key(name, place),
    "bucket": _bucket,
    "object": _bucket,
    "role": _role,
    "log-stream": _stream,
    "log-group": _plain("log-group:"),
    "parameter": _plain("parameter/"),
    "topic": _plain(""),
    "function": _plain("function:"),
    "table": _plain("table/"),
    "event-bus": _plain("event-bus/"),
    "alarm": _plain("alarm:"),
}


def passed(call: Call, parameter: str, place: Place) -> Iterable[Resource]:
    """The roles that a call hands over: named, or behind an instance profile."""
    from moto.iam.models import iam_backends

    for name in (value for key, values in call.params.items() if key.split(".")[0] == parameter for value in values):
        if parameter != "IamInstanceProfile":
            yield _role(call, name, place)
            continue
        profiles = [one for backend in iam_backends[place.account].values() for one in backend.instance_profiles.values()]
        roles = [role.name for one in profiles if name in (one.name, one.arn) for role in one.roles]
        yield from (_role(call, role, place) for role in roles or ["*"])
