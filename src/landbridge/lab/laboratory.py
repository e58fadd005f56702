"""A lab as its clients see it, wherever its plan comes from: places, machines, hosts, and probes between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from landbridge.findings import LandbridgeError, error
from landbridge.lab.fabric import Host
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.machine import Machine
from landbridge.lab.probing import Pair, Probe, Prober, Protocol, pairs

FOLDER = Path("/run/landbridge")  # on the lab's own tmpfs: what it writes goes with it


class Laboratory(ABC):
    """What stands in a lab may change while it lives: each property says what is there now."""

    root: GuestRoot
    prober: Prober

    @property
    @abstractmethod
    def machines(self) -> Mapping[str, Machine]:
        """The machines, by the names that people use."""

    @property
    @abstractmethod
    def hosts(self) -> Sequence[Host]:
        """The hosts that probe."""

    @property
    @abstractmethod
    def places(self) -> Sequence[str]:
        """The namespaces that stand."""

    @abstractmethod
    def wire_of(self, machine: str) -> tuple[str, str] | None:
        """The namespace and the device at the other end of a machine's first wire."""

    @abstractmethod
    async def down(self) -> None:
        """End everything."""

    def machine(self, name: str) -> Machine:
        """A machine by name. Raises LandbridgeError that lists the names."""
        if name not in self.machines:
            raise LandbridgeError(
                error("name", f"no machine of the lab is called {name!r}", remedy=f"There are: {', '.join(self.machines) or 'none'}.")
            )
        return self.machines[name]

    def choose(self, source: str | None, destination: str | None) -> list[Pair]:
        """The pairs between two hosts, sites or hubs (None: any). Raises LandbridgeError where a name is unknown or nothing matches."""
        for name in (source, destination):
            if name is not None and not any(name in (host.name, host.vpc) for host in self.hosts):
                known = ", ".join(host.name for host in self.hosts) or "none"
                raise LandbridgeError(
                    error("name", f"no host, site or hub of the lab is called {name!r}", remedy=f"The hosts are: {known}.")
                )
        chosen = [
            pair
            for pair in pairs(self.hosts)
            if (source is None or source in (pair.source.name, pair.source.vpc))
            and (destination is None or destination in (pair.destination.name, pair.destination.vpc))
        ]
        if chosen:
            return chosen
        if source is not None and destination is not None:
            raise LandbridgeError(error("name", f"{source} and {destination} are in one VPC: no probe goes through the network"))
        raise LandbridgeError(error("lab", "there are no two hosts in different VPCs to probe between"))

    async def probe(self, chosen: Iterable[Pair], protocols: Sequence[Protocol], seconds: float) -> list[Probe]:
        """Probe pairs of hosts; one that fails gets a second chance, for a busy computer loses packets too."""
        asked = [(pair, protocol) for pair in chosen for protocol in protocols]
        first = await self.prober.probe_each(asked, seconds)
        again = [number for number, probe in enumerate(first) if not probe.ok]
        second = await self.prober.probe_each([asked[number] for number in again], seconds)
        return [*{**dict(enumerate(first)), **dict(zip(again, second, strict=True))}.values()]
