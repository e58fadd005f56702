"""The algebra of address sets, against sets of single addresses: in the lowest 64 and the highest 64 addresses."""

from __future__ import annotations

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from landbridge.verify.span import EVERYTHING, LAST, Span, Spans, span_of

SPACE = (*range(64), *range(LAST - 63, LAST + 1))


def spans() -> st.SearchStrategy[Span]:
    """Within the low end, within the high one, and from one to the other."""
    return st.tuples(st.sampled_from(SPACE), st.sampled_from(SPACE)).map(lambda ends: Span(min(ends), max(ends)))


def sets() -> st.SearchStrategy[Spans]:
    return st.lists(spans(), max_size=5).map(Spans)


def addresses(span: Span) -> set[int]:
    return {address for address in (*SPACE, 1 << 31) if span.first <= address <= span.last}  # one for all in the gap


def members(found: Spans) -> set[int]:
    return set().union(*map(addresses, found.parts))


def canonical(found: Spans) -> bool:
    """In order, and with something that isn't in the set between any two parts."""
    return all(one.last + 1 < other.first for one, other in zip(found.parts, found.parts[1:], strict=False))


@given(spans(), spans())
def test_a_span_is_cut_into_what_lies_in_another_and_what_beside_it(span: Span, by: Span) -> None:
    inside, beside = span.cut(by)
    assert (addresses(inside) if inside else set()) == addresses(span) & addresses(by)
    assert set().union(*map(addresses, beside)) == addresses(span) - addresses(by)
    assert sum(part.size for part in beside) + (inside.size if inside else 0) == span.size
    assert span.meets(by) == by.meets(span) == (inside is not None)
    assert by.holds(span) == (inside == span) == (not beside and inside is not None)


@given(st.lists(spans(), max_size=5))
def test_a_set_has_what_any_of_its_spans_has(parts: list[Span]) -> None:
    found = Spans(parts)
    assert canonical(found)
    assert members(found) == set().union(*map(addresses, parts))
    assert {address for address in SPACE if address in found} == members(found) & set(SPACE)
    assert found == Spans(reversed(parts))
    assert bool(found) == bool(parts)


@given(sets(), sets())
def test_union_intersection_and_difference_are_those_of_sets(one: Spans, other: Spans) -> None:
    for made, wanted in (
        (one | other, members(one) | members(other)),
        (one & other, members(one) & members(other)),
        (one - other, members(one) - members(other)),
    ):
        assert members(made) == wanted
        assert canonical(made)
    assert one & other == other & one
    assert one - other == one & other.others()


@given(sets())
def test_a_set_and_all_others_are_everything_and_have_nothing_in_common(one: Spans) -> None:
    assert one | one.others() == Spans([EVERYTHING])
    assert not one & one.others()
    assert one.others().others() == one


@given(spans(), st.integers(-64, 64))
def test_a_span_moves_with_its_size(span: Span, by: int) -> None:
    moved = span.moved(by)
    assert (moved.size, moved.first) == (span.size, span.first + by)
    assert moved.moved(-by) == span


@given(st.integers(0, 32), st.integers(0, LAST))
def test_a_prefix_is_the_span_of_its_addresses_and_is_written_as_a_prefix(length: int, address: int) -> None:
    prefix = IPv4Network((address, length), strict=False)
    span = span_of(prefix)
    assert (span.first, span.last) == (int(prefix[0]), int(prefix[-1]))
    assert str(span) == (str(prefix) if length < 32 else str(prefix[0]))


def test_what_is_no_prefix_is_written_as_its_first_and_last_address() -> None:
    assert str(Span(1, 2)) == "0.0.0.1-0.0.0.2"
    assert str(Span(0, 2)) == "0.0.0.0-0.0.0.2"
