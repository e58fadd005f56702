"""Reading a router: what landbridge rendered, what was made by hand, and what VyOS would refuse to commit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.findings import LandbridgeError
from landbridge.vyos import Router, Tree, fill, parse, read_router
from landbridge.vyos.router import (
    FirewallBinding,
    FirewallRule,
    Interface,
    Match,
    MssPolicy,
    NatRule,
    Peer,
    PrefixListRule,
    Proposal,
    RouteMapRule,
    StaticRoute,
)

HERE = Path(__file__).parent

Rendering = Callable[[str, str], dict[str, Any]]

CASES = [
    *(("four-regions", release) for release in ("1.1", "1.2", "1.3", "1.4", "1.5")),
    *(("acquisition", release) for release in ("1.2", "1.3", "1.4", "1.5")),
]


def _read(text: str, release: str) -> Router:
    return read_router(parse(text, "router.set"), release, "router.set")


def _line(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(f"set {start}"))


def _worked(release: str) -> tuple[str, Router]:
    text = (HERE / "worked" / f"{release}.set").read_text()
    return text, _read(text, release)


@pytest.mark.parametrize(("example", "release"), CASES)
def test_what_was_rendered_is_read_as_designed(example: str, release: str, rendered: Rendering) -> None:
    for name, each in rendered(example, release).items():
        router = _read(each.filled(), release)
        site, gateway = each.site, each.gateway
        assert (router.release, router.host_name, router.unread, router.ipsec_interfaces) == (release, name, (), ("eth0",))
        inside = [(f"vti{n}", (IPv4Interface(f"{t.gateway}/30"),)) for n, t in enumerate(gateway.tunnels)]
        loopback = [("lo", (IPv4Interface(f"{gateway.secondary}/32"),))] if gateway.secondary else []
        assert [(interface.name, interface.addresses) for interface in router.interfaces] == [("eth0", ()), *inside, *loopback]
        assert router.interfaces[0].dhcp
        assert [peer.secret for peer in router.peers] == [f"key.{tunnel.name}" for tunnel in gateway.tunnels]
        assert {(peer.ike_lifetime, peer.esp_lifetime, peer.dpd_timeout, peer.initiate) for peer in router.peers} == {
            (28800, 3600, 30, True)
        }
        assert {peer.ike_version for peer in router.peers} == {1 if site.vpn.ike == "ikev1" else 2}
        sources = {(rule.interface, rule.source and rule.source.prefix, rule.translation) for rule in router.nat if rule.kind == "source"}
        assert sources == {(f"vti{n}", pair.local, pair.global_) for pair in site.translations for n in (0, 1)}
        local = {subnet.local for subnet in site.subnets if not subnet.private}
        blackholes = {route.prefix for route in router.routes if route.next_hop is None and route.distance == 254}
        assert {route.prefix for route in router.routes if route.next_hop} == local
        assert blackholes == {pair.global_ for pair in site.translations}
        assert router.bgp is not None
        assert (router.bgp.asn, router.bgp.import_check, router.bgp.maximum_paths) == (
            gateway.asn,
            release == "1.1",
            1 if release == "1.1" else 2,
        )
        assert tuple(network.prefix for network in router.bgp.networks) == site.advertised
        assert [neighbor.address for neighbor in router.bgp.neighbors] == [tunnel.aws for tunnel in gateway.tunnels]
        for neighbor in router.bgp.neighbors:
            assert (neighbor.remote_as, neighbor.keepalive, neighbor.holdtime) == (each.design.hub.asn, 10, 30)
            assert (neighbor.soft_reconfiguration, neighbor.activated) == (True, True)
            assert (neighbor.prefix_list_in, neighbor.prefix_list_out) == ("AWS-IN", "AWS-OUT")
            assert (neighbor.route_map_out is not None) == (len(site.gateways) == 2)
        at = (("ETH0-LOCAL", "eth0"), ("VTI-LOCAL", "vti0"), ("VTI-LOCAL", "vti1"))
        assert router.bindings == tuple(FirewallBinding(chain, "local", interface) for chain, interface in at)
        if release == "1.1":
            assert [(policy.interface, policy.mss) for policy in router.mss_policies] == [("eth0", 1379)]
        else:
            assert [interface.mss for interface in router.interfaces[1:3]] == [1379, 1379]


def test_a_rendered_text_is_read_with_its_placeholders_where_they_are_kept_as_text(rendered: Rendering) -> None:
    for each in rendered("four-regions", "1.4").values():
        router = _read(each.text, "1.4")
        assert [peer.remote for peer in router.peers] == [f"${{outside:{tunnel.name}}}" for tunnel in each.gateway.tunnels]
        assert router.chains[0].rules[1].sources == tuple(peer.remote for peer in router.peers)


def test_a_next_hop_that_is_still_a_placeholder_is_refused(rendered: Rendering) -> None:
    floating = next(each for each in rendered("acquisition", "1.4").values() if each.gateway.subnet is None)
    with pytest.raises(LandbridgeError, match="not an IPv4 address"):
        _read(floating.text, "1.4")


def test_algorithms_are_read_as_rendered(rendered: Rendering) -> None:
    old = _read(rendered("four-regions", "1.1")["frankfurt-a"].filled(), "1.1").peers[0]
    assert (old.ike, old.esp) == ((Proposal("aes128", "sha1", 2),), (Proposal("aes128", "sha1", 2),))
    new = _read(rendered("four-regions", "1.4")["frankfurt-a"].filled(), "1.4").peers[0]
    assert (new.ike, new.esp) == ((Proposal("aes256gcm128", None, 20, "sha384"),), (Proposal("aes256gcm128", None, 20),))


def test_the_hand_made_gateway_is_read_too() -> None:
    """With its static route for the translated prefix to the gateway's own tunnel addresses, as it really was."""
    text = (HERE / "seed" / "singapore.set").read_text()
    text = text.replace("route 10.0.1.0/24 blackhole distance 254", "route 10.0.1.0/24 next-hop 169.254.12.78")
    text += "set protocols static route 10.0.1.0/24 next-hop 169.254.14.214\n"
    values = {"outside:singapore-a-1": "192.0.2.1", "outside:singapore-a-2": "192.0.2.2", "private:singapore-a": "172.88.0.10"}
    router = _read(fill(text, values | {"psk:singapore-a-1": "one", "psk:singapore-a-2": "two"}), "1.1")
    assert router.unread == ()
    assert router.peers[1] == Peer(
        name="192.0.2.2",
        remote="192.0.2.2",
        local="172.88.0.10",
        local_id=None,
        remote_id=None,
        secret="two",
        initiate=True,
        ike_version=1,
        ike=(Proposal("aes128", "sha1", 2),),
        ike_lifetime=28800,
        esp=(Proposal("aes128", "sha1", 2),),
        esp_lifetime=3600,
        dpd_action="restart",
        dpd_interval=15,
        dpd_timeout=30,
        vti="vti1",
        line=_line(text, "vpn ipsec site-to-site peer ${outside:singapore-a-2}"),
    )
    own, local = Match(IPv4Network("10.0.1.0/24")), IPv4Network("172.88.88.0/24")
    others = Match(IPv4Network("10.0.1.0/24"), negated=True)
    assert [(rule.number, rule.interface) for rule in router.nat] == [(32, "vti1"), (33, "vti0"), (32, "vti1"), (33, "vti0")]
    assert {(rule.source, rule.destination, rule.translation) for rule in router.nat[:2]} == {(Match(local), others, own.prefix)}
    assert {(rule.source, rule.destination, rule.translation) for rule in router.nat[2:]} == {(others, own, local)}
    hops = [route.next_hop for route in router.routes if route.prefix == own.prefix]
    assert hops == [IPv4Address("169.254.12.78"), IPv4Address("169.254.14.214")]
    assert (router.chains, router.bindings, router.interfaces[0].name) == ((), (), "vti0")


