"""What `failover`, `upgrade` and `rotate-keys` share."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.aws.operating.model import Event, Outcome
from landbridge.cli.changing import agreed, begun, file_and_sites
from landbridge.cli.progress import changes
from landbridge.findings import LandbridgeError, error


@pytest.mark.parametrize(
    ("words", "file", "sites"),
    [
        ((), "network.yaml", ()),
        (("tokyo",), "network.yaml", ("tokyo",)),
        (("acme.yaml", "tokyo", "dublin"), "acme.yaml", ("tokyo", "dublin")),
        (("nets/acme", "tokyo"), "nets/acme", ("tokyo",)),
    ],
)
def test_the_first_word_is_the_file_where_it_looks_like_one(words: tuple[str, ...], file: str, sites: tuple[str, ...]) -> None:
    assert file_and_sites(words) == (Path(file), sites)


def test_a_file_without_a_dot_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("acme").touch()
    assert file_and_sites(("acme", "tokyo")) == (Path("acme"), ("tokyo",))


def test_programs_must_say_yes_beforehand() -> None:
    assert agreed("Do this?", yes=True, as_json=True) == ()
    (finding,) = agreed("Do this?", yes=False, as_json=True) or ()
    assert (finding.code, finding.remedy) == ("permission", "Give --yes.")


def test_what_fails_once_it_is_begun_is_its_end_and_an_interruption_says_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    def refused() -> Outcome:
        raise LandbridgeError(error("cloud", "AWS refuses this."))

    assert not begun(refused).ok

    def interrupted() -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begun(interrupted)
    assert "run the same command again" in capfd.readouterr().err


def test_a_line_for_each_step_and_for_each_thing_that_is_waited_for(capfd: pytest.CaptureFixture[str]) -> None:
    with changes(quiet=False) as tell:
        for lacks in (("tokyo-b has no new instance yet",), ("tokyo-b has no new instance yet",), ("tokyo-b-1 isn't up with routes",)):
            tell(Event("tokyo-b", "new instance well", lacks))
        tell(Event("tokyo-b", "new instance well", (), 12.5))
        tell(Event("tokyo", "switch to tokyo-b", ("the routes don't lead there",), 60.0))
    assert capfd.readouterr().err.splitlines() == [
        "tokyo-b: new instance well, not yet: tokyo-b has no new instance yet",
        "tokyo-b: new instance well, not yet: tokyo-b-1 isn't up with routes",
        "tokyo-b: new instance well after 12.5 s",
        "tokyo: switch to tokyo-b, not after 60 s: the routes don't lead there",
    ]
    with changes(quiet=True) as tell:
        tell(Event("tokyo", "switched", (), 1.0))
    assert capfd.readouterr().err == ""
