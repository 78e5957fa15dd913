"""What puts a property to the test, and why a condition is false: both read the typed expression."""

from typing import Any

import pytest

from comityc.explore.judging.vacuity import conditions
from comityc.explore.telling.why import Why
from comityc.explore.telling.wording import spell
from comityc.machine import expressions as x
from comityc.machine.model import Bounds, Envelope, Machine, Property, PropertyKind
from comityc.machine.value_types import BoolType, IntType, ListType

BOOL, INT = BoolType(), IntType()
P, Q, R = (x.Local(type=BOOL, name=name) for name in "pqr")
N = x.Local(type=INT, name="n")
NUMBERS = x.Local(type=ListType(INT), name="numbers")
SMALL = x.Comparison(type=BOOL, first=N, rest=(("<", x.Constant(type=INT, value=3)),))
EACH = x.Comprehension(
    type=ListType(BOOL), kind="generator", element=SMALL, clauses=(x.Clause(targets=(("n", INT),), iterable=NUMBERS),)
)
ALL_SMALL = x.Function(type=BOOL, name="all", arguments=(EACH,))
MACHINE = Machine(
    protocol="p",
    doc="",
    file="p.yaml",
    source="",
    parameters=(),
    assumptions=(),
    types=(),
    messages=(),
    acts=(),
    shared=None,
    roles=(),
    definitions=(),
    properties=(),
    tolerates=Envelope(),
    network="fifo",
    bounds=Bounds(),
    cases=(),
    scenarios=(),
)


def implies(left: x.Expression, right: x.Expression) -> x.Expression:
    return x.Implies(type=BOOL, left=left, right=right)


def both(*operands: x.Expression) -> x.Expression:
    return x.BoolOperation(type=BOOL, operator="and", operands=operands)


@pytest.mark.parametrize(
    ("kind", "expressions", "needed"),
    [
        ("always", (P,), []),
        ("always", (implies(P, Q),), ["p"]),
        ("always", (implies(P, implies(Q, R)),), ["p", "p and q"]),
        ("always", (both(implies(P, Q), implies(Q, R)),), ["p", "q"]),
        ("step", (ALL_SMALL,), ["any(true for n in numbers)"]),
        ("always", (implies(P, ALL_SMALL),), ["p", "p and any(true for n in numbers)"]),
        ("stable", (N,), ["-"]),
        ("leads_to", (P, Q), ["-"]),
        ("never", (both(P, Q),), []),
        ("reachable", (implies(P, Q),), []),
    ],
)
def test_conditions_that_have_to_be_met(
    kind: PropertyKind, expressions: tuple[x.Expression, ...], needed: list[str]
) -> None:
    found = conditions(Property(name="p", kind=kind, expressions=expressions), ())
    assert [spell(c.expression) if c.expression is not None else "-" for c in found] == needed


def evaluate(expression: x.Expression, names: Any) -> Any:
    """Read the few forms that stand in these tests."""
    match expression:
        case x.Local(name=name):
            return names[name]
        case x.Constant(value=value):
            return value
        case x.Comparison(first=first, rest=((_, second),)):
            return evaluate(first, names) < evaluate(second, names)
        case x.Implies(left=left, right=right):
            return not evaluate(left, names) or evaluate(right, names)
        case x.BoolOperation(operator=operator, operands=operands):
            return (all if operator == "and" else any)(evaluate(o, names) for o in operands)
        case _:
            raise AssertionError(expression)


@pytest.mark.parametrize(
    ("expression", "names", "lines"),
    [
        (both(P, SMALL, Q), {"p": True, "n": 5, "q": False}, ["`n < 3` does not hold", "  `n` is 5"]),
        (implies(P, SMALL), {"p": True, "n": 4}, ["`p` holds", "but `n < 3` does not", "  `n` is 4"]),
        (ALL_SMALL, {"numbers": (1, 7, 8)}, ["for n = 7: `n < 3` does not hold", "  `n` is 7"]),
        (SMALL, {"n": 9}, ["`n` is 9"]),
    ],
)
def test_the_part_that_is_false_is_named_with_its_values(
    expression: x.Expression, names: Any, lines: list[str]
) -> None:
    assert list(Why(MACHINE, evaluate).explain(expression, names, holds=False)) == lines


def test_a_part_without_a_value_is_named() -> None:
    def nothing(expression: x.Expression, names: Any) -> Any:
        raise KeyError("k")

    assert Why(MACHINE, nothing).explain(SMALL, {}, holds=False) == ("`n` has no value: a key that is not there",)
