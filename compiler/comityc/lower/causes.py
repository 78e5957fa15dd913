"""Findings come in, and go out with one for each cause: a name that nothing declares is missing once, however often it is used."""

import re
from collections.abc import Iterable
from dataclasses import replace

from comityc.diagnostics.codes_names import (
    CONFLICTING_RULES,
    HIDDEN_NAME,
    UNKNOWN_FIELD,
    UNKNOWN_FUNCTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_NAME,
    UNKNOWN_PARAMETER,
    UNKNOWN_ROLE,
    UNKNOWN_STATE,
    UNKNOWN_TYPE,
)
from comityc.diagnostics.diagnostic import Diagnostic

_ONE_THING = (UNKNOWN_NAME, UNKNOWN_TYPE, UNKNOWN_ROLE, UNKNOWN_PARAMETER)
"""What is missing may be missed as a name, as a type, as a role and as a parameter."""

_REPEATED = (
    *_ONE_THING,
    UNKNOWN_STATE,
    UNKNOWN_MESSAGE,
    UNKNOWN_FIELD,
    UNKNOWN_FUNCTION,
    HIDDEN_NAME,
    CONFLICTING_RULES,
)
_NAME = re.compile(r"`([^`]+)`")


def one_for_each_cause(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the first finding of each cause, with a note of the other places."""
    kept: dict[object, list[Diagnostic]] = {}
    for finding in findings:
        kept.setdefault(_cause(finding), []).append(finding)
    return tuple(_with_places(group) for group in kept.values())


def _cause(finding: Diagnostic) -> object:
    if finding.code not in _REPEATED:
        return finding
    name = _NAME.search(finding.message)
    if finding.code in _ONE_THING and name is not None:
        return name[1]
    return finding.code, finding.message


def _with_places(group: list[Diagnostic]) -> Diagnostic:
    first = group[0]
    lines = sorted({finding.span.line for finding in group} - {first.span.line})
    if not lines:
        return first
    places = ", ".join(map(str, lines[:-1])) + (" and " if len(lines) > 1 else "") + str(lines[-1])
    help_text = first.help or next((finding.help for finding in group if finding.help), None)
    note = f"the same in line{'s' * (len(lines) > 1)} {places}"
    return replace(first, help=help_text, notes=(*first.notes, note))
