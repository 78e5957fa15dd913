"""What a rule of the grammar matched comes in, bottom up; nodes go out, each with the span from its first piece to its last.

There is one method per rule or alias of expression.lark. Children are terminals (`Piece`) and what the rules below have
made of theirs; the parser hands them over untyped, so `Any` is as exact as it gets here. What matches the grammar and still
makes no sense raises `Rejected`, which the parser turns into a finding.
"""

import re
from dataclasses import replace
from typing import Any

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.records import dataclass
from comityc.syntax import nodes, slips
from comityc.syntax.nodes import Expression, ForClause, Name, Statement
from comityc.syntax.scanner import Piece

_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}

Children = list[Any]
Keywords = tuple[tuple[Name, Expression], ...]


class Rejected(Exception):
    """The text fits the grammar but says nothing that there could be."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Head:
    """`rank(b)`: what a `define` is called, and its arguments."""

    name: Name
    arguments: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """`int = 0`: a variable's type and start value."""

    type: nodes.TypeName
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands in the brackets of a call."""

    positional: tuple[Expression, ...]
    keywords: Keywords


@dataclass(frozen=True, slots=True)
class Comprised:
    """`x for x in xs if p`, before it is known which brackets are around it."""

    element: Expression
    clauses: tuple[ForClause, ...]
    end: Span


@dataclass(frozen=True, slots=True)
class Clause:
    """A `for` clause with the place where it ends."""

    clause: ForClause
    end: Span


class NodesFromRules:
    """One method per rule or alias of the grammar."""

    # ---- starts

    def value_range(self, children: Children) -> nodes.Range:
        return nodes.Range(children[0], children[2], _around(children))

    def type_name(self, children: Children) -> nodes.TypeName:
        arguments = tuple(child for child in children if isinstance(child, nodes.TypeName))
        return nodes.TypeName(_name(children[0]), arguments, _value(children[-1]) == "?", _around(children))

    def variable(self, children: Children) -> Declared:
        return Declared(children[0], children[2] if len(children) > 1 else None)

    def head(self, children: Children) -> Head:
        name, *arguments = (_name(child) for child in children if child.type == "NAME")
        _refuse_repetition(arguments)
        return Head(name, tuple(arguments))

    def decide(self, children: Children) -> nodes.DecideTrigger:
        domain = children[2] if len(children) > 1 else None
        return nodes.DecideTrigger(_name(children[0]), domain, False, _around(children))

    def draw(self, children: Children) -> nodes.DrawNode:
        return nodes.DrawNode(_name(children[0]), children[2], _around(children))

    def perform(self, children: Children) -> nodes.PerformTrigger:
        act, keywords, span = children[0]
        outcomes = tuple(_name(child) for child in children[2:] if child.type == "NAME")
        return nodes.PerformTrigger(act, keywords, outcomes, None, None, span.through(children[-1].span))

    def act(self, children: Children) -> tuple[Name, Keywords, Span]:
        keywords = _only_keywords("an argument of an act", children[2]) if len(children) > 1 else ()
        return _name(children[0]), keywords, _around(children)

    def loop(self, children: Children) -> ForClause:
        return ForClause(children[0], children[2], ())

    def place(self, children: Children) -> nodes.PlaceNode:
        index = int(children[2].value) if len(children) > 3 else None
        return nodes.PlaceNode(_name(children[0]), index, _name(children[-1]), _around(children))

    def statements(self, children: Children) -> tuple[Statement, ...]:
        return tuple(children)

    # ---- statements

    def simple(self, children: Children) -> Statement:
        statement: Statement = children[0]
        return statement

    def branching(self, children: Children) -> nodes.If:
        branches = [(children[1], children[3])]
        otherwise: tuple[Statement, ...] = ()
        for kind, condition, body in children[4:]:
            if kind == "elif":
                branches.append((condition, body))
            else:
                otherwise = body
        last = (otherwise or branches[-1][1])[-1]
        return nodes.If(tuple(branches), otherwise, children[0].span.through(last.span))

    def elif_branch(self, children: Children) -> tuple[str, Expression | None, tuple[Statement, ...]]:
        return "elif", children[1], children[3]

    def else_branch(self, children: Children) -> tuple[str, Expression | None, tuple[Statement, ...]]:
        return "else", None, children[2]

    def repetition(self, children: Children) -> nodes.For:
        body = children[5]
        return nodes.For(children[1], children[3], body, children[0].span.through(body[-1].span))

    def block(self, children: Children) -> tuple[Statement, ...]:
        return tuple(child for child in children if not isinstance(child, Piece))

    def assignment(self, children: Children) -> nodes.Assign:
        target, operator, value = children
        place = target
        while isinstance(place, nodes.Attribute | nodes.Subscript):
            place = place.value
        if not isinstance(place, Name):
            raise Rejected(slips.bad_target(target.span, "assigned to"))
        return nodes.Assign(target, operator.value, value, _around(children))

    def delete(self, children: Children) -> nodes.Delete:
        if not isinstance(children[1], nodes.Subscript):
            raise Rejected(slips.bad_target(children[1].span, "deleted"))
        return nodes.Delete(children[1], _around(children))

    def send(self, children: Children) -> nodes.Send:
        fields = _only_keywords("a field of a message", children[3])
        return nodes.Send(_name(children[1]), fields, children[6], _around(children))

    def effect(self, children: Children) -> nodes.Do:
        expression = children[0]
        match expression:
            case nodes.Call():
                return nodes.Do(expression, expression.span)
            case nodes.Comparison(rest=(("==", _),)):
                raise Rejected(slips.equals_statement(expression.span))
            case Name(text=text) if slips.is_foreign_word(text):
                raise Rejected(slips.foreign_word(text, expression.span))
            case Name(text=text):
                raise Rejected(slips.no_effect(expression.span, text))
            case _:
                raise Rejected(slips.no_effect(expression.span))

    # ---- operators

    def implies(self, children: Children) -> nodes.Implies:
        return nodes.Implies(children[0], children[2], _around(children))

    def choice(self, children: Children) -> nodes.Conditional:
        return nodes.Conditional(children[0], children[2], children[4], _around(children))

    def bool_operation(self, children: Children) -> nodes.BoolOperation:
        return nodes.BoolOperation(children[1].value, tuple(children[::2]), _around(children))

    def unary(self, children: Children) -> nodes.Unary:
        return nodes.Unary(children[0].value, children[1], _around(children))

    def binary(self, children: Children) -> nodes.Binary:
        return nodes.Binary(children[1].value, children[0], children[2], _around(children))

    def chain(self, children: Children) -> nodes.Comparison:
        rest = tuple(zip(children[1::2], children[2::2], strict=True))
        for operator, operand in rest:
            if operator in ("is", "is not") and not isinstance(operand, nodes.Nothing):
                raise Rejected(slips.is_without_none(operand.span, operator))
        return nodes.Comparison(children[0], rest, _around(children))

    def comparator(self, children: Children) -> str:
        return " ".join(child.value for child in children)

    # ---- primaries

    def attribute(self, children: Children) -> nodes.Attribute:
        return nodes.Attribute(children[0], _name(children[2]), _around(children))

    def subscript(self, children: Children) -> nodes.Subscript:
        return nodes.Subscript(children[0], children[2], _around(children))

    def slice(self, children: Children) -> nodes.Slice:
        parts: list[Expression | None] = [None, None, None]
        colons = 0
        for child in children[2:-1]:
            if isinstance(child, Piece):
                colons += 1
            else:
                parts[colons] = child
        return nodes.Slice(children[0], parts[0], parts[1], parts[2], _around(children))

    def call(self, children: Children) -> nodes.Call:
        function, _, arguments, _ = children
        if not isinstance(function, Name | nodes.Attribute):
            raise Rejected(slips.not_a_call(function.span))
        return nodes.Call(function, arguments.positional, arguments.keywords, _around(children))

    def arguments(self, children: Children) -> Arguments:
        positional: list[Expression] = []
        keywords: list[tuple[Name, Expression]] = []
        for child in children:
            if isinstance(child, Piece):
                continue
            if isinstance(child, tuple):
                keywords.append(child)
            elif keywords:
                raise Rejected(slips.positional_after_keyword(child.span))
            else:
                positional.append(child)
        _refuse_repetition([name for name, _ in keywords])
        return Arguments(tuple(positional), tuple(keywords))

    def sole_generator(self, children: Children) -> Arguments:
        made: Comprised = children[0]
        span = made.element.span.through(made.end)
        return Arguments((nodes.Comprehension("generator", made.element, None, made.clauses, span),), ())

    def keyword(self, children: Children) -> tuple[Name, Expression]:
        return _name(children[0]), children[2]

    def generator(self, children: Children) -> nodes.Comprehension:
        return _comprehension("generator", children)

    # ---- comprehensions

    def comprehension(self, children: Children) -> Comprised:
        element, *clauses = children
        return Comprised(element, tuple(clause.clause for clause in clauses), clauses[-1].end)

    def clause(self, children: Children) -> Clause:
        _, targets, _, iterable, *conditions = children
        end = (conditions[-1] if conditions else iterable).span
        return Clause(ForClause(targets, iterable, tuple(conditions)), end)

    def condition(self, children: Children) -> Expression:
        condition: Expression = children[1]
        return condition

    def targets(self, children: Children) -> tuple[Name, ...]:
        names = [_name(child) for child in children if child.type == "NAME"]
        _refuse_repetition(names)
        return tuple(names)

    # ---- atoms

    def name(self, children: Children) -> Name:
        name = _name(children[0])
        if slips.is_foreign_value(name.text):
            raise Rejected(slips.foreign_word(name.text, name.span))
        return name

    def number(self, children: Children) -> nodes.Number:
        return nodes.Number(int(children[0].value), children[0].span)

    def duration(self, children: Children) -> nodes.Duration:
        text: str = children[0].value
        digits = text.rstrip("mshd")
        if len(digits) > 12:
            raise Rejected(slips.bad_number(children[0].span, text))
        return nodes.Duration(int(digits) * _MILLISECONDS[text[len(digits) :]], children[0].span)

    def text(self, children: Children) -> nodes.Text:
        quoted: str = children[0].value
        value = _ESCAPE.sub(lambda found: _ESCAPED.get(found.group(1), found.group()), quoted[1:-1])
        return nodes.Text(value, children[0].span)

    def truth(self, children: Children) -> nodes.Truth:
        return nodes.Truth(children[0].value == "true", children[0].span)

    def nothing(self, children: Children) -> nodes.Nothing:
        return nodes.Nothing(children[0].span)

    def group(self, children: Children) -> Expression:
        # Brackets leave no node, but they belong to what a caret points at.
        inner: Expression = children[1]
        return replace(inner, span=_around(children))

    def tuple_display(self, children: Children) -> nodes.Display:
        return nodes.Display("tuple", _items(children), _around(children))

    def list_display(self, children: Children) -> nodes.Display:
        return nodes.Display("list", _items(children), _around(children))

    def set_display(self, children: Children) -> nodes.Display:
        return nodes.Display("set", _items(children), _around(children))

    def map_display(self, children: Children) -> nodes.MapDisplay:
        return nodes.MapDisplay(_items(children), _around(children))

    def list_comprehension(self, children: Children) -> nodes.Comprehension:
        return _comprehension("list", children)

    def set_comprehension(self, children: Children) -> nodes.Comprehension:
        return _comprehension("set", children)

    def map_comprehension(self, children: Children) -> nodes.Comprehension:
        _, (key, value), *clauses, _ = children
        made = tuple(clause.clause for clause in clauses)
        return nodes.Comprehension("map", key, value, made, _around(children))

    def pair(self, children: Children) -> tuple[Expression, Expression]:
        return children[0], children[2]


def _comprehension(kind: Any, children: Children) -> nodes.Comprehension:
    made: Comprised = children[1]
    return nodes.Comprehension(kind, made.element, None, made.clauses, _around(children))


def _items(children: Children) -> tuple[Any, ...]:
    return tuple(child for child in children if not isinstance(child, Piece))


def _name(piece: Piece) -> Name:
    return Name(piece.value, piece.span)


def _value(child: Any) -> str:
    return child.value if isinstance(child, Piece) else ""


def _around(children: Children) -> Span:
    first: Span = children[0].span
    return first.through(children[-1].span)


def _only_keywords(what: str, arguments: Arguments) -> Keywords:
    if arguments.positional:
        raise Rejected(slips.field_without_name(what, arguments.positional[0].span))
    return arguments.keywords


def _refuse_repetition(names: list[Name]) -> None:
    seen: dict[str, Name] = {}
    for name in names:
        if name.text in seen:
            raise Rejected(slips.given_twice(name.text, name.span, seen[name.text].span))
        seen[name.text] = name
