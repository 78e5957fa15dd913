"""The ways into values (`x.field`, `m[k]`, `l[a:b]`) come in; nodes that say which part is meant go out."""

from collections.abc import Iterable

from comityc.diagnostics.codes_names import NO_SUCH_PART, NOT_HERE, TYPE_MISMATCH, UNKNOWN_FIELD
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.context import Context, fields_by_name
from comityc.lower.expressions.fitting import is_unknown, poison, unwrapped
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    HappeningType,
    InstanceType,
    IntType,
    ListType,
    MapType,
    MessageType,
    RecordType,
    ValueType,
    type_name,
)
from comityc.resolve.scopes import RoleSymbol
from comityc.syntax import nodes

_HELP = {
    **dict.fromkeys(("keys", "values", "items"), "it is a method of maps: call it with `()`"),
    **dict.fromkeys(("size", "length", "count"), "how many there are is `len(...)`"),
}

# ---- attributes


def check_attribute(node: nodes.Attribute, context: Context) -> ir.Expression:
    """Return a part of a record, a message, an instance or a happening."""
    value = unwrapped(context.check(node.value))
    if is_unknown(value.type):
        return poison()
    name = node.name
    match value.type:
        case InstanceType(roles=roles):
            return _instance_part(node, value, roles, context)
        case RecordType(fields=fields):
            return _field(name, value, fields_by_name(fields), f"record {value.type.name}", context, node)
        case MessageType(names=names):
            return _message_field(node, value, names, context)
        case HappeningType(act=act):
            signature = context.lowering.acts.get(act)
            return _field(name, value, signature.arguments if signature else {}, f"act `{act}`", context, node)
        case ListType(item=InstanceType(roles=roles)) if isinstance(value, ir.RoleInstances):
            context.report(_all_instances(node, roles[0]))
            return poison()
        case _:
            help_text = _HELP.get(name.text)
            context.report(
                NO_SUCH_PART.at(name.span, f"{type_name(value.type)} has no field `{name.text}`", help=help_text)
            )
            return poison()


def _field(
    name: nodes.Name,
    value: ir.Expression,
    fields: dict[str, ValueType],
    owner: str,
    context: Context,
    node: nodes.Attribute,
) -> ir.Expression:
    if name.text not in fields:
        context.report(unknown_field(name, owner, fields))
        return poison()
    return ir.Field(value=value, name=name.text, type=fields[name.text], span=node.span)


def unknown_field(name: nodes.Name, owner: str, fields: Iterable[str]) -> Diagnostic:
    """A part that the thing does not have."""
    known = list(fields)
    note = (f"it has {', '.join(f'`{field}`' for field in known)}",) if known else ("it has none",)
    return UNKNOWN_FIELD.at(
        name.span, f"{owner} has no field `{name.text}`", help=did_you_mean(name.text, known), notes=note
    )


def _message_field(
    node: nodes.Attribute, value: ir.Expression, names: Iterable[str], context: Context
) -> ir.Expression:
    found: ValueType | None = None
    for message in names:
        fields = fields_by_name(context.declarations.messages[message].fields)
        if node.name.text not in fields:
            context.report(unknown_field(node.name, f"message {message}", fields))
            return poison()
        if found is not None and found != fields[node.name.text]:
            context.report(
                TYPE_MISMATCH.at(
                    node.name.span,
                    f"`{node.name.text}` is {type_name(found)} in one of these messages and "
                    f"{type_name(fields[node.name.text])} in another",
                    help="receive each message in a transition of its own",
                )
            )
            return poison()
        found = fields[node.name.text]
    assert found is not None
    return ir.Field(value=value, name=node.name.text, type=found, span=node.span)


