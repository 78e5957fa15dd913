"""A global state in; what faults may do to it out: losses, duplicates and cuts, crashes and pauses, and what liars say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from comityc.explore.engine.moves import MoveFinder
from comityc.explore.engine.partitions import Split
from comityc.explore.engine.records import BYZANTINE, CUT, NOTHING, UNDER_WAY, Move, Note, Record
from comityc.explore.engine.rest import BLOCKED
from comityc.explore.engine.setting import budgets_by_role
from comityc.explore.graph import Label
from comityc.explore.soundness import loses_unseen
from comityc.explore.world import Envelope
from comityc.machine.model import Envelope as Faults
from comityc.machine.model import Role

if TYPE_CHECKING:
    from comityc.explore.engine.successors import Steps, Successors

Slots = dict[tuple[str, str], int]
"""The place of each budget that has an end, by fault and role (none for faults of the network and the world)."""


def budgets_of(faults: Faults, roles: tuple[Role, ...]) -> tuple[Slots, tuple[int, ...]]:
    """Return the places of the budgets, and what they are at the start."""
    whole = [("lose", faults.lose), ("duplicate", faults.duplicate)]
    whole += [("late_act", faults.late_act), ("repeat_act", faults.repeat_act)]
    whole += [("partition", 0 if faults.partition is None else faults.partition.times)]
    found = [((name, ""), size) for name, size in whole]
    known = {role.name for role in roles}
    for name, by_role in budgets_by_role(faults):
        found += [((name, role), size) for role, size in by_role if role in known]
    counted = [(key, size) for key, size in found if isinstance(size, int) and size > 0]
    return {key: at for at, (key, _) in enumerate(counted)}, tuple(size for _, size in counted)


DOUBLED = 1
"""The place of duplicates among the faults of the network; losses have 0."""


class Left(NamedTuple):
    """What budgets still allow: losses (0) and duplicates (1) with the rest after one more, whether instances may fail,
    and the splits of the network with the rest after each.
    """

    network: tuple[tuple[int, int], ...]
    instances: bool
    splits: tuple[tuple[int, Split], ...]


class Strikes:
    """Finds the steps of faults, each kind from the part of the state that it depends on."""

    def __init__(self, successors: "Successors") -> None:
        self._all = successors
        self._setting = successors.setting
        self._finder: MoveFinder = successors.finder
        faults = self._setting.faults
        self._by_instance: list[dict[int, Record]] = [{} for _ in self._setting.instances]
        self._by_network: dict[int, tuple[tuple[tuple[int, int], ...], ...]] = {}
        self._left: dict[int, Left] = {}
        self.left_together: set[tuple[int, ...]] = set()  # budgets as they stood in states that were looked at
        self._forgeries: dict[tuple[Any, ...], Record] = {}
        self.loses = faults.lose != 0 and not loses_unseen(self._setting.machine, self._setting.case)
        self.doubles = faults.duplicate not in (0, "any") and self._setting.order != "sent_set"

    def add(self, packed: int, locals_: list[int], rest: int, steps: "Steps") -> None:
        """Add the steps of faults."""
        left = self._left.get(rest) or self.left(rest)
        if left.network:
            network = packed >> self._all.network_shift
            moves = self._by_network.get(network) or self._find_by_network(network)
            for at, spent in left.network:
                base = packed + ((spent - rest) << self._all.rest_shift)
                if at == DOUBLED and moves[at] and self._all.is_full(network):
                    self._all.notes.append(Note(CUT, moves[at][0][1], UNDER_WAY))
                    continue
                steps += [(base + delta, label) for delta, label in moves[at]]
        for after, split in left.splits:
            self._part(packed, rest, after, split, steps)
        if left.instances:
            for who, local in enumerate(locals_):
                record = self._by_instance[who].get(local) or self._find_by_instance(packed, who, local)
                if record is not NOTHING:
                    self._all.take(packed, locals_, who, record, steps)
        if self._all.liars is not None:
            self._forge(packed, locals_, rest, steps)

    def left(self, rest: int) -> "Left":
        """Find out which faults may still strike."""
        network = []
        for at, (name, strikes) in enumerate((("lose", self.loses), ("duplicate", self.doubles))):
            slot = self._all.slots.get((name, ""))
            operation = 0 if slot is None else self._all.rests.operation((("spend", slot),))
            spent = self._all.rests.apply(rest, operation) if strikes else BLOCKED
            if spent != BLOCKED:
                network.append((at, spent))
        budgets = self._all.rests.items[rest].budgets
        self.left_together.add(budgets)
        counted = {(name, role): budgets[at] for (name, role), at in self._all.slots.items()}
        wanted = [
            (name, role) for name, by_role in budgets_by_role(self._setting.faults) for role, size in by_role if size
        ]
        self._left[rest] = Left(
            tuple(network),
            self._setting.is_dynamic or any(counted.get(key, 1) for key in wanted),
            tuple(self._find_splits(rest)),
        )
        return self._left[rest]

    # ---- the network

    def _find_splits(self, rest: int) -> Iterator[tuple[int, Split]]:
        """Find how the network may fall apart, which it does only while it is whole."""
        partitions, rests = self._all.partitions, self._all.rests
        if partitions is None or rests.items[rest].cut:
            return
        slot = self._all.slots.get(("partition", ""))
        spend = () if slot is None else (("spend", slot),)
        for split in partitions.splits:
            after = rests.apply(rest, rests.operation((*spend, ("part", split.cut))))
            if after != BLOCKED:
                yield after, split

    def _part(self, packed: int, rest: int, after: int, split: Split, steps: "Steps") -> None:
        network, partitions = packed >> self._all.network_shift, self._all.partitions
        parting = partitions.part(network, split.cut) if partitions is not None else None
        if partitions is None or parting is None:
            return
        label = partitions.label(self._all.labels, split, parting.lost)
        changed = (parting.network - network) << self._all.network_shift
        steps.append((packed + changed + ((after - rest) << self._all.rest_shift), label))

    def _find_by_network(self, network: int) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Find what losses and duplicates do: (difference of the packed state, label) of each."""
        store, shift, found = self._all.network, self._all.network_shift, []
        kinds: tuple[Literal["lose", "duplicate"], ...] = ("lose", "duplicate")
        for kind, strikes, change in zip(
            kinds, (self.loses, self.doubles), (store.without, store.doubled), strict=True
        ):
            moves = []
            for at in store.positions(network) if strikes else ():
                sent = store.envelopes[store.contents[network][at]]
                label = self._all.labels.number(Label(kind, sent.receiver, None, sent.sender, sent.message))
                moves.append(((change(network, at) - network) << shift, label))
            found.append(tuple(moves))
        self._by_network[network] = tuple(found)
        return self._by_network[network]

    def _find_by_instance(self, packed: int, who: int, local: int) -> Record:
        footprints = self._all.footprints
        if footprints is not None:
            return footprints.find(*self._all.about_faults(who, local, packed))
        record = self._finder.faults(who, local)
        if not self._setting.is_model:
            self._by_instance[who][local] = record
        return record

    # ---- liars

    def _forge(self, packed: int, locals_: list[int], rest: int, steps: "Steps") -> None:
        """What a liar sends arrives at once: it can be sent at any time, so nothing else could come of it later.

        Where figures are stated it is under way first, like any message.
        """
        knowledge = self._all.rests.items[rest].knowledge
        for liar, local in enumerate(locals_):
            if self._finder.locals[liar][local].status != BYZANTINE:
                continue
            known = knowledge[liar]
            if self._setting.exact:
                self._forge_into_network(packed, rest, liar, known, steps)
                continue
            cut = self._all.rests.items[rest].cut
            for receiver, other in enumerate(locals_):
                if receiver != liar and (liar, receiver) not in cut:
                    record = self._forged(packed, liar, known, receiver, other)
                    if record is not NOTHING:
                        self._all.take(packed, locals_, receiver, record, steps)

    def _forged(self, packed: int, liar: int, known: tuple[str, ...], receiver: int, local: int) -> Record:
        key: tuple[Any, ...] = (liar, known, receiver, local)
        record = self._forgeries.get(key)
        if record is not None:
            return record
        ids = self._all.fresh_ids(packed, receiver)
        record = self._forgeries.get((*key, ids))
        if record is None:
            record, used_fresh = self.find_forged(liar, known, receiver, local, ids)
            if used_fresh:
                self._forgeries[*key, ids] = record
            elif not self._setting.is_model:
                self._forgeries[key] = record
        return record

    def find_forged(
        self, liar: int, known: tuple[str, ...], receiver: int, local: int, ids: tuple[str, ...]
    ) -> tuple[Record, bool]:
        """Gather what all lies of one instance to another may do, each outcome once."""
        plain: dict[int, int] = {}
        others: dict[tuple[Any, ...], Move] = {}
        notes: dict[tuple[str, str], Note] = {}
        used_fresh = False
        for envelope in self._lies(liar, known, receiver):
            if self._finder.locals[receiver][local].status == BYZANTINE:
                sent = self._all.network.envelopes[envelope]
                label = self._all.labels.number(Label("forge", sent.receiver, None, sent.sender, sent.message))
                lesson = self._all.lesson(receiver, envelope)
                others[lesson,] = Move(0, (), lesson, label, local, frozenset(), (), None)
                continue
            record = self._finder.deliver(receiver, local, envelope, ids, forged=True)
            used_fresh |= self._finder.used_fresh
            for delta, label in record.plain:
                if delta:
                    plain.setdefault(delta, label)
            for move in record.others:
                others.setdefault((move.delta, move.sends, move.operation, len(move.notes)), move)
            for note in record.notes:
                notes.setdefault((note.property, note.text), note)
        notes.pop(("deferred", ""), None)
        if not (plain or others or notes):
            return NOTHING, used_fresh
        return Record(tuple(plain.items()), tuple(others.values()), tuple(notes.values())), used_fresh

    def _lies(self, liar: int, known: tuple[str, ...], receiver: int) -> list[int]:
        instances, liars = self._setting.instances, self._all.liars
        return [
            self._all.network.envelope(Envelope(instances[liar], instances[to], message), to, name)
            for to, message, name in (liars.sayings(liar, known) if liars else ())
            if to == receiver
        ]

    def _forge_into_network(self, packed: int, rest: int, liar: int, known: tuple[str, ...], steps: "Steps") -> None:
        network, store, partitions = packed >> self._all.network_shift, self._all.network, self._all.partitions
        cut = () if partitions is None or partitions.keeps else self._all.rests.items[rest].cut
        for receiver in range(len(self._setting.instances)):
            for envelope in self._lies(liar, known, receiver) if receiver != liar else ():
                if envelope in store.contents[network] or (liar, receiver) in cut:
                    continue
                sent = store.envelopes[envelope]
                label = self._all.labels.number(Label("forge", sent.receiver, None, sent.sender, sent.message))
                after = store.send(network, (envelope,))
                steps.append((packed + ((after - network) << self._all.network_shift), label))
