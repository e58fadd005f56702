"""Comparing: the laws of a difference, its being the shortest, and that what is somebody else's stays."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.findings import LandbridgeError
from landbridge.vyos import Tree, parse
from landbridge.vyos.comparing import Command, apply, diff
from landbridge.vyos.configuration import load_configuration
from landbridge.vyos.owning import ownership

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("golden/*/*.set")) + sorted(HERE.glob("seed/*.set")) + sorted(HERE.glob("curly/*.boot"))

_PATHS = st.lists(st.lists(st.sampled_from(["a", "b", "c", "d e"]), min_size=1, max_size=4), max_size=8)


def tree_of(paths: list[list[str]]) -> Tree:
    tree = Tree()
    for path in paths:
        tree.set(*path)
    return tree


def pruned(tree: Tree, commands: tuple[Command, ...]) -> Tree:
    """What a router makes of it that takes away the nodes that a delete leaves empty."""
    for command in commands:
        tree = apply(tree, [command])
        path = command.path[:-1]
        while command.verb == "delete" and path and not tree.get(*path):
            tree = apply(tree, [Command("delete", path)])
            path = path[:-1]
    return tree


@given(_PATHS, _PATHS)
def test_applying_the_difference_gives_the_other_tree_on_either_kind_of_router(a: list[list[str]], b: list[list[str]]) -> None:
    one, other = tree_of(a), tree_of(b)
    commands = diff(one, other)
    assert apply(one, commands) == other
    assert pruned(one, commands) == other


@given(_PATHS)
def test_a_tree_doesnt_differ_from_itself(a: list[list[str]]) -> None:
    assert diff(tree_of(a), tree_of(a)) == ()


@given(_PATHS, _PATHS)
def test_no_delete_takes_away_what_stays_and_each_finds_what_it_deletes(a: list[list[str]], b: list[list[str]]) -> None:
    one, other = tree_of(a), tree_of(b)
    stay = set(one.paths()) & set(other.paths())
    state = one
    for command in diff(one, other):
        if command.verb == "delete":
            assert state.has(*command.path)
            assert not any(path[: len(command.path)] == command.path for path in stay)
        state = apply(state, [command])


@given(_PATHS, _PATHS, st.sets(st.sampled_from(["a", "b", "c"])))
def test_what_is_not_owned_is_never_deleted(a: list[list[str]], b: list[list[str]], mine: set[str]) -> None:
    class Mine:
        def may_set(self, path: tuple[str, ...]) -> bool:
            return path[0] in mine

        def may_delete(self, path: tuple[str, ...]) -> bool:
            return path[0] in mine or path[-1] == "c"

    one, other = tree_of(a), tree_of(b)
    commands = diff(one, other, Mine())
    for after in (apply(one, commands), pruned(one, commands)):
        assert all(after.has(*path) for path in one.paths() if not Mine().may_delete(path))
        assert all(after.has(*path) for path in other.paths() if Mine().may_set(path))
    assert diff(apply(one, commands), other, Mine()) == ()


@settings(max_examples=60, deadline=None)
@given(*[st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=3), max_size=4)] * 2)
def test_no_shorter_list_of_commands_does_it(a: list[list[str]], b: list[list[str]]) -> None:
    one, other = tree_of(a), tree_of(b)
    length = len(diff(one, other))
    if length <= 4:
        assert not any(
            apply(one, commands) == other and pruned(one, commands) == other
            for shorter in range(length)
            for commands in product(_sensible(one, other), repeat=shorter)
        )


def _sensible(one: Tree, other: Tree) -> list[Command]:
    """Every command that could be part of a difference: sets of what is to be, deletes of anything of which nothing stays."""
    stay = set(one.paths()) & set(other.paths())
    deletes = [path for path in _nodes(one) if not any(left[: len(path)] == path for left in stay)]
    return [*(Command("set", path) for path in other.paths()), *(Command("delete", path) for path in deletes)]


def _nodes(tree: Tree) -> Iterator[tuple[str, ...]]:
    for word, below in tree.children.items():
        yield (word,)
        yield from ((word, *rest) for rest in _nodes(below))


@pytest.mark.parametrize(
    ("a", "b", "commands"),
    [
        ("set x a 1\nset x a 2\nset x b 3", "set x b 3", ["delete x a"]),
        ("set x a 1\nset x a 2", "set x a 2\nset x a 3", ["delete x a 1", "set x a 3"]),
        ("set x a 1\nset x a 2", "set x a 3\nset x a 4", ["delete x a", "set x a 3", "set x a 4"]),
        ("set h a", "set h b", ["delete h a", "set h b"]),
        ("set s p 22", "set s", ["delete s", "set s"]),
        ("set s", "set s p 22", ["set s p 22"]),
        ("", "set d 'a b'\nset c", ["set d 'a b'", "set c"]),
    ],
)
def test_differences_as_they_are_read(a: str, b: str, commands: list[str]) -> None:
    assert [str(command) for command in diff(parse(a, "a"), parse(b, "b"))] == commands


# What others have on a router, beside whatever landbridge renders: none of it may ever go.
THEIRS = """
set interfaces ethernet eth0 address 10.9.0.10/24
set interfaces ethernet eth1 address 192.0.2.1/24
set interfaces vti vti9 address 169.254.99.2/30
set vpn ipsec ike-group PARTNER proposal 1 encryption aes256
set vpn ipsec esp-group PARTNER proposal 1 encryption aes256
set vpn ipsec site-to-site peer 198.51.100.9 ike-group PARTNER
set vpn ipsec site-to-site peer 198.51.100.9 vti bind vti9
set nat source rule 500 outbound-interface eth0
set nat source rule 500 translation address masquerade
set nat source rule 501 outbound-interface vti0
set nat source rule 501 translation address masquerade
set nat destination rule 600 inbound-interface vti9
set nat destination rule 600 translation address 10.9.9.0/24
set firewall name OFFICE default-action drop
set policy prefix-list OFFICE rule 1 action permit
set policy prefix-list OFFICE rule 1 prefix 10.99.0.0/16
set protocols static route 0.0.0.0/0 next-hop 10.9.0.1
set protocols static route 10.99.0.0/16 next-hop 192.0.2.2
set service ssh port 2222
set service snmp community public
set system login user auditor authentication plaintext-password ''
set system login user vyos authentication public-keys mine key AAAA
set system ntp server 192.0.2.123
"""


@pytest.mark.parametrize("rendered", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("there", ["", "golden/four-regions-1.1/singapore-a.set", "golden/four-regions-1.4/virginia-a.set"])
def test_what_others_have_on_a_router_stays(rendered: Path, there: str) -> None:
    theirs = parse(THEIRS, "theirs.set")
    router = parse(((HERE / there).read_text() if there else "") + THEIRS, "router.set")
    wanted = load_configuration(rendered).tree
    after = apply(router, diff(router, wanted, ownership(router, wanted)))
    assert all(after.has(*path) for path in theirs.paths() if path[:2] != ("system", "host-name"))
    assert all(after.has(*path) for path in wanted.paths() if path[:4] != ("interfaces", "ethernet", "eth0", "address"))


@pytest.mark.parametrize("site", ["singapore", "virginia", "frankfurt"])
@pytest.mark.parametrize("release", ["1.1", "1.4"])
def test_what_landbridge_rendered_before_is_all_its_own(site: str, release: str) -> None:
    router = load_configuration(HERE / f"golden/four-regions-{release}/{site}-a.set").tree
    other = load_configuration(HERE / f"golden/four-regions-{release}/{'virginia' if site != 'virginia' else 'singapore'}-a.set").tree
    after = apply(router, diff(router, other, ownership(router, other)))
    assert after == other


def test_a_hand_made_gateway_becomes_the_rendered_one_but_for_what_it_has_beyond() -> None:
    router = load_configuration(HERE / "seed/singapore.set").tree
    wanted = load_configuration(HERE / "golden/four-regions-1.1/singapore-a.set").tree
    assert apply(router, diff(router, wanted, ownership(router, wanted))) == wanted


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("set nat source rule 32 outbound-interface eth0", "rule 32 is taken by a rule of yours"),
        ("set vpn ipsec site-to-site peer 198.51.100.9 vti bind vti0", "vti0 is bound by a peer of yours"),
        ("set protocols bgp 65001 neighbor 10.0.0.1 remote-as 65002", "another BGP instance has neighbors of yours"),
    ],
)
def test_what_stands_in_the_way_is_an_error_with_its_line(line: str, said: str) -> None:
    wanted = load_configuration(HERE / "golden/four-regions-1.1/singapore-a.set").tree
    router = parse(f"# a router\n{line}\n", "router.set")
    with pytest.raises(LandbridgeError, match=said) as refused:
        ownership(router, wanted, "router.set")
    assert str(refused.value).startswith("router.set:2: ")


def test_a_rule_of_the_base_chain_that_is_somebody_elses_is_not_merged_with_ours() -> None:
    wanted = load_configuration(HERE / "golden/four-regions-1.4/singapore-a.set").tree
    router = parse("set firewall ipv4 input filter rule 10 action accept", "router.set")
    with pytest.raises(LandbridgeError, match="rule 10 is taken"):
        ownership(router, wanted)
