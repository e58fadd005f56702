"""A router that isn't one: its configurations, its timers, and what a broken management path does to whoever is logged in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.vyos.asking import answers

from landbridge.vyos.text import parse, print_set
from landbridge.vyos.tree import Tree

MINUTE_S = 0.6


def copy(tree: Tree) -> Tree:
    return parse(print_set(tree), "copy")


class FakeRouter:
    """Running and saved configuration. `open_when` says of a configuration whether the router can be managed with it.

    A reboot is at once: it drops every connection and boots the saved configuration.
    """

    def __init__(self, release: str, text: str, open_when: Callable[[Tree], bool] = lambda _: True) -> None:
        self.release = release
        self.running = parse(text, "running")
        self.saved = copy(self.running)
        self.open_when = open_when
        self.lock = threading.RLock()
        self.drop: list[Callable[[], None]] = []
        self.timers: dict[str, threading.Timer] = {}
        self.reboots = 0
        self.log: list[str] = []
        self.refuse: str | None = None
        self.jobs = 0
        self.silent = False  # a firewall that drops packets: nobody is told that a connection has ended
        self.tunnels_up: Callable[[Tree], bool] = lambda _: True

    @property
    def open(self) -> bool:
        return self.open_when(self.running)

    def commit(self, candidate: Tree) -> str:
        """What a commit says; nothing if it succeeds."""
        with self.lock:
            if self.refuse is not None and print_set(candidate).find(self.refuse) >= 0:
                return f"[[{self.refuse}]] failed\nCommit failed\n"
            self.running = copy(candidate)
        return ""

    def cut(self) -> None:
        """Drop whoever is connected, where nobody can manage the router any more."""
        if not self.open and not self.silent:
            self.drop_all()

    def drop_all(self) -> None:
        for one in list(self.drop):
            one()

    def save(self) -> None:
        with self.lock:
            self.saved = copy(self.running)

    def schedule(self, name: str, minutes: float) -> None:
        timer = threading.Timer(minutes * MINUTE_S, self.reboot)
        timer.daemon = True
        self.timers[name] = timer
        timer.start()

    def cancel(self, name: str) -> bool:
        timer = self.timers.pop(name, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    def reboot(self) -> None:
        with self.lock:
            self.reboots += 1
            self.running = copy(self.saved)
            self.timers.clear()
        self.drop_all()

    def answer(self, command: str) -> str | None:
        """What an operational command says; None if there is no such command."""
        new = self.release not in ("1.1", "1.2", "1.3")
        up = self.tunnels_up(self.running)
        said = {
            "show version": f"\nVersion:          VyOS {self.release}.8\nRelease train:    x\n",
            "show configuration commands": print_set(self.running),
            "show date": "Tue Nov 24 00:29:10 UTC 2026\n",
            "show vpn ike sa": answers.IKE_1_4 if new else answers.IKE_1_1,
            "show vpn ipsec sa": answers.IPSEC_1_4 if new else answers.IPSEC_1_1,
            "show ip bgp summary": answers.BGP_1_5 if new else answers.BGP_1_1,
            "sudo /usr/libexec/vyos/op_mode/ipsec.py show_sa --raw": answers.IPSEC_RAW,
            "vtysh -c 'show bgp ipv4 unicast summary json'": '{"peers": {"169.254.12.77": {"state": "Established", "pfxRcd": 8}}}',
        }.get(command)
        if said is not None and not up and ("sa" in command.split() or "show_sa" in command):
            return "[]" if "raw" in command else ""
        return said


@contextmanager
def stopping(router: FakeRouter) -> Iterator[FakeRouter]:
    try:
        yield router
    finally:
        for timer in router.timers.values():
            timer.cancel()
        router.drop_all()
