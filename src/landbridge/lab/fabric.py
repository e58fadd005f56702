"""The fabric, as a plan: the namespaces of the VPC routers, the hosts and the Internet, and what stands in each.

Nothing is done here; `namespaces` carries the plan out. The Internet is the namespace that the lab's supervisor itself is in.
A machine's wire is a veth pair: one end in the fabric, the other (`raw`) beside the supervisor, where the machine's kernel opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from landbridge.artifacts.manifest import Manifest, Rule, Vpc
from landbridge.findings import LandbridgeError, error
from landbridge.lab.addressing import Addressing

INTERNET = "internet"
# The two ends of every wire have these addresses, so that nobody needs to ask: a kernel answers for others only after a while
# (neigh/…/proxy_delay, which only the host's root can change), and a replaced machine must not be taken for the dead one.
FABRIC_MAC = "02:00:00:00:00:01"
MACHINE_MAC = "02:00:00:00:00:02"
LONGEST_NAME = 56  # of a machine: a kernel's id has 63 letters, and says which start it is
PROTOCOLS = {"esp": "50", "vrrp": "112", "icmp": "icmp"}


@dataclass(frozen=True, slots=True)
class Host:
    """A probe host: native, in a namespace of its own. `global_address` is what everyone else knows it by."""

    name: str
    vpc: str
    namespace: str
    address: IPv4Address
    global_address: IPv4Address


@dataclass(frozen=True, slots=True)
class Wire:
    """A machine's interface (`vec<number>` to its kernel): `device` in `namespace`, `raw` beside the supervisor."""

    machine: str
    number: int
    namespace: str
    device: str
    raw: str


@dataclass(slots=True)
class Namespace:
    """What a namespace gets: lines for `ip -batch`, and a text for nft."""

    name: str
    batch: list[str] = field(default_factory=list)
    nft: str = ""


@dataclass(frozen=True, slots=True)
class Fabric:
    """`batch` is run beside the supervisor first and makes all namespaces and links; then each namespace's own."""

    batch: tuple[str, ...]
    namespaces: tuple[Namespace, ...]
    hosts: tuple[Host, ...]
    wires: tuple[Wire, ...]
    moves: Mapping[tuple[str, str], tuple[str, ...]]

    def routes_to(self, site: str, gateway: str) -> tuple[str, ...]:
        """Lines for `ip -batch` in a site's VPC that point its routes at one of its gateways."""
        return self.moves[site, gateway]

    def wires_of(self, machine: str) -> list[Wire]:
        return [wire for wire in self.wires if wire.machine == machine]