def test_a_secret_is_in_no_repr() -> None:
    assert "one and two" not in repr(_worked("1.1")[1])


def test_defaults_of_1_1_are_filled_in() -> None:
    _, router = _worked("1.1")
    first, second = router.peers
    assert (first.ike_version, first.dpd_action, first.local_id, first.remote_id, first.secret) == (1, None, None, None, "one and two")
    assert first.esp == (Proposal("aes256", "sha256", 5), Proposal("3des", "sha1", 5))
    assert (second.ike_version, second.dpd_action, second.dpd_interval, second.dpd_timeout) == (2, "hold", 20, 120)
    assert (second.local, second.local_id, second.initiate, second.ike) == ("any", "@branch", False, (Proposal("aes128", "sha1", 2),))
    assert router.bgp is not None
    assert router.bgp.import_check
    assert (router.bgp.neighbors[0].keepalive, router.bgp.neighbors[0].holdtime) == (60, 180)


def test_a_neighbor_has_what_its_peer_group_says() -> None:
    _, router = _worked("1.1")
    assert router.bgp is not None
    assert [neighbor.address for neighbor in router.bgp.neighbors] == [IPv4Address("169.254.20.1"), IPv4Address("169.254.20.5")]
    grouped = router.bgp.neighbors[1]
    assert (grouped.remote_as, grouped.prefix_list_in, grouped.soft_reconfiguration, grouped.holdtime) == (64512, "OUT", True, 30)


