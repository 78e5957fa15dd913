"""A machine, one of its cases and its generated module in; all reachable states of that case, breadth first, out.

What is stepped here is the generated Python itself, in its form for checking; this engine is the reference for any other.
"""

from array import array
from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from comityc.explore.engine.faults import budgets_of
from comityc.explore.engine.labels import LabelStore
from comityc.explore.engine.met import FaultsMet
from comityc.explore.engine.network import NetworkStore
from comityc.explore.engine.places import PLACE_BITS, PLACE_MASK
from comityc.explore.engine.records import CUT, Note
from comityc.explore.engine.replay import sent_by
from comityc.explore.engine.rest import RestStore
from comityc.explore.engine.setting import make_setting
from comityc.explore.engine.start import initial_states
from comityc.explore.engine.successors import LOCAL_MASK, REST_MASK, Successors
from comityc.explore.graph import Graph, Violation
from comityc.machine.model import Case, Machine

MAX_STATES = 5_000_000
MOST_UNDER_WAY = 1_000
"""So many messages are under way at most from one instance to another where no bound says how many."""
PROGRESS_EVERY = 1 << 11
"""So many steps are taken between two looks at progress, memory and Ctrl-C."""

Progress = Callable[[int, int, int, FaultsMet], None]
"""Called now and then with the level, how many states were found, how many of them wait to be looked at, and which faults were met."""


class EndSearch(Exception):
    """Raised by who is told of progress: the search ends here, cut for this reason."""


class Monitors(Protocol):
    """Watches a search. `key` numbers the state without the messages under way; returning True ends the search."""

    def on_state(self, index: int, key: int, graph: Graph) -> bool:
        """A state was found."""


def explore(
    machine: Machine,
    case: Case,
    parameters: Any,
    module: ModuleType,
    *,
    monitors: Monitors | None = None,
    keep_edges: bool = True,
    max_states: int = MAX_STATES,
    progress: Progress | None = None,
) -> Graph:
    """Find all states that a case can reach.

    `parameters` are those of the generated module. A search that would find more than `max_states` stops and says so.
    """
    search = Search(machine, case, parameters, module)
    return search.run(monitors=monitors, keep_edges=keep_edges, max_states=max_states, progress=progress)


