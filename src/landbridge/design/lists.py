"""The prefix lists that a VPC's remote prefixes are in: how many, and of which size."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat

_FIRST = (10, 10, 20, 40)  # a table of 50 routes, the default quota, has room for 40 remote prefixes
_LARGEST = 100  # of those after them: as many entries as the API takes at once


def list_sizes(prefixes: int) -> Iterator[int]:
    """The size of each list that so many prefixes take. A list keeps its size for ever: CloudFormation can't change a list's size and its
    entries at once, and whoever joins changes the entries. Sizes count against the quota of every route table, so the first are small."""
    left = prefixes
    for size in chain(_FIRST, repeat(_LARGEST)):
        yield size
        left -= size
        if left <= 0:
            return
