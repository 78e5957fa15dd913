"""Constants come in, their Python text goes out, in the spelling that `ruff format` would leave alone."""

import re
import textwrap
from fractions import Fraction

_DURATION_UNITS = (
    (86_400_000, "days"),
    (3_600_000, "hours"),
    (60_000, "minutes"),
    (1_000, "seconds"),
    (1, "milliseconds"),
)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_literal(text: str) -> str:
    """Return a text in double quotes, or in single ones where that saves escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(f"\\{c}" if c == quote else _escaped(c) for c in text) + quote


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def duration_literal(milliseconds: int, timedelta: str) -> str:
    """Return a duration in its largest whole unit: `timedelta(minutes=5)`."""
    if milliseconds == 0:
        return f"{timedelta}()"
    for size, unit in _DURATION_UNITS:
        if milliseconds % size == 0:
            return f"{timedelta}({unit}={milliseconds // size})"
    raise AssertionError("every number of milliseconds is a multiple of one")


def fraction_literal(value: Fraction, fraction: str) -> str:
    """Return an exact ratio: `Fraction(1, 2)`."""
    if value.denominator == 1:
        return f"{fraction}({value.numerator})"
    return f"{fraction}({value.numerator}, {value.denominator})"


def docstring(text: str, *, indent: int = 0) -> list[str]:
    """Return a docstring, with the closing quotes on a line of their own when it has several lines."""
    first, _, rest = text.expandtabs(4).strip().partition("\n")
    lines = [line.rstrip() for line in [first, *textwrap.dedent(rest).splitlines()]]
    alone = len(lines) == 1  # then the closing quotes stand right behind it
    safe = [_QUOTES.sub(lambda run: _escaped_run(run, alone), line) for line in lines]
    safe = ["".join(_in_docstring(c) for c in line).replace(_ESCAPED_QUOTE, '\\"') for line in safe]
    space = " " * indent
    if safe[0].startswith('"'):
        safe[0] = f" {safe[0]}"
    if alone:
        return [f'{space}"""{safe[0]}"""']
    return [f'{space}"""{safe[0]}', *(f"{space}{line}" if line else "" for line in safe[1:]), f'{space}"""']


_QUOTES = re.compile('"+')
_ESCAPED_QUOTE = "\0"  # no spec holds this character


def _escaped_run(run: re.Match[str], alone: bool) -> str:
    """Escape the quotes that would end a docstring: three in a row, or the last of its only line."""
    at_end = alone and run.end() == len(run.string)
    if len(run.group()) >= 3:
        return _ESCAPED_QUOTE * len(run.group())
    return run.group()[:-1] + _ESCAPED_QUOTE if at_end else run.group()


def _in_docstring(character: str) -> str:
    if character == _ESCAPED_QUOTE:
        return character
    return "\\\\" if character == "\\" else character if character.isprintable() else _escaped(character)
