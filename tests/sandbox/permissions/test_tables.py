"""The partition keys that calls of DynamoDB ask for: Developer Guide, "Using IAM policy conditions for fine-grained access control"."""

from __future__ import annotations

from typing import Any

import pytest

from landbridge.sandbox.permissions.keys import UNTOLD
from landbridge.sandbox.permissions.tables import leading

A, B = {"name": {"S": "tokyo-a"}}, {"name": {"S": "tokyo-b"}, "at": {"N": "1"}}


def query(condition: str, **names: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{key}": value for key, value in names.items()},
        "ExpressionAttributeValues": {":v": {"S": "tokyo-a"}, ":w": {"N": "1"}},
    }


@pytest.mark.parametrize(
    ("operation", "said", "values"),
    [
        ("GetItem", {"Key": A}, ("tokyo-a",)),
        ("DeleteItem", {"Key": A}, ("tokyo-a",)),
        ("UpdateItem", {"Key": B}, ("tokyo-b",)),
        ("PutItem", {"Item": B}, ("tokyo-b",)),
        ("Query", query("#n = :v", n="name"), ("tokyo-a",)),
        ("Query", query("#n=:v", n="name"), ("tokyo-a",)),
        ("Query", query("name = :v AND begins_with(#a, :w)", a="at"), ("tokyo-a",)),
        ("Query", query("(#a > :w) and (#n = :v)", n="name", a="at"), ("tokyo-a",)),
        ("Query", {"KeyConditions": {"name": {"AttributeValueList": [{"S": "tokyo-a"}], "ComparisonOperator": "EQ"}}}, ("tokyo-a",)),
    ],
)
def test_the_keys_of_an_item(operation: str, said: dict[str, Any], values: tuple[str, ...]) -> None:
    assert leading(operation, said, None, "name") == {"dynamodb:leadingkeys": values}


def test_a_batch_has_the_keys_that_it_asks_of_its_table() -> None:
    assert leading("BatchGetItem", {}, {"Keys": [A, B]}, "name") == {"dynamodb:leadingkeys": ("tokyo-a", "tokyo-b")}
    writes = [{"PutRequest": {"Item": A}}, {"DeleteRequest": {"Key": B}}]
    assert leading("BatchWriteItem", {}, writes, "name") == {"dynamodb:leadingkeys": ("tokyo-a", "tokyo-b")}


def test_numbers_and_bytes_are_keys_too() -> None:
    assert leading("GetItem", {"Key": {"id": {"N": "7"}}}, None, "id") == {"dynamodb:leadingkeys": ("7",)}
    assert leading("GetItem", {"Key": {"id": {"B": "eA=="}}}, None, "id") == {"dynamodb:leadingkeys": ("eA==",)}


def test_a_scan_has_none() -> None:
    assert leading("Scan", {}, None, "name") == {}
    assert leading("DescribeTable", {}, None, "name") == {}


@pytest.mark.parametrize(
    ("operation", "said", "asked"),
    [
        pytest.param("PutItem", {"Item": {"at": {"N": "1"}}}, None, id="an item without its key"),
        pytest.param("PutItem", {"Item": {"name": "tokyo-a"}}, None, id="an item that isn't one"),
        pytest.param("PutItem", {}, None, id="no item"),
        pytest.param("Query", query("begins_with(#n, :v)", n="name"), None, id="a condition of another kind"),
        pytest.param("Query", {}, None, id="no condition"),
        pytest.param("BatchGetItem", {}, {"Keys": [A, {"other": {"S": "x"}}]}, id="a batch in which one is without"),
    ],
)
def test_a_key_that_cant_be_read_is_untold(operation: str, said: dict[str, Any], asked: Any) -> None:  # noqa: ANN401
    assert leading(operation, said, asked, "name") == {"dynamodb:leadingkeys": UNTOLD}
