"""The timers of one instance in a case with a clock: how much time each has left, in whole milliseconds.

Real time is looked at in steps of one `tick`, the greatest common divisor of all lengths of time that the spec counts with. No order
of events is missed by that: where every condition on time includes its ends, a run in real time can be moved onto ticks.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from math import gcd
from types import ModuleType
from typing import Any

from comity.machine import Timer
from comity.values import Map
from comityc.backends.python.contexts import ParameterContext
from comityc.backends.python.expressions import emit
from comityc.backends.python.names import Names
from comityc.explore.engine.lookback import ANYWHERE, Lookback
from comityc.explore.engine.moments import Moments
from comityc.explore.engine.records import Alarm, TimerKey
from comityc.explore.engine.values import in_order
from comityc.machine.expressions import DurationConstant, Expression, Parameter
from comityc.machine.model import Clock, Machine
from comityc.naming import value_name
from comityc.records import dataclass

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Timing:
    """How a case counts time. A timer goes off at its deadline or up to `lateness` after it; `synchronous` says that messages take none."""

    synchronous: bool
    lateness: int
    tick: int
    lookback: Mapping[str, int]  # how far back moments count, by name, in milliseconds

    def arm(
        self,
        running: Iterable[Alarm],
        offered: Iterable[Timer],
        spent: tuple[tuple[Any, ...], ...],
        *,
        entered: bool,
        again: TimerKey | None,
    ) -> tuple[Alarm, ...]:
        """Return the timers that run after a step: those that run on, and those that start; `again` is one that starts again."""
        known = {alarm.key: alarm for alarm in running}
        found = []
        for timer in offered:
            key = (timer.name, timer.element)
            if timer.moment is None and ("timer", *key) not in spent:
                runs_on = key in known and key != again and (timer.lasting or not entered)
                found.append(known[key] if runs_on else _started(timer))
        return in_order(found) if len(found) > 1 else tuple(found)

    def at_moments(self, offered: Iterable[Timer], spent: tuple[tuple[Any, ...], ...]) -> Iterator[Alarm]:
        """Yield the timers that are due when a variable says."""
        for timer in offered:
            if timer.moment is not None and ("timer", timer.name, timer.element) not in spent:
                due = max(round(timer.moment * 1000), -self.lateness)
                yield Alarm(timer.name, timer.element, due, due)

    def later(self, running: Iterable[Alarm], passed: int) -> tuple[Alarm, ...]:
        """Return the timers after some time; what is overdue is so, by whatever time."""
        return tuple(
            alarm._replace(
                earliest=max(alarm.earliest - passed, -self.lateness), latest=max(alarm.latest - passed, -self.lateness)
            )
            for alarm in running
        )


def make_timing(machine: Machine, clock: Clock, parameters: Any, module: ModuleType, counted: Iterable[Any]) -> Timing:
    """Return how time is counted under a clock; `counted` are all parts of the spec that may name a length of time."""
    skew = clock.skew
    lateness = 0 if skew is None else _milliseconds(_value(skew, machine, parameters, module))
    lengths = {length for part in counted for length in _lengths(part, parameters)}
    in_parameters = {
        parameter.name: _ends(getattr(parameters, value_name(parameter.name))) for parameter in machine.parameters
    }
    lookback = Lookback(machine, in_parameters, lateness + sum(lengths)).counts()
    return Timing(skew is None, lateness, gcd(lateness, *lengths) or 1, lookback)


def make_moments(machine: Machine, timing: Timing | None) -> Moments | None:
    """Return how moments are taken along; None when the protocol has none."""
    oldest = None
    if timing is not None:
        counts = {ANYWHERE: 0, **timing.lookback}
        oldest = {name: (count + timing.lateness) / 1000 for name, count in counts.items()}
    moments = Moments(machine, oldest)
    return moments if moments.any else None


def _ends(value: Any) -> tuple[int, int]:
    lengths = list(_lengths_in(value))
    return min(lengths, default=0), max(lengths, default=0)


def _started(timer: Timer) -> Alarm:
    return Alarm(timer.name, timer.element, round(timer.after * 1000), round(timer.longest * 1000))


def _lengths(part: Any, parameters: Any) -> Iterator[int]:
    match part:
        case DurationConstant(milliseconds=milliseconds):
            yield milliseconds
        case Parameter(name=name):
            yield from _lengths_in(getattr(parameters, value_name(name)))
        case _:
            return


def _lengths_in(value: Any) -> Iterator[int]:
    """Yield the lengths of time in the value of a parameter."""
    if isinstance(value, timedelta):
        yield _milliseconds(value)
    elif isinstance(value, tuple | frozenset):
        for item in value:
            yield from _lengths_in(item)
    elif isinstance(value, Map):
        for item in value.values():
            yield from _lengths_in(item)


def _milliseconds(length: timedelta) -> int:
    return round(length / MILLISECOND)


def _value(expression: Expression, machine: Machine, parameters: Any, module: ModuleType) -> Any:
    names = Names(machine)
    text = emit(expression, ParameterContext(names, "parameters"))
    known = {**vars(module), names.timedelta(): timedelta, "parameters": parameters}
    return eval(text, known)
