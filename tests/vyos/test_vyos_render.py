"""Rendering a gateway: what each release line's text must have, and what it must refuse."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from landbridge.design import Design, Translation, rereleased
from landbridge.findings import LandbridgeError
from landbridge.vyos import Tree, parse, placeholders, read_router, render_gateway

SEED = Path(__file__).parent / "seed"

Rendering = Callable[[str, str], dict[str, Any]]

CASES = [
    *(("four-regions", release) for release in ("1.1", "1.2", "1.3", "1.4", "1.5")),
    *(("acquisition", release) for release in ("1.2", "1.3", "1.4", "1.5")),
]


def _tree(text: str) -> Tree:
    return parse(text, "router.set")


@pytest.mark.parametrize("site", ["singapore", "virginia", "frankfurt"])
def test_release_1_1_contains_every_command_of_the_hand_made_gateway(site: str, rendered: Rendering) -> None:
    by_hand = set(_tree((SEED / f"{site}.set").read_text()).paths())
    assert by_hand - set(_tree(rendered("four-regions", "1.1")[f"{site}-a"].text).paths()) == set()


@pytest.mark.parametrize(("example", "release"), CASES)
def test_every_line_is_a_set_command_and_every_placeholder_a_known_one(example: str, release: str, rendered: Rendering) -> None:
    for name, each in rendered(example, release).items():
        assert all(line.startswith("set ") for line in each.text.splitlines())
        tunnels = {f"{kind}:{tunnel.name}" for tunnel in each.gateway.tunnels for kind in ("psk", "outside")}
        own = {f"eip:{name}", f"private:{name}"} | ({f"router:{name}"} if each.gateway.subnet is None else set())
        assert placeholders(each.text) == tunnels | own


@pytest.mark.parametrize(("example", "release"), CASES)
def test_a_value_is_last_and_in_single_quotes_as_user_data_wants_it(example: str, release: str, rendered: Rendering) -> None:
    """cloud-init on VyOS skips any other line, or takes its value for a node. What has no quotes is a flag, or a tag without leaves."""
    flags = re.compile(r"disable-[a-z-]+|no-preempt|prefer|inbound")
    tags = re.compile(r".* (?:next-hop|network|address|virtual-address) [0-9./]+")
    for each in rendered(example, release).values():
        for line in each.filled().splitlines():
            assert re.fullmatch(r"set [^']*[^' ]( '[^']+')?", line)
            if not line.endswith("'"):
                assert flags.fullmatch(line.rsplit(" ", 1)[1]) or tags.fullmatch(line)


@pytest.mark.parametrize(("example", "release"), CASES)
def test_at_every_interface_only_what_must_reaches_the_router_itself(example: str, release: str, rendered: Rendering) -> None:
    for each in rendered(example, release).values():
        router = read_router(_tree(each.filled()), release, "router.set")
        bound = {binding.interface: binding.chain for binding in router.bindings if binding.direction == "local"}
        assert bound == {"eth0": "ETH0-LOCAL", "vti0": "VTI-LOCAL", "vti1": "VTI-LOCAL"}
        chain = next(chain for chain in router.chains if chain.name == "VTI-LOCAL")
        ends = tuple(str(tunnel.aws) for tunnel in each.gateway.tunnels)
        assert chain.default_action == "drop"
        assert [(rule.protocol, rule.ports, rule.sources, rule.states) for rule in chain.rules] == [
            ("all", (), (), ("established", "related")),
            ("tcp", ((179, 179),), ends, ()),
            ("icmp", (), ends, ()),
        ]


def test_the_secondary_addresses_of_a_pair_are_the_last_usable_of_their_subnets(rendered: Rendering) -> None:
    for each in rendered("acquisition", "1.2").values():
        pair = len(each.site.gateways) == 2
        assert each.gateway.secondary == (each.gateway.subnet[-2] if pair else None)
        tree = _tree(each.text)
        assert tree.values("interfaces", "loopback", "lo", "address") == ((f"{each.gateway.secondary}/32",) if pair else ())
        assert tree.values("interfaces", "ethernet", "eth0", "address") == ("dhcp",)  # VyOS takes nothing beside it


@pytest.mark.parametrize(("release", "word"), [("1.2", None), ("1.3", "prfsha384"), ("1.4", "prfsha384"), ("1.5", "prfsha384")])
def test_the_defaults_are_what_is_safe_today(release: str, word: str | None, rendered: Rendering) -> None:
    tree = _tree(rendered("four-regions", release)["singapore-a"].text)
    group = tree.get("vpn", "ipsec", "ike-group", "AWS")
    assert group is not None
    assert [group.value("proposal", "1", leaf) for leaf in ("encryption", "dh-group", "prf")] == ["aes256gcm128", "20", word]
    assert group.value("key-exchange") == "ikev2"


def test_with_ikev1_nothing_is_said_of_mobike_which_only_ikev2_has(designs: dict[str, Design]) -> None:
    """1.2 and 1.3 refuse to commit it."""
    design = rereleased(designs["four-regions"], "1.3")
    vpn = design.sites[0].vpn
    for options, there in ((replace(vpn, ike="ikev1"), False), (replace(vpn, ike="ikev2"), True)):
        site = replace(design.sites[0], vpn=options)
        tree = _tree(render_gateway(site, site.gateways[0], design, "1.3"))
        assert tree.has("vpn", "ipsec", "ike-group", "AWS", "mobike") == there


def test_a_value_that_would_close_its_quotes_is_never_written(designs: dict[str, Design]) -> None:
    site = designs["acquisition"].sites[0]
    gateway = replace(site.gateways[0], name="x' y")
    with pytest.raises(ValueError, match="without quotes"):
        render_gateway(site, gateway, designs["acquisition"], "1.4")


def test_every_translation_is_on_every_tunnel_both_ways_and_has_a_blackhole(rendered: Rendering) -> None:
    for each in rendered("acquisition", "1.4").values():
        tree = _tree(each.text)
        for translation in each.site.translations:
            for kind, way, here, there in (
                ("source", "outbound-interface", translation.local, translation.global_),
                ("destination", "inbound-interface", translation.global_, translation.local),
            ):
                rules = [tree.get("nat", kind, "rule", rule) for rule in tree.values("nat", kind, "rule")]
                found = [
                    rule.value(way, "name")
                    for rule in rules
                    if rule and rule.value(kind, "address") == str(here) and rule.value("translation", "address") == str(there)
                ]
                assert sorted(filter(None, found)) == ["vti0", "vti1"]
            assert tree.value("protocols", "static", "route", str(translation.global_), "blackhole", "distance") == "254"


def test_no_address_on_the_side_of_a_prefix_translation_is_negated(rendered: Rendering) -> None:
    """nft takes no map with a negated key: VyOS 1.4's commit breaks on it."""
    for release, example in (("1.1", "four-regions"), ("1.4", "acquisition")):
        for each in rendered(example, release).values():
            tree = _tree(each.text)
            for kind in ("source", "destination"):
                for rule in tree.values("nat", kind, "rule"):
                    assert not (tree.value("nat", kind, "rule", rule, kind, "address") or "").startswith("!")


