"""The timers that a state offers in, deadlines out: which timers of one instance run, and which are spent.

Used by whoever hosts a machine. Time is a number of seconds that the host counts; nothing here reads a clock.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from comity.machine import Timer

TimerKey = tuple[str, Any]
"""A timer and, of one with `for`, its element."""


@dataclass(slots=True)
class ArmedTimer:
    """A timer that runs. `armed_in` is the host's number of the step that armed it."""

    timer: Timer
    deadline: float
    armed_in: int

    @property
    def key(self) -> TimerKey:
        """Which timer it is."""
        return self.timer.name, self.timer.element


class Timers:
    """The timers of one instance.

    A timer is armed when its state first offers it, and gone when its state is left, is entered anew, or offers it no
    longer, or for another moment. One that fired without leaving the state is spent until then, unless it is `every`:
    that one starts again. Timers under `any` are armed once, whatever the state.
    """

    def __init__(self, draw: Callable[[float, float], float]) -> None:
        self._draw = draw
        self._armed: dict[TimerKey, ArmedTimer] = {}
        self._spent: dict[TimerKey, Timer] = {}

    @property
    def armed(self) -> tuple[ArmedTimer, ...]:
        """The timers that run, the earliest deadline first, then in order of arming."""
        return tuple(sorted(self._armed.values(), key=lambda timer: timer.deadline))

    def refresh(self, offered: Iterable[Timer], *, now: float, entered: bool, step: int) -> None:
        """Arm what the state offers anew and forget what it offers no longer; `entered`: the state was entered (anew)."""
        present = {(timer.name, timer.element): timer for timer in offered}

        def stays(key: TimerKey, timer: Timer) -> bool:
            return key in present and present[key].moment == timer.moment and (timer.lasting or not entered)

        self._armed = {key: armed for key, armed in self._armed.items() if stays(key, armed.timer)}
        self._spent = {key: timer for key, timer in self._spent.items() if stays(key, timer)}
        for key, timer in present.items():
            if key not in self._armed and key not in self._spent:
                self._armed[key] = self._start(timer, now, step)

    def fired(self, key: TimerKey, *, now: float, step: int) -> None:
        """Note that a timer fired: it is spent, or starts again."""
        timer = self._armed.pop(key).timer
        if timer.every:
            self._armed[key] = self._start(timer, now, step)
        else:
            self._spent[key] = timer

    def postpone(self, key: TimerKey, *, until: float) -> None:
        """Let a repeating timer skip the rounds before a moment in which nothing else happens."""
        armed = self._armed[key]
        armed.deadline = until + self._draw(armed.timer.after, armed.timer.longest)

    def _start(self, timer: Timer, now: float, step: int) -> ArmedTimer:
        deadline = now + self._draw(timer.after, timer.longest) if timer.moment is None else timer.moment
        return ArmedTimer(timer, deadline, step)
