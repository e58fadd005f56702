"""Artifacts in a folder: `manifest.yaml` and `routers/<gateway>.set`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from landbridge.artifacts.decoding import manifest_of_text
from landbridge.artifacts.encoding import manifest_text
from landbridge.artifacts.folder import replace_folder
from landbridge.artifacts.manifest import Manifest
from landbridge.findings import Finding, LandbridgeError, Where, error

MANIFEST = "manifest.yaml"
ROUTERS = "routers"
SUFFIX = ".set"


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The written form of a design. `routers` has each gateway's `set` commands by the gateway's name."""

    manifest: Manifest
    routers: dict[str, str]


def write(artifacts: Artifacts, directory: Path) -> None:
    """Write artifacts to a folder, whole or not at all; former artifacts there are replaced.

    Raises LandbridgeError (`write`) if the folder holds anything else, or the system refuses.
    """
    _refuse_foreign(directory)
    files = {MANIFEST: manifest_text(artifacts.manifest)}
    files.update((f"{ROUTERS}/{name}{SUFFIX}", text) for name, text in artifacts.routers.items())
    replace_folder(directory, files)


def read(directory: Path) -> Artifacts:
    """The artifacts in a folder. Raises LandbridgeError (`syntax`) if they are missing, not whole, or not what they should be."""
    path = directory / MANIFEST
    if not path.is_file():
        raise LandbridgeError(error("syntax", f"{directory} holds no artifacts: {MANIFEST} is missing.", Where(str(path)), _RENDER))
    manifest = manifest_of_text(_text(path), str(path))
    routers: dict[str, str] = {}
    findings: list[Finding] = []
    for gateway in manifest.gateways:  # their names are checked: none leads out of the folder
        try:
            routers[gateway.name] = _text(directory / ROUTERS / f"{gateway.name}{SUFFIX}")
        except LandbridgeError as problem:
            findings += problem.findings
    if findings:
        raise LandbridgeError(*findings)
    return Artifacts(manifest, routers)


_RENDER = "Make them with `landbridge render FILE --out DIR`."


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise LandbridgeError(error("syntax", f"{path} is missing.", Where(str(path)), _RENDER)) from None
    except UnicodeDecodeError as problem:
        raise LandbridgeError(error("syntax", f"{path} is not UTF-8 text: {problem.reason}.", Where(str(path)), _RENDER)) from None
    except OSError as problem:
        raise LandbridgeError(error("syntax", f"{path} can't be read: {problem.strerror}.", Where(str(path)), _RENDER)) from None


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
        if name == ROUTERS and entry.is_dir() and not entry.is_symlink():
            strange = next((router.name for router in entry.iterdir() if router.suffix != SUFFIX or router.is_dir()), None)
            if strange is not None:
                return f"{ROUTERS}/{strange}"
        elif name != MANIFEST or not entry.is_file():
            return name
    return None
