"""Calls of the functions of the language come in (`all`, `max`, `len`, `digest`, ...); typed nodes go out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from comityc.diagnostics.codes_names import (
    NOT_COMPARABLE,
    NOT_HERE,
    TYPE_MISMATCH,
    WRONG_ARGUMENTS,
)
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.context import Context
from comityc.lower.expressions import definitions
from comityc.lower.expressions.displays import (
    check_clauses,
    check_iterable,
    check_together,
    comprehension,
    joined_type,
)
from comityc.lower.expressions.fitting import is_unknown, join, ordered, poison, unwrapped
from comityc.lower.expressions.references import not_here
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    BoolType,
    DigestType,
    FractionType,
    IdType,
    IntType,
    ListType,
    MapType,
    SetType,
    ValueType,
    type_name,
    without_optional,
)
from comityc.machine.walk import free_locals
from comityc.resolve.types import UNKNOWN
from comityc.syntax import nodes

# ---- functions of the language


def check_function(node: nodes.Call, name: nodes.Name, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return the typed call of a function of the language."""
    text = name.text
    allowed = ("key", "default") if text in ("min", "max") else ()
    for keyword, value in node.keywords:
        if keyword.text not in allowed:
            context.report(_no_keyword(keyword, text, allowed))
            context.check(value)
    match text:
        case "all" | "any" | "count":
            return _conditions(node, text, context)
        case "sum":
            return _sum(node, context)
        case "min" | "max":
            return _extreme(node, text, context, expected)
        case "len" | "abs":
            return _measure(node, text, context)
        case "range":
            return _range(node, context)
        case "list" | "set" | "sorted":
            return _collected(node, text, context, expected)
        case "old":
            return _old(node, name, context)
        case "mean" if context.place.kind == "simulation":
            return _mean(node, context)
        case "digest" if context.place.kind in ("guard", "do"):
            arguments = tuple(context.check(argument) for argument in node.arguments)
            count_arguments(node, text, 1, None, context)
            return ir.Digest(arguments=arguments, type=DigestType(), span=node.span)
        case "fresh" if context.place.kind == "do":
            count_arguments(node, text, 0, 0, context)
            return ir.Fresh(type=IdType(), span=node.span)
        case _:
            context.report(not_here(name, context))
            return poison()


def _no_keyword(keyword: nodes.Name, function: str, allowed: Sequence[str]) -> Diagnostic:
    return WRONG_ARGUMENTS.at(
        keyword.span, f"`{function}` takes no `{keyword.text}=`", help=did_you_mean(keyword.text, allowed)
    )


def count_arguments(node: nodes.Call, name: str, least: int, most: int | None, context: Context) -> bool:
    """Say whether the number of arguments is right, and report when it is not."""
    found = len(node.arguments)
    if found >= least and (most is None or found <= most):
        return True
    wanted = str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
    context.report(
        WRONG_ARGUMENTS.at(node.span, f"`{name}` takes {wanted} argument{'s' * (wanted != '1')}, not {found}")
    )
    return False


def _conditions(node: nodes.Call, name: Literal["all", "any", "count"], context: Context) -> ir.Expression:
    yields: ValueType = IntType() if name == "count" else BoolType()
    if not count_arguments(node, name, 1, 1, context):
        return poison()
    written = node.arguments[0]
    if isinstance(written, nodes.Comprehension) and written.kind != "map":
        clauses, inner = check_clauses(written.clauses, context)
        made: ir.Expression = comprehension(written, inner.condition(written.element), clauses)
    else:
        made, item = check_iterable(written, context)
        if not is_unknown(item) and item != BoolType():
            context.report(
                TYPE_MISMATCH.at(
                    made.span,
                    f"`{name}` needs conditions, and these are {type_name(item)}",
                    help=f"say which: `{name}(... for x in ...)`"
                    + ("; for how many there are, `len`" if name == "count" else ""),
                )
            )
    return ir.Function(name=name, arguments=(made,), type=yields, span=node.span)


def _sum(node: nodes.Call, context: Context) -> ir.Expression:
    if not count_arguments(node, "sum", 1, 1, context):
        return poison()
    value, item = check_iterable(node.arguments[0], context)
    if isinstance(item, FractionType):
        return ir.Function(name="sum", arguments=(value,), type=FractionType(), span=node.span)
    if not isinstance(item, IntType) and not is_unknown(item):
        context.report(TYPE_MISMATCH.at(value.span, f"`sum` needs numbers, and these are {type_name(item)}"))
    return ir.Function(name="sum", arguments=(value,), type=IntType(), span=node.span)


