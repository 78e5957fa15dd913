"""A scalar as it stands in the file comes in; the stretches that its text takes over unchanged go out, with their places.

YAML folds lines, reads escapes and cuts indentation. This replays what it does, so that an offset in the text can be traced
back; the text that comes out on the way is compared with what the YAML parser says, and where they differ (which no known
text makes them do) there is but one run, at the start.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from comityc.source.tree import Run, Style

_ESCAPES = {
    "0": "\0",
    "a": "\x07",
    "b": "\x08",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\x0b",
    "f": "\x0c",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_HEADER = re.compile(r"[|>]([-+0-9]*)[^\n]*\n?")


def runs_of(raw: str, text: str, style: Style, line: int, column: int) -> tuple[Run, ...]:
    """Return the runs of a scalar: `raw` is what stands in the file, with quotes or `|`, from line and column on."""
    if style == "plain" and raw == text:
        return (Run(0, line, column),)
    replay = _Replay()
    if style in ("literal", "folded"):
        for indentation in _indentations(raw):
            replay = _Replay()
            _block(replay, raw, indentation, line, style == "folded")
            if "".join(replay.text)[: len(text)] == text:
                break
    else:
        inner = raw if style == "plain" else raw[1:-1]
        _flow(replay, inner, style, line, column + (style != "plain"))
    if "".join(replay.text)[: len(text)] != text or not replay.runs:
        return (Run(0, line, column),)
    return tuple(run for run in replay.runs if run.offset < len(text) or run.offset == 0)


@dataclass(slots=True)
class _Replay:
    """What was read so far; `length` is that of the text."""

    text: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    length: int = 0

    def take(self, text: str, line: int, column: int) -> None:
        """Take text over from a place of the file."""
        last = self.runs[-1] if self.runs else None
        if last is None or (last.line, last.column + self.length - last.offset) != (line, column):
            if last is not None and last.offset == self.length:
                self.runs.pop()
            self.runs.append(Run(self.length, line, column))
        self.text.append(text)
        self.length += len(text)


# ---- plain and quoted


def _flow(replay: _Replay, raw: str, style: Style, line: int, column: int) -> None:
    """Replay line folding and escapes."""
    i = 0
    replay.take("", line, column)
    while i < len(raw):
        character = raw[i]
        if character == "\\" and style == "double":
            i, line, column = _escape(replay, raw, i, line, column)
        elif character == "'" and style == "single":
            replay.take("'", line, column)
            i, column = i + 2, column + 2
        elif character in " \t\n":
            i, line, column = _white(replay, raw, i, line, column)
        else:
            replay.take(character, line, column)
            i, column = i + 1, column + 1


def _white(replay: _Replay, raw: str, i: int, line: int, column: int) -> tuple[int, int, int]:
    """Blanks within a line stay; a line end and all blanks around it are a space, empty lines are line ends."""
    found = re.compile(r"[ \t\n]+").match(raw, i)
    blanks = found.group() if found else ""
    breaks = blanks.count("\n")
    if breaks:
        replay.take(" " if breaks == 1 else "\n" * (breaks - 1), line, column)
        column = len(blanks) - blanks.rfind("\n")
    else:
        replay.take(blanks, line, column)
        column += len(blanks)
    return i + len(blanks), line + breaks, column


def _escape(replay: _Replay, raw: str, i: int, line: int, column: int) -> tuple[int, int, int]:
    letter = raw[i + 1 : i + 2]
    if letter == "\n":
        found = re.compile(r"[ \t\n]*").match(raw, i + 2)
        blanks = found.group() if found else ""
        breaks = blanks.count("\n")
        if breaks:
            replay.take("\n" * breaks, line, column)
        return i + 2 + len(blanks), line + 1 + breaks, len(blanks) - blanks.rfind("\n")
    digits = _HEX_DIGITS.get(letter, 0)
    meaning = chr(int(raw[i + 2 : i + 2 + digits], 16)) if digits else _ESCAPES.get(letter, letter)
    replay.take(meaning, line, column)
    return i + 2 + digits, line, column + 2 + digits


# ---- block scalars


def _indentations(raw: str) -> Iterator[int]:
    """Yield how deep the lines of a block scalar may be indented, the likeliest first."""
    header = _HEADER.match(raw)
    first = re.compile(r"(?: *\n)*( *)").match(raw, header.end()) if header else None
    deepest = len(first.group(1)) if first else 0
    yield deepest
    if header and re.search("[0-9]", header.group(1)):  # said in the header, counted from an indentation unknown here
        yield from range(deepest - 1, 0, -1)


def _block(replay: _Replay, raw: str, indentation: int, line: int, folded: bool) -> None:
    """Replay a block scalar; what the header says about the last line ends does not matter for places."""
    header = _HEADER.match(raw)
    lines = raw[header.end() :].split("\n") if header else []
    before = ""  # the line of text that the present one may be folded with, and where it ends
    end = (line, 1)
    blanks: list[tuple[int, int]] = []
    for number, content in enumerate(lines, line + 1):
        if not content.strip(" ") and len(content) <= indentation:
            blanks.append((number, len(content) + 1))
            continue
        if content[:indentation].strip(" "):
            break
        stripped = content[indentation:]
        if before:
            folds = folded and before[0] not in " \t" and stripped[0] not in " \t"
            if not folds:
                replay.take("\n", *end)
            elif not blanks:
                replay.take(" ", *end)
        for blank in blanks:
            replay.take("\n", *blank)
        replay.take(stripped, number, indentation + 1)
        before, end, blanks = stripped, (number, len(content) + 1), []
    for place in [end, *blanks]:
        replay.take("\n", *place)
