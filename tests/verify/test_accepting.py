"""Warnings that the network file accepts."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from landbridge.findings import Finding, Where, error, warning
from landbridge.verify.accepting import accepted
from landbridge.verify.network import Network, Places


@dataclass(frozen=True)
class _Accept:
    code: str
    where: str | None
    reason: str


def _network(*accepts: _Accept) -> Network:
    gateways = (SimpleNamespace(name="singapore-a", vpc="singapore"), SimpleNamespace(name="tokyo-a", vpc="tokyo"))
    manifest = cast("Any", SimpleNamespace(accept=accepts, gateways=gateways))
    return cast("Network", SimpleNamespace(manifest=manifest, places=Places("build/")))


PLACES = [
    Where("manifest.yaml", 5, None, "vpcs.singapore.cidrs"),
    Where("build/manifest.yaml", 9, None, "gateways.singapore-a.rules[3]"),
    Where("build/routers/singapore-a.set", 12, None, "service ssh"),
    Where("build/routers/singapore-a.boot", 12, None, "service ssh"),
]


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("whom", ["singapore", None])
def test_an_accepted_warning_is_a_note_with_the_reason(where: Where, whom: str | None) -> None:
    (said,) = accepted([warning("quota", "too many.", where, "Fewer.")], _network(_Accept("quota", whom, "we know")))
    assert (said.severity, said.message, said.remedy) == ("note", "too many. Accepted: we know", "")


@pytest.mark.parametrize("where", [*PLACES, None])
@pytest.mark.parametrize("accept", [_Accept("quota", "tokyo", "no"), _Accept("mtu", None, "no")])
def test_another_site_or_code_stays(where: Where | None, accept: _Accept) -> None:
    finding: Finding = warning("quota", "too many.", where)
    said, unused = accepted([finding], _network(accept))
    assert said == finding
    about = " of ".join(filter(None, (accept.code, accept.where)))
    assert (unused.severity, unused.message) == ("note", f"there is no warning {about} to accept.")
    assert unused.where == Where("build/manifest.yaml", None, None, "accept[0]")


def test_an_entry_is_of_use_where_another_was_heard_first() -> None:
    finding = warning("quota", "too many.", PLACES[0])
    (said,) = accepted([finding], _network(_Accept("quota", None, "all"), _Accept("quota", "singapore", "this")))
    assert said.message == "too many. Accepted: all"


def test_of_what_a_plan_knows_every_case_the_plan_says_which_entry_is_for_none() -> None:
    assert accepted([], _network(_Accept("public-address", None, "inherited"))) == ()


def test_errors_are_never_accepted() -> None:
    finding = error("quota", "too many.", PLACES[0])
    said, unused = accepted([finding], _network(_Accept("quota", None, "please")))
    assert said == finding
    assert unused.severity == "note"
