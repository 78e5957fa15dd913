"""What the search remembers of an instance: its local states by number, and the steps that it can take from each."""

from typing import Any, NamedTuple

LOCAL_BITS = 24
"""How much of a packed state one instance takes."""
UP, DOWN, LOST, GONE, BYZANTINE, ASLEEP, ABSENT, LEFT = range(8)
"""How an instance is: up; down and coming back; down, its disk lost, and coming back; down for good; a liar from the start;
paused, with all that it knows, until it wakes; not there yet; gone of its own accord."""


TimerKey = tuple[str, Any]
"""A timer and, of one with `for`, its element."""


class Alarm(NamedTuple):
    """A timer that runs, in a case with a clock: it may go off from `earliest` on, and its deadline is not behind `latest`.

    Both are milliseconds from now. They differ for a length that is a range, until it goes off.
    """

    name: str
    element: Any
    earliest: int
    latest: int

    @property
    def key(self) -> TimerKey:
        """Which timer it is."""
        return self.name, self.element


class Local(NamedTuple):
    """All that belongs to one instance.

    `spent` names what is over until the state is entered anew: timers that fired, acts that were answered. `in_effect` names acts
    without a key that took effect and were not answered yet. `origin` is the state it started in, where that matters.
    `running` are the timers that run, under a clock.
    """

    state: Any
    status: int = UP
    spent: tuple[tuple[Any, ...], ...] = ()
    in_effect: tuple[tuple[str, Any], ...] = ()
    origin: Any = None
    running: tuple[Alarm, ...] = ()


class Note(NamedTuple):
    """What is to be said when a step comes up: a broken generic property, or a bound (`cut`) by its name.

    `label` is -1 when it is the state itself. `broken` steps are not taken.
    """

    property: str
    label: int
    text: str
    broken: bool = False


class Move(NamedTuple):
    """A step that touches more than the state of its instance. `delta` is None for a step that is not taken.

    `operation` is what it does to the rest, which may not allow it; `taken` is the transition that is then taken.
    `swept` are the messages that the instance has no use for any more.
    """

    delta: int | None
    sends: tuple[int, ...]
    operation: int
    label: int
    local: int
    swept: frozenset[str]
    notes: tuple[Note, ...]
    taken: tuple[str, int] | None


class Record(NamedTuple):
    """The steps of an instance in one local state: plain ones as (difference of the packed state, label), and the others."""

    plain: tuple[tuple[int, int], ...]
    others: tuple[Move, ...]
    notes: tuple[Note, ...]


NOTHING = Record((), (), ())


class Alarms(NamedTuple):
    """What the timers of an instance do to time: their steps, when the next may go off, and how long time may pass before one has to."""

    record: Record
    soonest: int | None
    limit: int | None


NO_ALARMS = Alarms(NOTHING, None, None)
DEFERRED = Record((), (), (Note("deferred", -1, ""),))
"""The message stays where it is, and lets those behind it pass."""
CUT = "cut"
UNDER_WAY = "under_way"
"""The bound on messages under way, as a verdict names it."""
