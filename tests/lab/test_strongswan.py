"""charon's configuration: proposals by their real names, timers from the text, secrets elsewhere and quoted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.artifacts.manifest import Options
from landbridge.findings import LandbridgeError
from landbridge.lab.daemons import strongswan
from landbridge.vyos.router import Peer, Proposal
from tests.lab import networks

OPTIONS = Options("ikev2", "aes256-gcm", "sha384", 20, 28800, 3600, 30, "gateway")


def _peer(release: str = "1.1") -> Peer:
    return networks.router("singapore-a", release).peers[0]


@pytest.mark.parametrize(
    ("release", "ike", "esp", "version", "dpd"),
    [
        ("1.1", "aes128-sha1-modp1024", "aes128-sha1-modp1024", 1, 15),
        ("1.4", "aes256gcm16-prfsha384-ecp384", "aes256gcm16-ecp384", 2, 10),
    ],
)
def test_a_gateway_proposes_what_its_release_proposes(release: str, ike: str, esp: str, version: int, dpd: int) -> None:
    made = strongswan.gateway_connection(_peer(release), 1)
    assert (made.ike, made.esp, made.version) == ((ike,), (esp,), version)
    assert (made.dpd_delay, made.dpd_timeout, made.dpd_action) == (dpd, 30, "restart")
    assert (made.ike_lifetime, made.esp_lifetime, made.start) == (28800, 3600, True)


@pytest.mark.parametrize("release", ["1.1", "1.4"])
def test_the_hub_accepts_what_every_gateway_of_the_release_proposes(release: str) -> None:
    for facts in networks.manifest(release).gateways:
        assert facts.options is not None
        theirs = strongswan.hub_connection("tunnel", "198.18.0.1", "198.19.0.1", facts.options, 1)
        for peer in networks.router(facts.name, release).peers:
            ours = strongswan.gateway_connection(peer, 1)
            assert (set(ours.ike) & set(theirs.ike), set(ours.esp) & set(theirs.esp)) == (set(theirs.ike), set(theirs.esp))
            assert ours.version == theirs.version


@pytest.mark.parametrize(
    ("options", "ike", "esp"),
    [
        (OPTIONS, "aes256gcm16-prfsha384-ecp384", "aes256gcm16-ecp384"),
        (replace(OPTIONS, encryption="aes128-gcm", integrity="sha256", dh=14), "aes128gcm16-prfsha256-modp2048", "aes128gcm16-modp2048"),
        (replace(OPTIONS, encryption="aes256", integrity="sha512", dh=24), "aes256-sha512-modp2048s256", "aes256-sha512-modp2048s256"),
    ],
)
def test_the_hub_proposes_its_options(options: Options, ike: str, esp: str) -> None:
    made = strongswan.hub_connection("tunnel", "198.18.0.1", "198.19.0.1", options, 1)
    assert (made.ike, made.esp) == ((ike,), (esp,))


def test_the_hub_answers_as_aws_does_and_starts_only_where_aws_would() -> None:
    made = strongswan.hub_connection("tunnel", "198.18.0.1", "198.19.0.1", OPTIONS, 7)
    assert (made.start, made.dpd_action, made.remote_id, made.mark, made.vti) == (False, "clear", "%any", 7, None)
    assert strongswan.hub_connection("tunnel", "198.18.0.1", "198.19.0.1", replace(OPTIONS, startup="aws"), 7).start


def test_a_gateways_interface_is_raised_by_its_tunnel_and_the_hubs_is_not() -> None:
    assert "updown = /guest/vti vti0\n" in strongswan.gateway_connection(_peer(), 1).text()
    assert "updown" not in strongswan.hub_connection("tunnel", "198.18.0.1", "198.19.0.1", OPTIONS, 1).text()


def test_a_peer_without_dead_peer_detection_has_none() -> None:
    made = strongswan.gateway_connection(replace(_peer(), dpd_action=None), 1)
    assert (made.dpd_delay, made.dpd_timeout) == (0, 0)


def test_a_peer_that_waits_does_not_start() -> None:
    assert "start_action = none" in strongswan.gateway_connection(replace(_peer(), initiate=False), 1).text()


def test_ids_that_a_text_leaves_out_are_the_addresses() -> None:
    bare = replace(_peer(), local_id=None, remote_id=None)
    assert strongswan.identities(bare) == ("172.88.0.5", "198.18.0.1")
    assert strongswan.identities(replace(bare, local="any"))[0] == "%any"


@pytest.mark.parametrize("group", sorted(strongswan.GROUPS))
def test_a_group_goes_by_its_name(group: int) -> None:
    proposal = Proposal("aes256", "sha256", group)
    made = strongswan.gateway_connection(replace(_peer(), ike=(proposal,), esp=(proposal,)), 1)
    assert made.ike == (f"aes256-sha256-{strongswan.GROUPS[group]}",)


@pytest.mark.parametrize("group", sorted({*range(1, 65)} - strongswan.GROUPS.keys()))
def test_a_group_that_the_machines_lack_is_a_finding_at_either_end(group: int) -> None:
    proposal = Proposal("aes256", "sha256", group)
    with pytest.raises(LandbridgeError, match=f"no Diffie-Hellman group {group}$"):
        strongswan.gateway_connection(replace(_peer(), ike=(proposal,)), 1)
    with pytest.raises(LandbridgeError, match=f"no Diffie-Hellman group {group}$"):
        strongswan.hub_connection("tunnel", "198.18.0.1", "198.19.0.1", replace(OPTIONS, dh=group), 1)


def test_the_groups_that_aws_offers_all_have_names() -> None:
    assert {2, 5, *range(14, 25)} <= strongswan.GROUPS.keys()


def test_configurations_hold_no_secret_but_say_where_they_are() -> None:
    text = strongswan.swanctl([strongswan.gateway_connection(_peer(), 1)])
    assert networks.PLANTED not in text
    assert text.endswith("include /tmp/secrets.conf\n")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_a_key_of_any_characters_is_one_value_on_one_line(key: str) -> None:
    lines = strongswan.secret(1, key, "198.18.0.1").splitlines()
    assert lines[0] == "ike1 {"
    assert lines[2:] == ['id1 = "198.18.0.1"', "}"]
    quoted = lines[1].removeprefix("secret = ")
    assert quoted[0] == quoted[-1] == '"'
    assert _unquoted(quoted[1:-1]) == key


def _unquoted(text: str) -> str:
    """What a quoted value means to strongSwan: a backslash takes the next character as it is; no quote stands bare."""
    letters, said = iter(text), ""
    for letter in letters:
        assert letter != '"'
        said += next(letters) if letter == "\\" else letter
    return said
