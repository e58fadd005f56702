"""Artifacts, and writing them to a folder: `manifest.yaml`, `routers/<gateway>.set`, `scripts/<gateway>/…` and `stacks/….yaml`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from landbridge.artifacts.encoding import manifest_text
from landbridge.artifacts.folder import replace_folder
from landbridge.artifacts.manifest import Manifest
from landbridge.findings import LandbridgeError, Where, error

MANIFEST = "manifest.yaml"
ROUTERS = "routers"
SCRIPTS = "scripts"
STACKS = "stacks"
SUFFIX = ".set"
CURLY = ".boot"
TEMPLATE = ".yaml"

_FILE_NAME = re.compile(r"[a-z][a-z0-9.-]{0,62}")


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The written form of a design. `routers` has each gateway's `set` commands by the gateway's name; `scripts` the scripts that a
    gateway runs, by its name (only those that have some) and the file's. `lines` are the lines of manifest.yaml that VPCs and gateways
    stand in, by name; `curly` the gateways whose text isn't `set` commands but a router's own config.boot. `stacks` are CloudFormation
    templates by file name; there are none of a network that isn't for AWS to run."""

    manifest: Manifest
    routers: dict[str, str]
    scripts: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    curly: frozenset[str] = frozenset()
    stacks: Mapping[str, str] = field(default_factory=dict)


def text_file(gateway: str, curly: Collection[str]) -> str:
    """Where a gateway's text is, below the folder."""
    return f"{ROUTERS}/{gateway}{CURLY if gateway in curly else SUFFIX}"


def write(artifacts: Artifacts, directory: Path) -> None:
    """Write artifacts to a folder, whole or not at all; former artifacts there are replaced.

    Raises LandbridgeError (`write`) if the folder holds anything else, or the system refuses.
    """
    _refuse_foreign(directory)
    files = {MANIFEST: manifest_text(artifacts.manifest)}
    files.update((text_file(name, artifacts.curly), text) for name, text in artifacts.routers.items())
    files.update((f"{SCRIPTS}/{name}/{file}", text) for name, scripts in artifacts.scripts.items() for file, text in scripts.items())
    files.update((f"{STACKS}/{file}", text) for file, text in artifacts.stacks.items())
    replace_folder(directory, files)


def _refuse_foreign(directory: Path) -> None:
    """What is there would be gone: only former artifacts may be."""
    if not directory.exists():
        return
    stranger = _stranger(directory)
    if stranger is not None:
        raise LandbridgeError(
            error(
                "write",
                f"{directory} holds something that isn't artifacts: {stranger}.",
                Where(str(directory)),
                "Name another folder, or an empty one.",
            )
        )


def _stranger(directory: Path) -> str | None:
    if not directory.is_dir():
        return "it is a file"
    entries = {entry.name: entry for entry in directory.iterdir()}
    if entries and MANIFEST not in entries:
        return min(entries)
    for name, entry in entries.items():
        if name == ROUTERS and _is_folder(entry):
            strange = next((router.name for router in entry.iterdir() if router.suffix != SUFFIX or router.is_dir()), None)
        elif name == SCRIPTS and _is_folder(entry):
            strange = _strange_script(entry, {router.stem for router in (directory / ROUTERS).glob(f"*{SUFFIX}")})
        elif name == STACKS and _is_folder(entry):
            strange = next((template.name for template in entry.iterdir() if template.suffix != TEMPLATE or template.is_dir()), None)
        elif name == MANIFEST and entry.is_file():
            strange = None
        else:
            return name
        if strange is not None:
            return f"{name}/{strange}"
    return None


def _strange_script(scripts: Path, gateways: set[str]) -> str | None:
    """What is there beside folders of gateways with plain files in them."""
    for folder in scripts.iterdir():
        if folder.name not in gateways or not _is_folder(folder):
            return folder.name
        for file in folder.iterdir():
            if file.is_symlink() or not file.is_file() or not _FILE_NAME.fullmatch(file.name):
                return f"{folder.name}/{file.name}"
    return None


def _is_folder(entry: Path) -> bool:
    return entry.is_dir() and not entry.is_symlink()
