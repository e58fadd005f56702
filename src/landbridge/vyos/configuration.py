"""A router's configuration from a file, in either syntax, and the release line that it is written for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from landbridge.findings import LandbridgeError, Where, error
from landbridge.vyos.curly import Curly, parse_curly
from landbridge.vyos.text import parse
from landbridge.vyos.tree import Tree

LARGEST_MB = 20

_VERSION = re.compile(r"Release version: *(?:VyOS )?v?([0-9]+)\.([0-9]+)")
_FIRST_LINE = re.compile(r"^[ \t]*(?!#|$)(\S+)", re.MULTILINE)
_KNOWN = ("1.1", "1.2", "1.3", "1.4", "1.5")

# Statements that a release line has and the ones before it don't (or the other way round), the telling ones first; * is any word.
# Where two lines share all of a gateway's statements (1.2 and 1.3, 1.4 and 1.5) the one with long support stands for both.
_VOCABULARY = (
    ("1.5", "service https api rest"),
    ("1.5", "firewall global-options timeout"),
    ("1.4", "vpn ipsec interface"),
    ("1.4", "vpn ipsec authentication psk"),
    ("1.4", "vpn ipsec site-to-site peer * remote-address"),
    ("1.4", "protocols bgp system-as"),
    ("1.4", "firewall ipv4"),
    ("1.4", "nat source rule * outbound-interface name"),
    ("1.4", "nat destination rule * inbound-interface name"),
    ("1.4", "interfaces vti * ip adjust-mss"),
    ("1.3", "protocols bgp * address-family"),
    ("1.3", "protocols bgp * neighbor * address-family"),
    ("1.3", "vpn ipsec options"),
    ("1.3", "firewall options interface"),
    ("1.3", "high-availability vrrp"),
    ("1.3", "interfaces ethernet * smp-affinity"),
    ("1.1", "interfaces ethernet * smp_affinity"),
    ("1.1", "protocols bgp * network"),
    ("1.1", "protocols bgp * neighbor * soft-reconfiguration"),
    ("1.1", "vpn ipsec nat-traversal"),
    ("1.1", "policy route * rule * set tcp-mss"),
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration, read. `release` is None where the text doesn't tell; `told` is what told it."""

    tree: Tree
    file: str
    release: str | None
    told: str


def load_configuration(path: Path | str) -> Configuration:
    """The configuration in a file of either syntax. Raises LandbridgeError for what isn't text, or isn't a configuration."""
    return read_configuration(load_text(Path(path)), str(path))


def read_configuration(text: str, file: str) -> Configuration:
    """The configuration of a text: `set` commands if its first line is one, else the curly form."""
    document = _document(text, file)
    release, told = _release(document.tree, document.footer)
    return Configuration(document.tree, file, release, told)


def tree_of(text: str, file: str) -> Tree:
    """The tree of a configuration in either syntax; `file` is its name in errors."""
    return _document(text, file).tree


def _document(text: str, file: str) -> Curly:
    first = _FIRST_LINE.search(text)
    if first is None:
        raise LandbridgeError(error("syntax", "is empty.", Where(file), "Save `show configuration commands`, or copy /config/config.boot."))
    return Curly(parse(text, file)) if first[1] == "set" else parse_curly(text, file)


def _release(tree: Tree, footer: str) -> tuple[str | None, str]:
    version = _VERSION.search(footer)
    if version is not None:
        line = f"{version[1]}.{version[2]}"
        if line in _KNOWN:
            return line, "its footer"
        if int(version[1]) > 1000 or version[1] == "999":  # VyOS Stream, and development images: the newest line
            return "1.5", "its footer"
    for release, statement in _VOCABULARY:
        if _has(tree, tuple(statement.split())):
            old = release == "1.3" and "=== vyatta-config-version" in footer
            return ("1.2" if old else release), f"`{statement}`"
    return None, ""


def _has(tree: Tree, path: tuple[str, ...]) -> bool:
    for number, word in enumerate(path):
        if word == "*":
            return any(_has(below, path[number + 1 :]) for below in tree.children.values())
        found = tree.children.get(word)
        if found is None:
            return False
        tree = found
    return True


def load_text(path: Path) -> str:
    """The text of a file that came from a router or from AWS. Raises LandbridgeError where there is none, or it isn't text."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_MB * 1_000_000 + 1)
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise LandbridgeError(error("syntax", f"can't be read: {reason}.", Where(file), "Name a router's configuration.")) from None
    if len(data) > LARGEST_MB * 1_000_000:
        raise LandbridgeError(error("syntax", f"is bigger than {LARGEST_MB} MB, which no configuration is.", Where(file)))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        message = f"the byte 0x{data[problem.start]:02X} isn't UTF-8."
        raise LandbridgeError(error("syntax", message, Where(file, line), "Save the file as UTF-8.")) from None
