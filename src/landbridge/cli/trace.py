"""`landbridge trace`: one packet's way and its reply's, hop by hop, from the artifacts alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.options import json_option
from landbridge.cli.verify_input import directory_option, network_to_verify, release_option

if TYPE_CHECKING:
    from landbridge.findings import Where
    from landbridge.verify import Hop, Service, Way
    from landbridge.verify.exchanges import Endpoint

DEFAULT_PORT = 7  # echo, which the lab's hosts answer on


@click.command()
@click.argument("words", metavar="[FILE] SRC DST", nargs=-1)
@directory_option
@release_option
@click.option("--protocol", default="icmp", show_default=True, type=click.Choice(["icmp", "tcp", "udp"]), help="What is sent.")
@click.option("--port", type=click.IntRange(1, 65535), help=f"The port it is sent to (TCP and UDP; left out: {DEFAULT_PORT}).")
@json_option
def trace(words: tuple[str, ...], directory: Path | None, release: str | None, protocol: str, port: int | None, as_json: bool) -> int:
    """Follow one packet from SRC to DST, hop by hop, with every rewrite, and its reply back.

    SRC is a host (singapore-4) or an address in a VPC; where several VPCs have it, say which: virginia/172.88.88.10. DST is a host, an
    address in a VPC written so, or an address as SRC's site knows it. Of equal ways one is shown, and each that fares otherwise; --json has
    all. FILE is rendered in memory; nothing is written and nothing is sent.

    \b
    Examples:
      landbridge trace singapore-4 virginia-4
      landbridge trace four-regions.yaml singapore/172.88.88.10 192.168.1.10 --protocol tcp --port 443
      landbridge trace --artifacts build tokyo-1 dublin-2

    \b
    Exit status:
      0  the packet arrives and its reply comes back, whichever way they take
      1  one of them doesn't
      2  not traced: what was to be read is missing or can't be understood, or there is no such host or address
    """
    from landbridge.cli.trace_ends import ends_of
    from landbridge.verify import Service
    from landbridge.verify import trace as follow

    if not 2 <= len(words) <= 3:
        raise click.UsageError("Give the packet's SRC and DST, and before them the network file if it isn't network.yaml.")
    if port is not None and protocol == "icmp":
        raise click.UsageError("ICMP has no ports. Add --protocol tcp or --protocol udp.")
    file = Path(words[0] if len(words) == 3 else "network.yaml")
    network, _ = network_to_verify(file, directory, release)
    source, destination = ends_of(network.manifest, words[-2], words[-1])
    service = Service(protocol, 0 if protocol == "icmp" else port or DEFAULT_PORT)
    ways = follow(network, source, destination, service)
    ok = bool(ways) and all(way.ok for way in ways)
    if as_json:
        output.say_json({"ok": ok, **trace_json(source, destination, service, ways)})
    else:
        from landbridge.cli.traceview import ways_view

        output.show(*ways_view(source, destination, str(service), ways))
    return 0 if ok else 1


def trace_json(source: Endpoint, destination: Endpoint, service: Service, ways: tuple[Way, ...]) -> dict[str, Any]:
    """The ways for programs; their shape is documented in docs/json.md."""
    return {
        "from": {"name": source.name, "vpc": source.vpc, "address": str(source.local)},
        "to": {"name": destination.name, "vpc": destination.vpc or None, "address": str(destination.known)},
        "protocol": service.protocol,
        "port": service.port or None,
        "ways": [
            {
                "ok": way.ok,
                "code": way.code or None,
                "ended": way.ended,
                "where": _where(way.where),
                "there": [_hop(hop) for hop in way.there],
                "back": [_hop(hop) for hop in way.back],
            }
            for way in ways
        ],
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "node": hop.node,
        "event": hop.event,
        "source": hop.source,
        "destination": hop.destination,
        "where": _where(hop.where),
    }


def _where(where: Where | None) -> dict[str, Any] | None:
    return None if where is None else {"file": where.file, "line": where.line, "column": where.column, "path": where.path}
