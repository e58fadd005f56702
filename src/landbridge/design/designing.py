"""From a network file to a design: every choice made, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from landbridge.design.addresses import public_addresses
from landbridge.design.asns import asns_of
from landbridge.design.claims import claims_of
from landbridge.design.concern import accepted
from landbridge.design.inside import inside_of
from landbridge.design.lock import Lock
from landbridge.design.login import open_logins
from landbridge.design.model import Design
from landbridge.design.names import check_hubs, check_names
from landbridge.design.overlaps import overlaps_of
from landbridge.design.places import places_of
from landbridge.design.plans import Choices, admin_of, hub_plan, site_plan
from landbridge.design.quotas import Quota, near_quotas
from landbridge.design.release import check_releases
from landbridge.design.relocking import relock
from landbridge.design.settings import settings_of
from landbridge.design.translation import translations_of
from landbridge.design.vpcs import check_hub_subnets, check_vpcs
from landbridge.findings import LandbridgeError
from landbridge.intent.document import Document

_EMPTY = Lock.empty()


def design(document: Document, lock: Lock = _EMPTY, quotas: Mapping[Quota, int] | None = None) -> Design:
    """The design of a network file, with what the lock holds kept; `Design.lock` is the lock to write back.

    Asks no cloud and changes nothing. `quotas` are those that accounts were asked for; for others AWS' defaults hold. `Design.findings` has
    warnings and notes. Raises LandbridgeError with every error at once.
    """
    network = document.network
    settings = settings_of(network)
    claims = claims_of(network)

    translations, untranslatable = translations_of(document, claims, lock)
    asns, asn_conflicts = asns_of(document, lock)
    inside, inside_conflicts = inside_of(document, settings, lock)
    places, misplaced = places_of(document, settings)
    errors = [
        *check_names(document, settings),
        *check_hubs(document),
        *check_vpcs(document),
        *check_hub_subnets(document, claims),
        *check_releases(document, settings),
        *untranslatable,
        *asn_conflicts,
        *inside_conflicts,
        *misplaced,
    ]
    if errors:
        raise LandbridgeError(*errors)

    choices = Choices(settings, translations, asns, inside, places)
    hub = hub_plan(network)
    sites = tuple(site_plan(network, name, choices) for name in network.sites)
    concerns = [*public_addresses(document, translations), *near_quotas(document, hub, sites, quotas or {}), *open_logins(document)]
    return Design(
        network=network.network,
        hub=hub,
        sites=sites,
        overlaps=overlaps_of(claims),
        admin=admin_of(network),
        findings=accepted(document, concerns),
        accept=network.accept,
        vpn=network.vpn,
        lock=relock(lock, sites),
        tags=network.tags,
    )