def _instance_part(
    node: nodes.Attribute, value: ir.Expression, roles: tuple[str, ...], context: Context
) -> ir.Expression:
    name = node.name
    if name.text == "index":
        return ir.InstanceIndex(instance=value, type=IntType(), span=node.span)
    if len(roles) > 1:
        context.report(
            NO_SUCH_PART.at(
                name.span,
                f"`{name.text}` of an instance that may be of {' or '.join(roles)}",
                caret="only the variables of one known role can be read",
            )
        )
        return poison()
    role = context.declarations.roles[roles[0]]
    if name.text not in role.variables:
        context.report(_unknown_variable(name, role))
        return poison()
    value_type = role.variables[name.text].type
    if isinstance(value, ir.Self) and context.place.kind in ("guard", "do"):
        return ir.Variable(name=name.text, type=value_type, span=node.span)
    if not may_look_inside(context):
        context.report(no_look_inside(name, context))
        return poison()
    return ir.InstanceVariable(instance=value, name=name.text, type=value_type, span=node.span)


def may_look_inside(context: Context) -> bool:
    """Say whether the state of any instance can be read here: in properties, and everywhere in a model."""
    if context.place.over_all:
        return True
    return context.declarations.looks_inside and context.place.kind in ("guard", "do")


def no_look_inside(name: nodes.Name, context: Context) -> Diagnostic:
    """One instance looks into another."""
    return NOT_HERE.at(
        name.span,
        f"an instance cannot look into another one {context.place.words}",
        caret="only what messages tell is known here",
        help="let a message carry it; only a model (`shared:`) reads the state of others",
    )


def _unknown_variable(name: nodes.Name, role: RoleSymbol) -> Diagnostic:
    if name.text in role.states:
        return UNKNOWN_FIELD.at(
            name.span, f"`{name.text}` is a state of {role.name}", help=f"write `x in {name.text}` for an instance `x`"
        )
    return UNKNOWN_FIELD.at(
        name.span,
        f"{role.name} has no variable `{name.text}`",
        help=did_you_mean(name.text, [*role.variables, "index"]),
    )


def _all_instances(node: nodes.Attribute, role: str) -> Diagnostic:
    return NO_SUCH_PART.at(
        node.name.span,
        f"`{role}` stands for all its instances, which have no one `{node.name.text}`",
        help=f"write `x.{node.name.text} for x in {role}` inside `all`, `any` or `count`",
    )


# ---- keys and slices


def check_subscript(node: nodes.Subscript, context: Context) -> ir.Expression:
    """Return `m[k]`, `l[i]` or `node[i]`."""
    if isinstance(node.value, nodes.Name) and context.kind_of(node.value.text) == "role":
        return _instance_at(node, node.value, context)
    value = unwrapped(context.check(node.value))
    match value.type:
        case MapType(key=key, value=item) if key is not None and item is not None:
            return ir.Item(value=value, key=context.fit(node.key, key, "the key"), type=item, span=node.span)
        case ListType(item=item) if item is not None:
            return ir.Item(value=value, key=context.fit(node.key, IntType(), "the place"), type=item, span=node.span)
        case found:
            if not is_unknown(found):
                context.report(NO_SUCH_PART.at(node.span, f"{type_name(found)} cannot be indexed"))
            return poison()


def _instance_at(node: nodes.Subscript, role_name: nodes.Name, context: Context) -> ir.Expression:
    role = context.declarations.roles[role_name.text]
    if role.single:
        context.report(
            NO_SUCH_PART.at(
                node.span,
                f"`{role.name}` is one instance",
                caret="there is nothing to count",
                help=f"write `{role.name}`",
            )
        )
        return poison()
    index = context.fit(node.key, IntType(), "the number of an instance")
    return ir.InstanceAt(role=role.name, index=index, type=InstanceType((role.name,)), span=node.span)


def check_slice(node: nodes.Slice, context: Context) -> ir.Expression:
    """Return `l[start:stop:step]`."""
    value = unwrapped(context.check(node.value))
    ends = [None if end is None else context.fit(end, IntType()) for end in (node.start, node.stop, node.step)]
    if not isinstance(value.type, ListType):
        if not is_unknown(value.type):
            context.report(
                NO_SUCH_PART.at(node.span, f"{type_name(value.type)} cannot be sliced", caret="only a list can")
            )
        return poison()
    return ir.Slice(value=value, start=ends[0], stop=ends[1], step=ends[2], type=value.type, span=node.span)
