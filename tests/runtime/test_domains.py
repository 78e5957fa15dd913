"""What was chosen outside a machine is taken typed, or refused with a reason."""

from datetime import timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from comity import domains
from comity.errors import NotEnabled, RefusedDecision
from comity.machine import Decided, Received, TimerFired
from comity.values import Instance, Map, Word

VOTER = Instance("voter", 0)


class Level(Word):
    LOW = "low"
    HIGH = "high"


class Mark(NamedTuple):
    level: Level
    by: Instance | None


def test_a_word_is_taken_as_a_member_and_by_its_text() -> None:
    assert domains.decided_word(Decided("level", "high"), Level) is Level.HIGH
    with pytest.raises(RefusedDecision, match="'tall' cannot be decided for `level`: it is not one of low, high"):
        domains.decided_word(Decided("level", "tall"), Level)


def test_a_value_has_to_be_one_of_those_offered() -> None:
    assert domains.decided_from(Decided("peer", VOTER), [VOTER]) is VOTER
    with pytest.raises(RefusedDecision, match=r"not one of voter\[0\]"):
        domains.decided_from(Decided("peer", Instance("voter", 1)), [VOTER])
    with pytest.raises(RefusedDecision, match="nothing to choose from"):
        domains.decided_from(Decided("peer", VOTER), [])


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_only_a_whole_number_is_a_whole_number(value: Any) -> None:
    with pytest.raises(RefusedDecision, match="not a whole number"):
        domains.decided_int(Decided("offer", value))


def test_other_types_are_taken_as_they_are() -> None:
    assert domains.decided_int(Decided("offer", 3)) == 3
    assert domains.decided_text(Decided("motion", "paint it")) == "paint it"
    assert domains.decided_bool(Decided("fair", False)) is False
    assert domains.decided_fraction(Decided("share", 1)) == Fraction(1)
    for refuse in (domains.decided_text, domains.decided_bool, domains.decided_fraction):
        with pytest.raises(RefusedDecision):
            refuse(Decided("it", 0.5))


def test_a_decision_without_a_value_takes_only_true() -> None:
    domains.agreed(Decided("begin"))
    with pytest.raises(RefusedDecision):
        domains.agreed(Decided("begin", False))


def test_a_composed_type_is_checked_to_its_parts() -> None:
    mark = domains.is_record(Mark, domains.is_a(Level), domains.is_optional(domains.is_instance_of("voter")))
    check = domains.is_map(domains.is_int, domains.is_list(mark))
    good = Map({1: (Mark(Level.LOW, None), Mark(Level.HIGH, VOTER))})
    assert domains.decided_as(Decided("marks", good), check) is good
    worse: list[Any] = [
        Map({"1": ()}),
        Map({1: [Mark(Level.LOW, None)]}),
        Map({1: (Mark(Level.LOW, Instance("chair", 0)),)}),
        {},
    ]
    for bad in worse:
        with pytest.raises(RefusedDecision, match="not of the right type"):
            domains.decided_as(Decided("marks", bad), check)
    assert domains.is_set(domains.is_duration)(frozenset({timedelta(1)}))
    assert not domains.is_set(domains.is_text)({"a"})


def test_an_element_that_is_gone_is_not_enabled() -> None:
    assert domains.element_of(TimerFired("patience", 2), [1, 2]) == 2
    with pytest.raises(NotEnabled, match="nothing for 3"):
        domains.element_of(TimerFired("patience", 3), [1, 2])


def test_only_what_can_be_drawn_is_drawn() -> None:
    assert domains.drawn_from(Received(VOTER, None, draw=VOTER), (VOTER,)) is VOTER
    with pytest.raises(NotEnabled):
        domains.drawn_from(Received(VOTER, None), (VOTER,))


def test_a_number_of_a_range_is_decided_without_going_through_it() -> None:
    assert domains.decided_from(Decided("price", 10**9), range(10**12)) == 10**9
    for wrong in (10**12, -1, True, "seven"):
        with pytest.raises(RefusedDecision, match=r"one of 0, 1, .*, 9, \.\.\., 999999999999$"):
            domains.decided_from(Decided("price", wrong), range(10**12))
    with pytest.raises(RefusedDecision, match=r"one of 0, 2, 4$"):
        domains.decided_from(Decided("price", 3), range(0, 6, 2))
    with pytest.raises(RefusedDecision, match="nothing to choose from"):
        domains.decided_from(Decided("price", 0), range(0))
