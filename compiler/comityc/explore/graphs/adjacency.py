"""The steps of a graph of states in; what can be reached, what goes round in it, what is owed there and which classes follow which, out.

Where the library is there it answers; else `by_numpy` does, and says the same.
"""

from ctypes import byref
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comityc.explore.graphs import by_numpy
from comityc.explore.graphs.library import GraphStructure, address, as_mask, library

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Small = NDArray[np.int32]
Rows = NDArray[np.uint64]


class Owed(NamedTuple):
    """What steps within each part meet, and what is enabled in all of its states and in any: a row of bits for each part."""

    met: Rows
    always: Rows
    ever: Rows


class Adjacency:
    """The steps in order of their source: those of state `i` are `offsets[i]` up to `offsets[i + 1]`."""

    def __init__(self, offsets: Numbers, targets: Small, labels: Small) -> None:
        self.offsets = np.ascontiguousarray(offsets, dtype=np.int64)
        self.targets = np.ascontiguousarray(targets, dtype=np.int32)
        self.labels = np.ascontiguousarray(labels, dtype=np.int32)
        self.count = len(offsets) - 1
        self.library = library(self.count)
        arrays = (self.offsets, self.targets, self.labels)
        self._structure = GraphStructure(self.count, *map(address, arrays))

    def reach_backward(self, goal: Mask, usable: Mask) -> Mask:
        """Find the states from which a path of steps with usable labels leads to the goal."""
        if self.library is None:
            return by_numpy.reach_backward(self.offsets, self.targets, goal, usable[self.labels])
        reached, waiting = goal.copy(), np.empty(self.count, dtype=np.int32)
        self.library.reach_backward(byref(self._structure), *map(address, (as_mask(usable), reached, waiting)))
        return reached

    def reach_forward(self, starts: Mask, region: Mask) -> Mask:
        """Find the starts, and the states of the region to which a path through it leads from them."""
        if self.library is None:
            return by_numpy.reach_forward(self.offsets, self.targets, starts, region)
        reached, waiting = starts.copy(), np.empty(self.count, dtype=np.int32)
        self.library.reach_forward(byref(self._structure), *map(address, (as_mask(region), reached, waiting)))
        return reached

    def with_step(self, away: Mask, back: Mask) -> Mask:
        """Find the states with a step of these labels: of the first when it leads elsewhere, of the others when it leads nowhere."""
        if self.library is None:
            return by_numpy.with_step(self.offsets, self.targets, away[self.labels], back[self.labels])
        found = np.empty(self.count, dtype=np.bool_)
        self.library.with_step(byref(self._structure), *map(address, (as_mask(away), as_mask(back), found)))
        return found

    def components(self, inside: Mask) -> tuple[Small, int]:
        """Number the strongly connected components of more than one state among those inside; -1 is every other state's number."""
        if self.library is None:
            return by_numpy.components(self.offsets, self.targets, inside)
        parts = np.empty(self.count, dtype=np.int32)
        found = self.library.components(byref(self._structure), address(as_mask(inside)), address(parts))
        return parts, _enough(found)

    def enabled(self, owed: Rows) -> tuple[Rows, Mask]:
        """Return what is enabled in each state, by what each label owes, and where all of it is met by steps that lead nowhere."""
        if self.library is None:
            return by_numpy.enabled(self.offsets, self.targets, owed[self.labels])
        words = owed.shape[1]
        rows, may_stop = np.empty((self.count, words), dtype=np.uint64), np.ones(self.count, dtype=np.bool_)
        self.library.enabled_in(byref(self._structure), words, *map(address, (owed, rows, may_stop)))
        return rows, may_stop

    def owed_in_parts(self, owed: Rows, enabled: Rows, parts: Small, count: int) -> Owed:
        """Return what is owed in each part, and what is met there."""
        if self.library is None:
            return Owed(*by_numpy.owed_in_parts(self.offsets, self.targets, owed[self.labels], enabled, parts, count))
        words = owed.shape[1]
        met, ever = (np.zeros((count, words), dtype=np.uint64) for _ in range(2))
        always = np.full((count, words), 2**64 - 1, dtype=np.uint64)
        arrays = (owed, enabled, parts, met, always, ever)
        self.library.owed_in_parts(byref(self._structure), words, *map(address, arrays))
        return Owed(met, always, ever)

    def class_steps(self, of: Small, classes: int, turns: int, turn: Small | None) -> tuple[Numbers, Numbers, Numbers]:
        """Return the distinct steps between classes as (source class, where it leads, first step), by that first step.

        Where a step leads is the class times `turns`, plus the turn of the step where it has one.
        """
        if self.library is None:
            return by_numpy.class_steps(self.offsets, self.targets, of, classes, turns, turn)
        found = [np.empty(len(self.targets), dtype=np.int64) for _ in range(3)]  # memory that is not met is not taken
        arrays = (turn, *found)
        length = self.library.class_steps(byref(self._structure), address(of), classes, turns, *map(address, arrays))
        sources, afters, steps = (part[: _enough(length)].copy() for part in found)
        return sources, afters, steps


def _enough(found: int) -> int:
    if found < 0:
        raise MemoryError
    return found
