"""The words of a pair's gateways, carried from one to the other. On AWS they go by an API; here each says them into `state/told` of its
machine's folder, and hears the other's last one in `state/heard`. See vyos/roles for what a word is.

VPC routes aren't moved here: that is `heal`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

EVERY_S = 0.1
SIDES = {"a": "b", "b": "a"}


class Words:
    """`folders` tells the folder of each gateway's machine, by the gateway's name."""

    def __init__(self, folders: Callable[[], Mapping[str, Path]]) -> None:
        self._folders = folders
        self._last: dict[str, str] = {}
        self._sizes: dict[Path, int] = {}
        self._passed: dict[Path, str] = {}

    async def carry(self) -> None:
        """For as long as it lives."""
        while True:
            folders = self._folders()
            for name, folder in folders.items():
                self._listen(name, folder / "state/told")
            for name, folder in folders.items():
                self._pass_on(self._last.get(other_of(name), ""), folder)
            await asyncio.sleep(EVERY_S)

    def _listen(self, name: str, told: Path) -> None:
        try:
            if told.stat().st_size == self._sizes.get(told):
                return
            text = told.read_bytes()
        except OSError:
            return
        self._sizes[told] = len(text)
        whole = text[: text.rfind(b"\n") + 1].decode(errors="replace").splitlines()
        if whole:
            self._last[name] = whole[-1]

    def _pass_on(self, word: str, folder: Path) -> None:
        heard = folder / "state/heard"
        try:
            if not word or (self._passed.get(heard) == word and heard.exists()) or not folder.is_dir():
                return  # a machine that was started anew has heard nothing
            heard.parent.mkdir(exist_ok=True)
            fresh = heard.with_suffix(".new")
            fresh.write_text(f"{word}\n")
            fresh.replace(heard)
            self._passed[heard] = word
        except OSError:  # the machine is just being started anew; it is tried again
            return


def other_of(gateway: str) -> str:
    """The name of a pair's other gateway; "" for what is none."""
    return gateway[:-1] + SIDES[gateway[-1]] if gateway[-2:-1] == "-" and gateway[-1] in SIDES else ""
