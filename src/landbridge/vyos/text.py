"""A config tree as text: `set` commands, one a leaf, quoted as a router's shell wants them.

A word is quoted where the shell would see more in it than itself. Reading takes single quotes (literal), double quotes (in which a
backslash stands before a quote, a dollar sign, a back-quote or a backslash), a backslash before any character, and quoted values over
several lines. Nothing is expanded: `${psk:a}` is a word.
"""

from __future__ import annotations

import re

from landbridge.findings import Finding, LandbridgeError, Where, error
from landbridge.vyos.tree import Tree

LONGEST = 65_536  # characters of one command; VyOS' longest values (keys, certificates) have a few thousand
DEEPEST = 64  # words of one command; VyOS' own deepest path has less than 20
MOST_FINDINGS = 100

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ORDINARY = bytes(byte for byte in range(0x20, 0x7F) if byte not in b'"\\') + b"\n"
_BARE = re.compile(r"[A-Za-z0-9_.:/@+=,%-]+")
_SPECIAL = re.compile(r"[\"\\$`]")
_ESCAPED = re.compile(r"\\([\"\\$`])|\\\n")
_TOKEN = re.compile(
    r"""(?P<plain>[^ \t\n'"\\]+)|'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<escape>.)|(?P<space>[ \t\n]+)""", re.DOTALL
)
_COMMANDS = frozenset(
    ("delete", "commit", "commit-confirm", "compare", "configure", "confirm", "discard", "edit", "exit", "load", "run", "save", "show")
)


def parse(text: str, file: str) -> Tree:
    """The tree of a text of `set` commands; `file` is its name in errors.

    Comment lines (`#`) and blank lines are skipped. Raises LandbridgeError with every line that can't be read (code "syntax").
    """
    text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    tree = Tree()
    places: dict[str, Tree] = {"set": tree}
    plain = _is_plain(text)
    findings: list[Finding] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        # Nearly every line is bare words and a quoted value, and thousands of files are read: the shell's rules are only asked where
        # they matter.
        if plain or _is_plain(line):
            if not line or line[0] == "#":
                continue
            if _set_plain(line, position, places):
                continue
        words, used, problem = _command(lines, position - 1)
        problem = problem or _wrong(words)
        if problem is not None:
            findings.append(error("syntax", problem[0], Where(file, position), problem[1]))
            if len(findings) == MOST_FINDINGS:
                break
        elif words:
            tree.set(*words[1:], line=position)
            position += used
    if findings:
        raise LandbridgeError(*findings)
    return tree


def _is_plain(text: str) -> bool:
    """Whether a text is short and has nothing that the shell could take for more than words, spaces and single quotes."""
    return text.isascii() and not text.encode().translate(None, _ORDINARY) and "  " not in text and len(text) <= LONGEST


def _set_plain(line: str, number: int, places: dict[str, Tree]) -> bool:
    """Add a plain line's path, and say so; False leaves the line as it is to the shell's rules.

    `places` are the nodes that were made so, by the line's beginning: most lines begin as another did.
    """
    if line[-1] == "'":
        above, opened, value = line[:-1].partition(" '")
        if not opened or "'" in value:
            return False
    else:
        above, _, value = line.rpartition(" ")
        if not value or "'" in value or "#" in value:
            return False
    node = places.get(above)
    if node is None:
        node = _place(above, number, places)
        if node is None:
            return False
    children = node.children
    if value not in children:
        children[value] = Tree(number)
    elif not children[value].children:
        children[value] = children.pop(value)  # set again: of a leaf's values the last one stands
    return True


def _place(beginning: str, number: int, places: dict[str, Tree]) -> Tree | None:
    """The node that a line's beginning names, made where it isn't there; None where the beginning isn't bare words after `set`."""
    known, new = beginning, []
    while (node := places.get(known)) is None:
        known, _, word = known.rpartition(" ")
        if not known:
            return None
        new.append(word)
    if len(new) + known.count(" ") >= DEEPEST or "'" in beginning or "#" in beginning:
        return None
    for word in reversed(new):
        below = node.children.get(word)
        if below is None:
            below = node.children[word] = Tree(number)
        node = below
        known = f"{known} {word}"
        places[known] = node
    return node


def print_set(tree: Tree) -> str:
    """The `set` commands that make a tree, one a line, in its order. Raises ValueError for a word with control characters."""
    lines: list[str] = []
    _print(tree, "set", lines)
    return "".join(lines)


def quote(word: str) -> str:
    """A word as it stands in a `set` command: bare, or quoted where it must be. Raises ValueError for control characters."""
    if _BARE.fullmatch(word):
        return word
    if CONTROL.search(word):
        raise ValueError("a word of a configuration has no control characters but tab and newline")
    if "'" not in word:
        return f"'{word}'"
    escaped = _SPECIAL.sub(r"\\\g<0>", word)
    return f'"{escaped}"'


def _print(tree: Tree, prefix: str, lines: list[str]) -> None:
    for word, below in tree.children.items():
        path = f"{prefix} {quote(word)}"
        if below.children:
            _print(below, path, lines)
        else:
            lines.append(path + "\n")


def _wrong(words: list[str]) -> tuple[str, str] | None:
    """What is wrong with a command's words, and what to do; None if nothing is. Words may be secrets: they aren't quoted."""
    if not words or (words[0] == "set" and 1 < len(words) <= DEEPEST + 1):
        return None
    if words[0] != "set":
        command = f"`{words[0]}`" if words[0] in _COMMANDS else "what this line begins with"
        return f"{command} is not a `set` command.", "Keep only `set` commands, as `show configuration commands` prints them."
    if len(words) == 1:
        return "`set` without a path.", "Write what to set, or take the line out."
    return f"the command has more than {DEEPEST} words.", "Quote a value that contains spaces."


def _command(lines: list[str], first: int) -> tuple[list[str], int, tuple[str, str] | None]:
    """The words of the command that begins at a line, how many more lines it takes, and what is wrong with it."""
    line = lines[first]
    if line.lstrip(" \t").startswith("#"):
        return [], 0, None
    text = line
    used = 0
    while True:
        if len(text) > LONGEST:
            return [], 0, (f"the command has more than {LONGEST} characters.", "Close its quote, or take it out.")
        if CONTROL.search(text):
            return [], 0, ("the line has control characters.", "Take them out; a configuration is plain text.")
        words, problem = _words(text)
        if words is not None or problem is not None:
            return words or [], used, problem
        used += 1
        if first + used == len(lines):
            return (
                [],
                0,
                ("the quote that opens here is never closed.", "Close it on this line, or quote the whole value in single quotes."),
            )
        text = f"{text}\n{lines[first + used]}"


def _words(text: str) -> tuple[list[str] | None, tuple[str, str] | None]:
    """The words of a command, by the shell's rules; (None, None) if a quote is still open."""
    words: list[str] = []
    word: str | None = None
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return None, None
        position = token.end()
        part = token[token.lastgroup or 0]
        if token.lastgroup == "space":
            if word is not None:
                words.append(word)
            word = None
            continue
        if token.lastgroup == "plain" and word is None and part.startswith("#"):
            return None, (
                "an unquoted # begins a comment in a router's shell.",
                "Quote the value, or put the comment on a line of its own.",
            )
        if token.lastgroup == "double":
            part = _ESCAPED.sub(lambda match: match[1] or "", part)
        elif token.lastgroup == "escape" and part == "\n":
            continue
        word = (word or "") + part
    if word is not None:
        words.append(word)
    return words, None
