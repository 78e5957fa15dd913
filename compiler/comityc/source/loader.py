"""A path comes in, the text of the file goes out, or a finding that says why not; nothing of the text is understood yet.

A spec may come from anybody. So only regular files are opened, no more than the limit is read, and characters that cannot be
seen (control characters, bidirectional overrides, the exotic line ends) are refused before anything else looks at the text.
"""

import os
import re
import stat

from comityc.diagnostics.codes_source import (
    EMPTY_FILE,
    FILE_TOO_LARGE,
    FORBIDDEN_CHARACTER,
    NOT_A_FILE,
    NOT_UTF_8,
    UNREADABLE_FILE,
)
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.source.tree import Source

MOST_BYTES = 1 << 20

# Control characters but tab and line feed; the line ends that YAML knows and editors do not; whatever changes the direction
# of text, and the byte order mark. Lone surrogates come from escapes alone, since UTF-8 cannot hold them.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def load(path: str, most_bytes: int = MOST_BYTES) -> tuple[Source | None, tuple[Diagnostic, ...]]:
    """Read a spec, or another text, from a file, which is named in findings as `path` says."""
    data = _read(path, most_bytes)
    if isinstance(data, Diagnostic):
        return None, (data,)
    return decode(path, data, most_bytes)


def decode(file: str, data: bytes, most_bytes: int = MOST_BYTES) -> tuple[Source | None, tuple[Diagnostic, ...]]:
    """Make text of bytes; `file` is the name for findings."""
    if len(data) > most_bytes:
        return None, (_too_large(file, most_bytes),)
    text = _decoded(file, data)
    if isinstance(text, Diagnostic):
        return None, (text,)
    text = text.replace("\r\n", "\n")
    findings = tuple(_forbidden(file, text))
    if findings:
        return None, findings
    if not text.strip():
        return None, (EMPTY_FILE.at(_start(file), "the file is empty", help=_FIRST_LINES),)
    return Source(file, text), ()


def find_forbidden(text: str) -> tuple[int, str] | None:
    """Return the offset and the name of the first character that no text of a spec may have, also not by an escape."""
    found = _FORBIDDEN.search(text)
    return None if found is None else (found.start(), _named(found.group()))


_FIRST_LINES = 'begin with the lines `comity: "1"` and `protocol: my_protocol`'
_MOST_FORBIDDEN = 20  # a binary file has thousands, and nobody reads them all


def _read(path: str, most_bytes: int) -> bytes | Diagnostic:
    """Read a regular file; a FIFO is not waited for, and of a large file not more than the limit is read."""
    try:
        # The flag keeps `open` from waiting for a writer if the path is a FIFO; it means nothing for a file.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except ValueError:
        return _unreadable(path, "no such path")
    except OSError as trouble:
        return _unreadable(path, trouble.strerror or "unknown reason")
    try:
        refused = _refused(path, os.fstat(descriptor), most_bytes)
        if refused is not None:
            return refused
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(most_bytes + 1)
    except OSError as trouble:
        return _unreadable(path, trouble.strerror or "unknown reason")
    finally:
        os.close(descriptor)


def _refused(path: str, status: os.stat_result, most_bytes: int) -> Diagnostic | None:
    if stat.S_ISDIR(status.st_mode):
        return NOT_A_FILE.at(_start(path), "this is a folder, not a file", help="name the file itself")
    if not stat.S_ISREG(status.st_mode):
        return NOT_A_FILE.at(_start(path), "this is a device or a pipe, not a file", help="save the spec to a file")
    return _too_large(path, most_bytes) if status.st_size > most_bytes else None


def _unreadable(path: str, reason: str) -> Diagnostic:
    return UNREADABLE_FILE.at(_start(path), f"the file cannot be read: {reason.lower()}")


def _too_large(file: str, most_bytes: int) -> Diagnostic:
    return FILE_TOO_LARGE.at(
        _start(file),
        f"the file is larger than {most_bytes >> 20} MiB",
        help="a spec is text that a person reads; split it",
    )


def _decoded(file: str, data: bytes) -> str | Diagnostic:
    for mark, name in ((b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            message = f"the file begins with a byte order mark of {name}"
            return NOT_UTF_8.at(_start(file), message, help="save it as UTF-8 without a byte order mark")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as trouble:
        before = data[: trouble.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        message = f"byte 0x{data[trouble.start]:02x} is not UTF-8"
        return NOT_UTF_8.at(Span(file, line, column, line, column + 1), message, help="save the file as UTF-8")


def _forbidden(file: str, text: str) -> list[Diagnostic]:
    findings = []
    for found in _FORBIDDEN.finditer(text):
        start = found.start()
        line, column = text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1
        span = Span(file, line, column, line, column + 1)
        message = f"the character {_named(found.group())} cannot stand in a spec"
        findings.append(FORBIDDEN_CHARACTER.at(span, message, help="delete it"))
        if len(findings) == _MOST_FORBIDDEN:
            break
    return findings


def _named(character: str) -> str:
    import unicodedata  # a large table, wanted only for this message

    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")


def _start(file: str) -> Span:
    return Span(file, 1, 1, 1, 1)
