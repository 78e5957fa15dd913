"""What holds for every text: a result or findings, never an exception; and places that are those of the file."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Token, Tree, UnexpectedToken

from comityc.source.loader import load
from comityc.source.tree import Scalar, Source
from comityc.source.yaml_tree import parse
from comityc.syntax import grammar, nodes, parser, scanner
from comityc.syntax.build import build_protocol
from comityc.syntax.lalr import Parser, Table, Unexpected

ScalarOf = Callable[..., Scalar]
SPECS = [
    path
    for path in sorted((Path(__file__).parents[2] / "specs").glob("*/*.yaml"))
    if "\nparts:" not in path.read_text(encoding="utf-8")  # a composed protocol is expanded before it is read
]
STARTS = (
    parser.parse_expression,
    parser.parse_domain,
    parser.parse_type,
    parser.parse_variable,
    parser.parse_head,
    parser.parse_decide,
    parser.parse_draw,
    parser.parse_perform,
    parser.parse_loop,
    parser.parse_place,
    parser.parse_statements,
)
PIECES = [
    *("a", "b", "msg", "send", "to", "X", "none", "true", "1", "30s", "'t'", '"u"', "0.5", "lambda", "None", "_x", "é"),
    *("and", "or", "not", "implies", "in", "is", "if", "elif", "else", "for", "del", "while", "'", '"', "\\", "\0"),
    *("(", ")", "[", "]", "{", "}", ",", ":", ".", "..", "=", "==", "!=", "<", "<=", "+", "-", "*", "/", "//", "%"),
    *("&", "|", "->", "?", "**", ":=", "&&", ";", "+=", "\n", "\n    ", "\n        ", "\n\t", "#", " ", "  "),
]


def test_soups_of_tokens_never_raise(scalar_of: ScalarOf) -> None:
    draw = random.Random(7)
    for _ in range(3_000):
        text = draw.choice(["", " "]).join(draw.choices(PIECES, k=draw.randint(0, 25)))
        scalar = scalar_of(text, draw.choice(["plain", "literal"]))
        for parse_text in draw.sample(STARTS, 3):
            made, findings = parse_text(scalar)
            assert (made is None) == bool(findings)


def test_spoiled_specs_never_raise() -> None:
    draw = random.Random(8)
    for path in SPECS:
        tree, _ = parse(_source(path))
        assert tree is not None
        for scalar in draw.choices(list(_scalars(tree)), k=40):
            at = draw.randrange(len(scalar.text) + 1)
            text = scalar.text[:at] + draw.choice(PIECES) + scalar.text[at + draw.randint(0, 3) :]
            spoiled = Scalar(text, scalar.span, scalar.style, scalar.runs)
            for parse_text in (parser.parse_expression, parser.parse_statements):
                made, findings = parse_text(spoiled)
                assert (made is None) == bool(findings)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "-" * 20_000,
        "+" * 20_000,
        "1+" * 20_000 + "1",
        "(" * 1_900 + "1" + ")" * 1_900,
        "-" * 3_900 + "1",
        "not " * 900 + "p",
        "1+" * 1_900 + "1",
        "a" + ".a" * 1_900,
        "a" + "[0]" * 1_300,
        "f(" * 1_000 + ")" * 1_000,
        "p implies " * 390 + "p",
        "1 if p else " * 300 + "1",
        "[x for x in " * 200 + "y" + "]" * 200,
        "[" * 39 + "-" * 90 + "1" + "]" * 39,
    ],
    ids=lambda text: f"{text[:12]}{len(text)}",
)
def test_what_is_too_long_or_too_deep_is_one_finding(text: str, scalar_of: ScalarOf) -> None:
    for findings in (parser.parse_expression(scalar_of(text))[1], parser.parse_statements(scalar_of(f"x = {text}"))[1]):
        assert [finding.code.number for finding in findings] in (["CMY0160"], ["CMY0161"])


def test_blocks_nest_to_a_limit(scalar_of: ScalarOf) -> None:
    text = "".join(" " * depth + "if p:\n" for depth in range(100)) + " " * 100 + "x = 1"
    _, findings = parser.parse_statements(scalar_of(text))
    assert [finding.code.number for finding in findings] == ["CMY0161"]


def test_long_flat_chains_that_do_not_nest_are_fine(scalar_of: ScalarOf) -> None:
    made, findings = parser.parse_expression(scalar_of(" and ".join(["p"] * 400)))
    assert findings == ()
    assert isinstance(made, nodes.BoolOperation)
    assert len(made.operands) == 400


@pytest.mark.parametrize("path", SPECS, ids=lambda path: str(path.stem))
def test_every_name_of_a_spec_knows_its_place(path: Path) -> None:
    source = _source(path)
    tree, _ = parse(source)
    assert tree is not None
    protocol, findings = build_protocol(tree, source)
    assert findings == ()
    names = list(_names(protocol))
    assert len(names) > 3
    for name in names:
        line = source.line(name.span.line)
        assert line[name.span.column - 1 : name.span.end_column - 1].strip("\"'") == name.text


def test_the_parse_table_belongs_to_the_grammar() -> None:
    table = json.loads(parser.TABLE.read_text(encoding="utf-8"))
    text = parser.GRAMMAR.read_text(encoding="utf-8")
    assert table["grammar"] == parser.fingerprint(text), "run `python -m comityc.syntax.parser`"


def test_the_parse_table_is_what_lark_makes_of_the_grammar() -> None:
    written = Table.from_json(json.loads(parser.TABLE.read_text(encoding="utf-8")))
    made = Table.from_json(grammar.table_of(parser.GRAMMAR.read_text(encoding="utf-8"), parser.STARTS))
    assert written.terminals == made.terminals
    assert set(written.rules) == set(made.rules)
    assert len(written.rows) == len(made.rows)  # states are numbered anew each time, so the rows differ in names alone


def test_a_table_that_does_not_belong_to_the_grammar_is_not_used(
    scalar_of: ScalarOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "all(a.x <= -1 for a in {b: c for b in d} if not p or q) implies f(x, y=z)[1:][k] is none"
    with_table = parser.parse_expression(scalar_of(text))
    stale = tmp_path / "stale.json"
    stale.write_text('{"grammar": 0}', encoding="utf-8")
    monkeypatch.setattr(parser, "TABLE", stale)
    for kept in (parser._table, parser._parser):
        kept.cache_clear()
    try:
        assert parser.parse_expression(scalar_of(text)) == with_table
    finally:
        monkeypatch.undo()
        for kept in (parser._table, parser._parser):
            kept.cache_clear()
    assert with_table[0] is not None


def test_lark_reads_and_refuses_alike(scalar_of: ScalarOf) -> None:
    class Trees:
        """Makes what lark makes where it is not told what to make."""

        def __getattr__(self, rule: str) -> Any:
            if rule.startswith("_"):
                raise AttributeError(rule)
            return lambda children: Tree(rule, children)

    draw, read, refused = random.Random(9), 0, 0
    reference = grammar.read_grammar(parser.GRAMMAR.read_text(encoding="utf-8"), parser.STARTS)
    ours = Parser(parser._table(), Trees())
    terminals = sorted({name for row in parser._table().rows for name in row if name.isupper() and name != "$END"})
    texts = [spec.text for path in SPECS for spec in _scalars(parse(_source(path))[0]) if len(spec.text) < 200]
    soups = [draw.choices(terminals, k=draw.randint(0, 9)) for _ in range(2000)]
    cut = [[piece.type for chunk in scanner.scan_expression(scalar_of(text), parser._terminals()).chunks for piece in chunk]
           for text in draw.sample(texts, 800)]  # fmt: skip
    for names in soups + cut:
        tokens, start = [Token(name, name) for name in names], draw.choice(parser.STARTS)
        expected, problem = _by_lark(reference, tokens, start)
        if problem is None:
            assert ours.parse(tokens, start) == expected
            read += 1
            continue
        with pytest.raises(Unexpected) as found:
            ours.parse(tokens, start)
        assert found.value.accepted == frozenset(problem.accepts)
        assert (found.value.terminal is None) == (problem.token.type == "$END")
        refused += 1
    assert min(read, refused) > 100


def _by_lark(reference: Lark, tokens: list[Token], start: str) -> tuple[Any, UnexpectedToken | None]:
    try:
        return reference.parse(tokens, start), None
    except UnexpectedToken as problem:
        return None, problem


def test_the_terminals_of_the_grammar_are_those_of_the_scanner() -> None:
    patterns = {
        terminal.name: terminal.pattern.value.replace("\n", r"\n")
        for terminal in grammar.read_grammar(parser.GRAMMAR.read_text(encoding="utf-8"), parser.STARTS).terminals
        if terminal.pattern.type == "re"
    }
    assert patterns == scanner.TERMINALS
    assert set(parser._terminals()) >= scanner.RESERVED


def test_every_rule_of_the_grammar_makes_a_node() -> None:
    from comityc.syntax.nodes_from_rules import NodesFromRules

    rules = grammar.read_grammar(parser.GRAMMAR.read_text(encoding="utf-8"), parser.STARTS).rules
    aliases = {str(rule.alias or rule.origin.name) for rule in rules if not rule.origin.name.startswith("_")}
    made = {name for name in vars(NodesFromRules) if not name.startswith("_")}
    one_child_rules = {"expression", "conditional", "disjunction", "conjunction", "inversion", "comparison", "union"}
    one_child_rules |= {"intersection", "sum", "term", "factor", "primary", "atom", "domain", "statement"}
    assert aliases - one_child_rules == made


def _source(path: Path) -> Source:
    source, findings = load(str(path))
    assert source is not None, findings
    return source


def _scalars(tree: object) -> Iterator[Scalar]:
    match tree:
        case Scalar():
            yield tree
        case tuple():
            for part in tree:
                yield from _scalars(part)
        case _ if is_dataclass(tree):
            for field in fields(tree):
                yield from _scalars(getattr(tree, field.name))
        case _:
            pass


def _names(thing: object) -> Iterator[nodes.Name]:
    match thing:
        case nodes.Name():
            yield thing
        case tuple():
            for part in thing:
                yield from _names(part)
        case _ if is_dataclass(thing):
            for field in fields(thing):
                yield from _names(getattr(thing, field.name))
        case _:
            pass
