"""The trees of `properties`, `tolerates`, `bounds`, `verify` and `scenarios` come in; their nodes go out."""

from collections.abc import Callable
from typing import Literal

from comityc.source.tree import Mapping, Scalar, Sequence, Tree
from comityc.syntax.build_values import build_value, build_values
from comityc.syntax.nodes import (
    BoundNode,
    BudgetNode,
    CaseNode,
    EnvelopeNode,
    Expression,
    Name,
    PartitionNode,
    PlaceNode,
    PropertyNode,
    Value,
)
from comityc.syntax.nodes_beside import ScenarioNode
from comityc.syntax.parser import parse_loop, parse_place
from comityc.syntax.reading import Reader

PROPERTY_KINDS = ("always", "never", "stable", "step", "eventually", "leads_to", "stays_possible", "reachable")


def build_property(reader: Reader, key: Scalar, tree: Tree) -> PropertyNode | None:
    """Read a property: its kind, and one or two expressions."""
    name = reader.name(key)
    if not isinstance(tree, Mapping):
        return None
    kind = next((entry.text for entry, _ in tree.entries if entry.text in PROPERTY_KINDS), None)
    quantifier = reader.parsed(parse_loop, tree.get("for"))
    only = reader.phrases(tree.get("only"))
    given = _given(reader, tree.get("given"))
    if kind is None:
        return None
    parts = reader.items(tree.get(kind))
    read = [reader.expression(part) for part in parts]
    expressions = tuple(expression for expression in read if expression is not None)
    if name is None or len(expressions) < len(parts):
        return None
    return PropertyNode(name, kind, expressions, quantifier, only, given, key.span)


def _given(reader: Reader, tree: Tree | None) -> tuple[Literal["again", "forever"], Expression] | None:
    for key, value in reader.entries(tree):
        expression = reader.expression(value)
        if expression is not None:
            match key.text:
                case "again" | "forever" as word:
                    return word, expression
                case _:
                    continue
    return None


def build_envelope(reader: Reader, tree: Tree | None) -> EnvelopeNode | None:
    """Read faults and their budgets."""
    if not isinstance(tree, Mapping):
        return None
    simple: list[tuple[Name, BudgetNode]] = []
    by_role: list[tuple[Name, tuple[tuple[Name, BudgetNode], ...]]] = []
    for key, value in tree.entries:
        word = None if key.text.startswith("x-") else reader.name(key)
        if word is None or word.text in ("reorder", "partition"):
            continue
        if isinstance(value, Mapping):
            budgets = [(reader.name(role), _budget(reader, amount)) for role, amount in value.entries]
            by_role.append((word, tuple((role, budget) for role, budget in budgets if role and budget)))
        elif budget := _budget(reader, value):
            simple.append((word, budget))
    partition = _build_partition(reader, tree.get("partition"))
    return EnvelopeNode(tuple(simple), tuple(by_role), reader.truth(tree.get("reorder")), partition, tree.span)


def _build_partition(reader: Reader, tree: Tree | None) -> PartitionNode | None:
    """Read `1`, or `{times: 1, one_way: true, heals: false, messages: kept, isolates: voter}`."""
    long = tree if isinstance(tree, Mapping) else None
    budget = tree if long is None else long.get("times")
    times = None if budget is None else _budget(reader, budget)
    if tree is None or times is None:
        return None
    messages = None if long is None else long.get("messages")
    return PartitionNode(
        times=times,
        one_way=long is not None and reader.truth(long.get("one_way")),
        heals=long is None or reader.truth(long.get("heals"), otherwise=True),
        keeps=isinstance(messages, Scalar) and messages.text == "kept",
        isolates=() if long is None else reader.names(long.get("isolates")),
        span=tree.span,
    )


def _budget(reader: Reader, tree: Tree) -> BudgetNode | None:
    if isinstance(tree, Scalar) and tree.text == "any":
        return BudgetNode(None, tree.span)
    amount = reader.number(tree)
    return None if amount is None else BudgetNode(amount, tree.span)


def build_bounds(reader: Reader, tree: Tree | None) -> tuple[BoundNode, ...]:
    """Read `{Money: 0..3, text: 2, copies: 1}`."""
    bounds = []
    for key, value in reader.entries(tree):
        name, limits = reader.name(key), reader.limits(value)
        if name is not None and limits is not None:
            bounds.append(BoundNode(name, limits[0], limits[1], key.span.through(value.span)))
    return tuple(bounds)


def build_clock(reader: Reader, tree: Tree | None) -> tuple[Name | None, Expression | None]:
    """Read `synchronous`, `none`, which takes the clock away again, or `{skew: 1s}`: the word and the length."""
    if isinstance(tree, Mapping):
        return reader.name(tree.entries[0][0]) if tree.entries else None, reader.expression(tree.get("skew"))
    return reader.phrase(tree), None


def build_case(reader: Reader, key: Scalar, tree: Tree) -> CaseNode:
    """Read a case of `verify` or of `simulate`; an empty one is the defaults, within `tolerates`."""
    part = _parts(tree)
    bounds = part("bounds")
    return CaseNode(
        Name(key.text, key.span),
        build_values(reader, part("with")),
        build_envelope(reader, part("faults")),
        None if bounds is None else build_bounds(reader, bounds),
        reader.phrase(part("network")),
        *build_clock(reader, part("clock")),
        reader.names(part("violates")),
        reader.number(part("states")),
        reader.number(part("levels")),
        reader.number(part("orbits")),
        reader.number(part("runs")),
        reader.expression(part("expect")),
        key.span,
        reader.names(part("abstract")),
    )


def build_scenario(reader: Reader, key: Scalar, tree: Tree) -> ScenarioNode:
    """Read one schedule and what it is expected to end in."""
    part = _parts(tree)
    return ScenarioNode(
        Name(key.text, key.span),
        build_values(reader, part("with")),
        tuple((place, _values(reader, value)) for place, value in _places(reader, part("decisions"))),
        tuple((place, reader.names(value)) for place, value in _places(reader, part("performs"))),
        _conditions(reader, part("hold")),
        reader.made(reader.parsed(parse_place, item) for item in reader.items(part("lose"))),
        _crashes(reader, part("crash")),
        reader.expression(part("expect")),
        key.span,
    )


def _parts(tree: Tree) -> Callable[[str], Tree | None]:
    return tree.get if isinstance(tree, Mapping) else Mapping((), tree.span).get


def _places(reader: Reader, tree: Tree | None) -> list[tuple[PlaceNode, Tree]]:
    found = [(reader.parsed(parse_place, key), value) for key, value in reader.entries(tree)]
    return [(place, value) for place, value in found if place is not None]


def _values(reader: Reader, tree: Tree) -> tuple[Value, ...]:
    items = tree.items if isinstance(tree, Sequence) else (tree,)
    return tuple(build_value(reader, item) for item in items)


def _conditions(reader: Reader, tree: Tree | None) -> tuple[tuple[PlaceNode, Expression], ...]:
    found = [(place, reader.expression(value)) for place, value in _places(reader, tree)]
    return tuple((place, condition) for place, condition in found if condition is not None)


def _crashes(reader: Reader, tree: Tree | None) -> tuple[tuple[Expression, Expression], ...]:
    found = [(reader.expression(key), reader.expression(value)) for key, value in reader.entries(tree)]
    return tuple((instance, condition) for instance, condition in found if instance and condition)
