"""Virtual tunnel interfaces, as lines for `ip -batch`."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

VTI_MTU = 1436
# A kernel that merges what it has decrypted into larger packets (GRO) and sends them on garbles them: each second packet of a merged
# one starts with the first one's ESP trailer (seen with 6.1's ip_vti and UML's vector devices).
NO_MERGING = "gro_max_size 1"


def vti(name: str, mark: int, local: IPv4Address, remote: IPv4Address, address: str, mtu: int) -> list[str]:
    """A virtual tunnel interface. It starts down; on a gateway whoever negotiates the tunnel raises it, as on VyOS."""
    return [
        f"link add {name} type vti local {local} remote {remote} key {mark}",
        f"addr add {address} dev {name}",
        f"link set {name} mtu {mtu}",
        f"link set {name} {NO_MERGING}",
    ]


def decapsulate(devices: Iterable[str]) -> str:
    """A line for the shell: the kernel would look for a policy for what a VTI has already decrypted."""
    names = " ".join(devices)
    return f"for v in {names}; do echo 1 >/proc/sys/net/ipv4/conf/$v/disable_policy; done" if names else ""
