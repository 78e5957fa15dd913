"""A global state of a case with a clock in; the timers that go off in it, and the passing of time, out.

Time passes by steps of its own, and they alone bring deadlines nearer. What is owed and takes no time comes before both.
"""

from typing import TYPE_CHECKING

from comityc.explore.engine.labels import TIME
from comityc.explore.engine.records import CUT, LOCAL_BITS, NO_ALARMS, Alarms, Note
from comityc.explore.engine.timing import Timing
from comityc.explore.graph import Label, LabelKind

if TYPE_CHECKING:
    from comityc.explore.engine.successors import Steps, Successors

HOLDING: dict[bool, frozenset[LabelKind]] = {
    True: frozenset({"deliver", "ignore", "happen", "decide", "perform"}),
    False: frozenset({"happen"}),
}
"""The kinds of steps that time waits for while they are owed: under a synchronous clock, and under one with a skew."""


class Passing:
    """Lets timers go off and time pass."""

    def __init__(self, successors: "Successors", timing: Timing) -> None:
        self._all, self._timing = successors, timing
        self._moments = successors.setting.moments
        self._networks: dict[tuple[int, int], int] = {}
        self._envelopes: dict[tuple[int, int], int] = {}
        self._holding = HOLDING[timing.synchronous]
        self._holds: dict[int, bool] = {}
        self._alarms: list[dict[int, Alarms]] = [{} for _ in successors.setting.instances]
        self._with_fresh: dict[tuple[int, int, tuple[str, ...]], Alarms] = {}
        self._later: dict[tuple[int, int, int], int] = {}

    def add(self, packed: int, locals_: list[int], steps: "Steps") -> None:
        """Add the steps of timers and of time; `steps` are those of messages and instances so far."""
        if self._is_held(packed, steps):
            return
        at_any_time = (
            self._all.liars is not None or any(target != packed for target, _ in steps) or self._all.may_heal(packed)
        )
        soonest: list[int] = []
        limits: list[int] = []
        for who, local in enumerate(locals_):
            alarms = self._alarms[who].get(local) or self._find(packed, who, local)
            if alarms is not NO_ALARMS:
                self._all.take(packed, locals_, who, alarms.record, steps)
                soonest += () if alarms.soonest is None else (alarms.soonest,)
                limits += () if alarms.limit is None else (alarms.limit,)
        passed = min((*soonest, *limits), default=0)
        if passed > 0:
            # Between the deadlines only what may happen at any time makes a difference, or a timer that may still wait.
            if at_any_time or limits:
                passed = min(passed, self._timing.tick)
            steps.append((packed + self._shift(packed, locals_, passed), self.label(passed)))

    def label(self, passed: int) -> int:
        """Return the label of so much time that passes."""
        return self._all.labels.number(Label("time", value=passed), TIME)

    def _is_held(self, packed: int, steps: "Steps") -> bool:
        """Say whether something is owed that time waits for, be it that a bound or a violation keeps it from happening."""
        if any(target != packed and self.is_holding(label) for target, label in steps):
            return True
        return any(map(self.is_held_by, self._all.notes))

    def is_held_by(self, note: Note) -> bool:
        """Say whether time waits because of what cannot happen."""
        return (note.property == CUT or note.broken) and note.label >= 0 and self.is_holding(note.label)

    def is_holding(self, number: int) -> bool:
        """Say whether time waits for steps with this label."""
        found = self._holds.get(number)
        if found is None:
            labels = self._all.labels
            found = self._holds[number] = (
                labels.labels[number].kind in self._holding and len(labels.obligations[number]) > 0
            )
        return found

    def _find(self, packed: int, who: int, local: int) -> Alarms:
        finder, ids = self._all.finder, self._all.fresh_ids(packed, who)
        known = self._with_fresh.get((who, local, ids)) if ids else None
        if known is not None:
            return known
        found = finder.alarms(who, local, ids)
        if finder.used_fresh:
            self._with_fresh[who, local, ids] = found
        elif not self._all.setting.is_model:
            self._alarms[who][local] = found
        return found

    def _shift(self, packed: int, locals_: list[int], passed: int) -> int:
        """Return the difference of the packed state that the passing of time makes."""
        difference = 0
        if self._moments is not None:
            network = packed >> self._all.network_shift
            difference = (self._find_network(network, passed) - network) << self._all.network_shift
        for who, local in enumerate(locals_):
            later = self.later(who, local, passed)
            difference += (later - local) << (who * LOCAL_BITS)
        return difference

    def later(self, who: int, local: int, passed: int) -> int:
        """Return the local state of an instance some time later."""
        found = self._later.get((who, local, passed))
        return self._find_later(who, local, passed) if found is None else found

    def _find_later(self, who: int, number: int, passed: int) -> int:
        finder = self._all.finder
        local = finder.as_offered(who, finder.locals[who][number])
        change = None if self._moments is None else self._moments.of_role(self._all.setting.instances[who].role)
        state = local.state if change is None else change(local.state, passed / 1000)
        later = finder.number(who, local._replace(state=state, running=self._timing.later(local.running, passed)))
        if not self._all.setting.is_model:
            self._later[who, number, passed] = later
        return later

    def _find_network(self, network: int, passed: int) -> int:
        """Return the messages under way some time later."""
        found = self._networks.get((network, passed))
        if found is None:
            found = self._all.network.replaced(network, lambda envelope: self.envelope_later(envelope, passed))
            self._networks[network, passed] = found
        return found

    def envelope_later(self, envelope: int, passed: int) -> int:
        """Return a message under way some time later."""
        found = self._envelopes.get((envelope, passed))
        if found is None:
            store, names = self._all.network, self._all.setting.message_names
            sent = store.envelopes[envelope]
            name = names[type(sent.message)]
            change = None if self._moments is None else self._moments.of_message(name)
            later = sent if change is None else sent._replace(message=change(sent.message, passed / 1000))
            found = self._envelopes[envelope, passed] = store.envelope(later, store.receivers[envelope], name)
        return found
