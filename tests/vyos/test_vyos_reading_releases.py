"""Reading what 1.2 and 1.3 have of their own: MSS in the firewall's options, unicast VRRP, their defaults."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

from landbridge.vyos import Router, parse, read_router
from landbridge.vyos.router import Proposal, VrrpGroup, VrrpScripts

HERE = Path(__file__).parent


def _worked(release: str) -> tuple[str, Router]:
    text = (HERE / "worked" / f"{release}.set").read_text()
    return text, read_router(parse(text, "router.set"), release, "router.set")


def _line(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(f"set {start}"))


def test_releases_1_2_and_1_3_clamp_in_the_firewalls_options_and_the_loopback_is_read() -> None:
    assert [(each.name, each.mss) for each in _worked("1.2")[1].interfaces] == [
        ("eth0", None),
        ("vti0", 1350),
        ("vti1", None),
        ("lo", None),
    ]
    assert [(each.name, each.mss) for each in _worked("1.3")[1].interfaces] == [("eth0", None), ("vti0", 1350)]


def test_ipsec_of_1_2_and_1_3_has_each_releases_own_defaults() -> None:
    (older,), (newer,) = _worked("1.2")[1].peers, _worked("1.3")[1].peers
    assert (older.ike_version, older.ike, older.dpd_action, older.dpd_interval) == (
        1,
        (Proposal("aes256gcm128", None, 2, "sha384"),),
        "hold",
        5,
    )
    assert (newer.ike_version, newer.ike, newer.dpd_action) == (0, (Proposal("aes128gcm128", None, 19, "sha256"),), None)
    assert newer.esp == (Proposal("aes128gcm128", None, 19),)


def test_bgp_of_1_2_and_1_3_checks_the_table_only_where_asked_and_needs_no_family() -> None:
    older, newer = _worked("1.2")[1], _worked("1.3")[1]
    assert older.bgp is not None
    assert newer.bgp is not None
    assert (older.bgp.import_check, older.bgp.maximum_paths, older.bgp.neighbors[0].activated) == (True, 2, True)
    assert (newer.bgp.import_check, newer.bgp.maximum_paths, newer.bgp.neighbors[0].activated) == (False, 4, True)
    assert older.route_maps[0].rules[0].prepend == (65020, 65020)


def test_groups_of_unicast_vrrp_are_read_and_others_are_left_unread() -> None:
    text, router = _worked("1.2")
    assert router.vrrp == (
        VrrpGroup(
            name="ONE",
            interface="eth0",
            vrid=7,
            addresses=("10.20.0.99/24", "10.20.0.98/24"),
            source=IPv4Address("10.20.0.9"),
            peers=(IPv4Address("10.20.1.9"),),
            priority=100,
            interval=1,
            preempt=True,
            check=None,
            check_interval=60,
            check_failures=3,
            scripts=VrrpScripts("/config/scripts/up.sh now", None, None, "/config/scripts/stop.sh"),
            line=_line(text, "high-availability"),
        ),
    )
    assert {unread.path[3] for unread in router.unread} == {"MANY"}
    newer = _worked("1.3")[1]
    assert [(group.name, group.priority, group.interval, group.preempt, group.check) for group in newer.vrrp] == [
        ("ONE", 120, 2, False, "/config/scripts/well.sh")
    ]
    assert newer.vrrp[0].peers == (IPv4Address("10.20.1.9"), IPv4Address("10.20.2.9"))
    assert {unread.path[3] for unread in newer.unread} == {"TWO"}
