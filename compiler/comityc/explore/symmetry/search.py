"""A search that looks at one state of each orbit: levels, violations and steps are those of the full search, told once for all alike.

Every step out of a state that stands for others is taken as it is; where it leads is then replaced by what stands for that.
"""

from types import ModuleType
from typing import Any

from comityc.explore.engine.search import MAX_STATES, PROGRESS_EVERY, Progress, Search
from comityc.explore.engine.start import initial_states
from comityc.explore.graph import Graph
from comityc.explore.symmetry.canonical import Canonical, Standing
from comityc.explore.symmetry.orbits import Orbits
from comityc.machine.model import Case, Machine

SLOWER = 4
"""A step takes about so many times as long here, as what it leads to has to be renamed."""


class OrbitSearch(Search):
    """Searches the orbits of one case. `roles` are those whose instances can stand in for one another."""

    def __init__(
        self, machine: Machine, case: Case, parameters: Any, module: ModuleType, roles: tuple[str, ...]
    ) -> None:
        super().__init__(machine, case, parameters, module)
        self._canonical = Canonical(self.successors, roles)
        self.orbits = Orbits(self, self._canonical)
        self.graph.orbits = self.orbits

    def standing_for(self, packed: int) -> Standing:
        """Return what stands for a state."""
        return self._canonical.of(packed)

    def starts_evenly(self) -> bool:
        """Say whether a run may begin in all states that come of an initial one by renaming, as it can when none is set apart."""
        found = set(initial_states(self.successors, self.budgets))
        orbits = {standing.packed: standing.orbit for standing in map(self._canonical.of, found)}
        return sum(orbits.values()) == len(found)

    def _meet(self, packed: int, source: int, label: int) -> int:
        standing = self._canonical.of(packed)
        known = self._index_of.get(standing.packed)
        if known is not None:
            return known
        self.orbits.sizes.append(standing.orbit)
        return super()._meet(standing.packed, source, label)

    def _expand(self, first: int, last: int) -> None:
        graph, successors = self.graph, self.successors
        targets, edge_labels, edge_turns = self._targets, self._edge_labels, self.orbits.edge_turns
        for index in range(first, last):
            steps = successors.of(graph.states[index])
            notes, progress = list(successors.notes), successors.progress
            for target, label in steps:
                found = self._meet(target, index, label)
                if self._sources is not None:
                    targets.append(found)
                    edge_labels.append(label)
                    edge_turns.append(self._canonical.of(target).turn)
            graph.edges += len(steps)
            graph.expanded = index + 1
            if self._sources is not None:
                self._sources.append(len(targets))
            successors.notes[:], successors.progress = notes, progress
            if notes or not progress:
                self.remark(index)
            if len(graph.states) > self._max_states:
                self.stop(f"more than {self._max_states} orbits")
            if not graph.complete:
                return
            if self._progress is not None and graph.edges >= self._tell_at:
                self._tell_at = graph.edges + PROGRESS_EVERY // SLOWER
                self.tell(self._progress, len(graph.states), index + 1)
                if not graph.complete:
                    return


def explore_orbits(
    machine: Machine,
    case: Case,
    parameters: Any,
    module: ModuleType,
    *,
    roles: tuple[str, ...],
    engine: str = "reference",
    keep_edges: bool = True,
    max_states: int | None = None,
    memory: int | None = None,
    progress: Progress | None = None,
) -> Graph:
    """Find one state of each orbit that a case can reach.

    No other engine knows orbits, and memory is not counted: both are here to be called as other searches are. Where a run may not begin
    in every state that an initial one stands for, all states are found instead.
    """
    most = MAX_STATES if max_states is None else max_states
    search: Search
    search = by_orbits = OrbitSearch(machine, case, parameters, module, roles)
    if not by_orbits.starts_evenly():
        search = Search(machine, case, parameters, module)
    return search.run(keep_edges=keep_edges, max_states=most, progress=progress)


def count_orbits(
    machine: Machine,
    case: Case,
    parameters: Any,
    module: ModuleType,
    roles: tuple[str, ...],
    progress: Progress | None = None,
) -> int | None:
    """Return how many orbits there are, whatever the properties say; None where states cannot be taken together, or were not all found."""
    graph = explore_orbits(machine, case, parameters, module, roles=roles, keep_edges=False, progress=progress)
    return None if graph.orbits is None or not graph.complete else len(graph.states)
