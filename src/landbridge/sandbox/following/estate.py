"""What the cloud holds, as far as packets feel it: one frozen value over all accounts and Regions, taken under the emulator's lock.

Ids are the API's. What isn't in it has no effect on packets. It holds the tunnels' keys: it goes over the emulator's private socket
only, and is never written down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import ClassVar, Literal

from pydantic import ConfigDict

InstanceState = Literal["pending", "running", "shutting-down", "terminated", "stopping", "stopped"]


@dataclass(frozen=True, slots=True)
class Vpc:
    """`internet`: an Internet gateway is attached; its id, or "". `owner` is the value of the tag landbridge:owner, or ""."""

    id: str
    account: str
    region: str
    cidrs: tuple[IPv4Network, ...]
    internet: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Subnet:
    """`table` is the route table that rules it: its own, or the VPC's main one."""

    id: str
    vpc: str
    cidr: IPv4Network
    zone: str
    table: str


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a VPC's table; the local ones are left out. A prefix list stands as its entries. `target` is the id of an Internet
    gateway, an interface or a Transit Gateway, and "" where the route is a black hole."""

    destinations: tuple[IPv4Network, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    vpc: str
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a security group. `protocol` is a number, -1 for any; `ports` (first, last) of TCP and UDP, None for any. `groups` are
    those whose members it means, beside `prefixes`."""

    protocol: int
    ports: tuple[int, int] | None
    prefixes: tuple[IPv4Network, ...]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    inward: tuple[Rule, ...]
    outward: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Interface:
    """`check`: the source/destination check is on. `public` has (private, public) for each Elastic IP or public address that it has.
    `instance` is "" where it is attached to none."""

    id: str
    vpc: str
    subnet: str
    primary: IPv4Address
    addresses: tuple[IPv4Address, ...]  # with the primary
    check: bool
    groups: tuple[str, ...]
    instance: str = ""
    public: tuple[tuple[IPv4Address, IPv4Address], ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """`interface` is its first; `role` the name of its instance profile's role, or ""; `gateway` the tag landbridge:gateway, or "".
    `launched` in seconds since 1970."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")  # user data may be packed
    id: str
    account: str
    region: str
    state: InstanceState
    interface: str
    user_data: bytes = field(repr=False)
    role: str
    gateway: str
    launched: float
    image: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Hub:
    """A Transit Gateway."""

    id: str
    account: str
    region: str
    asn: int
    ecmp: bool
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """`table` is the hub's table that it is associated with ("": none), `propagates` those that its routes go to. `resource` is a VPC or
    a VPN connection."""

    id: str
    hub: str
    kind: Literal["vpc", "vpn"]
    resource: str
    table: str
    propagates: tuple[str, ...]
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubRoute:
    """A static route of a hub's table; without an attachment it is a black hole."""

    table: str
    destination: IPv4Network
    attachment: str


@dataclass(frozen=True, slots=True)
class Phase:
    """What AWS' end accepts in a phase, in the API's words (AES256-GCM-16, SHA2-384, 20)."""

    encryption: tuple[str, ...]
    integrity: tuple[str, ...]
    groups: tuple[int, ...]
    lifetime: int  # seconds


@dataclass(frozen=True, slots=True)
class Tunnel:
    """`inside` is its /30: AWS has the first usable address, the gateway the second. `replaced`: how often AWS' end was."""

    outside: IPv4Address
    inside: IPv4Network
    key: str = field(repr=False)
    versions: tuple[str, ...]  # ikev1, ikev2
    ike: Phase
    esp: Phase
    startup: Literal["add", "start"]
    dpd_action: Literal["clear", "none", "restart"]
    dpd_timeout: int
    replaced: int = 0


@dataclass(frozen=True, slots=True)
class Connection:
    """A VPN connection of a hub; `customer` is the customer gateway's address. `static_only`: no BGP."""

    id: str
    hub: str
    customer: IPv4Address
    customer_asn: int
    static_only: bool
    tunnels: tuple[Tunnel, ...]
    gateway: str = ""  # the tag landbridge:gateway


@dataclass(frozen=True, slots=True)
class Estate:
    """`number` grows with every change; a greater one is newer."""

    number: int
    vpcs: tuple[Vpc, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    tables: tuple[Table, ...] = ()
    groups: tuple[Group, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    instances: tuple[Instance, ...] = ()
    hubs: tuple[Hub, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    hub_routes: tuple[HubRoute, ...] = ()
    connections: tuple[Connection, ...] = ()
