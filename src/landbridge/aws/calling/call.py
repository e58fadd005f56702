"""One call of AWS: where it goes, what it asks, and who watches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from landbridge.aws.model import Account

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """An account and one of its Regions."""

    account: Account
    region: str

    def __str__(self) -> str:
        return f"{self.region} of {self.account.alias}"


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, without its arguments: they may hold what nobody should read. `operation` is AWS' own name of it."""

    service: str
    operation: str
    place: Place

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


class Watch(Protocol):
    """Sees every attempt of a call before it is made, and after it was answered. What it raises takes the place of the answer."""

    def before(self, call: Call) -> None: ...

    def after(self, call: Call) -> None: ...


class Unwatched:
    """Nobody watches."""

    def before(self, call: Call) -> None:
        pass

    def after(self, call: Call) -> None:
        pass
