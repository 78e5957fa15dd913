"""What a generated machine is, and what goes into it and comes out of it.

A machine belongs to one instance of a role. It is pure: `step(state, event)` gives the next state and the
messages to send, and touches nothing else. What was chosen outside (a decision, a draw, a fresh id, an outcome, the
time `now` on the instance's own clock) comes with the event. Which timers, decisions, acts and spontaneous steps are
open is a function of the state.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from comity.values import Instance

ABI = 1
"""The version of this contract. A generated module names the one it was made for."""

S = TypeVar("S")


# ---- events: what goes in


class Received(NamedTuple):
    """A message arrived."""

    sender: Instance
    message: Any
    draw: Any = None
    fresh: tuple[str, ...] = ()
    now: float = 0.0


class TimerFired(NamedTuple):
    """A timer of the state ran out; `element` says which, of a timer with `for`."""

    timer: str
    element: Any = None
    draw: Any = None
    fresh: tuple[str, ...] = ()
    now: float = 0.0


class Decided(NamedTuple):
    """The agent decided: a value of the domain, or True for a decision without one."""

    decision: str
    value: Any = True
    element: Any = None
    draw: Any = None
    fresh: tuple[str, ...] = ()
    now: float = 0.0


class Performed(NamedTuple):
    """An act that was asked for came to an outcome."""

    act: str
    outcome: str
    element: Any = None
    draw: Any = None
    fresh: tuple[str, ...] = ()
    now: float = 0.0


class Happened(NamedTuple):
    """A spontaneous step (`when`) is taken. `rule` counts the state's spontaneous rules from 0."""

    rule: int
    element: Any = None
    draw: Any = None
    fresh: tuple[str, ...] = ()
    now: float = 0.0


Event = Received | TimerFired | Decided | Performed | Happened


# ---- effects: what comes out


class Send(NamedTuple):
    """A message to send to one instance."""

    to: Instance
    message: Any


NO_SENDS: tuple[Send, ...] = ()


def to_one(receiver: Instance, message: object) -> tuple[Send, ...]:
    """Send a message to one instance."""
    return (Send(receiver, message),)


def to_all(receivers: Iterable[Instance], message: object) -> tuple[Send, ...]:
    """Send a message to each of some instances, in order."""
    return tuple([Send(receiver, message) for receiver in receivers])


class Step(NamedTuple, Generic[S]):
    """The next state, the messages to send in order, which transition was taken, and whether its state was entered (anew).

    `transition` is its number within the role; -1 for an ignored message. `shared` is the next shared state of a model.
    """

    state: S
    sends: tuple[Send, ...]
    transition: int
    entered: bool
    shared: Any = None


def enter(state: S, sends: tuple[Send, ...], transition: int, shared: object = None) -> Step[S]:
    """Return the step that enters a control state, maybe the same one anew."""
    return tuple.__new__(Step, (state, sends, transition, True, shared))  # a third faster than calling Step


def stay(state: S, sends: tuple[Send, ...], transition: int, shared: object = None) -> Step[S]:
    """Return the step that leaves the control state as it is."""
    return tuple.__new__(Step, (state, sends, transition, False, shared))


# ---- what is open in a state


class Timer(NamedTuple):
    """An armed timer. `after` and `longest` are seconds; equal unless the spec gives a range. `every` arms itself again.

    `lasting` timers stand under `any`: armed once when the instance starts, whatever the state. One with a `moment` is armed
    while that is set, and due at this time of the instance's own clock.
    """

    name: str
    element: Any
    after: float
    longest: float
    every: bool
    lasting: bool
    moment: float | None = None


class Decision(NamedTuple):
    """An open decision. `domain` holds the values to choose from; None when any value of the type will do, or there is no value."""

    name: str
    element: Any
    domain: Sequence[Any] | None
    has_value: bool
    prompt: bool


class Request(NamedTuple):
    """An act that is asked for. `key` is None when each entry into the state is a new act."""

    act: str
    element: Any
    arguments: Any
    key: Hashable
    outcomes: tuple[str, ...]


class Open(NamedTuple):
    """All that a state offers beside receiving messages. `spontaneous` holds (rule, element) pairs whose condition holds."""

    timers: tuple[Timer, ...]
    decisions: tuple[Decision, ...]
    requests: tuple[Request, ...]
    spontaneous: tuple[tuple[int, Any], ...]
