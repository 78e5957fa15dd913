"""Findings come in; text with carets, JSON or SARIF goes out. The only place that knows colours.

The JSON is versioned, and every key is always there:

    {"schema": "comity.check/1", "files": ["specs/door.yaml"], "errors": 1, "warnings": 0,
     "diagnostics": [{"code": "CMY0205", "name": "unknown-state", "severity": "error",
                      "file": "specs/door.yaml", "line": 14, "column": 11, "end_line": 14, "end_column": 17,
                      "message": "unknown state `Lokced`", "caret": "", "notes": [], "help": "did you mean `Locked`?",
                      "labels": [{"file": ..., "line": ..., "column": ..., "end_line": ..., "end_column": ..., "text": ...}],
                      "explain": "comity explain CMY0205"}]}

Lines and columns count from 1, columns in characters; `end_column` is the column behind the last character. Later versions
with the same name may add keys, and take none away.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from comityc.diagnostics.codes import CODES
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.snippet import Colours, Mark, line_of_file, printable, snippet
from comityc.diagnostics.span import Span

SCHEMA = "comity.check/1"

LineOf = Callable[[str, int], str | None]
"""Tells a line of a file, or None if it cannot be told."""


def to_text(diagnostic: Diagnostic, *, colours: bool = False, line_of: LineOf = line_of_file) -> str:
    """Render one finding as people read it, without a line end at the end."""
    paint = Colours(colours)
    code, span = diagnostic.code, diagnostic.span
    head = paint.severity(code.severity, f"{code.severity}[{code.number}]")
    lines = [f"{printable(str(span))}: {head}: {paint.strong(printable(diagnostic.message))}"]
    marks = [Mark(span, diagnostic.caret, True)]
    marks += [Mark(label.span, label.text, False) for label in diagnostic.labels if label.span.file == span.file]
    margin, shown = snippet(marks, line_of, paint, code.severity)
    lines += shown
    elsewhere = [label for label in diagnostic.labels if label.span.file != span.file]
    remarks = [("note", f"{label.span}: {label.text}") for label in elsewhere]
    remarks += [("note", note) for note in diagnostic.notes]
    if diagnostic.help is not None:
        remarks.append(("help", diagnostic.help))
    remarks.append(("explain", f"comity explain {code.number}"))
    lines += [f"{margin}{paint.faint('=')} {paint.strong(word + ':')} {printable(text)}" for word, text in remarks]
    return "\n".join(lines)


def all_to_text(diagnostics: Iterable[Diagnostic], *, colours: bool = False, line_of: LineOf = line_of_file) -> str:
    """Render findings one below the other, with an empty line between them."""
    return "\n\n".join(to_text(diagnostic, colours=colours, line_of=line_of) for diagnostic in diagnostics)


def summary(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """Say in one line what was found: `2 errors, 1 warning in 3 files`."""
    found = list(diagnostics)
    errors = sum(diagnostic.is_error for diagnostic in found)
    counts = [_counted(errors, "error")] * bool(errors) + [_counted(len(found) - errors, "warning")] * (
        len(found) > errors
    )
    return f"{', '.join(counts) or 'no findings'} in {_counted(files, 'file')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# ---- JSON


def to_json(diagnostics: Iterable[Diagnostic], files: Iterable[str] = ()) -> str:
    """Render findings as JSON; `files` are all that were looked at, also those without findings."""
    found = list(diagnostics)
    errors = sum(diagnostic.is_error for diagnostic in found)
    report = {
        "schema": SCHEMA,
        "files": list(files),
        "errors": errors,
        "warnings": len(found) - errors,
        "diagnostics": [_finding(diagnostic) for diagnostic in found],
    }
    return json.dumps(report, indent=2, ensure_ascii=True)


def _finding(diagnostic: Diagnostic) -> dict[str, object]:
    code = diagnostic.code
    return {
        "code": code.number,
        "name": code.name,
        "severity": code.severity,
        **_place(diagnostic.span),
        "message": diagnostic.message,
        "caret": diagnostic.caret,
        "labels": [{**_place(label.span), "text": label.text} for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "explain": f"comity explain {code.number}",
    }


def _place(span: Span) -> dict[str, object]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


# ---- SARIF


def to_sarif(diagnostics: Iterable[Diagnostic]) -> str:
    """Render findings as SARIF 2.1.0, which code hosts show beside the lines; every code is a rule."""
    from comityc import __version__

    numbers = list(CODES)
    rules = [
        {
            "id": code.number,
            "name": "".join(part.capitalize() for part in code.name.split("-")),
            "shortDescription": {"text": code.sentence},
            "defaultConfiguration": {"level": code.severity},
            "help": {"text": f"comity explain {code.number}"},
        }
        for code in CODES.values()
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "comity", "version": __version__, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(diagnostic, numbers) for diagnostic in diagnostics],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=True)


def _result(diagnostic: Diagnostic, numbers: list[str]) -> dict[str, Any]:
    code = diagnostic.code
    parts = [diagnostic.message, diagnostic.caret, *diagnostic.notes, diagnostic.help or ""]
    result: dict[str, Any] = {
        "ruleId": code.number,
        "level": code.severity,
        "message": {"text": "; ".join(part for part in parts if part)},
        "locations": [_location(diagnostic.span)],
    }
    if code.number in numbers:
        result["ruleIndex"] = numbers.index(code.number)
    if diagnostic.labels:
        result["relatedLocations"] = [_related(label) for label in diagnostic.labels]
    return result


def _related(label: Label) -> dict[str, Any]:
    return {**_location(label.span), "message": {"text": label.text}}


def _location(span: Span) -> dict[str, Any]:
    path = quote(span.file.replace("\\", "/"), safe="/~")
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    uri = f"file://{path}" if path.startswith("/") else path
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
