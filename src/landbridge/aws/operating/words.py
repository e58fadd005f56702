"""What a pair's gateways last said, and the order of a person to them: rows of the words table of an account and Region."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from landbridge.aws.calling import Answer, CallError, Cloud, Place
from landbridge.findings import LandbridgeError, error
from landbridge.vyos.roles import order_key, words_table

ATTEMPTS, PAUSE_S = 5, 0.2  # of a read that DynamoDB answers in part
REFUSED = "ConditionalCheckFailedException"
_NAME = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A gateway's: who has both directions, who says so, how often that one prepends, and when it was said, in seconds since 1970."""

    claim: str
    by: str
    prepends: int
    at: int


@dataclass(frozen=True, slots=True)
class Order:
    """A person's: `yields` is to stand down. It holds from `at` until `expires`."""

    yields: str
    at: int
    expires: int

    @property
    def line(self) -> str:
        return f"yield={self.yields} at={self.at} expires={self.expires}"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the table has of one site."""

    words: Mapping[str, Word] = field(default_factory=dict)
    order: Order | None = None


def word_of(line: str) -> Word | None:
    """A word as role.sh says it; None for what is none."""
    said = _said(line)
    try:
        return Word(_name(said["claim"]), _name(said["by"]), int(said["prepends"]), int(said["at"]))
    except (KeyError, ValueError):
        return None


def order_of(line: str) -> Order | None:
    """An order as it is written; None for what is none."""
    said = _said(line)
    try:
        return Order(_name(said["yield"]), int(said["at"]), int(said["expires"]))
    except (KeyError, ValueError):
        return None


def _said(line: str) -> dict[str, str]:
    return {key: value for key, _, value in (part.partition("=") for part in line.split())}


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(text)
    return text


class Words:
    """The words table of one account and Region."""

    def __init__(self, cloud: Cloud, place: Place, network: str) -> None:
        self._cloud, self._place, self._network = cloud, place, network
        self._table = words_table(network)

    def read(self, site: str, gateways: Sequence[str]) -> Heard:
        """What a pair's gateways last said, and the order that is out. Raises LandbridgeError where there is no such table."""
        wanted: list[Answer] = [{"name": {"S": name}} for name in (*gateways, order_key(site))]
        found: dict[str, str] = {}
        for _ in range(ATTEMPTS):
            answer = self._call("batch_get_item", RequestItems={self._table: {"Keys": wanted, "ConsistentRead": True}})
            for item in answer.get("Responses", {}).get(self._table, ()):
                found[item["name"]["S"]] = item.get("word", {}).get("S", "")
            wanted = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            if not wanted:
                break
            time.sleep(PAUSE_S)
        words = {name: word for name in gateways if (word := word_of(found.get(name, ""))) is not None and word.by == name}
        return Heard(words, order_of(found.get(order_key(site), "")))

    def give(self, site: str, order: Order) -> None:
        """Write an order. Raises LandbridgeError (`held`) where a newer one is out: somebody else has just given it."""
        try:
            self._call(
                "put_item",
                TableName=self._table,
                Item={"name": {"S": order_key(site)}, "word": {"S": order.line}, "at": {"N": str(order.at)}},
                ConditionExpression="attribute_not_exists(#at) OR #at <= :at",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":at": {"N": str(order.at)}},
            )
        except CallError as problem:
            if problem.aws_code != REFUSED:
                raise
            message = f"somebody else has just given the gateways of {site} an order"
            raise LandbridgeError(error("held", message, None, "Look with `landbridge status`, and run it again.")) from None

    def take_back(self, site: str, order: Order) -> None:
        """Take an order back, if it is still that one."""
        try:
            self._call(
                "delete_item",
                TableName=self._table,
                Key={"name": {"S": order_key(site)}},
                ConditionExpression="#at = :at",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":at": {"N": str(order.at)}},
            )
        except CallError as problem:
            if problem.aws_code != REFUSED:
                raise

    def _call(self, operation: str, **arguments: object) -> Answer:
        try:
            return self._cloud.call(self._place, "dynamodb", operation, **arguments)
        except CallError as problem:
            if problem.aws_code != "ResourceNotFoundException":
                raise
            message = f"{self._place} has no table {self._table}, in which gateways say who is active."
            raise LandbridgeError(error("stack", message, None, "Run `landbridge deploy`: it makes that table.")) from None
