"""Statements that landbridge doesn't know the meaning of."""

from __future__ import annotations

from collections.abc import Iterator

from landbridge.findings import Finding, Severity
from landbridge.verify.checks.registry import check
from landbridge.verify.network import Network
from landbridge.vyos.comparing import Command, without_secret
from landbridge.vyos.router import Unread

MOST = 20  # of one router's statements that are shown


@check("not-represented")
def unread_statements(network: Network) -> Iterator[Finding]:
    """Every statement that may change what becomes of packets was understood.

    Passes where all of a router's text was read, but for logins, time, logs and the like.
    Notes, once a router, what wasn't: the proof holds for the router without these statements.
    Source: docs/vyos.md says what is read of each release line.
    """
    for name, router in network.routers.items():
        unread = sorted(router.unread, key=lambda one: one.line)
        if unread:
            file = network.places.router(name).file
            shown = tuple(f"{file}:{one.line}: {_shown(one)}" for one in unread[:MOST])
            more = (f"… and {len(unread) - MOST:,} more",) if len(unread) > MOST else ()
            count = "1 statement" if len(unread) == 1 else f"{len(unread):,} statements"
            yield Finding(
                "not-represented",
                Severity.NOTE,
                f"{count} of {name} {'is' if len(unread) == 1 else 'are'} not understood, and what is proved here leaves them out.",
                network.places.router(name, unread[0].line, " ".join(unread[0].path[:3])),
                "Judge for yourself whether they matter.",
                (*shown, *more),
            )


def _shown(one: Unread) -> str:
    return str(without_secret(Command("set", one.path)))
