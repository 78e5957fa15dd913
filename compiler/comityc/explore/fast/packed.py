"""Rows of words in; the states as the reference packs them, one at a time, out."""

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from comityc.explore.engine.successors import Successors
from comityc.explore.fast.tables import Tables


class PackedStates(Sequence[int]):
    """The states of a fast search. Each is as the reference has it when it is asked for; columns are given as arrays."""

    def __init__(self, rows: NDArray[np.uint64], tables: Tables, successors: Successors) -> None:
        self.rows, self._tables, self._all = rows, tables, successors
        self._masks = {((1 << 24) - 1) << shift: part for part, shift in enumerate(successors.shifts)}
        self._masks[((1 << 32) - 1) << successors.rest_shift] = tables.rest_part

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        row, layout, first = self.rows[index], self._tables.layout, self._tables.rest_part + 1
        parts = [int(row[int(field["word"])]) >> int(field["shift"]) & int(field["mask"]) for field in layout.fields]
        under_way = {lane: value for lane, value in enumerate(parts[first:]) if value}
        network = self._all.network.number(self._tables.lanes.content_of(under_way))
        return self._all.pack(parts[: first - 1], parts[first - 1], network)

    def column(self, mask: int) -> NDArray[np.int64]:
        """Return one part of every state: that of an instance, or the rest, by its mask in the reference's numbers."""
        return self._tables.layout.value(self.rows, self._masks[mask]).astype(np.int64)