def test_rules_are_in_the_order_of_their_numbers_and_disabled_ones_gone() -> None:
    text, router = _worked("1.1")
    assert [(rule.kind, rule.number) for rule in router.nat] == [("source", 5), ("source", 10), ("source", 20), ("destination", 10)]
    line = _line(text, "nat source rule 5")
    assert router.nat[0] == NatRule("source", 5, "vti3", "all", None, Match(IPv4Network("10.30.0.0/16")), None, exclude=True, line=line)
    assert router.nat[2].translation is None
    assert [rule.number for rule in router.chains[0].rules] == [10, 30, 40, 50]
    assert router.prefix_lists[0].rules == (
        PrefixListRule(
            10, permit=False, prefix=IPv4Network("10.0.0.0/8"), ge=None, le=32, line=_line(text, "policy prefix-list OUT rule 10")
        ),
        PrefixListRule(
            20, permit=True, prefix=IPv4Network("100.64.20.0/24"), ge=None, le=None, line=_line(text, "policy prefix-list OUT rule 20")
        ),
    )
    assert router.route_maps[0].rules == (
        RouteMapRule(
            10,
            permit=True,
            prefix_list="OUT",
            prepend=(65010, 65010),
            local_preference=200,
            metric=50,
            line=_line(text, "policy route-map OUT rule 10"),
        ),
    )


def test_routes_of_every_kind_are_read() -> None:
    text, router = _worked("1.1")
    assert router.routes == (
        StaticRoute(IPv4Network("0.0.0.0/0"), IPv4Address("198.51.100.1"), None, 1, _line(text, "system gateway-address")),
        StaticRoute(IPv4Network("10.30.0.0/16"), IPv4Address("10.20.0.254"), None, 7, _line(text, "protocols static route 10.30")),
        StaticRoute(IPv4Network("100.64.20.0/24"), None, None, 254, _line(text, "protocols static route 100.64")),
        StaticRoute(IPv4Network("172.31.0.0/24"), None, "vti3", 1, _line(text, "protocols static interface-route")),
    )
    newer = _worked("1.4")[1].routes
    assert [(str(route.prefix), route.interface, route.distance) for route in newer[1:3]] == [
        ("10.40.0.0/16", "vti3", 9),
        ("10.41.0.0/16", None, 1),
    ]


def test_the_firewall_is_read_with_its_groups_spelt_out() -> None:
    text, router = _worked("1.1")
    assert router.chains[0].rules[1] == FirewallRule(
        number=30,
        action="accept",
        protocol="udp",
        sources=("192.0.2.10", "192.0.2.11"),
        destinations=(),
        ports=((500, 500), (4500, 4500)),
        states=(),
        icmp_type=None,
        line=_line(text, "firewall name OUTSIDE rule 30"),
    )
    assert router.chains[0].rules[0].states == ("established", "related")
    assert router.chains[0].rules[2].ports == ((8000, 8080),)
    newer = _worked("1.4")[1]
    assert newer.bindings == (
        FirewallBinding("INSIDE", "out", "eth1"),
        FirewallBinding("OUTSIDE", "local", "eth0"),
        FirewallBinding("INSIDE", "local", None),
    )
    assert newer.chains[0].rules[1].sources == ("192.0.2.10", "192.0.2.11-192.0.2.12")


