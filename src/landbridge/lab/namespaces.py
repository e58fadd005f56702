"""Carrying the fabric's plan out: this process' own and other network namespaces, their sysctls, links, routes and filters.

Only for use inside the lab's own user, mount and network namespaces.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from landbridge.findings import LandbridgeError, error
from landbridge.lab.fabric import INTERNET, Fabric, Namespace
from landbridge.lab.guestroot import GuestRoot

CLONE_NEWNET = 0x40000000
NAMED = Path("/run/netns")
SIOCETHTOOL = 0x8946
# ETHTOOL_STXCSUM, _STSO, _SGSO, _SGRO of linux/ethtool.h: a packet that leaves for a machine's raw socket must be whole
OFFLOADS = (0x17, 0x1F, 0x24, 0x2C)
SYSCTLS = {
    "ip_forward": "1",
    "conf/all/proxy_arp": "1",
    "conf/all/rp_filter": "0",
    "conf/default/rp_filter": "0",
}

_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """This thread in another namespace for a while; sockets made there stay there. Never across an await."""
    if namespace == INTERNET:
        yield
        return
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        there = os.open(NAMED / namespace, os.O_RDONLY)
        try:
            _enter(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _enter(home)
    finally:
        os.close(home)


def _enter(handle: int) -> None:
    if _libc.setns(handle, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def build(fabric: Fabric, root: GuestRoot) -> None:
    """Make the namespaces, links, addresses, routes and filters of a fabric. Raises LandbridgeError with the tool's own words."""
    NAMED.mkdir(exist_ok=True)
    _feed([*root.tool("bin/ip"), "-batch", "-"], "\n".join(fabric.batch))
    for namespace in fabric.namespaces:
        with inside(namespace.name):
            _settle(namespace, root)


def prepare() -> None:
    """Sysctls of the namespace that this thread is in, and offloads off on all its devices. May be done again."""
    for name, value in SYSCTLS.items():
        Path("/proc/sys/net/ipv4", name).write_text(value)
    _offloads_off()


def _settle(namespace: Namespace, root: GuestRoot) -> None:
    prepare()
    _feed([*root.tool("bin/ip"), "-batch", "-"], "\n".join(namespace.batch))
    if namespace.nft:
        filter_with(namespace.nft, root)


def filter_with(text: str, root: GuestRoot) -> None:
    """Load an nft text into the namespace that this thread is in."""
    _feed([*root.tool("usr/sbin/nft"), "-f", "-"], text)


def filter_at(namespace: str, text: str, root: GuestRoot) -> None:
    """Load an nft text into a namespace."""
    with inside(namespace):
        filter_with(text, root)


def route_with(namespace: str, lines: Iterable[str], root: GuestRoot) -> None:
    """Run `ip -batch` lines in a namespace."""
    with inside(namespace):
        _feed([*root.tool("bin/ip"), "-batch", "-"], "\n".join(lines))


def _offloads_off() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        for _, device in socket.if_nameindex():
            for command in OFFLOADS:
                value = ctypes.create_string_buffer(struct.pack("II", command, 0))
                request = struct.pack("16sP", device.encode(), ctypes.addressof(value))
                # a device without the feature (lo, for one) refuses, and needs nothing
                try:
                    fcntl.ioctl(handle, SIOCETHTOOL, request)
                except OSError:
                    continue


def _feed(command: list[str], text: str) -> None:
    done = subprocess.run(command, input=text, text=True, capture_output=True, timeout=60, check=False)
    if done.returncode:
        said = done.stderr.strip() or f"exit status {done.returncode}"
        raise LandbridgeError(error("lab", f"the lab's fabric can't be made: {said}"))
