"""The moves that the tables hold in; the same as arrays, by what each does to the words of a state, out.

Most moves leave a state `(words & stays) | becomes`: they set the local state of their instance, put messages under way in lanes of one
bit, and sweep lanes without order. What a move does beyond that depends on the state (`depends`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.tables import Tables


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
        self.owner = Column(np.int32)
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

    def of_moves(self, name: str) -> NDArray[np.uint32]:
        """Return what the tables hold of each move by this name."""
        column: NDArray[np.uint32] = self._tables.moves.data[name]
        return column

    def of_rows(self, name: str) -> NDArray[np.uint32]:
        """Return what the tables hold of each row by this name."""
        column: NDArray[np.uint32] = self._tables.rows.data[name]
        return column

    def extend(self, who: int) -> None:
        """Take in the moves that have come up; they belong to this instance."""
        tables = self._tables
        more = tables.moves.length - self.owner.length
        if more:
            self.owner.extend(np.full(more, who, dtype=np.int32))
        if not tables.new_layout and self.depends.length < self.owner.length:
            self._lay_out()  # else a local state may not fit its field, and all is done anew soon

    def _lay_out(self) -> None:
        """Say what the moves since the last time do to the words of a state."""
        first, end = self.depends.length, self.owner.length
        tables, lanes = self._tables, self._tables.lanes
        new = tables.moves.data[first:end]
        owner, count = self.owner.data[first:end], end - first
        fields, send_count = tables.layout.fields[owner], new["send_count"]
        stays = np.full((self.words, count), 2**64 - 1, dtype=np.uint64)
        becomes = np.zeros((self.words, count), dtype=np.uint64)
        at, word = np.arange(count), fields["word"].astype(np.int64)
        shift = fields["shift"].astype(np.uint64)
        stays[word, at] = ~(fields["mask"] << shift)
        becomes[word, at] = new["local"].astype(np.uint64) << shift
        sends = send_count > 0
        depends = sends & (tables.structure.sorts != 0)
        for turn in range(int(send_count.max())):
            sending = np.flatnonzero(send_count > turn)
            lane = lanes.envelope_lane.data[tables.sends.data[new["sends"][sending] + turn]]
            single = (lanes.envelope.data[lane] >= 0) & (self.lane_mask[lane] == 1)
            depends[sending[~single]] = True
            becomes[self.lane_word[lane], sending] |= single.astype(np.uint64) << self.lane_shift[lane]
        swept = np.flatnonzero(new["sweep"])
        if len(swept):
            sweeps = new["sweep"][swept]
            queues = lanes.sweep_queues.data[sweeps]
            depends[swept[queues["last"] > queues["first"]]] = True
            stays[:, swept] &= lanes.sweep_mask[sweeps].T
            becomes[:, swept] &= lanes.sweep_mask[sweeps].T
        # One that depends on the state is given its messages later; here it moves its instance and no more.
        late = np.flatnonzero(depends)
        if len(late):
            stays[:, late], becomes[:, late] = 2**64 - 1, 0
            stays[word[late], late] = ~(fields["mask"][late] << shift[late])
            becomes[word[late], late] = new["local"][late].astype(np.uint64) << shift[late]
        acts, not_taken, notes = new["operation"] != 0, (new["flags"] & k.NOT_TAKEN) != 0, new["note"] != 0
        self.any_depends = self.any_depends or bool(len(late))
        self.any_operation = self.any_operation or bool(acts.any())
        self.any_note = self.any_note or bool(notes.any())
        self.any_not_taken = self.any_not_taken or bool(not_taken.any())
        self.any_sends = self.any_sends or bool(sends.any())
        for at_word in range(self.words):
            self.stays[at_word].extend(stays[at_word])
            self.becomes[at_word].extend(becomes[at_word])
        rich = depends | acts | not_taken | notes | (new["sweep"] != 0)
        self.simple.extend(~(rich | sends) if tables.structure.most >= 0 else ~rich)
        self.depends.extend(depends)
