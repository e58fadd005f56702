"""Prices of what a network is made of: a dated table with its sources, and what a month of a design comes to by it.

An estimate: without data transfer, the price of the image's software, taxes, discounts and free tiers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from landbridge.design import Design
from landbridge.findings import LandbridgeError, Where, error

HOURS = 730  # a month, as AWS' own calculator has it
FALLBACK = "us-east-1"  # where a Region's own price isn't known
DISK_GIGABYTES = 10  # of a gateway
ALARMS = 2  # of a gateway
LOG_GIGABYTES = Decimal("0.1")  # of a gateway's tunnels: assumed
TUNNEL_ADDRESSES = 2  # of a VPN connection: AWS charges its own ends too
_APART = ("cn-", "us-gov-", "us-iso", "eusc-")  # other partitions: prices of their own, some in another currency


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of something costs in a Region: `usd` for each `per` (hour, month, GB, GB-month), as of a date, by a source."""

    what: str
    region: str
    usd: Decimal
    per: str
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices that are known, by what and Region."""

    known: Mapping[tuple[str, str], Price]

    @classmethod
    def of(cls, prices: Iterable[Price]) -> Prices:
        return cls({(price.what, price.region): price for price in prices})

    def find(self, what: str, region: str) -> Price | None:
        """The Region's own price, or else that of us-east-1; None where neither says anything about it."""
        own = self.known.get((what, region))
        return own if own is not None or region.startswith(_APART) else self.known.get((what, FALLBACK))

    def with_newer(self, newer: Iterable[Price]) -> Prices:
        """These prices, with others in their place where there are any."""
        return Prices({**self.known, **Prices.of(newer).known})


@dataclass(frozen=True, slots=True)
class Need:
    """What a site (or the hub) needs a month of one thing. `kind` is its name for people."""

    owner: str
    kind: str
    what: str
    region: str
    units: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """A need with its price. `usd` is the month's, None where no price is known; `own` says that it is the Region's own."""

    need: Need
    price: Price | None

    @property
    def usd(self) -> Decimal | None:
        return None if self.price is None else self.need.units * self.price.usd

    @property
    def own(self) -> bool:
        return self.price is not None and self.price.region == self.need.region


@dataclass(frozen=True, slots=True)
class Estimate:
    """A month of a network."""

    charges: tuple[Charge, ...]

    @property
    def total(self) -> Decimal:
        return sum((charge.usd or Decimal(0) for charge in self.charges), Decimal(0))

    @property
    def by_owner(self) -> Mapping[str, Decimal]:
        return self._by(lambda charge: charge.need.owner)

    @property
    def by_kind(self) -> Mapping[str, Decimal]:
        return self._by(lambda charge: charge.need.kind)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What no price is known of, and where."""
        return tuple(dict.fromkeys(f"{one.need.what} in {one.need.region}" for one in self.charges if one.price is None))

    @property
    def borrowed(self) -> tuple[str, ...]:
        """The Regions of which some price is another's."""
        return tuple(sorted({one.need.region for one in self.charges if one.price is not None and not one.own}))

    @property
    def as_of(self) -> tuple[str, str]:
        """The dates of the oldest and the newest price."""
        dates = [charge.price.as_of for charge in self.charges if charge.price is not None]
        return (min(dates), max(dates)) if dates else ("", "")

    def _by(self, key: Any) -> Mapping[str, Decimal]:  # noqa: ANN401 - a function of a charge
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for charge in self.charges:
            sums[key(charge)] += charge.usd or Decimal(0)
        return sums


def estimate(design: Design, prices: Prices) -> Estimate:
    """What a month of the design comes to."""
    return Estimate(tuple(Charge(need, prices.find(need.what, need.region)) for need in needs_of(design)))


def needs_of(design: Design) -> Iterator[Need]:
    """What AWS charges for, by who needs it. A site's connections stand in the hub's Region."""
    hub = design.hub
    if hub.cidrs:
        yield Need(hub.name, "Transit Gateway attachments", "tgw-attachment", hub.region, Decimal(HOURS))
    for site in design.sites:
        count = Decimal(len(site.gateways))
        tunnels = sum(len(gateway.tunnels) for gateway in site.gateways)
        yield Need(site.name, "VPN connections", "vpn-connection", hub.region, HOURS * count)
        yield Need(site.name, "Transit Gateway attachments", "tgw-attachment", hub.region, HOURS * count)
        yield Need(site.name, "public IPv4 addresses", "public-ipv4", hub.region, HOURS * count * TUNNEL_ADDRESSES)
        yield Need(site.name, "public IPv4 addresses", "public-ipv4", site.region, HOURS * count)
        for gateway in site.gateways:
            yield Need(site.name, "gateways", f"instance:{gateway.instance_type}", site.region, Decimal(HOURS))
        yield Need(site.name, "disks", "disk-gp3", site.region, count * DISK_GIGABYTES)
        yield Need(site.name, "keys", "secret", hub.region, Decimal(tunnels))
        if site.account != hub.account:  # a key of its own, for another account must be able to read the secrets
            yield Need(site.name, "keys", "kms-key", hub.region, Decimal(1))
        yield Need(site.name, "alarms and logs", "alarm", hub.region, count * ALARMS)
        yield Need(site.name, "alarms and logs", "logs", hub.region, count * LOG_GIGABYTES)


def prices_path(file: Path) -> Path:
    """Where a network file's refreshed prices are: `landbridge.prices.json` beside network.yaml, `<stem>.prices.json` beside any other."""
    return file.with_name("landbridge.prices.json" if file.stem == "network" else f"{file.stem}.prices.json")


def known_prices(refreshed: Path | None = None) -> Prices:
    """The package's table, and over it what was refreshed. Raises LandbridgeError (`syntax`) where that file isn't one of prices."""
    table = _read(files("landbridge.aws").joinpath("prices.json").read_text("utf-8"))
    if refreshed is None or not refreshed.exists():
        return Prices.of(table)
    try:
        return Prices.of(table).with_newer(_read(refreshed.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as problem:
        message = f"these aren't prices as landbridge writes them ({type(problem).__name__})."
        remedy = "Remove the file, or have it written anew: landbridge plan --refresh-prices."
        raise LandbridgeError(error("syntax", message, Where(str(refreshed)), remedy)) from None


def prices_text(prices: Iterable[Price]) -> str:
    """Prices as a file: one a line, in an order that stays."""
    ordered = sorted(prices, key=lambda one: (one.what, one.region))
    lines = ",\n".join(f"    {json.dumps({**asdict(one), 'usd': str(one.usd)})}" for one in ordered)
    return f'{{\n  "currency": "USD",\n  "prices": [\n{lines}\n  ]\n}}\n'


def _read(text: str) -> list[Price]:
    return [Price(**{**one, "usd": Decimal(one["usd"])}) for one in json.loads(text)["prices"]]
