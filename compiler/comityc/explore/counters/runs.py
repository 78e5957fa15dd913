"""Sets of numbers that grow by sorted batches: what is new in a batch is found by searching a few sorted runs."""

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
NO_KEYS: Keys = np.zeros(0, dtype=np.uint64)


def distinct(keys: Keys) -> Keys:
    """Return the distinct keys in ascending order. The argument is sorted in place."""
    if len(keys) < 2:
        return keys
    keys.sort()
    kept = np.empty(len(keys), dtype=np.bool_)
    kept[0] = True
    np.not_equal(keys[1:], keys[:-1], out=kept[1:])
    found: Keys = keys[kept]
    return found


class Runs:
    """A set of keys as sorted runs, each at least twice as long as the next; two that are not are merged.

    A table of marks, by a hash of the key, tells at once of most keys that they are new; only the others are searched for.
    """

    def __init__(self) -> None:
        self._runs: list[Keys] = []
        self._count = 0
        self._bits = 12
        self._marks = np.zeros(1 << self._bits, dtype=np.bool_)

    def add_new(self, keys: Keys) -> Keys:
        """Add sorted, distinct keys and return those that were not there."""
        places = self._places(keys)
        doubtful = np.flatnonzero(self._marks[places])
        if len(doubtful):
            known = doubtful[self._is_known(keys[doubtful])]
            if len(known):
                kept = np.ones(len(keys), dtype=np.bool_)
                kept[known] = False
                keys, places = keys[kept], places[kept]
        if len(keys):
            self._count += len(keys)
            self._add_run(keys)
            if self._count << 3 > len(self._marks):
                self._more_marks()
            else:
                self._marks[places] = True
        return keys

    def _is_known(self, keys: Keys) -> NDArray[np.bool_]:
        known = np.zeros(len(keys), dtype=np.bool_)
        for run in self._runs:
            at = np.searchsorted(run, keys)
            at[at == len(run)] = 0
            known |= run[at] == keys
        return known

    def _add_run(self, keys: Keys) -> None:
        self._runs.append(keys)
        while len(self._runs) > 1 and len(self._runs[-1]) * 2 > len(self._runs[-2]):
            merged = np.concatenate(self._runs[-2:])
            merged.sort()
            self._runs[-2:] = [merged]

    def _places(self, keys: Keys) -> NDArray[np.int64]:
        return ((keys * _SPREAD) >> np.uint64(WORD - self._bits)).astype(np.int64)

    def _more_marks(self) -> None:
        """Take a table with room for many times as many keys."""
        self._bits = self._count.bit_length() + 4
        self._marks = np.zeros(1 << self._bits, dtype=np.bool_)
        for run in self._runs:
            self._marks[self._places(run)] = True


WORD = 64
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""Spreads keys over the table: 2^64 over the golden ratio, an odd number whose bits look like chance."""