def test_the_mss_is_read_where_each_release_has_it() -> None:
    text, router = _worked("1.1")
    assert router.mss_policies == (MssPolicy("eth1", 1350, IPv4Network("100.64.0.0/10"), _line(text, "policy route CLAMP rule 5")),)
    assert [interface.mss for interface in _worked("1.4")[1].interfaces] == [None, None, 1396, 1350]


def test_keys_of_1_4_are_found_by_the_ids_they_are_for() -> None:
    first, second = _worked("1.4")[1].peers
    assert (first.secret, first.local_id, first.remote_id, first.ike_version) == ("first", None, "%any", 0)
    assert (second.secret, second.local_id, second.remote_id, second.initiate) == ("second", "@branch", "192.0.2.11", False)
    assert first.ike == (Proposal("aes128gcm128", None, 19, "sha256"),)
    assert first.esp == (Proposal("aes256gcm128", None, 19),)
    assert second.ike == (Proposal("aes256", "sha1", 2, "sha512"),)
    assert first.dpd_action == "hold"


def test_a_neighbor_of_1_4_without_a_family_is_not_activated_and_has_the_instances_timers() -> None:
    bgp = _worked("1.4")[1].bgp
    assert bgp is not None
    assert [(neighbor.activated, neighbor.keepalive, neighbor.holdtime) for neighbor in bgp.neighbors] == [(True, 20, 60), (False, 20, 60)]
    assert (bgp.maximum_paths, bgp.multipath_relax, bgp.import_check) == (4, True, False)


def test_what_is_not_built_is_unread_and_a_rule_is_unread_whole() -> None:
    """Half a rule would match more than the rule does."""
    text, router = _worked("1.1")
    starts = {
        "service dns": 1,
        "policy route CLAMP rule 6": 1,
        "policy route-map OUT rule 20": 2,
        "vpn ipsec site-to-site peer 192.0.2.12": 2,
        "nat destination rule 50": 5,
        "firewall all-ping": 1,
        "firewall name OUTSIDE rule 60": 2,
    }
    shown = [" ".join(unread.path) for unread in router.unread]
    assert {start: sum(path.startswith(start) for path in shown) for start in starts} == starts
    assert len(shown) == sum(starts.values())
    lines = text.splitlines()
    assert all(lines[unread.line - 1].split()[1] == unread.path[0] for unread in router.unread)


def test_an_empty_configuration_is_a_router_that_does_nothing() -> None:
    for release in ("1.1", "1.2", "1.3", "1.4", "1.5"):
        router = _read("", release)
        assert (router.host_name, router.interfaces, router.bgp, router.unread) == ("vyos", (), None, ())


def test_a_disabled_interface_is_none() -> None:
    assert [interface.name for interface in _worked("1.1")[1].interfaces] == ["eth0", "eth1", "vti3", "vti4"]
    assert _read("set interfaces ethernet eth0", "1.4").interfaces == (Interface("eth0", (), dhcp=False, mtu=None, mss=None, line=1),)


def test_an_unknown_release_is_refused() -> None:
    with pytest.raises(LandbridgeError, match="release line"):
        _read("", "2.0")


_VRRP = "set high-availability vrrp group ONE"
_PEER_1_1 = """set interfaces vti vti0 address 169.254.20.2/30
set vpn ipsec ipsec-interfaces interface eth0
set vpn ipsec esp-group E proposal 1
set vpn ipsec ike-group I proposal 1 dh-group 2
set vpn ipsec site-to-site peer 192.0.2.1 authentication pre-shared-secret x
set vpn ipsec site-to-site peer 192.0.2.1 ike-group I
set vpn ipsec site-to-site peer 192.0.2.1 local-address 198.51.100.1
set vpn ipsec site-to-site peer 192.0.2.1 vti bind vti0
set vpn ipsec site-to-site peer 192.0.2.1 vti esp-group E
"""


