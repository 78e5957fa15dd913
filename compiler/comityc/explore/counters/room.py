"""All states in which the centre is alike, as numbers: how many instances are in each cell, so many bits for each.

Cells get their places as they are met. What the centre does depends on how many instances have which marks, which is a sum over places.
"""

import numpy as np
from numpy.typing import NDArray

from comityc.explore.counters.cells import CannotCountError, Cell, CellMove, Cells, Marks
from comityc.explore.counters.runs import Keys, Runs

WORD = 64
DENSE = 20
"""So many bits may say how many instances have which marks: there is a table with a place for each way."""

Mask = NDArray[np.bool_]


class Room:
    """One centre, its cells, and the states that were met."""

    def __init__(self, cells: Cells, centre: int, count: int) -> None:
        self.centre = centre
        self.count = count
        self.bits = count.bit_length()
        self.cells: list[Cell] = []
        self.met = Runs()
        self._of = cells
        self._places: dict[Cell, int] = {}
        self._moves: dict[int, tuple[tuple[int, bool], ...]] = {}
        self.marks: list[Marks] = []
        self._mark_of: list[int] = []

    # ---- cells

    def place(self, cell: Cell) -> int:
        """Return the place of a cell."""
        found = self._places.get(cell)
        if found is None:
            found = self._places[cell] = len(self.cells)
            if (found + 1) * self.bits > WORD:
                raise CannotCountError(f"instances are in more than {WORD // self.bits} conditions at a time")
            self.cells.append(cell)
            if cell.marks not in self.marks:
                self.marks.append(cell.marks)
            self._mark_of.append(self.marks.index(cell.marks))
        return found

    def one(self, place: int) -> np.uint64:
        """Return the number of a state with one instance in a cell and no other."""
        return np.uint64(1 << (place * self.bits))

    def way(self, place: int, to: int) -> np.uint64:
        """Return what is to be added to a state when an instance goes from one cell to another; it wraps around."""
        return np.uint64(((1 << (to * self.bits)) - (1 << (place * self.bits))) % (1 << WORD))

    def field(self, place: int) -> np.uint64:
        """Return the bits of a place."""
        return np.uint64(((1 << self.bits) - 1) << (place * self.bits))

    def fields(self, places: list[int]) -> np.uint64:
        """Return the bits of some places."""
        return np.uint64(sum(int(self.field(place)) for place in places))

    def in_cell(self, keys: Keys, place: int) -> Keys:
        """Return, by state, how many instances are in a cell."""
        found: Keys = (keys >> np.uint64(place * self.bits)) & np.uint64((1 << self.bits) - 1)
        return found

    def moves(self, place: int) -> tuple[tuple[int, bool], ...]:
        """Return where an instance in a cell may go, each place once, and whether that shows that something can still happen."""
        found = self._moves.get(place)
        if found is None:
            moves: dict[int, bool] = {}
            for move in self._steps(place):
                to = self.place(move.cell)
                moves[to] = moves.get(to, False) or move.counts
            found = self._moves[place] = tuple(moves.items())
        return found

    def _steps(self, place: int) -> list[CellMove]:
        return list(self._of.moves(self.centre, self.cells[place]))

    # ---- marks

    def marked(self, keys: Keys) -> Keys:
        """Return, by state, a number that says how many instances have which marks."""
        if len(self.marks) < 2:
            return np.zeros(len(keys), dtype=np.uint64)
        found = np.zeros(len(keys), dtype=np.uint64)
        for place, mark in enumerate(self._mark_of):
            found += self.in_cell(keys, place) << np.uint64(mark * self.bits)
        return found

    def laid_out(self, marked: int, ways: int) -> list[Marks]:
        """Return the marks of the instances, one after the other, for a number of `marked` from when there were so many ways."""
        if ways < 2:
            return self.marks[:1] * self.count
        mask = (1 << self.bits) - 1
        return [one for at, one in enumerate(self.marks[:ways]) for _ in range((marked >> (at * self.bits)) & mask)]
