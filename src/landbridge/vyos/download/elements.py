"""XML without what makes it dangerous: no document types, so no entities of its own; bounded depth; every element with its line."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from landbridge.findings import LandbridgeError, Where, error

DEEPEST = 32
MOST = 10_000  # elements; a connection has about 100


class Element:
    """An element: its name, its line, its text, and what is below it."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.text = ""
        self.children: list[Element] = []

    def get(self, path: str) -> Element | None:
        """The first element at a path of names, `ike/lifetime`."""
        found: Element | None = self
        for name in path.split("/"):
            found = next((child for child in found.children if child.name == name), None) if found is not None else None
        return found


def parse_elements(text: str, file: str) -> Element:
    """The outermost element of a text. Raises LandbridgeError (code "syntax") with the line."""
    parser = expat.ParserCreate()
    root = Element("", {}, 1)
    stack = [root]
    count = 0

    def stop(message: str, remedy: str) -> NoReturn:
        raise LandbridgeError(error("syntax", message, Where(file, parser.CurrentLineNumber), remedy))

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > DEEPEST or count > MOST:
            stop("there are far more elements than a VPN connection has.", "Download the configuration again.")
        element = Element(name, attributes, parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)

    def end(name: str) -> None:  # noqa: ARG001
        stack[-1].text = stack[-1].text.strip()
        stack.pop()

    def data(words: str) -> None:
        stack[-1].text += words[: max(0, 4096 - len(stack[-1].text))]

    def doctype(*_: object) -> None:
        stop("there is a document type, which AWS' XML never has.", "Take the configuration from AWS itself.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as problem:
        where = Where(file, problem.lineno)
        message = f"isn't XML: {expat.ErrorString(problem.code)}."
        raise LandbridgeError(error("syntax", message, where, "Download the configuration again.")) from None
    return root.children[0]
