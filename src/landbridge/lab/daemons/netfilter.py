"""The kernel's NAT, firewall and MSS rules of a gateway, as one text for iptables-restore.

VyOS up to 1.3 uses NETMAP in iptables itself; from 1.4 on it uses nftables' prefix maps, which mean the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from landbridge.vyos.router import FirewallBinding, FirewallChain, FirewallRule, Match, MssPolicy, NatRule, Router

HOOKS = {"local": ("INPUT", "-i"), "in": ("FORWARD", "-i"), "out": ("FORWARD", "-o")}
VERDICTS = {"accept": "ACCEPT", "drop": "DROP", "reject": "REJECT"}
NUMBERS = {"esp": "50", "ah": "51", "vrrp": "112"}
BOTH = {"tcp_udp": ("tcp", "udp")}  # VyOS' word for the two
MOST_PORTS = 15  # of one multiport match; a range counts as two
LONGEST_NAME = 28  # of a chain of iptables; nftables, and so VyOS from 1.4 on, has longer ones
OWN_NAMES = {"INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING", *VERDICTS.values(), "RETURN", "QUEUE"}


def restore(router: Router) -> str:
    """The rules of a router, table by table, in the order that VyOS gives them."""
    tables = {
        "mangle": _mangle(router),
        "nat": [_nat(rule) for rule in sorted(router.nat, key=lambda rule: rule.number)],
        "filter": _filter(router),
    }
    return "".join(f"*{table}\n" + "".join(f"{line}\n" for line in lines) + "COMMIT\n" for table, lines in tables.items() if lines)


def hub(closed: Sequence[str], mss: int) -> str:
    """The rules of a Transit Gateway: it clamps what passes, takes nothing from devices that no table is for, and begins by hearing
    nobody's IKE (see guest/hear)."""
    clamp = "".join(f"-A FORWARD {way} vti+ -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss {mss}\n" for way in ("-i", "-o"))
    drop = "".join(f"-A FORWARD -i {device} -j DROP\n" for device in closed)
    heard = ":IKE - [0:0]\n-A INPUT -p udp --dport 500 -j IKE\n-A IKE -j DROP\n"
    return f"*mangle\n{clamp}COMMIT\n*filter\n{heard}{drop}COMMIT\n"


def _nat(rule: NatRule) -> str:
    source = rule.kind == "source"
    words = ["-A", "POSTROUTING" if source else "PREROUTING"]
    if rule.interface:
        words += ["-o" if source else "-i", rule.interface]
    if rule.protocol != "all":
        words += ["-p", rule.protocol]
    words += [*_address(rule.source, "-s"), *_address(rule.destination, "-d")]
    if rule.exclude:
        return " ".join([*words, "-j", "RETURN"])
    if rule.translation is None:
        return " ".join([*words, "-j", "MASQUERADE"])
    return " ".join([*words, "-j", "NETMAP", "--to", str(rule.translation)])


def _address(match: Match | None, option: str) -> list[str]:
    if match is None:
        return []
    return [*(["!"] if match.negated else []), option, str(match.prefix)]


def _mangle(router: Router) -> list[str]:
    clamped = [_clamp(f"-A PREROUTING -i {policy.interface}", policy) for policy in router.mss_policies]
    return clamped + [
        f"-A FORWARD -o {interface.name} -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss {interface.mss}"
        for interface in router.interfaces
        if interface.mss is not None
    ]


def _clamp(start: str, policy: MssPolicy) -> str:
    destination = f" -d {policy.destination}" if policy.destination else ""
    return f"{start}{destination} -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss {policy.mss}"


def _filter(router: Router) -> list[str]:
    names = {chain.name: _name(chain, number) for number, chain in enumerate(router.chains)}
    lines = [f":{name} - [0:0]" for name in names.values()]
    lines += [_bind(binding, names[binding.chain]) for binding in router.bindings]
    for chain in router.chains:
        lines += _chain(chain, names[chain.name])
    return lines


def _name(chain: FirewallChain, number: int) -> str:
    """A chain's own name, or one that iptables takes."""
    return f"CHAIN-{number}" if len(chain.name) > LONGEST_NAME or chain.name in OWN_NAMES else chain.name


def _bind(binding: FirewallBinding, name: str) -> str:
    hook, option = HOOKS[binding.direction]
    interface = f" {option} {binding.interface}" if binding.interface else ""
    return f"-A {hook}{interface} -j {name}"


def _chain(chain: FirewallChain, name: str) -> list[str]:
    lines = []
    for rule in sorted(chain.rules, key=lambda rule: rule.number):
        ways = itertools.product(BOTH.get(rule.protocol, (rule.protocol,)), _ports(rule), rule.sources or ("",), rule.destinations or ("",))
        lines += [f"-A {name}{_match(rule, *way)} -j {VERDICTS[rule.action]}" for way in ways]
    return [*lines, f"-A {name} -j {VERDICTS[chain.default_action]}"]


def _ports(rule: FirewallRule) -> list[str]:
    """The destination ports, as many to a match as one takes."""
    groups = [""]
    left = 0
    for first, last in rule.ports:
        size = 1 if first == last else 2
        if left < size:
            groups.append("")
            left = MOST_PORTS
        groups[-1] += ("," if groups[-1] else "") + (str(first) if first == last else f"{first}:{last}")
        left -= size
    return groups[1:] or [""]


def _match(rule: FirewallRule, protocol: str, ports: str, source: str, destination: str) -> str:
    words = _side(source, "-s", "--src-range") + _side(destination, "-d", "--dst-range")
    if rule.icmp_type and protocol == "all":
        protocol = "icmp"
    if protocol != "all":
        words += f" -p {NUMBERS.get(protocol, protocol)}"
    if ports:
        words += f" -m multiport --dports {ports}"
    if rule.icmp_type:
        words += f" --icmp-type {rule.icmp_type}"
    if rule.states:
        words += " -m conntrack --ctstate " + ",".join(rule.states).upper()
    return words


def _side(address: str, prefix: str, span: str) -> str:
    if not address:
        return ""
    word = address.removeprefix("!")
    negated = " !" if address.startswith("!") else ""
    return f" -m iprange{negated} {span} {word}" if "-" in word else f"{negated} {prefix} {word}"
