"""The ways in for administrators: SSH, and VyOS' HTTPS API."""

from __future__ import annotations

from collections.abc import Iterator

from landbridge.vyos.router import AdminService
from landbridge.vyos.tree import Tree


def read_services(tree: Tree) -> tuple[AdminService, ...]:
    """What listens for administrators. The API is a way in by its keys, which are no passwords of people."""
    return tuple(_services(tree))


def _services(tree: Tree) -> Iterator[AdminService]:
    ssh = tree.get("service", "ssh")
    if ssh is not None:
        yield AdminService("ssh", _ports(ssh.values("port"), 22), not ssh.has("disable-password-authentication"), ssh.line)
    api = tree.get("service", "https", "api")
    if api is not None:
        https = tree.get("service", "https") or Tree()
        hosts = [host for name in https.values("virtual-host") if (host := https.get("virtual-host", name)) is not None]
        named = (word for place in (https, *hosts) for leaf in ("port", "listen-port") for word in place.values(leaf))
        yield AdminService("https", _ports(tuple(named), 443), False, api.line)


def _ports(words: tuple[str, ...], default: int) -> tuple[int, ...]:
    """The ports that are named, or the default; what is no port is the router's to refuse."""
    return tuple(int(word) for word in words if word.isascii() and word.isdigit() and len(word) <= 5) or (default,)
