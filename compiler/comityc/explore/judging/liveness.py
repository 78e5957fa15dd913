"""The state graph as arrays and where p and q hold in; the verdict on liveness out, with a lasso where it fails.

A run may stop for ever wherever nothing is owed (stuttering). Within a part of the graph that a run can stay in for
ever, a weak obligation is met by a step that is taken there or by a state there in which it is not enabled; a strong
one by a step that is taken there, or by keeping away from every state in which it is enabled (Streett: remove these
states and look again). A state where a bound cut a step is no place for a counterexample to end or to go round in.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from comityc.explore.judging.paths import Edges, Mask, Numbers, Path, Reach, distinct, reach_backward, reach_forward


class FairGraph:
    """A state graph with what is owed in it, made once and asked for every property."""

    def __init__(self, edges: Edges, owed_by_label: Sequence[Sequence[int]], strong: Sequence[bool], cut: Mask) -> None:
        """`owed_by_label` lists the obligations that a step with this label meets; `strong` goes by obligation."""
        self.edges = edges
        self.cut = cut
        self.strong = np.asarray(strong, dtype=np.bool_)
        self._owed_start, self._owed = _ragged(owed_by_label)
        self._width = max(len(strong), 1)
        self._enabled = self._pairs(edges.sources, edges.labels)
        loops = np.flatnonzero(edges.sources == edges.targets)
        self._met_at_once = self._pairs(edges.sources[loops], edges.labels[loops])
        self.may_stop = self._where_nothing_is_owed()
        parts = _components(edges.count, edges.sources, edges.targets)
        inner = (parts[edges.sources] == parts[edges.targets]) & (edges.sources != edges.targets)
        self._cyclic = np.flatnonzero(inner)

    def _pairs(self, states: Numbers, labels: Numbers) -> tuple[Numbers, Numbers]:
        """Return the distinct pairs (state, obligation) of these edges, sorted."""
        counts = self._owed_start[labels + 1] - self._owed_start[labels]
        owing = np.flatnonzero(counts)
        states, labels, counts = states[owing], labels[owing], counts[owing]
        shift = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        owed = self._owed[np.repeat(self._owed_start[labels], counts) + shift]
        keys = distinct(np.repeat(states, counts) * self._width + owed)
        return keys // self._width, keys % self._width

    def _where_nothing_is_owed(self) -> Mask:
        """Find the states in which every owed step leads back to the state itself, or none is owed."""
        count = self.edges.count
        owed = np.bincount(self._enabled[0], minlength=count)
        result: Mask = owed == np.bincount(self._met_at_once[0], minlength=count)
        return result

    def fair_parts(self, region: Mask) -> Numbers:
        """Number the parts of the region in which a fair run can go round for ever; -1 for every other state.

        States where a run may simply stop (`may_stop`) are no parts of their own.
        """
        edges, result = self.edges, np.full(self.edges.count, -1, dtype=np.int64)
        inner = self._cyclic
        alive, found = region, 0
        while True:
            inner = inner[alive[edges.sources[inner]] & alive[edges.targets[inner]]]
            if not len(inner):
                return result
            parts = _components(edges.count, edges.sources[inner], edges.targets[inner])
            inner = inner[parts[edges.sources[inner]] == parts[edges.targets[inner]]]
            alive = np.zeros(edges.count, dtype=np.bool_)
            alive[edges.sources[inner]] = True
            failed, again = self._unmet(alive, parts, inner)
            alive &= ~failed[parts]
            fair = alive & ~again[parts]
            numbers, result[fair] = np.unique(parts[fair], return_inverse=True)
            result[fair] += found
            found += len(numbers)
            alive &= again[parts]
            alive[self._trapped(alive, parts, inner)] = False

    def _unmet(self, alive: Mask, parts: Numbers, inner: Numbers) -> tuple[Mask, Mask]:
        """Say of each part whether a weak obligation fails it for good, and whether a strong one asks for another look."""
        size = np.bincount(parts[alive], minlength=len(parts))
        part, owed, count, taken = self._by_part(alive, parts, inner)
        failed = np.zeros(len(parts), dtype=np.bool_)
        again = np.zeros(len(parts), dtype=np.bool_)
        failed[part[~taken & ~self.strong[owed] & (count == size[part])]] = True
        again[part[~taken & self.strong[owed]]] = True
        return failed, again

    def _trapped(self, alive: Mask, parts: Numbers, inner: Numbers) -> Numbers:
        """Find the states in which a strong obligation is enabled that is never met within the state's part."""
        taken = self._taken(parts, inner)
        states, owed = self._enabled
        here = alive[states] & self.strong[owed]
        states, owed = states[here], owed[here]
        return states[~np.isin(parts[states] * self._width + owed, taken)]

    def _taken(self, parts: Numbers, inner: Numbers) -> Numbers:
        part, owed = self._pairs(parts[self.edges.sources[inner]], self.edges.labels[inner])
        states, met = self._met_at_once
        return distinct(np.concatenate((part * self._width + owed, parts[states] * self._width + met)))

    def _by_part(self, alive: Mask, parts: Numbers, inner: Numbers) -> tuple[Numbers, Numbers, Numbers, Mask]:
        """Return each (part, obligation enabled in it) with the number of states that enable it and whether it is met."""
        states, owed = self._enabled
        here = alive[states]
        keys, count = np.unique(parts[states[here]] * self._width + owed[here], return_counts=True)
        taken = np.isin(keys, self._taken(parts, inner))
        return keys // self._width, keys % self._width, count, taken

    def round_at(self, state: int) -> list[int]:
        """Return steps from a state to itself that meet all that is owed there; none where nothing is owed."""
        edges = self.edges
        owed = set(self._enabled[1][self._enabled[0] == state].tolist())
        steps: list[int] = []
        for edge in np.flatnonzero((edges.sources == state) & (edges.targets == state)).tolist():
            met = owed & set(self.owed_by(int(edges.labels[edge])).tolist())
            if met:
                steps.append(edge)
                owed -= met
        return steps

    def loop_through(self, part: Mask, start: int, again: Mask | None = None) -> list[int]:
        """Return the edges of a fair cycle through a fair part, from `start` back to it, by way of a state of `again`."""
        edges = self.edges
        inside = part[edges.sources] & part[edges.targets]
        open_edges = np.flatnonzero(inside)
        states, owed = self._enabled
        here = part[states]
        states, owed = states[here], owed[here]
        size = int(part.sum())
        everywhere = np.bincount(owed, minlength=self._width) == size
        outstanding = np.zeros(self._width, dtype=np.bool_)
        outstanding[owed] = True
        must_take = outstanding & (everywhere | self._strong_padded())
        path: list[int] = []
        at = start
        if again is not None and not again[start]:
            path = _way_to(edges, part, start, np.zeros(0, dtype=np.int64), part & again)
            self._walk(path, outstanding, must_take, states, owed)
            at = int(edges.targets[path[-1]])
        while True:
            self._settle(outstanding, must_take, states, owed, at)
            if not outstanding.any():
                break
            goal_edges = self._edges_meeting(open_edges, outstanding)
            goal_states = self._states_meeting(part, outstanding & ~must_take, states, owed)
            way = _way_to(edges, part, at, goal_edges, goal_states)
            self._walk(way, outstanding, must_take, states, owed)
            at = int(edges.targets[way[-1]])
            path += way
        if at != start:
            home = np.zeros(edges.count, dtype=np.bool_)
            home[start] = True
            path += _way_to(edges, part, at, np.zeros(0, dtype=np.int64), home)
        return path

    def _walk(self, way: list[int], outstanding: Mask, must_take: Mask, states: Numbers, owed: Numbers) -> None:
        """Strike off what is met on the way."""
        for edge in way:
            outstanding[self.owed_by(int(self.edges.labels[edge]))] = False
            self._settle(outstanding, must_take, states, owed, int(self.edges.targets[edge]))

    def _strong_padded(self) -> Mask:
        return self.strong if len(self.strong) else np.zeros(self._width, dtype=np.bool_)

    def owed_by(self, label: int) -> Numbers:
        """Return the obligations that a step with this label meets."""
        return self._owed[self._owed_start[label] : self._owed_start[label + 1]]

    @staticmethod
    def _settle(outstanding: Mask, must_take: Mask, states: Numbers, owed: Numbers, at: int) -> None:
        """Strike off the weak obligations that are not enabled in the state."""
        enabled = np.zeros(len(outstanding), dtype=np.bool_)
        enabled[owed[np.searchsorted(states, at) : np.searchsorted(states, at, side="right")]] = True
        outstanding &= enabled | must_take

    def _edges_meeting(self, open_edges: Numbers, outstanding: Mask) -> Numbers:
        useful = np.array(
            [outstanding[self._owed[a:b]].any() for a, b in zip(self._owed_start, self._owed_start[1:], strict=False)],
            dtype=np.bool_,
        )
        return open_edges[useful[self.edges.labels[open_edges]]]

    def _states_meeting(self, part: Mask, wanted: Mask, states: Numbers, owed: Numbers) -> Mask:
        """Find the states of the part in which one of the wanted weak obligations is not enabled."""
        enabled = np.bincount(states[wanted[owed]], minlength=self.edges.count)
        result: Mask = part & (enabled < int(wanted.sum()))
        return result


