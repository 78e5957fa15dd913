"""A global state in; every step from it out, as (next state, label) pairs.

A global state is one integer: the numbers of the local states, LOCAL_BITS each from the lowest bit, then the number of the rest, then
those of the places of shared variables, then that of the network. A step is mostly an addition. What depends on one instance, one
envelope or one network is looked up.
"""

from collections.abc import Callable, Sequence, Set
from typing import Any

from comityc.explore.engine.byzantine import Liars
from comityc.explore.engine.faults import Slots, Strikes
from comityc.explore.engine.footprints import Footprints
from comityc.explore.engine.labels import LabelStore
from comityc.explore.engine.moves import MoveFinder
from comityc.explore.engine.network import NetworkStore
from comityc.explore.engine.partitions import Partitions
from comityc.explore.engine.passing import Passing
from comityc.explore.engine.places import PLACE_BITS, Places
from comityc.explore.engine.rearming import Rearming, disarms_others
from comityc.explore.engine.records import (
    ABSENT,
    BYZANTINE,
    CUT,
    DEFERRED,
    DOWN,
    GONE,
    LEFT,
    LOCAL_BITS,
    LOST,
    NOTHING,
    UNDER_WAY,
    Move,
    Note,
    Record,
)
from comityc.explore.engine.rest import BLOCKED, RestStore
from comityc.explore.engine.setting import Setting
from comityc.explore.engine.stand_in import StandIn
from comityc.explore.engine.values import fresh_ids_in
from comityc.explore.graph import Label, Obligation
from comityc.explore.world import Envelope, World
from comityc.machine.model import Envelope as Faults

NO_FAULTS = Faults()
LOCAL_MASK = (1 << LOCAL_BITS) - 1
REST_BITS = 32
REST_MASK = (1 << REST_BITS) - 1
KEEP, DROP, LEARN = range(3)
"""What becomes of a message that is sent: under way, of no use, or known to a liar at once."""

Steps = list[tuple[int, int]]
Asked = tuple[tuple[Any, ...], int, Callable[[], Record]]
"""A question, the state in which it is asked, and what works out the answer."""


def remembers(setting: Setting) -> bool:
    """Say whether what a step of a model read tells all that it depends on: neither time nor fresh ids come in."""
    return setting.timing is None and setting.moments is None and not setting.module.FRESH


