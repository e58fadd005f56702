"""What the gateways of pairs say of their roles, and what of it can be believed. Pure.

A word is one line, `claim=lima-b by=lima-b prepends=0 at=1700000000 expires=1700000060`. Its table has each gateway's last one, under the
gateway's name; what is under `order/…` is for the gateways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from landbridge.heal.observation import Word

ORDER = "order/"
LIVES = 60  # seconds that a word may be acted on, as gateways say it
SKEW = 60  # seconds that clocks may differ by
_QUOTED = 120  # letters


class Unbelievable(Exception):  # noqa: N818 - what it says is no fault of the code
    """Why a word can't be believed."""


def believed(
    items: Iterable[Mapping[str, Any]], sites: Mapping[str, str], now: int, caller: str = ""
) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """The words among a table's items, and what is wrong with the others. `sites` are the gateways' by name; `caller` is the gateway that
    woke us, of which a word that is over already tells that its clock is behind.

    Words that are over are among them: a newer one overrules an older one even when its own time has gone.
    """
    words, troubles = [], []
    for name, text in sorted(_texts(items)):
        if name.startswith(ORDER) or name not in sites:
            continue  # who is no gateway any more has left its last word behind
        try:
            words.append(word := _word(name, text, sites, now))
        except Unbelievable as problem:
            troubles.append(f"{name}'s word is ignored: {problem}")
        else:
            if name == caller and word.expires < now:
                troubles.append(f"{name} called with a word that was over {now - word.expires} s ago: is its clock behind?")
    return tuple(words), tuple(troubles)


def _texts(items: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    return ((str(item.get("name", {}).get("S", "")), str(item.get("word", {}).get("S", ""))) for item in items)


def _word(name: str, text: str, sites: Mapping[str, str], now: int) -> Word:
    said = dict(field.partition("=")[::2] for field in text.split())
    try:
        word = Word(said["claim"], said["by"], _seconds(said["at"]), _seconds(said["expires"]))
    except (KeyError, ValueError):
        raise Unbelievable(f"it is {text[:_QUOTED]!r}") from None
    if word.by != name:
        raise Unbelievable(f"it is said by {word.by!r}")
    if sites.get(word.gateway) != sites[name]:
        raise Unbelievable(f"it claims {sites[name]} for {word.gateway!r}")
    if word.at > now + SKEW or word.expires > now + LIVES + SKEW:
        raise Unbelievable(f"its clock is ahead by {max(word.at, word.expires - LIVES) - now} s")
    if word.expires <= word.at:
        raise Unbelievable(f"it was over {word.at - word.expires} s before it was said")
    return word


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ValueError(text)
    return int(text)