def test_a_site_announces_its_global_prefixes_and_nothing_else_and_takes_no_default_route(rendered: Rendering) -> None:
    for release, example in (("1.1", "four-regions"), ("1.4", "acquisition")):
        for each in rendered(example, release).values():
            tree = _tree(each.text)
            out = tree.get("policy", "prefix-list", "AWS-OUT", "rule")
            assert out is not None
            assert [out.value(rule, "prefix") for rule in out.children] == [str(prefix) for prefix in each.site.advertised]
            assert tree.value("policy", "prefix-list", "AWS-IN", "rule", "10", "action") == "deny"
            assert tree.value("policy", "prefix-list", "AWS-IN", "rule", "10", "prefix") == "0.0.0.0/0"


def test_the_active_of_a_pair_prepends_once_the_standby_twice_a_single_not_at_all(rendered: Rendering) -> None:
    for release in ("1.2", "1.3", "1.4", "1.5"):
        for each in rendered("acquisition", release).values():
            times = 0 if len(each.site.gateways) == 1 else 1 if each.gateway.role == "active" else 2
            route_maps = read_router(_tree(each.filled()), release, "router.set").route_maps
            assert [route_map.rules[0].prepend for route_map in route_maps] == ([(each.gateway.asn,) * times] if times else [])


def test_each_of_a_pair_lets_in_the_others_vrrp(rendered: Rendering) -> None:
    for each in rendered("acquisition", "1.4").values():
        others = [other.secondary for other in each.site.gateways if other.name != each.gateway.name]
        rule = _tree(each.text).get("firewall", "ipv4", "name", "ETH0-LOCAL", "rule", "40")
        assert (rule is not None) == bool(others)
        if rule is not None:
            assert (rule.value("protocol"), rule.value("source", "address")) == ("vrrp", str(others[0]))


def test_nothing_announced_is_an_empty_export_list_not_a_missing_one(designs: dict[str, Design]) -> None:
    """A neighbor may not refer to a prefix list that isn't there; one without rules isn't there."""
    design = designs["acquisition"]
    site = replace(design.sites[0], advertised=())
    tree = _tree(render_gateway(site, site.gateways[0], design, "1.4"))
    assert tree.value("policy", "prefix-list", "AWS-OUT", "rule", "1", "action") == "deny"


