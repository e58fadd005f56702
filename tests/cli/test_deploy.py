"""`landbridge deploy` and `destroy`, whole, on the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from landbridge.cli import main
from landbridge.sandbox import folder_of, start, stop
from tests.aws.deploying.census import Census

PAGE = Path("docs/deploy.md").read_text(encoding="utf-8")


def documented(command: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PAGE.split(f"<!-- shape: {command} -->")[1].split("<!-- end -->")[0])
    return found


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Writes an example; the sandbox that it is deployed to ends with the test."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    used: list[str] = []

    def write(example: str) -> str:
        used.append(example)
        assert main(["init", "--example", example, str(tmp_path)]) == 0
        return str(tmp_path / "network.yaml")

    yield write
    for name in used:
        stop(folder_of(name))


@pytest.fixture
def file(written: Callable[[str], str]) -> str:
    return written("four-regions")


def everything(network: str, plan: Any) -> Census:  # noqa: ANN401
    """All that there is where a network has stacks, whosever it is."""
    numbers = {"default": "123456789012"}
    for name in {one["account"] for one in plan} - set(numbers):
        numbers[name] = f"{int(sha256(name.encode()).hexdigest(), 16) % 10**12:012}"
    return Census(start(folder_of(network)).endpoint, sorted({(numbers[one["account"]], one["region"]) for one in plan}))


def run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    capfd.readouterr()
    status = main([*words, "--sandbox", "--release", "1.4", "--json"])
    return status, json.loads(capfd.readouterr().out)


def test_from_nothing_again_an_edit_and_nothing_left(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    status, shown = run(capfd, "deploy", file)
    assert (status, shown["done"]) == (2, None), "nobody was asked"
    assert {one["action"] for one in shown["plan"]} == {"create"}
    assert "Give --yes" in shown["findings"][0]["remedy"]
    assert not Path(file).with_name("landbridge.lock.yaml").exists()
    census = everything("four-regions", shown["plan"])
    nothing = census.count()

    status, made = run(capfd, "deploy", file, "--yes")
    assert (status, made["findings"]) == (0, [])
    assert len(made["done"]["created"]) == len(made["plan"]) == len(shown["plan"])
    assert list(made) == list(documented("deploy"))
    assert list(made["plan"][0]) == list(documented("deploy")["plan"][0])
    assert list(made["done"]) == list(documented("deploy")["done"])

    status, again = run(capfd, "deploy", file)
    assert (status, {one["action"] for one in again["plan"]}) == (0, {"keep"})
    assert len(again["done"]["unchanged"]) == len(made["plan"])

    text = Path(file).read_text(encoding="utf-8")
    tunnels = "      tunnels: [169.254.12.176/30, 169.254.14.4/30]\n"
    assert text.count(tunnels) == 1
    Path(file).write_text(text.replace(tunnels, f"{tunnels}      instance_type: c6in.xlarge\n"), encoding="utf-8")
    status, planned = run(capfd, "plan", file)
    assert (status, planned["deployment"]["compared_with"]) == (0, "the sandbox")
    (edit,) = (one for one in planned["deployment"]["stacks"] if one["action"] != "keep")
    assert (edit["stack"], edit["action"]) == ("four-regions-virginia-gateways", "update")
    assert {(one["change"], one["name"]) for one in edit["resources"]} == {
        ("modify", "VirginiaALaunchTemplate"),
        ("modify", "VirginiaAAutoScalingGroup"),
    }
    status, shown = run(capfd, "deploy", file)
    assert (status, shown["done"], shown["plan"]) == (2, None, planned["deployment"]["stacks"]), "shown first, and the same"
    status, edited = run(capfd, "deploy", file, "--yes")
    assert (status, edited["done"]["updated"]) == (0, [edit["stack"]])
    assert not [one for one in ("created", "destroyed", "failed") if edited["done"][one]]
    assert [one["code"] for one in edited["findings"]] == ["outdated"], "what runs there has the former type still"

    status, gone = run(capfd, "destroy", file, "--yes", "--release-addresses")
    assert (status, gone["left"], gone["findings"]) == (0, [], [])
    assert list(gone) == list(documented("destroy"))
    assert list(gone["protected"][0]) == list(documented("destroy")["protected"][0])
    assert len(gone["done"]["destroyed"]) == len(made["plan"])
    assert census.count() == nothing


def test_eight_sites_in_several_accounts_from_nothing_to_nothing(written: Callable[[str], str], capfd: pytest.CaptureFixture[str]) -> None:
    file = written("acquisition")
    capfd.readouterr()
    assert main(["plan", file, "--json"]) == 0
    stacks = json.loads(capfd.readouterr().out)["deployment"]["stacks"]
    assert len({one["account"] for one in stacks}) > 1
    census = everything("acquisition", stacks)
    nothing = census.count()
    status, made = run(capfd, "deploy", file, "--yes")
    assert (status, made["findings"], len(made["done"]["created"])) == (0, [], len(stacks))
    assert [one["resources"] for one in made["plan"]] == [one["resources"] for one in stacks], "as it was told without asking"
    _, again = run(capfd, "plan", file)
    assert {one["action"] for one in again["deployment"]["stacks"]} == {"keep"}
    status, gone = run(capfd, "destroy", file, "--yes", "--release-addresses")
    assert (status, gone["left"], gone["findings"]) == (0, [], [])
    assert census.count() == nothing


def test_two_places_at_once_and_an_old_release_are_refused(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", file, "--release", "1.4", "--sandbox", "--endpoint", "http://127.0.0.1:1"]) == 2
    assert "two places" in capfd.readouterr().err
    assert main(["deploy", file, "--release", "1.1", "--sandbox"]) == 2
    assert "release 1.1 reads no user data" in capfd.readouterr().err
