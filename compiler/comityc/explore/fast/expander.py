"""A chunk of states as columns of words in; every step from them out, as columns too, with what is to be said of them.

It follows the kernel (`successors` there) function by function, for all states of a chunk at once: what the kernel looks up for one
state is gathered here for many.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.answers import Numbers, blocked
from comityc.explore.fast.chunk import Chunk
from comityc.explore.fast.gathered import Flags, Gathered, Steps, Words
from comityc.explore.fast.questions import Questions
from comityc.explore.fast.sending import Sending

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
    stuck: Numbers  # the states in which nothing can happen, and somebody ought to be able to go on


class Expander:
    """Takes the steps from one chunk of states. With `labelled`, sources and labels are told, and no step is left out."""

    def __init__(self, questions: Questions, words: Words, *, labelled: bool, seek_stuck: bool) -> None:
        self._all, self._t = questions, questions.tables.structure
        self._moves, self._tables = questions.moves, questions.tables
        self._chunk, self._labelled, self._seek_stuck = Chunk(questions, words), labelled, seek_stuck
        self._notes: dict[int, int] = {}
        self._flags: NDArray[np.uint8] | None = None
        self._used: Flags | None = None
        self._progress = np.zeros(self._chunk.count, dtype=np.bool_)
        self._out: list[tuple[Words, Numbers, Labels]] = []
        self._steps = 0

    def found(self) -> Found:
        """Take all steps."""
        self._deliver_and_own()
        self._world()
        if self._t.strikes:
            self._strike()
        stuck = self._stuck() if self._seek_stuck else no_numbers()
        words = [
            np.concatenate([part[0][at] for part in self._out]) if self._out else np.zeros(0, dtype=np.uint64)
            for at in range(len(self._chunk.words))
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
            self._notes[number] = min(self._notes.get(number, self._chunk.count), int(sources.min()))
            if self._flags is None:
                self._flags = np.zeros(self._chunk.count, dtype=np.uint8)
            self._flags[sources] |= self._tables.note_flags.data[number]

    def _stuck(self) -> Numbers:
        """Find the states in which nothing can happen, and an instance ought to be able to go on."""
        still = ~self._progress
        if self._flags is not None:
            still &= (self._flags & (k.NOTE_CUT | k.NOTE_BROKEN)) == 0
        return self._waiting(np.flatnonzero(still))

    def _waiting(self, at: Numbers) -> Numbers:
        """Return the states among these in which an instance ought to be able to go on."""
        waits = np.zeros(len(at), dtype=np.bool_)
        for who, local in enumerate(self._chunk.locals_at(at) if len(at) else ()):
            waits |= self._tables.stuck[who][local] != 0
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
            row[at] = self._all.with_fresh(who, row[at], self._chunk.ids_in(sources[at], who))
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
            sources = np.flatnonzero((self._chunk.words[word] & bit) != 0)
            if len(sources):
                row = self._all.delivery[envelope].of(self._chunk.locals[who][sources])
                left = np.zeros(len(sources), dtype=np.uint64)
                self._rows(gathered, who, row, sources, arriving=lane, left=left)
        self._deliver_wide(gathered)
        self._make(gathered, delivered=True)
        gathered, everyone = Gathered(), np.arange(self._chunk.count)
        for who, rows in enumerate(self._all.own):
            self._rows(gathered, who, rows.of(self._chunk.locals[who]), everyone)
        self._make(gathered, progress=True)

    def _deliver_wide(self, gathered: Gathered) -> None:
        for lane, envelope, who in self._all.wide_lanes:
            value = self._chunk.lane(lane)
            sources = np.flatnonzero(value)
            if not len(sources):
                continue
            value = value[sources]
            if envelope >= 0:
                row = self._all.delivery[envelope].of(self._chunk.locals[who][sources])
                self._rows(gathered, who, row, sources, arriving=lane, left=(value - 1).view(np.uint64))
            else:
                self._deliver_queue(gathered, lane, who, sources, self._chunk.queues(lane, value))

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
                row = self._all.delivery[envelope].of(self._chunk.locals[who][sources[at]])
                passes[at] = row == k.ROW_DEFERRED
                self._rows(gathered, who, row, sources[at], arriving=lane, left=left[at])
            sources, spans = sources[passes], spans[passes]
            turn += 1

    def _world(self) -> None:
        if self._all.rest_is_idle:
            return
        self._all.rest.of(self._chunk.rest)
        spans = self._tables.rests.data[: self._tables.rests.length]
        count = (spans["last"].astype(np.int64) - spans["first"])[self._chunk.rest]
        if not count.any():
            return
        first = spans["first"].astype(np.int64)[self._chunk.rest]
        for turn in range(int(count.max())):
            sources = np.flatnonzero(count > turn)
            moves = self._tables.world_moves.data[first[sources] + turn]
            words = self._chunk.some(sources)
            self._chunk.put_rest(words, moves["after"])
            self._progress[sources[moves["fault"] == 0]] = True
            self._emit(words, sources, moves["label"].astype(np.int32))

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
            steps = Sending(self._all, self._chunk).apply(steps, words)
        if self._t.most >= 0 and moves.any_sends:
            steps, words = self._bounded(steps, words)
        if steps.rest is not None:
            self._chunk.put_rest(words, steps.rest)
        if delivered and not self._t.removes:
            self._keep_changed(steps, words)
            return
        if delivered or progress:
            self._progress[steps.sources] = True
        self._emit(words, steps.sources, self._labels(steps))

    def _begun(self, gathered: Gathered) -> Steps:
        sources, chosen = np.concatenate(gathered.sources), np.concatenate(gathered.moves)
        base, end = self._chunk.some(sources), 0
        for part, out in zip(gathered.sources, gathered.taken_out, strict=True):
            first, end = end, end + len(part)
            if out is not None:
                lane, left = out
                self._chunk.put_lane(base, lane, slice(first, end), left)
        kept = None
        if self._labelled and any(gathered.kept):
            kept = np.repeat(gathered.kept, [len(part) for part in gathered.sources])
        return Steps(sources, chosen, base, kept)

    def _labels(self, steps: Steps) -> Labels:
        if not self._labelled:
            return no_labels()
        labels = self._moves.of_moves("label")[steps.moves]
        if steps.kept is not None:
            labels = np.where(steps.kept, self._moves.of_moves("kept_label")[steps.moves], labels)
        return labels.astype(np.int32)

    def _operate(self, steps: Steps) -> Steps:
        """Let each step do what it does to the rest; leave out what the rest does not allow."""
        operations = self._moves.of_moves("operation")[steps.moves]
        acting = np.flatnonzero(operations)
        if not len(acting):
            return steps
        steps.rest = self._chunk.rest[steps.sources]
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

    def _keep_changed(self, steps: Steps, words: Words) -> None:
        """Keep the deliveries out of a set. Those that change nothing are no progress, and counted and no more unless edges are kept."""
        changed = np.zeros(len(steps.sources), dtype=np.bool_)
        for after, before in zip(words, steps.base, strict=True):
            changed |= after != before
        self._progress[steps.sources[changed]] = True
        if self._labelled:
            self._emit(words, steps.sources, self._labels(steps))
            return
        self._steps += len(changed) - int(np.count_nonzero(changed))
        self._emit([word[changed] for word in words], steps.sources[changed], no_labels())

    def _bounded(self, steps: Steps, words: Words) -> tuple[Steps, Words]:
        """Leave out the steps that would put more under way than there is room for."""
        sending = np.flatnonzero(self._moves.of_moves("send_count")[steps.moves])
        over = sending[self._chunk.under_way([word[sending] for word in words]) > self._t.most]
        if not len(over):
            return steps, words
        self._note_all(self._t.full_note, steps.sources[over])
        fits = np.ones(len(steps.moves), dtype=np.bool_)
        fits[over] = False
        return steps.only(fits), [word[fits] for word in words]

    # ---- faults

    def _strike(self) -> None:
        rests = self._tables.rests.data[: self._tables.rests.length]
        lose, duplicate = (np.ascontiguousarray(rests[name])[self._chunk.rest] for name in ("lose", "duplicate"))
        if self._t.most >= 0 and (duplicate >= 0).any():
            found = self._chunk.under_way(self._chunk.words)
            full = (duplicate >= 0) & (found >= self._t.most)
            self._note_all(self._t.full_note, np.flatnonzero(full & (found > 0)))
            duplicate[full] = k.BLOCKED
        if (lose >= 0).any() or (duplicate >= 0).any():
            self._strike_lanes(lose, duplicate)
        gathered = Gathered()
        struck = np.flatnonzero(rests["strikes"][self._chunk.rest])
        if len(struck):
            for who, rows in enumerate(self._all.faults):
                self._rows(gathered, who, rows.of(self._chunk.locals[who][struck]), struck)
        if self._t.liars:
            self._forge(gathered)
        self._make(gathered)

    def _strike_lanes(self, lose: NDArray[np.int32], duplicate: NDArray[np.int32]) -> None:
        lanes = self._tables.lanes
        for lane, envelope, _ in self._all.lanes:
            value = self._chunk.lane(lane)
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

    def _change_queues(self, lane: int, at: Numbers, values: Numbers, rest: NDArray[np.int32], doubling: bool) -> None:
        lanes = self._tables.lanes
        spans = self._all.spans("queue_doubles" if doubling else "queue_losses", self._chunk.queues(lane, values))
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
        words = self._chunk.some(sources)
        self._chunk.put_lane(words, lane, slice(None), after)
        self._chunk.put_rest(words, rest)
        self._emit(words, sources, labels)

    def _forge(self, gathered: Gathered) -> None:
        """Liars may say anything that they know, to anybody."""
        instances = self._t.instances
        for liar in range(instances):
            sources = np.flatnonzero(self._tables.is_liar[liar][self._chunk.locals[liar]])
            if not len(sources):
                continue
            known = self._tables.knowledge.data[self._chunk.rest[sources] * instances + liar].astype(np.int64)
            for who in range(instances):
                if who != liar:
                    pair = (known * instances + liar) * instances + who
                    row = self._all.forged(who).of(pair, self._chunk.locals[who][sources])
                    self._rows(gathered, who, row, sources)


def no_numbers() -> Numbers:
    """Return no numbers: which states steps come from, where nobody asks."""
    return np.zeros(0, dtype=np.int64)


def no_labels() -> Labels:
    """Return no labels, where nobody asks for any."""
    return np.zeros(0, dtype=np.int32)
