"""The text of the grammar comes in; its parse table goes out.

The only file that imports lark. Building the table takes longer than checking a spec, so it is kept beside the grammar
(`python -m comityc.syntax.parser` writes it anew), and this file is imported only where the two do not belong together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lark import Lark, Token
from lark.grammar import Rule
from lark.lexer import Lexer, TerminalDef


class _Pieces(Lexer):
    """What is parsed has been cut into terminals before."""

    def __init__(self, lexer_conf: object) -> None:
        pass

    def lex(self, pieces: Iterable[Token]) -> Iterator[Token]:  # type: ignore[override]  # lark's first lexer interface
        return iter(pieces)


def read_grammar(text: str, starts: Sequence[str]) -> Lark:
    """Return lark's own view of the grammar."""
    return Lark(text, parser="lalr", lexer=_Pieces, start=list(starts), keep_all_tokens=True, maybe_placeholders=False)


def table_of(text: str, starts: Sequence[str]) -> dict[str, Any]:
    """Return the parse table of a grammar, as `lalr.Table` reads it."""
    grammar = read_grammar(text, starts)
    data, memo = grammar.memo_serialize([TerminalDef, Rule])
    automaton = data["parser"]["parser"]
    names: Mapping[int, str] = {int(number): name for number, name in automaton["tokens"].items()}
    used = sorted({step[1]["@"] for row in automaton["states"].values() for step in row.values() if step[0]})
    numbers = {rule: number for number, rule in enumerate(used)}
    rows: list[dict[str, int]] = []
    states: list[int] = []
    for state in range(len(automaton["states"])):
        row = {
            names[symbol]: -1 - numbers[step["@"]] if reduces else step
            for symbol, (reduces, step) in automaton["states"][state].items()
        }
        if row not in rows:
            rows.append(row)
        states.append(rows.index(row))
    return {
        "states": states,
        "rows": rows,
        "rules": [_rule(memo[number]) for number in used],
        "starts": automaton["start_states"],
        "ends": automaton["end_states"],
        "terminals": {one.pattern.value: one.name for one in grammar.terminals if one.pattern.type == "str"},
    }


def _rule(rule: Mapping[str, Any]) -> list[Any]:
    """Return a rule as `lalr.Rule` has it. Where the name of a symbol begins with `_`, lark puts its children in its place."""
    origin, symbols = rule["origin"]["name"], rule["expansion"]
    inlined = [
        place
        for place, symbol in enumerate(symbols)
        if symbol["__type__"] == "NonTerminal" and symbol["name"].startswith("_")
    ]
    single = rule["options"]["expand1"] and not rule["alias"]
    return [origin, len(symbols), rule["alias"] or origin, single, inlined]
