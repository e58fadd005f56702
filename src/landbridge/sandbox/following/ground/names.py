"""Names and numbers of what stands in the ground. They follow from ids alone, so that a thing keeps its own whatever else changes."""

from __future__ import annotations

from hashlib import sha256

INTERNET_GATEWAY = "igw"  # a VPC's end of the link to the Internet
HUB_OUTSIDE_WIRE, HUB_INSIDE_WIRE = 0, 1
HUB = "hub"  # the end of a hub's own machine among its attachments
FIRST_TABLE, TABLES = 1000, 2**31 - 2000


def vpc(number: str) -> str:
    return f"vpc-{number}"


def hub(number: str) -> str:
    return f"tgw-{number}"


def device(letter: str, thing: str) -> str:
    """A device's name, of 13 letters: an id has more than the 15 that a kernel takes."""
    return letter + _digest(thing)[:12]


def interface(number: str) -> str:
    return device("e", number)


def attachment(number: str) -> str:
    """In a VPC, the end of the link to a hub; among a hub's attachments, the end of the link to a VPC."""
    return device("t", number)


def host(name: str) -> str:
    return device("h", name)


def outside(number: str) -> str:
    """In the Internet, the end of the link to a VPC or a hub's machine."""
    return device("o", number)


def table(number: str) -> int:
    """A kernel's routing table for one of the cloud's. Few are in one namespace."""
    return FIRST_TABLE + int(_digest(number)[:12], 16) % TABLES


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
