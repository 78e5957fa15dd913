"""`x in closed`, `x in (done, out)`, `x in crashed` come in; questions about control states and conditions go out.

A word that is both a state and an enum's value is read by its left side: after an instance and `in` it is a state.
"""

from collections.abc import Iterable
from typing import Literal

from comityc.diagnostics.codes_names import NO_SUCH_PART, UNKNOWN_NAME, UNKNOWN_STATE
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.suggest import closest, did_you_mean
from comityc.lower.context import Context
from comityc.lower.expressions.fitting import is_unknown, unwrapped
from comityc.lower.expressions.parts import may_look_inside, no_look_inside
from comityc.lower.expressions.references import not_here
from comityc.machine import expressions as ir
from comityc.machine.value_types import BoolType, InstanceType
from comityc.resolve.scopes import RoleSymbol
from comityc.resolve.words import CONDITIONS
from comityc.syntax import nodes


def may_name_states(node: nodes.Expression) -> bool:
    """Say whether the right side of `in` has the form of states: a name, or names in brackets."""
    return bool(_names(node))


def _names(node: nodes.Expression) -> tuple[nodes.Name, ...]:
    match node:
        case nodes.Name():
            return (node,)
        case nodes.Display(items=items):
            return tuple(item for item in items if isinstance(item, nodes.Name))
        case _:
            return ()


def check_in_state(node: nodes.Comparison, left: ir.Expression, context: Context) -> ir.Expression | None:
    """Return the question about a control state, or None when the right side is a collection of values."""
    if is_unknown(left.type):
        return _truth(node)
    instance = unwrapped(left)
    if isinstance(instance, ir.RoleInstances):
        return _all_of_a_role(node, instance, context)
    if not isinstance(instance.type, InstanceType):
        return None
    operator, right = node.rest[0]
    roles = [context.declarations.roles[role] for role in instance.type.roles]
    states = dict.fromkeys(state for role in roles for state in role.states)
    names = _with_stages(_names(right), roles)
    named = [name for name in names if name.text in states or name.text in CONDITIONS]
    if not named:
        if isinstance(right, nodes.Name) and context.kind_of(right.text) in ("unknown", "word"):
            context.report(_no_state(right, instance.type, list(states), context))
            return _truth(node)
        return None
    for name in names:
        if name.text not in states and name.text not in CONDITIONS:
            context.report(_no_state(name, instance.type, list(states), context))
    if any(name.text in CONDITIONS for name in named) and not may_look_inside(context):
        context.report(not_here(next(name for name in named if name.text in CONDITIONS), context))
    elif not isinstance(instance, ir.Self) and not may_look_inside(context):
        context.report(no_look_inside(named[0], context))
    asked: list[ir.Expression] = []
    wanted = [name.text for name in named if name.text in states]
    for role in roles:
        of_role = tuple(state for state in wanted if state in role.states)
        if of_role:
            question = ir.InState(instance=instance, role=role.name, states=of_role, type=BoolType(), span=node.span)
            asked.append(question)
    for name in named:
        if name.text not in states:
            condition: Literal["crashed", "byzantine"] = "crashed" if name.text == "crashed" else "byzantine"
            asked.append(ir.InCondition(instance=instance, condition=condition, type=BoolType(), span=node.span))
    result = asked[0] if len(asked) == 1 else _either(asked, node)
    return ir.Not(value=result, type=BoolType(), span=node.span) if operator == "not in" else result


def _with_stages(names: Iterable[nodes.Name], roles: Iterable[RoleSymbol]) -> tuple[nodes.Name, ...]:
    """The name of a stay in a part stands for all states of it."""
    stages = {stage: states for role in roles for stage, states in role.stages.items()}
    return tuple(nodes.Name(state, name.span) for name in names for state in stages.get(name.text, (name.text,)))


def _all_of_a_role(node: nodes.Comparison, instances: ir.RoleInstances, context: Context) -> ir.Expression | None:
    """`voter in done`: the name of a role stands for all its instances, and each is in a state of its own."""
    states = context.declarations.roles[instances.role].states
    named = [name.text for name in _names(node.rest[0][1]) if name.text in states]
    if not named:
        return None
    context.report(
        NO_SUCH_PART.at(
            instances.span,
            f"`{instances.role}` stands for all its instances, each in a state of its own",
            help=f"write `all(x in {named[0]} for x in {instances.role})`, or `any(...)`",
        )
    )
    return _truth(node)


def _either(asked: list[ir.Expression], node: nodes.Comparison) -> ir.Expression:
    return ir.BoolOperation(operator="or", operands=tuple(asked), type=BoolType(), span=node.span)


def _truth(node: nodes.Comparison) -> ir.Expression:
    return ir.Constant(value=True, type=BoolType(), span=node.span)


def _no_state(name: nodes.Name, instance: InstanceType, states: list[str], context: Context) -> Diagnostic:
    """After an instance and `in` there may stand a state, or a collection of instances."""
    known = [*context.locals, *context.declarations.value_names(context.place.role)]
    meant = closest(name.text, [*states, *known])
    if meant not in states and (meant is not None or not may_look_inside(context)):
        return UNKNOWN_NAME.at(name.span, f"unknown name `{name.text}`", help=did_you_mean(name.text, known))
    return UNKNOWN_STATE.at(
        name.span,
        f"unknown state `{name.text}`",
        caret=f"{' or '.join(instance.roles)} has no such state",
        help=did_you_mean(name.text, states),
    )
