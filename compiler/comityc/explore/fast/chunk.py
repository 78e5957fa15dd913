"""Some states as columns of words in; their parts, many at a time, out."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast.answers import Numbers
from comityc.explore.fast.gathered import Words
from comityc.explore.fast.questions import Questions

_ALL = slice(None)


class Chunk:
    """States that are expanded together."""

    def __init__(self, questions: Questions, words: Words) -> None:
        self.words, self.count = words, len(words[0])
        self._all, self._tables = questions, questions.tables
        self._moves = questions.moves
        fields = questions.tables.layout.fields[: questions.tables.rest_part + 1].tolist()
        self._fields: list[tuple[int, int, int]] = fields

    @cached_property
    def locals(self) -> Numbers:
        """The local states: a row for each instance."""
        return np.stack([self._part(*one) for one in self._fields[:-1]])

    def locals_at(self, at: Numbers) -> Iterator[Numbers]:
        """Yield the local states of each instance in some states."""
        for one in self._fields[:-1]:
            yield self._part(*one, at)

    @cached_property
    def rest(self) -> Numbers:
        """What is neither instance nor message."""
        return self._part(*self._fields[-1])

    def _part(self, word: int, shift: int, mask: int, at: "Numbers | slice" = _ALL) -> Numbers:
        found: Numbers = ((self.words[word][at] >> np.uint64(shift)) & np.uint64(mask)).view(np.int64)
        return found

    def lane(self, lane: int, at: Numbers | None = None) -> Numbers:
        """Return what is in a lane, of all states or of some."""
        word = self.words[int(self._moves.lane_word[lane])]
        return self.value(lane, word if at is None else word[at])

    def value(self, lane: int, word: NDArray[np.uint64]) -> Numbers:
        """Return what is in a lane; `word` is that in which it stands."""
        found: Numbers = ((word >> self._moves.lane_shift[lane]) & self._moves.lane_mask[lane]).view(np.int64)
        return found

    def queues(self, lane: int, values: Numbers) -> Numbers:
        """Return the queues that a lane with order stands for."""
        found: Numbers = self._tables.lanes.queue_of[lane][values].astype(np.int64)
        return found

    def some(self, at: Numbers) -> Words:
        """Return copies of some states."""
        return [word[at] for word in self.words]

    def put_rest(self, words: Words, rest: "NDArray[np.integer]") -> None:
        """Give states another rest."""
        word, shift, mask = self._fields[-1]
        words[word] &= np.uint64(~(mask << shift) & 2**64 - 1)
        words[word] |= rest.astype(np.uint64) << np.uint64(shift)

    def put_lane(self, words: Words, lane: int, at: "Numbers | slice", values: "NDArray[np.integer]") -> None:
        """Give a lane another value in some states."""
        word, shift = words[int(self._moves.lane_word[lane])], self._moves.lane_shift[lane]
        word[at] = (word[at] & ~(self._moves.lane_mask[lane] << shift)) | (values.astype(np.uint64) << shift)

    def under_way(self, words: Words) -> Numbers:
        """Count the messages under way in states."""
        found = np.zeros(len(words[0]), dtype=np.int64)
        for word, bits in zip(words, self._all.single_bits, strict=True):
            found += np.bitwise_count(word & bits)
        for lane, envelope, _ in self._all.wide_lanes:
            value = self.value(lane, words[int(self._moves.lane_word[lane])])
            found += value if envelope >= 0 else self._tables.lanes.queue_length.data[self.queues(lane, value)]
        return found

    def ids_in(self, sources: Numbers, who: int) -> NDArray[np.uint64]:
        """Return the ids of an instance that occur somewhere in states, as bits."""
        tables, lanes = self._tables, self._tables.lanes
        found: NDArray[np.uint64] = tables.rest_ids.data[self.rest[sources]].copy()
        for other, local in enumerate(self.locals):
            found |= tables.local_ids[other][local[sources]]
        for lane, envelope, _ in self._all.lanes:
            value = self.lane(lane, sources)
            if envelope >= 0:
                found |= np.where(value > 0, lanes.envelope_ids.data[envelope], np.uint64(0))
            else:
                found |= np.where(value > 0, lanes.queue_ids.data[self.queues(lane, value)], np.uint64(0))
        found &= tables.instance_ids.data[who]
        return found
