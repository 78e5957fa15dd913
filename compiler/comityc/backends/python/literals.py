"""Constants come in, their Python text goes out, in the spelling that `ruff format` would leave alone."""

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
    safe = ["".join(_in_docstring(c) for c in line).replace('"""', '\\"\\"\\"') for line in lines] or [""]
    space = " " * indent
    if safe[0].startswith('"'):
        safe[0] = f" {safe[0]}"
    if len(safe) == 1:
        ending = safe[0]
        if ending.endswith('"'):
            ending = f'{ending[:-1]}\\"'
        return [f'{space}"""{ending}"""']
    return [f'{space}"""{safe[0]}', *(f"{space}{line}" if line else "" for line in safe[1:]), f'{space}"""']


def _in_docstring(character: str) -> str:
    return "\\\\" if character == "\\" else character if character.isprintable() else _escaped(character)
