"""What the lock holds after a design: the next lock."""

from __future__ import annotations

from collections.abc import Iterable

from landbridge.design.lock import Held, Lock
from landbridge.design.model import SitePlan


def relock(lock: Lock, sites: Iterable[SitePlan]) -> Lock:
    """The lock with the choices now in force added: what was held before stays, but where a site's own choice replaces it."""
    now = {
        site.name: Held(
            site.asn,
            {**lock.of(site.name).translations, **{one.local: one.global_ for one in site.translations}},
            {**lock.of(site.name).inside, **{tunnel.name: tunnel.inside for gateway in site.gateways for tunnel in gateway.tunnels}},
        )
        for site in sites
    }
    return Lock({**lock.sites, **now})
