"""Names and the ways into values (`x.field`, `m[k]`, `l[a:b]`) come in; nodes that say what is meant go out."""

from collections.abc import Iterable
from dataclasses import replace

from comityc.diagnostics.codes_names import (
    AMBIGUOUS_WORD,
    NOT_HERE,
    RANGE_IN_ARITHMETIC,
    UNKNOWN_NAME,
    UNKNOWN_WORD,
)
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.context import Context
from comityc.lower.expressions import definitions
from comityc.lower.expressions.fitting import is_unknown, poison
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    EnumType,
    InstanceType,
    ListType,
    MessageType,
    TimeType,
    ValueType,
    without_optional,
)
from comityc.resolve.scopes import RoleSymbol
from comityc.resolve.words import FUNCTIONS, SPECIAL_NAMES
from comityc.syntax import nodes

# ---- names


def check_name(node: nodes.Name, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return what a bare name stands for here."""
    text, span, declarations = node.text, node.span, context.declarations
    match context.kind_of(text):
        case "local":
            binding = context.locals[text]
            if binding.value is not None:
                return replace(binding.value, span=span)
            return ir.Local(name=binding.name, type=binding.type, span=span)
        case "special":
            return _special(node, context)
        case "variable":
            assert context.role is not None
            return _variable(node, context.role, context)
        case "shared":
            return _shared(node, context)
        case "define":
            return definitions.use_of(node, context)
        case "parameter":
            symbol = declarations.parameters[text]
            if symbol.ranged:
                context.report(_ranged(node))
                return poison()
            return ir.Parameter(name=text, type=symbol.type, span=span)
        case "role":
            role = declarations.roles[text]
            instance = InstanceType((text,))
            if role.single:
                return ir.SingleInstance(role=text, type=instance, span=span)
            return ir.RoleInstances(role=text, type=ListType(instance), span=span)
        case "word":
            return _word(node, context, expected)
        case _:
            context.report(_unknown(node, context, expected))
            return poison()


def needs_help(node: nodes.Expression, context: Context) -> bool:
    """Say whether a word alone cannot tell its type, so that the other side of a comparison has to."""
    match node:
        case nodes.Name(text=text):
            return context.kind_of(text) in ("word", "unknown")
        case nodes.Display(items=items):
            return any(needs_help(item, context) for item in items)
        case nodes.Conditional(then=then, otherwise=otherwise):
            return needs_help(then, context) or needs_help(otherwise, context)
        case nodes.Nothing() | nodes.Text() | nodes.MapDisplay():
            return True
        case _:
            return False


def _special(node: nodes.Name, context: Context) -> ir.Expression:
    place, span = context.place, node.span
    match node.text:
        case "self" | "others" if context.role is not None:
            if context.uses is not None:
                context.uses.role = True
            instance = InstanceType((context.role.name,))
            if node.text == "self":
                return ir.Self(type=instance, span=span)
            return ir.Others(type=ListType(instance), span=span)
        case "msg" | "sender" if place.received == ():
            return poison()  # the message that is received was reported already
        case "msg" if place.received is not None:
            return _event_part(node, context, ir.Received(type=MessageType(tuple(sorted(place.received))), span=span))
        case "sender" if place.received is not None:
            roles = senders_of(place.received, context)
            return _event_part(node, context, ir.Sender(type=InstanceType(roles), span=span))
        case "now" if context.role is not None and (place.kind == "do" or place.at_an_event):
            return _event_part(node, context, ir.Now(type=TimeType(), span=span))
        case _:
            context.report(not_here(node, context))
            return poison()


def _event_part(node: nodes.Name, context: Context, value: ir.Expression) -> ir.Expression:
    """What an event brings is handed into a define as an argument, so that definitions need no event."""
    if context.uses is None:
        return value
    context.uses.implicit[node.text] = value.type
    return ir.Local(name=node.text, type=value.type, span=node.span)


def senders_of(messages: Iterable[str], context: Context) -> tuple[str, ...]:
    """Return the roles whose messages of these names can arrive here; all roles when nobody sends them."""
    role = context.place.role or ""
    senders = {name for message in messages for name in context.lowering.senders.get((message, role), ())}
    return tuple(sorted(senders or context.declarations.roles))


def not_here(node: nodes.Name, context: Context) -> Diagnostic:
    """A word of the language that means nothing in this place."""
    helps = {
        "self": "it is the instance whose transition is taken",
        "others": "it is all of one's own role but oneself, in a transition",
        "msg": "it is the message of a `receive`",
        "sender": "it is who sent the message of a `receive`",
        "now": "it is the clock of the instance whose transition is taken",
        "old": "it belongs into a `step` property",
        "fresh": "it belongs into `do`",
        "digest": "it belongs into `do` and guards",
        "mean": "it belongs into the `expect` of `simulate`, and not into another `mean`",
        "crashed": "it belongs into properties",
        "byzantine": "it belongs into properties",
    }
    if node.text == "now" and context.place.kind == "guard":
        helps["now"] = "no moment passes by itself: it is for `do`, and for the `if` of a `receive` or a timer"
    help_text = helps.get(node.text, "it belongs into properties and `expect`")
    return NOT_HERE.at(node.span, f"`{node.text}` means nothing {context.place.words}", help=help_text)


def _variable(node: nodes.Name, role: RoleSymbol, context: Context) -> ir.Expression:
    if context.place.kind in ("start", "constant"):
        context.report(NOT_HERE.at(node.span, f"the variable `{node.text}` cannot be read {context.place.words}"))
        return poison()
    if context.uses is not None:
        context.uses.role = True
    return ir.Variable(name=node.text, type=role.variables[node.text].type, span=node.span)


def _shared(node: nodes.Name, context: Context) -> ir.Expression:
    if context.place.kind in ("start", "constant"):
        context.report(
            NOT_HERE.at(node.span, f"the shared variable `{node.text}` cannot be read {context.place.words}")
        )
        return poison()
    return ir.SharedVariable(name=node.text, type=context.declarations.shared[node.text].type, span=node.span)


def _ranged(node: nodes.Name) -> Diagnostic:
    return RANGE_IN_ARITHMETIC.at(
        node.span,
        f"`{node.text}` is given as a range, so it has no one value",
        caret="only a timer may use it",
        help="make two parameters of it, the shortest and the longest",
    )


def _word(node: nodes.Name, context: Context, expected: ValueType | None) -> ir.Expression:
    enums = context.declarations.words[node.text]
    wanted = without_optional(expected) if expected is not None else None
    if isinstance(wanted, EnumType):
        if wanted in enums:
            return ir.Word(word=node.text, type=wanted, span=node.span)
        context.report(_unknown_word(node, wanted, context))
        return poison()
    if len(enums) > 1 and is_unknown(wanted):
        return poison()
    if len(enums) > 1:
        names = " and ".join(enum.name for enum in enums)
        context.report(
            AMBIGUOUS_WORD.at(
                node.span, f"`{node.text}` is a word of {names}", caret="nothing here says which is meant"
            )
        )
        return poison()
    return ir.Word(word=node.text, type=enums[0], span=node.span)


def _unknown_word(node: nodes.Name, enum: EnumType, context: Context) -> Diagnostic:
    others = [e.name for e in context.declarations.words.get(node.text, ())]
    note = (f"`{node.text}` is a word of {' and '.join(others)}",) if others else ()
    return UNKNOWN_WORD.at(
        node.span,
        f"{enum.name} has no word `{node.text}`",
        caret=f"one of {', '.join(enum.words)} is needed",
        help=did_you_mean(node.text, enum.words),
        notes=note,
    )


def _unknown(node: nodes.Name, context: Context, expected: ValueType | None) -> Diagnostic:
    text, declarations = node.text, context.declarations
    if text in FUNCTIONS:
        return UNKNOWN_NAME.at(
            node.span, f"`{text}` is a function", caret="a value is needed", help=f"call it: `{text}(...)`"
        )
    if context.lowering.types.is_type(text):
        return UNKNOWN_NAME.at(
            node.span, f"`{text}` is a type", caret="a value is needed", help=_value_of_a_type(text, context)
        )
    known = [*context.locals, *declarations.value_names(context.place.role), *SPECIAL_NAMES]
    wanted = without_optional(expected) if expected is not None else None
    if isinstance(wanted, EnumType):
        suggestion = did_you_mean(text, wanted.words) or did_you_mean(text, known)
    else:
        suggestion = did_you_mean(text, known)
    owners = [role.name for role in declarations.roles.values() if text in role.variables or text in role.defines]
    if suggestion is None and owners:
        suggestion = f"it is a variable of {owners[0]}; outside of it, write `x.{text}` for an instance `x`"
    homes = [role.name for role in declarations.roles.values() if text in role.states]
    if suggestion is None and homes:
        single = declarations.roles[homes[0]].single
        suggestion = f"it is a state of {homes[0]}; write `{homes[0] if single else 'x'} in {text}`"
    if suggestion is None and not context.place.over_all:
        suggestion = did_you_mean(text, declarations.types)  # of the domain of a decision
    return UNKNOWN_NAME.at(node.span, f"unknown name `{text}`", help=suggestion)


def _value_of_a_type(text: str, context: Context) -> str | None:
    declared = context.declarations.types.get(text)
    if isinstance(declared, EnumType):
        return f"a word of it stands alone, as in `{declared.words[0]}`"
    if text in context.declarations.messages and context.place.received is not None:
        return "the message that is received is `msg`"
    return None
