"""What the YAML parser complains of, in words that say what to do."""

from __future__ import annotations

import yaml

from landbridge.findings import Finding, Where, error

_MEANINGS = {
    "mapping values are not allowed in this context": (
        "there is a ':' where no key can be.",
        "Correct the indentation of this line or the one before, or put the text in quotes.",
    ),
    "could not find expected ':'": ("a key has no ':' after it.", "Write `key: value`, with a space after the colon."),
    "did not find expected key": (
        "this line doesn't fit the ones before it.",
        "Correct its indentation, or an unclosed quote or bracket above.",
    ),
    "did not find expected ',' or '}'": ("a { … } isn't finished.", "Add the missing ',' or '}'."),
    "did not find expected ',' or ']'": ("a [ … ] isn't finished.", "Add the missing ',' or ']'."),
    "did not find expected '-' indicator": ("this line doesn't fit the list before it.", "Correct its indentation, or begin it with '- '."),
    "did not find expected node content": ("a value is missing.", "Write it, or remove the ',' or bracket that is too many."),
    "block sequence entries are not allowed in this context": (
        "a list begins with '-' where none can be.",
        "Put it into a line of its own.",
    ),
    "found unexpected end of stream": ("a quote is opened and never closed.", "Close it."),
    "did not find expected alphabetic or numeric character": (
        "'*' or '&' stands without a name.",
        "Put text that begins with * or & in quotes.",
    ),
    "found unknown escape character": ("a backslash in double quotes has no meaning before this letter.", "Use single quotes."),
    "did not find expected <document start>": ("the file goes on where it should have ended.", "Correct the indentation of this line."),
}


def explain(problem: yaml.MarkedYAMLError, text: str, file: str) -> Finding:
    """One finding for what stopped the parser."""
    mark = problem.problem_mark or problem.context_mark
    where = Where(file) if mark is None else Where(file, mark.line + 1, mark.column + 1)
    said = problem.problem or "it can't be read"
    if said == "found character that cannot start any token" and mark is not None:
        return error("syntax", *_stray(_character(text, mark.line, mark.column), where))
    message, remedy = _MEANINGS.get(said, (f"isn't YAML: {said}.", "Correct this line or the one before."))
    begun = problem.context_mark
    if begun is not None and mark is not None and begun.line != mark.line and ("isn't finished" in message or "never closed" in message):
        message = f"{message[:-1]}; it begins in line {begun.line + 1}."
    return error("syntax", message, where, remedy)


def _character(text: str, line: int, column: int) -> str:
    lines = text.split("\n", line + 1)
    return lines[line][column : column + 1] if line < len(lines) else ""


def _stray(character: str, where: Where) -> tuple[str, Where, str]:
    if character == "\t":
        return "a tab indents this line; YAML takes spaces only.", where, "Replace it by spaces."
    return f"{character!a} can't begin a value.", where, "Put the value in quotes."