class _Plan:
    def __init__(self, manifest: Manifest, addressing: Addressing) -> None:
        self.manifest = manifest
        self.addressing = addressing
        self.batch: list[str] = []
        self.namespaces = {INTERNET: Namespace(INTERNET, ["link set lo up"])}
        self.hosts: list[Host] = []
        self.wires: list[Wire] = []
        self.moves: dict[tuple[str, str], tuple[str, ...]] = {}
        self.globals = {vpc.name: [subnet.global_ for subnet in vpc.subnets if subnet.global_] for vpc in manifest.vpcs}

    def namespace(self, name: str) -> Namespace:
        if name in self.namespaces:
            raise LandbridgeError(error("name", f"two places of the lab would be called {name}", remedy="Rename a site."))
        self.batch.append(f"netns add {name}")
        made = self.namespaces[name] = Namespace(name, ["link set lo up"])
        return made

    def wire(self, machine: str, number: int, namespace: str, device: str) -> None:
        if len(machine) > LONGEST_NAME:
            raise LandbridgeError(error("name", f"{machine} is too long a name for a machine", remedy=f"{LONGEST_NAME} letters at most."))
        ends = {(machine, number), (namespace, device)}
        if any(ends & {(wire.machine, wire.number), (wire.namespace, wire.device)} for wire in self.wires):
            raise LandbridgeError(
                error("name", f"the lab can't tell {machine} from another machine", remedy="Name gateways <site>-a and <site>-b.")
            )
        wire = Wire(machine, number, namespace, device, f"w{len(self.wires)}")
        self.batch.append(f"link add {wire.raw} type veth peer name {device} address {FABRIC_MAC}" + _in(namespace))
        self.batch.append(f"link set {wire.raw} up promisc on")
        self.wires.append(wire)

    def hub(self) -> None:
        link = self.addressing.hub_link
        self.wire(self.manifest.hub.name, 0, INTERNET, "hub")
        inside = self.namespaces[INTERNET].batch
        inside += [f"addr add {link.near}/30 dev hub", "link set hub up", _known(link.far, "hub")]
        inside += [f"route add {outside} via {link.far}" for outside in self.addressing.outside.values()]

    def vpc(self, vpc: Vpc) -> None:
        name = f"vpc-{vpc.name}"
        inside = self.namespace(name)
        # What is in the VPC and isn't a host goes nowhere, not even to the Internet.
        inside.batch += [f"route add unreachable {cidr} metric 4000" for cidr in vpc.cidrs]
        gateways = self.gateways(vpc, inside)
        if vpc.kind == "hub":
            link = self.addressing.attachment
            self.wire(self.manifest.hub.name, 1, name, "tgw")
            inside.batch += [f"addr add {link.near}/30 dev tgw", "link set tgw up", _known(link.far, "tgw")]
            gateways["tgw"] = (str(link.far), "tgw")
        for number, subnet in enumerate(vpc.subnets):
            inside.batch.append(f"addr add {subnet.cidr[1]}/32 dev lo")
            if subnet.host and subnet.address and subnet.global_address:
                self.host(inside, number, Host(subnet.host, vpc.name, subnet.host, subnet.address, subnet.global_address), subnet.cidr)
        for route in vpc.routes:
            if route.target not in gateways:
                known = ", ".join(gateways) or "none"
                message = f"a route of {vpc.name} goes to {route.target}, which isn't in that VPC"
                raise LandbridgeError(error("name", message, remedy=f"There are: {known}."))
            address, device = gateways[route.target]
            inside.batch += self.routes(vpc, route.destination, address, device)
        for name, (address, device) in gateways.items():
            lines = [line for route in vpc.routes for line in self.routes(vpc, route.destination, address, device)]
            self.moves[vpc.name, name] = tuple(lines)

    def routes(self, vpc: Vpc, destination: str, address: str, device: str) -> list[str]:
        return [f"route replace {prefix} via {address} dev {device} onlink" for prefix in self.destinations(vpc, destination)]

    def destinations(self, vpc: Vpc, destination: str) -> list[IPv4Network]:
        """The prefixes of a route. A VPC's own CIDRs win over anything equal or narrower, so such a route has no effect."""
        if destination == "remote":
            prefixes = [prefix for name, others in self.globals.items() if name != vpc.name for prefix in others]
        else:
            prefixes = [IPv4Network(destination)]
        return [prefix for prefix in prefixes if not any(prefix.subnet_of(cidr) for cidr in vpc.cidrs)]

    def host(self, inside: Namespace, number: int, host: Host, cidr: IPv4Network) -> None:
        device = f"h{number}"
        own = self.namespace(host.namespace)
        self.batch.append(f"link add {device} netns {inside.name} type veth peer name eth0 netns {host.namespace}")
        inside.batch += [f"link set {device} up", f"route add {host.address}/32 dev {device}"]
        # Everything goes by way of the VPC's router, neighbours in the subnet too.
        own.batch += [f"addr add {host.address}/32 dev eth0", "link set eth0 up"]
        own.batch += [f"route add {cidr[1]} dev eth0", f"route add default via {cidr[1]}"]
        self.hosts.append(host)

    def gateways(self, vpc: Vpc, inside: Namespace) -> dict[str, tuple[str, str]]:
        """Wire up a site's gateways, with the Internet gateway in front of them; their addresses and devices by name."""
        gateways = [gateway for gateway in self.manifest.gateways if gateway.vpc == vpc.name]
        found: dict[str, tuple[str, str]] = {}
        if not gateways:
            return found
        link = self.addressing.igw_links[vpc.name]
        outer = self.namespaces[INTERNET].batch
        igw = f"igw{len(self.namespaces)}"
        self.batch.append(f"link add {igw} type veth peer name igw netns {inside.name}")
        outer += [f"addr add {link.near}/30 dev {igw}", f"link set {igw} up"]
        inside.batch += [f"addr add {link.far}/30 dev igw", "link set igw up", f"route add default via {link.near}"]
        for gateway in gateways:
            device = f"gw-{gateway.name[-1]}"
            private = self.addressing.private[gateway.name]
            self.wire(gateway.name, 0, inside.name, device)
            inside.batch += [f"link set {device} up", f"route add {private}/32 dev {device}", _known(private, device)]
            if gateway.secondary is not None:
                inside.batch += [f"route add {gateway.secondary}/32 dev {device}", _known(gateway.secondary, device)]
            outer.append(f"route add {self.addressing.eip[gateway.name]}/32 via {link.far}")
            found[gateway.name] = (str(private), device)
        rules = {found[gateway.name][1]: gateway.rules for gateway in gateways if gateway.rules is not None}
        inside.nft = self.filters({self.addressing.eip[name]: private for name, (private, _) in found.items()}, rules)
        return found

    def filters(self, eips: dict[IPv4Address, str], rules: dict[str, tuple[Rule, ...]]) -> str:
        """The Internet gateway's 1:1 NAT for Elastic IPs, and the security groups in front of the gateways."""
        inward = ", ".join(f"{eip} : {private}" for eip, private in eips.items())
        outward = ", ".join(f"{private} : {eip}" for eip, private in eips.items())
        groups = "".join(
            f"  chain into-{device} {{\n    ct state established,related accept\n{''.join(map(self.rule, accepted))}    drop\n  }}\n"
            for device, accepted in rules.items()
        )
        jumps = "".join(f'    oifname "{device}" jump into-{device}\n' for device in rules)
        return f"""table ip vpc {{
  chain from-internet {{
    type nat hook prerouting priority -100
    iifname "igw" dnat to ip daddr map {{ {inward} }}
  }}
  chain to-internet {{
    type nat hook postrouting priority 100
    oifname "igw" snat to ip saddr map {{ {outward} }}
  }}
{groups}  chain forward {{
    type filter hook forward priority 0
    oifname "igw" ip saddr != {{ {", ".join(eips.values())} }} drop
{jumps}  }}
}}
"""

    def rule(self, rule: Rule) -> str:
        source = rule.source
        if source.startswith("${"):
            name = source[2:-1]
            known = self.addressing.placeholders()
            if name not in known or name.startswith("psk:"):
                raise LandbridgeError(error("name", f"a security rule ({rule.purpose}) lets {source} in, of which nothing is known"))
            source = known[name]
        match = "" if source == "0.0.0.0/0" else f"ip saddr {source} "
        if rule.protocol in ("tcp", "udp"):
            ports = ", ".join(map(str, rule.ports))
            match += f"{rule.protocol} dport {{ {ports} }} " if ports else f"ip protocol {rule.protocol} "
        elif rule.protocol in PROTOCOLS:
            match += f"ip protocol {PROTOCOLS[rule.protocol]} "
        elif rule.protocol != "all":
            raise LandbridgeError(error("name", f"a security rule ({rule.purpose}) is of an unknown protocol: {rule.protocol!r}"))
        return f"    {match}accept\n"


def _known(address: IPv4Address, device: str) -> str:
    return f"neigh add {address} lladdr {MACHINE_MAC} dev {device} nud permanent"


def _in(namespace: str) -> str:
    return "" if namespace == INTERNET else f" netns {namespace}"


def plan(manifest: Manifest, addressing: Addressing) -> Fabric:
    """The whole fabric of a network."""
    made = _Plan(manifest, addressing)
    made.hub()
    for vpc in manifest.vpcs:
        made.vpc(vpc)
    return Fabric(tuple(made.batch), tuple(made.namespaces.values()), tuple(made.hosts), tuple(made.wires), made.moves)
