"""Sets of small numbers as rows of bits, one row for each label, state or part; what they hold, out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint64]
Mask = NDArray[np.bool_]

_WORD = 64


def rows_of(sets: Sequence[Sequence[int]], width: int) -> Rows:
    """Return one row for each set; all numbers are below `width`."""
    rows = np.zeros((len(sets), max(-(-width // _WORD), 1)), dtype=np.uint64)
    for row, numbers in zip(rows, sets, strict=True):
        for number in numbers:
            row[number // _WORD] |= np.uint64(1 << number % _WORD)
    return rows


def members(row: Rows, width: int) -> Mask:
    """Return which numbers a row holds."""
    bits = np.unpackbits(row.view(np.uint8), bitorder="little")
    return bits[:width].astype(np.bool_)


def row_of(mask: Mask) -> Rows:
    """Return the row that holds these numbers."""
    row: Rows = rows_of([np.flatnonzero(mask).tolist()], len(mask))[0]
    return row


def any_of(rows: Rows) -> Mask:
    """Say which rows hold something."""
    result: Mask = rows[:, 0] != 0
    for word in range(1, rows.shape[1]):
        result |= rows[:, word] != 0
    return result
