"""The moves that the tables hold in; the same as arrays, by what each does to the words of a state, out.

Most moves leave a state `(words & stays) | becomes`: they set the local state of their instance, put messages under way in lanes of one
bit, and sweep lanes without order. What a move does beyond that depends on the state (`depends`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.tables import Tables

_COPIED = ("local", "operation", "sends", "send_count", "sweep", "label", "kept_label", "note")


class Column:
    """An array that grows; who reads `data` sees all that was there when it was read."""

    def __init__(self, dtype: Any) -> None:
        self.data: NDArray[Any] = np.zeros(64, dtype=dtype)
        self.length = 0

    def extend(self, values: NDArray[Any]) -> None:
        """Add values at the end."""
        end = self.length + len(values)
        if end > len(self.data):
            grown = np.zeros(max(end, 2 * len(self.data)), dtype=self.data.dtype)
            grown[: self.length] = self.data[: self.length]
            self.data = grown
        self.data[self.length : end] = values
        self.length = end


class MoveColumns:
    """Rows, moves and what they name, as arrays for the layout that is in use."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.row_first, self.row_count = Column(np.int64), Column(np.int32)
        self.row_note, self.row_fresh = Column(np.int32), Column(np.bool_)
        self.copied = {name: Column(np.int32) for name in _COPIED}
        self.not_taken, self.owner = Column(np.bool_), Column(np.int32)
        self.use_layout()

    def use_layout(self) -> None:
        """Begin anew for the layout of now."""
        tables = self._tables
        words = tables.layout.words
        fields = tables.layout.fields
        part = tables.rest_part + 1
        self.words = words
        self.lane_word = fields["word"][part:].astype(np.int32)
        self.lane_shift = fields["shift"][part:].astype(np.uint64)
        self.lane_mask = fields["mask"][part:].astype(np.uint64)
        self.stays = [Column(np.uint64) for _ in range(words)]
        self.becomes = [Column(np.uint64) for _ in range(words)]
        self.depends, self.simple = Column(np.bool_), Column(np.bool_)
        self.any_depends = self.any_operation = self.any_note = self.any_not_taken = self.any_sends = False
        self.extend(-1)

    def extend(self, who: int) -> None:
        """Take in the rows and moves that have come up; they belong to this instance."""
        tables = self._tables
        moves = tables.moves.data[self.owner.length : tables.moves.length]
        if len(moves):
            for name, column in self.copied.items():
                column.extend(moves[name])
            self.not_taken.extend((moves["flags"] & k.NOT_TAKEN) != 0)
            self.owner.extend(np.full(len(moves), who))
        if not tables.new_layout:  # else a local state may not fit its field, and all is done anew soon
            self._lay_out()
        rows = tables.rows.data[self.row_first.length : tables.rows.length]
        if len(rows):
            self.row_note.extend(rows["note"])
            self.row_fresh.extend(rows["fresh"] != 0)
            self.row_count.extend(rows["last"] - rows["first"])
            self.row_first.extend(rows["first"])

    def _lay_out(self) -> None:
        """Say what the moves since the last time do to the words of a state."""
        first, end = self.depends.length, self.owner.length
        if first == end:
            return
        tables, lanes = self._tables, self._tables.lanes
        new = {name: column.data[first:end] for name, column in self.copied.items()}
        owner, count = self.owner.data[first:end], end - first
        fields = tables.layout.fields[owner]
        stays = np.full((self.words, count), 2**64 - 1, dtype=np.uint64)
        becomes = np.zeros((self.words, count), dtype=np.uint64)
        at, word = np.arange(count), fields["word"].astype(np.int64)
        shift = fields["shift"].astype(np.uint64)
        stays[word, at] = ~(fields["mask"] << shift)
        becomes[word, at] = new["local"].astype(np.uint64) << shift
        depends = np.full(count, tables.structure.sorts != 0) & (new["send_count"] > 0)
        for turn in range(int(new["send_count"].max())):
            sending = np.flatnonzero(new["send_count"] > turn)
            lane = lanes.envelope_lane.data[tables.sends.data[new["sends"][sending] + turn]]
            single = (lanes.envelope.data[lane] >= 0) & (self.lane_mask[lane] == 1)
            depends[sending[~single]] = True
            becomes[self.lane_word[lane], sending] |= single.astype(np.uint64) << self.lane_shift[lane]
        swept = np.flatnonzero(new["sweep"])
        sweeps = new["sweep"][swept]
        queues = lanes.sweep_queues.data[sweeps]
        depends[swept[queues["last"] > queues["first"]]] = True
        for at_word in range(self.words):
            kept = lanes.sweep_mask[sweeps, at_word]
            stays[at_word, swept] &= kept
            becomes[at_word, swept] &= kept
        # One that depends on the state is given its messages later; here it moves its instance and no more.
        late = np.flatnonzero(depends)
        own = fields[late]
        for at_word in range(self.words):
            here = own["word"] == at_word
            mask = np.where(here, own["mask"] << own["shift"].astype(np.uint64), np.uint64(0))
            stays[at_word, late] = ~mask
            becomes[at_word, late] &= mask
        self.any_depends = self.any_depends or bool(len(late))
        self.any_operation = self.any_operation or bool(new["operation"].any())
        self.any_note = self.any_note or bool(new["note"].any())
        self.any_not_taken = self.any_not_taken or bool(self.not_taken.data[first:end].any())
        self.any_sends = self.any_sends or bool(new["send_count"].any())
        for at_word in range(self.words):
            self.stays[at_word].extend(stays[at_word])
            self.becomes[at_word].extend(becomes[at_word])
        bounded = tables.structure.most >= 0
        simple = ~depends & ~self.not_taken.data[first:end] & (new["operation"] == 0) & (new["note"] == 0)
        self.simple.extend(simple & (new["sweep"] == 0) & ~(bounded & (new["send_count"] > 0)))
        self.depends.extend(depends)
