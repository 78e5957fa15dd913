"""What the reference engine finds out in; the same as arrays that a kernel looks up, out.

A row holds the moves of one instance: by itself in a local state, with a message, struck by a fault. Rows are made when they
are first asked for, by the reference's own `MoveFinder`, which steps the generated Python: there is no second semantics here.
"""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from comityc.explore.engine.passing import Passing
from comityc.explore.engine.places import PLACE_BITS, PLACE_MASK
from comityc.explore.engine.records import BYZANTINE, CUT, DEFERRED, LOCAL_BITS, NOTHING, UNDER_WAY, Note, Record
from comityc.explore.engine.rest import BLOCKED as NOT_ALLOWED
from comityc.explore.engine.successors import LOCAL_MASK, Successors
from comityc.explore.engine.values import fresh_ids_in
from comityc.explore.fast import structures as k
from comityc.explore.fast.branches import Branches
from comityc.explore.fast.cuts import Cuts
from comityc.explore.fast.growing import Arrays, Growing
from comityc.explore.fast.lanes import Lanes
from comityc.explore.fast.layout import FIELD, Layout, grown, lay_out

_MOST_IDS = 64


class TooRich(Exception):
    """The states of this case do not fit these tables; the reference engine takes them."""


class Tables:
    """Rows, moves and everything that they name, by number. `ask` answers the kernel."""

    def __init__(self, successors: Successors, *, fields_wait: bool = True) -> None:
        """With `fields_wait` there are fields for messages that are still to come; without, each of them asks for a new layout."""
        self._fields_wait = fields_wait
        self.successors = successors
        self.setting = setting = successors.setting
        self.structure = t = k.TablesStructure()
        count = len(setting.instances)
        _describe(t, successors)
        self.rows = Growing(t, "rows", k.ROW)
        self.moves = Growing(t, "moves", k.MOVE)
        self.move_used = Growing(t, "move_used", np.uint8)
        self.sends = Growing(t, "sends", np.uint32)
        self.writes = Growing(t, "writes", k.WRITE)
        self.branches = None if successors.footprints is None else Branches(self, successors, successors.footprints)
        self.rests = Growing(t, "rests", k.REST)
        self.world_moves = Growing(t, "world_moves", k.WORLD_MOVE)
        self.cuts = Cuts(t, successors)
        self.label_holds = Growing(t, "label_holds", np.uint8)
        self.note_flags = Growing(t, "note_flags", np.uint8)
        self.note_first = Growing(t, "note_first", np.int64, -1)
        self.knowledge = Growing(t, "knowledge", np.int32, 0, count)
        self.rest_ids = Growing(t, "rest_ids", np.uint64)
        self.instance_ids = Growing(t, "instance_ids", np.uint64)
        self.own = Arrays(t, "own", np.int32, k.UNKNOWN)
        self.faults = Arrays(t, "faults", np.int32, k.UNKNOWN)
        self.stuck = Arrays(t, "stuck", np.uint8)
        self.local_ids = Arrays(t, "local_ids", np.uint64)
        self.is_liar = Arrays(t, "is_liar", np.uint8)
        self.alarms = Arrays(t, "alarms", k.ALARM)
        self._move_of: list[tuple[tuple[int, ...], int, int]] = []  # by move: what it sends, and its labels
        self.notes: list[tuple[Note, ...]] = [()]
        self._note_numbers: dict[tuple[Note, ...], int] = {(): 0}
        self._send_numbers: dict[tuple[int, ...], int] = {}
        self._taken: list[tuple[str, int] | None] = []
        self._origins: dict[int, tuple[Any, ...]] = {}
        self._known: list[tuple[str, ...]] = []
        self._known_numbers: dict[tuple[str, ...], int] = {}
        self._ids: dict[str, int] = {}
        self._synced = [0] * count
        self._sizes: tuple[int, ...] = ()
        self._outgrown: set[int] = set()
        self.error: BaseException | None = None
        self.new_layout = False
        for table in self._by_local:
            for _ in range(count):
                table.append(64)
        self.note_flags.append(0)
        self.note_first.append(-1)
        self.rows.append((0, 0, 0, 0))
        self.rows.append((0, 0, 0, 0))
        self.instance_ids.reserve(count)
        t.full_note = self._note((Note(CUT, -1, UNDER_WAY),))
        self.lanes = Lanes(self, successors)
        self.layout = Layout(np.zeros(0, dtype=FIELD), 1, (0,))
        self.layout = self.arrange()

    @property
    def _by_local(self) -> "tuple[Arrays, ...]":
        return self.own, self.faults, self.stuck, self.local_ids, self.is_liar, self.alarms

    # ---- the layout

    @property
    def rest_part(self) -> int:
        """The number of the part of a state that is neither instance nor message."""
        return len(self.setting.instances)

    @property
    def first_lane(self) -> int:
        """The number of the first part that is a lane of messages; between it and the rest there are the places of shared variables."""
        return self.rest_part + 1 + self.successors.places.count

    def arrange(self) -> Layout:
        """Lay the states out for what is known now."""
        self.sync()
        finder, instances = self.successors.finder, len(self.setting.instances)
        widths = [_bits(len(finder.locals[who])) for who in range(instances)]
        widths.append(_bits(len(self.successors.rests.items)))
        widths += [_bits(len(values)) for values in self.successors.places.values]
        widths += self.lanes.widths()
        growing = [*range(self.first_lane), *(self.first_lane + lane for lane in self.lanes.queues)]
        waiting = self.lanes.spare_width if self._fields_wait else 0
        as_it_is = grown(self.layout, widths, waiting) if len(self.layout.fields) else None
        self.layout = as_it_is or lay_out(widths, growing, self._outgrown, self.lanes.expected(), waiting)
        self._use_layout()
        self.new_layout = False
        return self.layout

    def _use_layout(self) -> None:
        self._fields = np.ascontiguousarray(self.layout.fields)
        start = k.address(self._fields)
        size = self._fields.dtype.itemsize
        self.structure.local = start
        self.structure.rest = start + size * self.rest_part
        self.structure.lane = start + size * self.first_lane
        self._own_fields: list[tuple[int, int, int]] = self._fields[: self.first_lane].tolist()
        self.masks = [int(mask) for mask in self._fields["mask"]]
        self.lanes.use_layout(self.layout, self.first_lane)

    def _check_room(self) -> None:
        """See whether everything that is known now fits the layout."""
        for who, known in enumerate(self.successors.finder.locals):
            if len(known) - 1 > self.masks[who]:
                self.new_layout = True
                self._outgrown.add(who)
        if len(self.successors.rests.items) - 1 > self.masks[self.rest_part]:
            self.new_layout = True
            self._outgrown.add(self.rest_part)
        for part, values in enumerate(self.successors.places.values, self.rest_part + 1):
            if len(values) - 1 > self.masks[part]:
                self.new_layout = True
                self._outgrown.add(part)
        if not self.lanes.fit(self.masks, self.first_lane):
            self.new_layout = True

    def packed_at(self, place: int) -> int:
        """Return a state that stands at an address as the reference packs it, less its network."""
        return self.packed_of(list((ctypes.c_uint64 * self.layout.words).from_address(place)))

    def packed_of(self, words: Sequence[int]) -> int:
        """Return a state less its network as the reference packs it."""
        successors, rest = self.successors, self.rest_part
        values = [words[word] >> shift & mask for word, shift, mask in self._own_fields]
        packed = successors.pack(values[:rest], values[rest])
        for at, value in enumerate(values[rest + 1 :]):
            packed |= value << (successors.place_shift + at * PLACE_BITS)
        return packed

    # ---- what is known grows

    def sync(self) -> None:
        """Take in the local states, envelopes and rests that have come up."""
        for who, known in enumerate(self.successors.finder.locals):
            if len(known) > self._synced[who]:
                self._sync_locals(who)
        self.lanes.sync()
        self.label_holds.reserve(len(self.successors.labels.labels))
        rests = self.successors.rests.items
        while self.rests.length < len(rests):
            cut, heals = (
                self.cuts.number(rests[self.rests.length].cut),
                self.successors.rest_may_heal(self.rests.length),
            )
            at = self.rests.append((0, 0, 0, 0, 0, 0, cut, heals, 0, 0))
            self.rest_ids.append(self.ids_of(rests[at]))
            self.knowledge.reserve(at + 1)
            count = len(self.setting.instances)
            for who, texts in enumerate(rests[at].knowledge):
                self.knowledge.data[at * count + who] = self._known_number(texts)

    def _grown(self) -> bool:
        """Say whether anything came up since this was asked last."""
        successors = self.successors
        self.label_holds.reserve(len(successors.labels.labels))
        sizes = (
            sum(map(len, successors.finder.locals)),
            len(successors.network.envelopes),
            len(successors.rests.items),
            sum(map(len, successors.places.values)),
            self.lanes.queue_number.length,
        )
        grown, self._sizes = sizes != self._sizes, sizes
        return grown

    def _sync_locals(self, who: int) -> None:
        known = self.successors.finder.locals[who]
        for table in self._by_local:
            table.reserve(who, len(known))
        for number in range(self._synced[who], len(known)):
            self.stuck[who][number] = self.successors.finder.is_stuck(who, number)
            self.local_ids[who][number] = self.ids_of(known[number])
            self.is_liar[who][number] = known[number].status == BYZANTINE
        self._synced[who] = len(known)

    def _known_number(self, texts: tuple[str, ...]) -> int:
        if texts not in self._known_numbers:
            self._known_numbers[texts] = len(self._known)
            self._known.append(texts)
        return self._known_numbers[texts]

    # ---- fresh ids

    def ids_of(self, value: Any) -> int:
        """Return the fresh ids that occur in a value, as bits."""
        if not self.successors.fresh_count:
            return 0
        found = 0
        for text in fresh_ids_in(value):
            if text not in self._ids:
                if len(self._ids) == _MOST_IDS:
                    raise TooRich("more than 64 fresh ids")
                self._ids[text] = len(self._ids)
                for who, instance in enumerate(self.setting.instances):
                    if text.startswith(f"{instance}#"):
                        self.instance_ids.data[who] |= np.uint64(1 << self._ids[text])
            found |= 1 << self._ids[text]
        return found

    def _free_ids(self, who: int, used: int) -> tuple[str, ...]:
        taken = {text for text, bit in self._ids.items() if used >> bit & 1}
        return self.successors.free_ids(who, taken)

    # ---- answers

    def ask(self, kind: int, a: int, b: int, c: int) -> int:
        """Answer a question of the kernel; what goes wrong is kept in `error`, for it cannot be raised through C."""
        try:
            answer = self._answer(kind, a, b, c)
            if self._grown():
                self.sync()
                self._check_room()
            return answer
        except BaseException as error:  # raised again where the kernel was called
            self.error = error
            return 0

    def _answer(self, kind: int, a: int, b: int, c: int) -> int:
        match kind:
            case k.OWN:
                self.own[a][b] = self._own_row(a, b, c)
            case k.DELIVER:
                self.lanes.deliver[a][b] = self._delivery_row(a, b, c)
            case k.FAULTS:
                self.faults[a][b] = self._faults_row(a, b, c)
            case k.BRANCH:
                assert self.branches is not None
                return self.branches.onward(a, b, c)
            case k.FATE:
                self._find_fate(a, b)
            case k.REST_MOVES:
                self._find_rest(a)
            case k.APPLY:
                after = self.successors.rests.apply(a, b)
                return k.BLOCKED if after == NOT_ALLOWED else after
            case k.APPEND:
                return self._append(a, b)
            case k.FILTER:
                return self.lanes.filtered(a, b)
            case k.FRESH:
                return self._fresh_row(a, b, c)
            case k.FORGE:
                return self._forge_row(a, b)
            case k.LOSING:
                sends, *labels = self._move_of[a >> 1]
                return self.cuts.losing(b, sends, labels[a & 1])
            case k.PART:
                return self.cuts.parting(a, () if self.structure.holds_up else self._content_at(c))
            case k.ALARM_OF:
                self.alarms[a][b] = self._alarm(a, b)
            case k.LABEL:
                self.label_holds.data[a] = k.HOLDS if self._passing.is_holding(a) else k.LETS_PASS
            case k.TIME:
                return self._passing.label(a)
            case k.LATER:
                return self._passing.later(a >> 32, a & LOCAL_MASK, b)
            case k.ENVELOPE_LATER:
                return self._passing.envelope_later(a, b)
            case k.QUEUE_LATER:
                return self.lanes.replaced(a, lambda envelope: self._passing.envelope_later(envelope, b))
            case _:
                raise AssertionError(kind)
        return 0

    def _append(self, queue: int, other: int) -> int:
        match queue:
            case -1:
                self.lanes.widen(other)
                self.new_layout = True
            case -2:
                self.lanes.find_changes(other)
            case -3:
                self.lanes.find_items(other)
            case _:
                return self.lanes.appended(queue, other)
        return 0

    def _own_row(self, who: int, local: int, state: int) -> int:
        if self.branches is not None:
            return self.branches.root(who, local, self.successors.about_own(who, local, self.packed_at(state)))
        known = self.successors.known_own(who, local)
        if known is not None:
            return self.row(known, who, local)
        self.successors.visit(who, local)
        ids = self._ids_when_nothing_is_used(who)
        record = self.successors.finder.own(who, local, ids)
        return self._row_or_origin(record, who, local, ("own", who, local))

    def _faults_row(self, who: int, local: int, state: int) -> int:
        if self.branches is not None:
            return self.branches.root(who, local, self.successors.about_faults(who, local, self.packed_at(state)))
        return self.row(self.successors.finder.faults(who, local), who, local)

    def _delivery_row(self, envelope: int, local: int, state: int) -> int:
        who = self.successors.network.receivers[envelope]
        if self.branches is not None:
            asked = self.successors.about_delivery(who, local, envelope, self.packed_at(state))
            return self.branches.root(who, local, asked)
        known = self.successors.known_delivery(envelope, local)
        if known is not None:
            return self.row(known, who, local)
        ids = self._ids_when_nothing_is_used(who)
        record = self.successors.finder.deliver(who, local, envelope, ids)
        return self._row_or_origin(record, who, local, ("deliver", who, local, envelope))

    def _forge_row(self, pair: int, local: int) -> int:
        count = len(self.setting.instances)
        known, liar, who = self._known[pair // count // count], pair // count % count, pair % count
        return self._forged(liar, known, who, local, None)

    def _forged(self, liar: int, known: tuple[str, ...], who: int, local: int, ids: tuple[str, ...] | None) -> int:
        strikes = self.successors.strikes
        if strikes is None:
            raise AssertionError("nobody lies here")
        given = self._ids_when_nothing_is_used(who) if ids is None else ids
        record, used_fresh = strikes.find_forged(liar, known, who, local, given)
        if used_fresh and ids is None:
            return self._with_origin(("forge", liar, known, who, local))
        return self.row(record, who, local)

    def _ids_when_nothing_is_used(self, who: int) -> tuple[str, ...]:
        return self._free_ids(who, 0) if self.successors.fresh_count else ()

    def _row_or_origin(self, record: Record, who: int, local: int, origin: tuple[Any, ...]) -> int:
        if self.successors.finder.used_fresh:
            return self._with_origin(origin)
        return self.row(record, who, local)

    def _with_origin(self, origin: tuple[Any, ...]) -> int:
        row = self.rows.append((0, 0, 0, 1))
        self._origins[row] = origin
        return row

    def _fresh_row(self, row: int, used: int, who: int) -> int:
        """Find what a row is when these ids are in use."""
        ids = self._free_ids(who, used & (1 << 64) - 1)
        finder = self.successors.finder
        match self._origins[row]:
            case ("own", _, local):
                return self.row(finder.own(who, local, ids), who, local)
            case ("deliver", _, local, envelope):
                return self.row(finder.deliver(who, local, envelope, ids), who, local)
            case ("alarms", _, local):
                return self.row(finder.alarms(who, local, ids).record, who, local)
            case (_, liar, known, _, local):
                return self._forged(liar, known, who, local, ids)
            case _:
                raise AssertionError(row)

    def _find_fate(self, envelope: int, local: int) -> None:
        receiver = self.successors.network.receivers[envelope]
        fate = self.successors.find_fate(envelope, receiver, local) + 1
        self.lanes.fate[envelope][local] = fate
        if fate == k.LEARN:
            self.lanes.learn.data[envelope] = self.successors.lesson(receiver, envelope)

    def _find_rest(self, rest: int) -> None:
        moves = [(label, after, is_fault) for label, after, is_fault in self.successors.find_world_moves(rest)]
        first, last = self.world_moves.extend(moves)
        lose = duplicate = k.BLOCKED
        strikes = False
        if self.successors.strikes is not None:
            left = self.successors.strikes.left(rest)
            lose, duplicate = (dict(left.network).get(kind, k.BLOCKED) for kind in range(2))
            strikes = left.instances
        splits = self.cuts.splits_from(rest)
        self.sync()
        cut, heals = (int(self.rests.data[rest][name]) for name in ("cut", "heals"))
        self.rests.data[rest] = (first, last, lose, duplicate, strikes, 1, cut, heals, *splits)

    # ---- clocks

    @property
    def _passing(self) -> Passing:
        passing = self.successors.passing
        if passing is None:
            raise AssertionError("there is no clock here")
        return passing

    def _alarm(self, who: int, local: int) -> tuple[int, int, int, int]:
        ids = self._ids_when_nothing_is_used(who)
        found = self.successors.finder.alarms(who, local, ids)
        row = self._row_or_origin(found.record, who, local, ("alarms", who, local))
        soonest, limit = (k.NEVER if moment is None else moment for moment in (found.soonest, found.limit))
        return row, 1, soonest, limit

    def _content_at(self, place: int) -> tuple[int, ...]:
        """Return the messages under way in a state that stands at an address."""
        words = (ctypes.c_uint64 * self.layout.words).from_address(place)
        fields = self.layout.fields[self.first_lane :].tolist()
        values = {lane: words[word] >> shift & mask for lane, (word, shift, mask) in enumerate(fields)}
        return self.lanes.content_of({lane: value for lane, value in values.items() if value})

    # ---- rows

    def row(self, record: Record, who: int, local: int) -> int:
        """Return the number of a new row that holds the moves of a record."""
        if record is NOTHING:
            return k.ROW_NOTHING
        if record is DEFERRED:
            return k.ROW_DEFERRED
        labels, keeps = self.successors.labels, self.setting.keeps and self.setting.removes
        moves: list[tuple[int, ...]] = []
        for delta, label in record.plain:
            after, *writes = self._changes(delta, who, local)
            plain = 0 if writes[1] else k.PLAIN
            moves.append((after, 0, 0, 0, 0, label, labels.kept(label) if keeps else label, 0, plain, *writes))
            self._taken.append(None)
            self._move_of.append(((), label, label))
        for move in record.others:
            sends, sweep = self._sends(move.sends), self.lanes.sweep(who, move.swept)
            kept = labels.kept(move.label) if keeps else move.label
            flags = k.NOT_TAKEN if move.delta is None else 0
            _, *writes = self._changes(move.delta or 0, who, local)
            moves.append(
                (
                    move.local,
                    move.operation,
                    sends,
                    len(move.sends),
                    sweep,
                    move.label,
                    kept,
                    self._note(move.notes),
                    flags,
                    *writes,
                )
            )
            self._taken.append(move.taken)
            self._move_of.append((move.sends, move.label, kept))
        first, last = self.moves.extend(moves)
        self.move_used.reserve(last)
        return self.rows.append((first, last, self._note(record.notes), 0))

    def _changes(self, delta: int, who: int, local: int) -> tuple[int, int, int]:
        """Return the local state after a move, and the places of shared variables that it writes: where they begin, and how many."""
        shift, half, successors = who * LOCAL_BITS, 1 << (LOCAL_BITS - 1), self.successors
        own = ((delta >> shift) + half & LOCAL_MASK) - half  # differences are small, and may be below zero
        left, writes = (delta - (own << shift)) >> successors.place_shift, []
        for place in range(successors.places.count if left else 0):
            change = (left + half & PLACE_MASK) - half
            left = (left - change) >> PLACE_BITS
            if change:
                writes.append((self.rest_part + 1 + place, change))
        return local + own, self.writes.extend(writes)[0], len(writes)

    def _sends(self, envelopes: tuple[int, ...]) -> int:
        if envelopes not in self._send_numbers:
            self._send_numbers[envelopes] = self.sends.extend(list(envelopes))[0]
        return self._send_numbers[envelopes]

    def note_number(self, notes: tuple[Note, ...]) -> int:
        """Return the number of what is to be said together."""
        return self._note(notes)

    def _note(self, notes: tuple[Note, ...]) -> int:
        found = self._note_numbers.get(notes)
        if found is None:
            found = self._note_numbers[notes] = len(self.notes)
            self.notes.append(notes)
            cut = any(note.property == CUT for note in notes)
            broken = any(note.broken for note in notes if note.property != CUT)
            holds = self.successors.passing is not None and any(map(self.successors.passing.is_held_by, notes))
            self.note_flags.append(k.NOTE_CUT * cut | k.NOTE_BROKEN * broken | k.NOTE_HOLDS * holds)
            self.note_first.append(-1)
        return found

    # ---- afterwards

    def taken_transitions(self) -> set[tuple[str, int]]:
        """Return the transitions that were taken by moves which the rest of the state had to allow."""
        used = np.flatnonzero(self.move_used.data[: len(self._taken)])
        return {taken for at in used.tolist() if (taken := self._taken[at]) is not None}

    def notes_met(self) -> list[tuple[int, Note]]:
        """Return what is to be said, each with the first state of which it is."""
        met = [
            (int(first), number) for number, first in enumerate(self.note_first.data[: len(self.notes)]) if first >= 0
        ]
        return [(first, note) for first, number in sorted(met) for note in self.notes[number]]


def _describe(t: k.TablesStructure, successors: Successors) -> None:
    """Say what there is in a setting: how messages travel, how time passes, who may lie."""
    setting, timing = successors.setting, successors.setting.timing
    most = setting.case.bounds.under_way
    t.instances, t.removes, t.keeps = len(setting.instances), setting.removes, setting.keeps
    t.sorts, t.strikes, t.liars = successors.sorts, successors.strikes is not None, successors.liars is not None
    t.most = -1 if most is None else most
    t.tick, t.kinds = 0 if timing is None else timing.tick, setting.moments is not None
    t.ages = timing is not None and setting.moments is not None


def _bits(values: int) -> int:
    return max((values - 1).bit_length(), 1)
