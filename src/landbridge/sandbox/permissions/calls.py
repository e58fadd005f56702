"""Calls as IAM sees them, read from HTTP: the action, its parameters, and the keys that follow from them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from landbridge.sandbox.permissions.actions import OTHERWISE
from landbridge.sandbox.permissions.conditions import Known
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.request import Asked

PREFIXES = {"monitoring": "cloudwatch", "s3express": "s3"}  # services that sign under another name than their permissions have
UNLISTED = "Unlisted"  # an operation by REST whose name isn't known: only `SERVICE:*` allows it
_NUMBER = re.compile(r"\.(?:member\.|entry\.)?(\d+)(?=\.|$)")
_FUNCTION = re.compile(r"/20\d\d-\d\d-\d\d/functions(?:/([^/]+)(/[a-z-]+)?)?/?")
_FUNCTIONS = {
    ("POST", "/invocations"): "Invoke",
    ("GET", ""): "GetFunction",
    ("DELETE", ""): "DeleteFunction",
    ("PUT", "/code"): "UpdateFunctionCode",
    ("POST", "/policy"): "AddPermission",
}
_BUCKETS = {("GET", "policy"): "GetBucketPolicy", ("PUT", "policy"): "PutBucketPolicy", ("DELETE", "policy"): "DeleteBucketPolicy",
            ("GET", "location"): "GetBucketLocation", ("GET", "versions"): "ListBucketVersions"}  # fmt: skip
_LISTING = {
    "list-type",
    "prefix",
    "delimiter",
    "max-keys",
    "continuation-token",
    "start-after",
    "encoding-type",
    "marker",
    "fetch-owner",
    "x-id",
}
_OBJECTS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_IN_PARTS = {"POST": "PutObject", "PUT": "PutObject", "DELETE": "AbortMultipartUpload", "GET": "ListMultipartUploadParts"}
_VERSIONED = {"GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion"}
_ASIDE = {"acl", "tagging", "legal-hold", "retention", "torrent", "attributes", "restore", "select", "annotation"}
_KEYS = {  # of conditions that are just a parameter of the call
    ("sts", "ExternalId"): "sts:externalid",
    ("sts", "RoleSessionName"): "sts:rolesessionname",
    ("s3", "prefix"): "s3:prefix",
    ("s3", "delimiter"): "s3:delimiter",
}
_TAG_LISTS = ("Tag", "Tags")


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `params` are its parameters by their path, without numbers: `Tags.Key` has each tag's. `tags` are those that it gives;
    `tagged` the types of what it makes with tags at once, as EC2 does. `said` is the whole of a call in JSON."""

    service: str
    operation: str
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: tuple[tuple[str, str], ...] = ()
    tagged: tuple[str, ...] = ()
    said: Props = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The permission's name."""
        named = f"{self.service}:{self.operation}"
        return OTHERWISE.get(named, named)

    def first(self, name: str) -> str:
        """A parameter's one value; empty where it isn't given."""
        return next(iter(self.params.get(name, ())), "")

    @property
    def known(self) -> Known:
        """The keys that follow from it."""
        keys = tuple(key for key, _ in self.tags) or self.params.get("TagKeys", ())
        tags = {f"aws:requesttag/{key}".lower(): (value,) for key, value in self.tags}
        plain = {key: self.params[name] for (service, name), key in _KEYS.items() if service == self.service and name in self.params}
        return {**tags, **plain, **({"aws:tagkeys": keys} if keys else {})}


def call_of(asked: Asked, query: str, host: str, content: str, body: bytes, *, copied: bool = False) -> Call:
    """The call that a request makes. `copied`: what it puts comes from another object."""
    service = PREFIXES.get(asked.service, asked.service)
    if service == "s3":
        call = _of_bucket(asked, dict(parse_qsl(query, keep_blank_values=True)), host)
        return replace(call, operation=UNLISTED) if copied else call
    if service == "lambda":
        return _of_function(asked, body)
    if not asked.action:
        return Call(service, asked.path.rsplit("/operation/", 1)[-1] if "/operation/" in asked.path else UNLISTED)
    if "json" in content:
        said = _json(body)
        return replace(_read(service, asked.action, list(_flat(said))), said=said)
    text = body.decode("utf-8", "replace") if "x-www-form-urlencoded" in content else query
    return _read(service, asked.action, parse_qsl(text, keep_blank_values=True))


def _json(body: bytes) -> Props:
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _flat(value: Foreign, path: str = "") -> Iterator[tuple[str, str]]:
    """A JSON's values under paths like those of the query protocol."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{path}.{number}")
    elif value is not None:
        yield path, str(value)


def _read(service: str, operation: str, pairs: list[tuple[str, str]]) -> Call:
    params: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        plain = _NUMBER.sub("", name)
        params[plain] = (*params.get(plain, ()), value)
    given = dict(pairs)
    tags: list[tuple[str, str]] = []
    for name, key in pairs:
        words = name.split(".")
        if len(words) >= 3 and words[-1] in ("Key", "TagKey") and any(word in _TAG_LISTS for word in words):
            stem = name[: -len("Key")]
            tags.append((key, given.get(f"{stem}Value", "")))
    kinds = tuple(dict.fromkeys(params.get("TagSpecification.ResourceType", ())))
    return Call(service, operation, params, tuple(tags), kinds if service == "ec2" else ())


def _of_bucket(asked: Asked, query: Props, host: str) -> Call:
    path = asked.path.encode("latin-1", "replace").decode("utf-8", "replace").lstrip("/")  # WSGI has bytes as letters
    hosted = host.split(".s3", 1)[0] if ".s3" in host else ""
    bucket, _, key = (hosted, "", path) if hosted else path.partition("/")
    params = {"Bucket": (bucket,), **({"Key": (f"{bucket}/{key}",)} if key else {})}
    if not bucket:
        return Call("s3", "ListAllMyBuckets" if asked.method == "GET" else UNLISTED)
    if key:
        return Call("s3", _on_object(asked.method, query), params)
    aside = set(query) & {"policy", "location", "versions"}
    if aside:
        return Call("s3", _BUCKETS.get((asked.method, aside.pop()), UNLISTED), params)
    by_method = {"GET": "ListBucket", "HEAD": "ListBucket", "DELETE": "DeleteBucket"} if not set(query) - _LISTING else {}
    given = {name: (str(query[name]),) for name in query if name in ("prefix", "delimiter")}
    return Call("s3", by_method.get(asked.method, UNLISTED), {**params, **given})


def _on_object(method: str, query: Props) -> str:
    if _ASIDE & set(query):
        return UNLISTED
    if {"uploads", "uploadId"} & set(query):
        return _IN_PARTS.get(method, UNLISTED)
    operation = _OBJECTS.get(method, UNLISTED)
    return _VERSIONED.get(operation, operation) if query.get("versionId") else operation


def _of_function(asked: Asked, body: bytes) -> Call:
    match = _FUNCTION.fullmatch(asked.path)
    if match is None:
        return Call("lambda", UNLISTED)
    if match[1] is None:
        return _read("lambda", "CreateFunction", list(_flat(_json(body)))) if asked.method == "POST" else Call("lambda", "ListFunctions")
    operation = _FUNCTIONS.get((asked.method, match[2] or ""), UNLISTED)
    return Call("lambda", operation, {"FunctionName": (match[1],)})
