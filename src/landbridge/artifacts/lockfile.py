"""The lock's file: YAML that people and version control can read, beside the network file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from landbridge.artifacts.files import write_atomically
from landbridge.artifacts.plain import dotted, parse_plain, place_of
from landbridge.artifacts.records import MisfitError, Record, asn, name, prefix
from landbridge.design.lock import Held, Lock
from landbridge.findings import LandbridgeError, Where, error

LOCK_VERSION = 1
_HEADER = """\
# What landbridge once chose for each site, so that it stays. Keep this file under version control, beside the network file.
# What a removed site held stays reserved until `--forget SITE`.
"""
_BARE = re.compile(r"[a-z][a-z0-9-]*")
_NOT_BARE = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))  # YAML takes these for something else


def lock_path(file: Path) -> Path:
    """Where the lock of a network file is: `landbridge.lock.yaml` beside network.yaml, `<stem>.lock.yaml` beside any other."""
    return file.with_name("landbridge.lock.yaml" if file.stem == "network" else f"{file.stem}.lock.yaml")


def read_lock(path: Path) -> Lock:
    """The lock in a file; an empty one if there is no file. Raises LandbridgeError (`lock`) if it can't be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Lock.empty()
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        raise LandbridgeError(error("lock", f"the lock can't be read: {reason}.", Where(str(path)), _REMEDY)) from None
    return lock_of_text(text, str(path))


def write_lock(path: Path, lock: Lock) -> None:
    """Put a lock into its file, whole or not at all. The same lock always gives the same text. Raises LandbridgeError (`write`)."""
    write_atomically(path, lock_text(lock))


def lock_text(lock: Lock) -> str:
    """A lock as text: sites by name, prefixes by number."""
    return "".join(_lines(lock))


def lock_of_text(text: str, file: str) -> Lock:
    """The lock in a text; `file` is its name in errors. Raises LandbridgeError (`lock`) with the line of what is wrong."""
    try:
        value = parse_plain(text, file)
    except LandbridgeError as problem:
        raise LandbridgeError(*(error("lock", one.message, one.where, _REMEDY) for one in problem.findings)) from None
    try:
        return _lock(value)
    except MisfitError as misfit:
        message = f"{dotted(misfit.path) or 'the lock'} {misfit.problem}."
        raise LandbridgeError(error("lock", message, place_of(text, file, misfit.path), _REMEDY)) from None


_REMEDY = "Take it back from version control; without it, addresses and ASNs would be chosen anew."


def _lines(lock: Lock) -> Iterator[str]:
    yield _HEADER
    yield f"version: {LOCK_VERSION}\n"
    yield "sites:\n" if lock.sites else "sites: {}\n"
    for site in sorted(lock.sites):
        held = lock.sites[site]
        yield f"  {_key(site)}:" + (" {}\n" if held == Held() else "\n")
        if held.asn is not None:
            yield f"    asn: {held.asn}\n"
        if held.translations:
            yield "    translations:\n"
            for local in sorted(held.translations):
                yield f"      {local}: {held.translations[local]}\n"
        if held.inside:
            yield "    inside:\n"
            for tunnel in sorted(held.inside):
                yield f"      {_key(tunnel)}: {held.inside[tunnel]}\n"


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) and text not in _NOT_BARE else f'"{text}"'


def _lock(value: object) -> Lock:
    record = Record(value, ())
    version = record.take("version")
    if version != LOCK_VERSION or isinstance(version, bool):
        raise MisfitError(("version",), f"is {version!r}; this landbridge reads {LOCK_VERSION}")
    sites = record.mapping("sites")
    record.end()
    return Lock({name(site, (*sites.path, site)): _held(Record(held, (*sites.path, site))) for site, held in sites.items()})


def _held(record: Record) -> Held:
    number = record.optional("asn", asn)
    translations = record.optional("translations", Record)
    inside = record.optional("inside", Record)
    record.end()
    return Held(number, _translations(translations) if translations else {}, _inside(inside) if inside else {})


def _translations(record: Record) -> dict[IPv4Network, IPv4Network]:
    result = {}
    for local, global_ in record.items():
        path = (*record.path, local)
        result[prefix(local, path)] = prefix(global_, path)
    return result


def _inside(record: Record) -> dict[str, IPv4Network]:
    return {name(tunnel, (*record.path, tunnel)): prefix(range_, (*record.path, tunnel)) for tunnel, range_ in record.items()}
