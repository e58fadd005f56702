"""Tables of prefixes and cutting at their edges, against trying every address: at both ends of the address space."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from landbridge.verify.prefixes import Found, PrefixTable, longest, pieces
from landbridge.verify.span import LAST, Span

SPACE = (*range(64), *range(LAST - 63, LAST + 1))
LENGTHS = (0, 1, *range(26, 33))


def prefixes() -> st.SearchStrategy[Span]:
    def prefix(length: int, address: int) -> Span:
        first = address & (LAST ^ (LAST >> length))
        return Span(first, first | (LAST >> length))

    return st.builds(prefix, st.sampled_from(LENGTHS), st.sampled_from(SPACE))


def within_one_end() -> st.SearchStrategy[Span]:
    """Any span, few of whose addresses have to be tried."""
    ends = st.tuples(st.integers(0, 63), st.integers(0, 63), st.sampled_from((0, LAST - 63)))
    return ends.map(lambda given: Span(given[2] + min(given[:2]), given[2] + max(given[:2])))


def length_of(prefix: Span) -> int:
    return 33 - prefix.size.bit_length()


Entries = dict[Span, int | None]  # None is a value like others


def tables() -> st.SearchStrategy[Entries]:
    return st.dictionaries(prefixes(), st.one_of(st.none(), st.integers(0, 9)), max_size=8)


def table_of(entries: Entries) -> PrefixTable[int | None]:
    table: PrefixTable[int | None] = PrefixTable()
    for span, value in entries.items():
        table.add(span, value)
    return table


def holding(entries: Entries, span: Span) -> list[Found[int | None]]:
    """Naively: every prefix that holds the first and the last address."""
    found = [Found(length_of(own), own, value) for own, value in entries.items() if own.first <= span.first and span.last <= own.last]
    return sorted(found, key=lambda one: -one.length)


@given(tables(), st.one_of(prefixes(), within_one_end()))
def test_the_longest_prefix_that_holds_all_of_a_span_comes_first(entries: Entries, span: Span) -> None:
    table = table_of(entries)
    assert list(table.covering(span)) == holding(entries, span)
    assert longest(table, span, bool) == next((one for one in holding(entries, span) if one.value), None)


@given(tables(), prefixes())
def test_a_prefix_itself_has_a_value_or_none(entries: Entries, span: Span) -> None:
    assert table_of(entries).exactly(span) == entries.get(span)


@given(tables(), st.one_of(prefixes(), within_one_end()))
def test_inside_a_span_are_the_prefixes_that_have_some_of_it_but_not_all(entries: Entries, span: Span) -> None:
    wanted = [own for own in entries if own.first <= span.last and span.first <= own.last and not own.holds(span)]
    assert sorted(table_of(entries).inside(span)) == sorted(wanted)


@given(tables(), within_one_end())
def test_every_address_of_a_piece_has_the_same_longest_prefix(entries: Entries, span: Span) -> None:
    table = table_of(entries)
    found = pieces(span, table.inside(span))
    assert [address for piece in found for address in range(piece.first, piece.last + 1)] == list(range(span.first, span.last + 1))
    for piece in found:
        best = next(table.covering(piece), None)
        for address in range(piece.first, piece.last + 1):
            assert next(iter(holding(entries, Span(address, address))), None) == best


@given(within_one_end(), tables(), tables())
def test_pieces_are_cut_at_the_edges_of_every_list(span: Span, one: Entries, other: Entries) -> None:
    insides = [table_of(entries).inside(span) for entries in (one, other)]
    for piece in pieces(span, *insides):
        assert all(own.holds(piece) or not own.meets(piece) for inside in insides for own in inside)


@given(tables(), tables(), st.data())
def test_what_is_added_and_removed_later_is_as_if_it_had_always_been_so(entries: Entries, more: Entries, data: st.DataObject) -> None:
    table = table_of(entries)
    probe = data.draw(prefixes())
    list(table.covering(probe))  # made ready once
    copy = table.copy()
    gone = data.draw(st.sets(st.sampled_from(sorted(entries)))) if entries else set()
    for span in gone:
        copy.remove(span)
    for span, value in more.items():
        copy.add(span, value)
    after = {span: value for span, value in entries.items() if span not in gone} | more
    assert list(copy.covering(probe)) == holding(after, probe)
    assert (len(copy), {found.span: found.value for found in copy}) == (len(after), after)
    assert list(table.covering(probe)) == holding(entries, probe)
