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
    """A set of keys as sorted runs, each at least twice as long as the next; two that are not are merged."""

    def __init__(self) -> None:
        self._runs: list[Keys] = []

    def add_new(self, keys: Keys) -> Keys:
        """Add sorted, distinct keys and return those that were not there."""
        for run in self._runs:
            at = np.searchsorted(run, keys)
            at[at == len(run)] = 0
            keys = keys[run[at] != keys]
        if len(keys):
            self._runs.append(keys)
            while len(self._runs) > 1 and len(self._runs[-1]) * 2 > len(self._runs[-2]):
                merged = np.concatenate(self._runs[-2:])
                merged.sort()
                self._runs[-2:] = [merged]
        return keys
