"""The words of a pair, carried between two machines' folders."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from landbridge.sandbox.following.instances import words
from landbridge.sandbox.following.instances.words import Words, other_of


@pytest.mark.parametrize(
    ("name", "other"),
    [("tokyo-a", "tokyo-b"), ("tokyo-b", "tokyo-a"), ("x-y-a", "x-y-b"), ("tokyo", ""), ("tokyo-c", ""), ("a", ""), ("", "")],
)
def test_a_gateway_knows_its_other(name: str, other: str) -> None:
    assert other_of(name) == other


def test_the_last_whole_word_is_heard_by_the_other_alone_even_if_it_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = {name: tmp_path / name for name in ("tokyo-a", "tokyo-b", "paris-a")}
    for folder in folders.values():
        (folder / "state").mkdir(parents=True)
    (folders["tokyo-a"] / "state/told").write_text("first\nsecond\nhal")
    monkeypatch.setattr(words, "EVERY_S", 0.01)

    async def watch() -> None:
        carrying = asyncio.create_task(Words(lambda: folders).carry())
        try:
            await _heard(folders["tokyo-b"], "second\n")
            shutil.rmtree(folders["tokyo-b"])
            folders["tokyo-b"].mkdir()
            await _heard(folders["tokyo-b"], "second\n")
            with (folders["tokyo-a"] / "state/told").open("a") as told:
                told.write("f\n")
            await _heard(folders["tokyo-b"], "half\n")
        finally:
            carrying.cancel()

    asyncio.run(watch())
    assert not (folders["tokyo-a"] / "state/heard").exists()
    assert not (folders["paris-a"] / "state/heard").exists()


async def _heard(folder: Path, word: str) -> None:
    async with asyncio.timeout(5):
        while not (folder / "state/heard").exists() or (folder / "state/heard").read_text() != word:
            await asyncio.sleep(0.01)
