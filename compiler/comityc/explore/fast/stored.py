"""States found level by level in; all of them as columns of words, with the keys by which they are told apart, out.

The key of a state of one word is that word. The key of a longer one is a number mixed from its words; should two different states ever
have the same, all keys are mixed anew in another way. So states are told apart exactly.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast.layout import Layout
from comityc.explore.fast.visited import Keys, Numbers, Visited

Words = list[NDArray[np.uint64]]

_PIECE = 1 << 16
_FACTOR, _STEP = 0xD6E8FEB86659FD93, 0x9E3779B97F4A7C15


class Collision(Exception):
    """Two different states have the same key."""


class States:
    """All states met, by number."""

    def __init__(self, layout: Layout, numbered: bool) -> None:
        self.layout = layout
        self._numbered = numbered
        self._salt = 0
        self.count = 0
        self._words = np.empty((layout.words, 1 << 12), dtype=np.uint64)
        self.visited = Visited(self.numbered)

    @property
    def numbered(self) -> bool:
        """Whether each key leads to its state: where that is asked for, and where a key is not the state itself."""
        return self._numbered or self.layout.words > 1

    def words(self, first: int, last: int) -> Words:
        """Return some states; what is returned is not to be changed."""
        return list(self._words[:, first:last])

    @property
    def rows(self) -> NDArray[np.uint64]:
        """All states as rows of words."""
        return self._words[:, : self.count].T

    def keys_of(self, words: Sequence[NDArray[np.uint64]]) -> Keys:
        """Return the key of each state."""
        if len(words) == 1:
            return words[0]
        keys = np.full(len(words[0]), self._salt, dtype=np.uint64)
        for at, word in enumerate(words):
            keys ^= word + np.uint64(_STEP * at & 2**64 - 1)
            for _ in range(2):
                keys ^= keys >> np.uint64(32)
                keys *= np.uint64(_FACTOR)
            keys ^= keys >> np.uint64(32)
        return keys

    def append(self, words: Sequence[NDArray[np.uint64]]) -> range:
        """Take in states at the end, and return their numbers."""
        first, last = self.count, self.count + len(words[0])
        if last > self._words.shape[1]:
            # What is not written to yet takes no memory; what is copied does, so that is not done often.
            grown = np.empty((len(words), max(last, 16 * self._words.shape[1])), dtype=np.uint64)
            grown[:, :first] = self._words[:, :first]
            self._words = grown
        for at, word in enumerate(words):
            self._words[at, first:last] = word
        self.count = last
        return range(first, last)

    def are(self, numbers: Numbers, words: Sequence[NDArray[np.uint64]]) -> None:
        """Make sure that these are the states of these numbers; their keys are the same."""
        for at, word in enumerate(words):
            if (self._words[at][numbers] != word).any():
                raise Collision

    def take_in(self) -> None:
        """Begin anew with the keys of all states."""
        self.visited = Visited(self.numbered)
        keys = self.keys_of(list(self._words[:, : self.count]))
        if not self.numbered:
            self.visited.add(np.sort(keys), None)
            return
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        if self.layout.words > 1 and (ordered[1:] == ordered[:-1]).any():
            self.mix_anew()
            return
        self.visited.add(ordered, order)

    def mix_anew(self) -> None:
        """Mix all keys in another way."""
        self._salt = (self._salt + _STEP) & 2**64 - 1
        self.take_in()

    def lay_out(self, layout: Layout) -> None:
        """Write all states by another layout."""
        old, self.layout = self.layout, layout
        if layout.extends(old):
            return
        written = relaid(list(self._words[:, : self.count]), old, layout)
        self._words = written[0].reshape(1, -1) if len(written) == 1 else np.stack(written)
        self.take_in()

    def memory(self) -> int:
        """Return how many bytes are in use."""
        return self.count * (8 * self.layout.words + 8 + (4 if self.numbered else 0))


def relaid(words: Sequence[NDArray[np.uint64]], old: Layout, new: Layout) -> Words:
    """Write states by another layout, which has all parts of the old one. Parts that move together are moved together."""
    groups: dict[tuple[int, int, int], int] = {}
    for before, after in zip(old.fields.tolist(), new.fields[: len(old.fields)].tolist(), strict=False):
        way = (before[0], after[0], after[1] - before[1])
        groups[way] = groups.get(way, 0) | before[2] << before[1]
    found = [np.zeros(len(words[0]), dtype=np.uint64) for _ in range(new.words)]
    for at in range(0, len(words[0]), _PIECE):
        here = slice(at, at + _PIECE)
        for (source, target, up), mask in groups.items():
            part = words[source][here] & np.uint64(mask)
            found[target][here] |= part << np.uint64(up) if up >= 0 else part >> np.uint64(-up)
    return found
