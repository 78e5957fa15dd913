"""What was seen of the conditions and the variables of a machine, over all cases, in; what turned out to be idle, out.

A guard that was true whenever it was asked for could be left out; a branch that was never taken too; a word of an enum that
no variable ever holds is an outcome without a witness. None of that makes a property false: these are remarks.
"""

from collections.abc import Iterator, Sequence

from comityc.explore.judging.examine import Examined
from comityc.explore.telling.wording import spell
from comityc.machine.conditions import Condition, conditions_of, contrast
from comityc.machine.model import Machine
from comityc.machine.value_types import EnumType, without_optional

NEVER_ASKED, FALSE, TRUE = 0, 1, 2
"""What is noted of a condition: the sum of what it was."""


def idle_parts(machine: Machine, runs: Sequence[Examined], seen: Sequence[int]) -> tuple[str, ...]:
    """Return the remarks. Nothing is said where a search was cut, or a case not looked at: there may be more."""
    if not runs or not all(run.complete and run.run.refused is None for run in runs):
        return ()
    return (*_idle_conditions(machine, seen), *_without_witness(machine, runs))


def _idle_conditions(machine: Machine, seen: Sequence[int]) -> Iterator[str]:
    for number, condition in enumerate(conditions_of(machine)):
        noted = seen[number]
        where = f"line {condition.expression.span.line}: `{spell(condition.expression)}`"
        if noted == TRUE and not _is_contrast(condition):
            yield f"{where} is true whenever it is asked for, in `{condition.transition.name}` of {condition.role}"
        elif noted == FALSE and _may_never_be(condition):
            yield f"{where} is never true, in `{condition.transition.name}` of {condition.role}"


def _is_contrast(condition: Condition) -> bool:
    """Whether it tells readers how it differs from what is tried before it, which was false then."""
    return any(contrast(condition.expression, other) for other in condition.contrasts)


def _may_never_be(condition: Condition) -> bool:
    """Whether one that is never true is worth a word: that a whole guard is never true, `no_dead_parts` says."""
    if condition.transition.kind in ("ignore", "defer"):
        return False
    return condition.of == "or" or (condition.kind == "if" and condition.of is None)


def _without_witness(machine: Machine, runs: Sequence[Examined]) -> Iterator[str]:
    """Name the words of enums that a variable never holds."""
    if any(run.words is None for run in runs):
        return
    held = frozenset[tuple[str, str, str]]().union(*(run.words or () for run in runs))
    for role in machine.roles:
        for variable in role.variables:
            kind = without_optional(variable.type)
            if not isinstance(kind, EnumType):
                continue
            missing = [word for word in kind.words if (role.name, variable.name, word) not in held]
            if missing and len(missing) < len(kind.words):
                words = ", ".join(f"`{word}`" for word in missing)
                yield f"line {variable.span.line}: `{variable.name}` of {role.name} never comes to be {words}"
