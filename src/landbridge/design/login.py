"""A warning where anybody, or nobody, may log in to the gateways."""

from __future__ import annotations

from collections.abc import Iterator

from landbridge.design.concern import Concern
from landbridge.findings import warning
from landbridge.intent.document import Document


def open_logins(document: Document) -> Iterator[Concern]:
    """SSH open to the world; no network or no key to log in from and with."""
    admin = document.network.admin
    if not document.network.sites:
        return
    for at, cidr in enumerate(admin.cidrs):
        if cidr.prefixlen == 0:
            yield Concern(
                warning(
                    "open-admin",
                    f"SSH to every gateway is open to the world, {cidr}.",
                    document.where("admin", "cidrs", at),
                    "Write the administrators' own prefixes.",
                )
            )
    missing = [what for what, there in (("cidrs", admin.cidrs), ("ssh_keys", admin.ssh_keys)) if not there]
    if missing:
        keys = " and ".join(f"admin.{what}" for what in missing)
        yield Concern(
            warning(
                "open-admin",
                f"nobody can log in to a gateway: {keys} {'is' if len(missing) == 1 else 'are'} empty.",
                document.where("admin"),
                "Write them.",
            )
        )
