"""A VPC's filters as a text for nft: source/destination checks, security groups, and the Internet gateway's addresses.

An Internet gateway keeps no state: who loses his Elastic IP loses it for what runs, too. So it rewrites packets before they are
tracked on the way in, and after that on the way out. Security groups do keep state: what a flow's first packet was let
through for holds for the flow. Each way is a chain of its own, so that what may leave is asked again where it enters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address

from landbridge.sandbox.following.estate import Group, Interface, Rule
from landbridge.sandbox.following.ground import names
from landbridge.sandbox.following.ground.names import INTERNET_GATEWAY

TCP, UDP, ANY = 6, 17, -1


def text(interfaces: Sequence[Interface], groups: Mapping[str, Group], members: Mapping[str, Sequence[IPv4Address]]) -> str:
    """The filters in front of the interfaces that have a machine. `members` are the addresses of each group's members."""
    checked = [interface for interface in interfaces if interface.check]
    used = sorted({group for interface in interfaces for group in interface.groups if group in groups})
    public = {public: private for interface in interfaces for private, public in interface.public}
    lines = ["table ip ground {"]
    for group in used:
        lines += _chain(f"{names.device('i', group)}", [_rule("saddr", rule, members) for rule in groups[group].inward])
        lines += _chain(f"{names.device('o', group)}", [_rule("daddr", rule, members) for rule in groups[group].outward])
    lines += _chain(
        "from-interfaces",
        [
            "type filter hook prerouting priority -310",
            *(f'iifname "{names.interface(one.id)}" ip saddr != {_set(one.addresses)} drop' for one in checked),
        ],
    )
    lines += _chain(
        "to-interfaces",
        [
            "type filter hook forward priority -30",
            *(f'oifname "{names.interface(one.id)}" ip daddr != {_set(one.addresses)} drop' for one in checked),
        ],
    )
    for letter, name, priority in (("o", "iifname", -20), ("i", "oifname", -19)):
        for one in interfaces:
            jumps = [f"jump {names.device(letter, group)}" for group in sorted(one.groups) if group in groups]
            lines += _chain(letter + "-" + names.interface(one.id), [*jumps, "drop"])
        gates = (f'{name} "{names.interface(one.id)}" jump {letter}-{names.interface(one.id)}' for one in interfaces)
        filter_hook = f"type filter hook forward priority {priority}"
        lines += _chain(f"groups-{letter}", [filter_hook, "ct state established,related accept", *gates])
    lines += _internet(public)
    return "\n".join([*lines, "}"]) + "\n"


def _internet(public: Mapping[IPv4Address, IPv4Address]) -> list[str]:
    if not public:
        return _chain("no-way-out", ["type filter hook forward priority 0", f'oifname "{INTERNET_GATEWAY}" drop'])
    inward = ", ".join(f"{outer} : {inner}" for outer, inner in sorted(public.items()))
    outward = ", ".join(f"{inner} : {outer}" for outer, inner in sorted(public.items()))
    return [
        *_chain(
            "from-internet",
            [
                "type filter hook prerouting priority -300",
                f'iifname "{INTERNET_GATEWAY}" ip daddr set ip daddr map {{ {inward} }}',
            ],
        ),
        *_chain(
            "no-way-out",
            [
                "type filter hook forward priority 0",
                f'oifname "{INTERNET_GATEWAY}" ip saddr != {_set(public.values())} drop',
            ],
        ),
        *_chain(
            "to-internet",
            [
                "type filter hook postrouting priority 300",
                f'oifname "{INTERNET_GATEWAY}" ip saddr set ip saddr map {{ {outward} }}',
            ],
        ),
    ]


def _rule(side: str, rule: Rule, members: Mapping[str, Sequence[IPv4Address]]) -> str:
    """What a rule lets through; where it means nobody, nothing."""
    who = {str(prefix) for prefix in rule.prefixes} | {str(one) for group in rule.groups for one in members.get(group, ())}
    words = []
    if "0.0.0.0/0" not in who:
        if not who:
            return ""
        words.append(f"ip {side} {{ {', '.join(sorted(who))} }}")
    if rule.protocol != ANY:
        words.append(f"ip protocol {rule.protocol}")
    if rule.ports is not None and rule.protocol in (TCP, UDP) and rule.ports != (0, 65535):
        first, last = rule.ports
        words.append(f"th dport {first}" + (f"-{last}" if last != first else ""))
    return " ".join([*words, "accept"])


def _set(addresses: Iterable[IPv4Address]) -> str:
    return f"{{ {', '.join(map(str, sorted(addresses)))} }}"


def _chain(name: str, lines: Iterable[str]) -> list[str]:
    return [f"  chain {name} {{", *(f"    {line}" for line in lines if line), "  }"]
