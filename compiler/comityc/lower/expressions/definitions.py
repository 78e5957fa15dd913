"""Uses of `define`d names come in; each gets a definition for its argument types, and a node that refers to it goes out.

A define has no types of its own: its body is read anew for each combination of argument types, and for each role whose
variables it reads. What an event brings (`msg`, `sender`, `now`) becomes an argument.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

from comityc.diagnostics.codes_names import (
    CIRCULAR_DEFINITION,
    NOT_HERE,
    TOO_LARGE,
    UNKNOWN_NAME,
    USELESS_STATEMENT,
    WRONG_ARGUMENTS,
)
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.context import DEEPEST_DEFINE, MOST_TRIALS, Binding, Context, Uses
from comityc.lower.expressions.fitting import is_unknown, poison
from comityc.machine import expressions as ir
from comityc.machine.model import Definition
from comityc.machine.value_types import EnumType, ValueType
from comityc.resolve.types import LARGEST_TYPE, is_small
from comityc.syntax import nodes

Owner = str | None


def find(name: str, context: Context) -> tuple[Owner, nodes.DefineNode] | None:
    """Return the define of that name that is visible here, with the role it stands in."""
    if context.role is not None and name in context.role.defines:
        return context.role.name, context.role.defines[name]
    if name in context.declarations.defines:
        return None, context.declarations.defines[name]
    return None


def use_of(node: nodes.Name, context: Context) -> ir.Expression:
    """Return the use of a define without arguments."""
    found = find(node.text, context)
    assert found is not None
    owner, define = found
    if define.arguments:
        context.lowering.used_defines.add((owner, node.text))
        arguments = ", ".join(argument.text for argument in define.arguments)
        context.report(
            WRONG_ARGUMENTS.at(node.span, f"`{node.text}` needs arguments", help=f"write `{node.text}({arguments})`")
        )
        return poison()
    return _used(owner, define, (), node, node, context)


def call_of(node: nodes.Call, name: nodes.Name, context: Context) -> ir.Expression:
    """Return the use of a define with arguments."""
    found = find(name.text, context)
    assert found is not None
    owner, define = found
    if not arguments_match(define, node, context):
        context.lowering.used_defines.add((owner, name.text))
        return poison()

    def read_body(arguments: Sequence[ir.Expression], trial: Context) -> None:
        if enter(owner, define, trial):
            check_body(define, arguments, trial)
            trial.lowering.defines_under_way.pop()

    arguments = check_arguments(node.arguments, context, read_body)
    return _used(owner, define, arguments, name, node, context)


def arguments_match(define: nodes.DefineNode, node: nodes.Call, context: Context) -> bool:
    """Say whether a call has the arguments that the define takes, and report when not."""
    if node.keywords:
        context.report(
            WRONG_ARGUMENTS.at(node.keywords[0][0].span, "arguments of a define are given in order, without names")
        )
        return False
    expected, found = len(define.arguments), len(node.arguments)
    if expected != found:
        head = f"{define.name.text}({', '.join(a.text for a in define.arguments)})"
        context.report(
            WRONG_ARGUMENTS.at(
                node.span,
                f"`{define.name.text}` takes {expected} argument{'s' * (expected != 1)}, not {found}",
                help=f"it is declared as `{head}`",
            )
        )
        return False
    return True


def check_arguments(
    written: Sequence[nodes.Expression],
    context: Context,
    read_body: Callable[[Sequence[ir.Expression], Context], None],
) -> tuple[ir.Expression, ...]:
    """Return the arguments of a call. A word that several enums share is read as the one with which the body makes sense."""
    choices = [_enums(argument, context) for argument in written]
    if not any(choices):
        return tuple(_small(context.check(argument), context) for argument in written)
    nothing: list[EnumType | None] = [None]
    for hints in product(*(choice or nothing for choice in choices)):
        context.lowering.limits.trials += 1
        if context.lowering.limits.trials > MOST_TRIALS:
            break
        trial = replace(context, lowering=context.lowering.fork(), uses=Uses(), taken=dict(context.taken))
        arguments = tuple(trial.check(argument, hint) for argument, hint in zip(written, hints, strict=True))
        read_body(arguments, trial)
        if not trial.lowering.bag.has_errors:
            return tuple(context.check(argument, hint) for argument, hint in zip(written, hints, strict=True))
    return tuple(context.check(argument) for argument in written)


def _small(value: ir.Expression, context: Context) -> ir.Expression:
    """A define may hand its argument on twice, and so may the next one."""
    if is_small(value.type):
        return value
    context.report(TOO_LARGE.at(value.span, f"the type of this argument has more than {LARGEST_TYPE} parts"))
    return poison(value)


def _enums(node: nodes.Expression, context: Context) -> list[EnumType]:
    """The enums that a bare word may belong to, when there are several."""
    if not isinstance(node, nodes.Name) or context.kind_of(node.text) != "word":
        return []
    enums = context.declarations.words[node.text]
    return list(enums) if len(enums) > 1 else []


def key_of(
    node: nodes.Expression, element: ValueType, context: Context
) -> tuple[ir.DefinitionName | None, ValueType | None]:
    """Return the define that `key=` names, for elements of this type, and the type of the keys."""
    found = find(node.text, context) if isinstance(node, nodes.Name) else None
    if found is None or not isinstance(node, nodes.Name):
        known = [*context.declarations.defines, *(context.role.defines if context.role else ())]
        name = node.text if isinstance(node, nodes.Name) else ""
        context.report(
            UNKNOWN_NAME.at(
                node.span, "`key=` takes the name of a define with one argument", help=did_you_mean(name, known)
            )
        )
        return None, None
    owner, define = found
    if len(define.arguments) != 1:
        context.lowering.used_defines.add((owner, node.text))
        context.report(
            WRONG_ARGUMENTS.at(
                node.span, f"`key=` needs a define with one argument, and `{node.text}` has {len(define.arguments)}"
            )
        )
        return None, None
    sample = ir.Local(name=define.arguments[0].text, type=element, span=node.span)
    used = _used(owner, define, (sample,), node, node, context)
    if not isinstance(used, ir.DefinitionCall):
        return None, None
    if len(used.arguments) > 1:
        context.report(
            NOT_HERE.at(
                node.span, f"`{node.text}` reads the message at hand, and a key cannot", help="hand it in by a define"
            )
        )
        return None, None
    return used.definition, used.type


def check_body(define: nodes.DefineNode, arguments: Sequence[ir.Expression], context: Context) -> ir.Expression:
    """Return the expression of a define for arguments of these types."""
    bound = {a.text: Binding(a.text, value.type) for a, value in zip(define.arguments, arguments, strict=True)}
    inner = replace(context, locals=bound, taken={}, live=frozenset(bound))
    if define.expression is None:
        return poison()
    return inner.check(define.expression)


def _used(
    owner: Owner,
    define: nodes.DefineNode,
    arguments: tuple[ir.Expression, ...],
    name: nodes.Name,
    node: nodes.Expression,
    context: Context,
) -> ir.Expression:
    lowering = context.lowering
    lowering.used_defines.add((owner, define.name.text))
    if define.expression is None:
        context.report(
            USELESS_STATEMENT.at(
                name.span,
                f"`{define.name.text}` is a block of statements, and has no value",
                help="call it on a line of its own in `do`",
            )
        )
        return poison()
    if not enter(owner, define, context):
        return poison()
    types = tuple(argument.type for argument in arguments)
    key = (owner, define.name.text, types, context.place)
    if key not in lowering.definition_keys:
        lowering.definition_keys[key] = _defined(owner, define, arguments, context)
    lowering.defines_under_way.pop()
    definition, implicit, reads_role = _entry(lowering.definition_keys[key])
    if context.uses is not None:
        context.uses.role = context.uses.role or reads_role or owner is not None
    if is_unknown(definition.body.type) or any(is_unknown(t) for t in types):
        return poison()
    handed_in = tuple(context.check(nodes.Name(text, node.span)) for text in implicit)
    return ir.DefinitionCall(
        definition=definition.name, arguments=(*arguments, *handed_in), type=definition.body.type, span=node.span
    )


_Entry = tuple[Definition, tuple[str, ...], bool]


def _entry(value: object) -> _Entry:
    assert isinstance(value, tuple)
    return value


def enter(owner: Owner, define: nodes.DefineNode, context: Context) -> bool:
    """Note that a define is being read, unless it is already: then it is made of itself."""
    mark = (owner, define.name.text)
    under_way = context.lowering.defines_under_way
    if mark in under_way:
        circle = " -> ".join([*(name for _, name in under_way[under_way.index(mark) :]), mark[1]])
        context.report(
            CIRCULAR_DEFINITION.at(define.name.span, f"`{define.name.text}` is defined by itself", notes=(circle,))
        )
        return False
    if len(under_way) >= DEEPEST_DEFINE:
        context.report(
            TOO_LARGE.at(
                define.name.span, f"`{define.name.text}` is used through more than {DEEPEST_DEFINE} other defines"
            )
        )
        return False
    under_way.append(mark)
    return True


def _defined(owner: Owner, define: nodes.DefineNode, arguments: Sequence[ir.Expression], context: Context) -> _Entry:
    """Read the body for these argument types; equal definitions become one."""
    lowering = context.lowering
    uses = Uses()
    check_argument_names(define, context)
    body = check_body(define, arguments, replace(context, uses=uses))
    implicit = tuple(sorted(uses.implicit))
    role = owner or (context.place.role if uses.role else None)
    typed = [(a.text, value.type) for a, value in zip(define.arguments, arguments, strict=True)]
    typed += [(text, uses.implicit[text]) for text in implicit]
    same = [
        d
        for n, d in lowering.definitions.items()
        if (n.role, n.name) == (role, define.name.text) and d.arguments == tuple(typed)
    ]
    if same:
        return same[0], implicit, uses.role
    variant = sum((n.role, n.name) == (role, define.name.text) for n in lowering.definitions)
    name = ir.DefinitionName(role, define.name.text, variant)
    definition = Definition(name=name, arguments=tuple(typed), body=body, span=define.span)
    lowering.definitions[name] = definition
    return definition, implicit, uses.role


def check_argument_names(define: nodes.DefineNode, context: Context) -> None:
    """Report arguments that hide another name."""
    outside = replace(context, locals={}, taken={}, live=frozenset())
    outside.bind((argument, poison().type) for argument in define.arguments)
