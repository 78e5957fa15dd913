"""A machine comes in; the conditions that its behaviour turns on go out, each to be watched for being true and false.

Guards of transitions, the conditions of `if` statements, and the parts of either that `and` and `or` join.
"""

from collections.abc import Iterator
from typing import Literal

from comityc.machine import expressions as ir
from comityc.machine.model import Machine, Role, Transition
from comityc.machine.walk import statements_in
from comityc.records import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a transition. `of` is what joins it with others, None for one that stands alone.

    `contrasts` are the conditions that were false, or nobody would have asked for this one.
    """

    expression: ir.Expression
    role: str
    transition: Transition
    kind: Literal["guard", "if"]
    of: Literal["and", "or"] | None = None
    contrasts: tuple[ir.Expression, ...] = ()


def conditions_of(machine: Machine) -> Iterator[Condition]:
    """Yield the conditions in the order of the document. The number of one is its place in this order."""
    for role in machine.roles:
        before = _guards_before(role)
        for transition in role.transitions:
            if transition.guard is not None:
                whole = Condition(transition.guard, role.name, transition, "guard", None, before[transition.number])
                yield from _parts(whole)
            for statement in statements_in(transition.body):
                earlier: tuple[ir.Expression, ...] = ()
                for condition, _ in statement.branches if isinstance(statement, ir.If) else ():
                    yield from _parts(Condition(condition, role.name, transition, "if", None, earlier))
                    earlier = (*earlier, condition)


def _parts(whole: Condition) -> Iterator[Condition]:
    """Yield a condition, or the parts that it is joined of."""
    match whole.expression:
        case ir.Constant():
            return
        case ir.BoolOperation(operator=operator, operands=operands):
            for operand in operands:
                part = Condition(operand, whole.role, whole.transition, whole.kind, operator, whole.contrasts)
                if not isinstance(operand, ir.Constant):
                    yield part
        case _:
            yield whole


def _guards_before(role: Role) -> dict[int, tuple[ir.Expression, ...]]:
    """Return, by the number of a transition, the guards of those that are tried before it in some state."""
    found: dict[int, dict[ir.Expression, None]] = {transition.number: {} for transition in role.transitions}
    for state in role.states:
        groups = [reception.candidates for reception in state.receptions]
        groups += [timer.candidates for timer in state.timers]
        groups += [decision.candidates for decision in state.decisions]
        groups += [candidates for request in state.requests for _, candidates in request.outcomes]
        groups += [rule.candidates for rule in state.spontaneous]
        for candidates in groups:
            guards: list[ir.Expression] = []
            for candidate in candidates:
                found[candidate.number].update(dict.fromkeys(guards))
                if candidate.guard is not None:
                    guards.append(candidate.guard)
    return {number: tuple(guards) for number, guards in found.items()}


def contrast(one: ir.Expression, other: ir.Expression) -> bool:
    """Say whether one condition sets itself off against another, or a part of it: `x`, `not x`; `a < b`, `a == c`."""
    match one, other:
        case _, ir.BoolOperation(operands=operands):
            return any(contrast(one, operand) for operand in operands)
        case ir.Not(value=value), _ if value == other:
            return True
        case _, ir.Not(value=value) if value == one:
            return True
        case ir.Comparison(first=subject), ir.Comparison(first=same):
            return subject == same
        case ir.Not(value=ir.InState(instance=instance)) | ir.InState(instance=instance), ir.InState(instance=same):
            return instance == same
        case _:
            return False
