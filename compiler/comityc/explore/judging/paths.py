"""The state graph as arrays in; what can be reached from where, and shortest paths, out.

The edges are ordered by their source, so those of state `i` are `offsets[i]` up to `offsets[i + 1]`. States are
numbered as breadth-first search found them: a smaller number is never farther from the start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from comityc.explore.graphs.adjacency import Adjacency, Small
from comityc.explore.graphs.by_numpy import sources_of
from comityc.explore.judging.plain import Manner, Phase, Way, plainest
from comityc.explore.judging.plain import Mask as Mask
from comityc.explore.judging.plain import Numbers as Numbers


@dataclass(frozen=True, slots=True)
class Path:
    """A run: the states it goes through, and the label of each step between them.

    `loop_from` is the index of the step with which the part begins that repeats for ever; `len(labels)` says that
    the run stops there and nothing more is owed. None: the run is told up to its end and no further.
    """

    states: tuple[int, ...]
    labels: tuple[int, ...]
    loop_from: int | None = None

    def then(self, label: int, state: int) -> "Path":
        """Return the path with one more step."""
        return Path((*self.states, state), (*self.labels, label), self.loop_from)


class Edges:
    """The states' depths and parents, and all steps between them."""

    def __init__(
        self,
        offsets: Sequence[int] | Numbers,
        targets: Sequence[int] | Small,
        labels: Sequence[int] | Small,
        parents: Sequence[int] | Numbers | None = None,
        depth: Numbers | None = None,
        manner: Manner | None = None,
    ) -> None:
        """The depth is given, or found from the parents; `manner` says which of several shortest paths is the plainest."""
        self.steps = Adjacency(np.asarray(offsets), np.asarray(targets), np.asarray(labels))
        self.offsets, self.targets, self.labels = self.steps.offsets, self.steps.targets, self.steps.labels
        self.count = self.steps.count
        self.depth = _depth_by_parents(np.asarray(parents, dtype=np.int64)) if depth is None else depth
        self.manner = Manner.simple(int(self.labels.max(initial=-1)) + 1) if manner is None else manner

    def without(self, labels: Mask) -> "Edges":
        """Return the same states with the steps of other labels only."""
        kept = np.flatnonzero(~labels[self.labels])
        offsets = np.searchsorted(kept, self.offsets)
        return Edges(offsets, self.targets[kept], self.labels[kept], depth=self.depth, manner=self.manner)

    @cached_property
    def sources(self) -> Numbers:
        """The source of each edge."""
        return sources_of(self.offsets)

    def sources_of(self, edges: Numbers) -> Numbers:
        """Return the sources of some edges."""
        return np.searchsorted(self.offsets, edges, side="right") - 1

    def stem(self, goals: Sequence[int] | Numbers, reach: "Reach | None" = None) -> Path:
        """Return the plainest of the shortest paths from the start to these states, which are equally deep.

        With `reach` they are equally far in it, and the path comes to them as that search does.
        """
        phases = [Phase(self.depth)]
        if reach is not None:
            phases.append(Phase(reach.distance, reach.sources & (reach.distance == self.depth)))
        way = self.way(phases, goals)
        return Path(way.states, way.labels)

    def way(self, phases: Sequence[Phase], goals: Sequence[int] | Numbers, last: Sequence[int] | None = None) -> Way:
        """Return the plainest of the shortest ways through these phases to the goals, or one step beyond them."""
        return plainest(self, self.manner, phases, goals, last)

    def stem_over(self, edges: Numbers) -> Path:
        """Return the plainest of the shortest paths that end with one of these edges, whose sources are equally deep."""
        sources, labels = self.sources_of(edges), self.labels[edges]
        way = self.way([Phase(self.depth)], sources, labels.tolist())
        chosen = edges[(sources == way.states[-1]) & (labels == way.last)][0]
        return self.follow(Path(way.states, way.labels), [int(chosen)])

    def follow(self, path: Path, edges: Sequence[int]) -> Path:
        """Return the path with these edges taken after it."""
        states = (*path.states, *(int(self.targets[edge]) for edge in edges))
        return Path(states, (*path.labels, *(int(self.labels[edge]) for edge in edges)), path.loop_from)

    def steps_from(self, states: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Return the steps out of these states: sources, labels, targets."""
        out = self.out_of(states)
        counts = self.offsets[states + 1] - self.offsets[states]
        return np.repeat(states, counts), self.labels[out].astype(np.int64), self.targets[out].astype(np.int64)

    def out_of(self, states: Numbers) -> Numbers:
        """Return the edges that leave these states."""
        counts = self.offsets[states + 1] - self.offsets[states]
        ends = np.cumsum(counts)
        return np.repeat(self.offsets[states] - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)


def _depth_by_parents(parents: Numbers) -> Numbers:
    """Find how many steps each state is away from the start."""
    depth = np.full(len(parents), -1, dtype=np.int64)
    depth[parents < 0] = 0
    open_states = np.flatnonzero(depth < 0)
    while len(open_states):
        before = depth[parents[open_states]]
        depth[open_states] = np.where(before < 0, -1, before + 1)
        open_states = open_states[depth[open_states] < 0]
    return depth


@dataclass(frozen=True, slots=True)
class Reach:
    """How far each state is from the sources (-1: not reached), and by which edge it was reached first (-1: a source)."""

    edges: Edges
    sources: Mask
    distance: Numbers
    came_by: Numbers

    def nearest(self, goal: Mask) -> int | None:
        """Return the reached state of the goal that is nearest to the sources."""
        nearest = self.all_nearest(goal)
        return int(nearest[0]) if len(nearest) else None

    def all_nearest(self, goal: Mask) -> Numbers:
        """Return all reached states of the goal that are nearest to the sources, in order."""
        reached = np.flatnonzero(goal & (self.distance >= 0))
        return reached[self.distance[reached] == self.distance[reached].min()] if len(reached) else reached

    def path(self, state: int) -> tuple[int, list[int]]:
        """Return the source from which a state was reached, and the edges from there to it."""
        way: list[int] = []
        while (edge := int(self.came_by[state])) >= 0:
            way.append(edge)
            state = int(self.edges.sources_of(np.array([edge]))[0])
        return state, way[::-1]


def reach_forward(
    edges: Edges, sources: Mask, region: Mask, head_start: Numbers | None = None, ends: Mask | None = None
) -> Reach:
    """Search breadth first from the sources, within the region, until one of the ends is found.

    A source counts as `head_start[source]` steps away already.
    """
    distance = np.full(edges.count, -1, dtype=np.int64)
    came_by = np.full(edges.count, -1, dtype=np.int64)
    waiting = np.flatnonzero(sources)
    starts = np.zeros(len(waiting), dtype=np.int64) if head_start is None else head_start[waiting]
    order = np.argsort(starts, kind="stable")
    waiting, starts = waiting[order], starts[order]
    found, at, steps = np.zeros(0, dtype=np.int64), 0, 0
    while True:
        if not len(found):
            if at == len(waiting):
                break
            steps = int(starts[at])
        upto = int(np.searchsorted(starts, steps, side="right"))
        fresh = waiting[at:upto]
        fresh = fresh[distance[fresh] < 0]
        at = upto
        distance[fresh] = steps
        frontier = np.concatenate((found, fresh))
        if ends is not None and ends[frontier].any():
            break
        out = edges.out_of(frontier)
        targets = edges.targets[out]
        useful = region[targets] & (distance[targets] < 0)
        found, first = np.unique(targets[useful], return_index=True)
        came_by[found] = out[useful][first]
        steps += 1
        distance[found] = steps
    return Reach(edges, sources, distance, came_by)
