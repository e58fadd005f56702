"""What a gateway's security group lets in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from landbridge.design.model import SecurityRule

IKE, NAT_TRAVERSAL, SSH = 500, 4500, 22


def rules_of(
    others: Iterable[tuple[str, IPv4Address]], tunnels: Iterable[str], admin: Iterable[IPv4Network], cidrs: Iterable[IPv4Network]
) -> Iterator[SecurityRule]:
    """The rules of one gateway: its tunnels' AWS ends, the administrators, the pair's other gateway, its own VPC.

    `others` are the names and secondary addresses of those that watch it. Security groups remember: answers need no rule.
    """
    for tunnel in tunnels:
        outside = f"${{outside:{tunnel}}}"
        yield SecurityRule("udp", (IKE, NAT_TRAVERSAL), outside, f"IKE of {tunnel}")
        yield SecurityRule("esp", (), outside, f"IPsec of {tunnel}")
    for cidr in admin:
        yield SecurityRule("tcp", (SSH,), str(cidr), "administrators")
    for other, secondary in others:
        yield SecurityRule("vrrp", (), f"{secondary}/32", f"{other} watches")
    for cidr in cidrs:
        yield SecurityRule("all", (), str(cidr), "the VPC's own packets, which the gateway forwards")