class Search:
    """One search, also for those who go their own way through the states: `successors` gives the steps, `graph` keeps the labels."""

    def __init__(self, machine: Machine, case: Case, parameters: Any, module: ModuleType) -> None:
        setting = make_setting(machine, case, parameters, module)
        fifo = {message.name for message in machine.messages if message.fifo}
        alike = (lambda message: message) if setting.moments is None else setting.moments.timeless
        waiting = _deferred_somewhere(machine)
        network = NetworkStore(setting.order, case.bounds.copies, fifo.__contains__, alike, waiting.__contains__)
        slots, self.budgets = budgets_of(case.faults, machine.roles)
        self._labels = LabelStore(has_clock=setting.timing is not None)
        self.successors = Successors(setting, self._labels, network, RestStore(setting.act_rules), slots)
        self.met = FaultsMet(self.successors, self.budgets)
        self._monitors: Monitors | None = None
        self._progress: Progress | None = None
        self._max_states = MAX_STATES
        self._sources: array[int] | None = None
        self._targets, self._edge_labels = array("i"), array("i")
        self._index_of: dict[int, int] = {}
        self._said: dict[tuple[str, int], int] = {}
        self._states: list[int] = []
        self._parent, self._parent_label = array("q"), array("i")
        self.border: tuple[int, int] | None = None
        self.graph = self._empty_graph()

    def _empty_graph(self) -> Graph:
        successors, labels = self.successors, self._labels
        masks = tuple(LOCAL_MASK << shift for shift in successors.shifts)
        return Graph(
            states=self._states,
            parent=self._parent,
            parent_label=self._parent_label,
            labels=labels.labels,
            obligations=labels.obligations,
            obligation_names=labels.obligation_names,
            visited_states=successors.visited,
            taken_transitions=successors.taken,
            key_mask=(1 << successors.network_shift) - 1,
            instance_masks=dict(zip(successors.setting.instances, masks, strict=True)),
            rest_mask=REST_MASK << successors.rest_shift,
            places=successors.places,
            place_masks=tuple(
                PLACE_MASK << (successors.place_shift + PLACE_BITS * at) for at in range(successors.places.count)
            ),
            decode=successors.world,
            decode_network=successors.envelopes,
            replay=partial(sent_by, successors),
            faults_met=self.met.text,
        )

    def run(
        self,
        *,
        monitors: Monitors | None = None,
        keep_edges: bool = True,
        max_states: int = MAX_STATES,
        progress: Progress | None = None,
        until: Callable[[Graph], bool] | None = None,
    ) -> Graph:
        """Search level by level until nothing new is found.

        Where `until` says so at the border of a level the search ends there, for another engine to go on: `border` is then the level
        that was found and not looked at, and `edges_so_far` what was kept.
        """
        self._monitors, self._max_states, self._progress = monitors, max_states, progress
        self._tell_at = 0  # so many steps
        self._sources = array("q", [0]) if keep_edges else None
        graph = self.graph
        for packed in initial_states(self.successors, self.budgets):
            self._meet(packed, -1, -1)
        graph.initial_count = len(graph.states)
        first, last = 0, len(graph.states)
        while first < last and graph.complete:
            if until is not None and until(graph):
                self.border = (first, last)
                return graph
            graph.levels.append((first, last))
            self._expand(first, last)
            first, last = last, len(graph.states)
        if first < last:
            graph.levels.append((first, last))
        if self._sources is not None:
            self._keep_edges(self._sources)
        return graph

    @property
    def edges_so_far(self) -> "tuple[array[int], array[int], array[int]]":
        """Where the steps of each state end, the targets and the labels."""
        return self._sources or array("q", [0]), self._targets, self._edge_labels

    def _meet(self, packed: int, source: int, label: int) -> int:
        """Take in a state that was not met before, and return its number."""
        graph = self.graph
        found = self._index_of.get(packed)
        if found is None:
            found = self._index_of[packed] = len(self._states)
            self._states.append(packed)
            self._parent.append(source)
            self._parent_label.append(label)
            if self._monitors is not None and self._monitors.on_state(found, packed & graph.key_mask, graph):
                self.stop("every property was decided")
        return found

    def _expand(self, first: int, last: int) -> None:
        """Take every step from the states of one level."""
        graph, successors = self.graph, self.successors
        states, index_of, known = self._states, self._index_of, self._index_of.get
        parent, parent_label = self._parent, self._parent_label
        targets, edge_labels, sources = self._targets, self._edge_labels, self._sources
        steps_of, monitored = successors.of, self._monitors is not None
        for index in range(first, last):
            steps = steps_of(states[index])
            for target, label in steps:
                found = known(target)
                if found is None:
                    if monitored:
                        found = self._meet(target, index, label)
                    else:
                        found = index_of[target] = len(states)
                        states.append(target)
                        parent.append(index)
                        parent_label.append(label)
                if sources is not None:
                    targets.append(found)
                    edge_labels.append(label)
            graph.edges += len(steps)
            graph.expanded = index + 1
            if sources is not None:
                sources.append(len(targets))
            if successors.notes or not successors.progress:
                self.remark(index)
            if len(states) > self._max_states:
                self.stop(f"more than {self._max_states} states")
            if not graph.complete:
                return
            if self._progress is not None and graph.edges >= self._tell_at:
                self._tell_at = graph.edges + PROGRESS_EVERY
                self.tell(self._progress, len(states), index + 1)
                if not graph.complete:
                    return

    def tell(self, progress: Progress, found: int, expanded: int) -> None:
        """Tell how the search is getting on; whoever hears of it may end it. It ends too where messages pile up without end."""
        bounded = self.successors.setting.case.bounds.under_way is not None
        if not bounded and self.successors.network.longest > MOST_UNDER_WAY:
            self.stop(f"more than {MOST_UNDER_WAY:,} messages were under way from one instance to another")
            return
        try:
            progress(len(self.graph.levels), found, found - expanded, self.met)
        except EndSearch as end:
            self.stop(str(end))

    def remark(self, index: int) -> None:
        """Note down what the steps from a state break, and whether there are none where there should be."""
        graph = self.graph
        cut = broken = False
        for note in self.successors.notes:
            if note.property == CUT:
                cut = True
                if note.text not in graph.cut_bounds:
                    graph.cut_bounds.append(note.text)
            else:
                broken = broken or note.broken
                self.say(index, note)
        if cut:
            graph.cut_states.add(index)
        if broken:
            graph.broken_states.add(index)
        if not (cut or broken or self.successors.progress):
            stuck = self.successors.is_stuck(graph.states[index])
            if stuck is not None:
                self.say(index, Note("no_deadlock", -1, f"nothing can happen any more, and {stuck} waits"))

    def forget_violations(self) -> None:
        """Let violations that were noted before be noted again."""
        self._said.clear()
        self.graph.violations_again.clear()

    def say(self, index: int, note: Note, *, again: bool = False) -> None:
        """Note down a violation: the first of each property and step, and those of the same level beside it.

        `again` says that the first, if there is one, is of the same level.
        """
        graph, violation = self.graph, Violation(note.property, index, note.label, note.text)
        known = self._said.get((note.property, note.label))
        if known is None:
            self._said[note.property, note.label] = index
            graph.violations.append(violation)
        elif known < index and (again or (graph.levels and known >= graph.levels[-1][0])):
            graph.violations_again.append(violation)

    def say_all(self, notes: Iterable[tuple[int, Note]], stuck: Iterable[int]) -> None:
        """Note down what another engine came upon: each note with its first state, and states of one level in which nothing can happen."""
        graph = self.graph
        for index, note in notes:
            if note.property != CUT:
                self.say(index, note)
            elif note.text not in graph.cut_bounds:
                graph.cut_bounds.append(note.text)
        for index in stuck:
            state = graph.states[index] if graph.without_messages is None else graph.without_messages(index)
            who = self.successors.is_stuck(state)
            if who is not None:
                self.say(index, Note("no_deadlock", -1, f"nothing can happen any more, and {who} waits"), again=True)

    def stop(self, why: str) -> None:
        """End the search before it is complete."""
        self.graph.complete = False
        self.graph.why_incomplete = self.graph.why_incomplete or why

    def _keep_edges(self, sources: "array[int]") -> None:
        """Hand over the edges as arrays; states that were never looked at have none."""
        graph = self.graph
        missing = len(graph.states) + 1 - len(sources)
        sources.extend([len(self._targets)] * missing)
        graph.offsets = np.frombuffer(sources, dtype=np.int64)
        graph.targets = _numbers(self._targets)
        graph.edge_labels = _numbers(self._edge_labels)


def _numbers(values: "array[int]") -> Any:
    return np.frombuffer(values, dtype=np.int32) if values else np.zeros(0, dtype=np.int32)


def _deferred_somewhere(machine: Machine) -> frozenset[str]:
    """Return the messages that some state may leave where they are: by `defer`, or as there is nothing to draw from."""
    return frozenset(
        reception.message
        for role in machine.roles
        for state in role.states
        for reception in state.receptions
        for candidate in reception.candidates
        if candidate.kind == "defer" or candidate.draw is not None
    )
