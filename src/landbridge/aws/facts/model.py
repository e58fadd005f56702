"""The facts of a deployed network, as values. "" and None stand for what isn't there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Literal

from landbridge.aws.calling import Place


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A tunnel as AWS' end sees it. `outside` is AWS' address, `since` when its state last changed, `accepted` how many routes it learnt by
    BGP. `missing`: no connection has it."""

    name: str
    inside: str
    state: Literal["up", "down", "missing"] = "missing"
    outside: str = ""
    since: str = ""
    message: str = ""
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Instance:
    """The instance that is a gateway. `state` is EC2's word, `lifecycle` Auto Scaling's.

    `private` is its interface's own address, `addresses` all of that interface; `forwards`: the source/destination check is off.
    """

    id: str
    state: str
    lifecycle: str
    healthy: bool
    launched: str = ""
    image: str = ""
    type: str = ""
    zone: str = ""
    subnet: str = ""
    interface: str = ""
    private: str = ""
    addresses: tuple[str, ...] = ()
    forwards: bool = False

    @property
    def serves(self) -> bool:
        """Whether it can carry packets: it runs, and isn't leaving."""
        return self.state == "running" and not self.lifecycle.startswith("Terminat")


@dataclass(frozen=True, slots=True)
class Address:
    """A gateway's Elastic IP, and the interface that has it ("": none)."""

    address: str
    allocation: str
    interface: str = ""


@dataclass(frozen=True, slots=True)
class LetIn:
    """A rule of a gateway's security group, inwards. `protocol` is EC2's word (`tcp`, `50`, `-1`); ports are None where it has none;
    `source` a prefix, or what else the rule names."""

    protocol: str
    low: int | None
    high: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that the network should have, with what there is of it. `group` is its Auto Scaling group, `secondary` the fixed private
    address that the group says it has, `connection` its VPN connection, `connection_state` EC2's word on that. `let_in` is None where its
    security group isn't there."""

    name: str
    site: str
    place: Place
    group: str = ""
    secondary: str = ""
    instance: Instance | None = None
    address: Address | None = None
    connection: str = ""
    connection_state: str = ""
    tunnels: tuple[Tunnel, ...] = ()
    let_in: tuple[LetIn, ...] | None = None

    @property
    def reached(self) -> bool:
        """Whether its Elastic IP leads to its instance."""
        return self.instance is not None and self.address is not None and self.address.interface == self.instance.interface != ""


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a route table. `destination` is a prefix or a prefix list's id; `target` what it leads to, `gateway` whose instance that
    is (""; not a gateway's). `missing`: the table should have it, and hasn't."""

    destination: str
    state: Literal["active", "blackhole", "missing"]
    target: str = ""
    gateway: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A route table of one of the network's VPCs. `led` says that it bears the tags by which `heal` leads routes through it."""

    id: str
    owner: str
    vpc: str
    led: bool
    main: bool
    subnets: tuple[str, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet, and the route table that rules it ("": none is known)."""

    id: str
    owner: str
    cidr: str
    zone: str
    table: str


@dataclass(frozen=True, slots=True)
class Lists:
    """The ids of the prefix lists of a hub's or a site's remote prefixes, in the order that their names are numbered in."""

    owner: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A route of the hub's Transit Gateway, to one or (ECMP) several attachments. `via` are the gateways, or the VPC's owner; `kind` is
    `propagated` or `static`."""

    prefix: str
    kind: str
    state: str
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub's Transit Gateway ("": it isn't there), and its routes. Not `complete`: AWS shows a thousand, and there are more."""

    name: str
    place: Place
    id: str = ""
    state: str = ""
    asn: int | None = None
    routes: tuple[Learnt, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of a gateway. `state` is CloudWatch's word: OK, ALARM or INSUFFICIENT_DATA."""

    name: str
    gateway: str
    state: str
    since: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was read. `stacks` are the states of the network's stacks, by name; `images` what those of gateways launch."""

    network: str
    stacks: Mapping[str, str]
    hub: Hub
    gateways: tuple[Gateway, ...]
    tables: tuple[Table, ...]
    subnets: tuple[Subnet, ...]
    lists: tuple[Lists, ...]
    alarms: tuple[Alarm, ...]
    images: Mapping[str, str] = field(default_factory=dict)

    def gateway(self, name: str) -> Gateway:
        """A gateway by its name, which the network must have."""
        return next(one for one in self.gateways if one.name == name)

    def led(self, owner: str) -> tuple[Route, ...]:
        """A site's or the hub's routes to the remote prefixes, of every table that should have them."""
        lists = {id_ for one in self.lists if one.owner == owner for id_ in one.ids}
        return tuple(route for table in self.tables if table.owner == owner for route in table.routes if route.destination in lists)

    def active(self, site: str) -> str | None:
        """The gateway that carries a site now: the one that all its routes lead to. None where none does, or more than one."""
        led = self.led(site)
        to = {route.gateway for route in led}
        return to.pop() if len(to) == 1 and all(route.state == "active" and route.gateway for route in led) else None

    def values(self, gateway: str) -> dict[str, str]:
        """What the placeholders in a gateway's text stand for, but for keys and for what isn't there: address by `outside:TUNNEL`,
        `eip:GATEWAY`, `private:GATEWAY` and `router:GATEWAY`."""
        one = self.gateway(gateway)
        found = {f"outside:{tunnel.name}": tunnel.outside for tunnel in one.tunnels if tunnel.outside}
        if one.address is not None:
            found[f"eip:{gateway}"] = one.address.address
        if one.instance is not None and one.instance.private:
            found[f"private:{gateway}"] = one.instance.private
            subnet = next((subnet for subnet in self.subnets if subnet.id == one.instance.subnet), None)
            if subnet is not None:
                found[f"router:{gateway}"] = router_of(subnet.cidr)
        return found


def router_of(cidr: str) -> str:
    """The address of the VPC's router in a subnet."""
    return str(IPv4Network(cidr)[1])
