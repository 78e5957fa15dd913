"""States of which nobody noted down how they were first reached in; the way to each, when somebody asks, out.

Most searches are never asked. Who is has the level before expanded once more, until the state turns up.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import overload


class Ways(ABC):
    """How states were first reached: by parent and label, as far as that is known or was asked for."""

    def __init__(self, levels: Sequence[tuple[int, int]], known: dict[int, tuple[int, int]]) -> None:
        """`known` are the ways that were noted down: those of the initial states at least."""
        self._levels, self._found = levels, known

    @abstractmethod
    def __len__(self) -> int:
        """Return how many states there are."""

    @abstractmethod
    def seek(self, index: int, first: int, last: int) -> tuple[int, int]:
        """Return which state from `first` up to `last` leads to this one, and by which label."""

    def way(self, index: int) -> tuple[int, int]:
        """Return a state of the level before that leads to this one, and by which label."""
        if index not in self._found:
            level = next(at for at, (_, end) in enumerate(self._levels) if index < end)
            self._found[index] = self.seek(index, *self._levels[level - 1])
        return self._found[index]


class Recomputed(Sequence[int]):
    """The parent of each state, or the label from there, found out when it is asked for."""

    def __init__(self, ways: Ways, which: int) -> None:
        self._ways, self._which = ways, which

    def __len__(self) -> int:
        return len(self._ways)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        return self._ways.way(index)[self._which]
