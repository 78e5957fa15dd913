"""How many values each part of a state has so far in; where each part stands in the words of a packed state, out.

A part never straddles two words. Room is left where a part may still grow; what outgrows its field anyway asks for a new layout.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORD = 64
FIELD = np.dtype([("word", np.uint32), ("shift", np.uint32), ("mask", np.uint64)])
"""A field as the kernel has it; the mask is not shifted."""

SPARE_LANES = 16
"""So many bits are kept free in every layout of more than one word, for messages that were not sent yet."""

_ROOM, _MOST_ROOM = 2, 4
"""So many bits more are given to each part that grows, and to one that has outgrown a layout."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Fields by the number of their part, and what is free: (word, first bit) of each word."""

    fields: NDArray[np.void]
    words: int
    free: tuple[int, ...]  # by word: how many bits at its lower end are taken

    def value(self, states: NDArray[np.uint64], part: int) -> NDArray[np.uint64]:
        """Return one part of each state; states are rows of words."""
        field = self.fields[part]
        column: NDArray[np.uint64] = (states[:, int(field["word"])] >> np.uint64(field["shift"])) & field["mask"]
        return column

    def extends(self, old: "Layout") -> bool:
        """Whether states of the old layout are states of this one as they are: parts were added, and none was moved."""
        return self.words == old.words and np.array_equal(self.fields[: len(old.fields)], old.fields)


def lay_out(
    widths: Sequence[int],
    growing: Sequence[int],
    outgrown: Collection[int] = (),
    expected: int = 0,
    waiting: int = 0,
) -> Layout:
    """Place parts that need at least so many bits; `growing` are the parts that get more where there is room.

    What has outgrown a layout before gets more than the others, and so many bits are kept free as are `expected` to be needed by
    parts that are still to come: states that are many are not to be laid out again. What is free in the end is cut into fields of
    `waiting` bits, for these.
    """
    words = max(-(-sum(widths) // WORD), 1)
    while True:
        placed = _place(widths, words)
        if placed is not None:
            break
        words += 1
    wider = list(widths)
    spare = words * WORD - sum(widths) - max(expected, SPARE_LANES if words > 1 else 2)
    for part in sorted(growing, key=lambda p: (p not in outgrown, -widths[p])):
        for _ in range(min(_MOST_ROOM if part in outgrown else _ROOM, spare)):
            wider[part] += 1
            again = _place(wider, words)
            if again is None:
                wider[part] -= 1
                break
            placed, spare = again, spare - 1
    where, taken = placed
    fields = np.zeros(len(widths), dtype=FIELD)
    for part, (word, shift) in enumerate(where):
        fields[part] = (word, shift, (1 << wider[part]) - 1)
    return _with_waiting(Layout(fields, words, tuple(taken)), waiting)


def _with_waiting(layout: Layout, width: int) -> Layout:
    """Return the layout with fields for parts that are to come wherever a word has room."""
    if not width:
        return layout
    places = [
        (word, taken + at, (1 << width) - 1)
        for word, taken in enumerate(layout.free)
        for at in range(0, WORD - taken - width + 1, width)
    ]
    free = tuple(taken + (WORD - taken) // width * width for taken in layout.free)
    return Layout(np.append(layout.fields, np.array(places, dtype=FIELD)), layout.words, free)


def grown(layout: Layout, widths: Sequence[int], waiting: int = 0) -> Layout | None:
    """Return the layout with the parts that are new at the end, in one more word where need be; None where a part has to be moved."""
    old = len(layout.fields)
    known = zip(layout.fields["mask"].tolist(), widths, strict=False)
    if any(mask >> (width - 1) == 0 for mask, width in known if width):
        return None
    free, places = list(layout.free), []
    for width in widths[old:]:
        word = next((word for word, taken in enumerate(free) if taken + width <= WORD), None)
        if word is None:
            word = len(free)
            free.append(0)
        places.append((word, free[word], (1 << width) - 1))
        free[word] += width
    fields = np.append(layout.fields, np.array(places, dtype=FIELD))
    return _with_waiting(Layout(fields, len(free), tuple(free)), waiting)


def _place(widths: Sequence[int], words: int) -> tuple[list[tuple[int, int]], list[int]] | None:
    """Put the widest parts first, each into the first word that has room."""
    taken, where = [0] * words, [(0, 0)] * len(widths)
    for part in sorted(range(len(widths)), key=lambda p: -widths[p]):
        for word in range(words):
            if taken[word] + widths[part] <= WORD:
                where[part] = (word, taken[word])
                taken[word] += widths[part]
                break
        else:
            return None
    return where, taken
