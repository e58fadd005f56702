"""The curly form of a configuration, as a router keeps it in `config.boot`: blocks in braces, comments, and a footer with its release.

A line is a node (`system {`), a tag (`ethernet eth0 {`), a leaf and its value (`mtu 1436`), or a leaf alone (`disable`). A value stands
bare, or in quotes in which a backslash stands before what would end them; it may go over several lines. Comments (`/* … */`) belong to the
node that they stand before. What follows the last node is the footer, kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NoReturn

from landbridge.findings import LandbridgeError, Where, error
from landbridge.vyos.text import CONTROL, DEEPEST, LONGEST
from landbridge.vyos.tree import Tree, Written

MOST_NODES = 1_000_000  # words below one another; a router with ten thousand rules has 150,000
MOST_COMMENTS = 1_000  # of one node

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+)|(?P<end>\n)|(?P<open>\{)|(?P<close>\})
    |"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"|'(?P<single>[^'\\]*(?:\\.[^'\\]*)*)'
    |/\*(?P<comment>.*?)\*/|//(?P<line>[^\n]*)
    |(?P<bare>[^\s{}"'][^\s{}]*)""",
    re.DOTALL | re.VERBOSE,
)
_BARE = re.compile(r"[A-Za-z0-9_.:@+=,%!$-][A-Za-z0-9_.:/@+=,%!$*-]*")
_NAME = re.compile(r"[^\s{}\"'/\\$][^\s{}\"'\\$]*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "'": "'", "\\": "\\", "/": "/", "\n": "\n"}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_QUOTES_ALL = re.compile(r"^// vyos-config-version:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Curly:
    """A configuration in curly form: its tree, whose nodes say how they were written, and its footer's text."""

    tree: Tree
    footer: str = ""


def parse_curly(text: str, file: str) -> Curly:
    """The tree and footer of a text in curly form; `file` is its name in errors.

    Raises LandbridgeError (code "syntax") at the first thing that can't be read. Errors quote nothing: it may be a secret.
    """
    text = text.replace("\r\n", "\n")
    if bad := CONTROL.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise LandbridgeError(
            error("syntax", "there is a control character.", Where(file, line), "Take it out; a configuration is plain text.")
        )
    return _Reader(text, file).read()


def print_curly(document: Curly) -> str:
    """The text of a document: quotes as its release has them, everything else as it was written.

    A tree of `set` commands doesn't say what is a leaf and what a tag: each last word is then printed as its parent's value, which
    `parse_curly` reads as the same tree, but a router may not. Raises ValueError for a word with control characters.
    """
    lines: list[str] = []
    _print_block(document.tree, 0, bool(_QUOTES_ALL.search(document.footer)), lines)
    lines += _comments(document.tree.written.ending if document.tree.written else (), "")
    return "".join(f"{line}\n" for line in lines) + document.footer


class _Reader:
    """Where reading stands. Blocks are kept on a stack of our own: a file may nest deeper than Python calls."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.line = 1
        self.first = 1  # line of the words that wait for their line's end
        self.tree = Tree()
        self.stack: list[tuple[Tree, int]] = [(self.tree, 0)]
        self.words: list[str] = []
        self.comments: list[str] = []
        self.nodes = 0

    def read(self) -> Curly:
        for kind, part, start, stop in self._tokens():
            if kind in ("bare", "double", "single"):
                self._word(part if kind == "bare" else _unescaped(part))
            elif kind == "open":
                self._open()
            elif kind == "close":
                self._leaf()
                self._close()
            elif kind == "end":
                self._leaf()
            elif self.words:
                self._stop("a comment stands after a word.", "Give it a line of its own before the node, or quote the value.")
            elif len(self.stack) == 1 and (kind == "line" or _is_footer(part)):
                return self._end(start)
            elif kind == "line":
                self._stop("a `//` line stands inside a block.", "Write /* … */ around a comment.")
            else:
                self.comments.append(part.strip())
            if kind not in ("bare", "open", "close"):
                self.line += self.text.count("\n", start, stop)
        self._leaf()
        if len(self.stack) > 1:
            self.line = self.stack[-1][1]
            self._stop("the block that opens here is never closed.", "Close it with a brace, or copy the whole file.")
        return self._end(len(self.text))

    def _end(self, start: int) -> Curly:
        """The document whose footer begins at `start`; nothing but comments may stand there."""
        footer = self.text[start:]
        for number, line in enumerate(_COMMENT.sub(_same_lines, footer).split("\n"), self.line):
            if line.strip() and not line.lstrip().startswith("//"):
                self.line = number
                self._stop("something stands after the footer.", "Keep one configuration in a file.")
        if self.comments:
            self.tree.written = Written("node", (), tuple(self.comments))
        before = self.text[:start].rstrip(" \t")
        blank = len(before) - len(before.rstrip("\n")) - (1 if self.tree or self.comments else 0)
        return Curly(self.tree, "\n" * blank + footer if footer else "")

    def _tokens(self) -> Iterator[tuple[str, str, int, int]]:
        text, position = self.text, 0
        while position < len(text):
            token = _TOKEN.match(text, position)
            if token is None:
                what = "comment" if text[position] == "/" else "quote"
                self._stop(f"the {what} that opens here is never closed.", "Close it, or take it out.")
            position = token.end()
            kind = token.lastgroup or ""
            if kind == "space":
                continue
            if kind == "bare" and token[kind].startswith("/*"):
                self._stop("the comment that opens here is never closed.", "Close it, or take it out.")
            yield kind, token[kind], token.start(), position

    def _word(self, word: str) -> None:
        if len(self.words) == 2:
            self._stop("there are more than two words.", "Quote a value that contains spaces.")
        if len(word) > LONGEST:
            self._stop(f"a value has more than {LONGEST} characters.", "Close its quote, or take it out.")
        if not self.words:
            self.first = self.line
        self.words.append(word)

    def _leaf(self) -> None:
        """End a line without a brace: a leaf alone, or one with its value."""
        if not self.words:
            return
        parent = self.stack[-1][0]
        leaf = self._child(parent, self.words[0], "leaf")
        if len(self.words) == 2:
            below = leaf.children.get(self.words[1])
            if below is not None and not below.children:
                leaf.children[self.words[1]] = leaf.children.pop(self.words[1])  # of a leaf's values the last one stands
            self._child(leaf, self.words[1], "value")
        self.words.clear()

    def _open(self) -> None:
        if not self.words:
            self._stop("a brace opens without a name before it.", "Write the node's name, or take the brace out.")
        node = self.stack[-1][0]
        if len(self.words) == 1:
            node = self._child(node, self.words[0], "node")
        else:
            tag = self.words[1]
            node = self._child(self._child(node, self.words[0], "leaf", named=False), tag, "tag")
        self.words.clear()
        if len(self.stack) > DEEPEST:
            self._stop(f"blocks nest deeper than {DEEPEST}.", "No configuration does; look for a brace that isn't closed.")
        self.stack.append((node, self.line))

    def _close(self) -> None:
        if len(self.stack) == 1:
            self._stop("a brace closes what was never opened.", "Take it out, or copy the whole file.")
        node, _ = self.stack.pop()
        if self.comments and node.written is not None:
            self._few(node.written.ending)
            node.written = Written(node.written.form, node.written.comments, (*node.written.ending, *self.comments))
            self.comments.clear()

    def _child(self, parent: Tree, word: str, form: str, named: bool = True) -> Tree:
        """The child of a name, with the form that it is written in; a comment belongs to the last word of its line."""
        child = parent.children.get(word)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self._stop(f"there are more than {MOST_NODES:,} words, which no configuration has.", "Copy the router's own file.")
        if child is None:
            child = parent.children[word] = Tree(self.first)
        before = child.written
        if before is not None and self.comments:
            self._few(before.comments)
        last = named and (form != "leaf" or len(self.words) == 1)
        comments = (*(before.comments if before else ()), *(self.comments if last else ()))
        if last:
            self.comments.clear()
        if before is None or comments != before.comments or (form in ("node", "tag") and before.form != form):
            kept = before.form if before is not None and form in ("leaf", "value") else form
            child.written = Written(kept, comments, before.ending if before else ())  # type: ignore[arg-type]
        return child

    def _few(self, comments: tuple[str, ...]) -> None:
        if len(comments) > MOST_COMMENTS:
            self._stop(f"a node has more than {MOST_COMMENTS:,} comments.", "Take them out.")

    def _stop(self, message: str, remedy: str) -> NoReturn:
        raise LandbridgeError(error("syntax", message, Where(self.file, self.line), remedy))


def _is_footer(comment: str) -> bool:
    return "Do not remove the following line" in comment or "=== vyatta-config-version" in comment


def _same_lines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _unescaped(part: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[0]), part) if "\\" in part else part


def _print_block(tree: Tree, depth: int, all_quoted: bool, lines: list[str]) -> None:
    for word, below in tree.children.items():
        _print_node(word, below, depth, all_quoted, lines)


def _print_node(word: str, node: Tree, depth: int, all_quoted: bool, lines: list[str]) -> None:
    """A node's lines: what shares its line (values, tags) one by one, what stands in braces of its own together."""
    indent, name = "    " * depth, _name(word)
    written = node.written or Written("leaf")
    parts = [(inner, below, _form(node, below)) for inner, below in node.children.items()]
    shared = ("value", "tag")
    blocks = sum(form not in shared and (not at or parts[at - 1][2] in shared) for at, (_, _, form) in enumerate(parts))
    if not blocks and (written.form == "node" or written.comments or written.ending or not parts):
        lines += _comments(written.comments, indent)
        braces = written.form == "node" or written.ending
        lines += _block(name, Tree(), written.ending, depth, all_quoted) if braces else [indent + name]
    done = 0
    for shares, run in groupby(parts, lambda part: part[2] in shared):
        if not shares:
            done += 1
            lines += _comments(written.comments if done == 1 else (), indent)
            own = Tree()
            own.children = {inner: below for inner, below, _ in run}
            lines += _block(name, own, written.ending if done == blocks else (), depth, all_quoted)
            continue
        for inner, below, form in run:
            lines += _comments(below.written.comments if below.written else (), indent)
            if form == "value":
                lines.append(f"{indent}{name} {_value(inner, all_quoted)}")
            else:
                lines += _block(f"{name} {_name(inner)}", below, below.written.ending if below.written else (), depth, all_quoted)


def _block(name: str, node: Tree, ending: tuple[str, ...], depth: int, all_quoted: bool) -> list[str]:
    inside: list[str] = []
    _print_block(node, depth + 1, all_quoted, inside)
    indent = "    " * depth
    return [f"{indent}{name} {{", *inside, *_comments(ending, f"{indent}    "), f"{indent}}}"]


def _form(parent: Tree, node: Tree) -> str:
    """How a node is printed: as it was written, else a value where nothing is below it."""
    if node.written is not None and not (node.written.form == "value" and node.children):
        return node.written.form
    if node.written is not None:
        return "tag"
    return "node" if node.children or (parent.written is not None and parent.written.form in ("node", "tag")) else "value"


def _comments(comments: tuple[str, ...], indent: str) -> list[str]:
    return [f"{indent}/* {comment} */" for comment in comments]


def _name(word: str) -> str:
    return word if _NAME.fullmatch(word) and not CONTROL.search(word) else _quoted(word)


def _value(word: str, all_quoted: bool) -> str:
    return word if not all_quoted and _BARE.fullmatch(word) else _quoted(word)


def _quoted(word: str) -> str:
    if CONTROL.search(word):
        raise ValueError("a word of a configuration has no control characters but tab and newline")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
