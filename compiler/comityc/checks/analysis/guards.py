"""Guards come in; whether they always hold, never hold, or leave nothing out between them goes out.

Only what can be seen without running anything: a constant, a condition beside its opposite, the words of an enum
one by one. "No" means "not for certain".
"""

from collections.abc import Iterable

from comityc.machine.expressions import (
    BoolOperation,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    ListOf,
    Not,
    SetOf,
    TupleOf,
    Unwrap,
    Word,
)
from comityc.machine.model import Transition
from comityc.machine.value_types import EnumType

_OPPOSITES: dict[ComparisonOperator, ComparisonOperator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
}


def always_holds(guard: Expression | None) -> bool:
    """Say whether there is no condition, or one that is true whatever happens."""
    match guard:
        case None | Constant(value=True):
            return True
        case Not(value=value):
            return never_holds(value)
        case BoolOperation(operator="and", operands=operands):
            return all(always_holds(operand) for operand in operands)
        case BoolOperation(operator="or", operands=operands):
            return any(always_holds(operand) for operand in operands)
        case _:
            return False


def never_holds(guard: Expression | None) -> bool:
    """Say whether the condition is false whatever happens."""
    match guard:
        case Constant(value=False):
            return True
        case Not(value=value):
            return always_holds(value)
        case BoolOperation(operator="and", operands=operands):
            return any(never_holds(operand) for operand in operands)
        case BoolOperation(operator="or", operands=operands):
            return all(never_holds(operand) for operand in operands)
        case _:
            return False


def leave_nothing(transitions: Iterable[Transition]) -> bool:
    """Say whether one of these is taken whatever happens. A draw may have nothing to draw from, so it never counts."""
    guards = [transition.guard for transition in transitions if transition.draw is None]
    conditions = [guard for guard in guards if guard is not None]
    if len(conditions) < len(guards) or any(always_holds(guard) for guard in conditions):
        return True
    return any(opposite(guard) in conditions for guard in conditions) or _name_every_word(conditions)


def opposite(guard: Expression) -> Expression:
    """Return the condition that holds just when this one does not."""
    match guard:
        case Not(value=value):
            return value
        case Comparison(first=first, rest=((operator, second),)) if _has_opposite(operator, first):
            return Comparison(type=guard.type, span=guard.span, first=first, rest=((_OPPOSITES[operator], second),))
        case _:
            return Not(type=guard.type, span=guard.span, value=guard)


def _has_opposite(operator: ComparisonOperator, first: Expression) -> bool:
    """`<` of sets means "subset", and of two sets neither may be the subset of the other."""
    return operator in ("==", "!=", "in", "not in") or type(first.type).__name__ != "SetType"


def _name_every_word(guards: list[Expression]) -> bool:
    """Say whether the guards compare one and the same thing with each word of its enum."""
    words: dict[Expression, set[str]] = {}
    for guard in guards:
        match guard:
            case Comparison(first=first, rest=(("==", Word(word=word)),)):
                words.setdefault(first, set()).add(word)
            case Comparison(
                first=first, rest=(("in", ListOf(items=items) | SetOf(items=items) | TupleOf(items=items)),)
            ):
                words.setdefault(first, set()).update(item.word for item in items if isinstance(item, Word))
            case _:
                pass
    return any(
        isinstance(thing.type, EnumType) and named >= set(thing.type.words) and not isinstance(thing, Unwrap)
        for thing, named in words.items()
    )