def find_unfair_end(
    graph: FairGraph, sources: Mask, region: Mask, *, again: Mask | None = None, forever: Mask | None = None
) -> Path | None:
    """Find the shortest fair run that goes from a source through the region and stays in it for ever.

    With sources = p and not q and region = not q it is a counterexample to `leads_to: [p, q]`; with the initial
    states and not p to `eventually: p`. Only runs count that are in `again` again and again, or in `forever` at last.
    """
    edges = graph.edges
    starts = sources & region
    if not starts.any():
        return None
    lasting = region & ~graph.cut if forever is None else region & ~graph.cut & forever
    stops = lasting & graph.may_stop
    parts = graph.fair_parts(lasting)
    rounds = parts >= 0
    if again is not None:
        stops &= again
        rounds &= np.isin(parts, parts[again])
    if not stops.any() and not rounds.any():
        return None
    reach = reach_forward(edges, starts, region, edges.depth)
    stop, turn = reach.nearest(stops), reach.nearest(rounds)
    if turn is not None and (stop is None or reach.distance[turn] < reach.distance[stop]):
        stem, loop = _plain_round(graph, reach, parts, turn, rounds, again)
        if stop is None or len(stem.labels) + len(loop) < reach.distance[stop]:
            return _ending(stem, edges, loop)
    if stop is None:
        return None
    stem = edges.stem(reach.all_nearest(stops), reach)
    return _ending(stem, edges, graph.round_at(stem.states[-1]))


