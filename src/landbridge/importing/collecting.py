"""The routers of a folder: every file that holds a configuration, read in its release line's grammar."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from landbridge.findings import Finding, LandbridgeError, Where, error, note
from landbridge.vyos import Router, Tree, read_router
from landbridge.vyos.configuration import Configuration, load_configuration

SUFFIXES = (".set", ".boot", ".conf", ".cfg", ".config", ".txt", "")
MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Source:
    """A router's file, its tree and its meaning."""

    file: str
    stem: str
    tree: Tree
    router: Router


def collect(folder: Path, release: str | None) -> tuple[tuple[Source, ...], tuple[Finding, ...]]:
    """The routers of a folder by file name, and findings on files that were passed over.

    `release` is for files that don't tell theirs. Raises LandbridgeError with everything that can't be read, of every file.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as problem:
        finding = error("syntax", f"can't be read: {problem.strerror or problem}.", Where(str(folder)), "Name a folder of configurations.")
        raise LandbridgeError(finding) from None
    said = [
        note("not-represented", "is passed over: its name isn't one of a configuration.", Where(str(path)), f"Known: {_known()}.")
        for path in files
        if path.suffix not in SUFFIXES
    ]
    files = [path for path in files if path.suffix in SUFFIXES]
    if not files:
        raise LandbridgeError(error("syntax", "holds no router's configuration.", Where(str(folder)), f"Put files there: {_known()}."))
    if len(files) > MOST_FILES:
        raise LandbridgeError(error("syntax", f"holds more than {MOST_FILES:,} files.", Where(str(folder)), "Name the routers' folder."))
    sources: list[Source] = []
    errors: list[Finding] = []
    for path in files:
        try:
            configuration = load_configuration(path)
            router = read_router(configuration.tree, _release(configuration, release), str(path))
        except LandbridgeError as refused:
            errors += refused.findings
        else:
            sources.append(Source(str(path), path.stem, configuration.tree, router))
    if errors:
        raise LandbridgeError(*errors)
    return tuple(sources), tuple(said)


def _release(configuration: Configuration, asked: str | None) -> str:
    release = configuration.release or asked
    if release is None:
        raise LandbridgeError(
            error("release", "doesn't tell its release line.", Where(configuration.file), "Say it: --release 1.1, or 1.2, 1.3, 1.4, 1.5.")
        )
    return release


def _known() -> str:
    return ", ".join(f"*{suffix}" for suffix in SUFFIXES if suffix) + " or without an ending"
