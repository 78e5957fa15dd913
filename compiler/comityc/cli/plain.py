"""Text for a terminal in; the same where its encoding has no arrows, lines and marks, out: others in their places."""

import codecs
import io
from typing import TextIO

_IN_PLACE = str.maketrans({
    "│": "|", "─": "-", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "●": "*", "▶": ">", "◀": "<", "▼": "v", "✗": "x", "✓": "+",
    "┼": "+", "━": "-", "═": "=", "┆": "|", "▲": "^", "○": "o", "→": "->", "←": "<-", "↩": "<-", "…": "...", "·": ".",
})  # fmt: skip
NAME = "comity.plain"
_FAILING = ("strict", "surrogateescape")


def take_any_encoding(stream: TextIO) -> None:
    """Let a stream print what its encoding does not have in other characters, instead of failing."""
    if isinstance(stream, io.TextIOWrapper) and stream.errors in _FAILING and not _has_all(stream.encoding):
        codecs.register_error(NAME, _other)
        stream.reconfigure(errors=NAME)


def _has_all(encoding: str) -> bool:
    return encoding.lower().replace("-", "").startswith("utf")


def _other(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_IN_PLACE)
    return text.encode(error.encoding, "replace").decode(error.encoding), error.end
