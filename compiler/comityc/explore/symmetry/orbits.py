"""What a search by orbits leaves beside its graph: how many states each of its states stands for, and how a path in it becomes a run.

In such a graph a step leads to the state that stands for where it really leads. `Orbits.run` undoes the renamings along a path, so that
what is told is a run as it can happen, of the instances by their own names.
"""

from array import array
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from comityc.explore.graph import Graph, Label
from comityc.explore.judging.paths import Path
from comityc.explore.symmetry.canonical import Canonical
from comityc.explore.world import World

if TYPE_CHECKING:
    from comityc.explore.symmetry.search import OrbitSearch


class Orbits:
    """Sizes of the orbits by state, and the turn of each edge: from where the step leads to what stands for that."""

    def __init__(self, search: "OrbitSearch", canonical: Canonical) -> None:
        self.roles = canonical.renaming.roles
        self.sizes: list[int] = []
        self.edge_turns = array("i")
        self._search = search
        self._canonical = canonical
        self._renaming = canonical.renaming

    @property
    def full_count(self) -> int:
        """How many states there are without taking any together."""
        return sum(self.sizes)

    def images(self, value: Any) -> Iterable[Any]:
        """Return what a value becomes when instances swap places, and when what it becomes does, and so on."""
        found, waiting = {value}, [value]
        while waiting:
            one = waiting.pop()
            for swap in self._canonical.swaps():
                after = self._renaming.value(swap, one)
                if after not in found:
                    found.add(after)
                    waiting.append(after)
        return found

    def back(self, turn: int, value: Any) -> Any:
        """Return a value in the names from before a turn."""
        return self._renaming.value(self._renaming.inverse(turn), value)

    def text(self, turn: int, text: str) -> str:
        """Return a text with the names that a turn gives."""
        return self._renaming.text(turn, text)

    def value(self, turn: int, value: Any) -> Any:
        """Return a value with the names that a turn gives."""
        return self._renaming.value(turn, value)

    def world_before(self, turn: int, packed: int) -> World:
        """Return the state that a step led to, before it was renamed to what stands for it."""
        renaming = self._renaming
        return self._search.successors.world(renaming.packed(renaming.inverse(turn), packed))

    def run(self, graph: Graph, path: Path) -> "RealRun":
        """Return the run that a path stands for; it begins in the first state of the path, as it is."""
        renaming = self._renaming
        turn, states = 0, [graph.states[0], graph.states[path.states[0]]]
        labels, turns = [], [0]
        for source, label, target in zip(path.states, path.labels, path.states[1:], strict=False):
            step = self._step(graph, source, label, target)
            labels.append(renaming.label(turn, graph.labels[label]))
            states.append(renaming.packed(turn, step.packed))
            turn = renaming.then(renaming.inverse(step.turn), turn)
            turns.append(turn)
        return RealRun(_chain(graph, states, labels), turns)

    def _step(self, graph: Graph, source: int, label: int, target: int) -> "Step":
        for after, which in self._search.successors.of(graph.states[source]):
            if which == label:
                standing = self._canonical.of(after)
                if standing.packed == graph.states[target]:
                    return Step(after, standing.turn)
        raise LookupError(f"no step {label} from {source} to {target}")


class Step(NamedTuple):
    """Where a step leads, and the turn from there to what stands for it."""

    packed: int
    turn: int


class RealRun(NamedTuple):
    """A run by itself, as a graph: state 0 is the first of the whole graph, the run begins in state 1.

    `turns` lead from each state of the path to that of the run, from state 1 on.
    """

    graph: Graph
    turns: list[int]

    @property
    def path(self) -> Path:
        """The run as a path through its graph."""
        return Path(tuple(range(1, len(self.graph.states))), tuple(range(len(self.graph.labels))))


def _chain(graph: Graph, states: list[int], labels: list[Label]) -> Graph:
    """Make a graph of a run: each state leads to the next alone."""
    count = len(states)
    steps = np.arange(len(labels), dtype=np.int32)
    return replace(
        graph,
        states=states,
        levels=[],
        parent=array("q", [-1, -1, *range(1, count - 1)]),
        parent_label=array("i", [-1, -1, *range(count - 2)]),
        labels=labels,
        obligations=[],
        cut_states=set(),
        broken_states=set(),
        violations=[],
        orbits=None,
        offsets=np.array([0, *range(count - 1), count - 2], dtype=np.int64),
        targets=steps + np.int32(2),
        edge_labels=steps,
    )
