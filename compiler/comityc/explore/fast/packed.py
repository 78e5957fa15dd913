"""Rows of words in; the states as the reference packs them, one at a time, out."""

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from comityc.explore.engine.places import PLACE_BITS, PLACE_MASK
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
        for place in range(successors.places.count):
            self._masks[PLACE_MASK << (successors.place_shift + place * PLACE_BITS)] = tables.rest_part + 1 + place
        fields = tables.layout.fields.tolist()
        self._lanes = fields[tables.first_lane :]

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
        return self._tables.packed_of(self.rows[index].tolist())

    def column(self, mask: int, states: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return one part of every state, or of some: that of an instance, or the rest, by its mask in the reference's numbers."""
        rows = self.rows if states is None else self.rows[states]
        return self._tables.layout.value(rows, self._masks[mask]).astype(np.int64)

    def values(self, mask: int) -> int:
        """Return how many values a part may have."""
        part, rest = self._masks[mask], self._tables.rest_part
        if part < rest:
            return len(self._all.finder.locals[part])
        return len(self._all.rests.items if part == rest else self._all.places.values[part - rest - 1])

    def sift(
        self, parts: Sequence[tuple[int, NDArray[np.int64]]], *, numbered: bool
    ) -> tuple[NDArray[np.int32] | None, NDArray[np.int64]]:
        """Sort the states by what tables make of some parts, which go by their masks: the class of each, if asked for, and the firsts."""
        fields = self._tables.layout.fields
        where = [(*fields[self._masks[mask]].tolist(), table) for mask, table in parts]
        return classify(self.rows, [Part(*one) for one in where], library(len(self.rows)), numbered=numbered)
