"""Carrying the ground out: what differs from what stands is done, in as few processes as it can be.

Only for use inside the lab's own user, mount and network namespaces.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from landbridge.findings import LandbridgeError, error
from landbridge.lab.fabric import INTERNET
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.namespaces import NAMED, filter_at, inside, prepare, route_with
from landbridge.sandbox.following.ground import reading
from landbridge.sandbox.following.ground.difference import Difference, Work, difference
from landbridge.sandbox.following.ground.model import Ground

AT_ONCE = 4
# Nobody here speaks IPv6, and a kernel that does says so to every machine; nor does a cloud's router tell of better ways.
QUIET = {"ipv6/conf/all/disable_ipv6": "1", "ipv4/conf/all/send_redirects": "0", "ipv4/conf/default/send_redirects": "0"}
ANEW = "add table ip ground\ndelete table ip ground\n"


class Carrier:
    """What stands, and how it becomes what is wanted."""

    def __init__(self, root: GuestRoot) -> None:
        self._root = root
        self._stands = Ground()
        self._tried = Ground()
        self._doubtful: frozenset[str] = frozenset()

    def bring(self, wanted: Ground) -> None:
        """Make the ground what is wanted. It blocks. Raises LandbridgeError where something can't be done; what stands then is looked at
        the next time, and made right."""
        try:
            NAMED.mkdir(parents=True, exist_ok=True)
            if self._doubtful:
                self._stands = self._look()
                self._doubtful = frozenset()
            changes = difference(self._stands, wanted)
            self._tried, self._doubtful = wanted, changes.touched
            self._apply(changes)
        except (OSError, subprocess.SubprocessError) as problem:
            raise LandbridgeError(error("lab", f"what the cloud holds can't be made here: {problem}")) from None
        self._stands, self._doubtful = wanted, frozenset()

    def _apply(self, changes: Difference) -> None:
        for name, lines in changes.cut.items():
            route_with(name, lines, self._root)
        if changes.make:
            route_with(INTERNET, changes.make, self._root)
        self._each(_quiet, changes.settle)
        self._each(lambda name: self._work(name, changes.works[name]), changes.works)

    def _work(self, name: str, work: Work) -> None:
        """Filters first: what comes to be reachable is screened by then."""
        if work.devices:
            with inside(name):
                prepare()
        if work.nft is not None:
            filter_at(name, ANEW + work.nft, self._root)
        if work.batch:
            route_with(name, work.batch, self._root)

    def _each(self, do: Callable[[str], None], names: Iterable[str]) -> None:
        """In each namespace, some side by side. One that fails keeps no other from being done."""
        todo = list(names)
        if len(todo) < AT_ONCE:
            for name in todo:
                do(name)
            return
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for result in [pool.submit(do, name) for name in todo]:
                result.result()

    def _look(self) -> Ground:
        """What stands after a failure: the doubtful namespaces as the kernel says, the others as they were."""
        links = self._stands.links | self._tried.links
        found = {name: reading.devices(name) for name in {*self._stands.namespaces, *self._tried.namespaces}}
        standing = reading.standing(links, found)
        places = {}
        for name in sorted(name for name, there in found.items() if there is not None):
            if name in self._doubtful or name not in self._stands.namespaces:
                _quiet(name)
                ups = [device for link in standing for where, device in (link.near, link.far) if where == name]
                route_with(name, [f"link set {device} up" for device in ("lo", *ups)], self._root)
                raws = [link.far[1] for link in standing if link.raw and link.far[0] == name]
                route_with(name, [f"link set {device} promisc on" for device in raws], self._root)
                places[name] = reading.place(name, self._root)
            else:
                places[name] = self._stands.namespaces[name]
        return Ground(places, standing)


def _quiet(name: str) -> None:
    with inside(name):
        prepare()
        for path, value in QUIET.items():
            where = Path("/proc/sys/net", path)
            if where.exists():
                where.write_text(value)
