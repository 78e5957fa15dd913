"""The errors of reading a spec come in; which names they made unknown goes out, and which later findings are no mere echo of them.

A part that cannot be read is left out of the protocol. What then seems to be missing is not the user's mistake, but everything else
still is: so the later stages look at the rest, and what may come from a hole is passed over in silence.
"""

import re
from collections.abc import Iterable

from comityc.diagnostics.codes_names import TYPE_MISMATCH
from comityc.diagnostics.codes_source import UNKNOWN_KEY
from comityc.diagnostics.codes_syntax import EMPTY
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.source.tree import Mapping, Scalar, Sequence, Source, Tree

_DECLARING = frozenset(
    ("types", "messages", "parameters", "variables", "shared", "define", "properties", "assume", "verify", "bounds")
)
"""Sections in which an entry that cannot be read takes its name with it."""

_READING = frozenset(
    ("if", "when", "do", "goto", "after", "every", "at", "key", "range", "count", "expect", "default", "start_in")
) | frozenset(("always", "never", "stable", "step", "eventually", "leads_to", "reachable", "stays_possible"))
"""Keys whose text declares nothing: a hole there takes no name with it."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_QUOTED = re.compile(r"`([^`]+)`")


def not_told(findings: Iterable[Diagnostic], told: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the findings of reading that say something else than those about the shape have said of the same place."""
    places = {(finding.span.line, finding.span.column) for finding in told}
    lines = {line for line, _ in places}
    return tuple(
        finding
        for finding in findings
        if (finding.span.line, finding.span.column) not in places
        and not (finding.code is EMPTY and finding.span.line in lines)
    )


def lost_names(tree: Tree, errors: Iterable[Diagnostic]) -> frozenset[str]:
    """Return the names that nobody can know, because what declares them could not be read."""
    lost: set[str] = set()
    for error in errors:
        _collect(tree, error, "", lost)
    return frozenset(lost)


def independent(findings: Iterable[Diagnostic], lost: frozenset[str], source: Source) -> tuple[Diagnostic, ...]:
    """Return the errors that do not speak of a lost name. Warnings wait until everything can be read."""
    return tuple(f for f in findings if f.is_error and not lost & _words_of(f, source) and not _of_a_sender(f, lost))


def _of_a_sender(finding: Diagnostic, lost: frozenset[str]) -> bool:
    """Whether it may come of `sender` being of any role, where it is not known who sends."""
    return "sender" in lost and finding.code is TYPE_MISMATCH and " or " in finding.message


def _words_of(finding: Diagnostic, source: Source) -> set[str]:
    span = finding.span
    text = source.line(span.line)[span.column - 1 : span.end_column - 1 if span.end_line == span.line else None]
    return set(_WORD.findall(text)) | {
        word for name in _QUOTED.findall(finding.message) for word in _WORD.findall(name)
    }


def _collect(tree: Tree, error: Diagnostic, section: str, lost: set[str]) -> None:
    """Go down to the smallest part that holds the error, and take the names that it would have declared."""
    place = error.span
    match tree:
        case Scalar():
            if section not in _READING:
                lost.update(_WORD.findall(tree.text))
        case Sequence():
            inside = [item for item in tree.items if _holds(item.span, place)]
            for part in inside or tree.items:
                _collect(part, error, section, lost)
        case Mapping():
            if section == "states":
                lost.add("sender")  # what is sent in a part that cannot be read decides who may be a sender
            for key, value in tree.entries:
                mended = error.code is UNKNOWN_KEY and not key.text.startswith("x-")
                if _holds(key.span, place) and not mended:
                    lost.update(_WORD.findall(key.text))
                    lost.update(_all_words(value))
                elif _holds(value.span, place) and key.span != place:
                    if section in _DECLARING:
                        lost.update(_WORD.findall(key.text))
                    inside_a_type = section in ("types", "messages")
                    _collect(value, error, section if inside_a_type else key.text, lost)


def _all_words(tree: Tree) -> set[str]:
    match tree:
        case Scalar():
            return set(_WORD.findall(tree.text))
        case Sequence():
            return {word for item in tree.items for word in _all_words(item)}
        case Mapping():
            return {word for key, value in tree.entries for part in (key, value) for word in _all_words(part)}


def _holds(outer: Span, inner: Span) -> bool:
    """Whether a place begins in a stretch of the same file; just behind its end counts, for what is missing there."""
    return outer.file == inner.file and (outer.line, outer.column) <= (inner.line, inner.column) <= (
        outer.end_line,
        outer.end_column,
    )
