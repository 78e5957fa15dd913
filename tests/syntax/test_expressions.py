"""Each text of golden/syntax is read as the form that is written below it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comityc.source.tree import Scalar
from comityc.syntax import parser

GOLDEN = Path(__file__).parents[1] / "golden" / "syntax"
PARSERS: dict[str, Callable[[Scalar], tuple[Any, parser.Findings]]] = {
    "expression": parser.parse_expression,
    "domain": parser.parse_domain,
    "type": parser.parse_type,
    "variable": parser.parse_variable,
    "head": parser.parse_head,
    "decide": parser.parse_decide,
    "draw": parser.parse_draw,
    "perform": parser.parse_perform,
    "loop": parser.parse_loop,
    "place": parser.parse_place,
    "statements": parser.parse_statements,
}


def _cases(file: str) -> list[tuple[str, str, str]]:
    """Read `kind: text`, then lines of the answer indented by four, up to an empty line; `\\n` is a new line."""
    cases = []
    for block in (GOLDEN / file).read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if lines:
            kind, _, text = lines[0].partition(": ")
            cases.append((kind, text.replace("\\n", "\n"), "\n".join(line.strip() for line in lines[1:])))
    return cases


@pytest.mark.parametrize(("kind", "text", "expected"), _cases("expressions.txt"))
def test_a_text_is_read_as_its_normal_form(
    kind: str, text: str, expected: str, scalar_of: Callable[[str], Scalar], normal_form: Callable[[object], str]
) -> None:
    made, findings = PARSERS[kind](scalar_of(text))
    assert findings == ()
    assert normal_form(made) == expected


@pytest.mark.parametrize(("kind", "text", "expected"), _cases("rejected.txt"))
def test_a_slip_is_found_where_it_is_with_its_cure(
    kind: str, text: str, expected: str, scalar_of: Callable[[str], Scalar]
) -> None:
    made, findings = PARSERS[kind](scalar_of(text))
    assert made is None
    shown = []
    for finding in findings:
        place = f"{finding.span.line}:{finding.span.column}-{finding.span.end_column}"
        tail = "".join(f" | {part}" for part in (finding.caret, finding.help) if part)
        shown.append(f"{finding.code.number} {place} {finding.message}{tail}")
    assert "\n".join(shown) == expected
