"""The located tree: what a YAML file says, each value with its place; nothing is read into it (`yes`, `1` and `null` stay text).

A scalar's text is not what stands in the file: quotes are gone, escapes read, lines folded, indentation cut. So it carries `runs`,
the stretches of text that stand in the file just as they are, and `position` finds the place of any character. Carets need that.
"""

from bisect import bisect_right
from functools import lru_cache
from typing import Literal, Union

from comityc.diagnostics.span import Span
from comityc.records import dataclass

Style = Literal["plain", "single", "double", "literal", "folded"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file: its name as it was given, and its text with line ends as `\\n`."""

    file: str
    text: str

    def line(self, number: int) -> str:
        """Return a line, counted from 1, without its end; empty when there is none."""
        lines = _lines(self.text)
        return lines[number - 1] if 1 <= number <= len(lines) else ""


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[str, ...]:
    """Split a text once: lines are asked for value by value."""
    return tuple(text.split("\n"))


@dataclass(frozen=True, slots=True)
class Run:
    """From `offset` of a scalar's text up to the next run, the text stands in the file as it is, from line and column on."""

    offset: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text, a number, a word: whatever is neither a list nor a map. `runs` is never empty and begins at offset 0."""

    text: str
    span: Span
    style: Style
    runs: tuple[Run, ...]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of the character at `offset` of the text; `len(text)` is the place behind the last."""
        offset = max(0, min(offset, len(self.text)))
        if offset == len(self.text) and self.text.endswith("\n"):
            offset -= 1  # behind the last line end stands what no longer belongs to this scalar
        run = self.runs[bisect_right(self.runs, offset, key=lambda run: run.offset) - 1]
        return run.line, run.column + offset - run.offset

    def span_between(self, start: int, end: int) -> Span:
        """Return the span of `text[start:end]`; of at least one character, so that a caret has a place."""
        line, column = self.position(start)
        if end <= start:
            return Span(self.span.file, line, column, line, column + 1)
        end_line, end_column = self.position(end - 1)  # the place of `end` itself may be on the next line
        return Span(self.span.file, line, column, end_line, end_column + 1)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; `flow` says that it is written in brackets, and `written` how, for findings."""

    items: tuple["Tree", ...]
    span: Span
    flow: bool = False
    written: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map, in the order of the file; keys are distinct. `flow` says that it is in braces, and `written` how, for findings."""

    entries: tuple[tuple[Scalar, "Tree"], ...]
    span: Span
    flow: bool = False
    written: str = ""

    def get(self, key: str) -> "Tree | None":
        """Return the value of a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """Return the key as it stands in the file, or None."""
        return next((name for name, _ in self.entries if name.text == key), None)


Tree = Union[Scalar, Sequence, Mapping]  # noqa: UP007


def kind_of(tree: Tree) -> Literal["value", "list", "map"]:
    """Name the kind of a tree in the words of a finding."""
    match tree:
        case Scalar():
            return "value"
        case Sequence():
            return "list"
        case Mapping():
            return "map"
