"""Who needs a translation, and which one it gets."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from landbridge.design import Held, Lock, forget
from tests.design.networks import Data, designed, hub, network, refused, single, vpc


def globals_of(data: Data, lock: Lock | None = None) -> dict[str, str]:
    """Each non-private subnet's global prefix by its host's name."""
    return {subnet.host: str(subnet.global_) for one in designed(data, lock).sites for subnet in one.subnets if not subnet.private}


def held(site: str, **translations: str) -> Lock:
    """A lock with `a10_0_0_0_24="100.64.0.0/24"`."""
    pairs = {IPv4Network("{}.{}.{}.{}/{}".format(*local[1:].split("_"))): IPv4Network(there) for local, there in translations.items()}
    return Lock({site: Held(None, pairs, {})})


def test_apart_nobody_is_translated() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": single("10.2.0.0/16", "10.2.0.0/24")}
    assert globals_of(network(sites)) == {"paris-1": "10.1.0.0/24", "tokyo-1": "10.2.0.0/24"}


def test_both_owners_of_a_prefix_are_translated_lowest_first_in_the_files_order() -> None:
    sites = {"tokyo": single("10.1.0.0/16", "10.1.0.0/24"), "paris": single("10.1.0.0/16", "10.1.0.0/24", "10.1.9.0/26")}
    assert globals_of(network(sites)) == {"tokyo-1": "100.64.0.0/24", "paris-1": "100.64.1.0/24", "paris-2": "100.64.2.0/26"}


def test_a_subnet_in_anothers_vpc_is_translated_though_no_subnet_is_there() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.7.0/24"), "tokyo": single("10.0.0.0/16", "10.0.0.0/24")}
    sites["tokyo"]["vpc"]["cidrs"].append("10.1.128.0/17")
    assert globals_of(network(sites)) == {"paris-1": "10.1.7.0/24", "tokyo-1": "10.0.0.0/24"}
    sites["tokyo"]["vpc"]["cidrs"][1] = "10.1.0.0/17"
    assert globals_of(network(sites)) == {"paris-1": "100.64.0.0/24", "tokyo-1": "10.0.0.0/24"}


def test_a_subnet_in_the_hubs_vpc_is_translated() -> None:
    sites = {"paris": single("172.16.8.0/24", "172.16.8.0/24")}
    assert globals_of(network(sites)) == {"paris-1": "100.64.0.0/24"}


def test_a_subnet_in_anothers_reserved_range_is_translated() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": single("10.2.0.0/16", "10.2.0.0/24")}
    sites["tokyo"]["vpc"]["reserved"] = ["10.0.0.0/15"]
    assert globals_of(network(sites)) == {"paris-1": "100.64.0.0/24", "tokyo-1": "10.2.0.0/24"}


def test_a_private_subnet_is_never_translated() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24"), "tokyo": single("10.1.1.0/24", "10.1.1.0/24")}
    sites["paris"]["vpc"]["subnets"][1]["private"] = True
    assert globals_of(network(sites)) == {"paris-1": "10.1.0.0/24", "tokyo-1": "100.64.0.0/24"}


def test_the_pool_is_used_around_vpcs_and_reserved_ranges() -> None:
    sites = {"paris": single("100.64.0.0/24", "100.64.0.0/24"), "tokyo": single("100.64.0.0/24", "100.64.0.0/24")}
    sites["tokyo"]["vpc"]["reserved"] = ["100.64.2.0/24"]
    assert globals_of(network(sites)) == {"paris-1": "100.64.1.0/24", "tokyo-1": "100.64.3.0/24"}


def test_a_pool_of_everything_leaves_out_what_no_vpc_routes() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": single("10.1.0.0/16", "10.1.0.0/24")}
    assert globals_of(network(sites, translation={"pool": "0.0.0.0/0"})) == {"paris-1": "1.0.0.0/24", "tokyo-1": "1.0.1.0/24"}


def test_a_pin_may_lie_outside_the_pool_and_wins_over_the_lock() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24", translate={"10.1.0.0/24": "192.168.7.0/24"})}
    plan = designed(network(sites), held("paris", a10_1_0_0_24="100.64.0.0/24"))
    (one,) = plan.translations
    assert (str(one.global_), one.pinned) == ("192.168.7.0/24", True)
    assert plan.lock.of("paris").translations == {one.local: one.global_}


def test_what_the_lock_holds_stays_though_the_overlap_is_gone() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24")}
    assert globals_of(network(sites), held("paris", a10_1_0_0_24="100.64.5.0/24")) == {"paris-1": "100.64.5.0/24"}


def test_what_a_removed_site_held_stays_reserved_until_forgotten() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": single("10.1.0.0/16", "10.1.0.0/24")}
    lock = held("gone", a10_9_0_0_24="100.64.0.0/24")
    assert globals_of(network(sites), lock) == {"paris-1": "100.64.1.0/24", "tokyo-1": "100.64.2.0/24"}
    assert globals_of(network(sites), forget(lock, "gone")) == {"paris-1": "100.64.0.0/24", "tokyo-1": "100.64.1.0/24"}


def reserving(prefix: str) -> Data:
    return {"region": "eu-west-1", "vpc": vpc("10.3.0.0/16", "10.3.0.0/24", reserved=[prefix]), "gateway": {"availability": "single"}}


def pinned(to: str, **more: Data) -> Data:
    return network(
        {
            "paris": single("10.1.0.0/16", "10.1.0.0/24", translate={"10.1.0.0/24": to}),
            "tokyo": single("10.2.0.0/16", "10.2.0.0/24"),
            **more,
        }
    )


@pytest.mark.parametrize(
    ("data", "lock", "code", "says"),
    [
        (pinned("10.2.9.0/24"), None, "translation-conflict", ("paris", "10.2.9.0/24", "tokyo's VPC CIDR 10.2.0.0/16")),
        (pinned("10.1.9.0/24"), None, "translation-conflict", ("paris's 10.1.9.0/24", "paris's VPC CIDR 10.1.0.0/16")),
        (pinned("172.16.9.0/24"), None, "translation-conflict", ("paris", "oregon's VPC CIDR")),
        (
            pinned("192.168.0.0/25"),
            None,
            "translation-conflict",
            ("192.168.0.0/25 is longer than 10.1.0.0/24 of paris",),
        ),
        (pinned("192.168.0.0/23"), None, "translation-conflict", ("192.168.0.0/23 is shorter than 10.1.0.0/24 of paris",)),
        (
            pinned("192.168.0.0/24", rome=single("10.3.0.0/16", "10.3.0.0/24", translate={"10.3.0.0/24": "192.168.0.0/24"})),
            None,
            "translation-conflict",
            ("rome's 192.168.0.0/24 for 10.3.0.0/24", "paris's 192.168.0.0/24 for 10.1.0.0/24"),
        ),
        (
            pinned("192.168.0.0/24", rome=reserving("192.168.0.0/16")),
            None,
            "translation-conflict",
            ("paris", "rome's reserved range 192.168.0.0/16"),
        ),
        (
            network({"paris": single("10.1.0.0/16", "10.1.0.0/24", translate={"10.1.5.0/24": "192.168.0.0/24"})}),
            None,
            "translation-conflict",
            ("10.1.5.0/24 is not a subnet of paris", "10.1.0.0/24"),
        ),
        (
            pinned("100.64.0.0/24"),
            held("tokyo", a10_2_0_0_24="100.64.0.0/24"),
            "translation-conflict",
            ("paris's 100.64.0.0/24", "tokyo's 100.64.0.0/24", "held by the lock", "--forget tokyo"),
        ),
        (
            pinned("100.64.0.0/24"),
            held("gone", a10_2_0_0_24="100.64.0.0/24"),
            "translation-conflict",
            ("paris's 100.64.0.0/24", "gone's 100.64.0.0/24", "--forget gone"),
        ),
        (
            network({"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": single("100.64.0.0/16", "100.64.0.0/24")}),
            held("paris", a10_1_0_0_24="100.64.0.0/24"),
            "translation-conflict",
            ("paris's 100.64.0.0/24", "held by the lock", "tokyo's VPC CIDR 100.64.0.0/16", "another CIDR", "--forget paris"),
        ),
        (
            network({"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": single("10.2.0.0/16", "10.2.0.0/24")}),
            Lock({**held("paris", a10_1_0_0_24="100.64.0.0/24").sites, **held("tokyo", a10_2_0_0_24="100.64.0.0/24").sites}),
            "lock",
            ("paris's 100.64.0.0/24", "tokyo's 100.64.0.0/24"),
        ),
        (
            network({"paris": single("10.1.0.0/16", "10.1.0.0/24")}),
            held("paris", a10_1_0_0_24="100.64.0.0/25"),
            "lock",
            ("100.64.0.0/25 in the lock is longer than 10.1.0.0/24 of paris", "--forget paris"),
        ),
        (
            network(
                {"paris": single("10.1.0.0/16", "10.1.0.0/24"), "tokyo": single("10.1.0.0/16", "10.1.0.0/24")},
                translation={"pool": "100.64.0.0/24"},
            ),
            None,
            "pool-exhausted",
            ("10.1.0.0/24 overlaps paris's VPC CIDR 10.1.0.0/16", "the pool 100.64.0.0/24 has no free /24"),
        ),
        (
            network({"paris": single("172.16.0.0/24", "172.16.0.0/24")}),
            None,
            "overlap",
            ("oregon's subnet 172.16.0.0/24 overlaps paris's VPC CIDR 172.16.0.0/24",),
        ),
        (
            network({"rome": reserving("10.0.0.0/20")}, hubs={"oregon": hub("10.0.0.0/16", "10.0.0.0/24")}),
            None,
            "overlap",
            ("oregon's subnet 10.0.0.0/24 overlaps rome's reserved range 10.0.0.0/20",),
        ),
    ],
)
def test_a_translation_that_breaks_a_rule_names_both_sides(data: Data, lock: Lock | None, code: str, says: tuple[str, ...]) -> None:
    (finding,) = refused(data, lock)
    assert finding.code == code
    for part in says:
        assert part in str(finding)
    assert finding.where is not None
    assert finding.where.line is not None


def test_a_pinned_private_subnet_is_an_error() -> None:
    sites = {"paris": single("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", translate={"10.1.1.0/24": "192.168.0.0/24"})}
    sites["paris"]["vpc"]["subnets"][1]["private"] = True
    (finding,) = refused(network(sites))
    assert "10.1.1.0/24 of paris is private" in str(finding)


def test_all_errors_come_at_once() -> None:
    data = network(
        {"paris": single("10.1.0.0/16", "10.1.0.0/24", asn=64512, translate={"10.1.0.0/24": "10.1.1.0/24"})},
        hubs={"oregon": hub(), "ohio": hub(None, asn=64513)},
    )
    assert {finding.code for finding in refused(data)} == {"name", "asn-conflict", "translation-conflict"}
