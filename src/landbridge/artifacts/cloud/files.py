"""Which stack each template is, by its file's name: `<region>-<owner>-<kind>.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from landbridge.artifacts.manifest import Manifest
from landbridge.artifacts.store import STACKS
from landbridge.findings import Finding, Where, error

_NAMED = re.compile(r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d+)-(?P<owner>.+)-(?P<kind>base|heal|hub|edge|vpn|gateways)\.yaml")
_SHARED = ("base", "heal")  # an account's and Region's: nothing in them decides where packets go
_OF_SITE = ("edge", "vpn", "gateways")
REMEDY = "Mend it, or render the artifacts anew."


@dataclass(frozen=True, slots=True)
class File:
    """A template's name, without its folder, and what the name says."""

    name: str
    region: str
    owner: str
    kind: str


def owner_of_file(name: str) -> str | None:
    """The hub or site whose stack a template's file is of."""
    named = _NAMED.fullmatch(name)
    return named["owner"] if named is not None and named["kind"] not in _SHARED else None


def files_of(names: Iterable[str]) -> dict[tuple[str, str], File]:
    """The files that are read, by owner and kind."""
    found = (File(name, named["region"], named["owner"], named["kind"]) for name in names if (named := _NAMED.fullmatch(name)))
    return {(file.owner, file.kind): file for file in found if file.kind not in _SHARED}


def strangers(manifest: Manifest, names: Iterable[str], folder: str) -> Iterator[Finding]:
    """Stacks that are missing, stacks of nobody, and those of another Region than the manifest says."""
    names = list(names)
    files = files_of(names)
    regions = {vpc.name: vpc.region for vpc in manifest.vpcs}
    sites = [vpc.name for vpc in manifest.vpcs if vpc.kind == "site"]
    wanted = [(manifest.hub.name, "hub"), *((site, kind) for site in sites for kind in _OF_SITE)]
    for owner, kind in wanted:
        if (owner, kind) not in files:
            message = f"{folder}{STACKS} has no stack `{kind}` of {owner}."
            yield error("syntax", message, Where(f"{folder}{STACKS}"), "Render the artifacts anew; or take all stacks away.")
    yield from _odd(names, files, wanted, regions, folder)


def _odd(
    names: Iterable[str], files: Mapping[tuple[str, str], File], wanted: Iterable[tuple[str, str]], regions: Mapping[str, str], folder: str
) -> Iterator[Finding]:
    known = set(wanted)
    read = {file.name for file in files.values()}
    hub = next(owner for owner, kind in known if kind == "hub")
    for name in names:
        named = _NAMED.fullmatch(name)
        where = Where(f"{folder}{STACKS}/{name}")
        if named is not None and named["kind"] in _SHARED:
            continue
        if named is None or (named["owner"], named["kind"]) not in known:
            yield error("syntax", f"{where.file} is the stack of no hub or site in the manifest.", where, "Take it away, or render anew.")
            continue
        home = hub if named["kind"] == "vpn" else named["owner"]
        region = regions.get(home, named["region"])
        if name not in read:
            yield error("syntax", f"{where.file} is there for another Region too.", where, "Take one of them away.")
        elif named["region"] != region:
            message = f"{where.file} is for {named['region']}, and the manifest says that {home} is in {region}."
            yield error("syntax", message, where, REMEDY)
