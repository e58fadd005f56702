"""Running a command in a host's (or a VPC router's) namespace."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from landbridge.findings import LandbridgeError, error
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.laboratory import FOLDER, Laboratory
from landbridge.lab.machine import Done
from landbridge.lab.namespaces import NAMED

# What a small Debian lacks and one wants in a host. Busybox is no place for the others: its own are poor.
BORROWED = {"ip": "bin/ip", "ss": "bin/ss", "tc": "sbin/tc", "nft": "usr/sbin/nft", "iperf3": "usr/bin/iperf3"}
BUSYBOX = ("nc", "ping", "traceroute", "wget")


async def run(lab: Laboratory, name: str, words: Sequence[str], seconds: float) -> Done:
    """Run one of this computer's commands where `name` is: a host, or `vpc-<site>` for a VPC's router. What it lacks, the guest root lends.

    Raises LandbridgeError where there is no such place, no such command, or no end within `seconds`.
    """
    places = lab.places
    if name not in places or not (NAMED / name).exists():
        known = ", ".join([*lab.machines, *(place for place in places if (NAMED / place).exists())])
        raise LandbridgeError(error("name", f"nothing in the lab is called {name!r}", remedy=f"There are: {known}."))
    process = await asyncio.create_subprocess_exec(
        "nsenter",
        f"--net={NAMED / name}",
        "--",
        *words,
        env={**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:{_borrowed(lab.root)}"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        raise LandbridgeError(
            error("lab", f"the command hasn't ended within {seconds:g} s", remedy="Give it more with --seconds.")
        ) from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    return Done(process.returncode or 0, out, err)


def _borrowed(root: GuestRoot) -> Path:
    """A folder, on the lab's tmpfs, of commands that run the guest root's programs with its own libraries. For the end of the PATH."""
    folder = FOLDER / ".borrowed"  # no machine has such a name
    if not folder.is_dir():
        folder.mkdir()
        lent = {name: root.tool(path) for name, path in BORROWED.items()}
        lent |= {name: [str(root.folder / "bin/busybox"), name] for name in BUSYBOX}
        for name, command in lent.items():
            (folder / name).write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
            (folder / name).chmod(0o755)
    return folder
