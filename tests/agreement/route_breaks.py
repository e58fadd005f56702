"""Breaks of routing on a router: static routes, BGP's networks, filters, ASNs, and inside addresses."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network
from random import Random

from landbridge.artifacts import Artifacts
from tests.agreement.edit import Break, Line, Spot, below, broken, global_prefixes, lines, pick, record, unused

ROUTE = r"(?P<statement>set protocols static route (?P<prefix>[\d.]+/(?P<length>\d+))) "
BGP = r"(?P<bgp>set protocols bgp)(?P<asn> \d+)? "
NETWORK = BGP + r"(?P<family>address-family ipv4-unicast )?network (?P<prefix>[\d.]+/(?P<length>\d+))"
NEIGHBOR = BGP + r"neighbor (?P<neighbor>[\d.]+) "
LIST = r"(?P<list>set policy prefix-list \S+) "
LIST_RULE = r"(?P<statement>(?P<list>set policy prefix-list \S+) rule \d+) "
STATIC, BGP_SECTION = "set protocols static", "set protocols bgp"


def _dropped(made: Artifacts, kind: str, gateway: str, statement: str, sections: Sequence[str]) -> Break:
    gone: dict[int, Sequence[str]] = dict.fromkeys(below(made.routers[gateway], statement), ())
    return broken(made, gateway, (kind, f"without `{statement}`"), gone, sections=sections)


def _changed(
    made: Artifacts, kind: str, line: Line, new: str, *, statement: str = "", sections: Sequence[str] = (), also: Sequence[Spot] = ()
) -> Break:
    what = (kind, f"`{line.text}` is `{new}`")
    return broken(made, line.gateway, what, {line.number: [new]}, statement=statement, sections=sections, also=also)


def prefix_dropped(random: Random, made: Artifacts) -> Break | None:
    line = pick(random, made, ROUTE)
    return None if line is None else _dropped(made, "prefix-drop", line.gateway, line["statement"], (STATIC, "set protocols"))


def prefix_changed(random: Random, made: Artifacts) -> Break | None:
    line = pick(random, made, ROUTE)
    if line is None:
        return None
    new = line.text.replace(line["prefix"], unused(random, int(line["length"])))
    return _changed(made, "prefix-change", line, new, sections=(STATIC,))


def hop(random: Random, made: Artifacts) -> Break | None:
    """A next hop that nobody is: in the gateway's subnet, or outside of it."""
    line = pick(random, made, ROUTE + r"next-hop (?P<hop>\S+)")
    if line is None:
        return None
    gateway = next(each for each in made.manifest.gateways if each.name == line.gateway)
    vpc = made.manifest.vpc(gateway.vpc)
    subnet = gateway.subnet or next(each.cidr for each in vpc.subnets if each.host)
    new = str(random.choice([subnet[77], IPv4Network(unused(random, 28))[1]]))
    return _changed(made, "hop-change", line, line.text.replace(line["hop"], new), statement=line["statement"], sections=(STATIC,))


def network_dropped(random: Random, made: Artifacts) -> Break | None:
    line = pick(random, made, NETWORK)
    if line is None:
        return None
    siblings = line.text.rpartition(" ")[0]
    return _dropped(made, "network-drop", line.gateway, line.text, (siblings, BGP_SECTION))


def network_changed(random: Random, made: Artifacts) -> Break | None:
    line = pick(random, made, NETWORK)
    if line is None:
        return None
    new = line.text.replace(line["prefix"], unused(random, int(line["length"])))
    return _changed(made, "network-change", line, new, sections=(BGP_SECTION,))


def network_foreign(random: Random, made: Artifacts) -> Break | None:
    """What another site owns is announced too, and (or it would have no effect) the export list allows it."""
    line = pick(random, made, NETWORK)
    vpc = next((each.vpc for each in made.manifest.gateways if line is not None and each.name == line.gateway), "")
    others = list(global_prefixes(made, besides=vpc))
    if line is None or not others:
        return None
    foreign = str(random.choice(others))
    added = [line.text.replace(line["prefix"], foreign)]
    if random.random() < 0.8:
        added += ["set policy prefix-list AWS-OUT rule 999 action 'permit'", f"set policy prefix-list AWS-OUT rule 999 prefix '{foreign}'"]
    return broken(made, line.gateway, ("network-foreign", f"{foreign} too"), {}, added=added, sections=(BGP_SECTION,))


