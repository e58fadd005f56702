"""The kernel's NAT, firewall and MSS rules of a gateway, as one text for iptables-restore.

VyOS up to 1.3 uses NETMAP in iptables itself; from 1.4 on it uses nftables' prefix maps, which mean the same.
"""

from __future__ import annotations

from landbridge.vyos.router import FirewallBinding, FirewallChain, FirewallRule, Match, MssPolicy, NatRule, Router

HOOKS = {"local": ("INPUT", "-i"), "in": ("FORWARD", "-i"), "out": ("FORWARD", "-o")}
VERDICTS = {"accept": "ACCEPT", "drop": "DROP", "reject": "REJECT"}
NUMBERS = {"esp": "50", "ah": "51", "vrrp": "112"}


def restore(router: Router) -> str:
    """The rules of a router, table by table, in the order that VyOS gives them."""
    tables = {
        "mangle": _mangle(router),
        "nat": [_nat(rule) for rule in sorted(router.nat, key=lambda rule: rule.number)],
        "filter": _filter(router),
    }
    return "".join(f"*{table}\n" + "".join(f"{line}\n" for line in lines) + "COMMIT\n" for table, lines in tables.items() if lines)


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
    lines = [f":{chain.name} - [0:0]" for chain in router.chains]
    lines += [_bind(binding) for binding in router.bindings]
    for chain in router.chains:
        lines += _chain(chain)
    return lines


def _bind(binding: FirewallBinding) -> str:
    hook, option = HOOKS[binding.direction]
    interface = f" {option} {binding.interface}" if binding.interface else ""
    return f"-A {hook}{interface} -j {binding.chain}"


def _chain(chain: FirewallChain) -> list[str]:
    lines = []
    for rule in sorted(chain.rules, key=lambda rule: rule.number):
        lines += [
            f"-A {chain.name}{_match(rule, source, destination)} -j {VERDICTS[rule.action]}"
            for source in rule.sources or ("",)
            for destination in rule.destinations or ("",)
        ]
    return [*lines, f"-A {chain.name} -j {VERDICTS[chain.default_action]}"]


def _match(rule: FirewallRule, source: str, destination: str) -> str:
    words = _side(source, "-s") + _side(destination, "-d")
    if rule.protocol != "all":
        words += f" -p {NUMBERS.get(rule.protocol, rule.protocol)}"
    if rule.ports:
        words += " -m multiport --dports " + ",".join(str(first) if first == last else f"{first}:{last}" for first, last in rule.ports)
    if rule.icmp_type:
        words += f" --icmp-type {rule.icmp_type}"
    if rule.states:
        words += " -m conntrack --ctstate " + ",".join(rule.states).upper()
    return words


def _side(address: str, option: str) -> str:
    if not address:
        return ""
    return f" ! {option} {address[1:]}" if address.startswith("!") else f" {option} {address}"
