"""The text of a scalar and the kind of thing it should be come in; nodes with exact spans go out, or findings.

The only file that imports lark. Building the parse table from expression.lark takes longer than checking a spec, so the
table is kept beside it (`python -m comityc.syntax.parser` writes it anew); where it does not belong to the grammar or to
the installed lark, the grammar is read instead.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from lark import Lark, UnexpectedToken
from lark import __version__ as lark_version
from lark.lexer import Lexer

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.source.tree import Scalar
from comityc.syntax import nodes, slips
from comityc.syntax.depth import deeper_than
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
T = TypeVar("T")


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
        made = _grammar().parse(chunk, start)
    except UnexpectedToken as error:
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


def _unexpected(error: UnexpectedToken, chunk: Chunk, start: str) -> Diagnostic:
    texts = {name: text for text, name in _terminals().items()}
    accepted = {_SHOWN.get(name) or texts.get(name, "") for name in error.accepts or ()} - {""}
    token = error.token
    if not isinstance(token, Piece):  # lark's own mark of the end
        return slips.ends_early(slips.behind(chunk[-1].span), accepted, chunk[-1])
    before = chunk[: next(i for i, piece in enumerate(chunk) if piece is token)]
    return slips.unexpected(token, before[-1] if before else None, accepted, start)


# ---- the grammar


class _Pieces(Lexer):
    """What is parsed has been cut by the scanner already."""

    def __init__(self, lexer_conf: object) -> None:
        pass

    def lex(self, pieces: Iterable[Piece]) -> Iterator[Piece]:  # type: ignore[override]  # lark's first lexer interface
        return iter(pieces)


@cache
def _grammar() -> Lark:
    text = GRAMMAR.read_text(encoding="utf-8")
    if TABLE.exists():
        table = json.loads(TABLE.read_text(encoding="utf-8"))
        if (table["lark"], table["grammar"]) == (lark_version, fingerprint(text)):
            return _from_table(table)
    return _from_text(text)


@cache
def _terminals() -> Mapping[str, str]:
    """Name each word and operator of the grammar as lark does."""
    return {
        terminal.pattern.value: terminal.name for terminal in _grammar().terminals if terminal.pattern.type == "str"
    }


def _from_text(text: str) -> Lark:
    return Lark(
        text,
        parser="lalr",
        lexer=_Pieces,
        start=list(STARTS),
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=NodesFromRules(),
    )


def _from_table(table: Any) -> Lark:
    data = table["data"]
    data["options"]["lexer"] = data["parser"]["lexer_conf"]["lexer_type"] = _Pieces
    parse_table = data["parser"]["parser"]
    parse_table["tokens"] = _with_numbers(parse_table["tokens"])
    parse_table["states"] = {int(state): _with_numbers(actions) for state, actions in parse_table["states"].items()}
    load: Callable[..., Lark] = Lark._load_from_dict  # what the parsers that lark generates call
    return load(data, _with_numbers(table["memo"]), transformer=NodesFromRules())


def _with_numbers(mapping: Mapping[str, T]) -> dict[int, T]:
    return {int(key): value for key, value in mapping.items()}


def fingerprint(grammar: str) -> int:
    """Return a number that changes with the grammar and its starts."""
    return crc32("\n".join((*STARTS, grammar)).encode())


def table_text() -> str:
    """Return what belongs in the file of the parse table."""
    text = GRAMMAR.read_text(encoding="utf-8")
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = _from_text(text).memo_serialize([TerminalDef, Rule])
    data["options"] = {"start": list(STARTS), "parser": "lalr", "keep_all_tokens": True, "maybe_placeholders": False}
    data["parser"]["lexer_conf"]["lexer_type"] = None
    table = {"lark": lark_version, "grammar": fingerprint(text), "data": data, "memo": memo}
    return json.dumps(table, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table_text(), encoding="utf-8")
