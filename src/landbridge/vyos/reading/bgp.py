"""BGP: what is announced, and the neighbors with their timers and policies."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address

from landbridge.vyos.dialect import Dialect
from landbridge.vyos.reading.statement import Statement
from landbridge.vyos.router import Announcement, Bgp, Neighbor

HIGHEST_ASN = 4294967294
KEEPALIVE = 60  # seconds, and three times that until a neighbor counts as gone: the defaults of every release
HOLDTIME = 180

_FAMILY = ("address-family", "ipv4-unicast")


def read_bgp(
    root: Statement, dialect: Dialect, own: Collection[IPv4Address], prefix_lists: Collection[str], route_maps: Collection[str]
) -> Bgp | None:
    """The BGP instance, or None; `own` are the router's addresses. 1.1 to 1.3 have its ASN in the path, 1.4 on as `system-as`."""
    bgp = root.below("protocols", "bgp")
    if bgp is None:
        return None
    if dialect.bgp_asn_in_path:
        instances = list(root.each("protocols", "bgp"))
        if len(instances) != 1:
            bgp.fail("a router has one BGP instance.", "Keep one ASN under `protocols bgp`.")
            return None
        bgp = instances[0]
        asn = bgp.as_number(1, HIGHEST_ASN)
    else:
        asn = bgp.number("system-as", least=1, most=HIGHEST_ASN, required=True)
    family = _FAMILY if dialect.bgp_family else ()
    bgp.ignore("parameters", "log-neighbor-changes")
    keepalive = bgp.number("timers", "keepalive", least=1, most=65535)
    holdtime = bgp.number("timers", "holdtime", least=0, most=65535)
    networks = []
    for network in bgp.each(*family, "network"):
        prefix = network.as_prefix()
        if prefix is not None:
            networks.append(Announcement(prefix, network.line))
    paths = bgp.number("maximum-paths", "ebgp", least=1, most=256) or bgp.number(*family, "maximum-paths", "ebgp", least=1, most=256)
    check = dialect.import_check
    if dialect.bgp_asn_in_path:  # 1.1 may opt out, 1.2 and 1.3 in
        word = "disable-network-import-check" if check else "network-import-check"
        check = bgp.flag("parameters", word) != check
    router_id = bgp.address("parameters", "router-id")
    relax = bgp.flag("parameters", "bestpath", "as-path", "multipath-relax")
    groups = {group.word: group for group in bgp.each("peer-group")}
    neighbors = [
        neighbor
        for statement in bgp.each("neighbor")
        if (
            neighbor := _neighbor(
                statement,
                dialect,
                groups,
                (asn, keepalive or KEEPALIVE, HOLDTIME if holdtime is None else holdtime),
                prefix_lists,
                route_maps,
            )
        )
        is not None
    ]
    for neighbor in neighbors:
        if neighbor.address in own:
            where = bgp.below("neighbor", str(neighbor.address)) or bgp
            where.fail("the router's own address can't be a neighbor.", "Write the address of the other end.")
    if asn is None:
        return None
    return Bgp(asn, router_id, tuple(networks), tuple(neighbors), paths or 1, relax, check, bgp.line)


def _neighbor(
    statement: Statement,
    dialect: Dialect,
    groups: dict[str, Statement],
    defaults: tuple[int | None, int, int],
    prefix_lists: Collection[str],
    route_maps: Collection[str],
) -> Neighbor | None:
    """A neighbor, with what its peer group says where it says nothing itself; a neighbor that is shut down is none."""
    if statement.has("shutdown"):
        statement.ignore()
        return None
    own_asn, keepalive, holdtime = defaults
    family = _FAMILY if dialect.bgp_family else ()
    sources = [statement]
    group = statement.value("peer-group")
    if group is None and statement.has(*family, "peer-group"):
        group = statement.value(*family, "peer-group")
    if group is not None:
        if group.word not in groups:
            group.unknown("peer-group")
        else:
            sources.append(groups[group.word])
    for source in sources:
        source.ignore("description")
        if source.has("timers", "keepalive") != source.has("timers", "holdtime"):
            source.fail("keepalive and holdtime go together.", "Set both, or neither.")
    address = statement.as_address()
    remote_as = _first(sources, "remote-as")
    number = None
    if remote_as is None:
        statement.fail("the neighbor has no remote-as.", f"Add `set {statement.shown} remote-as …`.")
    else:
        number = own_asn if remote_as.word == "internal" else remote_as.as_number(1, HIGHEST_ASN)
    own_keepalive = _first(sources, "timers", "keepalive")
    own_holdtime = _first(sources, "timers", "holdtime")
    maps = [_reference(sources, (*family, "route-map", way), route_maps, "route-map") for way in ("import", "export")]
    lists = [_reference(sources, (*family, "prefix-list", way), prefix_lists, "prefix-list") for way in ("import", "export")]
    inbound = [source.flag(*family, "soft-reconfiguration", "inbound") for source in sources]
    active = dialect.bgp_active or any(source.flag(*_FAMILY) for source in sources)
    read_keepalive = own_keepalive.as_number(1, 65535) if own_keepalive is not None else keepalive
    read_holdtime = own_holdtime.as_number(0, 65535) if own_holdtime is not None else holdtime
    if address is None or number is None or read_keepalive is None or read_holdtime is None:
        return None
    return Neighbor(
        address, number, read_keepalive, read_holdtime, any(inbound), maps[0], maps[1], lists[0], lists[1], active, statement.line
    )


def _first(sources: list[Statement], *path: str) -> Statement | None:
    values = [source.value(*path) for source in sources]
    return next((value for value in values if value is not None), None)


def _reference(sources: list[Statement], path: tuple[str, ...], known: Collection[str], what: str) -> str | None:
    value = _first(sources, *path)
    if value is None:
        return None
    if value.word not in known:
        value.unknown(what)
        return None
    return value.word
