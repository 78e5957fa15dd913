"""Calls come in: functions of the language, defines, records, methods and questions about acts; typed nodes go out."""

from typing import Literal

from comityc.diagnostics.codes_names import (
    NO_START_VALUE,
    NO_SUCH_PART,
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
from comityc.lower.context import Context, with_article
from comityc.lower.expressions import definitions
from comityc.lower.expressions.fitting import is_unknown, join, poison, unwrapped
from comityc.lower.expressions.functions import check_function, count_arguments
from comityc.lower.expressions.meant import meant_function, meant_method
from comityc.lower.expressions.operators import optional
from comityc.lower.expressions.parts import unknown_field
from comityc.lower.expressions.start_values import start_value
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    BoolType,
    HappeningType,
    IntType,
    ListType,
    MapType,
    NothingType,
    RecordType,
    SetType,
    TupleType,
    ValueType,
    type_name,
)
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
    if name.text in ACT_QUESTIONS:
        return _act_question(node, name, context)
    if name.text in FUNCTIONS:
        return check_function(node, name, context, expected)
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
        name.span, f"unknown function `{text}`", help=meant_function(text) or did_you_mean(text, known)
    )


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
    if not count_arguments(node, name.text, 1, 1, context):
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
                    caret=f"{with_article(type_name(declared.type))} has no start value of its own",
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
                name.span,
                f"{type_name(value.type)} has no method `{name.text}`",
                help=meant_method(value.type, name.text) or did_you_mean(name.text, known),
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
        if not count_arguments(node, ".get", 1, 2, context):
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
    count_arguments(node, f".{name}", 0, 0, context)
    match name:
        case "keys":
            return ir.MapMethod(name="keys", value=value, type=SetType(key), span=node.span)
        case "values":
            return ir.MapMethod(name="values", value=value, type=ListType(item), span=node.span)
        case _:
            return ir.MapMethod(name="items", value=value, type=ListType(TupleType((key, item))), span=node.span)
