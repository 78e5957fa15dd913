"""Values as YAML has them come in (defaults, `with`, answers of scenarios), constant expressions of a given type go out.

Where text is wanted a plain word is text: YAML says what is text there.
"""

import re
from collections.abc import Iterable

from comityc.diagnostics.codes_names import TYPE_MISMATCH, WRONG_ARGUMENTS
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.lower.context import Context, mismatch
from comityc.lower.expressions.fitting import is_unknown, poison
from comityc.lower.expressions.parts import unknown_field
from comityc.lower.expressions.start_values import start_value
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    DurationType,
    EnumType,
    IdType,
    InstanceType,
    IntType,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    SetType,
    TextType,
    ValueType,
    type_name,
    without_optional,
)
from comityc.syntax import nodes

_INSTANCE = re.compile(r"(\w+)\[(\d+)\]")


def constant(value: nodes.Value, needed: ValueType, context: Context, what: str = "") -> ir.Expression:
    """Return a value of the needed type, and report what does not fit."""
    if is_unknown(needed):
        return poison()
    match value.kind:
        case "scalar":
            assert not isinstance(value.content, tuple)
            return scalar(value.content, needed, context, what)
        case "list":
            return _list(value, needed, context, what)
        case "map":
            return _map(value, needed, context, what)


def scalar(node: nodes.Expression, needed: ValueType, context: Context, what: str = "") -> ir.Expression:
    """Return one value of the needed type."""
    plain = without_optional(needed)
    if isinstance(plain, TextType | IdType):
        if isinstance(node, nodes.Nothing) and isinstance(needed, OptionalType):
            return context.fit(node, needed)
        text = _text(node)
        if text is None:
            context.report(TYPE_MISMATCH.at(node.span, f"expected {type_name(needed)}", help="put the text in quotes"))
            return poison()
        return ir.Constant(value=text, type=plain, span=node.span)
    if isinstance(node, nodes.Text) and not isinstance(plain, TextType | IdType):
        context.report(_text_instead(node, plain, needed, what))
        return poison()
    return context.fit(node, needed, what)


def _text_instead(node: nodes.Text, plain: ValueType, needed: ValueType, what: str) -> Diagnostic:
    finding = mismatch(node.span, TextType(), needed, what)
    if isinstance(plain, EnumType) and node.value in plain.words:
        return TYPE_MISMATCH.at(node.span, finding.message, help=f"write `{node.value}` without quotes")
    return finding


def _text(node: nodes.Expression) -> str | None:
    """What a plain scalar says as text; where the writing is lost (`1.50`), it has to be in quotes."""
    match node:
        case nodes.Text(value=text) | nodes.Name(text=text):
            return text
        case nodes.Number(value=number):
            return str(number)
        case nodes.Truth(value=truth):
            return "true" if truth else "false"
        case nodes.Nothing():
            return "none"
        case _:
            return None


def _list(value: nodes.Value, needed: ValueType, context: Context, what: str) -> ir.Expression:
    plain = without_optional(needed)
    items = (
        [item for item in value.content if isinstance(item, nodes.Value)] if isinstance(value.content, tuple) else []
    )
    if not isinstance(plain, ListType | SetType) or plain.item is None:
        where = f" for {what}" if what else ""
        context.report(TYPE_MISMATCH.at(value.span, f"expected {type_name(needed)}{where}, found a list"))
        return poison()
    item_type = plain.item
    typed = tuple(constant(item, item_type, context) for item in items)
    if isinstance(plain, ListType):
        return ir.ListOf(items=typed, type=plain, span=value.span)
    return ir.SetOf(items=typed, type=plain, span=value.span)


def _map(value: nodes.Value, needed: ValueType, context: Context, what: str) -> ir.Expression:
    plain = without_optional(needed)
    entries = [e for e in value.content if isinstance(e, tuple)] if isinstance(value.content, tuple) else []
    if isinstance(plain, RecordType):
        return _record(value, entries, plain, context)
    if not isinstance(plain, MapType) or plain.key is None or plain.value is None:
        where = f" for {what}" if what else ""
        context.report(TYPE_MISMATCH.at(value.span, f"expected {type_name(needed)}{where}, found a map"))
        return poison()
    key_type, item_type = plain.key, plain.value
    pairs = tuple((_key(key, key_type, context), constant(item, item_type, context)) for key, item in entries)
    return ir.MapOf(pairs=pairs, type=plain, span=value.span)


def _key(key: nodes.Name, needed: ValueType, context: Context) -> ir.Expression:
    """A key of a YAML map is bare text; what it stands for goes by the type of the keys."""
    text, span = key.text, key.span
    instance = _INSTANCE.fullmatch(text)
    match needed:
        case IntType() if re.fullmatch(r"-?\d{1,18}", text):
            return ir.Constant(value=int(text), type=needed, span=span)
        case InstanceType(roles=roles) if instance is not None and instance[1] in roles:
            index = nodes.Number(int(instance[2]), span)
            return context.check(nodes.Subscript(nodes.Name(instance[1], span), index, span))
        case _:
            return scalar(key, needed, context, "the key")


def _record(
    value: nodes.Value, entries: Iterable[tuple[nodes.Name, nodes.Value]], record: RecordType, context: Context
) -> ir.Expression:
    types = {field.name: field.type for field in record.fields}
    given: dict[str, ir.Expression] = {}
    for name, item in entries:
        if name.text not in types:
            context.report(unknown_field(name, f"record {record.name}", types))
        else:
            given[name.text] = constant(item, types[name.text], context, f"`{name.text}`")
    fields = []
    for field in record.fields:
        filled = given.get(field.name) or start_value(field.type, value.span)
        if filled is None:
            context.report(WRONG_ARGUMENTS.at(value.span, f"`{field.name}` of {record.name} is missing"))
            filled = poison()
        fields.append((field.name, filled))
    return ir.RecordOf(fields=tuple(fields), type=record, span=value.span)


def duration_range(value: nodes.Value, context: Context) -> tuple[ir.Expression, ir.Expression] | None:
    """Return both ends of a duration that may be a range: drawn anew each time a timer is armed."""
    match value.content:
        case nodes.Range(first=first, last=last):
            return context.fit(first, DurationType()), context.fit(last, DurationType())
        case tuple():
            return None
        case single:
            both = context.fit(single, DurationType())
            return both, both
