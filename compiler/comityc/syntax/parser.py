"""The text of a scalar and the kind of thing it should be come in; nodes with exact spans go out, or findings.

The parse table of expression.lark is kept beside it (`python -m comityc.syntax.parser` writes it anew); where the two do not
belong together, the grammar is read instead.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.source.tree import Scalar
from comityc.syntax import nodes, slips
from comityc.syntax.depth import deeper_than
from comityc.syntax.lalr import Parser, Table, Unexpected
from comityc.syntax.nodes_from_rules import Declared, Head, NodesFromRules, Rejected
from comityc.syntax.scanner import Chunk, Piece, scan_expression, scan_statements

GRAMMAR = Path(__file__).with_name("expression.lark")
TABLE = Path(__file__).with_name("expression.table.json")
STARTS = (
    "expression",
    "domain",
    "type_name",
    "variable",
    "head",
    "decide",
    "draw",
    "perform",
    "loop",
    "place",
    "statements",
)
NODE_DEPTH = 100
"""How deep nodes may stand in each other: all that follows walks them by recursion."""

Findings = tuple[Diagnostic, ...]


# ---- one function per kind of text


def parse_expression(scalar: Scalar, start: str = "expression") -> tuple[nodes.Expression | None, Findings]:
    """Parse an expression; with start `domain` also a range."""
    return _parse(scalar, start)


def parse_statements(scalar: Scalar) -> tuple[tuple[nodes.Statement, ...] | None, Findings]:
    """Parse statements; a finding in one of them hides none in the next."""
    scanned = scan_statements(scalar, _terminals())
    findings = list(scanned.findings)
    statements: list[nodes.Statement] = []
    for chunk in scanned.chunks:
        made, found = _parse_chunk(chunk, "statements")
        findings += found
        statements += made or ()
    return (None, tuple(findings)) if findings else (tuple(statements), ())


def parse_domain(scalar: Scalar) -> tuple[nodes.Expression | None, Findings]:
    """Parse `0..3`, `Choice`, `range(n)`, or a duration or range of durations."""
    return _parse(scalar, "domain")


def parse_type(scalar: Scalar) -> tuple[nodes.TypeName | None, Findings]:
    """Parse `map[bidder, Money]?`."""
    return _parse(scalar, "type_name")


def parse_variable(scalar: Scalar) -> tuple[Declared | None, Findings]:
    """Parse `int = 0`."""
    return _parse(scalar, "variable")


def parse_head(scalar: Scalar) -> tuple[Head | None, Findings]:
    """Parse `rank(b)`."""
    return _parse(scalar, "head")


def parse_decide(scalar: Scalar) -> tuple[nodes.DecideTrigger | None, Findings]:
    """Parse `motion in text`."""
    return _parse(scalar, "decide")


def parse_draw(scalar: Scalar) -> tuple[nodes.DrawNode | None, Findings]:
    """Parse `peer in others`."""
    return _parse(scalar, "draw")


def parse_perform(scalar: Scalar) -> tuple[nodes.PerformTrigger | None, Findings]:
    """Parse `act(step=i) -> [ok, failed]`."""
    return _parse(scalar, "perform")


def parse_loop(scalar: Scalar) -> tuple[nodes.ForClause | None, Findings]:
    """Parse `t, r in running.items()`."""
    return _parse(scalar, "loop")


def parse_place(scalar: Scalar) -> tuple[nodes.PlaceNode | None, Findings]:
    """Parse `voter[1].choice`."""
    return _parse(scalar, "place")


def _parse(scalar: Scalar, start: str) -> tuple[Any, Findings]:
    scanned = scan_expression(scalar, _terminals())
    if scanned.findings:
        return None, scanned.findings
    return _parse_chunk(scanned.chunks[0], start)


def _parse_chunk(chunk: Chunk, start: str) -> tuple[Any, Findings]:
    try:
        made = _parser().parse(chunk, start)
    except Unexpected as error:
        return None, (_unexpected(error, chunk, start),)
    except Rejected as error:
        return None, (error.finding,)
    if len(chunk) > NODE_DEPTH and deeper_than(NODE_DEPTH, made):
        return None, (slips.too_deep(chunk[0].span.through(chunk[-1].span), NODE_DEPTH),)
    return made, ()


# ---- syntax errors

_SHOWN = {
    "NAME": "a name",
    "NUMBER": "a number",
    "DURATION": "a duration",
    "TEXT": "a text",
    "$END": "the end",
    "_NEWLINE": "the end of the line",
    "_INDENT": "an indented line",
}


def _unexpected(error: Unexpected, chunk: Chunk, start: str) -> Diagnostic:
    texts = {name: text for text, name in _terminals().items()}
    accepted = {_SHOWN.get(name) or texts.get(name, "") for name in error.accepted} - {""}
    token = error.terminal
    if not isinstance(token, Piece):
        return slips.ends_early(slips.behind(chunk[-1].span), accepted, chunk[-1])
    before = chunk[: next(i for i, piece in enumerate(chunk) if piece is token)]
    return slips.unexpected(token, before[-1] if before else None, accepted, start)


# ---- the grammar


@cache
def _parser() -> Parser:
    return Parser(_table(), NodesFromRules())


@cache
def _table() -> Table:
    text = GRAMMAR.read_text(encoding="utf-8")
    if TABLE.exists():
        table = json.loads(TABLE.read_text(encoding="utf-8"))
        if table["grammar"] == fingerprint(text):
            return Table.from_json(table)
    from comityc.syntax.grammar import table_of

    return Table.from_json(table_of(text, STARTS))


def _terminals() -> Mapping[str, str]:
    """Name each word and operator of the grammar as the grammar does."""
    return _table().terminals


def fingerprint(grammar: str) -> int:
    """Return a number that changes with the grammar and its starts."""
    return crc32("\n".join((*STARTS, grammar)).encode())


def table_text() -> str:
    """Return what belongs in the file of the parse table."""
    from comityc.syntax.grammar import table_of

    text = GRAMMAR.read_text(encoding="utf-8")
    table = {"grammar": fingerprint(text), **table_of(text, STARTS)}
    return json.dumps(table, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table_text(), encoding="utf-8")
