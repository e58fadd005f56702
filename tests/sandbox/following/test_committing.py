"""What a router's shell was told, and what it refuses."""

from __future__ import annotations

import subprocess

import pytest

from landbridge.findings import LandbridgeError, error
from landbridge.sandbox.following.estate import Route, Table
from landbridge.sandbox.following.instances.committing import committed, load, merged, reasons, reload
from landbridge.sandbox.following.instances.facts import leads_to, living
from landbridge.vyos import fill
from tests.sandbox.following.standing import KEY, estate, instance, rendered, values

OWN = instance(1, b"", "capetown-a")
FACTS = living(estate(1, (OWN,)))[OWN[0].id]


def _text(key: str = KEY) -> str:
    text = rendered()[1]
    return fill(
        text, {name: {"psk": key, "private": "172.88.0.33"}.get(name.partition(":")[0], value) for name, value in values(text).items()}
    )


@pytest.mark.parametrize(
    ("lines", "held"),
    [
        (["set a b '1'", "set a b '2'"], ["set a b '1'", "set a b '2'"]),
        (["set a b '1'", "set a c", "delete a b"], ["set a c"]),
        (["set a b '1'", "set a bb", "delete a b"], ["set a bb"]),
        (["set a 'b c' d", 'delete a "b c"', "set a e"], ["set a e"]),
        (["delete a", "set a b"], ["set a b"]),
        (["set a 'open", "delete a b", "# set"], ["set a 'open", "# set"]),
    ],
)
def test_a_delete_takes_away_what_it_names_and_all_below(lines: list[str], held: list[str]) -> None:
    assert merged(lines).splitlines() == held


def test_what_a_router_refuses_is_told_without_its_secrets() -> None:
    text = "set vpn psk x secret 'Planted.Key'\nset system login user a authentication plaintext-password 'Planted2'\n"
    problem = LandbridgeError(error("syntax", "Planted.Key is not Planted2.", remedy="Write more than Planted.Key."))
    assert reasons(problem, text) == ["… is not …. Write more than …."]


@pytest.mark.parametrize("text", ["", "\n", "what is this", "set", "set protocols bgp system-as 'x'", "\0", "set a 'b"])
def test_a_text_that_is_no_configuration_is_refused(text: str) -> None:
    with pytest.raises(LandbridgeError):
        committed(text, FACTS)


def test_the_keys_of_a_router_are_in_its_script_and_in_none_of_its_files() -> None:
    made = committed(_text(), FACTS)
    assert all(KEY not in file for file in made.recipe.files.values())
    assert load(made, 1, "active").count(KEY) == 2
    assert KEY not in repr(made.recipe)


def test_the_same_text_again_changes_nothing_in_a_running_router() -> None:
    made = committed(_text(), FACTS)
    assert "swanctl" not in reload(made, made, 2).replace("/host/strongswan.conf", "")


def test_a_tunnel_with_another_key_is_negotiated_anew() -> None:
    script = reload(committed(_text(), FACTS), committed(_text("AnotherKey"), FACTS), 2)
    assert "swanctl --terminate --ike tunnel1" in script
    assert "swanctl --terminate --ike tunnel2" in script


@pytest.mark.parametrize("number", [1, 2])
def test_the_scripts_are_what_a_shell_reads(number: int) -> None:
    made = committed(_text(), FACTS)
    script = load(made, number, "standby") if number == 1 else reload(made, committed(_text("Another"), FACTS), number)
    done = subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True, check=False)
    assert done.stderr == ""


def test_the_active_one_is_where_its_vpcs_routes_lead() -> None:
    standing = estate(1, (OWN,))
    led = Table("rtb-1", "vpc-1", (Route((), "igw-1"), Route((), OWN[1].id)))
    for tables, active in (((), False), ((Table("rtb-1", "vpc-1", (Route((), "eni-x"),)),), False), ((led,), True)):
        object.__setattr__(standing, "tables", tables)
        assert leads_to(standing, FACTS) is active
