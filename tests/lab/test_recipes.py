"""What machines are made of, and that no key is in what can be seen of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.findings import LandbridgeError
from landbridge.lab import recipes
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.machine import Machine
from landbridge.lab.recipes import Recipe
from tests.lab import networks

RELEASES = ("1.1", "1.4")


def _everything(release: str) -> list[Recipe]:
    gateways = [networks.gateway(facts.name, release) for facts in networks.manifest(release).gateways]
    return [networks.hub(release), *gateways]


@pytest.mark.parametrize("release", RELEASES)
def test_no_key_is_in_a_machines_files_or_in_its_repr(release: str) -> None:
    for recipe in _everything(release):
        assert networks.PLANTED not in "".join(recipe.files.values())
        assert networks.PLANTED not in repr(recipe)
        assert networks.PLANTED not in repr(Machine(recipe, (), GuestRoot(Path("/nowhere")), Path("/nowhere"), "lab"))


@pytest.mark.parametrize("release", RELEASES)
def test_both_ends_of_every_tunnel_get_the_same_key_by_the_console(release: str) -> None:
    hub, *gateways = _everything(release)
    assert _keys(hub) == {key for gateway in gateways for key in _keys(gateway)}
    assert len(_keys(hub)) == 6


def _keys(recipe: Recipe) -> set[str]:
    return {line for secret in recipe.secrets for line in secret.splitlines() if line.startswith("secret")}


@pytest.mark.parametrize("release", RELEASES)
def test_no_line_for_the_console_ends_the_secrets_early(release: str) -> None:
    for recipe in _everything(release):
        assert "." not in "\n".join(recipe.secrets).splitlines()


@pytest.mark.parametrize("command", ["set nonsense ${psk:singapore-a-9}\n", "set vpn ipsec nonsense 'unclosed\n"])
def test_a_router_text_that_is_not_whole_is_told_without_any_key(command: str) -> None:
    made = networks.four_regions()
    with pytest.raises(LandbridgeError) as refused:
        networks.lab({"singapore-a": made.routers["singapore-a"] + command})
    finding = refused.value.findings[0]
    assert finding.where is not None
    assert finding.where.line == len(made.routers["singapore-a"].splitlines()) + 1


def test_every_placeholder_without_a_value_is_told_at_once() -> None:
    made = networks.four_regions()
    with pytest.raises(LandbridgeError) as refused:
        networks.lab({"singapore-a": made.routers["singapore-a"].replace("singapore-a-2", "tokyo-a-2")})
    assert {finding.code for finding in refused.value.findings} == {"name"}
    assert "nothing is known for ${psk:tokyo-a-2}" in str(refused.value)
    assert "nothing is known for ${outside:tokyo-a-2}" in str(refused.value)


def test_a_key_written_into_the_text_is_in_no_finding() -> None:
    peer = replace(networks.router("singapore-a").peers[0], secret="PlantedByHand", remote="vpn.example.com")
    router = replace(networks.router("singapore-a"), peers=(peer,))
    network = networks.manifest()
    with pytest.raises(LandbridgeError, match=r"is at vpn\.example\.com, and the lab can't look names up") as refused:
        recipes.gateway(router, {}, network.gateways[0], network, networks.fixed(network))
    assert "PlantedByHand" not in str(refused.value)


def test_a_peer_of_the_leased_address_is_built_with_it() -> None:
    peer = replace(networks.router("singapore-a").peers[0], local="any", local_id=None)
    network = networks.manifest()
    made = recipes.gateway(
        replace(networks.router("singapore-a"), peers=(peer,)), {}, network.gateways[0], network, networks.fixed(network)
    )
    assert "link add vti0 type vti local 172.88.0.5 remote 198.18.0.1 key 1" in made.files["links"]
    assert "local_addrs = %any" in made.files["swanctl.conf"]


def test_a_static_address_is_used_instead_of_a_lease() -> None:
    router = networks.router("singapore-a")
    eth0 = replace(router.interfaces[0], dhcp=False)
    network = networks.manifest()
    made = recipes.gateway(
        replace(router, interfaces=(eth0, *router.interfaces[1:])), {}, network.gateways[0], network, networks.fixed(network)
    )
    assert "addr add 172.88.0.5/24 dev eth0" not in made.files["links"]
    assert "route add default" not in made.files["links"]


def test_a_router_without_peers_still_makes_a_machine() -> None:
    network = networks.manifest()
    bare = replace(networks.router("singapore-a"), peers=())
    made = recipes.gateway(bare, {}, network.gateways[0], network, networks.fixed(network))
    assert made.secrets == ()
    assert "vti" not in made.files["links"]
    assert "disable_policy" not in made.files["boot"]


def test_a_hub_of_a_network_made_by_hand_needs_the_options_of_its_tunnels() -> None:
    made = networks.manifest()
    bare = replace(made, gateways=(made.gateways[0], replace(made.gateways[1], options=None)))
    with pytest.raises(LandbridgeError, match=f"doesn't say {made.gateways[1].name}'s `options`") as refused:
        recipes.hub(bare, networks.fixed(bare))
    assert refused.value.findings[0].code == "lab"
    assert refused.value.findings[0].remedy