@pytest.mark.parametrize(
    ("release", "text", "part"),
    [
        ("1.1", "set interfaces ethernet eth0 address 10.0.0.300/24", "'10.0.0.300/24' is not an address"),
        ("1.1", "set interfaces ethernet eth0 mtu many", "whole number from 68"),
        ("1.1", "set interfaces ethernet eth0 firewall local name F", "no firewall name 'F'"),
        ("1.1", "set interfaces ethernet eth0 policy route P", "no policy route 'P'"),
        ("1.1", "set nat source rule 10 translation address masquerade", "no outbound-interface"),
        ("1.1", "set nat source rule 10000 outbound-interface eth0\nset nat source rule 10000 translation address masquerade", "1 to 9999"),
        ("1.4", "set nat source rule 10 outbound-interface name vti0", "translation address has no value"),
        (
            "1.1",
            "set nat source rule 1 outbound-interface vti0\nset nat source rule 1 source address 10.0.0.0/24\n"
            "set nat source rule 1 translation address 10.1.0.0/25",
            "as long as",
        ),
        (
            "1.4",
            "set nat destination rule 1 destination address !10.0.0.0/24\nset nat destination rule 1 translation address 10.1.0.0/24",
            "negated destination address",
        ),
        ("1.1", "set protocols static route 10.0.0.1/24 blackhole", "without host bits"),
        ("1.2", f"{_VRRP} interface eth0\n{_VRRP} peer-address 10.0.0.2\n{_VRRP} virtual-address 10.0.0.9/24", "vrid has no value"),
        ("1.3", f"{_VRRP} interface eth0\n{_VRRP} vrid 1\n{_VRRP} peer-address 10.0.0.2", "no virtual address"),
        ("1.4", f"{_VRRP} interface eth0\n{_VRRP} vrid 0\n{_VRRP} address 10.0.0.9/24", "1 to 255"),
        (
            "1.5",
            "".join(
                f"{vrrp} interface eth0\n{vrrp} vrid 1\n{vrrp} address 10.0.0.9/24\n{vrrp} peer-address 10.0.0.2\n"
                for vrrp in (_VRRP, _VRRP.replace("ONE", "TWO"))
            ),
            "vrid 1 is used twice on eth0",
        ),
        ("1.2", "set firewall options interface vti0 adjust-mss 100", "500 to 65535"),
        ("1.1", "set protocols static route 10.0.0.0/24 next-hop nowhere", "not an IPv4 address"),
        ("1.1", "set protocols static route 10.0.0.0/24", "leads nowhere"),
        ("1.1", "set protocols static route 10.0.0.0/24 blackhole distance 256", "1 to 255"),
        ("1.1", "set protocols bgp 1 neighbor 169.254.1.1 timers holdtime 30", "no remote-as"),
        ("1.1", "set protocols bgp 1 network 10.0.0.0/24\nset protocols bgp 2 network 10.0.0.0/24", "one BGP instance"),
        ("1.4", "set protocols bgp neighbor 169.254.1.1 remote-as 64512", "system-as has no value"),
        (
            "1.1",
            "set protocols bgp 1 neighbor 169.254.1.1 remote-as 2\nset protocols bgp 1 neighbor 169.254.1.1 timers keepalive 10",
            "go together",
        ),
        (
            "1.1",
            "set protocols bgp 1 neighbor 169.254.1.1 remote-as 2\nset protocols bgp 1 neighbor 169.254.1.1 route-map export M",
            "no route-map 'M'",
        ),
        (
            "1.4",
            "set interfaces vti vti0 address 169.254.1.2/30\nset protocols bgp system-as 1\n"
            "set protocols bgp neighbor 169.254.1.2 remote-as 2",
            "own address",
        ),
        ("1.1", "set policy prefix-list L rule 1 action permit", "prefix has no value"),
        ("1.1", "set policy prefix-list L rule 1 action maybe\nset policy prefix-list L rule 1 prefix 10.0.0.0/8", "one of permit, deny"),
        (
            "1.1",
            "set policy route-map M rule 1 action permit\nset policy route-map M rule 1 match ip address prefix-list L",
            "no prefix-list 'L'",
        ),
        ("1.1", "set policy route-map M rule 1 action permit\nset policy route-map M rule 1 set as-path-prepend x", "list of ASNs"),
        ("1.1", "set firewall name F rule 1 protocol tcp", "action has no value"),
        (
            "1.1",
            "set firewall name F rule 1 action accept\nset firewall name F rule 1 source group address-group G",
            "no address-group 'G'",
        ),
        ("1.1", "set firewall name F rule 1 action accept\nset firewall name F rule 1 destination port 22", "ports need a protocol"),
        (
            "1.4",
            "set firewall ipv4 input filter rule 1 action jump\nset firewall ipv4 input filter rule 1 jump-target F",
            "no firewall ipv4 name 'F'",
        ),
        ("1.1", "set vpn ipsec esp-group E proposal 1", "no interface is named for IPsec"),
        ("1.1", _PEER_1_1.replace("ike-group I\n", "ike-group J\n"), "no IKE group 'J'"),
        ("1.1", _PEER_1_1.replace("vti esp-group E", "vti esp-group F"), "no ESP group 'F'"),
        ("1.1", _PEER_1_1.replace("vti bind vti0", "vti bind vti7"), "no interface 'vti7'"),
        ("1.1", _PEER_1_1.replace("198.51.100.1", "here"), "'here' is not an IPv4 address"),
        ("1.1", _PEER_1_1.replace("peer 192.0.2.1 auth", "peer 192.0.2.2 auth"), "pre-shared-secret has no value"),
        ("1.1", _PEER_1_1 + _PEER_1_1.replace("192.0.2.1", "192.0.2.2"), "bound by another peer"),
        ("1.1", _PEER_1_1 + "set vpn ipsec ike-group I dead-peer-detection interval 10", "from 15"),
        ("1.1", _PEER_1_1.replace("192.0.2.1 ", "192.0.2.400 "), "host name"),
    ],
)
def test_what_vyos_would_refuse_is_refused_with_its_place(release: str, text: str, part: str) -> None:
    with pytest.raises(LandbridgeError) as refused:
        _read(text, release)
    assert any(part in finding.message for finding in refused.value.findings), str(refused.value)
    for finding in refused.value.findings:
        assert finding.code in ("syntax", "name")
        assert finding.where is not None
        assert finding.where.file == "router.set"
        assert finding.where.line is not None


