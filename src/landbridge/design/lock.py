"""The lock: choices once made, so that adding, removing or re-ordering sites never moves another's address or ASN.

It is a pure value here; `landbridge.artifacts` reads and writes its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network


@dataclass(frozen=True, slots=True)
class Held:
    """What one site holds: its ASN, its translations (local prefix to global prefix), its inside ranges by tunnel name."""

    asn: int | None = None
    translations: Mapping[IPv4Network, IPv4Network] = field(default_factory=dict)
    inside: Mapping[str, IPv4Network] = field(default_factory=dict)


NOTHING = Held()


@dataclass(frozen=True, slots=True)
class Lock:
    """What every site holds, by name: of sites that are gone too, until `forget`."""

    sites: Mapping[str, Held] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Lock:
        return cls()

    def of(self, site: str) -> Held:
        """What a site holds; nothing, if the lock doesn't know it."""
        return self.sites.get(site, NOTHING)


def forget(lock: Lock, site: str) -> Lock:
    """The lock without anything of the named site: what it held may be given to others, and it may get something else itself."""
    return Lock({name: held for name, held in lock.sites.items() if name != site})
