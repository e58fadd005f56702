"""What a network's table remembers between deployments: where it has stacks, and which text each router was brought to."""

from __future__ import annotations

import json
from collections.abc import Sequence

from landbridge.aws.calling import Answer, Cloud, Place
from landbridge.aws.model import Account


class Record:
    """Rows of a network in the anchor's table."""

    def __init__(self, cloud: Cloud, place: Place, table: str, network: str) -> None:
        self._cloud, self._place, self._table, self._network = cloud, place, table, network

    def places(self) -> tuple[Place, ...]:
        """Where the network has, or may have, stacks."""
        found = json.loads(self._read("places") or "[]")
        return tuple(Place(Account(one["alias"], one["profile"], one["role"]), one["region"]) for one in found)

    def keep_places(self, places: Sequence[Place]) -> None:
        if places != self.places():
            rows = [
                {"alias": one.account.alias, "profile": one.account.profile, "role": one.account.role, "region": one.region}
                for one in places
            ]
            self._write("places", json.dumps(rows))

    def delivered(self, gateway: str) -> str | None:
        """The key of the text that a router was last brought to."""
        return self._read(f"delivered:{gateway}")

    def keep_delivered(self, gateway: str, key: str) -> None:
        if self.delivered(gateway) != key:
            self._write(f"delivered:{gateway}", key)

    def unfinished(self, what: str) -> tuple[str, ...]:
        """The names that a planned change has kept, for the run that goes on from it."""
        return tuple(json.loads(self._read(what) or "[]"))

    def keep_unfinished(self, what: str, names: Sequence[str]) -> None:
        if tuple(names) != self.unfinished(what):
            self._write(what, json.dumps(list(names)))

    def _key(self, what: str) -> Answer:
        return {"name": {"S": f"{what}:{self._network}"}}

    def _read(self, what: str) -> str | None:
        answer = self._cloud.call(self._place, "dynamodb", "get_item", TableName=self._table, Key=self._key(what), ConsistentRead=True)
        value = answer.get("Item", {}).get("value", {}).get("S")
        return None if value is None else str(value)

    def _write(self, what: str, value: str) -> None:
        item = {**self._key(what), "value": {"S": value}}
        self._cloud.call(self._place, "dynamodb", "put_item", TableName=self._table, Item=item)
