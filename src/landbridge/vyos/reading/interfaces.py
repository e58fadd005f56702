"""Interfaces: Ethernet, VTI and the loopback, their addresses, and how the MSS of what passes them is clamped."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Interface

from landbridge.vyos.reading.statement import Statement
from landbridge.vyos.router import Interface, MssPolicy

# What concerns the link, not the packets on it.
_LINK = (
    "description",
    "hw-id",
    "duplex",
    "speed",
    "smp_affinity",
    "offload",
    "ring-buffer",
    "disable-flow-control",
    "disable-link-detect",
    "mac",
)


def read_interfaces(root: Statement) -> tuple[Interface, ...]:
    """Every Ethernet interface and VTI that isn't disabled, and the loopback where it has addresses."""
    clamped = _firewall_options(root)
    found = [
        interface
        for kind in ("ethernet", "vti", "loopback")
        for statement in root.each("interfaces", kind)
        if (interface := _interface(statement, clamped)) is not None
    ]
    return tuple(interface for interface in found if interface.name != "lo" or interface.addresses)


def _firewall_options(root: Statement) -> Mapping[str, int]:
    """1.2 and 1.3 clamp the MSS in `firewall options`: of SYN packets going out at the interface."""
    clamped = {}
    for statement in root.each("firewall", "options", "interface"):
        if statement.has("disable"):
            statement.ignore()
        elif statement.has("adjust-mss") and (mss := statement.number("adjust-mss", least=500, most=65535)) is not None:
            clamped[statement.word] = mss
    return clamped


def _interface(statement: Statement, clamped: Mapping[str, int]) -> Interface | None:
    if statement.has("disable"):
        statement.ignore()
        return None
    for word in _LINK:
        statement.ignore(word)
    addresses: list[IPv4Interface] = []
    dhcp = False
    for value in statement.each("address"):
        if value.word == "dhcp":
            dhcp = True
        elif ":" in value.word or value.word == "dhcpv6":
            value.leave()  # IPv6 isn't built
        elif (address := value.as_interface()) is not None:
            addresses.append(address)
    mtu = statement.number("mtu", least=68, most=16000)
    mss = None
    if statement.tree.value("ip", "adjust-mss") != "clamp-mss-to-pmtu":
        mss = statement.number("ip", "adjust-mss", least=536, most=65535)
    elif mtu is not None:
        statement.ignore("ip", "adjust-mss")
        mss = mtu - 40  # an IPv4 and a TCP header without options
    return Interface(statement.word, tuple(addresses), dhcp, mtu, mss or clamped.get(statement.word), statement.line)


def read_mss_policies(root: Statement) -> tuple[MssPolicy, ...]:
    """The `policy route` rules that set the MSS, once for each interface that the policy is bound to."""
    policies = {policy.word: policy for policy in root.each("policy", "route")}
    found: list[MssPolicy] = []
    for interface in root.each("interfaces", "ethernet"):
        value = interface.value("policy", "route")
        if value is None:
            continue
        policy = policies.get(value.word)
        if policy is None:
            value.unknown("policy route")
            continue
        found += [rule for statement in policy.each("rule") if (rule := _mss_rule(statement, interface.word)) is not None]
    return tuple(found)


def _mss_rule(statement: Statement, interface: str) -> MssPolicy | None:
    """A rule that sets the MSS of SYN packets; one that matches or sets anything else is left unread."""
    statement.ignore("description")
    protocol = statement.text("protocol")
    flags = statement.text("tcp", "flags")
    value = statement.value("set", "tcp-mss") if statement.has("set", "tcp-mss") else None
    mss = value.as_number(500, 1460) if value is not None and value.word != "pmtu" else None
    destination = statement.prefix("destination", "address") if statement.has("destination", "address") else None
    syn = flags is not None and set(flags.split(",")) in ({"SYN"}, {"SYN", "!RST"})
    if mss is None or protocol != "tcp" or not syn or not statement.complete():
        statement.leave()
        return None
    return MssPolicy(interface, mss, destination, statement.line)