def test_the_peer_that_the_broken_ones_are_made_of_is_sound() -> None:
    assert [peer.vti for peer in _read(_PEER_1_1, "1.1").peers] == ["vti0"]


def test_everything_wrong_is_said_at_once() -> None:
    text = "set interfaces ethernet eth0 mtu x\nset protocols static route 10.0.0.0/24 next-hop x\n"
    text += "set firewall name F rule 1 action accept x\nset policy prefix-list L rule 1 action permit\n"
    with pytest.raises(LandbridgeError) as refused:
        _read(text, "1.1")
    assert sorted(finding.where.line or 0 for finding in refused.value.findings if finding.where) == [1, 2, 4]


@given(st.data())
def test_a_damaged_configuration_is_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    release = data.draw(st.sampled_from(["1.1", "1.2", "1.3", "1.4"]))
    paths = [list(path) for path in parse((HERE / "worked" / f"{release}.set").read_text(), "worked.set").paths()]
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(paths))
        place = data.draw(st.integers(0, len(path) - 1))
        words = ["", "x", "0", "-1", "99999999999", "!10.0.0.0/8", "10.0.0.1-10.0.0.9", "::1", "any", "²"]
        path[place:] = data.draw(st.sampled_from([[word, *path[place + 1 :]] for word in words] + [path[:place] or path]))
    tree = Tree()
    for path in paths:
        tree.set(*path, line=1)
    with suppress(LandbridgeError):
        read_router(tree, release, "router.set")
