"""Packed states and tables of what is seen of their fields in; the classes of states that look the same, out."""

import ctypes
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comityc.explore.graphs.library import address
from comityc.explore.numbering import numbered as in_order

Numbers = NDArray[np.int64]
Small = NDArray[np.int32]

_FIELD = np.dtype([("word", np.uint32), ("shift", np.uint32), ("mask", np.uint64)])
_MOST = 1 << 62
"""More combinations would not fit a number of 64 bits."""


class Part(NamedTuple):
    """Where a field stands in the words of a state, with a mask that is not shifted; what is seen of it, by its value."""

    word: int
    shift: int
    mask: int
    seen: Numbers

    @property
    def width(self) -> int:
        """How many looks it may have."""
        return int(self.seen.max(initial=0)) + 1


def classify(
    rows: NDArray[np.uint64], parts: Sequence[Part], library: ctypes.CDLL | None, *, numbered: bool
) -> tuple[Small | None, Numbers]:
    """Return the class of each state, if it is asked for, and the first state of each class; classes are numbered as they appear."""
    parts = [part for part in parts if part.width > 1]
    if library is None or prod(part.width for part in parts) > _MOST:
        return _by_numpy(rows, parts)
    of = np.empty(len(rows), dtype=np.int32) if numbered else None
    first = np.empty(len(rows), dtype=np.int64)  # memory that is not met is not taken
    fields = np.array([(part.word, part.shift, part.mask) for part in parts], dtype=_FIELD)
    tables = [part.seen.astype(np.int32) for part in parts]
    addresses = np.array([address(table) for table in tables], dtype=np.uint64)
    widths = np.array([part.width for part in parts], dtype=np.uint64)
    found = library.classify(
        len(rows),
        rows.shape[1],
        rows.ctypes.data,
        *(stride // rows.itemsize for stride in rows.strides),  # by states or by words, as they stand
        len(parts),
        *map(address, (fields, addresses, widths)),
        prod(part.width for part in parts),
        *map(address, (of, first)),
    )
    if found < 0:
        raise MemoryError
    return of, first[:found].copy()


def _by_numpy(rows: NDArray[np.uint64], parts: Sequence[Part]) -> tuple[Small, Numbers]:
    of, first = np.zeros(len(rows), dtype=np.int64), np.zeros(1, dtype=np.int64)
    for part in parts:
        values = rows[:, part.word] >> np.uint64(part.shift) & np.uint64(part.mask)
        of, first = in_order(of * part.width + part.seen[values.astype(np.int64)], len(first) * part.width)
    return of.astype(np.int32), first
