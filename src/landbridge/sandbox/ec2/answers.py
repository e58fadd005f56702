"""The calls of EC2 that are answered here instead of by the emulator: a table of functions, each named as its action."""

from __future__ import annotations

from landbridge.sandbox.ec2 import addressing, customers, hubroutes, hubs, prefixes
from landbridge.sandbox.vpn import answers as vpn

ANSWERS = (*hubs.ANSWERS, *hubroutes.ANSWERS, *prefixes.ANSWERS, *customers.ANSWERS, *addressing.ANSWERS, *vpn.ANSWERS)


def install() -> None:
    """Puts each into the emulator's class."""
    from moto.ec2.responses import EC2Response

    for answer in ANSWERS:
        setattr(EC2Response, answer.__name__, answer)
