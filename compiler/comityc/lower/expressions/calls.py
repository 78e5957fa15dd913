"""Calls come in: functions of the language, defines, records, methods and questions about acts; typed nodes go out."""

from collections.abc import Sequence
from typing import Literal

from comityc.diagnostics.codes_names import (
    NO_START_VALUE,
    NO_SUCH_PART,
    NOT_COMPARABLE,
    NOT_HERE,
    TYPE_MISMATCH,
    UNKNOWN_ACT,
    UNKNOWN_CONTENT,
    UNKNOWN_FUNCTION,
    USELESS_STATEMENT,
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
from comityc.lower.expressions.operators import optional
from comityc.lower.expressions.references import not_here, unknown_field
from comityc.lower.expressions.start_values import start_value
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    BoolType,
    DigestType,
    FractionType,
    HappeningType,
    IdType,
    IntType,
    ListType,
    MapType,
    NothingType,
    RecordType,
    SetType,
    TupleType,
    ValueType,
    type_name,
    without_optional,
)
from comityc.resolve.types import UNKNOWN
from comityc.resolve.words import FUNCTIONS
from comityc.syntax import nodes

ACT_QUESTIONS = ("happened", "times", "stands", "happenings")
MAP_METHODS = ("get", "keys", "values", "items")
CHANGING_METHODS = ("add", "discard", "remove", "append", "pop")


