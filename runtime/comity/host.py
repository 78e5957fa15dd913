"""A generated protocol and a handler for each role in, a run in this process out: the host of machines on asyncio.

    from comity.host import run
    from generated import threshold_vote

    outcome = run(threshold_vote, handlers={"chair": Chair(), "voter": Voter()})
    print(outcome.states["chair"].verdict)

The host keeps what a machine does not: the clock and the timers, the messages under way, and what was asked of the
handlers. One thing happens at a time; handlers may take as long as they like, meanwhile everything else goes on.
"""

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from random import Random
from types import ModuleType
from typing import Any, Literal, NamedTuple

from comity.agent import Question, Task, agents_for
from comity.engine import Asked, AskKey, Crash, Ending, Engine, Seat
from comity.errors import ComityError, NotEnabled, RefusedDecision
from comity.machine import Decided, Decision, Open, Performed, Request
from comity.record import Entry, Observer, describe
from comity.seal import digester, fresh_ids
from comity.timers import Timers
from comity.values import Instance
from comity.virtual import VirtualLoop
from comity.wire import Faults, Wire, draw_while

_RESTART_SECONDS = 1.0
"""How long an instance that is to come back stays down."""
_LAST_MOMENT = 3
"""A crash strikes at one of an instance's first moments: at its start, after a step, or before an answer is recorded."""
_LOOK_SECONDS = 0.1
"""How often an answer looks whether the instance that it is for has woken."""
_RETRY_SECONDS = 1.0
"""How long after an error an act is tried again; twice as long each time."""


class Outcome(NamedTuple):
    """How a run ended: at `rest` (nothing more will happen), or cut off by the limit of `time` or of `steps`.

    `states` maps the name of each instance (`voter[0]`) to its last state.
    """

    states: Mapping[str, Any]
    log: tuple[Entry, ...]
    ending: Ending
    seconds: float
    shared: Any = None

    @property
    def problems(self) -> tuple[Entry, ...]:
        """What went against the protocol: messages that nothing handles."""
        return tuple(entry for entry in self.log if entry.kind == "problem")


def run(
    protocol: ModuleType,
    parameters: Any = None,
    handlers: Mapping[str, object] | None = None,
    *,
    time_scale: float = 1.0,
    **options: Any,
) -> Outcome:
    """Run a protocol to its end and return what came of it. `options` are those of `Host`.

    `time_scale` is how long a second of the protocol takes; with 0, time is virtual and jumps to the next deadline.
    """

    async def hosted() -> Outcome:
        return await Host(protocol, parameters, handlers, time_scale=time_scale or 1.0, **options).run()

    with asyncio.Runner(loop_factory=None if time_scale else VirtualLoop) as runner:
        return runner.run(hosted())


