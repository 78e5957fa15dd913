"""Rows of simple moves in; what each does to a state of one word, by the local state of its instance, out.

A simple move changes the local state, takes the message that it came of out of its lane, and puts others under way in lanes of one bit.
By local state these are numbers: bits to flip and bits to set. So a row is taken for a whole column of states by looking one number up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.answers import Numbers, Row
from comityc.explore.fast.move_columns import MoveColumns

NOT_SIMPLE, IDLE = np.uint64(2**64 - 1), np.uint64(2**64 - 2)
"""Stand for bits to flip where a row is not simple, or not known yet, and where a message changes nothing. No step flips so many bits."""


@dataclass(slots=True)
class Slot:
    """One move of each row: bits to flip (none: there is no such move) and, if any move sends anything, bits to set after that."""

    flips: NDArray[np.uint64]
    sets: NDArray[np.uint64]
    sends: bool = False
    idles: bool = False


class Effects:
    """What the rows of an instance, or of a message, do.

    `lane` is the bit of the message; 0 for what an instance does by itself. `out` says whether a message is taken out of its lane: it may
    be either. `room` is for so many local states.
    """

    def __init__(
        self, rows: Row, moves: MoveColumns, field: tuple[int, int], lane: int, out: tuple[bool, ...], room: int
    ) -> None:
        """`field` is where the local state stands: shift and mask."""
        self.rows, self._moves, self._lane, self._out = rows, moves, np.uint64(lane), out
        self.shift, self.mask = np.uint64(field[0]), np.uint64(field[1])
        self.slots: list[Slot] = []
        self._rich = np.zeros(0, dtype=np.bool_)
        self._more(0)
        self.prepare(room)

    def _more(self, length: int) -> None:
        self.slots.append(Slot(np.zeros(length, dtype=np.uint64), np.zeros(length, dtype=np.uint64)))

    def prepare(self, room: int) -> None:
        """Make room for so many local states. Nobody may look anything up meanwhile."""
        old = len(self._rich)
        if room <= old:
            return
        more = max(room, 2 * old) - old
        for slot in self.slots:
            slot.flips = np.append(slot.flips, np.zeros(more, dtype=np.uint64))
            slot.sets = np.append(slot.sets, np.zeros(more, dtype=np.uint64))
        self.slots[0].flips[old:] = NOT_SIMPLE
        self._rich = np.append(self._rich, np.zeros(more, dtype=np.bool_))

    def learn(self, locals_: Numbers) -> None:
        """Find out what the rows of these local states do, as far as they are simple. What is said last is seen first."""
        wanted = np.zeros(len(self._rich), dtype=np.bool_)
        wanted[locals_] = True
        asked = np.flatnonzero(wanted & ~self._rich)
        if not len(asked):
            return
        row = self.rows.of(asked)
        nothing = row <= k.ROW_DEFERRED
        self.slots[0].flips[asked[nothing]] = 0
        asked, row = asked[~nothing], row[~nothing]
        if not len(asked):
            return
        moves = self._moves
        first = moves.of_rows("first")[row].astype(np.int64)
        count = moves.of_rows("last")[row] - first
        simple = (moves.of_rows("note")[row] == 0) & (moves.of_rows("fresh")[row] == 0)
        found: list[tuple[Numbers, NDArray[np.uint64], NDArray[np.uint64]]] = []
        for turn in range(int(count.max())):
            on = np.flatnonzero(count > turn)
            move = first[on] + turn
            simple[on] &= moves.simple.data[move]
            own = self.mask << self.shift
            becomes = moves.becomes[0].data[move]
            flips, sets = (asked[on].astype(np.uint64) << self.shift) ^ (becomes & own), becomes & ~own
            for out in self._out:
                these = flips ^ self._lane if out else flips.copy()
                idle = (these == 0) & (sets == 0)
                if self._lane:
                    these[idle] = IDLE
                simple[on] &= these != 0
                found.append((on, these, sets))
        self._rich[asked[~simple]] = True
        self.slots[0].flips[asked[simple & (count == 0)]] = 0
        while len(self.slots) < len(found):
            self._more(len(self._rich))
        for slot, (on, flips, sets) in reversed(list(zip(self.slots, found, strict=False))):
            kept = simple[on]
            at = asked[on[kept]]
            slot.sets[at] = sets[kept]
            slot.sends = slot.sends or bool(sets[kept].any())
            slot.idles = slot.idles or bool((flips[kept] == IDLE).any())
            slot.flips[at] = flips[kept]
