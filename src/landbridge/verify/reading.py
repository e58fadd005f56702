"""Reading many routers' texts: where there are enough of them, on every core."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from landbridge.artifacts import uncollected
from landbridge.findings import Finding, LandbridgeError
from landbridge.vyos import Router, read_router
from landbridge.vyos.configuration import tree_of

FEW = 200  # texts: below, starting processes takes longer than reading
_CHUNKS = 4  # a core, so that none waits long for the slowest


@dataclass(frozen=True, slots=True)
class Text:
    """A router's text without placeholders for the VPC's router; `file` is its name in errors."""

    text: str
    release: str
    file: str


Read = Router | tuple[Finding, ...]
"""A router, or what is wrong with its text."""


def read_all(texts: Sequence[Text]) -> list[Read]:
    """What each text means, in their order."""
    cores = len(os.sched_getaffinity(0))
    with uncollected():  # routers hold no circles, and looking for some among a million values takes as long as reading them
        if len(texts) >= FEW and cores > 1:
            try:
                return _side_by_side(texts, cores)
            except (OSError, BrokenProcessPool):
                pass  # the system allows no more processes, or has ended one: then alone
        return _read_chunk(texts)


def _side_by_side(texts: Sequence[Text], cores: int) -> list[Read]:
    size = -(-len(texts) // (cores * _CHUNKS))
    chunks = [texts[first : first + size] for first in range(0, len(texts), size)]
    with ProcessPoolExecutor(cores, multiprocessing.get_context("fork"), gc.disable) as pool:
        return [read for chunk in pool.map(_read_chunk, chunks) for read in chunk]


def _read_chunk(texts: Sequence[Text]) -> list[Read]:
    return [_read(text) for text in texts]


def _read(text: Text) -> Read:
    try:
        return read_router(tree_of(text.text, text.file), text.release, text.file)
    except LandbridgeError as problem:
        return problem.findings
