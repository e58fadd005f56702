"""`landbridge failover`, `upgrade` and `rotate-keys`, whole, and what they print; against gateways that are played."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landbridge.cli import main
from tests.aws.operating.played import Played

PAGE = Path("docs/changes.md").read_text(encoding="utf-8")


def documented(command: str) -> Any:  # noqa: ANN401
    return json.loads(PAGE.split(f"<!-- shape: {command} -->")[1].split("<!-- end -->")[0])


def run(capfd: pytest.CaptureFixture[str], played: Played, command: str, *words: str) -> tuple[int, Any]:
    capfd.readouterr()
    status = main([command, str(played.file), *words, "--endpoint", played.endpoint, "--json"])
    return status, json.loads(capfd.readouterr().out)


def shape(value: Any) -> Any:  # noqa: ANN401
    """A value's keys, with one item for each list."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in ("findings", "plan")}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value)


def test_failover_switches_and_asked_for_what_is_does_nothing(played: Played, capfd: pytest.CaptureFixture[str]) -> None:
    status, refused = run(capfd, played, "failover", "tokyo")
    assert (status, refused["switched"]) == (2, False)
    assert "Give --yes" in refused["findings"][0]["remedy"]
    status, said = run(capfd, played, "failover", "tokyo", "--yes")
    assert (status, said["ok"], said["switched"], said["findings"]) == (0, True, True, [])
    assert shape(said) == shape(documented("failover"))
    assert [one["step"] for one in said["steps"]] == ["stood down", "took over", "routes moved", "switched"]
    status, again = run(capfd, played, "failover", "tokyo", "--to", said["to"])
    assert (status, again["switched"], again["to"], again["steps"]) == (0, False, said["to"], [])
    assert main(["failover", str(played.file), "tokyo", "--to", said["to"], "--endpoint", played.endpoint]) == 0
    assert f"tokyo: {said['to']} is active already" in capfd.readouterr().out


def test_failover_that_is_not_obeyed_says_what_is_lacking(played: Played, capfd: pytest.CaptureFixture[str]) -> None:
    played.obeys = False
    status, said = run(capfd, played, "failover", "tokyo", "--yes", "--wait", "1")
    assert (status, said["ok"], said["seconds"]) == (1, False, None)
    assert "The order is taken back" in said["findings"][0]["message"]
    played.obeys = True


def test_rotate_keys_says_what_became_of_each_tunnel(played: Played, capfd: pytest.CaptureFixture[str]) -> None:
    before = played.keys()
    status, said = run(capfd, played, "rotate-keys", "dublin", "--yes")
    assert (status, said["findings"]) == (0, [])
    assert shape(said) == shape(documented("rotate-keys"))
    assert [(one["tunnel"], one["did"]) for one in said["tunnels"]] == [("dublin-a-1", "rotated"), ("dublin-a-2", "rotated")]
    after = played.keys()
    assert all(before[name] != after[name] for name in ("dublin-a-1", "dublin-a-2"))
    assert not any(key in str(said) for key in after.values())


def test_upgrade_brings_the_stacks_to_another_type_and_replaces_the_instance(played: Played, capfd: pytest.CaptureFixture[str]) -> None:
    status, nothing = run(capfd, played, "upgrade", "dublin")
    assert (status, nothing["done"], nothing["old"], nothing["gateways"]) == (0, None, [], [])
    assert {one["action"] for one in nothing["plan"]} == {"keep"}
    text = played.file.read_text(encoding="utf-8")
    played.file.write_text(text.replace("availability: single", "availability: single\n      instance_type: c7i.large"), encoding="utf-8")
    try:
        status, shown = run(capfd, played, "upgrade", "dublin")
        assert (status, [one["cut_off"] for one in shown["old"]]) == (2, [True])
        assert shown["old"][0]["becomes"].endswith(" c7i.large")
        status, said = run(capfd, played, "upgrade", "dublin", "--yes")
        assert (status, said["findings"]) == (0, [])
        assert said["done"]["updated"] == ["two-dublin-gateways"]
        wanted = documented("upgrade")
        assert list(said) == list(wanted)
        for key in ("old", "gateways", "steps"):
            assert shape(said[key]) == shape(wanted[key])
        instance = played.facts().gateway("dublin-a").instance
        assert instance is not None
        assert (instance.id, instance.type) == (said["gateways"][0]["instance"], "c7i.large")
        status, again = run(capfd, played, "upgrade", "--yes")
        assert (status, again["old"]) == (0, [])
    finally:
        played.file.write_text(text, encoding="utf-8")
        status, back = run(capfd, played, "upgrade", "dublin", "--yes")  # others go on with the network as it was
    assert (status, back["findings"], len(back["gateways"])) == (0, [], 1)


def test_a_site_that_is_none_and_no_site_at_all_are_refused(played: Played, capfd: pytest.CaptureFixture[str]) -> None:
    status, said = run(capfd, played, "rotate-keys", "osaka")
    assert (status, said["findings"][0]["remedy"]) == (2, "Take one of tokyo, dublin.")
    assert main(["failover", str(played.file)]) == 2
    assert "Give one SITE" in capfd.readouterr().err
    status, said = run(capfd, played, "failover", "dublin", "--yes")
    assert (status, said["findings"][0]["code"]) == (2, "single-point-of-failure")