def _plain_round(
    graph: FairGraph, reach: Reach, parts: Numbers, turn: int, rounds: Mask, again: Mask | None
) -> tuple[Path, list[int]]:
    """Return the plainest way to where a round can begin, and the round; but never for the price of a longer round."""
    edges = graph.edges
    loop = graph.loop_through(parts == parts[turn], turn, again)
    plain = edges.stem(reach.all_nearest(rounds), reach)
    begin = plain.states[-1]
    other = loop if begin == turn else graph.loop_through(parts == parts[begin], begin, again)
    return (plain, other) if len(other) <= len(loop) else (edges.stem([turn], reach), loop)


def find_no_way(edges: Edges, goal: Mask, ways: Mask, cut: Mask) -> Path | None:
    """Find the plainest path to one of the first states from which no steps that are a way (`ways`, by label) lead to the goal.

    From a state where a bound cut a step it counts as possible.
    """
    possible = reach_backward(edges, goal | cut, ways[edges.labels])
    lost = np.flatnonzero(~possible)
    return edges.stem(lost[edges.depth[lost] == edges.depth[lost[0]]]) if len(lost) else None


def _ending(path: Path, edges: Edges, loop: Sequence[int]) -> Path:
    whole = edges.follow(path, loop)
    return Path(whole.states, whole.labels, len(path.labels))


def _way_to(edges: Edges, part: Mask, start: int, goal_edges: Numbers, goal_states: Mask) -> list[int]:
    """Return a shortest path within the part that ends with a goal edge or at a goal state (other than the start)."""
    source = np.zeros(edges.count, dtype=np.bool_)
    source[start] = True
    ends = goal_states.copy()
    ends[edges.sources[goal_edges]] = True
    if ends[start] and not goal_states[start]:
        return [int(goal_edges[edges.sources[goal_edges] == start][0])]
    reach = reach_forward(edges, source, part, None, ends)
    goal = reach.nearest(ends)
    if goal is None:
        raise AssertionError("a fair part is not connected")
    _, way = reach.path(goal)
    if not goal_states[goal]:
        way.append(int(goal_edges[edges.sources[goal_edges] == goal][0]))
    return way


def _components(count: int, sources: Numbers, targets: Numbers) -> Numbers:
    """Number the strongly connected components of a graph of `count` nodes."""
    matrix = csr_matrix((np.ones(len(sources), dtype=np.int8), (sources, targets)), shape=(count, count))
    _, labels = connected_components(matrix, directed=True, connection="strong")
    result: Numbers = labels.astype(np.int64)
    return result


def _ragged(rows: Sequence[Sequence[int]]) -> tuple[Numbers, Numbers]:
    """Turn lists of numbers into one array and where each begins in it."""
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=starts[1:])
    return starts, np.fromiter((number for row in rows for number in row), dtype=np.int64, count=int(starts[-1]))
