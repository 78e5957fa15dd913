"""Rows of words in; the states as the reference packs them, one at a time, out."""

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from comityc.explore.engine.successors import LOCAL_MASK, REST_MASK, Successors
from comityc.explore.fast.tables import Tables
from comityc.explore.graphs.classes import Part, classify
from comityc.explore.graphs.library import library


class PackedStates(Sequence[int]):
    """The states of a fast search. Each is as the reference has it when it is asked for; columns are given as arrays."""

    def __init__(self, rows: NDArray[np.uint64], tables: Tables, successors: Successors) -> None:
        self.rows, self._tables, self._all = rows, tables, successors
        self._masks = {LOCAL_MASK << shift: part for part, shift in enumerate(successors.shifts)}
        self._masks[REST_MASK << successors.rest_shift] = tables.rest_part
        fields = tables.layout.fields.tolist()
        self._own, self._lanes = fields[: tables.rest_part + 1], fields[tables.rest_part + 1 :]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        row = self.rows[index].tolist()
        values = [row[word] >> shift & mask for word, shift, mask in self._lanes]
        under_way = {lane: value for lane, value in enumerate(values) if value}
        network = self._all.network.number(self._tables.lanes.content_of(under_way))
        return self.without_messages(index) | network << self._all.network_shift

    def without_messages(self, index: int) -> int:
        """Return a state with nothing under way, which is quicker and enough for a `World`."""
        row = self.rows[index].tolist()
        *locals_, rest = [row[word] >> shift & mask for word, shift, mask in self._own]
        return self._all.pack(locals_, rest)

    def column(self, mask: int, states: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return one part of every state, or of some: that of an instance, or the rest, by its mask in the reference's numbers."""
        rows = self.rows if states is None else self.rows[states]
        return self._tables.layout.value(rows, self._masks[mask]).astype(np.int64)

    def values(self, mask: int) -> int:
        """Return how many values a part may have."""
        part = self._masks[mask]
        known = self._all.finder.locals
        return len(known[part]) if part < len(known) else len(self._all.rests.items)

    def sift(
        self, parts: Sequence[tuple[int, NDArray[np.int64]]], *, numbered: bool
    ) -> tuple[NDArray[np.int32] | None, NDArray[np.int64]]:
        """Sort the states by what tables make of some parts, which go by their masks: the class of each, if asked for, and the firsts."""
        fields = self._tables.layout.fields
        where = [(*fields[self._masks[mask]].tolist(), table) for mask, table in parts]
        return classify(self.rows, [Part(*one) for one in where], library(len(self.rows)), numbered=numbered)
