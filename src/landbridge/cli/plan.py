"""`landbridge plan`: the design, for people and for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.asking import asked_cloud
from landbridge.cli.options import json_option, network_file
from landbridge.findings import LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.aws.calling import Cloud
    from landbridge.aws.prices import Estimate, Prices
    from landbridge.design import Design, Lock, Quota


@click.command()
@network_file
@click.option("--aws", is_flag=True, help="Ask the network's accounts: what would change there, and their own quotas.")
@click.option("--sandbox", is_flag=True, help="Ask the embedded AWS on this machine, which is started if need be.")
@click.option("--endpoint", metavar="URL", help="Ask an AWS emulator of your own.")
@click.option("--release", metavar="R", help="Plan with this VyOS release line (1.1 to 1.5) instead of the file's.")
@click.option("--refresh-prices", is_flag=True, help="Ask AWS for today's prices first, and keep them beside the network file.")
@click.option("--ask-quotas", is_flag=True, help="Ask the accounts for their own quotas alone, in the place of AWS' defaults.")
@json_option
def plan(
    file: Path,
    aws: bool,
    sandbox: bool,
    endpoint: str | None,
    release: str | None,
    refresh_prices: bool,
    ask_quotas: bool,
    as_json: bool,
) -> int:
    """Show what follows from the network file: overlaps, translations, gateways and tunnels, what AWS would create, change and
    destroy, the price a month, and what to look at.

    Nothing is written and no cloud is asked, so all is counted that would be made from nothing; with --aws (or --sandbox) it is
    compared with what is deployed, and the quotas are those of the accounts. What the lock file holds stays; what is new is marked so,
    and only `landbridge render`, `lab up` and `deploy` write it down.

    \b
    Examples:
      landbridge plan
      landbridge plan acquisition.yaml --json | jq '.translations[] | select(.site == "tokyo")'
      landbridge plan --aws                   what `deploy` would do now
      landbridge plan --sandbox --release 1.4

    \b
    Exit status:
      0  the network can be built; there may be warnings
      2  it can't, or an AWS that was to be asked can't be: each reason is on standard error, with its file and line where it has one
    """
    from landbridge.artifacts import lock_path, read_lock
    from landbridge.aws.prices import estimate, known_prices, prices_path
    from landbridge.cli.forecast import forecast, forecast_json
    from landbridge.design import design, rereleased
    from landbridge.intent import load

    document = load(file)
    lock = read_lock(lock_path(file))
    planned = design(document, lock)
    cloud, place = _asked_of(planned, aws, sandbox, endpoint)
    found = forecast(planned if release is None else rereleased(planned, release), cloud, place)
    if ask_quotas or cloud is not None:
        planned = design(document, lock, _asked(planned, cloud or asked_cloud()))
    if release is not None:
        planned = rereleased(planned, release)
    prices = known_prices(prices_path(file))
    if refresh_prices:
        prices = _refreshed(planned, prices, prices_path(file))
    price = estimate(planned, prices)
    if as_json:
        said = plan_json(planned, lock)
        findings = [*said.pop("findings"), *(finding.as_json() for finding in found.findings)]
        output.say_json(said | {"deployment": forecast_json(found), "price": price_json(price), "findings": findings})
    else:
        from landbridge.cli.planview import plan_view

        output.show(*plan_view(planned, lock, price, found))
    return 0


def _asked_of(planned: Design, aws: bool, sandbox: bool, endpoint: str | None) -> tuple[Cloud | None, str | None]:
    """The AWS that is to be asked, and what it is called."""
    if aws + sandbox + (endpoint is not None) > 1:
        raise LandbridgeError(error("schema", "--aws, --sandbox and --endpoint are different places.", None, "Take one of them."))
    if not (aws or sandbox or endpoint):
        return None, None
    import threading

    from landbridge.cli.deployment import cloud_of

    name = "the sandbox" if sandbox else endpoint or "the network's accounts"
    return cloud_of(planned.network, sandbox, endpoint, threading.Event()), name


def _asked(planned: Design, cloud: Cloud) -> dict[Quota, int]:
    """The accounts' own quotas. Where an account can't be asked, that is said, and AWS' defaults stay."""
    from landbridge.aws.calling import Answer, CallError, Place
    from landbridge.aws.quotas import NOT_THERE, asked_quotas
    from landbridge.aws.stacks.accounts import account_of
    from landbridge.design import quotas_of

    dumb: set[Place] = set()

    def ask(quota: Quota, operation: str, arguments: dict[str, str]) -> Answer | None:
        place = Place(account_of(quota), quota.region)
        if place in dumb:
            return None
        try:
            return cloud.call(place, "service-quotas", operation, **arguments)
        except CallError as problem:
            if problem.aws_code != NOT_THERE:
                dumb.add(place)
                output.note(f"Quotas of {place}: AWS' defaults are taken, for {problem.findings[0]}")
            return None

    return asked_quotas(quotas_of(planned.hub, planned.sites), ask)


