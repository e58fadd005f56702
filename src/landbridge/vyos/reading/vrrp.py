"""VRRP: the groups of `high-availability vrrp`, with the scripts that they run (1.2 on)."""

from __future__ import annotations

from ipaddress import IPv4Address

from landbridge.vyos.reading.statement import Statement
from landbridge.vyos.router import VrrpGroup, VrrpScripts

_ADDRESSES = ("virtual-address", "address")  # up to 1.3, from 1.4


def read_vrrp(root: Statement) -> tuple[VrrpGroup, ...]:
    """Every group that isn't disabled; one that speaks multicast, or asks for more than is built, is left unread whole."""
    vrrp = root.below("high-availability", "vrrp")
    if vrrp is None:
        return ()
    groups = [group for statement in vrrp.each("group") if (group := _group(statement)) is not None]
    for number, group in enumerate(groups):
        if any((other.interface, other.vrid) == (group.interface, group.vrid) for other in groups[:number]):
            vrrp.fail(f"vrid {group.vrid} is used twice on {group.interface}.", "Give each group on an interface a vrid of its own.")
    return tuple(groups)


def _group(statement: Statement) -> VrrpGroup | None:
    if statement.has("disable"):
        statement.ignore()
        return None
    for word in ("description", "garp"):
        statement.ignore(word)
    interface = statement.text("interface", required=True)
    vrid = statement.number("vrid", least=1, most=255, required=True)
    addresses = tuple(value.word for word in _ADDRESSES for value in statement.each(word))
    if not addresses:
        statement.fail("the group has no virtual address.", "Set one: VyOS takes no group without.")
    source = statement.address("hello-source-address") if statement.has("hello-source-address") else None
    peers: list[IPv4Address] = [peer for value in statement.each("peer-address") if (peer := value.as_address()) is not None]
    interval = statement.number("advertise-interval", least=1, most=255)
    priority = statement.number("priority", least=1, most=255)
    preempt = not statement.flag("no-preempt")
    check = statement.text("health-check", "script") if statement.has("health-check", "script") else None
    check_interval = statement.number("health-check", "interval", least=1, most=86400)
    failures = statement.number("health-check", "failure-count", least=1, most=86400)
    scripts = [_script(statement, state) for state in ("master", "backup", "fault", "stop")]
    if not peers or not statement.complete():
        statement.leave()
        return None
    if interface is None or vrid is None:
        return None
    return VrrpGroup(
        name=statement.word,
        interface=interface,
        vrid=vrid,
        addresses=addresses,
        source=source,
        peers=tuple(peers),
        priority=priority or 100,
        interval=interval or 1,
        preempt=preempt,
        check=check,
        check_interval=check_interval or 60,
        check_failures=failures or 3,
        scripts=VrrpScripts(*scripts),
        line=statement.line,
    )


def _script(statement: Statement, state: str) -> str | None:
    return statement.text("transition-script", state) if statement.has("transition-script", state) else None