class Host(Engine):
    """All instances of one protocol in one process. Make one, await `run`; the clock is that of the running loop.

    `handlers` are found by role or by instance (`voter[1]`). `seed` makes draws, fresh ids and faults repeatable. `start`
    gives the values that `start_in` leaves open, by role or instance (of a model under `shared` too). A refused
    decision is asked again, and an act whose handler raises an error is tried again, `retries` times.
    """

    def __init__(
        self,
        protocol: ModuleType,
        parameters: Any = None,
        handlers: Mapping[str, object] | None = None,
        *,
        instance: str | None = None,
        faults: Faults | None = None,
        seed: int | None = None,
        start: Mapping[str, Mapping[str, Any]] | None = None,
        observer: Observer | None = None,
        retries: int = 2,
        time_scale: float = 1.0,
        time_limit: float | None = None,
        step_limit: int = 100_000,
    ) -> None:
        parameters = protocol.Parameters() if parameters is None else parameters
        parameters.check()
        faults, start = faults or Faults(), start or {}
        random = Random(seed)
        fresh = fresh_ids(None if seed is None else random)
        self.instance = instance or f"{protocol.PROTOCOL}-{fresh()}"
        instances = tuple(protocol.instances(parameters))
        agents = agents_for(handlers or {}, instances)
        digest = digester(self.instance)
        seats: dict[Instance, Seat] = {}
        for me in instances:
            machine = protocol.ROLES[me.role](parameters, me.number, digest)
            given = start.get(str(me), start.get(me.role, {}))
            seats[me] = Seat(me, machine, agents[me], Timers(random.uniform), machine.start(**given))
        wire = Wire(faults, random)
        super().__init__(
            protocol,
            parameters,
            start.get("shared", {}),
            seats,
            wire,
            random,
            fresh,
            observer=observer,
            time_scale=time_scale,
            step_limit=step_limit,
        )
        self._retries = retries
        self._time_limit = time_limit
        self._effects: set[str] = set()  # keys of acts that are known to have taken effect
        self._tasks: set[asyncio.Task[None]] = set()
        self._plan(faults)

    async def run(self) -> Outcome:
        """Run until nothing more can happen, or a limit is reached."""
        if self._time_limit is not None:
            asyncio.get_running_loop().call_later(self._time_limit * self._scale, self.stop)
        try:
            ending = await self._play()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        return Outcome(self.states, tuple(self._log), ending, self.now, self._shared)

    # ---- decisions and acts

    def _ask(self, seat: Seat, opened: Open) -> None:
        """Ask the agent what it was not asked yet, or chose to leave open in another state; forget what is open no more."""
        wanted: dict[AskKey, Decision | Request] = {}
        for decision in opened.decisions:
            wanted["decide", decision.name, decision.element, None] = decision
        for request in opened.requests:
            which = seat.entries if request.key is None else request.key
            wanted["perform", request.act, request.element, which] = request
        for key in [key for key in seat.asked if key not in wanted]:
            del seat.asked[key]
        for key, item in wanted.items():
            known = seat.asked.get(key)
            if known is None or (known.passed_in is not None and known.passed_in != seat.state):
                self._consult(seat, key, item)

    def _consult(self, seat: Seat, key: AskKey, item: Decision | Request) -> None:
        asked = seat.asked[key] = Asked()
        if isinstance(item, Decision):  # noqa: SIM108  (too long for one line)
            answer = self._decide(seat, key, asked, item)
        else:
            answer = self._perform(seat, key, asked, item)
        self._busy += 1
        task = self._loop.create_task(answer)
        self._tasks.add(task)
        task.add_done_callback(self._consulted)

    def _consulted(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._busy -= 1
        if not task.cancelled():
            task.exception()  # asked for here, so that asyncio does not complain of one that comes after the first
            self._guarded(task.result)

    async def _decide(self, seat: Seat, key: AskKey, asked: Asked, decision: Decision) -> None:
        name, element, refusal = decision.name, decision.element, None
        for _ in range(self._retries + 1):
            question = Question(
                seat.me, name, element, decision.domain, decision.has_value, seat.state, self._parameters, refusal
            )
            value = seat.agent.decide(question)
            if inspect.isawaitable(value):
                value = await value
            if await self._is_too_late(seat, key, asked):
                if not _leaves_open(value, decision):
                    self._note(self._entry("late", seat, name, value, element=element))
                return
            if _leaves_open(value, decision):
                asked.passed_in = seat.state
                return
            try:
                step = self._take(seat, Decided(name, value, element))
            except RefusedDecision as error:
                refusal = str(error)
                self._note(self._entry("refuse", seat, name, refusal, element=element))
                continue
            del seat.asked[key]
            self._settle(seat, self._accept(seat, step, self._entry("decide", seat, name, value, element=element)))
            return
        raise RefusedDecision(f"{seat.me}: {refusal}")

    async def _perform(self, seat: Seat, key: AskKey, asked: Asked, request: Request) -> None:
        act, element = request.act, request.element
        name = self._idempotency_key(seat, request)
        self._note(self._entry("request", seat, act, request.arguments, element=element))
        outcome = request.outcomes[0] if name in self._effects else await self._try(seat, request, name)
        if outcome is not None and outcome not in request.outcomes:
            raise ComityError(f"{act} came to `{outcome}`, but its outcomes are {', '.join(request.outcomes)}")
        if await self._is_too_late(seat, key, asked):
            self._note(self._entry("late", seat, act, outcome, element=element))
            return
        if outcome is None:
            self._note(self._entry("unknown", seat, act, element=element))
            return
        try:
            step = self._take(seat, Performed(act, outcome, element))
        except NotEnabled:
            raise ComityError(
                f"{act} came to `{outcome}`, which {describe(seat.state)} has no transition for"
            ) from None
        del seat.asked[key]
        if outcome == request.outcomes[0]:
            self._effects.add(name)
        self._settle(seat, self._accept(seat, step, self._entry("perform", seat, act, outcome, element=element)))

    async def _try(self, seat: Seat, request: Request, key: str) -> str | None:
        """Let the agent act, again after an error, always under the same key; None when nobody knows what came of it."""
        task = Task(
            seat.me,
            request.act,
            request.element,
            request.arguments,
            request.outcomes,
            seat.state,
            self._parameters,
            key,
        )
        for attempt in range(self._retries + 1):
            try:
                outcome = seat.agent.perform(task)
                if inspect.isawaitable(outcome):
                    outcome = await outcome
            except ComityError:
                raise
            except Exception as error:  # the world may fail in any way; that is no reason to stop everybody else
                self._note(self._entry("fail", seat, request.act, repr(error), element=request.element))
                await asyncio.sleep(_RETRY_SECONDS * 2**attempt * self._scale)
            else:
                return outcome
        return None

    def _idempotency_key(self, seat: Seat, request: Request) -> str:
        if request.key is not None:
            return f"{self.instance}/{request.act}/{describe(request.key)}"
        element = "" if request.element is None else f"/{describe(request.element)}"
        return f"{self.instance}/{request.act}/{seat.me}/{seat.entries}{element}"

    # ---- crashes

    def _plan(self, faults: Faults) -> None:
        """Choose which instances stop, and after how many of their steps."""
        kinds: tuple[tuple[Literal["crash", "restart", "pause"], Sequence[str]], ...] = (
            ("crash", faults.crash),
            ("restart", faults.restart),
            ("pause", faults.pause),
        )
        for fault, name in [(fault, name) for fault, names in kinds for name in names]:
            fitting = [seat for me, seat in self._seats.items() if name in (str(me), me.role)]
            if not fitting:
                raise ComityError(f"no role or instance `{name}` here to {fault}")
            fresh = [seat for seat in fitting if not seat.crashes] or fitting
            after = self._random.randint(0, _LAST_MOMENT)
            self._random.choice(fresh).crashes.append(Crash(after, fault))

    def _strikes(self, seat: Seat) -> bool:
        due = [crash for crash in seat.crashes if crash.after_moments <= seat.moments]
        if not due or seat.asleep or seat.machine.final(seat.state):
            return False
        seat.crashes.remove(due[0])
        seat.down = True
        if due[0].fault == "pause":
            self._fall_asleep(seat)
            return True
        seat.gone = due[0].fault == "crash"
        seat.asked.clear()
        before = seat.state
        if not seat.gone:
            seat.state = seat.machine.crashed(seat.state)
            self._soon(self._come_back, seat, before, at=self.now + _RESTART_SECONDS)
        else:
            for _, clock in seat.clocks.values():
                clock.cancel()
            seat.clocks.clear()
            self._soon(self._read, seat)
        self._change()
        self._note(self._entry("crash", seat, before=before, after=seat.state))
        return True

    def _fall_asleep(self, seat: Seat) -> None:
        seat.asleep = True
        self._soon(self._wake, seat, at=self.now + draw_while(self._random))
        self._change()
        self._note(self._entry("pause", seat, before=seat.state, after=seat.state))

    def _wake(self, seat: Seat) -> None:
        """Go on as if nothing had been: late timers fire, messages and answers that waited are taken."""
        seat.asleep = seat.down = False
        self._change()
        self._note(self._entry("wake", seat, before=seat.state, after=seat.state))
        self._settle(seat, False)

    async def _is_too_late(self, seat: Seat, key: AskKey, asked: Asked) -> bool:
        """Whether an answer is not wanted any more; one for an instance that sleeps waits until it wakes."""
        seat.moments += 1
        self._strikes(seat)
        while seat.asleep:
            await asyncio.sleep(_LOOK_SECONDS * self._scale)
        return seat.asked.get(key) is not asked

    def _come_back(self, seat: Seat, before: Any) -> None:
        """Go on where the instance stopped, or in the state in which its role restarts."""
        seat.down = False
        self._change()
        self._note(self._entry("restart", seat, before=before, after=seat.state))
        self._settle(seat, before is not None and before.at != seat.state.at)


def _leaves_open(value: Any, decision: Decision) -> bool:
    """Whether the answer means "not now": None that is not among the values, or False where there is no value."""
    if not decision.has_value:
        return not value
    return value is None and (decision.domain is None or None not in decision.domain)
