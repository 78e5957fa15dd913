"""What can be seen of guards without running anything."""

from dataclasses import replace

from comityc.checks.analysis.guards import always_holds, leave_nothing, never_holds, opposite
from comityc.machine.expressions import (
    BoolOperation,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    Not,
    SetOf,
    Variable,
    Word,
)
from comityc.machine.model import Transition, TypeDomain
from comityc.machine.value_types import BoolType, EnumType, IntType, SetType

BOOL = BoolType()
CHOICE = EnumType("Choice", ("yes", "no", "abstain"))
TRUE = Constant(type=BOOL, value=True)
FALSE = Constant(type=BOOL, value=False)
READY = Variable(type=BOOL, name="ready")
COUNT = Variable(type=IntType(), name="count")
VOTE = Variable(type=CHOICE, name="vote")


def compared(first: Expression, operator: ComparisonOperator, second: Expression) -> Comparison:
    return Comparison(type=BOOL, first=first, rest=((operator, second),))


def word(text: str) -> Word:
    return Word(type=CHOICE, word=text)


def transitions(*guards: Expression | None) -> list[Transition]:
    return [
        Transition(number=number, name=str(number), kind="when", stands_in=("idle",), guard=guard)
        for number, guard in enumerate(guards)
    ]


def test_no_condition_always_holds() -> None:
    assert always_holds(None)
    assert always_holds(TRUE)
    assert always_holds(BoolOperation(type=BOOL, operator="or", operands=(READY, TRUE)))
    assert not always_holds(READY)


def test_false_never_holds_however_it_is_put() -> None:
    assert never_holds(FALSE)
    assert never_holds(Not(type=BOOL, value=TRUE))
    assert never_holds(BoolOperation(type=BOOL, operator="and", operands=(READY, FALSE)))
    assert not never_holds(None)
    assert not never_holds(READY)


def test_a_condition_and_its_opposite_leave_nothing() -> None:
    zero = Constant(type=IntType(), value=0)
    assert leave_nothing(transitions(READY, Not(type=BOOL, value=READY)))
    assert leave_nothing(transitions(compared(COUNT, "<", zero), compared(COUNT, ">=", zero)))
    assert not leave_nothing(transitions(compared(COUNT, "<", zero), compared(COUNT, ">", zero)))


def test_all_words_of_an_enum_leave_nothing() -> None:
    yes, rest = compared(VOTE, "==", word("yes")), SetOf(type=SetType(CHOICE), items=(word("no"), word("abstain")))
    assert leave_nothing(transitions(yes, compared(VOTE, "in", rest)))
    assert not leave_nothing(transitions(yes, compared(VOTE, "==", word("no"))))


def test_of_two_sets_neither_may_be_the_subset_of_the_other() -> None:
    numbers = SetType(IntType())
    one, other = Variable(type=numbers, name="one"), Variable(type=numbers, name="other")
    assert opposite(compared(one, "<=", other)) == Not(type=BOOL, value=compared(one, "<=", other))


def test_a_draw_may_find_nothing_to_draw_from() -> None:
    drawn = replace(transitions(None)[0], draw=("peer", TypeDomain(type=CHOICE)))
    assert not leave_nothing([drawn])
