"""Expressions over parameters come to what the language says, or to nothing known."""

from fractions import Fraction

import pytest

from comityc.checks.analysis.evaluate import Evaluation, Unknown, number_of, size_of
from comityc.machine.expressions import (
    Arithmetic,
    Clause,
    Comparison,
    Comprehension,
    Constant,
    Expression,
    Function,
    Item,
    ListOf,
    Local,
    Parameter,
    SetOf,
    Word,
)
from comityc.machine.value_types import BoolType, EnumType, FractionType, IntType, ListType, SetType

BOOL, INT = BoolType(), IntType()
NUMBERS = ListType(INT)
RANK = EnumType("Rank", ("low", "high"))


def number(value: int) -> Constant:
    return Constant(type=INT, value=value)


def numbers(*values: int) -> ListOf:
    return ListOf(type=NUMBERS, items=tuple(map(number, values)))


def value(expression: Expression, **parameters: object) -> object:
    return Evaluation(parameters, {}).value(expression)


def test_division_is_exact() -> None:
    assert number_of(Arithmetic(type=FractionType(), operator="/", left=number(1), right=number(3))) == Fraction(1, 3)


def test_a_division_by_zero_is_not_known() -> None:
    assert number_of(Arithmetic(type=INT, operator="//", left=number(1), right=number(0))) is None


def test_a_set_holds_each_element_once() -> None:
    assert size_of(SetOf(type=SetType(INT), items=(number(1), number(1)))) == 1


def test_words_are_compared_in_the_order_of_their_enum() -> None:
    low, high = Word(type=RANK, word="low"), Word(type=RANK, word="high")
    assert value(Comparison(type=BOOL, first=low, rest=(("<", high),))) is True


def test_a_comprehension_goes_over_a_parameter() -> None:
    element = Arithmetic(type=INT, operator="*", left=Local(type=INT, name="n"), right=number(2))
    doubled = Comprehension(
        type=NUMBERS,
        kind="list",
        element=element,
        clauses=(Clause(targets=(("n", INT),), iterable=Parameter(type=NUMBERS, name="given")),),
    )
    assert value(Function(type=INT, name="sum", arguments=(doubled,)), given=(1, 2, 3)) == 12


def test_what_is_not_there_is_not_known() -> None:
    with pytest.raises(Unknown):
        value(Item(type=INT, value=numbers(1), key=number(5)))
    with pytest.raises(Unknown):
        value(Parameter(type=INT, name="missing"))


def test_a_range_without_end_is_left_alone() -> None:
    assert size_of(Function(type=NUMBERS, name="range", arguments=(number(10**12),))) is None
