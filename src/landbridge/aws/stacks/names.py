"""What stacks and their resources are called, and their tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from troposphere import Tags
from troposphere.autoscaling import Tag as GroupTag

from landbridge.aws.model import Kind
from landbridge.heal import tags


def logical(name: str) -> str:
    """A name as a logical id begins: `singapore-a-1` is SingaporeA1."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))


def logical_prefix(prefix: IPv4Network) -> str:
    """A prefix as part of a logical id: 172.88.0.0/24 is 172x88x0x0Length24."""
    return str(prefix).replace(".", "x").replace("/", "Length")


def described(text: str) -> str:
    """A text as EC2 takes a description: without the characters that it refuses."""
    return re.sub(r"[^A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]", "", text)[:255]


@dataclass(frozen=True, slots=True)
class Labels:
    """The tags of one stack's resources: the user's own, landbridge's, and a Name. `owner` is None for what no hub or site has."""

    network: str
    owner: str | None
    kind: Kind
    own: Mapping[str, str]

    def of(self, name: str, gateway: str | None = None, tunnel: str | None = None, *, owned: bool = True) -> Tags:
        """The tags of a resource. What isn't `owned` has no owner: `heal` leads no routes through such a route table."""
        return Tags(self._all(name, gateway, tunnel, owned=owned))

    def of_group(self, name: str, gateway: str, more: Mapping[str, str]) -> list[GroupTag]:
        """The tags of an Auto Scaling group, which its instances have too."""
        return [GroupTag(key, value, True) for key, value in {**self._all(name, gateway, None, owned=True), **more}.items()]

    def _all(self, name: str, gateway: str | None, tunnel: str | None, *, owned: bool) -> dict[str, str]:
        ours = {
            tags.NETWORK: self.network,
            tags.OWNER: self.owner if owned else None,
            tags.STACK: self.kind,
            tags.GATEWAY: gateway,
            tags.TUNNEL: tunnel,
        }
        return {"Name": f"{self.network}-{name}", **self.own, **{key: value for key, value in ours.items() if value is not None}}
