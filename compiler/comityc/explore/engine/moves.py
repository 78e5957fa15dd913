"""The local state of an instance in; every step that it can take from there out, each tried on the generated machine.

Nothing here knows of other instances (but for models, whose machines look at `world`), so what is found can be remembered.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from comity.errors import UndefinedValue
from comity.machine import Decided, Decision, Happened, Open, Performed, Received, Request, Timer, TimerFired
from comityc.explore.engine.collector import Collector, FreshIds
from comityc.explore.engine.growth import Growth
from comityc.explore.engine.labels import LabelStore
from comityc.explore.engine.moments import FAR, FOR_EVER
from comityc.explore.engine.network import NetworkStore
from comityc.explore.engine.offers import offers_in_part
from comityc.explore.engine.records import (
    ABSENT,
    ASLEEP,
    BYZANTINE,
    DEFERRED,
    DOWN,
    GONE,
    LEFT,
    LOCAL_BITS,
    LOST,
    NO_ALARMS,
    NOTHING,
    UP,
    Alarms,
    Local,
    Note,
    Record,
    TimerKey,
)
from comityc.explore.engine.rest import Primitive, RestStore
from comityc.explore.engine.setting import RoleView, Setting, budget, budgets_by_role
from comityc.explore.engine.stand_in import StandIn
from comityc.explore.engine.values import in_order
from comityc.explore.graph import Label, Obligation
from comityc.machine.model import TypeDomain

NO_MESSAGES: frozenset[str] = frozenset()
BROUGHT_BY = {"crash": GONE, "restart": DOWN, "amnesia": LOST, "pause": ASLEEP}
"""How an instance is after a fault."""


class MoveFinder:
    """Tries the steps of instances. `slots` gives the place of a budget in the rest, by fault and role."""

    def __init__(
        self,
        setting: Setting,
        labels: LabelStore,
        network: NetworkStore,
        rests: RestStore,
        slots: dict[tuple[str, str], int],
    ) -> None:
        self.setting = setting
        self.labels = labels
        self.network = network
        self.rests = rests
        self.slots = slots
        self.locals: list[list[Local]] = [[] for _ in setting.instances]
        self.world: StandIn | None = None  # of a model: what its machines look at
        self.shared_check = setting.limits.of_variables(setting.machine.shared or (), 0)
        self.growth = Growth()
        self._everything = frozenset(setting.message_names.values())
        self.used_fresh = False
        self.taken_transitions: set[tuple[str, int]] = set()
        self._numbers: list[dict[Local, int]] = [{} for _ in setting.instances]
        self._offers: list[dict[Any, Open]] = [{} for _ in setting.instances]
        self._has_requests = [any(s.requests for s in view.states.values()) for view in setting.roles]
        self.fresh_ids = FreshIds(())
        self.readings = [self._readings(view) for view in setting.roles]  # of clocks, that events may come with

    def _readings(self, view: RoleView) -> tuple[float | None, ...]:
        """Return the times that the machines of a role may read. A clock that a guard looks at may be late by the skew.

        Without a clock it may be any time. Of a comparison the ends show both outcomes.
        """
        timing = self.setting.timing
        if timing is None:
            return (None,) if self.setting.moments is None else (FAR, -FAR) if view.watches_time else (FAR,)
        return (0.0, -timing.lateness / 1000) if view.watches_time and timing.lateness else (0.0,)

    # ---- local states

    def number(self, who: int, local: Local) -> int:
        """Return the number of a local state of an instance."""
        found = self._numbers[who].get(local)
        if found is None:
            found = self._numbers[who][local] = len(self.locals[who])
            self.locals[who].append(local)
            if found >> LOCAL_BITS:
                raise OverflowError(f"{self.setting.instances[who]} has more than {1 << LOCAL_BITS} states")
        return found

    def dead(self, who: int, local: Local) -> frozenset[str]:
        """Return the messages that an instance has no use for, now and for ever."""
        if local.status in (ABSENT, LEFT):
            return self._everything
        if self.setting.exact:
            return NO_MESSAGES
        return self._everything if local.status == GONE else self.setting.roles[who].dead[local.state.at]

    def is_stuck(self, who: int, number: int) -> bool:
        """Say whether an instance that can do nothing more ought to be able to."""
        local, machine = self.locals[who][number], self.setting.machines[who]
        return local.status == UP and not machine.final(local.state) and not machine.resting(local.state)

    # ---- what an instance does by itself

    def own(self, who: int, number: int, fresh: Sequence[str] = ()) -> Record:
        """Find the steps that an instance takes by itself: timers, decisions, outcomes, spontaneous ones, coming back, joining."""
        local = self.locals[who][number]
        self._begin(fresh)
        if local.status in (GONE, LEFT, BYZANTINE):
            return NOTHING
        found = Collector(self, who, number, local)
        if local.status == ABSENT:
            joined = self.started(who, local._replace(status=UP))
            found.add(joined, (), (), self.labels.number(Label("join", found.instance)))
            return found.record()
        try:
            offered = self._open(who, local.state)
        except UndefinedValue as error:
            if local.status == UP:
                found.note(Note("no_undefined_value", -1, str(error), broken=True))
            offered, found.in_part = self._open_in_part(who, local.state), True
        if local.status == UP:
            for rule, element in offered.spontaneous:
                self._happen(found, rule, element)
            for timer in offered.timers if self.setting.timing is None else ():
                self._fire(found, timer)
            for decision in offered.decisions:
                self._decide(found, decision)
        for request in offered.requests:
            self._perform(found, request)
        if local.status in (DOWN, LOST):
            self._recover(found)
        elif local.status == ASLEEP:
            label = self.labels.number(Label("recover", found.instance, name="pause"), _recovery(found))
            found.add(local._replace(status=UP), (), (), label)
        return found.record()

    def _happen(self, found: Collector, rule: int, element: Any) -> None:
        me, at = found.instance, str(found.local.state.at)
        owed = Obligation("happen", me, (element, at) if at in found.view.several_whens else (element,))
        found.attempt(
            lambda draw: Happened(rule, element, draw, self._ids),
            Label("happen", me, element=element, value=rule),
            owed,
        )

    def alarms(self, who: int, number: int, fresh: Sequence[str] = ()) -> Alarms:
        """Find the steps of the timers that may go off now, under a clock, and how long they let time pass.

        On one clock, what is due earlier goes first.
        """
        local, timing = self.as_offered(who, self.locals[who][number]), self.setting.timing
        self._begin(fresh)
        offers = self._open_in_part(who, local.state).timers
        if timing is None or local.status != UP:
            return NO_ALARMS
        running = (*local.running, *timing.at_moments(offers, local.spent))
        found = Collector(self, who, number, local)
        offered = {(timer.name, timer.element): timer for timer in offers}
        soonest = [alarm.earliest for alarm in running if alarm.earliest > 0]
        if found.view.watches_time and self._grows_older(found):
            soonest.append(timing.tick)  # a condition may begin to hold, or end, between two deadlines
        limits: list[int] = []
        first: int | None = None
        for alarm in sorted(running, key=lambda alarm: alarm.latest):
            timer = offered.get(alarm.key)
            if timer is None or alarm.earliest > 0 or (first is not None and alarm.earliest > first):
                continue
            tried = len(found.labels)
            if self._fire(found, timer):
                first = alarm.latest if first is None else first
                if any(self.labels.obligations[label] for label in found.labels[tried:]):
                    limits.append(alarm.latest + timing.lateness)
        return Alarms(found.record(), min(soonest, default=None), min(limits, default=None))

    def _grows_older(self, found: Collector) -> bool:
        """Say whether a moment in the state of an instance still changes as time passes."""
        moments, state = self.setting.moments, found.local.state
        change = None if moments is None else moments.of_role(found.view.role.name)
        return change is not None and change(state, FOR_EVER) != state

    def _fire(self, found: Collector, timer: Timer) -> bool:
        """Try a timer; return whether it can go off."""
        spent = ("timer", timer.name, timer.element)
        if spent in found.local.spent:
            return False
        label = Label("timer", found.instance, name=timer.name, element=timer.element)
        owed = Obligation("timer", found.instance, (timer.name, timer.element))
        return not found.attempt(
            lambda draw: TimerFired(timer.name, timer.element, draw, self._ids),
            label,
            owed,
            spends=() if timer.every else (spent,),
            again=(timer.name, timer.element) if timer.every else None,
        )

    def _decide(self, found: Collector, decision: Decision) -> None:
        name, element = decision.name, decision.element
        # The same question in another state is the same where it is the same transitions, as under `any`.
        asking = _numbers_asking(found, name)
        owed = Obligation("decide", found.instance, (name, element, asking)) if decision.prompt else None
        for value in self._values(found, decision):
            label = Label("decide", found.instance, name=name, element=element, value=value)
            found.attempt(partial(self._decided, name, value, element), label, owed)

    def _values(self, found: Collector, decision: Decision) -> Iterable[Any]:
        if decision.domain is not None:
            return dict.fromkeys(decision.domain)
        if not decision.has_value:
            return (True,)
        rules = found.view.states[str(found.local.state.at)].decisions
        for rule in rules:
            if rule.name == decision.name and isinstance(rule.domain, TypeDomain):
                return self.setting.domains.values(rule.domain.type, decision.name)
        return ()

    def _perform(self, found: Collector, request: Request) -> None:
        """Try the outcomes of an act that is asked for, and its taking effect unnoticed."""
        act, element, key, arguments = request.act, request.element, request.key, request.arguments
        if _answered(request) in found.local.spent:
            return
        in_effect = (act, element) in found.local.in_effect
        rules = self.rests.rules
        if (act in rules.recorded or act in rules.undoes) and not in_effect:
            label = self.labels.number(Label("effect", found.instance, name=act, element=element, arguments=arguments))
            if key is not None:
                found.add(found.local, (), (("effect", act, key, arguments),), label)
            else:
                after = found.local._replace(in_effect=(*found.local.in_effect, (act, element)))
                found.add(after, (), (("happen", act, arguments),), label)
        if found.local.status != UP:
            return
        owed = Obligation("perform", found.instance, (act, element))
        first = self.setting.acts[act].outcomes[0]
        for outcome in request.outcomes:
            label_data = Label(
                "perform", found.instance, name=act, element=element, outcome=outcome, arguments=arguments
            )
            how: tuple[Primitive, ...]
            if key is not None:
                how = (("ok", act, key, arguments) if outcome == first else ("refused", act, key),)
            elif outcome == first:
                how = () if in_effect else (("happen", act, arguments),)
            elif in_effect:
                continue
            else:
                how = ()
            found.attempt(
                partial(self._performed, act, outcome, element),
                label_data,
                owed,
                spends=(_answered(request),),
                primitives=how,
                answered=request,
            )

    def _recover(self, found: Collector) -> None:
        who, local, view = found.who, found.local, found.view
        if local.status == DOWN:
            state = self.setting.machines[who].crashed(local.state)
            entered = view.role.restart_in is not None
        else:
            state, entered = local.origin, True
            for at in view.ghosts:
                state = state._replace(**{state._fields[at]: local.state[at]})
        name = "restart" if local.status == DOWN else "amnesia"
        label = self.labels.number(Label("recover", found.instance, name=name), _recovery(found))
        anew = local._replace(state=state, status=UP)
        if local.status == LOST:
            anew = anew._replace(spent=(), in_effect=(), running=())
        after, primitives = self.settle(who, local, anew, entered, (), None)
        found.add(after, (), primitives, label)

    def _decided(self, name: str, value: Any, element: Any, draw: Any) -> Decided:
        return Decided(name, value, element, draw, self._ids)

    def _performed(self, act: str, outcome: str, element: Any, draw: Any) -> Performed:
        return Performed(act, outcome, element, draw, self._ids)

    # ---- what the network and the faults do to it

    def deliver(
        self, who: int, number: int, envelope: int, fresh: Sequence[str] = (), *, forged: bool = False
    ) -> Record:
        """Find what an instance does with a message."""
        local, sent = self.locals[who][number], self.network.envelopes[envelope]
        self._begin(fresh)
        if local.status != UP:
            return NOTHING
        found = Collector(self, who, number, local)
        kept = self.setting.order == "sent_set" and not forged
        label = Label(
            "forge" if forged else "deliver", found.instance, sender=sent.sender, message=sent.message, kept=kept
        )
        faults = self.setting.faults
        owed, moments = None, self.setting.moments
        message = sent.message if moments is None else moments.timeless(sent.message)
        if not forged and not (self.setting.order == "sent_set" and faults.lose == "any"):
            owed = Obligation("deliver", found.instance, (sent.sender, message))
        deferred = found.attempt(lambda draw: Received(sent.sender, sent.message, draw, self._ids), label, owed)
        return DEFERRED if deferred else found.record()

    def faults(self, who: int, number: int) -> Record:
        """Find how faults may strike an instance, and whether it may leave."""
        local = self.locals[who][number]
        if local.status != UP or self.setting.machines[who].final(local.state):
            return NOTHING
        found = Collector(self, who, number, local)
        envelope, role = self.setting.faults, found.view.role.name
        for name, budgets in budgets_by_role(envelope):
            if budget(budgets, role) == 0:
                continue
            status = BROUGHT_BY[name]
            label = Label("crash", found.instance) if status == GONE else Label("down", found.instance, name=name)
            after, primitives = self._struck(who, local, status)
            slot = self.slots.get((name, role))
            found.add(
                after, (), primitives if slot is None else (("spend", slot), *primitives), self.labels.number(label)
            )
        if found.view.role.dynamic:
            _, primitives = self.settle(who, local, local._replace(status=LEFT), False, (), None)
            found.add(Local(local.state, LEFT), (), primitives, self.labels.number(Label("leave", found.instance)))
        return found.record()

    def _struck(self, who: int, local: Local, status: int) -> tuple[Local, tuple[Primitive, ...]]:
        """Return how a fault leaves an instance, and which acts it does not ask for any more."""
        if status == ASLEEP:
            return local._replace(status=ASLEEP), ()
        state = self.setting.machines[who].crashed(local.state)._replace(at=local.state.at)
        after, primitives = self.settle(who, local, local._replace(state=state, status=status), False, (), None)
        return (Local(state, GONE) if status == GONE else after), primitives

    # ---- the step itself

    def settle(
        self,
        who: int,
        before: Local,
        after: Local,
        entered: bool,
        spends: tuple[Any, ...],
        answered: Request | None,
        again: TimerKey | None = None,
    ) -> tuple[Local, tuple[Primitive, ...]]:
        """Work out what is spent after a step, which timers run, and which acts are no longer asked for."""
        settled, primitives = self._settle(who, before, after, entered, spends, answered)
        return self._with_timers(who, settled, entered=entered, again=again), primitives

    def started(self, who: int, local: Local) -> Local:
        """Return an instance that starts, with its timers running."""
        return self._with_timers(who, local, entered=True)

    def as_offered(self, who: int, local: Local) -> Local:
        """Return a local state with the timers that are offered: in a model, another's step may have changed them."""
        return self._with_timers(who, local, entered=False) if self.setting.is_model else local

    def with_marks_of_offered(self, who: int, local: Local) -> Local:
        """Return a local state without the marks of timers that are not offered any more."""
        offered = {(timer.name, timer.element) for timer in self._open_in_part(who, local.state).timers}
        kept = tuple(mark for mark in local.spent if mark[0] != "timer" or mark[1:] in offered)
        return local if kept == local.spent else local._replace(spent=kept)

    def _with_timers(self, who: int, local: Local, *, entered: bool, again: TimerKey | None = None) -> Local:
        timing = self.setting.timing
        if timing is None or local.status in (GONE, LEFT, BYZANTINE):
            return local
        offered = () if local.status == LOST else self._open_in_part(who, local.state).timers
        running = timing.arm(local.running, offered, local.spent, entered=entered, again=again)
        return local if running == local.running else local._replace(running=running)

    def _settle(
        self, who: int, before: Local, after: Local, entered: bool, spends: tuple[Any, ...], answered: Request | None
    ) -> tuple[Local, tuple[Primitive, ...]]:
        if not (before.spent or after.spent or before.in_effect or spends or self._has_requests[who]):
            return after, ()
        was = self._open_in_part(who, before.state)
        offered = Open((), (), (), ()) if after.status in (GONE, LEFT) else self._open_in_part(who, after.state)
        over = {*after.spent, *spends}
        spent = [
            ("timer", t.name, t.element)
            for t in offered.timers
            if ("timer", t.name, t.element) in over and (t.lasting or not entered) and _moment(t, was) == t.moment
        ]
        if not entered:
            spent += [_answered(r) for r in offered.requests if _answered(r) in over]
        asked = [r for r in was.requests if _answered(r) not in before.spent and r != answered]
        now = [r for r in offered.requests if _answered(r) not in spent]
        keyed = {(r.act, r.key) for r in now if r.key is not None}
        unkeyed = set() if entered else {(r.act, r.element) for r in now if r.key is None}
        primitives: list[Primitive] = []
        for request in asked:
            act, element = request.act, request.element
            if request.key is not None and (act, request.key) not in keyed and not _same_act(request, answered):
                primitives.append(("left", act, request.key, request.arguments))
            elif request.key is None and (act, element) not in unkeyed and (act, element) not in before.in_effect:
                primitives.append(("dropped", act, request.arguments))
        in_effect = tuple(
            e for e in after.in_effect if e in unkeyed and not (answered and e == (answered.act, answered.element))
        )
        return after._replace(spent=in_order(spent), in_effect=in_effect), tuple(primitives)

    def _begin(self, fresh: Sequence[str]) -> None:
        self.fresh_ids = FreshIds(fresh)
        self.used_fresh = False

    @property
    def _ids(self) -> Any:
        self.fresh_ids.taken.clear()
        return self.fresh_ids

    def _open(self, who: int, state: Any) -> Open:
        if self.setting.is_model:
            offered: Open = self.setting.machines[who].open(state)
            return offered
        known = self._offers[who].get(state)
        if known is None:
            known = self._offers[who][state] = self.setting.machines[who].open(state)
        return known

    def _open_in_part(self, who: int, state: Any) -> Open:
        """Return what is open; where a guard has no value, what else may be, to be tried one by one."""
        try:
            return self._open(who, state)
        except UndefinedValue:
            if self.setting.timing is not None:
                return Open((), (), (), ())
            return offers_in_part(self.setting.roles[who].states[str(state.at)])


def _recovery(found: Collector) -> Obligation:
    """What an instance that is down or asleep is owed: to go on in the end."""
    return Obligation("recover", found.instance)


def _answered(request: Request) -> tuple[Any, ...]:
    return ("act", request.act, request.element, request.key)


def _numbers_asking(found: Collector, name: str) -> tuple[int, ...]:
    rules = found.view.states[str(found.local.state.at)].decisions
    return tuple(candidate.number for rule in rules if rule.name == name for candidate in rule.candidates)


def _moment(timer: Timer, before: Open) -> float | None:
    """Return the moment at which a timer was due before; one that is due at another is another timer."""
    known = (t.moment for t in before.timers if (t.name, t.element) == (timer.name, timer.element))
    return next(known, timer.moment)


def _same_act(request: Request, answered: Request | None) -> bool:
    return answered is not None and (request.act, request.key) == (answered.act, answered.key)
