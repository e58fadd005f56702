"""A plan as tables for people, readable at 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from landbridge.aws.prices import FALLBACK, Estimate
from landbridge.cli import output
from landbridge.cli.forecast import Forecast, forecast_view
from landbridge.design import Design, Lock, SitePlan, Translation

MOST_ROWS = 200  # of one table; nobody reads more, and --json has them all


def plan_view(planned: Design, lock: Lock, price: Estimate, forecast: Forecast) -> Iterator[RenderableType]:
    """The plan from the whole to the parts: the network in a line, overlaps, translations, sites, gateways, what deploying it would do,
    the price, findings."""
    yield _summary(planned)
    if planned.overlaps:
        overlaps = [(str(overlap.prefix), ", ".join(overlap.owners)) for overlap in planned.overlaps]
        yield from _section("Overlaps", "Address ranges that more than one holds.", ("range", "held, whole or in part, by"), overlaps)
    else:
        yield from _heading("Overlaps", "None: no two hold the same addresses.")
    if planned.translations:
        translations = [(one.site, str(one.local), str(one.global_), _origin(one, lock)) for one in planned.translations]
        note = "1:1, host part kept. Everyone else uses the global prefix."
        yield from _section("Translations", note, ("site", "local", "global", "chosen"), translations)
    sites = [_site_row(site) for site in planned.sites]
    yield from _section("Sites", "", ("site", "region", "ASN", "VPC", "VyOS", "gateways"), sites)
    tunnels = [
        (tunnel.name, gateway.role, str(gateway.subnet or "any public zone"), str(tunnel.aws), str(tunnel.gateway))
        for site in planned.sites
        for gateway in site.gateways
        for tunnel in gateway.tunnels
    ]
    yield from _section("Tunnels", "Named <gateway>-1 and -2.", ("tunnel", "role", "gateway stands in", "AWS' end", "its end"), tunnels)
    yield from forecast_view(forecast)
    yield from _price(price)
    if findings := (*planned.findings, *forecast.findings):
        yield from _heading("Findings", "")
        for line in output.finding_lines(findings):
            severity, _, rest = line.partition(": ")
            styles = {"error": "bold red", "warning": "yellow", "note": "dim"}
            yield Padding(Text.assemble((f"{severity}: ", styles[severity]), rest), (0, 0, 0, 2))


def _price(price: Estimate) -> Iterator[RenderableType]:
    oldest, newest = price.as_of
    note = f"About {price.total:,.0f} USD: an estimate by prices of {oldest} to {newest}."
    yield from _section("Price a month", note, ("kind", "USD"), [(kind, f"{usd:,.2f}") for kind, usd in price.by_kind.items()])
    yield from _section("", "By site, with its connections at the hub:", ("site", "USD"), _by_site(price))
    yield Text("  Without data transfer, the image's software, taxes, discounts and free tiers.", "dim")
    if price.borrowed:
        yield Text(f"  At {FALLBACK}'s prices, where not known: {', '.join(price.borrowed)}. Ask: --refresh-prices.", "dim")
    if price.unknown:
        yield Text(f"  Not counted, as no price is known: {', '.join(price.unknown)}.", "dim")


def _by_site(price: Estimate) -> list[tuple[str, ...]]:
    return [(name, f"{usd:,.2f}") for name, usd in price.by_owner.items()]


def _summary(planned: Design) -> Text:
    subnets = [len([one for one in vpc if not one.private]) for vpc in (planned.hub.subnets, *(site.subnets for site in planned.sites))]
    total = sum(subnets)
    pairs = sum(count * (total - count) for count in subnets)
    gateways = sum(len(site.gateways) for site in planned.sites)
    return Text.assemble(
        (planned.network, "bold"),
        f": hub {planned.hub.name} ({planned.hub.region}, ASN {planned.hub.asn}), {_count(len(planned.sites), 'site')}, "
        f"{_count(gateways, 'gateway')}, {_count(total, 'subnet')}, {_count(pairs, 'ordered pair')} of subnets to connect",
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _origin(one: Translation, lock: Lock) -> str:
    if one.pinned:
        return "pinned"
    return "before (lock)" if lock.of(one.site).translations.get(one.local) == one.global_ else "now"


def _site_row(site: SitePlan) -> tuple[str, ...]:
    releases = sorted({gateway.release for gateway in site.gateways})
    gateways = "pair" if len(site.gateways) > 1 else "single"
    return site.name, site.region, str(site.asn), "\n".join(map(str, site.cidrs)), ", ".join(releases), gateways


def _section(title: str, note: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Iterator[RenderableType]:
    yield from _heading(title, note)
    yield Padding(_table(columns, islice(rows, MOST_ROWS)), (0, 0, 0, 2))
    if len(rows) > MOST_ROWS:
        yield Text(f"  … and {len(rows) - MOST_ROWS:,} more; --json has all.", "dim")


def _heading(title: str, note: str) -> Iterator[RenderableType]:
    yield Text.assemble("\n", (title, "bold"), (f"  {note}" if note else "", "dim"))


def _table(columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
