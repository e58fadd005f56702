"""The curly form: what printing and parsing promise each other, on every construct that routers write, and what bad input is told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.findings import LandbridgeError
from landbridge.vyos import Tree, parse, print_set
from landbridge.vyos.curly import Curly, parse_curly, print_curly
from landbridge.vyos.text import DEEPEST, LONGEST

CURLY = Path(__file__).parent / "curly"

_NAMES = st.one_of(
    st.sampled_from(["a", "b", "rule", "10.0.1.0/24", "!10.0.1.0/24", "${psk:x-a-1}", "//", "/*", "a{b", "}", "", "it's"]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t '\"\\#$`!{};/*"), max_size=8),
)
_COMMENTS = st.lists(st.sampled_from(["why", "two\nlines", "{ a } 'b\" // c"]), max_size=2)


@st.composite
def _blocks(draw: st.DrawFn, depth: int = 3) -> str:
    """A text of nodes, tags, leaves and comments, laid out as nobody would."""
    lines = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["leaf", "value", "node", "tag"]))
        name = _quoted(f"{kind} {draw(_NAMES)}")  # no grammar has a name of two kinds
        lines += [f"/* {comment}*/" for comment in draw(_COMMENTS)]
        words = name if kind in ("leaf", "node") else f"{name} {_quoted(draw(_NAMES))}"
        lines.append(words if kind in ("leaf", "value") else f"{words}{{\n{draw(_blocks(depth - 1)) if depth else ''}\n}}")
    lines += [f"/*{comment} */" for comment in draw(_COMMENTS)] if depth else []
    return "\n".join(lines)


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _dump(tree: Tree) -> list[object]:
    """Everything of a tree but its lines: words and their order, how they were written."""
    return [tree.written, [(word, _dump(below)) for word, below in tree.children.items()]]


_FOOTERS = st.sampled_from(
    [
        "",
        '\n\n/* Warning: Do not remove the following line. */\n/* === vyatta-config-version: "ipsec@4" === */\n',
        '\n// Warning: Do not remove the following line.\n// vyos-config-version: "ipsec@13"\n// Release version: 1.4.0\n',
    ]
)


@given(_blocks(), _FOOTERS)
def test_parsing_what_was_printed_gives_the_same_document(text: str, footer: str) -> None:
    document = parse_curly(f"{text}\n{footer}", "config.boot")
    again = parse_curly(print_curly(document), "config.boot")
    assert (_dump(again.tree), again.footer) == (_dump(document.tree), document.footer)


@given(st.lists(st.lists(_NAMES, min_size=1, max_size=6), max_size=10))
def test_a_tree_of_set_commands_comes_back_from_the_curly_form(paths: list[list[str]]) -> None:
    tree = Tree()
    for path in paths:
        tree.set(*path)
    assert parse_curly(print_curly(Curly(tree)), "config.boot").tree == tree


@given(_blocks())
def test_a_curly_tree_comes_back_from_set_commands(text: str) -> None:
    tree = parse_curly(text, "config.boot").tree
    assert parse(print_set(tree), "router.set") == tree


@given(st.text(st.sampled_from('ab {}"\n\\/*'), max_size=40))
def test_any_text_is_parsed_or_refused_with_its_line(text: str) -> None:
    try:
        document = parse_curly(text, "config.boot")
    except LandbridgeError as problem:
        refused = problem
    else:
        assert parse_curly(print_curly(document), "config.boot").tree == document.tree
        return
    assert all(finding.code == "syntax" and finding.where and finding.where.line for finding in refused.findings)


@pytest.mark.parametrize("path", sorted(CURLY.glob("*.boot")), ids=lambda path: path.stem)
def test_a_file_in_a_routers_own_layout_is_printed_back_to_the_byte(path: Path) -> None:
    text = path.read_text()
    assert print_curly(parse_curly(text, path.name)) == text


def test_every_construct_of_a_configuration_is_read() -> None:
    tree = parse_curly((CURLY / "1.1.boot").read_text(), "1.1.boot").tree
    assert tree.values("interfaces", "ethernet", "eth0", "address") == ("10.9.0.10/24", "10.9.0.11/24")
    assert tree.has("interfaces", "loopback", "lo")
    assert tree.has("service", "ssh", "disable-password-authentication")
    assert tree.value("system", "login", "banner", "pre-login") == 'Only "staff".\nElse: leave \\ go.'
    assert tree.value("nat", "source", "rule", "32", "destination", "address") == "!10.0.1.0/24"
    user = tree.get("system", "login", "user", "vyos")
    assert user is not None
    assert user.written is not None
    assert user.written.comments == ("made at installation",)
    assert user.line == 44


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a b", ("a", "b")),
        ('a "b c"', ("a", "b c")),
        ("a 'b c'", ("a", "b c")),
        (r'a "b \" \\ \n \t \d"', ("a", 'b " \\ \n \t \\d')),
        (r"a b\d", ("a", "b\\d")),
        ('a ""', ("a", "")),
        ("a http://x/y", ("a", "http://x/y")),
        ("a { b }", ("a", "b")),
        ("a b { c }", ("a", "b", "c")),
        ("a {\r\n  b\r\n}\r\n", ("a", "b")),
    ],
)
def test_words_are_read_by_the_rules_of_a_routers_own_file(line: str, words: tuple[str, ...]) -> None:
    assert list(parse_curly(line, "config.boot").tree.paths()) == [words]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a {\nb {\n}\n", 1, "block that opens here is never closed"),
        ("a {\n}\n}\n", 3, "closes what was never opened"),
        ("a\n{\n}", 2, "without a name"),
        ("a\nb c d", 2, "more than two words"),
        ('a\nb "c\nd', 2, "quote that opens here"),
        ("a\n/* b\nc", 2, "comment that opens here"),
        ("a /* b */", 1, "comment stands after a word"),
        ("a {\n// b\n}", 2, "inside a block"),
        ("a\n// b\nc", 3, "after the footer"),
        ("a\x00b", 1, "control character"),
        ("a\n\x1b[31mb", 2, "control character"),
        ("a {\n" * (DEEPEST + 2), DEEPEST + 1, "nest deeper"),
        ("a " + "b" * (LONGEST + 1), 1, "more than"),
    ],
)
def test_bad_input_is_refused_with_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(LandbridgeError, match=part) as refused:
        parse_curly(text, "config.boot")
    where = refused.value.findings[0].where
    assert where is not None
    assert (where.file, where.line) == ("config.boot", line)


@pytest.mark.parametrize(
    "text",
    [
        "a {\n" * 100_000,
        '"' * 3_000_001,
        "/*" * 2_000_000,
        "a 's3cret\n" * 500_000,
        "{" * 1_000_000,
        "/* c */\na\n" * 900_000,
        "a {\n/* c */\n}\n" * 700_000,
    ],
)
def test_hostile_input_is_refused_soon_and_never_quoted(text: str) -> None:
    before = time.monotonic()
    with pytest.raises(LandbridgeError) as refused:
        parse_curly(text, "config.boot")
    assert time.monotonic() - before < 5
    assert "s3cret" not in str(refused.value)
