"""Which timers run, and when they are spent."""

from comity.machine import Timer
from comity.timers import Timers

PATIENCE = Timer("patience", None, 30, 30, False, False)
NAG = Timer("nag", None, 10, 10, True, False)
CLOSE = Timer("close", None, 100, 100, False, True)


def _timers() -> Timers:
    return Timers(lambda shortest, longest: shortest)


def _deadlines(timers: Timers) -> list[tuple[str, float]]:
    return [(armed.timer.name, armed.deadline) for armed in timers.armed]


def test_timers_run_from_the_moment_their_state_offers_them_the_earliest_first() -> None:
    timers = _timers()
    timers.refresh((PATIENCE, NAG), now=5, entered=True, step=1)
    timers.refresh((PATIENCE, NAG), now=20, entered=False, step=2)
    assert _deadlines(timers) == [("nag", 15), ("patience", 35)]


def test_entering_a_state_anew_starts_its_timers_again_but_not_the_lasting_ones() -> None:
    timers = _timers()
    timers.refresh((PATIENCE, CLOSE), now=0, entered=True, step=1)
    timers.refresh((PATIENCE, CLOSE), now=20, entered=True, step=2)
    assert _deadlines(timers) == [("patience", 50), ("close", 100)]


def test_a_timer_that_fired_is_spent_until_its_state_is_entered_anew() -> None:
    timers = _timers()
    timers.refresh((PATIENCE,), now=0, entered=True, step=1)
    timers.fired(("patience", None), now=30, step=2)
    timers.refresh((PATIENCE,), now=30, entered=False, step=2)
    assert _deadlines(timers) == []
    timers.refresh((PATIENCE,), now=40, entered=True, step=3)
    assert _deadlines(timers) == [("patience", 70)]


def test_a_lasting_timer_that_fired_stays_spent_whatever_the_state() -> None:
    timers = _timers()
    timers.refresh((CLOSE,), now=0, entered=True, step=1)
    timers.fired(("close", None), now=100, step=2)
    timers.refresh((CLOSE,), now=100, entered=True, step=2)
    assert _deadlines(timers) == []


def test_a_repeating_timer_starts_again_when_it_fires() -> None:
    timers = _timers()
    timers.refresh((NAG,), now=0, entered=True, step=1)
    timers.fired(("nag", None), now=12, step=2)
    assert _deadlines(timers) == [("nag", 22)]


def test_the_timer_of_an_element_goes_with_it_and_starts_with_it() -> None:
    timers = _timers()
    first, second = PATIENCE._replace(element=1), PATIENCE._replace(element=2)
    timers.refresh((first,), now=0, entered=True, step=1)
    timers.refresh((second,), now=4, entered=False, step=2)
    assert [(armed.key, armed.deadline) for armed in timers.armed] == [(("patience", 2), 34)]


def test_a_timer_with_a_moment_is_due_then_and_follows_it() -> None:
    timers = _timers()
    timers.refresh((PATIENCE._replace(moment=77.0),), now=0, entered=True, step=1)
    timers.refresh((PATIENCE._replace(moment=99.0),), now=50, entered=False, step=2)
    assert _deadlines(timers) == [("patience", 99)]
