"""Running a command in a host's (or a VPC router's) namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from landbridge.findings import LandbridgeError, error
from landbridge.lab.machine import Done
from landbridge.lab.namespaces import NAMED
from landbridge.lab.network import LabNetwork


async def run(lab: LabNetwork, name: str, words: Sequence[str], seconds: float) -> Done:
    """Run one of this computer's commands where `name` is: a host, or `vpc-<site>` for a VPC's router.

    Raises LandbridgeError where there is no such place, no such command, or no end within `seconds`.
    """
    places = [namespace.name for namespace in lab.fabric.namespaces]
    if name not in places or not (NAMED / name).exists():
        known = ", ".join([*lab.machines, *(place for place in places if (NAMED / place).exists())])
        raise LandbridgeError(error("name", f"nothing in the lab is called {name!r}", remedy=f"There are: {known}."))
    process = await asyncio.create_subprocess_exec(
        "nsenter",
        f"--net={NAMED / name}",
        "--",
        *words,
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
