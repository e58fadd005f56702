"""YAML is read as text with places, and nothing in a file can make reading it take long."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.findings import Finding, LandbridgeError
from landbridge.intent.tree import Mapping, Path, dotted, locate, parse

KEYS = st.text("abcdefgxyz0123456789-./", min_size=1, max_size=12).filter(lambda key: key[0].isalpha() and not key.endswith("-"))
SCALARS = st.sampled_from(["1.10", "no", "10.0.0.0/24", "2026-01-01", "0x10", '"quoted: text"', "'it''s'", "word"])
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(KEYS, inner, min_size=1, max_size=4), max_leaves=25
    ),
    min_size=1,
    max_size=6,
)


class _Writer:
    """Writes a value as YAML, blank lines and comments between, and remembers where each key and item stands."""

    def __init__(self, rests: list[int]) -> None:
        self.lines: list[str] = []
        self.places: dict[Path, tuple[int, int]] = {}
        self._rests = rests

    def write(self, value: Any, path: Path = (), indent: int = 0) -> None:  # noqa: ANN401
        items: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        for key, item in items:
            self.lines += ["", "  # a comment: with a colon"][: self._rests.pop() if self._rests else 0]
            head = f"{key}:" if isinstance(value, dict) else "-"
            here = (*path, key)
            self.places[here] = (len(self.lines) + 1, indent + 1 if isinstance(value, dict) else indent + 3)
            if isinstance(item, str):
                self.lines.append(f"{' ' * indent}{head} {item}")
            elif self._rests and self._rests[-1] % 2:
                self.lines.append(f"{' ' * indent}{head} ")
                self._flow(item, here)
                if not isinstance(value, dict):
                    self.places[here] = (len(self.lines), indent + 3)
            else:
                self.lines.append(f"{' ' * indent}{head}")
                if not isinstance(value, dict):  # the item is what begins in the next line that isn't a comment
                    del self.places[here]
                self.write(item, here, indent + 2)

    def _flow(self, value: Any, path: Path) -> None:  # noqa: ANN401
        mapping = isinstance(value, dict)
        self._add("{" if mapping else "[")
        for number, (key, item) in enumerate(list(value.items()) if mapping else list(enumerate(value))):
            self._add(", " if number else "")
            self.places[(*path, key)] = (len(self.lines), len(self.lines[-1]) + 1)
            self._add(f"{key}: " if mapping else "")
            if isinstance(item, str):
                self._add(item)
            else:
                self._flow(item, (*path, key))
        self._add("}" if mapping else "]")

    def _add(self, text: str) -> None:
        self.lines[-1] += text


@given(DOCUMENTS, st.lists(st.integers(0, 2), max_size=40))
def test_every_key_and_item_of_any_document_is_found_where_it_stands(document: dict[str, Any], rests: list[int]) -> None:
    writer = _Writer(rests)
    writer.write(document)
    tree, findings = parse("\n".join(writer.lines) + "\n", "f")
    assert not findings
    for path, place in writer.places.items():
        assert locate(tree, path) == place, dotted(path)


def test_a_path_that_is_not_written_is_at_its_nearest_parent() -> None:
    tree, _ = parse("a:\n  b: [1, 2]\n", "f")
    assert locate(tree, ("a", "c", "d")) == (1, 1)
    assert locate(tree, ("a", "b", 7)) == (2, 3)
    assert locate(tree, ("x",)) is None


def test_scalars_stay_the_text_that_was_written() -> None:
    tree, _ = parse("a: 1.10\nb: no\nc: 2026-01-01\nd: 0o17\ne: 12_000\nf: '~'\n", "f")
    assert dict(tree) == {"a": "1.10", "b": "no", "c": "2026-01-01", "d": "0o17", "e": "12_000", "f": "~"}


@pytest.mark.parametrize("text", ["a:", "a: ~", "a: null", "a: Null"])
def test_a_key_without_a_value_is_none(text: str) -> None:
    assert dict(parse(text, "f")[0]) == {"a": None}


def test_anchors_and_merge_keys_work_and_explicit_keys_win() -> None:
    tree, findings = parse("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 0\nw: *x\n", "f")
    assert not findings
    assert tree["z"] == {"a": "0", "b": "2", "c": "4"}
    assert tree["w"] is tree["x"]
    assert locate(tree, ("z", "c")) == (2, 14), "a merged key is where it was written"


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert dict(parse('"<<": 1', "f")[0]) == {"<<": "1"}


def test_all_keys_written_twice_are_found() -> None:
    _, findings = parse("a: 1\nb:\n  - {c: 1, c: 2}\na: 2\n", "f")
    assert [(str(one.where), one.message) for one in findings] == [
        ("f:3:12: b[0].c", "is written twice; the first stands in line 3."),
        ("f:4:1: a", "is written twice; the first stands in line 1."),
    ]


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
MERGING_LAUGHS = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "is empty"),
        ("# nothing\n", None, "is empty"),
        ("---\n", None, "nothing but comments"),
        ("- a\n- b\n", 1, "the top level is a list"),
        ("hello\n", 1, "the top level is one piece of text"),
        ("a: 1\n---\nb: 2\n", 2, "a second YAML document"),
        ("a: [1, 2\nb: 3\n", 2, "a [ … ] isn't finished"),
        ("a: {b: 1\n", 2, "a { … } isn't finished"),
        ('a: "x\nb: 1\n', 3, "never closed; it begins in line 1"),
        ("a: b: c\n", 1, "there is a ':' where no key can be"),
        ("a:\n\tb: 1\n", 2, "a tab indents this line"),
        ("a: @b\n", 1, "'@' can't begin a value"),
        ("a: %b\n", 1, "'%' can't begin a value"),
        ("a: *b\n", 1, "*b refers to nothing"),
        ("a: &a [1, *a]\n", 1, "*a stands inside &a itself"),
        ("a: &a {<<: *a}\n", 1, "*a stands inside &a itself"),
        ("a:\n  <<: text\n", 2, "<< takes keys from a mapping"),
        ("a: !!python/object:os.system x\n", 1, "means nothing in a network file"),
        ("a: !include x\n", 1, "the tag !include means nothing"),
        ("a:\n  ? [b]\n  : c\n", 2, "a mapping or list stands where a key must be"),
        ("a: {{ hub }}\n", 1, "a mapping or list stands where a key must be"),
        ("a:\n  ? \n  : c\n", 2, "a key is missing before ':'"),
        ("a: 1\n b: 2\n", 2, "there is a ':' where no key can be"),
        ("a:\n    b: 1\n  c: 2\n", 3, "this line doesn't fit"),
        ("a:\n  - 1\n  b: 2\n", 3, "this line doesn't fit the list"),
        (LAUGHS, 6, "aliases (*) repeat more than"),
        (MERGING_LAUGHS, None, "aliases (*) repeat more than"),
        ("a: " + "[" * 100_000, 1, "goes more than 40 levels deep"),
        ("[" * 100_000, 1, "goes more than 40 levels deep"),
        ("{a: " * 100_000, 1, "goes more than 40 levels deep"),
        ("- " * 100_000, 1, "goes more than 40 levels deep"),
        ("? " * 100_000, 1, "a mapping or list stands where a key must be"),
        ("a: [" + "x, " * 100_000 + "]", 1, "a list has more than 1,000 items"),
        ("".join(f"a{n}: x\n" for n in range(100_000)), 1, "a mapping has more than 50,000 keys"),
        ("a: &" + "b" * 100_000 + "\n", None, None),
    ],
)
def test_what_cannot_be_read_is_one_finding_with_its_line_and_at_once(text: str, line: int | None, message: str | None) -> None:
    began = time.process_time()
    if message is None:
        parse(text, "f")
    else:
        finding = _only_finding(text)
        assert message in finding.message
        assert finding.where is not None
        assert finding.remedy
        if line is not None:
            assert finding.where.line == line
    assert time.process_time() - began < 1


def test_shared_values_in_honest_numbers_are_no_bomb() -> None:
    text = "g: &g {a: 1, b: 2, c: [1, 2, 3]}\nsites:\n" + "".join(f"  s{n}: *g\n" for n in range(5000))
    tree, findings = parse(text, "f")
    assert not findings
    assert len(tree["sites"]) == 5000


@given(st.text("ab:-[]{}&*!|>'\"%@`#?,<~. \n\t\\0", max_size=60))
def test_any_text_is_a_tree_or_findings(text: str) -> None:
    assert isinstance(_tree_or_findings(text), (Mapping, tuple))


def _tree_or_findings(text: str) -> Mapping | tuple[Finding, ...]:
    try:
        return parse(text, "f")[0]
    except LandbridgeError as problem:
        return problem.findings


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("sites", "virginia", "vpc", "subnets", 1, "cidr"), "sites.virginia.vpc.subnets[1].cidr"),
        (("sites", "a b"), "sites.'a b'"),
        (("x\x1b[31m\n",), r"'x\x1b[31m\n'"),
        (("k" * 200,), f"'{'k' * 57}...'"),
    ],
)
def test_dotted_paths_are_short_and_harmless(path: Path, text: str) -> None:
    assert dotted(path) == text


def _only_finding(text: str) -> Finding:
    with pytest.raises(LandbridgeError) as raised:
        parse(text, "f")
    assert len(raised.value.findings) == 1
    return raised.value.findings[0]
