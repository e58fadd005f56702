"""What is deployed: stacks, where each goes, and where the values of its parameters come from. Frozen; made once, from a design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["base", "heal", "hub", "edge", "vpn", "gateways"]


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account as the network file names it: by a profile, by a role to assume, or (neither) whatever credentials there are."""

    alias: str
    profile: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A value that is known beforehand."""

    value: str


@dataclass(frozen=True, slots=True)
class Output:
    """An output of another stack of the network, by the stack's name and the output's."""

    stack: str
    key: str


@dataclass(frozen=True, slots=True)
class Outside:
    """AWS' outside address of a tunnel: the API knows it once the VPN connection is there. `stack` made the connection, and gives out its
    id as `key`; `inside` is the tunnel's /30, by which it is found among the connection's two."""

    stack: str
    key: str
    inside: str


@dataclass(frozen=True, slots=True)
class Stored:
    """The key of an object in the bucket of the stack's own account and Region: `prefix`, the SHA-256 of `content` in hexadecimal digits,
    `suffix`."""

    prefix: str
    suffix: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Image:
    """The id of a machine image in the stack's Region: the newest of an owner's with a name, as at the first deployment."""

    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class RootDevice:
    """The name of a machine image's root device, such as /dev/xvda. `parameter`, of the same stack, has the image's id."""

    parameter: str


@dataclass(frozen=True, slots=True)
class Subnet:
    """The id of the subnet with this CIDR in an existing VPC of the stack's own account and Region."""

    vpc: str
    cidr: str


Source = Given | Output | Outside | Stored | Image | RootDevice | Subnet


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One CloudFormation stack. `name` is unique in the network; `owner` a hub, a site, or an account's alias; `after` are stacks that must
    be there first, beside those that its parameters name; `joined` the subnets of an existing VPC whose route tables join the network."""

    name: str
    kind: Kind
    owner: str
    account: Account
    region: str
    template: str
    parameters: Mapping[str, Source]
    after: tuple[str, ...] = ()
    joined: tuple[Subnet, ...] = ()

    @property
    def file(self) -> str:
        """Its template's name among the artifacts."""
        return f"{self.region}-{self.owner}-{self.kind}.yaml"

    @property
    def needs(self) -> tuple[str, ...]:
        """The stacks that must be there first."""
        named = [source.stack for source in self.parameters.values() if isinstance(source, Output | Outside)]
        return tuple(dict.fromkeys((*self.after, *named)))
