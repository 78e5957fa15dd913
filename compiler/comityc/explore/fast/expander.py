"""A chunk of states as columns of words in; every step from them out, as columns too, with what is to be said of them.

It follows the kernel (`successors` there) function by function, for all states of a chunk at once: what the kernel looks up for one
state is gathered here for many.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.answers import Numbers, blocked
from comityc.explore.fast.questions import Questions

Words = list[NDArray[np.uint64]]
Flags = NDArray[np.bool_]
Labels = NDArray[np.int32]


@dataclass(slots=True)
class Found:
    """The steps from a chunk: where they lead, from which of its states and by which label where that is asked for; and what is to be said.

    `steps` counts those too that lead nowhere new and are left out.
    """

    words: Words
    sources: Numbers
    labels: Labels
    steps: int
    notes: dict[int, int]  # the first state of the chunk with each
    flags: NDArray[np.uint8] | None  # by state of the chunk; None where there is nothing to be said
    used: Flags | None  # the moves that the rest of the state allowed
    stuck: int  # the first state that is; -1


@dataclass(slots=True)
class _Steps:
    """Steps that were found and not yet made: from which state, by which move, from what on (`base`), and with which rest."""

    sources: Numbers
    moves: Numbers
    base: Words
    kept: Flags | None
    rest: Numbers | None = None

    def only(self, chosen: "Flags | Numbers") -> "_Steps":
        """Return some of them."""
        return _Steps(
            self.sources[chosen],
            self.moves[chosen],
            [word[chosen] for word in self.base],
            None if self.kept is None else self.kept[chosen],
            None if self.rest is None else self.rest[chosen],
        )


@dataclass(slots=True)
class Gathered:
    """Steps of several rows, put together before they are made."""

    sources: list[Numbers] = field(default_factory=list)
    moves: list[Numbers] = field(default_factory=list)
    taken_out: list[tuple[int, NDArray[np.uint64]] | None] = field(default_factory=list)  # lane, and what it becomes
    kept: list[bool] = field(default_factory=list)

    def add(self, sources: Numbers, moves: Numbers, out: tuple[int, NDArray[np.uint64]] | None, kept: bool) -> None:
        """Add steps; a message is taken out of the network first where `out` says so."""
        self.sources.append(sources)
        self.moves.append(moves)
        self.taken_out.append(out)
        self.kept.append(kept)


class Expander:
    """Takes the steps from one chunk of states. With `labelled`, sources and labels are told, and no step is left out."""

    def __init__(self, questions: Questions, words: Words, *, labelled: bool, seek_stuck: bool) -> None:
        self._all, self._t = questions, questions.tables.structure
        self._moves, self._tables = questions.moves, questions.tables
        self._words, self._labelled, self._seek_stuck = words, labelled, seek_stuck
        self._count = len(words[0])
        fields = questions.tables.layout.fields[: questions.tables.rest_part + 1].tolist()
        self._own_fields: list[tuple[int, int, int]] = fields[:-1]
        self._rest = self._part(*fields[-1])
        self._rest_field: tuple[int, int, int] = fields[-1]
        self._notes: dict[int, int] = {}
        self._flags: NDArray[np.uint8] | None = None
        self._used: Flags | None = None
        self._progress = np.zeros(self._count, dtype=np.bool_)
        self._out: list[tuple[Words, Numbers, Labels]] = []
        self._steps = 0

    @cached_property
    def _locals(self) -> Numbers:
        """The local states: a row for each instance."""
        return np.stack([self._part(*one) for one in self._own_fields])

    def _part(self, word: int, shift: int, mask: int) -> Numbers:
        return ((self._words[word] >> np.uint64(shift)) & np.uint64(mask)).view(np.int64)

    def found(self) -> Found:
        """Take all steps."""
        self._deliver_and_own()
        self._world()
        if self._t.strikes:
            self._strike()
        stuck = self._first_stuck() if self._seek_stuck else -1
        words = [
            np.concatenate([part[0][at] for part in self._out]) if self._out else np.zeros(0, dtype=np.uint64)
            for at in range(len(self._words))
        ]
        sources, labels = no_numbers(), no_labels()
        if self._labelled and self._out:
            sources = np.concatenate([part[1] for part in self._out])
            labels = np.concatenate([part[2] for part in self._out])
        return Found(words, sources, labels, self._steps, self._notes, self._flags, self._used, stuck)

    # ---- remarks

    def _note(self, numbers: NDArray[np.uint32], sources: Numbers) -> None:
        """Take note of what is to be said of states; 0 is nothing."""
        met = np.flatnonzero(numbers)
        if not len(met):
            return
        numbers, sources = numbers[met], sources[met]
        for number in np.unique(numbers).tolist():
            self._note_all(number, sources[numbers == number])

    def _note_all(self, number: int, sources: Numbers) -> None:
        if len(sources):
            self._notes[number] = min(self._notes.get(number, self._count), int(sources.min()))
            if self._flags is None:
                self._flags = np.zeros(self._count, dtype=np.uint8)
            self._flags[sources] |= self._tables.note_flags.data[number]

    def _first_stuck(self) -> int:
        """Find the first state in which nothing can happen, and an instance ought to be able to go on."""
        still = ~self._progress
        if self._flags is not None:
            still &= (self._flags & (k.NOTE_CUT | k.NOTE_BROKEN)) == 0
        at = self._waiting(np.flatnonzero(still))
        return int(at[0]) if len(at) else -1

    def _waiting(self, at: Numbers) -> Numbers:
        """Return the states among these in which an instance ought to be able to go on."""
        waits = np.zeros(len(at), dtype=np.bool_)
        for who, local in enumerate(self._locals):
            waits |= self._tables.stuck[who][local[at]] != 0
        return at[waits]

    # ---- rows

    def _rows(self, gathered: Gathered, who: int, row: NDArray[np.int32], sources: Numbers, *, arriving: int = -1,
              left: NDArray[np.uint64] | None = None) -> None:  # fmt: skip
        """Add the steps of a row for each of these states; `arriving` is the lane of a message, and `left` what remains in it."""
        real = row > k.ROW_DEFERRED
        if not real.all():
            row, sources = row[real], sources[real]
            left = left[real] if left is not None else None
        if not len(row):
            return
        moves = self._moves
        fresh = moves.of_rows("fresh")[row]
        if fresh.any():
            row = row.copy()
            at = np.flatnonzero(fresh)
            row[at] = self._all.with_fresh(who, row[at], self._ids_in(sources[at], who))
        self._note(moves.of_rows("note")[row], sources)
        first = moves.of_rows("first")[row].astype(np.int64)
        count = moves.of_rows("last")[row] - first
        for turn in range(int(count.max())):
            on = np.flatnonzero(count > turn)
            if len(on) == len(row):
                these, those, rests = sources, first + turn, left
            else:
                these, those, rests = sources[on], first[on] + turn, None if left is None else left[on]
            if arriving < 0:
                gathered.add(these, those, None, False)
                continue
            if self._t.removes:
                assert rests is not None
                gathered.add(these, those, (arriving, rests), False)
            if self._t.keeps:
                gathered.add(these, those, None, bool(self._t.removes))

    def _deliver_and_own(self) -> None:
        gathered = Gathered()
        for lane, word, bit, envelope, who in self._all.single_lanes:
            sources = np.flatnonzero((self._words[word] & bit) != 0)
            if len(sources):
                row = self._all.delivery[envelope].of(self._locals[who][sources])
                left = np.zeros(len(sources), dtype=np.uint64)
                self._rows(gathered, who, row, sources, arriving=lane, left=left)
        self._deliver_wide(gathered)
        self._make(gathered, delivered=True)
        gathered, everyone = Gathered(), np.arange(self._count)
        for who, rows in enumerate(self._all.own):
            self._rows(gathered, who, rows.of(self._locals[who]), everyone)
        self._make(gathered, progress=True)

    def _deliver_wide(self, gathered: Gathered) -> None:
        for lane, envelope, who in self._all.wide_lanes:
            value = self._lane(lane)
            sources = np.flatnonzero(value)
            if not len(sources):
                continue
            value = value[sources]
            if envelope >= 0:
                row = self._all.delivery[envelope].of(self._locals[who][sources])
                self._rows(gathered, who, row, sources, arriving=lane, left=(value - 1).view(np.uint64))
            else:
                self._deliver_queue(gathered, lane, who, sources, self._queues(lane, value))

    def _deliver_queue(self, gathered: Gathered, lane: int, who: int, sources: Numbers, queues: Numbers) -> None:
        """Deliver the first message of each queue, and those behind it as long as each lets them pass."""
        spans = self._all.spans("queue_items", queues)
        turn = 0
        while len(sources):
            here = spans["first"] + turn < spans["last"]
            sources, spans = sources[here], spans[here]
            items = self._tables.lanes.items.data[(spans["first"] + turn).astype(np.int64)]
            left = self._tables.lanes.queue_number.data[items["without"]].astype(np.uint64)
            passes = np.zeros(len(sources), dtype=np.bool_)
            for envelope in np.unique(items["envelope"]).tolist():
                at = np.flatnonzero(items["envelope"] == envelope)
                row = self._all.delivery[envelope].of(self._locals[who][sources[at]])
                passes[at] = row == k.ROW_DEFERRED
                self._rows(gathered, who, row, sources[at], arriving=lane, left=left[at])
            sources, spans = sources[passes], spans[passes]
            turn += 1

    def _lane(self, lane: int, at: Numbers | None = None) -> Numbers:
        moves = self._moves
        word = self._words[int(moves.lane_word[lane])]
        chosen = word if at is None else word[at]
        return ((chosen >> moves.lane_shift[lane]) & moves.lane_mask[lane]).view(np.int64)

    def _queues(self, lane: int, values: Numbers) -> Numbers:
        return self._tables.lanes.queue_of[lane][values].astype(np.int64)

    def _world(self) -> None:
        self._all.rest.of(self._rest)
        rests = self._tables.rests.data
        first, last = rests["first"][self._rest].astype(np.int64), rests["last"][self._rest].astype(np.int64)
        for turn in range(int((last - first).max())):
            sources = np.flatnonzero(last - first > turn)
            moves = self._tables.world_moves.data[first[sources] + turn]
            words = self._from(sources)
            self._put_rest(words, moves["after"])
            self._progress[sources[moves["fault"] == 0]] = True
            self._emit(words, sources, moves["label"].astype(np.int32))

    def _from(self, sources: Numbers) -> Words:
        return [word[sources] for word in self._words]

    def _put_rest(self, words: Words, rest: "NDArray[np.generic]") -> None:
        word, shift, mask = self._rest_field
        words[word] &= np.uint64(~(mask << shift) & 2**64 - 1)
        words[word] |= rest.astype(np.uint64) << np.uint64(shift)

    def _emit(self, words: Words, sources: Numbers, labels: Labels) -> None:
        self._steps += len(sources)
        self._out.append((words, sources, labels))

    # ---- steps are made

    def _make(self, gathered: Gathered, *, delivered: bool = False, progress: bool = False) -> None:
        """Make the steps that were gathered. Those that deliver a message out of a set count as progress only where something changes."""
        if not gathered.sources:
            return
        steps = self._begun(gathered)
        if self._moves.any_operation:
            steps = self._operate(steps)
        moves = self._moves
        if moves.any_note:
            self._note(moves.of_moves("note")[steps.moves], steps.sources)
        if moves.any_not_taken:
            refused = (moves.of_moves("flags")[steps.moves] & k.NOT_TAKEN) != 0
            if refused.any():
                steps = steps.only(~refused)
        if not len(steps.moves):
            return
        words = [
            (steps.base[at] & moves.stays[at].data[steps.moves]) | moves.becomes[at].data[steps.moves]
            for at in range(len(steps.base))
        ]
        if moves.any_depends:
            steps = self._depend(steps, words)
        if self._t.most >= 0 and moves.any_sends:
            steps, words = self._bounded(steps, words)
        if steps.rest is not None:
            self._put_rest(words, steps.rest)
        if delivered and not self._t.removes:
            self._keep_changed(steps, words)
            return
        if delivered or progress:
            self._progress[steps.sources] = True
        self._emit(words, steps.sources, self._labels(steps))

    def _begun(self, gathered: Gathered) -> _Steps:
        sources, chosen = np.concatenate(gathered.sources), np.concatenate(gathered.moves)
        base, end = self._from(sources), 0
        for part, out in zip(gathered.sources, gathered.taken_out, strict=True):
            first, end = end, end + len(part)
            if out is not None:
                lane, left = out
                word, shift = int(self._moves.lane_word[lane]), self._moves.lane_shift[lane]
                base[word][first:end] &= ~(self._moves.lane_mask[lane] << shift)
                base[word][first:end] |= left << shift
        kept = None
        if self._labelled and any(gathered.kept):
            kept = np.repeat(gathered.kept, [len(part) for part in gathered.sources])
        return _Steps(sources, chosen, base, kept)

    def _labels(self, steps: _Steps) -> Labels:
        if not self._labelled:
            return no_labels()
        labels = self._moves.of_moves("label")[steps.moves]
        if steps.kept is not None:
            labels = np.where(steps.kept, self._moves.of_moves("kept_label")[steps.moves], labels)
        return labels.astype(np.int32)

    def _operate(self, steps: _Steps) -> _Steps:
        """Let each step do what it does to the rest; leave out what the rest does not allow."""
        operations = self._moves.of_moves("operation")[steps.moves]
        acting = np.flatnonzero(operations)
        if not len(acting):
            return steps
        steps.rest = self._rest[steps.sources]
        after = self._all.applied.of(steps.rest[acting], operations[acting].astype(np.int64))
        refused = blocked(after)
        steps.rest[acting] = after
        used = steps.moves[acting[~refused]]
        if self._used is None or len(self._used) < self._moves.depends.length:
            grown = np.zeros(self._moves.depends.length, dtype=np.bool_)
            if self._used is not None:
                grown[: len(self._used)] = self._used
            self._used = grown
        self._used[used] = True
        if refused.any():
            allowed = np.ones(len(steps.moves), dtype=np.bool_)
            allowed[acting[refused]] = False
            steps = steps.only(allowed)
        return steps

    def _keep_changed(self, steps: _Steps, words: Words) -> None:
        """Keep the deliveries out of a set, which are progress where something changes; others are counted and no more, unless edges are kept."""
        changed = np.zeros(len(steps.sources), dtype=np.bool_)
        for after, before in zip(words, steps.base, strict=True):
            changed |= after != before
        self._progress[steps.sources[changed]] = True
        if self._labelled:
            self._emit(words, steps.sources, self._labels(steps))
            return
        self._steps += len(changed) - int(np.count_nonzero(changed))
        self._emit([word[changed] for word in words], steps.sources[changed], no_labels())

    # ---- steps that depend on the state

    def _depend(self, steps: _Steps, words: Words) -> _Steps:
        """Send and sweep where what comes of it is not the same for every state."""
        moves = self._moves
        at = np.flatnonzero(moves.depends.data[steps.moves])
        if not len(at):
            return steps
        chosen, sources = steps.moves[at], steps.sources[at]
        after = [word[at] for word in words]
        rest = self._rest[sources] if steps.rest is None else steps.rest[at]
        taught = self._send(after, chosen, sources, rest)
        self._sweep(after, moves.of_moves("sweep")[chosen])
        for word, changed in zip(words, after, strict=True):
            word[at] = changed
        if taught:
            if steps.rest is None:
                steps.rest = self._rest[steps.sources]
            steps.rest[at] = rest
        return steps

    def _send(self, words: Words, chosen: Numbers, sources: Numbers, rest: Numbers) -> bool:
        """Put what is sent under way; return whether a liar learned something, which `rest` then holds."""
        moves, lanes, taught = self._moves, self._tables.lanes, False
        first, count = moves.of_moves("sends")[chosen], moves.of_moves("send_count")[chosen]
        for turn in range(int(count.max(initial=0))):
            on = np.flatnonzero(count > turn)
            sent = self._tables.sends.data[first[on] + turn].astype(np.int64)
            if self._t.sorts:
                receiver = lanes.envelope_receiver.data[sent]
                own = receiver == moves.owner.data[chosen[on]]
                local = self._locals[receiver, sources[on]]
                local = np.where(own, moves.of_moves("local")[chosen[on]], local)
                fate = self._all.fates.of(sent, local)
                learning = np.flatnonzero(fate == k.LEARN)
                lessons = lanes.learn.data[sent[learning]].astype(np.int64)
                learning, lessons = learning[lessons > 0], lessons[lessons > 0]
                if len(learning):
                    rest[on[learning]] = self._all.applied.of(rest[on[learning]], lessons)
                    taught = True
                kept = fate == k.KEEP
                on, sent = on[kept], sent[kept]
            self._put_under_way(words, on, sent)
        return taught

    def _put_under_way(self, words: Words, on: Numbers, sent: Numbers) -> None:
        moves, lanes, copies = self._moves, self._tables.lanes, self._t.copies
        lane = lanes.envelope_lane.data[sent]
        is_queue = lanes.envelope.data[lane] < 0
        for number in np.unique(lane[is_queue]).tolist():
            here = np.flatnonzero(lane == number)
            where = on[here]
            word, shift, mask = int(moves.lane_word[number]), moves.lane_shift[number], moves.lane_mask[number]
            queue = self._queues(number, ((words[word][where] >> shift) & mask).view(np.int64))
            after = self._all.appended.of(queue, sent[here])
            _put(words[word], where, shift, mask, lanes.queue_number.data[after])
        for word in range(len(words)):
            here = np.flatnonzero(~is_queue & (moves.lane_word[lane] == word))
            where, into = on[here], lane[here]
            shift, mask = moves.lane_shift[into], moves.lane_mask[into]
            value = (words[word][where] >> shift) & mask
            room = value < np.uint64(copies) if copies else np.ones(len(value), dtype=np.bool_)
            full = room & (value == mask)
            if full.any():
                self._all.widen(int(into[full][0]))
            words[word][where] += room.astype(np.uint64) << shift

    def _sweep(self, words: Words, sweeps: NDArray[np.uint32]) -> None:
        at = np.flatnonzero(sweeps)
        if not len(at):
            return
        lanes, moves = self._tables.lanes, self._moves
        numbers = sweeps[at]
        for word, column in enumerate(words):
            column[at] &= lanes.sweep_mask[numbers, word]
        for sweep in np.unique(numbers).tolist():
            where = at[numbers == sweep]
            first, last = lanes.sweep_queues.data[sweep].tolist()
            for lane in lanes.sweep_lanes.data[first:last].tolist():
                word, shift, mask = int(moves.lane_word[lane]), moves.lane_shift[lane], moves.lane_mask[lane]
                values = ((words[word][where] >> shift) & mask).view(np.int64)
                some = np.flatnonzero(values)
                queue = self._queues(lane, values[some])
                after = self._all.filtered.of(queue, np.full(len(queue), sweep))
                _put(words[word], where[some], shift, mask, lanes.queue_number.data[after])

    def _bounded(self, steps: _Steps, words: Words) -> tuple[_Steps, Words]:
        """Leave out the steps that would put more under way than there is room for."""
        sending = np.flatnonzero(self._moves.of_moves("send_count")[steps.moves])
        over = sending[self._under_way([word[sending] for word in words]) > self._t.most]
        if not len(over):
            return steps, words
        self._note_all(self._t.full_note, steps.sources[over])
        fits = np.ones(len(steps.moves), dtype=np.bool_)
        fits[over] = False
        return steps.only(fits), [word[fits] for word in words]

    def _under_way(self, words: Words) -> Numbers:
        """Count the messages under way."""
        found = np.zeros(len(words[0]), dtype=np.int64)
        for word, bits in zip(words, self._all.single_bits, strict=True):
            found += np.bitwise_count(word & bits)
        moves = self._moves
        for lane, envelope, _ in self._all.wide_lanes:
            word = words[int(moves.lane_word[lane])]
            value = ((word >> moves.lane_shift[lane]) & moves.lane_mask[lane]).view(np.int64)
            found += value if envelope >= 0 else self._tables.lanes.queue_length.data[self._queues(lane, value)]
        return found

    # ---- faults

    def _strike(self) -> None:
        rests = self._tables.rests.data
        lose, duplicate = rests["lose"][self._rest], rests["duplicate"][self._rest]
        if self._t.most >= 0 and (duplicate >= 0).any():
            found = self._under_way(self._words)
            full = (duplicate >= 0) & (found >= self._t.most)
            self._note_all(self._t.full_note, np.flatnonzero(full & (found > 0)))
            duplicate[full] = k.BLOCKED
        if (lose >= 0).any() or (duplicate >= 0).any():
            self._strike_lanes(lose, duplicate)
        gathered = Gathered()
        struck = np.flatnonzero(rests["strikes"][self._rest])
        if len(struck):
            for who, rows in enumerate(self._all.faults):
                self._rows(gathered, who, rows.of(self._locals[who][struck]), struck)
        if self._t.liars:
            self._forge(gathered)
        self._make(gathered)

    def _strike_lanes(self, lose: NDArray[np.int32], duplicate: NDArray[np.int32]) -> None:
        lanes = self._tables.lanes
        for lane, envelope, _ in self._all.lanes:
            value = self._lane(lane)
            for rest, doubling in ((lose, False), (duplicate, True)):
                at = np.flatnonzero((value > 0) & (rest >= 0))
                if not len(at):
                    continue
                if envelope >= 0:
                    label = (lanes.double_label if doubling else lanes.lose_label).data[envelope]
                    after = value[at] + (1 if doubling else -1)
                    self._change(lane, at, after, rest[at], np.full(len(at), label, dtype=np.int32))
                else:
                    self._change_queues(lane, at, value[at], rest[at], doubling)

    def _change_queues(
        self, lane: int, at: Numbers, values: Numbers, rest: NDArray[np.int32], doubling: bool
    ) -> None:
        lanes = self._tables.lanes
        spans = self._all.spans("queue_doubles" if doubling else "queue_losses", self._queues(lane, values))
        count = spans["last"].astype(np.int64) - spans["first"]
        for turn in range(int(count.max())):
            on = np.flatnonzero(count > turn)
            changes = lanes.changes.data[spans["first"][on].astype(np.int64) + turn]
            after = lanes.queue_number.data[changes["after"]].astype(np.int64)
            self._change(lane, at[on], after, rest[on], changes["label"].astype(np.int32))

    def _change(self, lane: int, sources: Numbers, after: Numbers, rest: NDArray[np.int32], labels: Labels) -> None:
        """A lane has another value after a loss or a duplicate."""
        moves = self._moves
        if (after.view(np.uint64) > moves.lane_mask[lane]).any():
            self._all.widen(lane)
        words = self._from(sources)
        word, shift, mask = int(moves.lane_word[lane]), moves.lane_shift[lane], moves.lane_mask[lane]
        words[word] &= ~(mask << shift)
        words[word] |= after.view(np.uint64) << shift
        self._put_rest(words, rest)
        self._emit(words, sources, labels)

    def _forge(self, gathered: Gathered) -> None:
        """Liars may say anything that they know, to anybody."""
        instances = self._t.instances
        for liar in range(instances):
            sources = np.flatnonzero(self._tables.is_liar[liar][self._locals[liar]])
            if not len(sources):
                continue
            known = self._tables.knowledge.data[self._rest[sources] * instances + liar].astype(np.int64)
            for who in range(instances):
                if who != liar:
                    pair = (known * instances + liar) * instances + who
                    row = self._all.forged(who).of(pair, self._locals[who][sources])
                    self._rows(gathered, who, row, sources)

    def _ids_in(self, sources: Numbers, who: int) -> NDArray[np.uint64]:
        """Return the ids of an instance that occur somewhere in states, as bits."""
        tables, lanes = self._tables, self._tables.lanes
        found = tables.rest_ids.data[self._rest[sources]].copy()
        for other, local in enumerate(self._locals):
            found |= tables.local_ids[other][local[sources]]
        for lane, envelope, _ in self._all.lanes:
            value = self._lane(lane, sources)
            if envelope >= 0:
                found |= np.where(value > 0, lanes.envelope_ids.data[envelope], np.uint64(0))
            else:
                found |= np.where(value > 0, lanes.queue_ids.data[self._queues(lane, value)], np.uint64(0))
        return found & tables.instance_ids.data[who]


def _put(
    column: NDArray[np.uint64], at: Numbers, shift: np.uint64, mask: np.uint64, values: "NDArray[np.generic]"
) -> None:
    """Give a lane another value in some states."""
    column[at] = (column[at] & ~(mask << shift)) | (values.astype(np.uint64) << shift)


def no_numbers() -> Numbers:
    """Return no numbers: which states steps come from, where nobody asks."""
    return np.zeros(0, dtype=np.int64)


def no_labels() -> Labels:
    """Return no labels, where nobody asks for any."""
    return np.zeros(0, dtype=np.int32)