def _extreme(
    node: nodes.Call, name: Literal["min", "max"], context: Context, expected: ValueType | None
) -> ir.Expression:
    if not count_arguments(node, name, 1, None, context):
        return poison()
    if len(node.arguments) == 1:
        value, item = check_iterable(node.arguments[0], context)
        arguments: tuple[ir.Expression, ...] = (value,)
    else:
        arguments = check_together(node.arguments, context, expected)
        arguments = tuple(unwrapped(argument) for argument in arguments)
        item = joined_type(arguments, "value", context) or UNKNOWN
    keywords = {keyword.text: value for keyword, value in node.keywords}
    key, rank = (None, item)
    if "key" in keywords:
        key, key_type = definitions.key_of(keywords["key"], item, context)
        rank = key_type or UNKNOWN
    _check_ordered(node, name, rank, context)
    default = context.check(keywords["default"], item) if "default" in keywords else None
    yields = item
    if default is not None:
        joined = join(item, default.type)
        if joined is None:
            context.report(
                TYPE_MISMATCH.at(
                    default.span, f"the default is {type_name(default.type)}, the values are {type_name(item)}"
                )
            )
        yields = joined or UNKNOWN
    return ir.Function(name=name, arguments=arguments, key=key, default=default, type=yields, span=node.span)


def _check_ordered(node: nodes.Call, name: str, rank: ValueType, context: Context) -> None:
    if not ordered(rank, rank) or isinstance(rank, SetType):
        context.report(
            NOT_COMPARABLE.at(
                node.span,
                f"`{name}` needs an order, and {type_name(rank)} has none",
                help="give one: `key=` with a define that ranks them",
            )
        )


def _measure(node: nodes.Call, name: Literal["len", "abs"], context: Context) -> ir.Expression:
    if not count_arguments(node, name, 1, 1, context):
        return poison()
    value = unwrapped(context.check(node.arguments[0]))
    if name == "len":
        if not isinstance(value.type, SetType | ListType | MapType) and not is_unknown(value.type):
            context.report(TYPE_MISMATCH.at(value.span, f"`len` needs a list, set or map, not {type_name(value.type)}"))
        return ir.Function(name="len", arguments=(value,), type=IntType(), span=node.span)
    if not isinstance(value.type, IntType | FractionType):
        if not is_unknown(value.type):
            context.report(TYPE_MISMATCH.at(value.span, f"`abs` needs a number, not {type_name(value.type)}"))
        return poison()
    return ir.Function(name="abs", arguments=(value,), type=value.type, span=node.span)


def _range(node: nodes.Call, context: Context) -> ir.Expression:
    if not count_arguments(node, "range", 1, 3, context):
        return poison()
    arguments = tuple(context.fit(argument, IntType()) for argument in node.arguments)
    return ir.Function(name="range", arguments=arguments, type=ListType(IntType()), span=node.span)


def _collected(
    node: nodes.Call, name: Literal["list", "set", "sorted"], context: Context, expected: ValueType | None
) -> ir.Expression:
    if not count_arguments(node, name, 1 if name == "sorted" else 0, 1, context):
        return poison()
    wanted = without_optional(expected) if expected is not None else None
    if not node.arguments:
        hint = wanted.item if isinstance(wanted, SetType | ListType) else None
        if name == "set":
            return ir.SetOf(items=(), type=SetType(hint), span=node.span)
        return ir.ListOf(items=(), type=ListType(hint), span=node.span)
    value, item = check_iterable(node.arguments[0], context)
    made: ValueType = SetType(item) if name == "set" else ListType(item)
    return ir.Function(name=name, arguments=(value,), type=made, span=node.span)


def _mean(node: nodes.Call, context: Context) -> ir.Expression:
    """Read the argument as it is at the end of one run; over the runs it has a mean."""
    if not count_arguments(node, "mean", 1, 1, context):
        return poison()
    written = node.arguments[0]
    value = unwrapped(context.at(replace(context.place, kind="mean")).check(written))
    if context.uses is not None or free_locals(value):
        context.report(
            NOT_HERE.at(
                node.span,
                f"`mean` means nothing in {'a define' if context.uses is not None else 'a comprehension'}",
                caret="its number has to be one for each run",
                help="take the mean in `expect` itself, of all that is counted in one run",
            )
        )
        return poison()
    if not isinstance(value.type, IntType | FractionType) and not is_unknown(value.type):
        help_text = "say which: `1 if ... else 0`" if isinstance(value.type, BoolType) else None
        context.report(
            TYPE_MISMATCH.at(value.span, f"`mean` needs a number, and this is {type_name(value.type)}", help=help_text)
        )
        return poison()
    return ir.Function(name="mean", arguments=(value,), type=FractionType(), span=node.span)


def _old(node: nodes.Call, name: nodes.Name, context: Context) -> ir.Expression:
    if context.place.kind != "step":
        context.report(not_here(name, context))
        return poison()
    if not count_arguments(node, "old", 1, 1, context):
        return poison()
    value = context.check(node.arguments[0])
    return ir.Old(value=value, type=value.type, span=node.span)