def test_where_aws_starts_the_gateway_responds(designs: dict[str, Design]) -> None:
    for release, peer in (("1.1", "${outside:singapore-a-1}"), ("1.4", "singapore-a-1")):
        design = rereleased(designs["four-regions"], release)
        site = replace(design.sites[0], vpn=replace(design.sites[0].vpn, startup="aws"))
        tree = _tree(render_gateway(site, site.gateways[0], design, release))
        assert tree.value("vpn", "ipsec", "site-to-site", "peer", peer, "connection-type") == "respond"
        assert tree.value("vpn", "ipsec", "ike-group", "AWS", "dead-peer-detection", "action") == "clear"


@pytest.mark.parametrize(
    ("release", "dpd", "interval", "timeout"),
    [("1.1", 30, "15", "30"), ("1.1", 60, "20", "60"), ("1.4", 30, "10", "30"), ("1.4", 3600, "1200", "3600")],
)
def test_dead_peers_are_noticed_in_the_time_asked_for_within_the_releases_bounds(
    release: str, dpd: int, interval: str, timeout: str, designs: dict[str, Design]
) -> None:
    design = rereleased(designs["four-regions"], release)
    site = replace(design.sites[0], vpn=replace(design.sites[0].vpn, dpd=dpd))
    tree = _tree(render_gateway(site, site.gateways[0], design, release))
    path = ("vpn", "ipsec", "ike-group", "AWS", "dead-peer-detection")
    assert (tree.value(*path, "interval"), tree.value(*path, "timeout")) == (interval, timeout)


def test_nobody_logs_in_by_ssh_where_no_administrator_is_named(designs: dict[str, Design]) -> None:
    for release, firewall in (("1.1", ("firewall", "name")), ("1.4", ("firewall", "ipv4", "name"))):
        design = rereleased(designs["four-regions"], release)
        design = replace(design, admin=replace(design.admin, cidrs=()))
        tree = _tree(render_gateway(design.sites[0], design.sites[0].gateways[0], design, release))
        assert tree.values(*firewall, "ETH0-LOCAL", "rule") == ("10", "20", "30")
        assert tree.has("service", "ssh", "disable-password-authentication")


def test_key_names_are_safe_in_a_path_and_distinct(designs: dict[str, Design]) -> None:
    design = designs["acquisition"]
    keys = ("ssh-rsa AAAA me@host; rm -rf /", "ssh-rsa BBBB me@host; rm -rf /", "ssh-ed25519 CCCC", "ssh-ed25519 DDDD '\"$(x)")
    design = replace(design, admin=replace(design.admin, ssh_keys=keys))
    site = design.sites[0]
    tree = _tree(render_gateway(site, site.gateways[0], design, "1.4"))
    path = ("system", "login", "user", "vyos", "authentication", "public-keys")
    assert tree.values(*path) == ("me@host-rm--rf", "me@host-rm--rf-2", "key-3", "x")
    assert tree.value(*path, "key-3", "type") == "ssh-ed25519"
    assert tree.value(*path, "key-3", "key") == "CCCC"


def test_an_unknown_release_is_refused(designs: dict[str, Design]) -> None:
    site = designs["four-regions"].sites[0]
    with pytest.raises(LandbridgeError, match="release line") as refused:
        render_gateway(site, site.gateways[0], designs["four-regions"], "0.9")
    assert refused.value.findings[0].code == "release"


def test_release_1_1_refuses_all_it_does_not_have_at_once(designs: dict[str, Design]) -> None:
    design = designs["acquisition"]
    site = next(site for site in design.sites if len(site.gateways) == 2)
    with pytest.raises(LandbridgeError) as refused:
        render_gateway(site, site.gateways[0], design, "1.1")
    messages = [finding.message for finding in refused.value.findings]
    assert [finding.code for finding in refused.value.findings] == ["release"] * 3
    assert "pair" in messages[0]
    assert "SSH key" in messages[1]
    assert "aes256-gcm" in messages[2]


def test_a_site_has_as_many_translations_as_the_release_has_rule_numbers(designs: dict[str, Design]) -> None:
    design = rereleased(designs["four-regions"], "1.1")
    site = design.sites[0]
    local, global_ = IPv4Network("10.0.0.0/16"), IPv4Network("100.64.0.0/16")
    pairs = zip(local.subnets(new_prefix=30), global_.subnets(new_prefix=30), strict=True)
    many = tuple(Translation(site.name, one, other, pinned=False) for one, other in pairs)
    most = (10_000 - 32) // 2
    render_gateway(replace(site, translations=many[:most]), site.gateways[0], design, "1.1")
    with pytest.raises(LandbridgeError, match=f"at most {most}"):
        render_gateway(replace(site, translations=many[: most + 1]), site.gateways[0], design, "1.1")


def test_five_thousand_gateways_are_rendered_in_five_seconds(designs: dict[str, Design]) -> None:
    design = rereleased(designs["four-regions"], "1.4")
    site = design.sites[0]
    render_gateway(site, site.gateways[0], design, "1.4")
    before = time.process_time()
    for _ in range(500):
        render_gateway(site, site.gateways[0], design, "1.4")
    assert time.process_time() - before < 0.5
