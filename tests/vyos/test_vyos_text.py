"""The text of a config tree: what printing and parsing promise each other, and what a parser says of bad input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.findings import LandbridgeError
from landbridge.vyos import Tree, parse, print_set
from landbridge.vyos import text as text_module
from landbridge.vyos.text import DEEPEST, LONGEST, MOST_FINDINGS, quote

_WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t '\"\\#$`!{};"), max_size=12),
    st.sampled_from(["set", "10.0.1.0/24", "!10.0.1.0/24", "${psk:singapore-a-1}", "", "#", "a'b\"c", "one\ntwo", "\\", "'"]),
)
_PATHS = st.lists(st.lists(_WORDS, min_size=1, max_size=6), max_size=12)


def _tree(paths: list[list[str]]) -> Tree:
    tree = Tree()
    for path in paths:
        tree.set(*path)
    return tree


@given(_PATHS)
def test_parsing_what_was_printed_gives_the_same_tree(paths: list[list[str]]) -> None:
    tree = _tree(paths)
    assert parse(print_set(tree), "router.set") == tree


@given(_PATHS)
def test_printing_what_was_parsed_gives_the_same_text(paths: list[list[str]]) -> None:
    text = print_set(_tree(paths))
    assert print_set(parse(text, "router.set")) == text


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused_with_findings(text: str) -> None:
    try:
        tree = parse(text, "router.set")
    except LandbridgeError as problem:
        refused = problem
    else:
        assert parse(print_set(tree), "router.set") == tree
        return
    assert all(finding.code == "syntax" and finding.where is not None for finding in refused.findings)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("set a b", ("a", "b")),
        ("  set\ta   b  ", ("a", "b")),
        ("set a b\r\n", ("a", "b")),
        ("set a 'b c'", ("a", "b c")),
        ("set a \"b 'c'\"", ("a", "b 'c'")),
        (r'set a "b \" \\ \$x \n"', ("a", r'b " \ $x \n')),
        (r"set a b\ c\'d", ("a", "b c'd")),
        ("set a 'b'\\''c'", ("a", "b'c")),
        ("set a ''", ("a", "")),
        ("set a !10.0.1.0/24", ("a", "!10.0.1.0/24")),
        ("set a ${psk:x-a-1}", ("a", "${psk:x-a-1}")),
        ("set a 'one\ntwo'", ("a", "one\ntwo")),
        ("set a \\\nb", ("a", "b")),
        ("set a b#c", ("a", "b#c")),
        ("set a '#c'", ("a", "#c")),
        ("set a käse\u00a0brot", ("a", "käse\u00a0brot")),
    ],
)
def test_words_are_read_by_the_rules_of_the_routers_shell(line: str, words: tuple[str, ...]) -> None:
    assert list(parse(line, "router.set").paths()) == [words]


def test_comments_and_blank_lines_are_skipped_and_lines_counted() -> None:
    tree = parse("# it's a comment\n\n  # another\nset a 'x\ny'\nset b\n", "router.set")
    assert [(path, tree.get(*path).line) for path in tree.paths()] == [(("a", "x\ny"), 4), (("b",), 6)]  # type: ignore[union-attr]


def test_the_last_value_of_a_leaf_stands_even_if_it_was_set_before() -> None:
    assert parse("set a x\nset a y\nset a x\n", "router.set").value("a") == "x"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("set a\nset b 'x", 2, "never closed"),
        ("set", 1, "without a path"),
        ("set a\n\ndelete a b", 3, "`delete` is not a `set` command"),
        ("Welcome to VyOS", 1, "is not a `set` command"),
        ("set a \x1b[31mred", 1, "control characters"),
        ("set a '\x00'", 1, "control characters"),
        (f"set a {'x' * LONGEST}", 1, "more than"),
        (f"set {'a ' * (DEEPEST + 1)}", 1, "words"),
        ("set a # b", 1, "comment"),
    ],
)
def test_bad_input_is_refused_with_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(LandbridgeError, match=part) as refused:
        parse(text, "router.set")
    where = refused.value.findings[0].where
    assert where is not None
    assert (where.file, where.line) == ("router.set", line)


def test_every_bad_line_is_named_at_once_and_never_quoted() -> None:
    with pytest.raises(LandbridgeError) as refused:
        parse("s3cret1\nset a\nset\nset b 's3cret2\n", "router.set")
    assert [finding.where.line for finding in refused.value.findings if finding.where] == [1, 3, 4]
    assert "s3cret" not in str(refused.value)


def test_garbage_is_refused_soon() -> None:
    with pytest.raises(LandbridgeError) as refused:
        parse("'\n" + "garbage 'garbage\n" * 100_000, "router.set")
    assert len(refused.value.findings) <= MOST_FINDINGS


@pytest.mark.parametrize("word", ["a\x00", "\x1b[0m", "a\rb", "\x85"])
def test_a_word_with_control_characters_is_not_printed(word: str) -> None:
    with pytest.raises(ValueError, match="control"):
        quote(word)


@pytest.mark.parametrize(
    ("word", "printed"), [("vti0", "vti0"), ("500,4500", "500,4500"), ("!10.0.0.0/8", "'!10.0.0.0/8'"), ("a b", "'a b'"), ("", "''")]
)
def test_words_are_quoted_only_where_they_must_be(word: str, printed: str) -> None:
    assert quote(word) == printed


_LINES = st.text("aab '#\"\\\t", max_size=12).map("set a {}".format) | st.text("set '#", max_size=10) | st.just("set a b")


@given(st.lists(_LINES, max_size=8))
def test_what_is_read_the_short_way_is_what_the_shells_rules_give(lines: list[str]) -> None:
    text = "\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_module, "_is_plain", lambda _: False)
        slowly = _outcome(text)
    assert _outcome(text) == slowly


def _outcome(text: str) -> object:
    """The nodes in order with their lines, or what is wrong."""
    try:
        return _nodes(parse(text, "x"))
    except LandbridgeError as problem:
        return problem.findings


def _nodes(tree: Tree) -> list[object]:
    return [(word, below.line, _nodes(below)) for word, below in tree.children.items()]
