"""`show vpn ike sa`: a heading, the two ends, and a table of one line, for each IKE SA; in every release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from landbridge.vyos.asking.answer import lines_of, not_understood
from landbridge.vyos.asking.model import DOWN, UP, IkeSa

COMMAND = "show vpn ike sa"
NOT_RUNNING = re.compile(r"ipsec (?:process )?(?:is )?not runn?ing\.?", re.IGNORECASE)
HEADING = "Peer ID / IP"
# State, [IKEVer,] Encrypt, Hash, D-H Group, NAT-T, A-Time, L-Time; 1.1 has no version
_ROW = re.compile(r"(up|down|init) +(?:IKEv([12]|n/a)? +)?\S+ +\S+ +\S+ +\S+ +(\d{1,9}|n/a) +(?:\d{1,9}|n/a)")


def ike_sas(text: str) -> tuple[IkeSa, ...]:
    """The IKE SAs of an answer; of none where IPsec isn't running. Raises LandbridgeError for what is no such answer."""
    found: list[IkeSa] = []
    for heading, body in blocks(lines_of(text, COMMAND), COMMAND):
        rows = [line for line in body if line.startswith(("up", "down", "init"))]
        if not rows:
            raise not_understood(COMMAND, "it ends within an SA", heading)
        for line in rows:
            match = _ROW.fullmatch(line)
            if match is None:
                raise not_understood(COMMAND, "a line isn't that of an SA", line)
            found.append(
                IkeSa(
                    None,
                    heading.split()[0],
                    UP if match[1] == "up" else DOWN,
                    int(match[2]) if match[2] in ("1", "2") else None,
                    int(match[3]) if match[3] != "n/a" else None,
                )
            )
    return tuple(found)


def blocks(lines: Sequence[str], command: str) -> Iterator[tuple[str, list[str]]]:
    """The parts of an answer that is a part a peer: the line with its two ends, and the lines of its table, without its headings."""
    position, last = 0, len(lines)
    while position < last:
        line = lines[position].strip()
        position += 1
        if not line or NOT_RUNNING.fullmatch(line):
            continue
        if not line.startswith(HEADING):
            raise not_understood(command, "it isn't what this command says", line)
        if position + 1 >= last or not lines[position + 1].strip():
            raise not_understood(command, "it ends within a heading", line)
        ends = lines[position + 1].strip()
        position += 2
        body = []
        while position < last and not lines[position].strip().startswith(HEADING):
            if not NOT_RUNNING.fullmatch(lines[position].strip()):
                body.append(lines[position].strip())
            position += 1
        yield ends, body
