"""Rows of words in; the states as the reference packs them, one at a time, out."""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from comityc.explore.engine.successors import LOCAL_MASK, REST_MASK, Successors
from comityc.explore.fast import structures as k
from comityc.explore.fast.layout import FIELD
from comityc.explore.fast.tables import Tables
from comityc.explore.numbering import firsts

if TYPE_CHECKING:
    from comityc.explore.fast.native_search import Kernel

_CHUNK = 1 << 18
_MOST_MARKS = 1 << 28
"""So many combinations can be marked in a table; of more, those met are kept in a set."""


Part = tuple[int, NDArray[np.int64]]
"""The mask of a part, and a table by its value."""


class PackedStates(Sequence[int]):
    """The states of a fast search. Each is as the reference has it when it is asked for; columns are given as arrays."""

    def __init__(
        self, rows: NDArray[np.uint64], tables: Tables, successors: Successors, kernel: "Kernel | None" = None
    ) -> None:
        self.rows, self._tables, self._all, self._kernel = rows, tables, successors, kernel
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

    def column(self, mask: int) -> NDArray[np.int64]:
        """Return one part of every state: that of an instance, or the rest, by its mask in the reference's numbers."""
        return self._tables.layout.value(self.rows, self._masks[mask]).astype(np.int64)

    def values(self, mask: int) -> int:
        """Return how many values a part may have."""
        part = self._masks[mask]
        known = self._all.finder.locals
        return len(known[part]) if part < len(known) else len(self._all.rests.items)

    def sift(self, parts: Sequence[Part]) -> NDArray[np.int64]:
        """Return the first state of each combination of what the tables make of these parts, a chunk of states at a time."""
        widths = [int(table.max()) + 1 for _, table in parts]
        bound = prod(widths)
        if bound <= _MOST_MARKS and self._kernel is not None:
            return self._sifted(parts, widths, bound)
        met = np.zeros(bound if bound <= _MOST_MARKS else 0, dtype=np.bool_)
        known: set[int] = set()
        found = [np.zeros(0, dtype=np.int64)]
        for start in range(0, len(self.rows), _CHUNK):
            rows = self.rows[start : start + _CHUNK]
            keys = np.zeros(len(rows), dtype=np.int64)
            for (mask, table), width in zip(parts, widths, strict=True):
                keys *= width
                keys += table[self._tables.layout.value(rows, self._masks[mask]).view(np.int64)]
            if len(met):
                new = np.flatnonzero(~met[keys])
                first = new[firsts(keys[new], bound)]
                met[keys[first]] = True
            else:
                first = firsts(keys, bound)
                first = np.array([at for at in first.tolist() if int(keys[at]) not in known], dtype=np.int64)
                known.update(keys[first].tolist())
            found.append(first + start)
        return np.concatenate(found)

    def _sifted(self, parts: Sequence[Part], widths: Sequence[int], bound: int) -> NDArray[np.int64]:
        """Let the kernel do it."""
        assert self._kernel is not None
        fields = np.array([self._tables.layout.fields[self._masks[mask]] for mask, _ in parts], dtype=FIELD)
        tables = [table.astype(np.int32) for _, table in parts]
        addresses = np.array([k.address(table) for table in tables], dtype=np.uint64)
        sizes, met = np.array(widths, dtype=np.uint64), np.zeros(bound, dtype=np.uint8)
        first = np.empty(min(bound, len(self.rows)), dtype=np.int64)
        pointers = (k.address(array) for array in (fields, addresses, sizes, met, first))
        count: int = self._kernel.library.sift(self._kernel.engine, len(parts), *pointers)
        return first[:count]
