"""New keys for tunnels, against the embedded AWS with routers that are played."""

from __future__ import annotations

import threading

import pytest

from landbridge.aws.calling import Call, Cloud
from landbridge.aws.operating.judging import carries
from landbridge.aws.operating.keys import LETTERS, PENDING, RETURNING, Keys
from landbridge.aws.operating.model import Outcome
from landbridge.aws.operating.rotating import Rotation, undelivered
from landbridge.aws.operating.watching import Means, Watch, held
from tests.aws.operating.played import WEST, Played

WAIT_S = 20.0


class Killed(BaseException):
    """The process is no more."""


class Fault:
    """Kills at the so-manieth call of an operation, before or after it is made."""

    def __init__(self, operation: str, at: int, *, after: bool = False) -> None:
        self._operation, self._left, self._after = operation, at, after

    def before(self, call: Call) -> None:
        if call.operation == self._operation and not self._after:
            self._strike()

    def after(self, call: Call) -> None:
        if call.operation == self._operation and self._after:
            self._strike()

    def _strike(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed


def rotate(played: Played, site: str = "tokyo", seconds: float = WAIT_S, watch: Fault | None = None) -> tuple[Outcome, Rotation]:
    plain = played.means(threading.Event())
    means = Means(Cloud(played.endpoint, watch), plain.ground, plain.tell, plain.patience, plain.holder)
    with held(means) as record:
        assert undelivered(means, record, [site]) == []
        rotation = Rotation(means, record, played, seconds)
        return rotation.run([site]), rotation


@pytest.fixture
def keyed(played: Played) -> Played:
    """Routers that hold keys of their own: tunnels come up where both ends have the same."""
    played.routers = dict(played.keys())
    return played


def settled(played: Played) -> None:
    """Every tunnel carries, both ends and Secrets Manager have the same keys, and nothing is under way."""
    means = played.means()
    for site in ("tokyo", "dublin"):
        _, left, _ = Watch(means, site).until(site, "up", lambda seen: _down(seen.gateways), WAIT_S)
        assert not left
    keys, ends = Keys(means.cloud, means.ground), played.keys()
    assert played.routers == ends
    for tunnel, value in ends.items():
        assert (keys.current(tunnel).value, keys.label(tunnel)) == (value, None)


def _down(gateways: object) -> tuple[str, ...]:
    return tuple(tunnel.name for one in gateways for tunnel in one.tunnels if not carries(tunnel))  # type: ignore[attr-defined]


def test_every_tunnel_of_a_site_gets_a_new_key_the_standbys_first(keyed: Played) -> None:
    keyed.holds_on = False
    before, active = keyed.keys(), keyed.facts().active("tokyo")
    standby = "tokyo-b" if active == "tokyo-a" else "tokyo-a"
    outcome, rotation = rotate(keyed)
    assert outcome.findings == ()
    assert [one.tunnel for one in rotation.tunnels] == [f"{name}-{number}" for name in (standby, active) for number in (1, 2)]
    assert {one.did for one in rotation.tunnels} == {"rotated"}
    settled(keyed)
    after = keyed.keys()
    assert {name for name in before if before[name] != after[name]} == {one.tunnel for one in rotation.tunnels}
    assert all(set(key) <= set(LETTERS) and len(key) == 32 for name, key in after.items() if name.startswith("tokyo"))
    told = f"{keyed.told} {rotation.tunnels} {outcome}"
    assert not any(key in told for key in (*before.values(), *after.values()))


def test_interrupted_anywhere_it_is_finished_by_the_next_run(keyed: Played) -> None:
    before = keyed.keys()
    for fault in (
        Fault("PutSecretValue", 1, after=True),  # nobody runs on it
        Fault("ModifyVpnTunnelOptions", 1, after=True),  # AWS' end does
        Fault("UpdateSecretVersionStage", 1),  # both do, and it isn't written down
        Fault("PutItem", 2),  # the lock's is the first: it is done, and isn't remembered
    ):
        with pytest.raises(Killed):
            rotate(keyed, "dublin", watch=fault)
    outcome, rotation = rotate(keyed, "dublin")
    assert outcome.findings == ()
    settled(keyed)
    after = keyed.keys()
    assert {name for name in before if before[name] != after[name]} == {"dublin-a-1", "dublin-a-2"}
    assert {one.did for one in rotation.tunnels} <= {"rotated", "finished"}


def test_a_tunnel_that_does_not_come_back_gets_its_former_key_and_nothing_more_is_begun(keyed: Played) -> None:
    before = keyed.keys()
    keyed.refuses = "dublin-a"
    outcome, rotation = rotate(keyed, "dublin", 5.0)
    assert [(one.tunnel, one.did) for one in rotation.tunnels] == [("dublin-a-1", "put back")]
    assert "didn't come back with its new key: dublin-a can't be reached. It runs on its former key again" in outcome.findings[0].message
    assert keyed.keys() == before
    settled(keyed)
    keyed.refuses = ""
    assert rotate(keyed, "dublin")[0].ok, "run again, it does them all"
    settled(keyed)


def test_a_putting_back_that_was_interrupted_is_finished_and_then_it_gets_a_new_key(keyed: Played) -> None:
    before = keyed.keys()
    keyed.refuses = "dublin-a"
    with pytest.raises(Killed):
        rotate(keyed, "dublin", 5.0, Fault("PutSecretValue", 2, after=True))
    means = keyed.means()
    assert Keys(means.cloud, means.ground).label("dublin-a-1") == RETURNING
    keyed.refuses = ""
    outcome, rotation = rotate(keyed, "dublin")
    assert outcome.findings == ()
    assert [(one.tunnel, one.did) for one in rotation.tunnels] == [
        ("dublin-a-1", "put back"),
        ("dublin-a-2", "rotated"),
        ("dublin-a-1", "rotated"),
    ]
    settled(keyed)
    assert keyed.keys()["dublin-a-1"] != before["dublin-a-1"]


def test_nothing_is_begun_while_the_other_tunnel_is_down(keyed: Played) -> None:
    before = keyed.keys()
    keyed.rises = set(before) - {"dublin-a-2"}
    _, left, _ = Watch(keyed.means(), "dublin").until("dublin", "down", lambda seen: () if _down(seen.gateways) else ("up",), WAIT_S)
    assert not left
    outcome, rotation = rotate(keyed, "dublin", 2.0)
    assert "dublin-a-1 keeps its key: dublin-a-2 doesn't carry" in outcome.findings[0].message
    assert [one.did for one in rotation.tunnels] == ["not begun"]
    assert keyed.keys() == before
    keyed.rises = None
    settled(keyed)


def test_a_new_key_is_the_current_version_with_a_mark_and_the_connections_stack_has_not_drifted(keyed: Played) -> None:
    means = keyed.means()
    keys = Keys(means.cloud, means.ground)
    before = keys.current("dublin-a-1")
    made = keys.renew("dublin-a-1")
    assert (keys.current("dublin-a-1").value, keys.label("dublin-a-1")) == (made.value, PENDING)
    assert made.value not in repr(made)
    again = keys.give_back("dublin-a-1")
    assert (again.value, keys.label("dublin-a-1")) == (before.value, RETURNING)
    keys.settle("dublin-a-1")
    assert keys.label("dublin-a-1") is None
    formation = keyed.client("cloudformation", WEST)
    number = formation.detect_stack_drift(StackName="two-dublin-vpn")["StackDriftDetectionId"]
    while formation.describe_stack_drift_detection_status(StackDriftDetectionId=number)["DetectionStatus"] == "DETECTION_IN_PROGRESS":
        pass
    assert formation.describe_stack_drift_detection_status(StackDriftDetectionId=number)["StackDriftStatus"] == "IN_SYNC"
