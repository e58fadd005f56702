"""What a lab of artifacts can be asked for, beside what any lab can."""

from __future__ import annotations

import time

from landbridge.lab.faults import Faults
from landbridge.lab.network import LabNetwork
from landbridge.lab.serving import Service, Tell
from landbridge.lab.status import status
from landbridge.lab.wireformat import Message


def operations(lab: LabNetwork, process: int) -> Service:
    """The service of a lab; `process` is its outermost."""
    faults = Faults(lab)

    async def ask_status(_: Message, __: Tell) -> Message:
        return await status(lab, faults)

    async def ask_claims(_: Message, __: Tell) -> Message:
        return {"now": time.monotonic(), "claims": [claim.as_json() for claim in lab.roles.claims]}

    return Service(lab, faults, process, {"status": ask_status, "claims": ask_claims})
