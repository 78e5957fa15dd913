"""Keys in, one for each state or step, none negative; the distinct ones, numbered as they first appear, out.

Where the keys are small a table does it; else one sort of numbers that hold the key and the place.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

_TABLE = 1 << 16
"""A table of this size is cheaper than any sort."""
_BITS = 63


def firsts(keys: Numbers, bound: int) -> Numbers:
    """Return where each distinct key stands first, in ascending order. All keys are below `bound`."""
    if _fits_table(keys, bound):
        where = np.full(bound, -1, dtype=np.int64)
        where[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)  # of equal keys the last assignment stays: the first place
        return np.sort(where[where >= 0])
    places, _ = _sorted(keys, bound)
    return np.sort(places)


def numbered(keys: Numbers, bound: int) -> tuple[Numbers, Numbers]:
    """Return the number of each key, and where each number stands first. All keys are below `bound`."""
    if _fits_table(keys, bound):
        first = firsts(keys, bound)
        numbers = np.empty(bound, dtype=np.int64)
        numbers[keys[first]] = np.arange(len(first))
        return numbers[keys], first
    places, group = _sorted(keys, bound)
    order = np.argsort(places)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[group], places[order]


def _fits_table(keys: Numbers, bound: int) -> bool:
    return bound <= max(_TABLE, 4 * len(keys))


def _sorted(keys: Numbers, bound: int) -> tuple[Numbers, Numbers]:
    """Return the first place of each distinct key, in order of the keys, and which of them each key is."""
    bits = len(keys).bit_length()
    if bound.bit_length() + bits > _BITS:
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        return first.astype(np.int64), group.astype(np.int64)
    packed = np.sort((keys << bits) | np.arange(len(keys)))
    places, ordered = packed & ((1 << bits) - 1), packed >> bits
    new = np.ones(len(packed), dtype=np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    group = np.empty(len(keys), dtype=np.int64)
    group[places] = np.cumsum(new) - 1
    return places[new], group
