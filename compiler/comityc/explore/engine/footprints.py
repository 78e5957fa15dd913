"""What was found out for one state of a model in; the same for every state that agrees in what was read on the way, out.

What is read first decides what is read next, so what is known of one question forms a tree: at each branch stands where to look in a
packed state, at each leaf an answer.
"""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from comityc.explore.engine.stand_in import StandIn

A = TypeVar("A")


class Branch(dict[int, Any]):
    """What comes next, by the number that stands somewhere in the state."""

    __slots__ = ("mask", "shift")

    def __init__(self, shift: int, mask: int) -> None:
        self.shift, self.mask = shift, mask


class Footprints(Generic[A]):
    """Remembers answers to questions about the state that a stand-in stands for."""

    def __init__(self, world: StandIn) -> None:
        self._world = world
        self._roots: dict[Hashable, Any] = {}
        self.learnt = 0
        """How many answers had to be worked out."""

    def find(self, question: Hashable, packed: int, answer: Callable[[], A]) -> A:
        """Return the answer to a question about a state, which `answer` works out where it is not known."""
        at = self._roots.get(question)
        while type(at) is Branch:
            at = at.get((packed >> at.shift) & at.mask)
        found: A = self._learn(question, answer) if at is None else at
        return found

    def root(self, question: Hashable) -> Any:
        """Return the first branch, or the answer, of a question that was asked."""
        return self._roots[question]

    def _learn(self, question: Hashable, answer: Callable[[], A]) -> A:
        world, notes = self._world, dict[tuple[int, int], int]()
        holder: dict[Any, Any] = self._roots
        world.notes = notes
        try:
            found = answer()
        finally:
            world.notes = None
        slot: Any = question
        for (shift, mask), number in notes.items():
            branch = holder.get(slot)
            if branch is None:
                branch = holder[slot] = Branch(shift, mask)
            elif type(branch) is not Branch or (branch.shift, branch.mask) != (shift, mask):
                raise AssertionError("the same was read, and something else was looked at next")
            holder, slot = branch, number
        holder[slot] = found
        self.learnt += 1
        return found
