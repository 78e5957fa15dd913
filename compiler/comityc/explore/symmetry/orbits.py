"""What a search by orbits leaves beside its graph: how many states each of its states stands for, and how a path in it becomes a run.

In such a graph a step leads to the state that stands for where it really leads. `Orbits.run` undoes the renamings along a path, so that
what is told is a run as it can happen, of the instances by their own names.
"""

from array import array
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from comityc.explore.graph import Graph, Label, Violation
from comityc.explore.judging.paths import Path
from comityc.explore.judging.properties import Judgement
from comityc.explore.symmetry.canonical import Canonical, Standing

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
    def turns(self) -> int:
        """How many ways to rename instances were met."""
        return len(self._renaming.turns)

    @property
    def turn_table(self) -> NDArray[np.int64]:
        """By turn and instance, both by number: the instance whose name it takes."""
        return np.array(self._renaming.turns, dtype=np.int64)

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

    def before(self, turn: int, packed: int) -> int:
        """Return the state that a step led to, before it was renamed to what stands for it."""
        return self._renaming.packed(self._renaming.inverse(turn), packed)

    def judgement(self, graph: Graph, judgement: Judgement) -> tuple[Graph, Judgement]:
        """Return a run that breaks a property as a graph by itself, and the judgement by the names that instances have there."""
        assert judgement.path is not None
        real, turns = self._run(graph, judgement.path)
        turn = turns[-2] if judgement.over_step else turns[-1]
        bound = self._renaming.value(turn, judgement.bound)
        return real, replace(judgement, path=_path(real), bound=bound)

    def violation(
        self, graph: Graph, path: Path, violation: Violation, target: int | None
    ) -> tuple[Graph, Violation, Path]:
        """Return a run to a violation as a graph by itself, the violation there, and the path to it.

        The step to `target`, where there is one, is told last.
        """
        whole = path if target is None else path.then(violation.label, target)
        real, turns = self._run(graph, whole)
        last = len(path.states)  # the number of the state that the violation starts in
        turn = turns[last - 1]
        label = violation.label if violation.label < 0 else last - 1
        if target is None:
            real.broken_states.add(last)
            if violation.label >= 0:
                real.labels.append(self._renaming.label(turn, graph.labels[violation.label]))
        text = self._renaming.value(turn, violation.text)
        way = Path(tuple(range(1, last + 1)), tuple(range(last - 1)))
        return real, Violation(violation.property, last, label, text), way

    def _run(self, graph: Graph, path: Path) -> tuple[Graph, list[int]]:
        """Return the run that a path stands for, and the turns from each state of the path to its own.

        It begins in the first state of the path, as it is: what stands for an initial state is one itself.
        """
        renaming = self._renaming
        turn, states = 0, [graph.states[0], graph.states[path.states[0]]]
        labels, turns = [], [0]
        for source, label, target in zip(path.states, path.labels, path.states[1:], strict=False):
            after, standing = self._step(graph, source, label, target)
            labels.append(renaming.label(turn, graph.labels[label]))
            states.append(renaming.packed(turn, after))
            turn = renaming.then(renaming.inverse(standing.turn), turn)
            turns.append(turn)
        return _chain(graph, states, labels), turns

    def _step(self, graph: Graph, source: int, label: int, target: int) -> tuple[int, Standing]:
        """Return where a step really leads, and what stands for that."""
        for after, which in self._search.successors.of(graph.states[source]):
            if which == label:
                standing = self._canonical.of(after)
                if standing.packed == graph.states[target]:
                    return after, standing
        raise LookupError(f"no step {label} leads from {source} to {target}")


def _path(chain: Graph) -> Path:
    return Path(tuple(range(1, len(chain.states))), tuple(range(len(chain.labels))))


def _chain(graph: Graph, states: list[int], labels: list[Label]) -> Graph:
    """Make a graph of a run. State 0 is the first of the whole graph; the run begins in state 1, and each state leads to the next."""
    count = len(states)
    steps = np.arange(len(labels), dtype=np.int32)
    return replace(
        graph,
        states=states,
        levels=[(0, 2), *((at, at + 1) for at in range(2, count))],
        parent=array("q", [-1, -1, *range(1, count - 1)]),
        parent_label=array("i", [-1, -1, *range(count - 2)]),
        labels=labels,
        obligations=[],
        cut_states=set(),
        broken_states=set(),
        violations=[],
        violations_again=[],
        orbits=None,
        offsets=np.array([0, *range(count - 1), count - 2], dtype=np.int64),
        targets=steps + np.int32(2),
        edge_labels=steps,
    )
