"""ASNs, inside addresses, places of gateways, releases, names: what is chosen, and what is refused."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from landbridge.design import Held, Lock, rereleased
from landbridge.findings import LandbridgeError
from tests.design.networks import Data, designed, hub, network, refused, single, site

RSA = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ" + "C" * 342 + "=="
PAIR = ("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24")


def paris(*subnets: Data, **gateway: object) -> Data:
    return network({"paris": {"region": "eu-west-3", "vpc": {"cidrs": ["10.1.0.0/16"], "subnets": list(subnets)}, "gateway": gateway}})


def subnet(third: int, zone: str, **more: object) -> Data:
    return {"cidr": f"10.1.{third}.0/24", "zone": zone, **more}


def test_asns_are_assigned_around_those_in_use() -> None:
    sites = {name: single(f"10.{at}.0.0/16", f"10.{at}.0.0/24") for at, name in enumerate(("paris", "tokyo", "rome"))}
    sites["tokyo"]["asn"] = 65001
    plan = designed(network(sites, asns="65000-65009"), Lock({"gone": Held(65000), "rome": Held(65004)}))
    assert [(one.name, one.asn) for one in plan.sites] == [("paris", 65002), ("tokyo", 65001), ("rome", 65004)]
    assert {name: held.asn for name, held in plan.lock.sites.items()} == {"gone": 65000, "paris": 65002, "tokyo": 65001, "rome": 65004}


def test_a_pair_shares_its_sites_asn_and_is_active_and_standby() -> None:
    plan = designed(network({"paris": site(*PAIR, asn=65001)}))
    assert [(gateway.name, gateway.role, gateway.asn) for gateway in plan.sites[0].gateways] == [
        ("paris-a", "active", 65001),
        ("paris-b", "standby", 65001),
    ]


def test_inside_ranges_are_assigned_around_what_aws_keeps_and_what_is_held() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": site("10.2.0.0/16", "10.2.0.0/24", "10.2.1.0/24")}
    sites["paris"]["gateway"]["tunnels"] = ["169.254.0.8/30", "169.254.14.212/30"]
    lock = Lock({"gone": Held(None, {}, {"gone-a-1": IPv4Network("169.254.0.4/30")})})
    inside = {
        tunnel.name: str(tunnel.inside)
        for one in designed(network(sites), lock).sites
        for gateway in one.gateways
        for tunnel in gateway.tunnels
    }
    assert inside == {
        "paris-a-1": "169.254.0.8/30",
        "paris-a-2": "169.254.14.212/30",
        "tokyo-a-1": "169.254.0.12/30",
        "tokyo-a-2": "169.254.0.16/30",
        "tokyo-b-1": "169.254.0.20/30",
        "tokyo-b-2": "169.254.0.24/30",
    }


def test_the_second_tunnels_of_a_pair_stay_reserved_while_it_is_a_single() -> None:
    pair = designed(network({"paris": site(*PAIR)}))
    as_single = network({"tokyo": single("10.2.0.0/16", "10.2.0.0/24"), "paris": single(*PAIR)})
    again = designed(network({"tokyo": single("10.2.0.0/16", "10.2.0.0/24"), "paris": site(*PAIR)}), designed(as_single, pair.lock).lock)
    assert again.sites[1].gateways[1].tunnels == pair.sites[0].gateways[1].tunnels


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (paris(subnet(0, "a"), subnet(1, "a"), subnet(2, "b")), ["10.1.0.0/24", "10.1.2.0/24"]),
        (paris(subnet(0, "a", private=True), subnet(1, "b"), subnet(2, "c")), ["10.1.1.0/24", "10.1.2.0/24"]),
        (paris(subnet(0, "a"), subnet(1, "b", gateway="a")), ["10.1.1.0/24", "10.1.0.0/24"]),
        (paris(subnet(0, "a"), subnet(1, "b"), subnet(2, "c", gateway="b")), ["10.1.0.0/24", "10.1.2.0/24"]),
        (paris(subnet(0, "a", gateway="b"), subnet(1, "b", gateway="a")), ["10.1.1.0/24", "10.1.0.0/24"]),
        (paris(subnet(0, "a", gateway="b"), subnet(1, "a"), subnet(2, "b")), ["10.1.2.0/24", "10.1.0.0/24"]),
        (paris(subnet(0, "a"), subnet(1, "b"), availability="single"), ["None"]),
        (paris(subnet(0, "a"), subnet(1, "b", gateway="a"), availability="single"), ["10.1.1.0/24"]),
        (paris(subnet(0, "a"), subnet(1, "a"), availability="single"), ["10.1.0.0/24"]),
        (paris(subnet(0, "a", private=True), subnet(1, "b"), availability="single"), ["10.1.1.0/24"]),
    ],
)
def test_where_gateways_stand(data: Data, places: list[str]) -> None:
    assert [str(gateway.subnet) for gateway in designed(data).sites[0].gateways] == places


def test_what_a_gateway_lets_in() -> None:
    plan = designed(network({"paris": site(*PAIR)}, admin={"cidrs": ["203.0.113.0/24"]}))
    rules = [(rule.protocol, rule.ports, rule.source) for rule in plan.sites[0].gateways[1].rules]
    assert rules == [
        ("udp", (500, 4500), "${outside:paris-b-1}"),
        ("esp", (), "${outside:paris-b-1}"),
        ("udp", (500, 4500), "${outside:paris-b-2}"),
        ("esp", (), "${outside:paris-b-2}"),
        ("tcp", (22,), "203.0.113.0/24"),
        ("vrrp", (), "10.1.0.254/32"),
        ("all", (), "10.1.0.0/16"),
    ]


def test_routes_and_announcements() -> None:
    plan = designed(network({"paris": single(*PAIR), "tokyo": single("10.1.1.0/24", "10.1.1.0/24")}))
    assert [(route.destination, route.target) for route in plan.sites[0].routes] == [("remote", "paris-a")]
    assert [(route.destination, route.target) for route in plan.hub.routes] == [("remote", "tgw")]
    assert [str(prefix) for prefix in plan.sites[0].advertised] == ["10.1.0.0/24", "100.64.0.0/24"]
    assert len(list(plan.reachability())) == 2 * (1 * 2 + 1 * 1 + 2 * 1)


def test_defaults_of_ipsec_follow_the_release_and_what_is_written_wins() -> None:
    data = network({"paris": single(*PAIR), "tokyo": single("10.2.0.0/16", "10.2.0.0/24")}, vpn={"dh": 14})
    data["sites"]["tokyo"]["gateway"]["release"] = "1.1"
    options = [(one.vpn.ike, one.vpn.encryption, one.vpn.integrity, one.vpn.dh) for one in designed(data).sites]
    assert options == [("ikev2", "aes256-gcm", "sha384", 14), ("ikev1", "aes128", "sha1", 14)]


def test_another_release_decides_ipsec_anew_and_keeps_the_rest() -> None:
    plan = designed(network({"paris": single(*PAIR)}))
    old = rereleased(plan, "1.1")
    assert old.sites[0].vpn.ike == "ikev1"
    assert old.sites[0].gateways[0].release == "1.1"
    assert rereleased(old, "1.4") == plan


@pytest.mark.parametrize(
    ("data", "release", "says"),
    [
        (network({"paris": site(*PAIR)}), "1.1", "paris is a pair"),
        (network({"paris": single(*PAIR)}, vpn={"ike": "ikev2"}), "1.1", "IKEv2"),
        (network({"paris": single(*PAIR)}), "2.0", "'2.0'"),
        (network({"paris": single(*PAIR)}, admin={"ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43]}), "1.1", "ssh-ed25519"),
    ],
)
def test_another_release_that_lacks_something_is_refused(data: Data, release: str, says: str) -> None:
    plan = designed(data)
    with pytest.raises(LandbridgeError, match=says):
        rereleased(plan, release)


BOTH = {"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": single("10.2.0.0/16", "10.2.0.0/24")}


def both(paris: Data, tokyo: Data | None = None, **more: object) -> Data:
    """Two singles, each with something changed."""
    return network({"paris": {**BOTH["paris"], **paris}, "tokyo": {**BOTH["tokyo"], **(tokyo or {})}}, **more)


def renamed(paris: str = "x", tokyo: str = "y") -> Data:
    return network({paris: BOTH["paris"], tokyo: BOTH["tokyo"]})


def tunnels(*ranges: str) -> Data:
    return {"gateway": {"availability": "single", "tunnels": list(ranges)}}


def old(**more: object) -> Data:
    return {"gateway": {"availability": "single", "release": "1.1", **more}}


def inside(site: str, tunnel: str, there: str) -> Lock:
    return Lock({site: Held(None, {}, {tunnel: IPv4Network(there)})})


@pytest.mark.parametrize(
    ("data", "lock", "code", "says"),
    [
        (both({"asn": 65001}, {"asn": 65001}), None, "asn-conflict", ("65001", "paris", "tokyo")),
        (both({"asn": 64512}), None, "asn-conflict", ("64512", "paris", "oregon")),
        (both({"asn": 65001}), Lock({"tokyo": Held(65001)}), "asn-conflict", ("65001", "paris", "tokyo", "--forget tokyo")),
        (both({"asn": 65001}), Lock({"gone": Held(65001)}), "asn-conflict", ("65001", "paris", "gone", "--forget gone")),
        (both({"asn": 23456}), None, "asn-conflict", ("paris", "23456")),
        (both({}, hubs={"oregon": hub(asn=3320)}), None, "asn-conflict", ("oregon", "3320")),
        (both({}, asns="65001-65001"), None, "pool-exhausted", ("tokyo", "65001-65001")),
        (
            both(tunnels("169.254.9.0/30", "169.254.9.4/30"), tunnels("169.254.9.4/30", "169.254.9.8/30")),
            None,
            "inside-conflict",
            ("169.254.9.4/30", "paris-a-2", "tokyo-a-1"),
        ),
        (both(tunnels("169.254.5.0/30", "169.254.9.4/30")), None, "inside-conflict", ("169.254.5.0/30", "paris-a-1", "AWS")),
        (both(tunnels("169.254.169.252/30", "169.254.9.4/30")), None, "inside-conflict", ("169.254.169.252/30", "169.254.169.0/24")),
        (
            both(tunnels("169.254.9.0/30", "169.254.9.4/30")),
            inside("tokyo", "tokyo-a-1", "169.254.9.4/30"),
            "inside-conflict",
            ("paris-a-2", "tokyo-a-1", "--forget tokyo"),
        ),
        (
            both(tunnels("169.254.9.0/30", "169.254.9.4/30")),
            inside("gone", "gone-a-1", "169.254.9.4/30"),
            "inside-conflict",
            ("paris-a-2", "gone-a-1", "--forget gone"),
        ),
        (both({}), inside("paris", "paris-a-1", "10.0.0.0/30"), "lock", ("10.0.0.0/30", "paris-a-1", "--forget paris")),
        (both({}), inside("paris", "paris-a-1", "169.254.9.0/29"), "lock", ("169.254.9.0/29", "paris-a-1")),
        (both({"hub": "ohio"}), None, "name", ("paris", "ohio", "oregon")),
        (both({}, hubs={"oregon": hub(), "ohio": hub(None, asn=64513)}), None, "name", ("ohio", "oregon", "version 1")),
        (
            renamed(tokyo="x-a"),
            None,
            "name",
            ("x's gateway x-a", "site x-a"),
        ),
        (
            renamed(tokyo="x-1"),
            None,
            "name",
            ("x's host x-1", "site x-1"),
        ),
        (renamed("oregon"), None, "name", ("hub oregon", "site oregon")),
        (paris(subnet(0, "a"), subnet(1, "a")), None, "name", ("paris-a and paris-b", "zone a")),
        (paris(subnet(0, "a", gateway="a"), subnet(1, "a", gateway="b"), subnet(2, "b")), None, "name", ("and paris-b", "zone a")),
        (
            paris(subnet(0, "a", gateway="a", private=True), subnet(1, "b"), subnet(2, "c")),
            None,
            "name",
            ("paris-a", "10.1.0.0/24", "private"),
        ),
        (paris(subnet(0, "a", gateway="a"), subnet(1, "b", gateway="a")), None, "name", ("paris-a", "10.1.0.0/24 and 10.1.1.0/24")),
        (paris(subnet(0, "a", gateway="b"), availability="single"), None, "name", ("10.1.0.0/24", "paris-b", "single")),
        (paris(subnet(0, "a", private=True)), None, "name", ("every subnet of paris is private", "paris-a")),
        (paris(subnet(0, "a"), {"cidr": "10.1.0.0/25", "zone": "b"}), None, "overlap", ("subnets of paris", "10.1.0.0/24 and 10.1.0.0/25")),
        (paris(subnet(0, "a"), {"cidr": "10.9.0.0/24", "zone": "b"}), None, "overlap", ("paris's subnet 10.9.0.0/24", "10.1.0.0/16")),
        (
            both({"vpc": {"cidrs": ["10.1.0.0/16", "10.1.8.0/24"], "subnets": [subnet(0, "a")]}}),
            None,
            "overlap",
            ("CIDRs of paris", "10.1.0.0/16 and 10.1.8.0/24"),
        ),
        (paris(subnet(0, "a"), subnet(1, "b"), release="1.1"), None, "release", ("paris", "pair", "1.1")),
        (both(old(), vpn={"ike": "ikev2"}), None, "release", ("1.1.7", "IKEv2", "paris")),
        (both(old(), vpn={"encryption": "aes128-gcm"}), None, "release", ("1.1", "aes128-gcm", "paris")),
        (both({}, vpn={"ike": "ikev1", "encryption": "aes256-gcm"}), None, "release", ("IKEv1", "aes256-gcm")),
        (both(old(), vpn={"startup": "aws"}), None, "release", ("AWS starts", "IKEv2")),
        (
            both(old(), admin={"ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43]}),
            None,
            "release",
            ("release 1.1", "paris", "ssh-ed25519"),
        ),
    ],
)
def test_what_is_wrong_is_an_error_that_names_both_sides(data: Data, lock: Lock | None, code: str, says: tuple[str, ...]) -> None:
    findings = refused(data, lock)
    assert {finding.code for finding in findings} == {code}
    for part in says:
        assert part in str(findings[0])
    assert findings[0].where is not None
    assert findings[0].where.line is not None


def test_inside_ranges_end() -> None:
    """16,314 /30s are enough for 4,078 pairs."""
    sites = {f"s{at}": site("10.1.0.0/16", "10.1.0.0/28", "10.1.0.16/28", region="eu-west-1") for at in range(4079)}
    (finding,) = refused(network(sites))
    assert finding.code == "pool-exhausted"
    assert "169.254.0.0/16 has no /30 left for 2 tunnels, the first of them s4078-b-1" in finding.message
    assert "16314 tunnels" in finding.message
