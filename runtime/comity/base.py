"""A state and an event come in, the handler that a generated machine has for them is found and called, its step goes out.

A generated machine lists its handlers by state and trigger; all that is the same for every protocol stands here.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from comity.errors import ComityError, NotEnabled, RefusedDecision, UndefinedValue, UnhandledMessage
from comity.machine import Decided, Event, Happened, Open, Performed, Received, Step, TimerFired, stay
from comity.record import describe
from comity.values import Digester, Instance, Word

Acceptance = Literal["handle", "ignore", "defer", "unhandled"]


class HasControlState(Protocol):
    """The state of an instance: its control state `at`, then its variables."""

    @property
    def at(self) -> Word:
        """The control state."""


S = TypeVar("S", bound=HasControlState)

Handler = Callable[[S, Any], Step[S]]
"""Takes a state and an event of the kind it is listed for."""

NOTHING_OPEN = Open((), (), (), ())


class RoleMachine(Generic[S]):
    """The machine of one instance of a role. Pure: nothing but the tables below, which never change."""

    ROLE: ClassVar[str]
    TRANSITIONS: ClassVar[tuple[str, ...]]
    """The names of the transitions, by their number in a step."""

    FINAL: ClassVar[frozenset[Word]] = frozenset()
    RESTING: ClassVar[frozenset[Word]] = frozenset()
    IGNORED: ClassVar[frozenset[tuple[Word, type]]] = frozenset()
    DEFERRED: ClassVar[frozenset[tuple[Word, type]]] = frozenset()

    world: Any = None
    """The whole protocol as it is: set before each call by whoever checks or runs a model that looks into it."""

    def __init__(self, me: Instance, digest: Digester) -> None:
        self.me = me
        self._digest = digest
        self._receptions: Mapping[Word, Mapping[type, Handler[S]]] = {}
        self._timers: Mapping[Word, Mapping[str, Handler[S]]] = {}
        self._decisions: Mapping[Word, Mapping[str, Handler[S]]] = {}
        self._requests: Mapping[Word, Mapping[str, Handler[S]]] = {}
        self._spontaneous: Mapping[Word, Mapping[int, Handler[S]]] = {}
        self._draws: Mapping[Word, Mapping[object, Callable[[S, Any], tuple[Any, ...] | None]]] = {}
        self._open: Mapping[Word, Open | Callable[[S], Open]] = {}

    def step(self, state: S, event: Event) -> Step[S]:
        """Return the next state and the messages to send; raise when the state does not offer such a step."""
        try:
            if type(event) is Received:
                return self._receptions[state.at][type(event.message)](state, event)
            return self._handler(state, event)(state, event)
        except (LookupError, ArithmeticError, ValueError) as error:
            if isinstance(event, Received) and self.accepts(state, type(event.message)) != "handle":
                return self._not_received(state, event)
            raise UndefinedValue(_what_is_undefined(error)) from error

    def draws(self, state: S, event: Event) -> tuple[Any, ...] | None:
        """Return the values of which one has to come with this event, drawn at random; None when it draws nothing."""
        find = self._draws.get(state.at, {}).get(_trigger(event))
        try:
            return find(state, event) if find else None
        except (LookupError, ArithmeticError, ValueError) as error:
            raise UndefinedValue(_what_is_undefined(error)) from error

    def open(self, state: S) -> Open:
        """Return the timers, decisions, acts and spontaneous steps that this state offers."""
        find = self._open.get(state.at, NOTHING_OPEN)
        try:
            return find if isinstance(find, Open) else find(state)
        except (LookupError, ArithmeticError, ValueError) as error:
            raise UndefinedValue(_what_is_undefined(error)) from error

    def accepts(self, state: S, message_type: type) -> Acceptance:
        """Return what becomes of such a message here. `handle`: it depends on the message; `step` has the last word."""
        if message_type in self._receptions.get(state.at, {}):
            return "handle"
        kind = (state.at, message_type)
        if kind in self.DEFERRED:
            return "defer"
        return "ignore" if kind in self.IGNORED or state.at in self.FINAL else "unhandled"

    def crashed(self, state: S) -> S:
        """Return the state as it is after a crash: what was not durable is lost."""
        return state

    def final(self, state: S) -> bool:
        """Say whether the instance has come to its end."""
        return state.at in self.FINAL

    def resting(self, state: S) -> bool:
        """Say whether the instance may stay as it is for ever."""
        return state.at in self.RESTING

    def _handler(self, state: S, event: Event) -> Handler[S]:
        handler: Handler[S] | None = None
        match event:
            case TimerFired(timer=name):
                handler = self._timers.get(state.at, {}).get(name)
            case Decided(decision=name):
                handler = self._decisions.get(state.at, {}).get(name)
            case Performed(act=name):
                handler = self._requests.get(state.at, {}).get(name)
            case Happened(rule=rule):
                handler = self._spontaneous.get(state.at, {}).get(rule)
            case _:
                pass
        if handler is None:
            raise NotEnabled(f"{self.me} in `{state.at}` does not offer {_described(event)}")
        return handler

    def _not_received(self, state: S, event: Received) -> Step[S]:
        kind = (state.at, type(event.message))
        if kind in self.DEFERRED:
            raise self._deferral(state, event)
        if kind in self.IGNORED or state.at in self.FINAL:
            return ignored(state)
        raise self._refusal(state, event)

    def _deferral(self, state: S, event: Received) -> NotEnabled:
        """Return what to raise for a message that is to stay in the network."""
        return NotEnabled(f"{self.me} in `{state.at}` defers {describe(event.message)}")

    def _refusal(self, state: S, event: Event) -> ComityError:
        """Return what to raise for an event for which the state has no transition whose condition holds."""
        where = f"{self.me} in `{state.at}`"
        match event:
            case Received(sender=sender, message=message):
                return UnhandledMessage(f"{where} has no transition for {describe(message)} from {sender}")
            case Decided():
                return RefusedDecision(f"{where} has no transition for {_described(event)}")
            case _:
                return NotEnabled(f"{where} does not offer {_described(event)}")


def ignored(state: S) -> Step[S]:
    """Return the step that only removes a message."""
    return stay(state, (), -1)


def _trigger(event: Event) -> object:
    match event:
        case Received(message=message):
            return type(message)
        case TimerFired(timer=name):
            return ("timer", name)
        case Decided(decision=name):
            return ("decide", name)
        case Performed(act=name):
            return ("perform", name)
        case Happened(rule=rule):
            return ("when", rule)


def _described(event: Event) -> str:
    match event:
        case Received(message=message):
            return f"a message {message}"
        case TimerFired(timer=name):
            text = f"the timer `{name}`"
        case Decided(decision=name, value=value):
            text = f"the decision `{name}`" if value is True else f"the decision `{name}` for {value!r}"
        case Performed(act=name, outcome=outcome):
            text = f"the outcome `{outcome}` of the act `{name}`"
        case Happened(rule=rule):
            text = f"its spontaneous step {rule}"
        case _:
            return f"{event!r}, which is no event"
    return text if event.element is None else f"{text} of {event.element}"


def _what_is_undefined(error: Exception) -> str:
    match error:
        case KeyError(args=(key,)):
            return f"there is no {key}"
        case IndexError():
            return "there is no such place in the list"
        case ZeroDivisionError():
            return "a division by zero"
        case _:
            return str(error)