def check_call(node: nodes.Call, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return what a call yields."""
    if isinstance(node.function, nodes.Attribute):
        return _method(node, node.function, context)
    name = node.function
    if name.text in FUNCTIONS:
        return _function(node, name, context, expected)
    if definitions.find(name.text, context) is not None and name.text not in context.locals:
        return definitions.call_of(node, name, context)
    declared = context.declarations.types.get(name.text)
    if isinstance(declared, RecordType):
        return _record(node, declared, context)
    context.report(_unknown_function(name, context))
    for argument in node.arguments:
        context.check(argument)
    return poison()


def _unknown_function(name: nodes.Name, context: Context) -> Diagnostic:
    text = name.text
    if text in context.declarations.messages:
        return UNKNOWN_FUNCTION.at(name.span, f"a message such as `{text}` is made by `send` alone")
    known = [*FUNCTIONS, *context.declarations.types, *context.declarations.defines]
    known += list(context.role.defines) if context.role is not None else []
    return UNKNOWN_FUNCTION.at(
        name.span, f"unknown function `{text}`", caret="nothing to call", help=did_you_mean(text, known)
    )


# ---- functions of the language


def _function(node: nodes.Call, name: nodes.Name, context: Context, expected: ValueType | None) -> ir.Expression:
    text = name.text
    if text in ACT_QUESTIONS:
        return _act_question(node, name, context)
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
        case "digest" if context.place.kind in ("guard", "do"):
            arguments = tuple(context.check(argument) for argument in node.arguments)
            _count(node, text, 1, None, context)
            return ir.Digest(arguments=arguments, type=DigestType(), span=node.span)
        case "fresh" if context.place.kind == "do":
            _count(node, text, 0, 0, context)
            return ir.Fresh(type=IdType(), span=node.span)
        case _:
            context.report(not_here(name, context))
            return poison()


def _no_keyword(keyword: nodes.Name, function: str, allowed: Sequence[str]) -> Diagnostic:
    return WRONG_ARGUMENTS.at(
        keyword.span, f"`{function}` takes no `{keyword.text}=`", help=did_you_mean(keyword.text, allowed)
    )


def _count(node: nodes.Call, name: str, least: int, most: int | None, context: Context) -> bool:
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
    if not _count(node, name, 1, 1, context):
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
    if not _count(node, "sum", 1, 1, context):
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
    if not _count(node, name, 1, None, context):
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
    if not _count(node, name, 1, 1, context):
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
    if not _count(node, "range", 1, 3, context):
        return poison()
    arguments = tuple(context.fit(argument, IntType()) for argument in node.arguments)
    return ir.Function(name="range", arguments=arguments, type=ListType(IntType()), span=node.span)


def _collected(
    node: nodes.Call, name: Literal["list", "set", "sorted"], context: Context, expected: ValueType | None
) -> ir.Expression:
    if not _count(node, name, 1 if name == "sorted" else 0, 1, context):
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


def _old(node: nodes.Call, name: nodes.Name, context: Context) -> ir.Expression:
    if context.place.kind != "step":
        context.report(not_here(name, context))
        return poison()
    if not _count(node, "old", 1, 1, context):
        return poison()
    value = context.check(node.arguments[0])
    return ir.Old(value=value, type=value.type, span=node.span)


# ---- acts


def _act_question(node: nodes.Call, name: nodes.Name, context: Context) -> ir.Expression:
    if not context.place.over_all:
        context.report(
            NOT_HERE.at(
                name.span,
                f"`{name.text}` means nothing {context.place.words}",
                caret="what really happened is known to properties alone",
                help="a machine knows only the outcomes that it heard of",
            )
        )
        return poison()
    if not _count(node, name.text, 1, 1, context):
        return poison()
    act = node.arguments[0]
    acts = context.lowering.acts
    if not isinstance(act, nodes.Name) or act.text not in acts:
        text = act.text if isinstance(act, nodes.Name) else ""
        context.report(
            UNKNOWN_ACT.at(
                act.span,
                f"unknown act `{text}`" if text else "the name of an act is needed",
                help=did_you_mean(text, acts),
            )
        )
        return poison()
    signature = acts[act.text].arguments
    arguments = []
    for keyword, value in node.keywords:
        if keyword.text not in signature:
            context.report(unknown_field(keyword, f"act `{act.text}`", signature))
            context.check(value)
            continue
        arguments.append((keyword.text, context.fit(value, signature[keyword.text], f"`{keyword.text}`")))
    question: Literal["happened", "times", "stands", "happenings"] = name.text  # type: ignore[assignment]  # one of them
    yields: ValueType = BoolType()
    if question == "times":
        yields = IntType()
    elif question == "happenings":
        yields = ListType(HappeningType(act.text))
    return ir.ActQuery(name=question, act=act.text, arguments=tuple(arguments), type=yields, span=node.span)


# ---- records


def _record(node: nodes.Call, record: RecordType, context: Context) -> ir.Expression:
    given = named_values(node, {f.name: f.type for f in record.fields}, f"record {record.name}", context)
    fields = []
    for declared in record.fields:
        value = given.get(declared.name)
        if value is None:
            value = start_value(declared.type, node.span)
        if value is None:
            context.report(
                NO_START_VALUE.at(
                    node.span,
                    f"`{declared.name}` of {record.name} is missing",
                    caret=f"a {type_name(declared.type)} has no start value of its own",
                )
            )
            value = poison()
        fields.append((declared.name, value))
    return ir.RecordOf(fields=tuple(fields), type=record, span=node.span)


def named_values(
    node: nodes.Call, fields: dict[str, ValueType], owner: str, context: Context
) -> dict[str, ir.Expression]:
    """Return the values of `name=value` arguments, each as its field needs it."""
    if node.arguments:
        context.report(
            WRONG_ARGUMENTS.at(
                node.arguments[0].span,
                f"the fields of {owner} are given by name",
                help=f"write `{next(iter(fields), 'field')}=...`",
            )
        )
    given: dict[str, ir.Expression] = {}
    for keyword, value in node.keywords:
        if keyword.text in given:
            context.report(WRONG_ARGUMENTS.at(keyword.span, f"`{keyword.text}` is given twice"))
        elif keyword.text not in fields:
            context.report(unknown_field(keyword, owner, fields))
            context.check(value)
        else:
            given[keyword.text] = context.fit(value, fields[keyword.text], f"`{keyword.text}`")
    return given


# ---- methods


def _method(node: nodes.Call, function: nodes.Attribute, context: Context) -> ir.Expression:
    name = function.name
    if name.text in CHANGING_METHODS:
        context.report(
            USELESS_STATEMENT.at(
                name.span,
                f"`.{name.text}` changes something, and has no value",
                help="put it on a line of its own in `do`",
            )
        )
        return poison()
    value = unwrapped(context.check(function.value))
    if is_unknown(value.type):
        return poison()
    if not isinstance(value.type, MapType) or name.text not in MAP_METHODS:
        known = (*MAP_METHODS, *CHANGING_METHODS)
        code = UNKNOWN_FUNCTION if name.text not in known else NO_SUCH_PART
        context.report(
            code.at(
                name.span, f"{type_name(value.type)} has no method `{name.text}`", help=did_you_mean(name.text, known)
            )
        )
        return poison()
    for keyword, _ in node.keywords:
        context.report(WRONG_ARGUMENTS.at(keyword.span, f"`.{name.text}` takes its arguments in order, without names"))
    if value.type.key is None or value.type.value is None:
        context.report(UNKNOWN_CONTENT.at(value.span, "nothing says what this empty map would hold"))
        return poison()
    return _map_method(node, name.text, value, value.type.key, value.type.value, context)


def _map_method(
    node: nodes.Call, name: str, value: ir.Expression, key: ValueType, item: ValueType, context: Context
) -> ir.Expression:
    if name == "get":
        if not _count(node, ".get", 1, 2, context):
            return poison()
        wanted = context.fit(node.arguments[0], key, "the key")
        if len(node.arguments) == 1:
            return ir.MapMethod(name="get", value=value, arguments=(wanted,), type=optional(item), span=node.span)
        default = context.check(node.arguments[1], item)
        joined = join(item, default.type)
        if joined is None:
            context.report(
                TYPE_MISMATCH.at(
                    default.span, f"the default is {type_name(default.type)}, the values are {type_name(item)}"
                )
            )
            return poison()
        if not isinstance(default.type, NothingType) and default.type != joined:
            default = context.fitted(default, joined)
        return ir.MapMethod(name="get", value=value, arguments=(wanted, default), type=joined, span=node.span)
    _count(node, f".{name}", 0, 0, context)
    match name:
        case "keys":
            return ir.MapMethod(name="keys", value=value, type=SetType(key), span=node.span)
        case "values":
            return ir.MapMethod(name="values", value=value, type=ListType(item), span=node.span)
        case _:
            return ir.MapMethod(name="items", value=value, type=ListType(TupleType((key, item))), span=node.span)