def filter_dropped(random: Random, made: Artifacts) -> Break | None:
    line = pick(random, made, LIST_RULE + "action")
    return None if line is None else _dropped(made, "filter-drop", line.gateway, line["statement"], (line["list"], "set policy"))


def filter_changed(random: Random, made: Artifacts) -> Break | None:
    line = pick(random, made, LIST_RULE + r"prefix '(?P<prefix>[\d.]+/(?P<length>\d+))'")
    if line is None:
        return None
    new = line.text.replace(line["prefix"], unused(random, max(int(line["length"]), 16)))
    return _changed(made, "filter-change", line, new, statement=line["statement"], sections=(line["list"],))


def filter_denied(random: Random, made: Artifacts) -> Break | None:
    """permit for deny, or deny for permit."""
    line = pick(random, made, LIST_RULE + "action '(?P<action>permit|deny)'")
    if line is None:
        return None
    new = line.text.replace(f"'{line['action']}'", "'deny'" if line["action"] == "permit" else "'permit'")
    return _changed(made, "filter-deny", line, new, statement=line["statement"], sections=(line["list"],))


def filter_unbound(random: Random, made: Artifacts) -> Break | None:
    """A neighbor without one of its lists or its route map."""
    line = pick(random, made, r"(?P<neighbor>" + BGP + r"neighbor \S+) .*(prefix-list|route-map) (ex|im)port ")
    return None if line is None else _dropped(made, "filter-unbound", line.gateway, line.text, (line["neighbor"], BGP_SECTION))


def prepend(random: Random, made: Artifacts) -> Break | None:
    """Prepends of a pair: none, too many, or an ASN that refuses the route."""
    line = pick(random, made, r"(?P<statement>set policy route-map \S+ rule \d+) set as-path[ -]prepend '(?P<asns>[\d ]+)'")
    if line is None:
        return None
    own = line["asns"].split()[0]
    others = [str(made.manifest.hub.asn), *(str(each.asn) for each in made.manifest.gateways if str(each.asn) != own)]
    asns = random.choice([own, f"{own} {own} {own} {own}", random.choice(others)])
    new = line.text.replace(line["asns"], asns) if asns != line["asns"] else line.text.replace(line["asns"], f"{own} {own} {own}")
    return _changed(made, "prepend-change", line, new, statement=line["statement"], sections=("set policy route-map",))


def asn_router(random: Random, made: Artifacts) -> Break | None:
    """The router's own ASN isn't what AWS was told."""
    gateway = random.choice(list(made.routers))
    new = str(random.choice([64999, made.manifest.hub.asn]))
    found = [line for line in lines(made, r"set protocols bgp (?P<head>system-as '|)(?P<asn>\d+)") if line.gateway == gateway]
    if not found:
        return None
    changes = {line.number: [line.text.replace(f"{line['head']}{line['asn']}", f"{line['head']}{new}", 1)] for line in found}
    what = ("asn-router", f"ASN {found[0]['asn']} is {new}")
    return broken(made, gateway, what, changes, sections=(BGP_SECTION,), also=[record(made, gateway, "asn")])


def asn_neighbor(random: Random, made: Artifacts) -> Break | None:
    line = pick(random, made, NEIGHBOR + r"remote-as '(?P<remote>\d+)'")
    if line is None:
        return None
    new = line.text.replace(f"'{line['remote']}'", "'64998'")
    statement = line.text.partition(" remote-as")[0]
    return _changed(
        made, "asn-neighbor", line, new, statement=statement, sections=(BGP_SECTION,), also=[record(made, made.manifest.hub.name, "asn")]
    )


def inside_address(random: Random, made: Artifacts) -> Break | None:
    """A VTI with another tunnel's address, or AWS' own."""
    line = pick(random, made, r"(?P<statement>set interfaces vti \S+) address '(?P<address>[\d.]+)/30'")
    if line is None:
        return None
    last = int(line["address"].rpartition(".")[2])
    new = random.choice(["169.254.251.2", f"{line['address'].rpartition('.')[0]}.{last - 1}"])
    return _changed(
        made,
        "inside-address",
        line,
        line.text.replace(line["address"], new),
        statement=line["statement"],
        also=[record(made, line.gateway, "tunnels")],
    )
