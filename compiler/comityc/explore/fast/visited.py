"""The keys of states, level by level, in; which of them were never met before, out.

All keys met so far are kept in a few sorted arrays, each at least half as long again as the next: a new one joins the last as soon as it is
not much shorter. So a key is sorted a few times in all, and is looked for in a few arrays. More joining would take more room and time.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_PIECE = 1 << 18


class Run(NamedTuple):
    """Keys in ascending order, and the numbers of their states where those are asked for."""

    keys: Keys
    numbers: NDArray[np.int32] | None


def first_of_equals(ordered: Keys) -> Flags:
    """Say of each key whether it differs from the one before it."""
    new = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def distinct(keys: Keys) -> Keys:
    """Return the distinct keys in ascending order; `keys` are put in order on the way."""
    keys.sort()
    return keys.compress(first_of_equals(keys))


class Visited:
    """All keys met so far. With `numbered`, it is known which state each belongs to."""

    def __init__(self, numbered: bool) -> None:
        self.numbered = numbered
        self.runs: list[Run] = []

    def add(self, keys: Keys, numbers: Numbers | None, executor: Executor | None = None) -> None:
        """Take in keys that were not met before, in ascending order."""
        if not len(keys):
            return
        self.runs.append(Run(keys, numbers.astype(np.int32) if self.numbered and numbers is not None else None))
        while len(self.runs) > 1 and 3 * len(self.runs[-1].keys) > 2 * len(self.runs[-2].keys):
            self.runs[-2:] = [_joined(self.runs[-2], self.runs[-1], executor)]

    def between(self, first: int | None, end: int | None) -> list[Run]:
        """Return the part of each array that holds the keys from `first` on and before `end`."""
        found = []
        for keys, numbers in self.runs:
            low = 0 if first is None else int(np.searchsorted(keys, np.uint64(first)))
            high = len(keys) if end is None else int(np.searchsorted(keys, np.uint64(end)))
            found.append(Run(keys[low:high], None if numbers is None else numbers[low:high]))
        return found


def unmet(keys: Keys, runs: Sequence[Run]) -> Keys:
    """Return those of these keys, in ascending order, that are in none of the arrays. Some at a time: what is made on the way is small."""
    return np.concatenate([_unmet(keys[at : at + _PIECE], runs) for at in range(0, max(len(keys), 1), _PIECE)])


def _unmet(keys: Keys, runs: Sequence[Run]) -> Keys:
    for run in runs:
        if len(run.keys) and len(keys):
            at = np.searchsorted(run.keys, keys)
            at[at == len(run.keys)] = 0
            keys = keys.compress(run.keys[at] != keys)
    return keys


def numbers_of(keys: Keys, runs: Sequence[Run]) -> Numbers:
    """Return the number of the state that each key was met with; -1 for one that was not."""
    numbers = np.full(len(keys), -1, dtype=np.int64)
    left = np.arange(len(keys))
    for run in runs:
        assert run.numbers is not None
        if len(run.keys) and len(left):
            wanted = keys[left]
            at = np.searchsorted(run.keys, wanted)
            at[at == len(run.keys)] = 0
            met = run.keys[at] == wanted
            numbers[left[met]] = run.numbers[at[met]]
            left = left[~met]
    return numbers


def _joined(one: Run, other: Run, executor: Executor | None) -> Run:
    """Join two runs; without numbers by two threads, each of which has the keys on its side of the middle of the longer run."""
    if one.numbers is None or other.numbers is None:
        middle = one.keys[len(one.keys) // 2]
        cut, other_cut = len(one.keys) // 2, int(np.searchsorted(other.keys, middle))
        keys = np.empty(len(one.keys) + len(other.keys), dtype=np.uint64)
        at = cut + other_cut
        sides = [
            (keys[:at], one.keys[:cut], other.keys[:other_cut]),
            (keys[at:], one.keys[cut:], other.keys[other_cut:]),
        ]
        list(map(_join, sides) if executor is None else executor.map(_join, sides))
        return Run(keys, None)
    keys = np.concatenate((one.keys, other.keys))
    order = np.argsort(keys)
    return Run(keys[order], np.concatenate((one.numbers, other.numbers))[order])


def _join(side: tuple[Keys, Keys, Keys]) -> None:
    into, one, other = side
    np.concatenate((one, other), out=into)
    into.sort()
