"""`show vpn ipsec sa`: 1.1's parts by peer, the table of 1.2 and later, and the JSON that 1.4 and later give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from landbridge.vyos.asking.answer import json_of, lines_of, not_understood, size, span, whole
from landbridge.vyos.asking.ike import HEADING, NOT_RUNNING, blocks
from landbridge.vyos.asking.model import ChildSa

COMMAND = "show vpn ipsec sa"
RAW_COMMAND = "sudo /usr/libexec/vyos/op_mode/ipsec.py show_sa --raw"
_NONE = "No established security associations found."
# Tunnel, State, Bytes Out/In, Encrypt, Hash, NAT-T, A-Time, L-Time, Proto
_OLD_ROW = re.compile(r"(\S+) +(up|down) +(\S+) +\S+ +\S+ +\S+ +(\d{1,9}|n/a) +(?:\d{1,9}|n/a)(?: +\S+)?")
_RULE = re.compile(r"-+")
_COLUMNS = ("Connection", "State", "Bytes In/Out", "Remote address")


def child_sas(text: str) -> tuple[ChildSa, ...]:
    """The ESP SAs of an answer, down ones too where it has them. Raises LandbridgeError for what is no such answer."""
    lines = lines_of(text, COMMAND)
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first or NOT_RUNNING.fullmatch(first) or first == _NONE:
        return ()
    if first.startswith(HEADING):
        return tuple(_old(lines))
    if first.startswith("Connection"):
        return tuple(_table([line for line in lines if line.strip()]))
    raise not_understood(COMMAND, "it isn't what this command says", first)


def child_sas_json(text: str) -> tuple[ChildSa, ...]:
    """The ESP SAs of the raw answer: what charon says, a list of SAs by connection."""
    value = json_of(text, RAW_COMMAND)
    if not isinstance(value, list):
        raise not_understood(RAW_COMMAND, "it is no list")
    found: list[ChildSa] = []
    for entry in value:
        for connection, sa in _mapping(entry).items():
            remote = _part(sa, "remote_host")
            for child in _mapping(_part(sa, "child_sas") or {}).values():
                name = _part(child, "name")
                found.append(
                    ChildSa(
                        # 1.4 names a tunnel's child after its connection; the connection's own name is the one that is set
                        connection if isinstance(name, str) else str(connection),
                        remote if isinstance(remote, str) else None,
                        _part(child, "state") == "INSTALLED",
                        whole(_part(child, "bytes_in")),
                        whole(_part(child, "bytes_out")),
                        whole(_part(child, "install_time")),
                    )
                )
    return tuple(found)


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise not_understood(RAW_COMMAND, "an SA is no mapping")
    return value


def _part(value: object, key: str) -> object:
    """The value of a key, which raw answers write with `_` and charon itself with `-`."""
    mapping = _mapping(value)
    return mapping.get(key, mapping.get(key.replace("_", "-")))


def _old(lines: Sequence[str]) -> Iterator[ChildSa]:
    for heading, body in blocks(lines, COMMAND):
        headed = next((at for at, line in enumerate(body) if line.startswith("Tunnel ")), None)
        if headed is None or headed + 1 >= len(body) or not body[headed + 1].startswith("--"):
            raise not_understood(COMMAND, "it ends within a heading", heading)
        for line in body[headed + 2 :]:
            if not line:
                continue
            match = _OLD_ROW.fullmatch(line)
            if match is None:
                raise not_understood(COMMAND, "a line isn't that of an SA", line)
            sent, _, received = match[3].partition("/")  # out first, here only
            remote = heading.split()[0]
            uptime = int(match[4]) if match[4] != "n/a" else None
            yield ChildSa(match[1], remote, match[2] == "up", size(received), size(sent), uptime)


def _table(lines: Sequence[str]) -> Iterator[ChildSa]:
    """The table's columns begin where its rule's dashes do."""
    if len(lines) < 2 or not lines[1].startswith("--"):
        raise not_understood(COMMAND, "its table has no rule", lines[0])
    spans = [(match.start(), match.end()) for match in _RULE.finditer(lines[1])]
    starts = [start for start, _ in spans]
    ends = [*starts[1:], None]
    heads = [lines[0][start:end].strip() for start, end in zip(starts, ends, strict=True)]
    if not set(_COLUMNS) <= set(heads):
        raise not_understood(COMMAND, "its table lacks columns", lines[0])
    for line in lines[2:]:
        cells = [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]
        row = dict(zip(heads, cells, strict=True))
        received, slash, sent = row["Bytes In/Out"].partition("/")
        if row["State"] not in ("up", "down", "N/A") or not (slash or received == "N/A") or not row["Connection"]:
            raise not_understood(COMMAND, "a line isn't that of an SA", line)
        remote = row["Remote address"]
        uptime = span(row.get("Uptime", row.get("Up", "")))
        yield ChildSa(
            row["Connection"], None if remote in ("", "N/A") else remote, row["State"] == "up", size(received), size(sent), uptime
        )
