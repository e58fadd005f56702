"""A switch by hand: the active gateway of a pair is told to stand down, and its other takes over."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.aws.operating.judging import View, unfit
from landbridge.aws.operating.model import Event, Outcome, Step
from landbridge.aws.operating.watching import Means, Watch
from landbridge.aws.operating.words import Order
from landbridge.findings import LandbridgeError, error

PATIENCE_S = 60.0
SETTLING_S = 60.0
LONGER_S = 30  # an order outlives whoever waits for it by so much, and ends by itself if he is no more
YIELDED, CLAIMED, ROUTED = "stood down", "took over", "routes moved"
STEPS = (YIELDED, CLAIMED, ROUTED)


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch that was found possible. `leaving` is None where the routes lead to nobody or to both; not `needed`: `to` is active already.
    `order` is one that is out, of a run that was interrupted; `doubts` is what was not well, and was to be borne."""

    site: str
    leaving: str | None
    to: str
    needed: bool = True
    order: Order | None = None
    doubts: tuple[str, ...] = ()


def plan_switch(view: View, to: str | None, force: bool) -> Switch:
    """Whether a site can be switched now, and from whom to whom. Pure. Raises LandbridgeError with all that is in the way."""
    site, names = view.site, [one.name for one in view.gateways]
    if not view.pair:
        message = f"{site} has a single gateway, {names[0]}: there is none to take over."
        remedy = f"`gateway: {{availability: pair}}` makes it two; `landbridge upgrade {site} --replace` replaces the one."
        raise LandbridgeError(error("single-point-of-failure", message, None, remedy))
    if to is not None and to not in names:
        raise LandbridgeError(error("name", f"{site} has no gateway {to!r:.80}.", None, f"Take one of {', '.join(names)}."))
    active = view.active
    order = view.heard.order
    if order is not None and (order.expires < view.now or order.yields not in names):
        order = None
    if order is not None and to in (None, view.other(order.yields)):
        return Switch(site, order.yields, view.other(order.yields), order=order)  # that is under way
    chosen = to or (view.other(active) if active else None)
    if chosen is None:
        message = f"the routes of {site} lead to none of its gateways, or to both: none of them is active."
        raise LandbridgeError(error("gateway", message, None, "See `landbridge status`; --to GATEWAY with --force says who shall be."))
    if chosen == active:
        return Switch(site, view.other(active), active, needed=False)
    doubts = unfit(view, chosen)
    if doubts and not force:
        remedy = "See `landbridge status`. With --force it is tried all the same."
        raise LandbridgeError(*(error("gateway", f"{chosen} can't take over: {doubt}.", None, remedy) for doubt in doubts))
    return Switch(site, active, chosen, doubts=doubts)


def once_well(watch: Watch, to: str, seconds: float) -> Switch:
    """The switch to a gateway of which something has just changed: its tunnels may go and come again, until both ends have told each other
    of all their routes. Raises LandbridgeError where it isn't well in time."""
    watch.until(to, "well", lambda seen: () if seen.active == to else unfit(seen, to), min(seconds, SETTLING_S))
    return plan_switch(watch.look(), to, force=False)


def order_for(view: View, leaving: str, seconds: float) -> Order:
    """The order: later than all that was said, as the gateway measures it by the time of its own role. Pure."""
    said = [word.at + 1 for word in view.heard.words.values()]
    before = view.heard.order.at + 1 if view.heard.order is not None else 0
    return Order(leaving, max(int(view.now), before, *said), int(view.now + seconds) + LONGER_S)


def fail_over(means: Means, watch: Watch, switch: Switch, seconds: float = PATIENCE_S) -> Outcome:
    """Give the order, and wait until the VPC's routes lead to the other and both say so. In vain, the order is taken back."""
    if not switch.needed:
        return Outcome()
    leaving = switch.leaving or watch.look().other(switch.to)
    order = switch.order
    if order is None:
        order = order_for(watch.look(), leaving, seconds)
        watch.words.give(switch.site, order)
    marks: dict[str, float] = {}
    began = means.patience.clock()

    def lacks(view: View) -> tuple[str, ...]:
        missing = _missing(view, leaving, switch.to)
        for what in STEPS:
            if what not in missing and what not in marks:
                marks[what] = round(means.patience.clock() - began, 1)
                means.tell(Event(switch.site, what, (), marks[what]))
        return tuple(missing.values())

    seen, left, took = watch.until(switch.site, f"switch to {switch.to}", lacks, seconds)
    watch.words.take_back(switch.site, order)
    steps = tuple(Step(switch.site, what, marks[what]) for what in STEPS if what in marks)
    if not left:
        return Outcome((*steps, Step(switch.site, "switched", took)))
    whose = seen.active or "none of them, or both"
    message = f"{switch.site} wasn't switched to {switch.to} within {seconds:g} s: {'; '.join(left)}. The order is taken back"
    also = [f"{switch.to}: {doubt}" for doubt in unfit(seen, switch.to)]
    remedy = f"The routes lead to {whose}. See `landbridge status`, and the log of heal."
    return Outcome(steps, (error("gateway", f"{message}.", None, remedy), *(error("gateway", f"{one}.") for one in also)))


def _missing(view: View, leaving: str, to: str) -> dict[str, str]:
    """What hasn't happened yet, by the step that it is."""
    found = {}
    for what, name in ((YIELDED, leaving), (CLAIMED, to)):
        word = view.word(name)
        if word is None or word.claim != to:
            found[what] = f"{name} doesn't say that {to} is active"
    if view.active != to:
        found[ROUTED] = f"the routes of {view.site} don't all lead to {to}"
    return found
