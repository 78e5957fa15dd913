"""Find properties that are true whatever the state: no protocol could break them.

    always: p or not p
    always: chair in closed implies chair in (closed, stopped)

Only the skeleton of a property is looked at: `and`, `or`, `not`, `implies` over questions that may each be answered either way,
but for those that exclude each other, as an instance is in one control state and of two numbers one is the smaller.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from comityc.checks.analysis.walk import Definitions, definitions_of
from comityc.diagnostics.codes_checks import TAUTOLOGY
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine import expressions as ex
from comityc.machine.model import Machine, Property
from comityc.machine.value_types import BoolType, DurationType, EnumType, FractionType, IntType, TimeType

_MOST_ANSWERS = 20_000
"""More combinations of answers than this are not tried."""

_ORDERED = (IntType, FractionType, DurationType, TimeType, EnumType)
_BELOW, _SAME, _ABOVE = -1, 0, 1
_HOLDS: Mapping[str, tuple[int, ...]] = {
    "==": (_SAME,),
    "!=": (_BELOW, _ABOVE),
    "<": (_BELOW,),
    "<=": (_BELOW, _SAME),
    ">": (_ABOVE,),
    ">=": (_SAME, _ABOVE),
}

Answers = Sequence[Any]
"""One for each question, in the order in which they were first asked."""
Skeleton = Callable[[Answers], bool]


def tautologies(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each property that holds for every combination of answers."""
    for promise in machine.properties:
        if promise.kind == "generic" or promise.waived is not None:
            continue
        claim = _claim(promise)
        if claim is not None and _is_always_true(claim, machine):
            yield TAUTOLOGY.at(
                promise.expressions[0].span,
                f"`{promise.name}` is true whatever the state",
                caret="nothing can make this " + ("true" if promise.kind == "never" else "false"),
            )


def _claim(promise: Property) -> ex.Expression | None:
    """Return what would have to be false somewhere, or the property has nothing to say."""
    match promise.kind:
        case "leads_to":
            left, right = promise.expressions
            return ex.Implies(type=BoolType(), left=left, right=right)
        case "never":
            return ex.Not(type=BoolType(), value=promise.expressions[0])
        case "stable":
            return None
        case _:
            return promise.expressions[0]


def _is_always_true(claim: ex.Expression, machine: Machine) -> bool:
    states = {role.name: tuple(state.name for state in role.states) for role in machine.roles}
    return _Questions(states, definitions_of(machine)).allow_only_true(claim)


class _Questions:
    """Reads a condition as a function of the answers to its questions."""

    def __init__(self, states: Mapping[str, tuple[str, ...]], definitions: Definitions) -> None:
        self._asked: dict[object, tuple[Any, ...]] = {}
        self._places: dict[object, int] = {}
        self._states = states
        self._definitions = definitions

    def allow_only_true(self, condition: ex.Expression) -> bool:
        """Say whether it holds for every combination of answers. One that asks nothing, `constant_properties` finds."""
        skeleton, possible = self._read(condition), list(self._asked.values())
        if not possible or prod(len(answers) for answers in possible) > _MOST_ANSWERS:
            return False
        return all(skeleton(given) for given in product(*possible))

    def _read(self, condition: ex.Expression) -> Skeleton:
        match condition:
            case ex.Constant(value=bool() as value):
                return lambda answers: value
            case ex.Not(value=inner):
                inside = self._read(inner)
                return lambda answers: not inside(answers)
            case ex.BoolOperation(operator=operator, operands=operands):
                parts, joined = [self._read(operand) for operand in operands], all if operator == "and" else any
                return lambda answers: joined(part(answers) for part in parts)
            case ex.Implies(left=left, right=right):
                first, second = self._read(left), self._read(right)
                return lambda answers: second(answers) or not first(answers)
            case ex.Conditional(condition=question, then=then, otherwise=otherwise):
                decides, yes, no = self._read(question), self._read(then), self._read(otherwise)
                return lambda answers: yes(answers) if decides(answers) else no(answers)
            case ex.Function(name="all", arguments=(ex.Comprehension(element=element),)):
                return self._of_each(condition, element)
            case ex.DefinitionCall(definition=name, arguments=()):
                return self._read(self._definitions[name].body)
            case ex.InState(instance=instance, role=role, states=states):
                return self._ask((instance, role), self._states[role], states)
            case ex.Comparison(first=left, rest=((operator, right),)) if operator in _HOLDS:
                return self._compared(left, operator, right)
            case ex.Comparison(first=left, rest=(("in" | "not in" as operator, right),)):
                return self._ask(("in", left, right), (True, False), (operator == "in",))
            case _:
                return self._ask(condition, (True, False), (True,))

    def _ask(self, question: object, answers: tuple[Any, ...], holds: tuple[Any, ...]) -> Skeleton:
        place = self._places.setdefault(question, len(self._places))
        self._asked[question] = answers
        return lambda given: given[place] in holds

    def _compared(self, left: ex.Expression, operator: str, right: ex.Expression) -> Skeleton:
        if isinstance(left.type, _ORDERED) and isinstance(right.type, _ORDERED):
            return self._ask(("order", left, right), (_BELOW, _SAME, _ABOVE), _HOLDS[operator])
        if operator in ("==", "!="):
            return self._ask(("same", left, right), (True, False), (operator == "==",))
        return self._ask((operator, left, right), (True, False), (True,))

    def _of_each(self, condition: ex.Expression, element: ex.Expression) -> Skeleton:
        """Read an `all`: true when its element always is, and else a question of its own."""
        if _Questions(self._states, self._definitions).allow_only_true(element):
            self._ask(condition, (True,), (True,))
            return lambda answers: True
        return self._ask(condition, (True, False), (True,))
