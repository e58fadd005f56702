"""New instances for gateways, against the embedded AWS with gateways that are played."""

from __future__ import annotations

from landbridge.aws.deploying.outdated import Make
from landbridge.aws.operating.model import Outcome
from landbridge.aws.operating.upgrading import Upgrade, wants
from landbridge.aws.operating.watching import held
from tests.aws.operating.played import Played

WAIT_S = 60.0


def instances(played: Played) -> dict[str, str]:
    return {one.name: one.instance.id for one in played.facts().gateways if one.instance is not None}


def upgrade(played: Played, *sites: str, everyone: bool = True, seconds: float = WAIT_S) -> tuple[Outcome, Upgrade]:
    means = played.means()
    with held(means) as record:
        work = Upgrade(means, record, wants(means.cloud, means.ground, sites), everyone, seconds)
        return work.run(sites), work


def test_a_pair_is_replaced_one_after_the_other_with_a_switch_between(played: Played) -> None:
    before, active = instances(played), played.facts().active("tokyo") or ""
    standby = "tokyo-b" if active == "tokyo-a" else "tokyo-a"
    outcome, work = upgrade(played, "tokyo")
    assert outcome.findings == ()
    assert [(one.gateway, one.did, one.was) for one in work.gateways] == [(name, "replaced", before[name]) for name in (standby, active)]
    assert [one.what for one in work.steps if one.of == "tokyo"][-1] == "switched"
    after = instances(played)
    assert {one.gateway: one.instance for one in work.gateways} == {name: after[name] for name in (standby, active)}
    assert after["dublin-a"] == before["dublin-a"]
    assert played.facts().active("tokyo") == standby, "nothing fails back by itself"
    again, more = upgrade(played, "tokyo", "dublin", everyone=False)
    assert (again.findings, more.gateways) == ((), ()), "all are what they should be"


def test_where_the_new_standby_is_not_well_it_stops_and_the_next_run_goes_on(played: Played) -> None:
    before, active = instances(played), played.facts().active("tokyo") or ""
    standby = "tokyo-b" if active == "tokyo-a" else "tokyo-a"
    played.rises = {f"{name}-{number}" for name in ("dublin-a", active) for number in (1, 2)}
    outcome, work = upgrade(played, "tokyo", seconds=20.0)  # until then the instance is in service, on any machine
    assert [(one.gateway, one.did) for one in work.gateways] in ([(standby, "not well")], [(standby, "replaced")])
    assert any(f"{standby}-1 isn't up with routes" in one.message for one in outcome.findings), outcome.findings
    now = instances(played)
    assert (now[active], played.facts().active("tokyo")) == (before[active], active), "who carries the site is left alone"

    played.rises = None
    outcome, work = upgrade(played, "tokyo", everyone=False)
    assert outcome.findings == ()
    assert [one.gateway for one in work.gateways] == [active], "the standby is new already; the other was still to come"
    assert now[active] != instances(played)[active]


def test_a_single_is_replaced_and_what_its_group_launches_is_not_replaced_for_ever(played: Played) -> None:
    before = instances(played)
    means = played.means()
    image = wants(means.cloud, means.ground, ["dublin"])["dublin-a"].image
    with held(means) as record:
        work = Upgrade(means, record, {"dublin-a": Make(image, "c9.huge")}, seconds=WAIT_S)
        outcome = work.run(["dublin"])
    assert [(one.gateway, one.did, one.was) for one in work.gateways] == [("dublin-a", "replaced", before["dublin-a"])]
    assert "the new instance of dublin-a isn't what it should be either" in outcome.findings[0].message
    assert played.facts().active("dublin") == "dublin-a"
    outcome, work = upgrade(played, "dublin", everyone=False)
    assert (outcome.findings, work.gateways) == ((), ())
