"""Lists, sets, maps, tuples and comprehensions come in; typed nodes and clauses go out."""

from collections.abc import Iterable

from comityc.diagnostics.codes_names import NOT_A_COLLECTION, TYPE_MISMATCH, UNKNOWN_CONTENT, WRONG_ARGUMENTS
from comityc.diagnostics.diagnostic import Label
from comityc.lower.context import Context
from comityc.lower.expressions.fitting import content, is_unknown, join, poison, unwrapped
from comityc.lower.expressions.references import needs_help
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    InstanceType,
    ListType,
    MapType,
    SetType,
    TupleType,
    ValueType,
    type_name,
    without_optional,
)
from comityc.resolve.types import UNKNOWN
from comityc.syntax import nodes

# ---- displays


def check_display(node: nodes.Display, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return `[a, b]`, `{a, b}` or `(a, b)`."""
    wanted = without_optional(expected) if expected is not None else None
    if node.kind == "tuple":
        return _tuple(node, context, wanted)
    hint = wanted.item if isinstance(wanted, SetType | ListType) else None
    items = check_together(node.items, context, hint)
    joined = joined_type(items, "item", context)
    item_type = joined if joined is not None else hint
    if node.kind == "list":
        return ir.ListOf(items=items, type=ListType(item_type), span=node.span)
    return ir.SetOf(items=items, type=SetType(item_type), span=node.span)


def _tuple(node: nodes.Display, context: Context, wanted: ValueType | None) -> ir.Expression:
    items: tuple[ir.Expression, ...]
    if isinstance(wanted, SetType | ListType):
        items = check_together(node.items, context, wanted.item)
    elif isinstance(wanted, TupleType) and len(wanted.items) == len(node.items):
        items = tuple(context.check(item, hint) for item, hint in zip(node.items, wanted.items, strict=True))
    else:
        items = tuple(context.check(item) for item in node.items)
    return ir.TupleOf(items=items, type=TupleType(tuple(item.type for item in items)), span=node.span)


def check_together(
    items: Iterable[nodes.Expression], context: Context, hint: ValueType | None
) -> tuple[ir.Expression, ...]:
    """Return items of one collection; without a hint, words take their type from the first that knows its own."""
    written = list(items)
    found: dict[int, ir.Expression] = {}
    for place, item in enumerate(written):
        if hint is not None or not needs_help(item, context):
            found[place] = context.check(item, hint)
    neighbour = hint or next((value.type for value in found.values()), None)
    for place, item in enumerate(written):
        if place not in found:
            found[place] = context.check(item, neighbour)
    return tuple(found[place] for place in range(len(written)))


def joined_type(items: Iterable[ir.Expression], what: str, context: Context) -> ValueType | None:
    """Return the type that holds all items, or None when there is no item; report the first that does not go along."""
    joined: ValueType | None = None
    first: ir.Expression | None = None
    for item in items:
        both = item.type if joined is None else join(joined, item.type)
        if both is None:
            assert joined is not None
            assert first is not None
            context.report(
                TYPE_MISMATCH.at(
                    item.span,
                    f"one {what} is {type_name(joined)}, another {type_name(item.type)}",
                    labels=(Label(first.span, type_name(first.type)),),
                )
            )
            return UNKNOWN
        joined, first = both, first or item
    return joined


def check_map_display(node: nodes.MapDisplay, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return `{a: x, b: y}`."""
    wanted = without_optional(expected) if expected is not None else None
    if not node.pairs and isinstance(wanted, SetType):
        context.report(TYPE_MISMATCH.at(node.span, "`{}` is an empty map", help="an empty set is written `set()`"))
        return poison()
    key_hint, value_hint = (wanted.key, wanted.value) if isinstance(wanted, MapType) else (None, None)
    keys = check_together([key for key, _ in node.pairs], context, key_hint)
    values = check_together([value for _, value in node.pairs], context, value_hint)
    key_type = joined_type(keys, "key", context) or key_hint
    value_type = joined_type(values, "value", context) or value_hint
    pairs = tuple(zip(keys, values, strict=True))
    return ir.MapOf(pairs=pairs, type=MapType(key_type, value_type), span=node.span)


# ---- comprehensions


def check_comprehension(node: nodes.Comprehension, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return a comprehension; of a generator, the type is that of a list of its elements."""
    wanted = without_optional(expected) if expected is not None else None
    clauses, inner = check_clauses(node.clauses, context)
    if node.kind == "map":
        assert node.value is not None
        key_hint, value_hint = (wanted.key, wanted.value) if isinstance(wanted, MapType) else (None, None)
        key, value = inner.check(node.element, key_hint), inner.check(node.value, value_hint)
        made = MapType(key.type, value.type)
        return ir.Comprehension(kind="map", element=key, value=value, clauses=clauses, type=made, span=node.span)
    hint = wanted.item if isinstance(wanted, SetType | ListType) else None
    element = inner.check(node.element, hint)
    return comprehension(node, element, clauses)


def comprehension(
    node: nodes.Comprehension, element: ir.Expression, clauses: tuple[ir.Clause, ...]
) -> ir.Comprehension:
    """Return the comprehension of elements that were checked already."""
    made: ValueType = SetType(element.type) if node.kind == "set" else ListType(element.type)
    return ir.Comprehension(kind=node.kind, element=element, clauses=clauses, type=made, span=node.span)


def check_clauses(written: Iterable[nodes.ForClause], context: Context) -> tuple[tuple[ir.Clause, ...], Context]:
    """Return the clauses, and the context in which their names are known."""
    clauses = []
    for clause in written:
        checked, context = check_clause(clause, context)
        clauses.append(checked)
    return tuple(clauses), context


def check_clause(clause: nodes.ForClause, context: Context, *, unique: bool = False) -> tuple[ir.Clause, Context]:
    """Return `for a, b in xs if p`, and the context in which its names are known."""
    iterable, item = check_iterable(clause.iterable, context)
    types = _taken_apart(clause, item, context)
    inner = context.bind(zip(clause.targets, types, strict=True), unique=unique)
    targets = tuple((inner.locals[name.text].name, kind) for name, kind in zip(clause.targets, types, strict=True))
    conditions = tuple(inner.condition(condition) for condition in clause.conditions)
    return ir.Clause(targets=targets, iterable=iterable, conditions=conditions), inner


def check_iterable(node: nodes.Expression, context: Context) -> tuple[ir.Expression, ValueType]:
    """Return a collection and the type of what is in it."""
    value = unwrapped(context.check(node))
    if is_unknown(value.type):
        return value, UNKNOWN
    if isinstance(value, ir.TupleOf):
        item = joined_type(value.items, "item", context)
        value = ir.ListOf(items=value.items, type=ListType(item), span=value.span)
    item_type = content(value.type)
    if item_type is not None:
        return value, item_type
    if isinstance(value.type, SetType | ListType | MapType):
        context.report(UNKNOWN_CONTENT.at(value.span, "nothing says what this empty collection would hold"))
    elif isinstance(value.type, InstanceType):
        context.report(
            NOT_A_COLLECTION.at(
                value.span, f"expected a list, set or map, found one {type_name(value.type)}", caret="a single instance"
            )
        )
    else:
        context.report(NOT_A_COLLECTION.at(value.span, f"expected a list, set or map, found {type_name(value.type)}"))
    return poison(value), UNKNOWN


def _taken_apart(clause: nodes.ForClause, item: ValueType, context: Context) -> list[ValueType]:
    targets = clause.targets
    if len(targets) == 1 or is_unknown(item):
        return [item] * len(targets)
    if isinstance(item, TupleType) and len(item.items) == len(targets):
        return list(item.items)
    names = ", ".join(target.text for target in targets)
    context.report(
        WRONG_ARGUMENTS.at(
            targets[0].span.through(targets[-1].span),
            f"`{names}` takes apart a pair, but each element is {type_name(item)}",
            help="a map yields its keys; write `.items()` for keys with values",
        )
    )
    return [UNKNOWN] * len(targets)