class Successors:
    """Finds steps. After `of`, `progress` says whether there was any but faults, and `notes` what is to be said of them."""

    def __init__(
        self, setting: Setting, labels: LabelStore, network: NetworkStore, rests: RestStore, slots: Slots
    ) -> None:
        self.setting, self.labels, self.network, self.rests, self.slots = setting, labels, network, rests, slots
        self.finder = MoveFinder(setting, labels, network, rests, slots)
        self.liars = Liars(setting) if setting.faults.byzantine else None
        partition = setting.faults.partition
        self.partitions = None if partition is None else Partitions(setting, partition, network)
        count = len(setting.instances)
        self.shifts = tuple(LOCAL_BITS * at for at in range(count))
        self.rest_shift = LOCAL_BITS * count
        self.place_shift = self.rest_shift + REST_BITS
        self.places = Places(setting.machine.shared or (), setting.domains)
        self.network_shift = self.place_shift + self.places.count * PLACE_BITS
        self.common_mask = (1 << (self.network_shift - self.rest_shift)) - 1
        """Of a state shifted by `rest_shift`: what belongs to no instance and no message."""
        self.progress = False
        self.notes: list[Note] = []
        self.visited: set[tuple[str, str]] = set()
        self.taken: set[tuple[str, int]] = self.finder.taken_transitions
        self._rearming = Rearming(self) if disarms_others(setting) else None
        self._remembers = not setting.is_model
        self._world: StandIn | None = None
        self.footprints: Footprints[Record] | None = None
        if setting.is_model:
            self._watch_machines()
        self._own: list[dict[int, Record]] = [{} for _ in setting.instances]
        self._deliveries: dict[tuple[int, int], Record] = {}
        self._with_fresh: dict[tuple[Any, ...], Record] = {}
        self._world_moves: dict[int, tuple[tuple[int, int, bool], ...]] = {}
        self.sorts = not setting.exact or self.liars is not None or setting.is_dynamic
        self._swept: dict[tuple[int, int, frozenset[str]], int] = {}
        self._fates: dict[tuple[int, int], int] = {}
        self.fresh_count: int = setting.module.FRESH
        self._fresh_in: dict[tuple[int, int], frozenset[str]] = {}
        self._occupied: frozenset[str] | None = None
        self.passing = None if setting.timing is None else Passing(self, setting.timing)
        self.strikes = Strikes(self) if setting.faults != NO_FAULTS or setting.is_dynamic else None

    # ---- taking states apart and together

    def pack(self, locals_: Sequence[int], common: int, network: int = 0) -> int:
        """Return a global state as one number; `common` is its rest, or what `common` returns."""
        packed = (network << self.network_shift) | (common << self.rest_shift)
        for shift, local in zip(self.shifts, locals_, strict=True):
            packed |= local << shift
        return packed

    def common(self, rest: int, shared: Any) -> int:
        """Return a rest and the shared variables as one number."""
        return rest | (self.places.pack(() if shared is None else shared) << REST_BITS)

    def shared(self, common: int) -> Any:
        """Return the shared variables; None where there are none."""
        kind = getattr(self.setting.module, "SharedState", None)
        return None if kind is None else kind(*self.places.unpack(common >> REST_BITS))

    def world(self, packed: int) -> World:
        """Return a state as properties see it."""
        states: dict[str, list[Any]] = {role.name: [] for role in self.setting.machine.roles}
        crashed, byzantine, absent = [], [], []
        for instance, shift, known in zip(self.setting.instances, self.shifts, self.finder.locals, strict=True):
            local = known[(packed >> shift) & LOCAL_MASK]
            states[instance.role].append(local.state)
            if local.status in (DOWN, LOST, GONE):
                crashed.append(instance)
            elif local.status == BYZANTINE:
                byzantine.append(instance)
            elif local.status in (ABSENT, LEFT):
                absent.append(instance)
        rest = (packed >> self.rest_shift) & REST_MASK
        return World(
            self.setting.parameters,
            {role: tuple(of_role) for role, of_role in states.items()},
            self.shared((packed >> self.rest_shift) & self.common_mask),
            frozenset(crashed),
            frozenset(byzantine),
            self.rests.happenings(rest),
            frozenset(absent),
        )

    def envelopes(self, packed: int) -> tuple[Envelope, ...]:
        """Return the messages under way in a state."""
        return tuple(self.network.envelopes[e] for e in self.network.contents[packed >> self.network_shift])

    def is_stuck(self, packed: int) -> str | None:
        """Name an instance that ought to be able to go on; for states in which nothing can happen."""
        for who, shift in enumerate(self.shifts):
            number = (packed >> shift) & LOCAL_MASK
            if self.finder.is_stuck(who, number):
                return f"{self.setting.instances[who]} in `{self.finder.locals[who][number].state.at}`"
        return None

    # ---- all steps

    def of(self, packed: int) -> Steps:
        """Find every step from a state."""
        steps: Steps = []
        self.notes.clear()
        self._occupied = None
        locals_ = [(packed >> shift) & LOCAL_MASK for shift in self.shifts]
        rest = (packed >> self.rest_shift) & REST_MASK
        if self._world is not None:
            self._world.look_at(packed)
        self._deliver(packed, locals_, steps)
        self.progress = bool(steps) if self.setting.removes else any(target != packed for target, _ in steps)
        delivered = len(steps)
        for who, local in enumerate(locals_):
            record = self._own[who].get(local) or self._find_own(packed, who, local)
            if record is not NOTHING:
                self.take(packed, locals_, who, record, steps)
        if self.passing is not None:
            self.passing.add(packed, locals_, steps)
        self.progress = self.progress or len(steps) > delivered
        moves = self._world_moves.get(rest)
        for label, after, is_fault in self.find_world_moves(rest) if moves is None else moves:
            steps.append((packed + ((after - rest) << self.rest_shift), label))
            self.progress = self.progress or not is_fault
        if self.strikes is not None:
            self.strikes.add(packed, locals_, rest, steps)
        if self._rearming is not None:
            self._rearming.settle(steps)
        return steps

    def _deliver(self, packed: int, locals_: list[int], steps: Steps) -> None:
        network = packed >> self.network_shift
        keeps, removes = self.setting.keeps, self.setting.removes
        held = self._held(packed)
        for lane in self.network.lanes(network):
            for envelope, who, without in lane:
                if held is not None and held(envelope):
                    break
                local = locals_[who]
                record = self._deliveries.get((envelope, local)) or self._find_delivery(packed, who, local, envelope)
                if record is DEFERRED:
                    continue
                if record is not NOTHING:
                    if removes:
                        self.take(packed, locals_, who, record, steps, without)
                    if keeps:
                        self.take(packed, locals_, who, self._kept(record) if removes else record, steps)
                break

    def _held(self, packed: int) -> Callable[[int], bool] | None:
        """Return what says whether a message is held up by a cut; None when none is."""
        if self.partitions is None or not self.partitions.keeps:
            return None
        cut = self.rests.items[(packed >> self.rest_shift) & REST_MASK].cut
        crosses = self.partitions.crosses
        return (lambda envelope: crosses(envelope, cut)) if cut else None

    def take(
        self, packed: int, locals_: list[int], who: int, record: Record, steps: Steps, network: int | None = None
    ) -> None:
        """Add the steps of a record; `network` is what is under way before anything new is sent."""
        base, shift = packed, self.network_shift
        if network is not None:
            base += (network - (packed >> shift)) << shift
        for delta, label in record.plain:
            steps.append((base + delta, label))
        for move in record.others:
            self._make(base, locals_, who, move, steps)
        if record.notes:
            self.notes.extend(record.notes)

    def _make(self, base: int, locals_: list[int], who: int, move: Move, steps: Steps) -> None:
        delta, sends, operation, label, local, swept, notes, taken = move
        before = rest = (base >> self.rest_shift) & REST_MASK
        if operation:
            rest = self.rests.apply(before, operation)
            if rest == BLOCKED:
                return
            if taken is not None:
                self.taken.add(taken)
        if notes:
            self.notes.extend(notes)
        if delta is None:
            return
        if sends and self.partitions is not None:
            sends, lost = self.partitions.sort(sends, self.rests.items[rest].cut)
            if lost:
                label = self.labels.losing(label, lost)
        if sends or swept:
            network = sent_into = base >> self.network_shift
            if sends:
                if self.sorts:
                    sends, rest = self._sort_out(locals_, who, local, sends, rest)
                network = self.network.send(network, sends)
            if swept:
                network = self._sweep(network, who, swept)
            if sends and self.is_full(network, 1):
                self.notes.append(Note(CUT, label, UNDER_WAY))
                return
            delta += (network - sent_into) << self.network_shift
        steps.append((base + delta + ((rest - before) << self.rest_shift), label))

    def is_full(self, network: int, more: int = 0) -> bool:
        """Say whether as many messages are under way as the case has room for, or so many more."""
        most = self.setting.case.bounds.under_way
        return most is not None and self.network.size(network) >= most + more

    def _sort_out(
        self, locals_: list[int], who: int, after: int, sends: tuple[int, ...], rest: int
    ) -> tuple[tuple[int, ...], int]:
        """Sort out what is sent to those who have no use for it, and what a liar knows at once."""
        fates, receivers = self._fates, self.network.receivers
        kept = []
        for envelope in sends:
            receiver = receivers[envelope]
            local = after if receiver == who else locals_[receiver]
            fate = fates.get((envelope, local))
            if fate is None:
                fate = self.find_fate(envelope, receiver, local)
            if fate == KEEP:
                kept.append(envelope)
            elif fate == LEARN:
                rest = self.rests.apply(rest, self.lesson(receiver, envelope))
        return tuple(kept), rest

    def _sweep(self, network: int, who: int, swept: frozenset[str]) -> int:
        """Take away what an instance has no use for any more."""
        key = (network, who, swept)
        found = self._swept.get(key)
        if found is None:
            names, store = self.setting.message_names, self.network
            found = self._swept[key] = store.filtered(
                network, lambda e: store.receivers[e] != who or names[type(store.envelopes[e].message)] not in swept
            )
        return found

    # ---- what is found out once

    @property
    def found_out(self) -> int:
        """How often a machine had to be stepped so far: how many local states were looked at by themselves, or with a message."""
        learnt = 0 if self.footprints is None else self.footprints.learnt
        return sum(map(len, self._own)) + len(self._deliveries) + learnt

    def known_own(self, who: int, local: int) -> Record | None:
        """Return the steps that an instance takes by itself from a local state, if they were found before."""
        return self._own[who].get(local)

    def known_delivery(self, envelope: int, local: int) -> Record | None:
        """Return what a local state does with a message, if that was found before."""
        return self._deliveries.get((envelope, local))

    def _find_own(self, packed: int, who: int, local: int) -> Record:
        if self.footprints is not None:
            return self.footprints.find(*self.about_own(who, local, packed))
        ids = self.fresh_ids(packed, who)
        known = self._with_fresh.get((who, local, ids)) if ids else None
        if known is not None:
            return known
        self.visit(who, local)
        record = self.finder.own(who, local, ids)
        if self.finder.used_fresh:
            self._with_fresh[who, local, ids] = record
        elif self._remembers:
            self._own[who][local] = record
        return record

    def about_own(self, who: int, local: int, packed: int) -> Asked:
        """Return the question what an instance of a model does by itself in a state, and who answers it."""
        return (who, local), packed, lambda: self._visited(who, local)

    def _visited(self, who: int, local: int) -> Record:
        self.visit(who, local)
        return self.finder.own(who, local)

    def about_delivery(self, who: int, local: int, envelope: int, packed: int) -> Asked:
        """Return the question what it does with a message."""
        return ("deliver", local, envelope), packed, lambda: self.finder.deliver(who, local, envelope)

    def about_faults(self, who: int, local: int, packed: int) -> Asked:
        """Return the question how faults may strike it."""
        return ("faults", who, local), packed, lambda: self.finder.faults(who, local)

    def _find_delivery(self, packed: int, who: int, local: int, envelope: int) -> Record:
        if self.footprints is not None:
            return self.footprints.find(*self.about_delivery(who, local, envelope, packed))
        ids = self.fresh_ids(packed, who)
        known = self._with_fresh.get((envelope, local, who, ids)) if ids else None
        if known is not None:
            return known
        record = self.finder.deliver(who, local, envelope, ids)
        if self.finder.used_fresh:
            self._with_fresh[envelope, local, who, ids] = record
        elif self._remembers:
            self._deliveries[envelope, local] = record
        return record

    def visit(self, who: int, number: int) -> None:
        """Note down that an instance was in this local state."""
        local = self.finder.locals[who][number]
        if local.status not in (BYZANTINE, ABSENT):
            self.visited.add((self.setting.instances[who].role, str(local.state.at)))

    def _kept(self, record: Record) -> Record:
        """Return the same steps of a message that stays under way."""
        plain = tuple((delta, self.labels.kept(label)) for delta, label in record.plain)
        others = tuple(move._replace(label=self.labels.kept(move.label)) for move in record.others)
        return Record(plain, others, ())

    def find_world_moves(self, rest: int) -> tuple[tuple[int, int, bool], ...]:
        """Find what the world may do by itself: label, the rest after it, and whether it is a fault."""
        found = []
        for kind, act, arguments, primitives, outcome in self.rests.world_moves(rest):
            fault = "repeat_act" if kind == "repeat_effect" else "late_act" if outcome == "undone" else None
            slot = None if fault is None else self.slots.get((fault, ""))
            spend = () if slot is None else (("spend", slot),)
            after = self.rests.apply(rest, self.rests.operation((*spend, *primitives)))
            if after != BLOCKED:
                label = self.labels.number(Label(kind, name=act, arguments=arguments, outcome=outcome))
                found.append((label, after, fault is not None))
        if self.rest_may_heal(rest):
            label = self.labels.number(Label("heal"), Obligation("recover", None))
            found.append((label, self.rests.apply(rest, self.rests.operation((("heal",),))), False))
        self._world_moves[rest] = tuple(found)
        return self._world_moves[rest]

    def may_heal(self, packed: int) -> bool:
        """Say whether links are cut that may become whole again."""
        return self.rest_may_heal((packed >> self.rest_shift) & REST_MASK)

    def rest_may_heal(self, rest: int) -> bool:
        """Say the same by the rest alone."""
        return self.partitions is not None and self.partitions.heals and bool(self.rests.items[rest].cut)

    def find_fate(self, envelope: int, receiver: int, number: int) -> int:
        """Say what becomes of a message that is sent to an instance in this local state: KEEP, DROP or LEARN."""
        local = self.finder.locals[receiver][number]
        message = self.network.envelopes[envelope].message
        fate = KEEP
        if local.status == BYZANTINE and self.liars is not None:
            tells = self.liars.secrets(self.setting.message_names[type(message)], message)
            fate = LEARN if tells else DROP
        elif self.setting.message_names[type(message)] in self.finder.dead(receiver, local):
            fate = DROP
        self._fates[envelope, number] = fate
        return fate

    def lesson(self, liar: int, envelope: int) -> int:
        """Return the operation by which a liar learns what a message tells."""
        message = self.network.envelopes[envelope].message
        tells = self.liars.secrets(self.setting.message_names[type(message)], message) if self.liars else ()
        return self.rests.operation((("learn", liar, tells),))

    # ---- fresh ids

    def fresh_ids(self, packed: int, who: int) -> tuple[str, ...]:
        """Return ids that occur nowhere in the state: the lowest numbers free, so that the order of steps does not matter."""
        if not self.fresh_count:
            return ()
        if self._occupied is None:
            self._occupied = self._occupied_ids(packed)
        return self.free_ids(who, self._occupied)

    def free_ids(self, who: int, occupied: Set[str]) -> tuple[str, ...]:
        """Return as many ids as one step may take, the lowest numbers first."""
        name, number = self.setting.instances[who], 0
        free: list[str] = []
        while len(free) < self.fresh_count:
            number += 1
            if f"{name}#{number}" not in occupied:
                free.append(f"{name}#{number}")
        return tuple(free)

    def _occupied_ids(self, packed: int) -> frozenset[str]:
        rest = (packed >> self.rest_shift) & REST_MASK
        parts = [(who, (packed >> shift) & LOCAL_MASK) for who, shift in enumerate(self.shifts)]
        parts += [(-1, rest), (-2, packed >> self.network_shift)]
        return frozenset[str]().union(*(self._ids_in(kind, number) for kind, number in parts))

    def _ids_in(self, kind: int, number: int) -> frozenset[str]:
        known = self._fresh_in.get((kind, number))
        if known is None:
            value: Any
            if kind == -1:
                value = self.rests.items[number]
            elif kind == -2:
                value = tuple(self.network.envelopes[e].message for e in self.network.contents[number])
            else:
                value = self.finder.locals[kind][number]
            known = self._fresh_in[kind, number] = fresh_ids_in(value)
        return known

    # ---- models

    def _watch_machines(self) -> None:
        """Show the machines of a model a stand-in for the world, so that what they read is known."""
        self._world = world = StandIn(self)
        self.finder.world = world
        for machine in self.setting.machines:
            machine.world = world
        if remembers(self.setting):
            self.footprints = Footprints(world)

    def look_around(self, packed: int) -> None:
        """Show the machines of a model another state."""
        if self._world is not None:
            self._world.look_at(packed)
