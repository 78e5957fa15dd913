"""Statements as written come in, typed ones go out; the call of a named block leaves the block's statements in its place."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, assert_never

from comityc.diagnostics.codes_names import (
    NO_SUCH_PART,
    NOT_ASSIGNABLE,
    TOO_LARGE,
    TYPE_MISMATCH,
    UNKNOWN_FUNCTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_NAME,
    USELESS_STATEMENT,
    WRONG_ARGUMENTS,
)
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.context import MOST_STATEMENTS, Binding, Context, fields_by_name
from comityc.lower.expressions import definitions
from comityc.lower.expressions.calls import CHANGING_METHODS, MAP_METHODS
from comityc.lower.expressions.displays import check_clause
from comityc.lower.expressions.fitting import coerced, content, is_unknown, unwrapped
from comityc.lower.expressions.meant import meant_method
from comityc.lower.expressions.operators import arithmetic
from comityc.lower.expressions.parts import unknown_field
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    InstanceType,
    IntType,
    ListType,
    MapType,
    NothingType,
    OptionalType,
    RecordType,
    SetType,
    ValueType,
    type_name,
    without_optional,
)
from comityc.resolve.words import FUNCTIONS
from comityc.syntax import nodes

_LASTING = (
    ir.Constant, ir.DurationConstant, ir.Word, ir.Parameter, ir.Local, ir.Self, ir.Sender, ir.Received, ir.SingleInstance,
)  # fmt: skip
"""Arguments of blocks that no statement changes: they need no `Let` to be taken by value."""


def check_statements(statements: Iterable[nodes.Statement], context: Context) -> tuple[ir.Statement, ...]:
    """Return the typed statements of a `do`."""
    return tuple(typed for statement in statements for typed in _check_statement(statement, context))


def _check_statement(node: nodes.Statement, context: Context) -> Sequence[ir.Statement]:
    match node:
        case nodes.Assign():
            return _assign(node, context)
        case nodes.Delete():
            return _delete(node, context)
        case nodes.If():
            branches = tuple((context.condition(c), check_statements(body, context)) for c, body in node.branches)
            return (ir.If(branches=branches, otherwise=check_statements(node.otherwise, context)),)
        case nodes.For():
            clause = nodes.ForClause(node.targets, node.iterable, ())
            checked, inner = check_clause(clause, context, unique=True)
            return (ir.For(clause=checked, body=check_statements(node.body, inner)),)
        case nodes.Do():
            return _do(node, context)
        case nodes.Send():
            return _send(node, context)
        case _:
            assert_never(node)


# ---- what changes


def _assign(node: nodes.Assign, context: Context) -> Sequence[ir.Statement]:
    target = target_of(node.target, context)
    if target is None:
        context.check(node.value)
        return ()
    if node.operator == "=":
        value = context.fit(node.value, target.type, f"`{_text(node.target)}`")
        return (ir.Assign(target=target, operator="=", value=value),)
    operator: Literal["+", "-"] = "+" if node.operator == "+=" else "-"
    if isinstance(target.type, OptionalType):
        # `x += 1` of an optional reads it as if it were there, so it is said in full.
        total = nodes.Binary(operator, node.target, node.value, node.span)
        return (ir.Assign(target=target, operator="=", value=context.fit(total, target.type)),)
    value = unwrapped(context.check(node.value, target.type))
    before = ir.Local(name="", type=target.type, span=node.target.span)
    after = arithmetic(operator, before, value, node.span, context)
    context.fitted(after, target.type, f"`{_text(node.target)}`")
    return (ir.Assign(target=target, operator=node.operator, value=coerced(value, target.type) or value),)


def _delete(node: nodes.Delete, context: Context) -> Sequence[ir.Statement]:
    if not isinstance(node.target, nodes.Subscript):
        context.report(NOT_ASSIGNABLE.at(node.target.span, "`del` takes a key out of a map", help="write `del m[k]`"))
        return ()
    target = target_of(node.target, context)
    base = target_of(node.target.value, context) if target is not None else None
    if target is None or base is None:
        return ()
    if not isinstance(base.type, MapType):
        context.report(
            NOT_ASSIGNABLE.at(node.target.span, f"`del` takes a key out of a map, not out of {type_name(base.type)}")
        )
        return ()
    return (ir.Delete(target=target),)


def target_of(node: nodes.Expression, context: Context) -> ir.Target | None:
    """Return the place that a statement changes, or None when it was reported."""
    match node:
        case nodes.Name():
            return _variable(node, context)
        case nodes.Attribute(value=nodes.Name(text="self"), name=name) if context.role is not None:
            if name.text not in context.role.variables:
                context.report(unknown_field(name, context.role.name, context.role.variables))
                return None
            return _variable(name, context)
        case nodes.Attribute(value=value, name=name):
            base = target_of(value, context)
            return None if base is None else _field(base, name, node, context)
        case nodes.Subscript(value=value, key=key):
            base = target_of(value, context)
            return None if base is None else _item(base, key, node, context)
        case _:
            context.report(NOT_ASSIGNABLE.at(node.span, "only a variable, a field or a key of one can change"))
            return None


def _variable(node: nodes.Name, context: Context) -> ir.Target | None:
    kind, text = context.kind_of(node.text), node.text
    if kind == "variable" and context.role is not None:
        if context.uses is not None:
            context.uses.role = True
        found = context.role.variables[text].type
        return (
            None if is_unknown(found) else ir.Target(variable=text, shared=False, path=(), type=found, span=node.span)
        )
    if kind == "shared":
        found = context.declarations.shared[text].type
        return None if is_unknown(found) else ir.Target(variable=text, shared=True, path=(), type=found, span=node.span)
    if kind == "unknown":
        known = [*(context.role.variables if context.role is not None else ()), *context.declarations.shared]
        context.report(
            UNKNOWN_NAME.at(
                node.span, f"unknown variable `{text}`", help=did_you_mean(text, known) or _declare(text, context)
            )
        )
        return None
    what = {"local": "a local name", "define": "a define", "parameter": "a parameter", "role": "a role"}
    named = what.get(kind, "a word of the language" if kind == "special" else "a word of an enum")
    context.report(NOT_ASSIGNABLE.at(node.span, f"`{text}` is {named} and cannot change", help="only variables change"))
    return None


def _declare(text: str, context: Context) -> str | None:
    role = context.place.role
    return f"declare it under `variables:` of {role}" if role is not None else None


def _field(base: ir.Target, name: nodes.Name, node: nodes.Expression, context: Context) -> ir.Target | None:
    if isinstance(base.type, OptionalType):
        context.report(_may_be_none(base, node))
        return None
    if not isinstance(base.type, RecordType):
        if isinstance(base.type, InstanceType):
            message, help_text = "an instance cannot change the variables of another", "send it a message"
        else:
            message, help_text = f"{type_name(base.type)} has no fields that could change", None
        context.report(NOT_ASSIGNABLE.at(node.span, message, help=help_text))
        return None
    fields = fields_by_name(base.type.fields)
    if name.text not in fields:
        context.report(unknown_field(name, f"record {base.type.name}", fields))
        return None
    return replace(base, path=(*base.path, name.text), type=fields[name.text], span=node.span)


def _item(base: ir.Target, key: nodes.Expression, node: nodes.Expression, context: Context) -> ir.Target | None:
    match base.type:
        case MapType(key=key_type, value=item) if key_type is not None and item is not None:
            step = context.fit(key, key_type, "the key")
        case ListType(item=item) if item is not None:
            step = context.fit(key, IntType(), "the place")
        case OptionalType():
            context.report(_may_be_none(base, node))
            return None
        case _:
            context.report(NO_SUCH_PART.at(node.span, f"{type_name(base.type)} cannot be indexed"))
            return None
    return replace(base, path=(*base.path, step), type=item, span=node.span)


def _may_be_none(base: ir.Target, node: nodes.Expression) -> Diagnostic:
    return NOT_ASSIGNABLE.at(
        node.span,
        f"a part of a {type_name(base.type)} cannot change, because it may be none",
        help=f"assign a whole {type_name(without_optional(base.type))}",
    )


def _text(node: nodes.Expression) -> str:
    match node:
        case nodes.Name(text=text):
            return text
        case nodes.Attribute(value=value, name=name):
            return f"{_text(value)}.{name.text}"
        case nodes.Subscript(value=value):
            return f"{_text(value)}[...]"
        case _:
            return "..."


# ---- calls on a line of their own


def _do(node: nodes.Do, context: Context) -> Sequence[ir.Statement]:
    call = node.call
    if isinstance(call.function, nodes.Attribute):
        return _mutate(call, call.function, context)
    name = call.function
    found = definitions.find(name.text, context)
    if found is not None and found[1].statements is not None:
        return _block(call, *found, context)
    if found is not None:
        context.lowering.used_defines.add((found[0], name.text))
    if found is not None or name.text in FUNCTIONS:
        context.report(USELESS_STATEMENT.at(node.span, f"`{name.text}` yields a value, and changes nothing"))
        return ()
    blocks = [d.name.text for d in context.declarations.protocol.defines if d.statements is not None]
    if context.role is not None:
        blocks += [d.name.text for d in context.role.defines.values() if d.statements is not None]
    help_text = did_you_mean(name.text, blocks)
    if name.text in context.declarations.messages:
        help_text = f"write `send {name.text}(...) to ...`"
    elif name.text in ("send", "broadcast", "emit", "notify"):
        help_text = "write `send Message(field=value) to receiver`"
    elif name.text in ("print", "log"):
        help_text = "leave it out: each step is logged"
    context.report(UNKNOWN_FUNCTION.at(name.span, f"unknown block `{name.text}`", help=help_text))
    return ()


def _block(call: nodes.Call, owner: str | None, define: nodes.DefineNode, context: Context) -> Sequence[ir.Statement]:
    lowering = context.lowering
    lowering.used_defines.add((owner, define.name.text))
    if not definitions.arguments_match(define, call, context) or not definitions.enter(owner, define, context):
        return ()
    definitions.check_argument_names(define, context)

    def read_body(arguments: Sequence[ir.Expression], trial: Context) -> None:
        _inlined(define, arguments, trial)

    arguments = definitions.check_arguments(call.arguments, context, read_body)
    statements = _inlined(define, arguments, context)
    lowering.defines_under_way.pop()
    return statements


def _inlined(define: nodes.DefineNode, arguments: Sequence[ir.Expression], context: Context) -> Sequence[ir.Statement]:
    limits = context.lowering.limits
    limits.statements += len(define.statements or ())
    if limits.statements > MOST_STATEMENTS:
        context.report(
            TOO_LARGE.at(
                define.name.span,
                f"blocks written out in place of their calls are more than {MOST_STATEMENTS} statements",
            )
        )
        return ()
    bound: dict[str, Binding] = {}
    live = set(context.live)
    lets: list[ir.Statement] = []
    for argument, value in zip(define.arguments, arguments, strict=True):
        if isinstance(value, _LASTING):
            bound[argument.text] = Binding(argument.text, value.type, value)
            continue
        name = context.unique_name(argument.text, value.type, live)
        live.add(name)
        bound[argument.text] = Binding(name, value.type)
        lets.append(ir.Let(name=name, type=value.type, value=value))
    inner = replace(context, locals=bound, live=frozenset(live))
    return (*lets, *check_statements(define.statements or (), inner))


def _mutate(call: nodes.Call, function: nodes.Attribute, context: Context) -> Sequence[ir.Statement]:
    name = function.name
    if name.text not in CHANGING_METHODS:
        context.report(_no_change(function, context))
        return ()
    target = target_of(function.value, context)
    if target is None:
        return ()
    for keyword, _ in call.keywords:
        context.report(WRONG_ARGUMENTS.at(keyword.span, f"`.{name.text}` takes its arguments in order, without names"))
    arguments = _mutation_arguments(call, name, target, context)
    if arguments is None:
        return ()
    method: Literal["add", "discard", "remove", "append", "pop"] = name.text  # type: ignore[assignment]  # one of these
    return (ir.Mutate(target=target, method=method, arguments=arguments),)


def _no_change(function: nodes.Attribute, context: Context) -> Diagnostic:
    """A method on a line of its own that there is not, or that only asks."""
    name, held = function.name.text, None
    if name in ("send", "tell", "receive"):
        help_text: str | None = "write `send Message(field=value) to receiver`"
    else:
        if isinstance(function.value, nodes.Name) and context.kind_of(function.value.text) in ("variable", "shared"):
            target = target_of(function.value, context)
            held = None if target is None else target.type
        help_text = meant_method(held, name) or did_you_mean(name, CHANGING_METHODS)
    what = "changes nothing" if name in MAP_METHODS else "is none of this language"
    return UNKNOWN_FUNCTION.at(function.name.span, f"method `{name}` {what}", help=help_text)


def _mutation_arguments(
    call: nodes.Call, name: nodes.Name, target: ir.Target, context: Context
) -> tuple[ir.Expression, ...] | None:
    count = len(call.arguments)
    match target.type, name.text:
        case (SetType(item=item), "add" | "discard" | "remove") | (ListType(item=item), "append" | "remove"):
            if count == 1 and item is not None:
                return (context.fit(call.arguments[0], item, "the element"),)
            wanted = "one argument"
        case ListType(), "pop":
            if count <= 1:
                return tuple(context.fit(argument, IntType(), "the place") for argument in call.arguments)
            wanted = "at most one argument"
        case MapType(key=key), "pop":
            if key is not None and (count == 1 or (count == 2 and isinstance(call.arguments[1], nodes.Nothing))):
                keys = (context.fit(call.arguments[0], key, "the key"),)
                nothing = ir.Constant(value=None, type=NothingType(), span=call.span)
                return keys if count == 1 else (*keys, nothing)
            wanted = "a key, and `none` where it need not be there"
        case OptionalType(), _:
            context.report(_may_be_none(target, call))
            return None
        case _:
            context.report(
                NO_SUCH_PART.at(
                    name.span,
                    f"{type_name(target.type)} has no method `{name.text}`",
                    help=meant_method(target.type, name.text),
                )
            )
            return None
    context.report(WRONG_ARGUMENTS.at(call.span, f"`.{name.text}` takes {wanted}"))
    return None


# ---- send


def _send(node: nodes.Send, context: Context) -> Sequence[ir.Statement]:
    name = node.message
    to = unwrapped(context.check(node.to))
    if isinstance(to, ir.TupleOf):
        to = ir.ListOf(items=to.items, type=ListType(content(to.type)), span=to.span)
    if isinstance(to, ir.ListOf) and isinstance(to.type, ListType) and isinstance(to.type.item, OptionalType):
        to = replace(to, items=tuple(map(unwrapped, to.items)), type=ListType(to.type.item.item))
    roles = _recipients(to, context)
    messages = context.declarations.messages
    if name.text not in messages:
        context.report(
            UNKNOWN_MESSAGE.at(name.span, f"unknown message `{name.text}`", help=did_you_mean(name.text, messages))
        )
        for _, value in node.fields:
            context.check(value)
        return ()
    fields = fields_by_name(messages[name.text].fields)
    given: dict[str, ir.Expression] = {}
    for field, written in node.fields:
        if field.text not in fields:
            context.report(unknown_field(field, f"message {name.text}", fields))
            context.check(written)
        elif field.text in given:
            context.report(WRONG_ARGUMENTS.at(field.span, f"`{field.text}` is given twice"))
        else:
            given[field.text] = context.fit(written, fields[field.text], f"`{field.text}`")
    missing = [field for field in fields if field not in given]
    if missing and len(given) == len(node.fields):  # a field that is misspelt is not also missing
        context.report(
            WRONG_ARGUMENTS.at(
                name.span,
                f"message {name.text} lacks {' and '.join(f'`{field}`' for field in missing)}",
                help="every field of a message is said where it is sent",
            )
        )
    if missing:
        return ()
    if context.role is not None:
        sent = context.lowering.sends.setdefault(name.text, {})
        sent.setdefault(context.role.name, set()).update(roles)
    ordered = tuple((field, given[field]) for field in fields)
    return (ir.Send(message=name.text, fields=ordered, to=to, span=node.span),)


def _recipients(to: ir.Expression, context: Context) -> tuple[str, ...]:
    found: ValueType | None = to.type
    if isinstance(found, SetType | ListType):
        found = found.item
    if isinstance(found, InstanceType):
        return found.roles
    if found is not None and not is_unknown(found):
        context.report(
            TYPE_MISMATCH.at(
                to.span,
                f"expected an instance, or a list or set of instances, found {type_name(to.type)}",
                caret="nobody to send to",
            )
        )
    return ()
