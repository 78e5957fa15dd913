"""Steps of many states that were found and are still to be made: which state, which move, and what the move begins from."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast.answers import Numbers

Words = list[NDArray[np.uint64]]
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Steps:
    """Steps that were found and not yet made: from which state, by which move, from what on (`base`), and with which rest."""

    sources: Numbers
    moves: Numbers
    base: Words
    kept: Flags | None
    rest: Numbers | None = None

    def only(self, chosen: "Flags | Numbers") -> "Steps":
        """Return some of them."""
        return Steps(
            self.sources[chosen],
            self.moves[chosen],
            [word[chosen] for word in self.base],
            None if self.kept is None else self.kept[chosen],
            None if self.rest is None else self.rest[chosen],
        )


@dataclass(slots=True)
class Gathered:
    """Steps of several rows, put together before they are made."""

    sources: list[Numbers] = field(default_factory=list)
    moves: list[Numbers] = field(default_factory=list)
    taken_out: list[tuple[int, NDArray[np.uint64]] | None] = field(default_factory=list)  # lane, and what it becomes
    kept: list[bool] = field(default_factory=list)

    def add(self, sources: Numbers, moves: Numbers, out: tuple[int, NDArray[np.uint64]] | None, kept: bool) -> None:
        """Add steps; a message is taken out of the network first where `out` says so."""
        self.sources.append(sources)
        self.moves.append(moves)
        self.taken_out.append(out)
        self.kept.append(kept)
