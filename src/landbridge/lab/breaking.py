"""How things are broken: packets dropped, pairs split, zones isolated, wires slow and lossy. Who breaks what is `faults`' business."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from landbridge.findings import LandbridgeError, error
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.machine import Machine
from landbridge.lab.namespaces import filter_at, filter_with

QUALITY_MODULES = "sch_netem sch_ingress ifb act_mirred cls_matchall"


async def cut(addresses: Iterable[IPv4Address], root: GuestRoot) -> None:
    """The Internet drops what goes to or comes from these addresses, and from now on no others; nobody is told."""
    named = ", ".join(sorted(map(str, addresses)))
    text = "add table ip faults\ndelete table ip faults\n"
    if named:
        text += f"""table ip faults {{
  chain cut {{
    type filter hook forward priority -10
    ip saddr {{ {named} }} drop
    ip daddr {{ {named} }} drop
  }}
}}
"""
    await asyncio.to_thread(filter_with, text, root)


async def split(namespace: str, whether: bool, root: GuestRoot) -> None:
    """A VPC carries no VRRP any more, or again."""
    rule = "    ip protocol 112 drop\n" if whether else ""
    chain = f"  chain split {{\n    type filter hook forward priority -10\n{rule}  }}\n"
    text = f"add table ip faults\ndelete table ip faults\ntable ip faults {{\n{chain}}}\n"
    await asyncio.to_thread(filter_at, namespace, text, root)


async def isolate(namespace: str, prefixes: Iterable[IPv4Network], devices: Iterable[str], root: GuestRoot) -> None:
    """A VPC's router passes on nothing from or to these prefixes and devices, and from now on everything else again."""
    text = "add table ip isolated\ndelete table ip isolated\n"
    addresses, wires = ", ".join(map(str, prefixes)), ", ".join(devices)
    rules = [f"ip {side} {{ {addresses} }} drop" for side in ("saddr", "daddr") if addresses]
    rules += [f"{side} {{ {wires} }} drop" for side in ("iifname", "oifname") if wires]
    if rules:
        lines = "".join(f"    {rule}\n" for rule in rules)
        text += f"table ip isolated {{\n  chain isolated {{\n    type filter hook forward priority -20\n{lines}  }}\n}}\n"
    await asyncio.to_thread(filter_at, namespace, text, root)


async def degrade(machine: Machine, device: str, delay_ms: float, loss_percent: float) -> None:
    """Both ways: out of the machine, and, by way of an intermediate device, into it."""
    quality = f"netem delay {delay_ms:g}ms loss {loss_percent:g}%"
    done = await machine.run(
        f"modprobe -a {QUALITY_MODULES} && ip link set ifb0 up && tc qdisc replace dev {device} root {quality}"
        f" && tc qdisc replace dev ifb0 root {quality} && (tc qdisc add dev {device} ingress 2>/dev/null; true)"
        f" && tc filter replace dev {device} parent ffff: handle 1 prio 1 matchall action mirred egress redirect dev ifb0"
    )
    if done.status:
        raise LandbridgeError(error("lab", f"the wire of {machine.name} can't be made worse: {done.err.decode(errors='replace').strip()}"))


async def restore(machine: Machine, device: str) -> None:
    """A wire as good as new."""
    await machine.run(f"tc qdisc del dev {device} root; tc qdisc del dev {device} ingress")
