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

NOT_SIMPLE = np.uint64(2**64 - 1)
"""Stands for bits to flip where a row is not simple, or not known yet: no step flips every bit."""


@dataclass(slots=True)
class Slot:
    """One move of each row: bits to flip (none: there is no such move) and, if any move sends anything, bits to set after that."""

    flips: NDArray[np.uint64]
    sets: NDArray[np.uint64]
    sends: bool = False


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
        self.loops = np.zeros(0, dtype=np.uint8)  # steps that change nothing
        self.any_loops = False
        self._rich = np.zeros(0, dtype=np.bool_)
        self._more(0)
        self.prepare(room)

    def _more(self, length: int) -> None:
        self.slots.append(Slot(np.zeros(length, dtype=np.uint64), np.zeros(length, dtype=np.uint64)))

    def prepare(self, room: int) -> None:
        """Make room for so many local states. Nobody may look anything up meanwhile."""
        old = len(self.loops)
        if room <= old:
            return
        more = max(room, 2 * old) - old
        for slot in self.slots:
            slot.flips, slot.sets = np.append(slot.flips, np.zeros(more, np.uint64)), np.append(
                slot.sets, np.zeros(more, np.uint64)
            )
        self.slots[0].flips[old:] = NOT_SIMPLE
        self.loops = np.append(self.loops, np.zeros(more, np.uint8))
        self._rich = np.append(self._rich, np.zeros(more, np.bool_))

    def learn(self, locals_: Numbers) -> None:
        """Find out what the rows of these local states do, as far as they are simple. What is said last is seen first."""
        asked = np.unique(locals_)
        asked = asked[~self._rich[asked]]
        row = self.rows.of(asked)
        nothing = row <= k.ROW_DEFERRED
        self.slots[0].flips[asked[nothing]] = 0
        asked, row = asked[~nothing], row[~nothing]
        if not len(asked):
            return
        moves = self._moves
        first, count = moves.row_first.data[row], moves.row_count.data[row]
        simple = (moves.row_note.data[row] == 0) & ~moves.row_fresh.data[row]
        loops = np.zeros(len(asked), dtype=np.uint8)
        found: list[tuple[Numbers, NDArray[np.uint64], NDArray[np.uint64]]] = []
        for turn in range(int(count.max())):
            on = np.flatnonzero(count > turn)
            move = first[on] + turn
            simple[on] &= moves.simple.data[move]
            own = self.mask << self.shift
            becomes = moves.becomes[0].data[move]
            flips, sets = (asked[on].astype(np.uint64) << self.shift) ^ (becomes & own), becomes & ~own
            for out in self._out:
                these = flips ^ self._lane if out else flips
                idle = (these == 0) & (sets == 0)
                simple[on] &= (these != 0) | (idle & (self._lane != 0))
                loops[on] += idle
                found.append((on, these, sets))
        self._rich[asked[~simple]] = True
        while len(self.slots) < len(found):
            self._more(len(self.loops))
        self.loops[asked[simple]] = loops[simple]
        self.any_loops = self.any_loops or bool(loops[simple].any())
        for slot, (on, flips, sets) in reversed(list(zip(self.slots, found, strict=False))):
            kept = simple[on]
            at = asked[on[kept]]
            slot.sets[at] = sets[kept]
            slot.sends = slot.sends or bool(sets[kept].any())
            slot.flips[at] = flips[kept]
