"""Whether a gateway is well enough to be relied on, from one look at its site. Pure: each answer lists what is not well."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from landbridge.aws.facts import Facts, Gateway, Tunnel
from landbridge.aws.operating.words import Heard, Word


@dataclass(frozen=True, slots=True)
class View:
    """One look at a site: what AWS says of it, and what its gateways say. `now` in seconds since 1970."""

    site: str
    facts: Facts
    heard: Heard
    now: float

    @property
    def gateways(self) -> tuple[Gateway, ...]:
        return tuple(one for one in self.facts.gateways if one.site == self.site)

    @property
    def pair(self) -> bool:
        return len(self.gateways) > 1

    @property
    def active(self) -> str | None:
        """The gateway that all of its VPC's routes lead to."""
        return self.facts.active(self.site)

    def gateway(self, name: str) -> Gateway:
        return self.facts.gateway(name)

    def other(self, name: str) -> str:
        """The other one of a pair."""
        return next(one.name for one in self.gateways if one.name != name)

    def word(self, name: str) -> Word | None:
        return self.heard.words.get(name)


def seconds(time: str) -> float:
    """A time of AWS in seconds since 1970; 0 where there is none."""
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def carries(tunnel: Tunnel) -> bool:
    """Whether a tunnel is up, and AWS learns routes over it."""
    return tunnel.state == "up" and tunnel.accepted > 0


def out_of_service(one: Gateway) -> tuple[str, ...]:
    """Why no packet can reach a gateway, or none comes through it."""
    return tuple(_out_of_service(one))


def _out_of_service(one: Gateway) -> Iterator[str]:
    instance = one.instance
    if instance is None:
        yield f"{one.name} has no instance"
    elif not instance.serves or instance.lifecycle != "InService":
        state = instance.lifecycle if instance.state in ("", "running") else instance.state
        yield f"the instance of {one.name}, {instance.id}, isn't in service: it is {state}"
    else:
        if not instance.healthy:
            yield f"the instance of {one.name}, {instance.id}, is unhealthy"
        if not instance.forwards:
            yield f"the source/destination check of {one.name} is on"
        if not one.reached:
            yield f"the Elastic IP of {one.name} isn't on its instance"


def cut_off(one: Gateway) -> tuple[str, ...]:
    """Why a gateway reaches nobody beyond the hub: no tunnel of it carries."""
    return () if any(map(carries, one.tunnels)) else (f"no tunnel of {one.name} is up with routes",)


def unheard(view: View, one: Gateway) -> tuple[str, ...]:
    """Why it isn't known that a pair's gateway would take over: what runs now has said nothing yet."""
    word = view.word(one.name)
    if word is None:
        return (f"nothing was heard of {one.name}",)
    launched = seconds(one.instance.launched) if one.instance is not None else 0.0
    if word.at < int(launched):
        return (f"nothing was heard of {one.name} since its instance was launched",)
    return ()


def unfit(view: View, name: str) -> tuple[str, ...]:
    """Why a gateway of a pair shouldn't be given its site's traffic."""
    one = view.gateway(name)
    found = (*out_of_service(one), *cut_off(one), *unheard(view, one))
    word, active = view.word(name), view.active
    if not found and word is not None and active not in (None, name) and word.claim != active:
        return (f"{name} says that {word.claim} is active, and the routes lead to {active}: they don't agree yet",)
    return found


def unready(view: View, name: str, old: str, spared: Container[str] = ()) -> tuple[str, ...]:
    """What a new instance in the place of `old` still lacks; tunnels that are `spared` were down before."""
    one = view.gateway(name)
    if one.instance is None or one.instance.id == old:
        return (f"{name} has no new instance yet",)
    launched = int(seconds(one.instance.launched))
    tunnels = [tunnel for tunnel in one.tunnels if tunnel.name not in spared]
    down = [tunnel.name for tunnel in tunnels if not carries(tunnel) or seconds(tunnel.since) < launched]
    found = (*out_of_service(one), *(f"{tunnel} isn't up with routes" for tunnel in down))
    if view.pair:
        return (*found, *unheard(view, one))
    return found if view.active == name else (*found, f"the routes of {view.site} don't lead to {name}")
