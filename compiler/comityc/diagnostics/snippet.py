"""Marked places of one file come in; the lines they stand on go out, with carets under them and what is to be said behind.

Whatever cannot be seen is shown by its escape, so that no text of a spec changes a terminal; tabs and characters that are
two columns wide keep the carets in place.
"""

import os
import stat
import unicodedata
from collections.abc import Callable
from itertools import pairwise

from comityc.diagnostics.span import Span
from comityc.records import dataclass

_MOST_BYTES = 1 << 20
_TAB = "    "
_WIDEST = 140
_BEFORE_CARET = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """A place, what to say of it, and whether it is the finding itself (`^^^`) or one that matters beside it (`---`)."""

    span: Span
    text: str
    primary: bool


class Colours:
    """Paints words for a terminal, or leaves them as they are."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def severity(self, severity: str, text: str) -> str:
        """Paint in the colour of errors or warnings."""
        return self._paint("1;31" if severity == "error" else "1;33", text)

    def strong(self, text: str) -> str:
        """Paint what is to be read first."""
        return self._paint("1", text)

    def faint(self, text: str) -> str:
        """Paint frames and line numbers."""
        return self._paint("34", text)

    def _paint(self, numbers: str, text: str) -> str:
        return f"\x1b[{numbers}m{text}\x1b[0m" if self._on and text else text


def snippet(
    marks: list[Mark], line_of: Callable[[str, int], str | None], paint: Colours, severity: str
) -> tuple[str, list[str]]:
    """Return the margin that all lines share, and the lines; no lines if the file cannot be read any more."""
    texts = {mark.span.line: line_of(mark.span.file, mark.span.line) for mark in marks}
    numbers = sorted(number for number, text in texts.items() if text is not None)
    width = len(str(numbers[-1])) if numbers else 1
    margin = " " * (width + 1)
    if not numbers:
        return margin, []
    bar = paint.faint("|")
    lines = [f"{margin}{bar}"]
    previous = {after: before for before, after in pairwise(numbers)}
    for number in numbers:
        if number - previous.get(number, number - 1) > 1:
            lines.append(paint.faint("..."))
        shown = _Line(texts[number] or "", min(mark.span.column for mark in marks if mark.span.line == number))
        lines.append(f"{paint.faint(str(number).rjust(width))} {bar} {shown.text}".rstrip())
        for mark in sorted((m for m in marks if m.span.line == number), key=lambda m: (not m.primary, m.span.column)):
            lines.append(f"{margin}{bar} {_underline(mark, shown, paint, severity)}")
    return margin, lines


def _underline(mark: Mark, line: "_Line", paint: Colours, severity: str) -> str:
    start = line.column(mark.span.column)
    last = mark.span.end_column if mark.span.end_line == mark.span.line else line.length + 1
    wide = max(1, line.column(last) - start)
    carets = ("^" if mark.primary else "-") * wide
    painted = paint.severity(severity, carets) if mark.primary else paint.faint(carets)
    return f"{' ' * start}{painted} {printable(mark.text)}".rstrip()


class _Line:
    """A line as it is shown; of a very long one the part around the caret."""

    def __init__(self, text: str, column: int) -> None:
        self.length = len(text)
        first = 0
        if len(text) > _WIDEST:
            first = max(0, min(column - 1 - _BEFORE_CARET, len(text) - _WIDEST))
        part = text[first : first + _WIDEST]
        self._first = first
        self._before = "..." if first else ""
        self._cells = [_cell(character) for character in part]
        after = "..." if first + _WIDEST < len(text) else ""
        self.text = self._before + "".join(self._cells) + after

    def column(self, column: int) -> int:
        """Return how many columns of the terminal stand before a column of the text."""
        cells = self._cells[: max(0, column - 1 - self._first)]
        return len(self._before) + sum(_width(cell) for cell in cells)


def _cell(character: str) -> str:
    return _TAB if character == "\t" else printable(character)


def _width(cell: str) -> int:
    if len(cell) != 1:
        return len(cell)
    if unicodedata.combining(cell):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in "WF" else 1


def printable(text: str) -> str:
    """Show what cannot be seen, or would move what is around it, by its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " else c.encode("unicode_escape").decode("ascii") for c in text)


def line_of_file(file: str, number: int) -> str | None:
    """Read a line of a file, if it is a regular file of a size that specs have; a finding may be about one that is not."""
    try:
        status = os.stat(file)  # noqa: PTH116 - a finding may name what is no path at all
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            return None
        with open(file, encoding="utf-8", errors="replace", newline="") as opened:  # noqa: PTH123
            lines = opened.read().split("\n")
    except (OSError, ValueError):
        return None
    return lines[number - 1].rstrip("\r") if 1 <= number <= len(lines) and any(lines) else None
