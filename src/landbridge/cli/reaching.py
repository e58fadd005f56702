"""How routers are reached over SSH: the options that say so, and what makes a connection."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from landbridge.findings import LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.vyos.delivery import Connect

SSH_PORT = 22

existing = click.Path(path_type=Path, exists=True, dir_okay=False)
user_option = click.option("--user", default="vyos", show_default=True, help="Who logs in over SSH.")
key_option = click.option("--key", "key_file", metavar="FILE", type=existing, help="The private key; left out: the agent's and your own.")
known_hosts_option = click.option("--known-hosts", metavar="FILE", type=existing, help="Host keys; left out: your own known_hosts.")


def over_ssh(host: str, port: int | None, user: str, key_file: Path | None, known_hosts: Path | None) -> Connect:
    """What makes a connection to a router, each time it is called. Raises LandbridgeError where what it takes isn't installed."""
    try:
        from landbridge.vyos.delivery.shell import SshAccess
        from landbridge.vyos.delivery.ssh import SshSession
    except ImportError:
        remedy = "Install it: `pip install 'landbridge[push]'`."
        raise LandbridgeError(error("tool-missing", "reaching routers over SSH needs netmiko.", None, remedy)) from None
    access = SshAccess(host, port or SSH_PORT, user, key_file, known_hosts, os.environ.get("LANDBRIDGE_SSH_PASSWORD"))
    return lambda: SshSession(access)
