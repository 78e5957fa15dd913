"""Steps whose messages go different ways from different states in; what they put under way, and sweep, done to the states."""

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.answers import Numbers
from comityc.explore.fast.chunk import Chunk
from comityc.explore.fast.gathered import Steps, Words
from comityc.explore.fast.questions import Questions


class Sending:
    """Sends and sweeps for the states of a chunk."""

    def __init__(self, questions: Questions, chunk: Chunk) -> None:
        self._all, self._chunk, self._t = questions, chunk, questions.tables.structure
        self._moves, self._tables = questions.moves, questions.tables

    def apply(self, steps: Steps, words: Words) -> Steps:
        """Send and sweep where what comes of it is not the same for every state."""
        moves = self._moves
        at = np.flatnonzero(moves.depends.data[steps.moves])
        if not len(at):
            return steps
        chosen, sources = steps.moves[at], steps.sources[at]
        after = [word[at] for word in words]
        rest = self._chunk.rest[sources] if steps.rest is None else steps.rest[at]
        taught = self._send(after, chosen, sources, rest)
        self._sweep(after, moves.of_moves("sweep")[chosen])
        for word, changed in zip(words, after, strict=True):
            word[at] = changed
        if taught:
            if steps.rest is None:
                steps.rest = self._chunk.rest[steps.sources]
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
                local = self._chunk.locals[receiver, sources[on]]
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
            values = self._chunk.value(number, words[int(moves.lane_word[number])][where])
            after = self._all.appended.of(self._chunk.queues(number, values), sent[here])
            self._chunk.put_lane(words, number, where, lanes.queue_number.data[after])
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
        lanes = self._tables.lanes
        numbers = sweeps[at]
        for word, column in enumerate(words):
            column[at] &= lanes.sweep_mask[numbers, word]
        for sweep in np.unique(numbers).tolist():
            where = at[numbers == sweep]
            first, last = lanes.sweep_queues.data[sweep].tolist()
            for lane in lanes.sweep_lanes.data[first:last].tolist():
                values = self._chunk.value(lane, words[int(self._moves.lane_word[lane])][where])
                some = np.flatnonzero(values)
                queue = self._chunk.queues(lane, values[some])
                after = self._all.filtered.of(queue, np.full(len(queue), sweep))
                self._chunk.put_lane(words, lane, where[some], lanes.queue_number.data[after])
