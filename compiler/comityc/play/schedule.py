"""A plan and a generated module in; the one run that the plan describes, step by step, out.

The order of things, always the same: a crash whose condition holds, a `when`, an answer, a message in the order sent, and
only when none of these is possible, time. Nothing here is concurrent and nothing is drawn but by a fixed seed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from types import ModuleType
from typing import Any

from comity.errors import NotEnabled, RefusedDecision, UndefinedValue, UnhandledMessage
from comity.machine import (
    Decided,
    Decision,
    Event,
    Happened,
    Open,
    Performed,
    Received,
    Request,
    Send,
    Step,
    TimerFired,
)
from comity.record import Entry, EntryKind, condition_of, describe
from comity.seal import digester
from comity.timers import ArmedTimer, TimerKey, Timers
from comity.values import Instance
from comity.wire import Envelope
from comity.world import Happening, World
from comityc.play.plan import Answering, Condition, Plan

MOST_STEPS = 10_000
"""A schedule that takes more steps than this is taken for one without an end."""

UNKNOWN = "unknown"
"""The answer that leaves an act without an outcome."""

AskKey = tuple[str, str, Any, Any]
ActKey = tuple[Any, ...]


class ScheduleFailed(Exception):
    """The schedule cannot be played to its end; the text says why."""


@dataclass(slots=True)
class Seat:
    """One instance, and what was asked of it: each open question with the number of its turn, None once it stays unanswered."""

    me: Instance
    machine: Any
    state: Any
    timers: Timers
    asked: dict[AskKey, tuple[int | None, Decision | Request]] = field(default_factory=dict)
    entries: int = 0
    down: bool = False


class Schedule:
    """A run of one plan. `play` it once, then read `trace` and `world`."""

    def __init__(self, plan: Plan, module: ModuleType, observer: Callable[[Entry], None] | None = None) -> None:
        self.trace: list[Entry] = []
        self._plan = plan
        self._module = module
        self._observer = observer
        self._random = Random(0)
        self._now = 0.0
        self._steps = 0
        self._changed_in = 0  # the step that last changed something
        self._repeated: set[tuple[Instance, TimerKey]] = set()  # repeating timers that fired since
        self._turns = 0
        self._network: list[Envelope] = []
        self._lists = Answering(plan.decisions), Answering(plan.performs)
        self._hold = list(plan.hold)
        self._lose = list(plan.lose)
        self._crash = list(plan.crash)
        self._acts: list[Happening] = []
        self._effects: dict[ActKey, int] = {}  # where in `_acts` an act took effect
        self._stopped: set[ActKey] = set()  # acts that were undone: their tombstones
        self._shared: Any = module.shared_start(plan.parameters) if plan.looks else None
        digest = digester(module.PROTOCOL)
        self._seats = {}
        for me in module.instances(plan.parameters):
            machine = module.ROLES[me.role](plan.parameters, me.number, digest)
            try:
                start = machine.start()
            except (LookupError, ArithmeticError) as error:
                raise UndefinedValue(f"a start value of `{me}` is not there") from error
            self._seats[me] = Seat(me, machine, start, Timers(lambda shortest, longest: shortest))

    @property
    def world(self) -> World:
        """The whole protocol as it is now."""
        states: dict[str, tuple[Any, ...]] = dict.fromkeys(self._module.ROLES, ())
        for me, seat in self._seats.items():
            states[me.role] = (*states[me.role], seat.state)
        down = frozenset(me for me, seat in self._seats.items() if seat.down)
        return World(self._plan.parameters, states, self._shared, down, frozenset(), tuple(self._acts))

    @property
    def seconds(self) -> float:
        """How much time has passed."""
        return self._now

    @property
    def states(self) -> dict[str, Any]:
        """The present state of each instance, by name."""
        return {str(me): seat.state for me, seat in self._seats.items()}

    def play(self) -> None:
        """Take one step after another until nothing more can happen; raise `ScheduleFailed` when the protocol is violated."""
        for seat in self._seats.values():
            self._refresh(seat, entered=True)
        moves = (self._release, self._stop_one, self._go_on, self._answer, self._deliver, self._pass_time)
        while any(move() for move in moves):
            if self._steps >= MOST_STEPS:
                raise ScheduleFailed(f"it has no end: {MOST_STEPS} steps were taken, and things still change")

    # ---- the moves, first come first; each says whether it did something

    def _release(self) -> bool:
        """Hold back no longer what has waited for a condition that holds now; that is no step by itself."""
        self._hold = [(sent, condition) for sent, condition in self._hold if not self._holds(condition)]
        return False

    def _stop_one(self) -> bool:
        """Stop an instance whose time to crash has come."""
        for crash in self._crash:
            which, condition = crash
            if self._holds(condition):
                self._crash.remove(crash)
                seat = self._seats[which(self.world)]
                if not seat.down:
                    seat.down = True
                    self._change()
                    self._note("crash", seat, before=seat.state, after=seat.state)
                return True
        return False

    def _go_on(self) -> bool:
        """Take the first spontaneous step that is open."""
        for seat in self._live():
            spontaneous = self._open(seat).spontaneous
            if spontaneous:
                rule, element = spontaneous[0]
                step = self._try(seat, Happened(rule, element))
                condition = condition_of(seat.machine, step.transition)
                self._accept(seat, step, self._entry("when", seat, condition, element=element))
                return True
        return False

    def _answer(self) -> bool:
        """Answer the question that was asked first, of those that have an answer."""
        questions = [
            (turn, seat, key, item)
            for seat in self._live()
            for key, (turn, item) in seat.asked.items()
            if turn is not None
        ]
        for _, seat, key, item in sorted(questions, key=lambda question: question[0]):
            if self._decide(seat, key, item) if isinstance(item, Decision) else self._perform(seat, key, item):
                return True
        return False

    def _deliver(self) -> bool:
        """Deliver the first message that is not held back, and not deferred by its receiver."""
        blocked: set[tuple[Instance, Instance]] = set()
        for place, envelope in enumerate(self._network):
            pair = envelope.sender, envelope.receiver
            keeps_order = self._plan.ordered or type(envelope.message) in self._plan.in_order
            if any(sent.fits(envelope.sender, envelope.message) for sent, _ in self._hold):
                if keeps_order:
                    blocked.add(pair)
            elif not (keeps_order and pair in blocked) and self._receive(place, envelope):
                return True
        return False

    def _pass_time(self) -> bool:
        """Let the earliest timer fire. When the repeating ones have all fired and changed nothing, only the others count.

        A timer that was armed since the last change is one that the repeating ones keep from firing.
        """
        enabled = sorted(self._enabled_timers(), key=lambda found: found[1].deadline)
        repeating = [(seat, armed) for seat, armed, _ in enabled if armed.timer.every]
        if all((seat.me, armed.key) in self._repeated for seat, armed in repeating):
            enabled = [found for found in enabled if not found[1].timer.every and found[1].armed_in <= self._changed_in]
            for seat, armed in repeating if enabled else ():
                if armed.deadline <= enabled[0][1].deadline:
                    seat.timers.postpone(armed.key, until=enabled[0][1].deadline)
        if not enabled:
            return False
        seat, armed, step = enabled[0]
        self._now = max(self._now, armed.deadline)
        name, element = armed.key
        self._accept(seat, step, self._entry("timer", seat, name, element=element), timer=armed.key)
        return True

    # ---- what the moves need

    def _live(self) -> Iterator[Seat]:
        return (seat for seat in self._seats.values() if not seat.down)

    def _holds(self, condition: Condition) -> bool:
        """Whether a condition of the scenario holds; one that looks at what is not there yet does not."""
        try:
            return bool(condition(self.world))
        except (UndefinedValue, LookupError, ArithmeticError):
            return False

    def _open(self, seat: Seat) -> Open:
        self._look(seat)
        opened: Open = seat.machine.open(seat.state)
        return opened

    def _look(self, seat: Seat) -> None:
        if self._plan.looks:
            seat.machine.world = self.world

    def _enabled_timers(self) -> Iterator[tuple[Seat, ArmedTimer, Step[Any]]]:
        for seat in self._live():
            for armed in seat.timers.armed:
                name, element = armed.key
                try:
                    step = self._try(seat, TimerFired(name, element), now=max(self._now, armed.deadline))
                except NotEnabled:
                    continue
                yield seat, armed, step

    def _decide(self, seat: Seat, key: AskKey, decision: Decision) -> bool:
        values = self._lists[0].of(seat.me, decision.name)
        if not values:
            return False
        value = values.pop(0)
        del seat.asked[key]
        try:
            self._step(
                seat, Decided(decision.name, value, decision.element), "decide", decision.name, value, decision.element
            )
        except RefusedDecision as error:
            raise ScheduleFailed(f"{seat.me} cannot decide {decision.name} = {describe(value)}: {error}") from None
        return True

    def _perform(self, seat: Seat, key: AskKey, request: Request) -> bool:
        act, element = request.act, request.element
        identity: ActKey = (act, request.key) if request.key is not None else (act, *key, seat.me, seat.entries)
        outcome = self._outcome(seat, request, identity)
        if outcome == UNKNOWN:
            seat.asked[key] = None, request
            self._note("unknown", seat, act, element=element)
            return True
        del seat.asked[key]
        if outcome == request.outcomes[0]:
            self._take_effect(identity, request)
        try:
            self._step(seat, Performed(act, outcome, element), "perform", act, outcome, element)
        except NotEnabled:
            raise ScheduleFailed(f"{seat.me} has no transition for {act} -> {outcome}") from None
        return True

    def _outcome(self, seat: Seat, request: Request, identity: ActKey) -> str:
        """Find what comes of an act: again what came of it before, or the next answer of its list, or that it succeeds."""
        if identity in self._effects:
            return request.outcomes[0]
        answers = self._lists[1].of(seat.me, request.act)
        if answers:
            return str(answers.pop(0))
        return request.outcomes[-1] if identity in self._stopped else request.outcomes[0]

    def _take_effect(self, identity: ActKey, request: Request) -> None:
        if identity not in self._effects and identity not in self._stopped:
            self._effects[identity] = len(self._acts)
            self._acts.append(Happening(request.act, request.arguments))
        undone = (self._plan.undoes or {}).get(request.act)
        if undone is not None:
            self._stopped.add((undone, request.key))
            place = self._effects.get((undone, request.key))
            if place is not None:
                self._acts[place] = self._acts[place]._replace(undone=True)

    def _receive(self, place: int, envelope: Envelope) -> bool:
        """Deliver one message; return False if its receiver defers it."""
        seat, message = self._seats[envelope.receiver], envelope.message
        name = type(message).__name__
        self._look(seat)
        accepted = seat.machine.accepts(seat.state, type(message))
        if seat.down or (seat.machine.final(seat.state) and accepted != "handle"):
            del self._network[place]
            self._note("drop", seat, name, message, sender=envelope.sender)
            return True
        if accepted == "defer":
            return False
        try:
            step = self._try(seat, Received(envelope.sender, message))
        except NotEnabled:
            return False
        except UnhandledMessage as error:
            raise ScheduleFailed(f"a message that nothing handles: {error}") from None
        del self._network[place]
        kind: EntryKind = "receive" if step.transition >= 0 else "ignore"
        self._accept(seat, step, self._entry(kind, seat, name, message, sender=envelope.sender))
        return True

    # ---- one step

    def _try(self, seat: Seat, event: Event, now: float | None = None) -> Step[Any]:
        """Return the step that an event would be, with what has to be chosen for it; nothing is changed."""
        self._look(seat)
        count = self._module.FRESH
        fresh = tuple(f"id{self._steps * count + i}" for i in range(count))
        event = event._replace(fresh=fresh, now=self._now if now is None else now)
        try:
            drawn_from = seat.machine.draws(seat.state, event)
            if drawn_from:
                event = event._replace(draw=self._random.choice(drawn_from))
            step: Step[Any] = seat.machine.step(seat.state, event)
        except UndefinedValue as error:
            raise ScheduleFailed(f"{seat.me} in {describe(seat.state)}: {error}") from None
        return step

    def _step(
        self, seat: Seat, event: Event, kind: EntryKind, subject: str = "", value: Any = None, element: Any = None
    ) -> None:
        self._accept(seat, self._try(seat, event), self._entry(kind, seat, subject, value, element=element))

    def _accept(self, seat: Seat, step: Step[Any], entry: Entry, timer: TimerKey | None = None) -> None:
        """Make the step's state the present one and send what it sends."""
        self._steps += 1
        shared = self._shared if step.shared is None else step.shared
        changed = step.state != seat.state or shared != self._shared or entry.kind in ("decide", "perform")
        if changed:
            self._change()
        before, seat.state = seat.state, step.state
        self._shared = shared
        if timer is not None:
            seat.timers.fired(timer, now=self._now, step=self._steps)
            if not changed:
                self._repeated.add((seat.me, timer))
        self._record(entry._replace(before=before, after=step.state, sends=step.sends))
        for send in step.sends:
            self._send(seat, send)
        for other in self._seats.values() if self._plan.looks else (seat,):
            self._refresh(other, entered=step.entered and other is seat)

    def _send(self, seat: Seat, send: Send) -> None:
        for sent in self._lose:
            if sent.fits(seat.me, send.message):
                self._lose.remove(sent)
                self._note("lose", self._seats[send.to], type(send.message).__name__, send.message, sender=seat.me)
                return
        self._network.append(Envelope(seat.me, send.to, send.message))

    def _refresh(self, seat: Seat, *, entered: bool) -> None:
        """Bring the timers and the open questions of an instance up to date with its state."""
        if entered:
            seat.entries += 1
            seat.asked.clear()
        opened = self._open(seat)
        seat.timers.refresh(opened.timers, now=self._now, entered=entered, step=self._steps)
        wanted: dict[AskKey, Decision | Request] = {}
        for request in opened.requests:
            wanted["perform", request.act, request.element, request.key] = request
        for decision in opened.decisions:
            wanted["decide", decision.name, decision.element, None] = decision
        seat.asked = {key: (turn, wanted[key]) for key, (turn, _) in seat.asked.items() if key in wanted}
        for key, item in wanted.items():
            if key not in seat.asked:
                self._turns += 1
                seat.asked[key] = self._turns, item

    def _change(self) -> None:
        self._changed_in = self._steps
        self._repeated.clear()

    def _entry(self, kind: EntryKind, seat: Seat, subject: str = "", value: Any = None, **more: Any) -> Entry:
        return Entry(self._now, kind, seat.me, subject, value, **more)

    def _note(self, kind: EntryKind, seat: Seat, subject: str = "", value: Any = None, **more: Any) -> None:
        self._record(self._entry(kind, seat, subject, value, **more))

    def _record(self, entry: Entry) -> None:
        self.trace.append(entry)
        if self._observer is not None:
            self._observer(entry)
