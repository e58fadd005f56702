"""`swanctl --list-sas`: what `show vpn ipsec sa detail` passes on from 1.4 on, and what the lab's gateways answer."""

from __future__ import annotations

import re

from landbridge.vyos.asking.answer import LONGEST, not_understood
from landbridge.vyos.asking.model import ChildSa, IkeSa

COMMAND = "swanctl --list-sas"
_CONNECTION = re.compile(r"^(\S{1,200}): #\d{1,19}, (\w{1,40}), IKEv([12])", re.MULTILINE)
_REMOTE = re.compile(r"^ {1,16}remote +'[^'\n]{0,200}' @ ([0-9a-fA-F.:]{2,45})\[", re.MULTILINE)
_ESTABLISHED = re.compile(r"^ {1,16}established (\d{1,12})s ago", re.MULTILINE)
_BYTES = re.compile(r"^ {1,16}(in|out) [^\n]{1,80}, {1,16}(\d{1,18}) bytes,", re.MULTILINE)


def swanctl_sas(text: str) -> tuple[tuple[IkeSa, ...], tuple[ChildSa, ...]]:
    """The IKE SAs of an answer, and for each one child: all of its children's bytes together.

    What is no such answer has none: charon's own words (it isn't there, it is starting) come the same way. Raises LandbridgeError only
    where there is too much of it.
    """
    if len(text) > LONGEST:
        raise not_understood(COMMAND, f"it has {len(text):,} characters")
    ikes, children = [], []
    starts = [*_CONNECTION.finditer(text)]
    ends = [*(start.start() for start in starts), len(text)][1:]
    for start, end in zip(starts, ends, strict=False):
        body = text[start.start() : end]
        remote = _REMOTE.search(body)
        since = _ESTABLISHED.search(body)
        count = {"in": 0, "out": 0}
        for way, octets in _BYTES.findall(body):
            count[way] += int(octets)
        ikes.append(IkeSa(start[1], remote[1] if remote else "", start[2], int(start[3]), int(since[1]) if since else None))
        up = start[2] == "ESTABLISHED" and "INSTALLED" in body
        uptime = int(since[1]) if since else None
        children.append(ChildSa(start[1], remote[1] if remote else None, up, count["in"], count["out"], uptime))
    return tuple(ikes), tuple(children)
