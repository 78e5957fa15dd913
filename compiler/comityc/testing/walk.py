"""One run of a case in; one schedule through its states, chosen step by step by the caller, out.

The steps on offer are those of the exhaustive search, faults included, so a schedule can meet nothing that the search could not.
"""

from array import array

import numpy as np

from comityc.explore.engine.search import Search
from comityc.explore.engine.start import initial_states
from comityc.explore.graph import FAULTS, Graph, Label
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import Run
from comityc.explore.telling.story import Teller
from comityc.machine.model import Machine

Option = tuple[int, int]
"""The next state, packed, and the number of the label that leads there."""


class Walk:
    """A schedule under way. States are numbered as they come, also when one comes twice."""

    def __init__(self, machine: Machine, run: Run, evaluator: Evaluator) -> None:
        self._search = Search(machine, run.case, run.parameters, evaluator.module)
        self.setting = self._search.successors.setting
        self.teller = Teller(machine, self._search.graph, self.setting.instances)
        self.starts = list(initial_states(self._search.successors, self._search.budgets))

    @property
    def graph(self) -> Graph:
        """The states walked through so far; its labels serve all walks of this object."""
        return self._search.graph

    def begin(self, start: int) -> None:
        """Start anew, in one of the initial states."""
        graph = self.graph
        self._states, self._parents, self._labels = [self.starts[start]], array("q", [-1]), array("i", [-1])
        graph.states, graph.parent, graph.parent_label = self._states, self._parents, self._labels
        graph.violations, graph.initial_count = [], 1
        graph.cut_states, graph.broken_states = set(), set()
        self._search.forget_violations()

    def options(self) -> list[Option]:
        """Return the steps that are possible now; what is wrong with one is noted in the graph."""
        index = len(self.graph.states) - 1
        steps = list(self._search.successors.of(self.graph.states[index]))
        self._search.remark(index)
        return steps

    def steps_from(self, packed: int) -> list[Option]:
        """Return the steps from any state; nothing is noted, and the walk stays where it is."""
        steps = list(self._search.successors.of(packed))
        self._search.successors.notes.clear()
        return steps

    def take(self, option: Option) -> Label:
        """Go one step."""
        graph = self.graph
        self._parents.append(len(self._states) - 1)
        self._labels.append(option[1])
        self._states.append(option[0])
        return graph.labels[option[1]]

    def sentence(self, option: Option) -> str:
        """Say what a step is, in the words of the spec."""
        return self.teller.sentence(self.graph.labels[option[1]])

    def finish(self) -> Graph:
        """Close the schedule, so that it can be judged like a state graph."""
        graph = self.graph
        steps = len(graph.states) - 1
        graph.levels = [(index, index + 1) for index in range(steps + 1)]
        graph.offsets = np.array([*range(steps + 1), steps], dtype=np.int64)
        graph.targets = np.arange(1, steps + 1, dtype=np.int32)
        graph.edge_labels = np.array(self._labels[1:], dtype=np.int32)
        return graph


def is_fault(label: Label) -> bool:
    """Say whether a step is the doing of a fault."""
    return label.kind in FAULTS
