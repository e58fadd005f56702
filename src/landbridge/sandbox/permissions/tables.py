"""Tables of DynamoDB, and the partition keys of the items that a call asks for: `dynamodb:LeadingKeys`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from landbridge.sandbox.permissions.calls import Call
from landbridge.sandbox.permissions.conditions import Known
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.keys import UNTOLD
from landbridge.sandbox.permissions.places import Place, keys_of, listed
from landbridge.sandbox.server.foreign import Foreign, Props

_ONE = {"GetItem": "Key", "DeleteItem": "Key", "UpdateItem": "Key", "PutItem": "Item"}  # where each has its item's key
_EQUAL = re.compile(r"\(?\s*([\w#.-]+)\s*=\s*(:\w+)\s*\)?")


def tables(call: Call, place: Place) -> Iterator[Resource]:
    """The tables, or indexes, that a call names, each with the keys that it asks of it."""
    batch: Props = call.said.get("RequestItems") or {}
    for name in batch or ([call.said["TableName"]] if "TableName" in call.said else []):
        yield _table(call, str(name), batch.get(name), place)


def _table(call: Call, name: str, asked: Foreign, place: Place) -> Resource:
    from moto.dynamodb.models import dynamodb_backends

    there = place.of(name)
    bare = name.split(":table/", 1)[-1]
    found: Foreign = dynamodb_backends[there.account][there.region].tables.get(bare)
    index = str(call.said.get("IndexName") or "")
    arn = there.arn("dynamodb", f"table/{bare}" + (f"/index/{index}" if index else ""))
    tags = keys_of("dynamodb", listed(found.tags)) if found is not None else {}
    return Resource(arn, there.account, known={**tags, **leading(call.operation, call.said, asked, _key(found, index))})


def _key(table: Foreign, index: str) -> str:
    """The name of the partition key; empty where there is no such table or index."""
    if table is None:
        return ""
    if not index:
        return str(table.hash_key_attr)
    schemas = [one.schema for one in (*table.indexes, *table.global_indexes) if one.name == index]
    return next((str(one["AttributeName"]) for schema in schemas for one in schema if one["KeyType"] == "HASH"), "")


def leading(operation: str, said: Props, asked: Foreign, key: str) -> Known:
    """The values of the partition key called `key` in a call's items; `asked` is what a batch asks of its table. A call that names no
    items (Scan) has none."""
    if operation in _ONE:
        return _told([said.get(_ONE[operation])], key)
    if operation == "BatchGetItem":
        return _told((asked or {}).get("Keys") or [], key)
    if operation == "BatchWriteItem":
        return _told([(one.get("PutRequest") or {}).get("Item") or (one.get("DeleteRequest") or {}).get("Key") for one in asked or ()], key)
    if operation == "Query":
        return _told([_queried(said, key)], key)
    return {}


def _queried(said: Props, key: str) -> Props:
    """What a query's condition has the partition key equal."""
    plain = said.get("KeyConditions") or {}
    if key in plain:
        return {key: (plain[key].get("AttributeValueList") or [None])[0]}
    names, values = said.get("ExpressionAttributeNames") or {}, said.get("ExpressionAttributeValues") or {}
    for part in re.split(r"\s+AND\s+", str(said.get("KeyConditionExpression") or ""), flags=re.IGNORECASE):
        match = _EQUAL.fullmatch(part.strip())
        if match and names.get(match[1], match[1]) == key:
            return {key: values.get(match[2])}
    return {}


def _told(items: Iterable[Foreign], key: str) -> Known:
    values = [_text(one.get(key)) if isinstance(one, Mapping) else None for one in items]
    plain = tuple(one for one in values if one is not None)
    return {"dynamodb:leadingkeys": plain if len(plain) == len(values) else UNTOLD}


def _text(value: Foreign) -> str | None:
    """An attribute's value: a text, a number, or bytes in base64."""
    return next((str(one) for kind, one in value.items() if kind in ("S", "N", "B")), None) if isinstance(value, Mapping) else None