def _refreshed(planned: Design, prices: Prices, path: Path) -> Prices:
    """Prices with the Price List's in their place, which are written down; what the list doesn't tell stays as it was."""
    cloud = asked_cloud()

    import datetime
    from functools import partial

    from landbridge.artifacts.files import write_atomically
    from landbridge.aws.calling import Place
    from landbridge.aws.price_list import REGION, listed_prices
    from landbridge.aws.prices import needs_of, prices_text
    from landbridge.aws.stacks.accounts import account_of

    ask = partial(cloud.call, Place(account_of(planned.hub), REGION), "pricing", "get_products")
    wanted = [(need.what, need.region) for need in needs_of(planned)]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    newer = list(listed_prices(wanted, ask, today))
    write_atomically(path, prices_text(newer))
    output.note(f"{len(newer)} of {len(set(wanted))} prices are now as listed on {today}, in {path}.")
    return prices.with_newer(newer)


def plan_json(planned: Design, lock: Lock) -> dict[str, Any]:
    """The plan for programs; its shape is documented in docs/json.md."""
    return {
        "network": planned.network,
        "hub": {"name": planned.hub.name, "region": planned.hub.region, "asn": planned.hub.asn},
        "sites": [{"name": site.name, "region": site.region, "asn": site.asn} for site in planned.sites],
        "overlaps": [{"prefix": str(overlap.prefix), "owners": list(overlap.owners)} for overlap in planned.overlaps],
        "translations": [
            {
                "site": one.site,
                "local": str(one.local),
                "global": str(one.global_),
                "pinned": one.pinned,
                "locked": lock.of(one.site).translations.get(one.local) == one.global_,
            }
            for one in planned.translations
        ],
        "gateways": [
            {
                "name": gateway.name,
                "site": gateway.site,
                "asn": gateway.asn,
                "role": gateway.role,
                "release": gateway.release,
                "subnet": None if gateway.subnet is None else str(gateway.subnet),
                "tunnels": [
                    {"name": tunnel.name, "inside": str(tunnel.inside), "aws": str(tunnel.aws), "gateway": str(tunnel.gateway)}
                    for tunnel in gateway.tunnels
                ],
            }
            for site in planned.sites
            for gateway in site.gateways
        ],
        "findings": [finding.as_json() for finding in planned.findings],
    }


def price_json(price: Estimate) -> dict[str, Any]:
    """An estimate of a month for programs, in dollars."""
    oldest, newest = price.as_of
    return {
        "currency": "USD",
        "month": float(round(price.total, 2)),
        "sites": [{"name": name, "month": float(round(usd, 2))} for name, usd in price.by_owner.items()],
        "kinds": [{"name": name, "month": float(round(usd, 2))} for name, usd in price.by_kind.items()],
        "as_of": {"oldest": oldest, "newest": newest},
        "borrowed": list(price.borrowed),
        "unknown": list(price.unknown),
    }
