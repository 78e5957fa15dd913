"""Seats with machines in, one step after another out: what a host does at each moment, whoever answers the questions.

One thing happens at a time, on the loop that runs. `Host` adds the agents and the faults.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from types import ModuleType
from typing import Any, Literal, NamedTuple

from comity.agent import Agent
from comity.errors import ComityError, NotEnabled, UnhandledMessage
from comity.machine import Event, Happened, Open, Received, Step, TimerFired
from comity.record import Entry, EntryKind, Observer, condition_of, describe
from comity.timers import ArmedTimer, TimerKey, Timers
from comity.values import Instance
from comity.virtual import VirtualLoop
from comity.wire import Envelope, Wire
from comity.world import World

_LONGEST_CHAIN = 10_000
"""So many spontaneous steps in a row are taken for a run that will never end."""

Ending = Literal["rest", "time", "steps"]
"""Why a run ended: nothing more will happen, or a limit was reached."""
AskKey = tuple[str, str, Any, Any]
"""Which question is open: decision or act, its name, its element, its key or the number of the entry into the state."""


class Crash(NamedTuple):
    """A fault to come: the instance stops after so many moments (its steps, and its agent's answers), for good or for a while."""

    after_moments: int
    fault: Literal["crash", "restart", "pause"]


@dataclass(slots=True)
class Asked:
    """What an agent was asked and has not answered. `passed_in` is the state in which it chose to leave it open."""

    passed_in: Any = None


@dataclass(slots=True)
class Seat:
    """One instance: its machine and all that the host keeps for it."""

    me: Instance
    machine: Any
    agent: Agent
    timers: Timers
    state: Any = None
    inbox: list[Envelope] = field(default_factory=list)
    clocks: dict[TimerKey, tuple[ArmedTimer, asyncio.TimerHandle]] = field(default_factory=dict)
    asked: dict[AskKey, Asked] = field(default_factory=dict)
    entries: int = 0
    moments: int = 0
    crashes: list[Crash] = field(default_factory=list)
    down: bool = False
    gone: bool = False
    asleep: bool = False  # down, and nothing is forgotten


class Engine(ABC):
    """The instances of one protocol: their states, timers and messages under way."""

    def __init__(
        self,
        protocol: ModuleType,
        parameters: Any,
        shared: Mapping[str, Any],
        seats: dict[Instance, Seat],
        wire: Wire,
        random: Random,
        fresh: Callable[[], str],
        *,
        observer: Observer | None,
        time_scale: float,
        step_limit: int,
    ) -> None:
        self._protocol = protocol
        self._seats = seats
        self._wire = wire
        self._random = random
        self._fresh = fresh
        self._observer = observer
        self._scale = time_scale
        self._step_limit = step_limit
        self._log: list[Entry] = []
        self._parameters = parameters
        self._is_model = hasattr(protocol, "shared_start")  # its instances look into each other
        self._shared: Any = protocol.shared_start(parameters, **shared) if self._is_model else None
        self._steps = 0
        self._changed_in = 0  # the step that last changed something
        self._repeated: set[tuple[Instance, TimerKey]] = set()  # repeating timers that fired since
        self._drew = False  # whether the step under way drew one of several values: another time it may go otherwise
        self._busy = 0  # scheduled calls and open questions: what can still happen without time passing

    @property
    def states(self) -> dict[str, Any]:
        """The present state of each instance, by name."""
        return {str(me): seat.state for me, seat in self._seats.items()}

    @property
    def now(self) -> float:
        """The seconds since the run began."""
        return (self._loop.time() - self._began) / self._scale

    def stop(self, ending: Ending = "time") -> None:
        """End the run now."""
        if not self._ended.done():
            self._ended.set_result(ending)

    @abstractmethod
    def _ask(self, seat: Seat, opened: Open) -> None:
        """Ask for what is newly open."""

    @abstractmethod
    def _strikes(self, seat: Seat) -> bool:
        """Let a crash that is due happen; return whether one did."""

    async def _play(self) -> Ending:
        """Start all instances and go on until nothing more can happen, or the run is stopped."""
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._ended: asyncio.Future[Ending] = self._loop.create_future()
        for seat in self._seats.values():
            self._soon(self._settle, seat, True)
        try:
            return await self._ended
        finally:
            for seat in self._seats.values():
                for _, clock in seat.clocks.values():
                    clock.cancel()

    # ---- one thing at a time

    def _soon(self, act: Callable[..., None], *arguments: Any, at: float | None = None) -> None:
        """Do something next, or at a moment; until then the run is not at rest."""
        self._busy += 1

        def call() -> None:
            self._busy -= 1
            self._guarded(act, *arguments)

        if at is None:
            self._loop.call_soon(call)
        else:
            self._loop.call_at(self._began + at * self._scale, call)

    def _guarded(self, act: Callable[..., None], *arguments: Any) -> None:
        """Do something; an error of the user's or ours ends the run with it."""
        if self._ended.done():
            return
        try:
            act(*arguments)
            self._look_for_rest()
        except Exception as error:  # it belongs to whoever awaits the run
            if not self._ended.done():
                self._ended.set_exception(error)

    def _look_for_rest(self) -> None:
        """End the run when nothing more will happen: no message, no question, no timer but repeating ones that change nothing.

        A timer that was armed since the last change is one that the repeating ones keep from firing.
        """
        if self._busy or self._ended.done():
            return
        single: list[tuple[Seat, ArmedTimer]] = []
        repeating: list[tuple[Seat, ArmedTimer]] = []
        for seat in self._seats.values():
            for armed in seat.timers.armed:
                if armed.key in seat.clocks:
                    (repeating if armed.timer.every else single).append((seat, armed))
        waiting = [armed.deadline for _, armed in single if armed.armed_in <= self._changed_in]
        if any((seat.me, armed.key) not in self._repeated for seat, armed in repeating):
            return
        if not waiting:
            self.stop("rest")
        elif isinstance(self._loop, VirtualLoop):
            for seat, armed in repeating:
                if armed.deadline < min(waiting):
                    seat.timers.postpone(armed.key, until=min(waiting))
                    self._wind(seat, armed)

    def _take(self, seat: Seat, event: Event) -> Step[Any]:
        """Let the machine take a step, with what has to be chosen for it; it raises if it cannot."""
        if self._steps >= self._step_limit:
            self.stop("steps")
        self._look(seat)
        fresh = tuple(self._fresh() for _ in range(self._protocol.FRESH))
        event = event._replace(fresh=fresh, now=self.now)
        drawn_from = seat.machine.draws(seat.state, event)
        self._drew = bool(drawn_from) and len(drawn_from) > 1
        if drawn_from:
            event = event._replace(draw=self._random.choice(drawn_from))
        step: Step[Any] = seat.machine.step(seat.state, event)
        return step

    def _accept(self, seat: Seat, step: Step[Any], entry: Entry, timer: TimerKey | None = None) -> bool:
        """Make the step's state the present one and send what it sends; return whether its state was entered (anew)."""
        self._steps += 1
        seat.moments += 1
        shared = self._shared if step.shared is None else step.shared
        changed = step.state != seat.state or shared != self._shared or entry.kind in ("decide", "perform")
        if changed or self._drew:
            self._change()
        entry = entry._replace(before=seat.state, after=step.state, sends=step.sends)
        seat.state, self._shared = step.state, shared
        if timer is not None:
            seat.timers.fired(timer, now=self.now, step=self._steps)
            if not (changed or self._drew):
                self._repeated.add((seat.me, timer))
        self._note(entry)
        for send in step.sends:
            self._send(Envelope(seat.me, send.to, send.message))
        if self._is_model and changed:
            for other in self._seats.values():
                if other is not seat and not other.down:
                    self._soon(self._settle, other, False)
        return step.entered

    def _look(self, seat: Seat) -> None:
        """Show the machine of a model the whole protocol as it is."""
        if self._is_model:
            states: dict[str, tuple[Any, ...]] = dict.fromkeys(self._protocol.ROLES, ())
            for me, other in self._seats.items():
                states[me.role] = (*states[me.role], other.state)
            down = frozenset(me for me, other in self._seats.items() if other.down and not other.asleep)
            seat.machine.world = World(self._parameters, states, self._shared, down)

    def _change(self) -> None:
        self._changed_in = self._steps
        self._repeated.clear()

    def _settle(self, seat: Seat, entered: bool) -> None:
        """After a step: take spontaneous steps at once, wind the timers, ask what is newly open, read what was deferred."""
        for _ in range(_LONGEST_CHAIN):
            if entered:
                seat.entries += 1
                seat.asked.clear()
            self._look(seat)
            opened: Open = seat.machine.open(seat.state)
            seat.timers.refresh(opened.timers, now=self.now, entered=entered, step=self._steps)
            if self._strikes(seat):
                return
            if not opened.spontaneous:
                break
            rule, element = opened.spontaneous[0]
            step = self._take(seat, Happened(rule, element))
            entered = self._accept(
                seat, step, self._entry("when", seat, condition_of(seat.machine, step.transition), element=element)
            )
        else:
            raise ComityError(f"{seat.me} takes spontaneous steps without end in {describe(seat.state)}")
        for armed in seat.timers.armed:
            self._wind(seat, armed)
        self._ask(seat, opened)
        self._soon(self._read, seat)

    def _note(self, entry: Entry) -> None:
        self._log.append(entry)
        if self._observer is not None:
            self._observer(entry)

    def _entry(self, kind: EntryKind, seat: Seat, subject: str = "", value: Any = None, **more: Any) -> Entry:
        return Entry(self.now, kind, seat.me, subject, value, **more)

    # ---- messages

    def _send(self, envelope: Envelope) -> None:
        fate = self._wire.send(envelope, self.now)
        receiver = self._seats[envelope.receiver]
        if fate.is_lost or len(fate.arrivals) > 1:
            self._change()  # a budget was spent: the next one arrives
            kind: EntryKind = "lose" if fate.is_lost else "duplicate"
            name = type(envelope.message).__name__
            self._note(self._entry(kind, receiver, name, envelope.message, sender=envelope.sender))
        for arrival in fate.arrivals:
            self._soon(self._arrive, receiver, envelope, at=arrival if arrival > self.now else None)

    def _arrive(self, seat: Seat, envelope: Envelope) -> None:
        seat.inbox.append(envelope)
        self._read(seat)

    def _read(self, seat: Seat) -> None:
        """Take the first message that is not deferred; those behind a deferred one pass it."""
        if seat.down and not seat.gone:
            return
        for place, envelope in enumerate(seat.inbox):
            deferred = not seat.gone and seat.machine.accepts(seat.state, type(envelope.message)) == "defer"
            if not deferred and self._receive(seat, place, envelope):
                self._soon(self._read, seat)
                return

    def _receive(self, seat: Seat, place: int, envelope: Envelope) -> bool:
        """Let the instance receive one message of its inbox; return False if it is deferred after all."""
        message, name = envelope.message, type(envelope.message).__name__
        step, problem = None, None
        if not self._is_deaf(seat, message):
            try:
                step = self._take(seat, Received(envelope.sender, message))
            except NotEnabled:
                return False
            except UnhandledMessage as error:
                problem = str(error)
        del seat.inbox[place]
        if step is not None:
            kind: EntryKind = "receive" if step.transition >= 0 else "ignore"
            entry = self._entry(kind, seat, name, message, sender=envelope.sender)
            self._settle(seat, self._accept(seat, step, entry))
        elif problem is not None:
            self._note(self._entry("problem", seat, name, problem, sender=envelope.sender, before=seat.state))
        else:
            self._note(self._entry("drop", seat, name, message, sender=envelope.sender))
        return True

    def _is_deaf(self, seat: Seat, message: Any) -> bool:
        """Whether a message is dropped: the instance is down for good, or final and without a use for it."""
        if seat.gone:
            return True
        handled = seat.machine.accepts(seat.state, type(message)) == "handle"
        return bool(seat.machine.final(seat.state)) and not handled

    # ---- timers

    def _wind(self, seat: Seat, armed: ArmedTimer) -> None:
        """Let the loop's clock call when the timer runs out, once for each time that it is armed."""
        known = seat.clocks.get(armed.key)
        if known is not None:
            if known[0] is armed and known[1].when() == self._moment(armed.deadline):
                return
            known[1].cancel()
        clock = self._loop.call_at(self._moment(armed.deadline), self._guarded, self._fire, seat, armed)
        seat.clocks[armed.key] = armed, clock

    def _moment(self, seconds: float) -> float:
        return self._began + seconds * self._scale

    def _fire(self, seat: Seat, armed: ArmedTimer) -> None:
        """Let a timer fire if it still runs; while no guard of it holds, it stays due and is tried after each step."""
        seat.clocks.pop(armed.key, None)
        if seat.down or seat.gone or armed not in seat.timers.armed:
            return
        name, element = armed.key
        try:
            step = self._take(seat, TimerFired(name, element))
        except NotEnabled:
            return
        entry = self._entry("timer", seat, name, element=element)
        self._settle(seat, self._accept(seat, step, entry, timer=armed.key))
