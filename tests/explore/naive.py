"""A second explorer, written to be plainly right and nothing else: no packing, no memory, no dropping of messages.

It covers instances, timers, clocks, decisions over given domains, draws, shared variables, the networks, cuts in them, and faults with
budgets, but no acts and no liars. Tests hold the search against it, state for state.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from itertools import chain, combinations
from typing import Any, NamedTuple

from comity.errors import NotEnabled, RefusedDecision, UndefinedValue, UnhandledMessage
from comity.machine import Decided, Event, Happened, Received, TimerFired
from comity.values import Instance
from comity.world import World
from comityc.machine.model import Case, Machine

LONG_FROM_NOW = 1e6
"""What a machine takes for the time where there is no clock."""


class One(NamedTuple):
    """An instance: its state, how it is, the timers that are over, and under a clock how long the others still run."""

    state: Any
    status: str
    spent: frozenset[Any]
    left: frozenset[tuple[Any, int, int]] = frozenset()  # a timer, and the least and the most it may still run


class Everything(NamedTuple):
    """A global state. The network is a list of (sender, receiver, message), in any fixed order that means something."""

    ones: tuple[One, ...]
    network: tuple[Any, ...]
    budgets: tuple[tuple[str, int], ...]
    cut: frozenset[tuple[Instance, Instance]] = frozenset()  # links that carry nothing: sender and receiver
    shared: Any = None  # of a model


class Naive:
    """One exploration. An `eager` one lets the network fall apart also where that hits no message yet."""

    def __init__(
        self,
        machine: Machine,
        case: Case,
        parameters: Any,
        module: Any,
        *,
        eager: bool = False,
        tick: int = 1,
        lateness: int = 0,
        oldest: Mapping[str, int] | None = None,
    ) -> None:
        """`tick`, `lateness` and `oldest` (how far back moments count, by name) are milliseconds; they count under a clock alone."""
        self.clock, self.tick, self.lateness, self.oldest = case.clock, tick, lateness, oldest or {}
        self.waits = False  # whether what was looked at last holds time back
        self.eager = eager
        self.case, self.machine, self.faults = case, machine, case.faults
        self.instances = list(module.instances(parameters))
        self.machines = [module.ROLES[i.role](parameters, i.number) for i in self.instances]
        self.roles = {role.name: role for role in machine.roles}
        self.sent_set = case.network == "sent_set"
        self.ordered = case.network == "fifo" and not case.faults.reorder
        self.copies = case.bounds.copies
        keeps_order = {message.name for message in machine.messages if message.fifo and not self.sent_set}
        self.queued = {module.MESSAGES[name] for name in keeps_order}
        self.parameters = parameters
        self.start_shared = module.shared_start(parameters) if machine.shared else None
        self.partition = case.faults.partition
        self.cuts = set(self._cuts())

    def explore(self) -> tuple[set[Everything], int, int]:
        """Return all states, the number of levels, and the number of steps."""
        ones = [self._fresh(who) for who in range(len(self.machines))]
        ones = [one._replace(status="absent") if self._is_dynamic(who) else one for who, one in enumerate(ones)]
        first = Everything(tuple(ones), (), tuple(self._budgets()), shared=self.start_shared)
        seen, level, levels, steps = {first}, [first], 0, 0
        while level:
            levels += 1
            after: list[Everything] = []
            for state in level:
                for target in self.steps(state):
                    steps += 1
                    if target not in seen:
                        seen.add(target)
                        after.append(target)
            level = after
        return seen, levels, steps

    def _is_dynamic(self, who: int) -> bool:
        return self.roles[self.instances[who].role].dynamic

    def _budgets(self) -> Iterator[tuple[str, int]]:
        yield "lose", int(self.faults.lose)
        yield "duplicate", int(self.faults.duplicate)
        yield "partition", 0 if self.partition is None else int(self.partition.times)
        for name in ("crash", "restart", "amnesia", "pause"):
            for role, size in getattr(self.faults, name):
                yield f"{name} {role}", int(size)

    def steps(self, state: Everything) -> Iterator[Everything]:
        """Yield what each step leads to."""
        self.waits = False
        self._look(state)
        untimed = list(self._deliveries(state))
        for who, one in enumerate(state.ones):
            untimed += self._own(state, who, one)
        yield from untimed
        if self.clock is not None and not self.waits:
            heals = self.partition is not None and self.partition.heals and state.cut
            yield from self._in_time(state, bool(heals) or any(after != state for after in untimed))
        self._look(state)
        for who, one in enumerate(state.ones):
            yield from self._crashes(state, who, one)
        yield from self._network_faults(state)
        yield from self._partitions(state)

    def _look(self, state: Everything) -> None:
        """Show the machines of a model the whole state."""
        if self.machine.shared is None:
            return
        of_role = {role: tuple(one.state for one, i in self._pairs(state) if i.role == role) for role in self.roles}
        down = frozenset(i for one, i in self._pairs(state) if one.status in ("down", "lost", "gone"))
        world = World(self.parameters, of_role, state.shared, down, frozenset(), ())
        for machine in self.machines:
            machine.world = world

    def _pairs(self, state: Everything) -> list[tuple[One, Instance]]:
        return list(zip(state.ones, self.instances, strict=True))

    # ---- time

    def _aged(self, value: Any, passed: float, name: str = "") -> Any:
        """Return a value some seconds later. The only floats are moments, counted from now; without a clock all are one."""
        if isinstance(value, float):
            return max(round(value - passed, 3), -self.oldest.get(name, 0) / 1000) if self.clock is not None else 0.0
        if hasattr(value, "_fields"):
            return value._replace(**{part: self._aged(getattr(value, part), passed, part) for part in value._fields})
        if is_dataclass(value) and not isinstance(value, Instance | type):
            parts = {part.name: self._aged(getattr(value, part.name), passed, part.name) for part in fields(value)}
            return replace(value, **parts)
        return value

    def _fresh(self, who: int) -> One:
        state = self.machines[who].start()
        return One(state, "up", frozenset(), self._left(who, state, frozenset(), frozenset(), entered=True))

    def _left(self, who: int, state: Any, spent: Any, before: Any, *, entered: bool, again: Any = None) -> Any:
        """Return how long the timers of a state still run; `before` is what was left before it was entered, or stayed in."""
        if self.clock is None:
            return frozenset()
        known = {timer: (timer, least, most) for timer, least, most in before}
        result = set()
        for timer in self.machines[who].open(state).timers:
            key = (timer.name, timer.element)
            if key in spent or timer.moment is not None:
                continue
            if key in known and key != again and (timer.lasting or not entered):
                result.add(known[key])
            else:
                result.add((key, round(timer.after * 1000), round(timer.longest * 1000)))
        return frozenset(result)

    def _in_time(self, state: Everything, at_any_time: bool) -> Iterator[Everything]:
        """Yield the steps of timers, and the one in which time passes."""
        until = []
        for who, one in enumerate(state.ones):
            until += [least for _, least, _ in self._running(who, one) if least > 0 and one.status == "up"]
            for key, _, most in self._due(who, one):
                at_any_time = True
                until.append(most + self.lateness)
                every = any(t.every for t in self.machines[who].open(one.state).timers if (t.name, t.element) == key)
                steps = self._try(one, who, TimerFired(*key))
                for step in () if isinstance(steps, str) else steps:
                    yield self._after(state, who, step, () if every else (key,), again=key if every else None)
        if until and min(until) > 0:
            passed = min(self.tick, *until) if at_any_time else min(until)
            later = Everything((), (), state.budgets, state.cut)
            for one in state.ones:
                aged = one._replace(state=self._aged(one.state, passed / 1000), left=self._shorter(one.left, passed))
                later = later._replace(ones=(*later.ones, aged))
            for sender, receiver, message in state.network:
                under_way = (sender, receiver, self._aged(message, passed / 1000))
                least = self._copies(state.network, (sender, receiver, message))
                later = later._replace(network=self._sent(later.network, under_way, least))
            yield later

    def _running(self, who: int, one: One) -> list[Any]:
        """Return what is left of each timer, those that are due at a moment too."""
        found = list(one.left)
        for timer in self.machines[who].open(one.state).timers if one.status == "up" else ():
            key = (timer.name, timer.element)
            if timer.moment is not None and key not in one.spent:
                left = max(round(timer.moment * 1000), -self.lateness)
                found.append((key, left, left))
        return found

    def _due(self, who: int, one: One) -> list[Any]:
        """Return the timers that may go off now; one that may not because of its condition keeps nobody waiting."""
        if one.status != "up":
            return []
        due = [entry for entry in self._running(who, one) if entry[1] <= 0]
        able = [entry for entry in due if self._try(one, who, TimerFired(*entry[0])) != "deferred"]
        return [entry for entry in able if not any(other[2] < entry[1] for other in able)]

    def _shorter(self, left: Any, passed: int) -> Any:
        least = -self.lateness
        return frozenset((key, max(low - passed, least), max(high - passed, least)) for key, low, high in left)

    # ---- messages and instances

    def _deliveries(self, state: Everything) -> Iterator[Everything]:
        done: set[Any] = set()
        blocked: set[Any] = set()
        for at, (sender, receiver, message) in enumerate(state.network):
            channel = (sender, receiver)
            if channel in state.cut:
                continue
            queued = self._queued(message)
            if (queued and channel in blocked) or (not queued and (sender, receiver, message) in done):
                continue
            done.add((sender, receiver, message))
            who = self.instances.index(receiver)
            if state.ones[who].status != "up":
                if queued:
                    blocked.add(channel)
                continue
            rest = state if self.sent_set else state._replace(network=state.network[:at] + state.network[at + 1 :])
            found = self._try(state.ones[who], who, Received(sender, message))
            if found == "deferred":
                continue
            if queued:
                blocked.add(channel)
            afters = [] if isinstance(found, str) else [self._after(rest, who, step, ()) for step in found]
            self.waits = self.waits or (self._synchronous and (not afters or any(after != state for after in afters)))
            yield from afters

    def _own(self, state: Everything, who: int, one: One) -> Iterator[Everything]:
        machine, role = self.machines[who], self.roles[self.instances[who].role]
        if one.status == "down":
            back = machine.crashed(one.state)
            kept = {(t.name, t.element) for t in machine.open(back).timers if t.lasting or role.restart_in is None}
            spent = frozenset(one.spent & kept)
            left = self._left(who, back, spent, one.left, entered=role.restart_in is not None)
            yield self._with(state, who, One(back, "up", spent, left))
        if one.status == "absent":
            yield self._with(state, who, self._fresh(who))
        if one.status == "asleep":
            yield self._with(state, who, one._replace(status="up"))
        if one.status == "lost":
            ghosts = {variable.name: getattr(one.state, variable.name) for variable in role.variables if variable.ghost}
            fresh = self._fresh(who)
            yield self._with(state, who, fresh._replace(state=fresh.state._replace(**ghosts)))
        if one.status != "up":
            return
        offered = machine.open(one.state)
        prompt: list[Event] = []
        events: list[tuple[Event, Any]] = [(Happened(rule, element), ()) for rule, element in offered.spontaneous]
        for timer in offered.timers if self.clock is None else ():
            if (timer.name, timer.element) not in one.spent:
                spends = () if timer.every else ((timer.name, timer.element),)
                events.append((TimerFired(timer.name, timer.element), spends))
        for decision in offered.decisions:
            values = decision.domain if decision.has_value else (True,)
            events += [(Decided(decision.name, value, decision.element), ()) for value in values or ()]
            if decision.prompt:
                prompt += [
                    event for event, _ in events if isinstance(event, Decided) and event.decision == decision.name
                ]
        for event, spends in events:
            found = self._try(one, who, event)
            afters = [] if isinstance(found, str) else [self._after(state, who, step, spends) for step in found]
            if found != "deferred" and (not afters or any(after != state for after in afters)):
                self.waits = self.waits or isinstance(event, Happened) or (self._synchronous and event in prompt)
            yield from afters

    @property
    def _synchronous(self) -> bool:
        return self.clock is not None and self.clock.skew is None

    def _try(self, one: One, who: int, event: Event) -> Any:
        """Return the steps that an event brings about, one for each value drawn; or why there is none."""
        machine, steps, broken = self.machines[who], [], False
        event = event if self.clock is not None else event._replace(now=LONG_FROM_NOW)
        try:
            drawn = machine.draws(one.state, event)
        except UndefinedValue:
            return "broken"
        for value in (None,) if drawn is None else dict.fromkeys(drawn):
            try:
                steps.append(machine.step(one.state, event._replace(draw=value)))
            except (NotEnabled, RefusedDecision):
                continue
            except (UnhandledMessage, UndefinedValue):
                broken = True
        return steps or ("broken" if broken else "deferred")

    def _after(self, state: Everything, who: int, step: Any, spends: Any, again: Any = None) -> Everything:
        if self.machine.shared is not None:
            return self._after_in_model(state, who, step, spends)
        timers = self.machines[who].open(step.state).timers
        before = {(t.name, t.element): t.moment for t in self.machines[who].open(state.ones[who].state).timers}
        lasting = {
            (t.name, t.element)
            for t in timers
            if (t.lasting or not step.entered) and before.get((t.name, t.element), t.moment) == t.moment
        }
        spent = frozenset((state.ones[who].spent | set(spends)) & lasting)
        left = self._left(who, step.state, spent, state.ones[who].left, entered=step.entered, again=again)
        state = self._with(state, who, One(self._aged(step.state, 0.0), "up", spent, left))
        for send in step.sends:
            send = send._replace(message=self._aged(send.message, 0.0))
            if (self.instances[who], send.to) in state.cut and not self._keeps():
                continue
            if state.ones[self.instances.index(send.to)].status in ("absent", "away"):
                continue
            state = state._replace(network=self._sent(state.network, (self.instances[who], send.to, send.message)))
        return state

    def _after_in_model(self, state: Everything, who: int, step: Any, spends: Any) -> Everything:
        """In a model a step may disarm the timers of anybody: those that are not offered any more are forgotten."""
        before = self.machines[who].world
        over = state.ones[who].spent | set(spends)
        state = self._with(state, who, One(step.state, "up", over))
        state = state if step.shared is None else state._replace(shared=step.shared)
        for send in step.sends:
            state = state._replace(network=self._sent(state.network, (self.instances[who], send.to, send.message)))
        self._look(state)
        for other, one in enumerate(state.ones):
            timers = () if one.status == "gone" else self.machines[other].open(one.state).timers
            kept = {(t.name, t.element) for t in timers if t.lasting or other != who or not step.entered}
            state = self._with(state, other, one._replace(spent=one.spent & kept))
        for machine in self.machines:
            machine.world = before
        return state

    def _sent(self, network: tuple[Any, ...], envelope: Any, least: int = 0) -> tuple[Any, ...]:
        """Return the network with one message more; it joins an equal one where there are enough of them (`least` at least)."""
        copies = 1 if self.sent_set else self.copies
        if copies is not None and self._copies(network, envelope) >= max(copies, least):
            return network
        return self._arranged((*network, envelope))

    def _copies(self, network: tuple[Any, ...], envelope: Any) -> int:
        """Count the messages that are equal to one but for their moments (in a sent set, equal)."""
        if self.sent_set:
            return network.count(envelope)
        timeless = [(sender, receiver, self._aged(message, 1e9)) for sender, receiver, message in network]
        return timeless.count((*envelope[:2], self._aged(envelope[2], 1e9)))

    def _queued(self, message: Any) -> bool:
        return self.ordered or type(message) in self.queued

    def _arranged(self, network: tuple[Any, ...]) -> tuple[Any, ...]:
        """Sort what has no order by content and what has one by channel, which keeps the order within one."""
        queued = [envelope for envelope in network if self._queued(envelope[2])]
        free = [envelope for envelope in network if not self._queued(envelope[2])]
        queued.sort(key=lambda envelope: (str(envelope[0]), str(envelope[1])))
        return (*queued, *sorted(free, key=repr))

    def _with(self, state: Everything, who: int, one: One) -> Everything:
        return state._replace(ones=(*state.ones[:who], one, *state.ones[who + 1 :]))

    def _spent(self, state: Everything, name: str) -> Everything | None:
        budgets = dict(state.budgets)
        if not budgets.get(name):
            return None
        budgets[name] -= 1
        return state._replace(budgets=tuple(budgets.items()))

    def _crashes(self, state: Everything, who: int, one: One) -> Iterator[Everything]:
        machine, role = self.machines[who], self.instances[who].role
        if one.status != "up" or machine.final(one.state):
            return
        if self._is_dynamic(who):
            left = self._with(state, who, One(one.state, "away", frozenset()))
            yield left._replace(network=tuple(sent for sent in state.network if sent[1] != self.instances[who]))
        for name, status in (("crash", "gone"), ("restart", "down"), ("amnesia", "lost")):
            after = self._spent(state, f"{name} {role}")
            if after is not None:
                down = machine.crashed(one.state)._replace(at=one.state.at)
                spent = frozenset() if status == "gone" else one.spent
                left = self._left(who, down, spent, one.left, entered=False) if status == "down" else frozenset()
                yield self._with(after, who, One(down, status, spent, left))
        after = self._spent(state, f"pause {role}")
        if after is not None:
            yield self._with(after, who, one._replace(status="asleep"))

    def _keeps(self) -> bool:
        return self.partition is not None and self.partition.keeps

    def _cuts(self) -> Iterator[frozenset[tuple[Instance, Instance]]]:
        """Yield the links that are cut by each way of falling apart, of those that some message may take."""
        if self.partition is None:
            return
        used = [(s, r) for message in self.machine.messages for s in message.senders for r in message.receivers]
        sides = chain.from_iterable(combinations(self.instances, size) for size in range(1, len(self.instances)))
        for side in sides:
            away = [other for other in self.instances if other not in side]
            lone = [group[0].role for group in (side, away) if len(group) == 1]
            if self.partition.isolates and not set(lone) & set(self.partition.isolates):
                continue
            cut = {(one, other) for one in side for other in away}
            if not self.partition.one_way:
                cut |= {(other, one) for one, other in cut}
            yield frozenset((one, other) for one, other in cut if (one.role, other.role) in used)

    def _partitions(self, state: Everything) -> Iterator[Everything]:
        if self.partition is None:
            return
        if state.cut:
            if self.partition.heals:
                yield state._replace(cut=frozenset())
            return
        after = self._spent(state, "partition")
        if after is None:
            return
        for cut in self.cuts - {frozenset()}:
            left = tuple(envelope for envelope in state.network if envelope[:2] not in cut)
            if self.eager or left != state.network:
                yield after._replace(cut=cut, network=state.network if self._keeps() else left)

    def _network_faults(self, state: Everything) -> Iterator[Everything]:
        lost, doubled = self._spent(state, "lose"), self._spent(state, "duplicate")
        for at in range(len(state.network)):
            if at and state.network[at] == state.network[at - 1]:
                continue
            if lost is not None:
                yield lost._replace(network=state.network[:at] + state.network[at + 1 :])
            if doubled is not None and not self.sent_set:
                yield doubled._replace(network=(*state.network[: at + 1], *state.network[at:]))
