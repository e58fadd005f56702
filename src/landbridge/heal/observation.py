"""What heal knows when it decides: values, seen once and never changed. Times are seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a gateway's group. `state` is EC2's word ("" where it doesn't know it yet), `lifecycle` Auto Scaling's.

    `primary` is its interface's own private address; `forwards` says that the source/destination check is off.
    """

    id: str
    lifecycle: str
    healthy: bool
    state: str = ""
    launched: int = 0
    interface: str = ""
    primary: str = ""
    addresses: tuple[str, ...] = ()
    forwards: bool = False


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway: its Auto Scaling group, what the group's tags say of it, its Elastic IP and the interface that has it ("" for none).

    `cut_off` is since when all its tunnels are down, as its alarm has it: None for not, or not known.
    """

    name: str
    site: str
    group: str
    active: bool
    secondary: str = ""
    allocation: str = ""
    associated: str = ""
    instances: tuple[Instance, ...] = ()
    cut_off: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route table's route to the remote prefixes. `target` is an interface, "" for something else; not `present`: there is no route."""

    site: str
    table: str
    prefix_list: str
    target: str = ""
    present: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A gateway's last word: which `gateway` shall have both directions of their site, `by` whom and when it is said, and how long it may
    be acted on."""

    gateway: str
    by: str
    at: int
    expires: int


@dataclass(frozen=True, slots=True)
class Observation:
    """`words` are those that can be believed, expired ones too; `troubles` what couldn't be read or believed."""

    gateways: tuple[Gateway, ...]
    routes: tuple[Route, ...]
    words: tuple[Word, ...] = ()
    now: int = 0
    troubles: tuple[str, ...] = ()
