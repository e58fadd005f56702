"""The names of machines' wires: who makes the fabric and who starts a machine find each other by them."""

from __future__ import annotations

import hashlib

from landbridge.lab.fabric import Wire


def raw(machine: str, number: int) -> str:
    """The device beside the supervisor that a machine's kernel opens: the same for as long as there is the machine, with 15 letters."""
    return f"w{number}{hashlib.sha256(machine.encode()).hexdigest()[:13]}"


def wire(machine: str, number: int, namespace: str, device: str) -> Wire:
    return Wire(machine, number, namespace, device, raw(machine, number))
