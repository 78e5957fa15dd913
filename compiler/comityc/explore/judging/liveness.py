"""The state graph as arrays and where p and q hold in; the verdict on liveness out, with a lasso where it fails.

A run may stop for ever wherever nothing is owed (stuttering). Within a part of the graph that a run can stay in for
ever, a weak obligation is met by a step that is taken there or by a state there in which it is not enabled; a strong
one by a step that is taken there, or by keeping away from every state in which it is enabled (Streett: remove these
states and look again). A state where a bound cut a step is no place for a counterexample to end or to go round in.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from comityc.explore.judging.bitrows import any_of, members, row_of, rows_of
from comityc.explore.judging.paths import Edges, Mask, Numbers, Path, Reach, reach_forward


class FairGraph:
    """A state graph with what is owed in it, made once and asked for every property.

    Obligations are numbered, and a set of them is a row of bits: what a step meets, what is enabled in a state.
    """

    def __init__(
        self,
        edges: Edges,
        owed_by_label: Sequence[Sequence[int]],
        strong: Sequence[bool],
        cut: Mask,
        *,
        rounds: Edges | None = None,
    ) -> None:
        """`owed_by_label` lists the obligations that a step with this label meets; `strong` goes by obligation.

        `rounds` has the steps of which rounds are made, where not all of them may go on and on.
        """
        self.edges = edges
        self.rounds = edges if rounds is None else rounds
        self.cut = cut
        self._width = max(len(strong), 1)
        self.strong = np.asarray(strong, dtype=np.bool_)
        self._strong = rows_of([np.flatnonzero(self.strong).tolist()], self._width)[0]
        self._owed = rows_of(owed_by_label, self._width)
        self._enabled, self.may_stop = edges.steps.enabled(self._owed)

    @cached_property
    def _cyclic(self) -> Mask:
        """Where a run can come back to after other states."""
        parts, _ = self.rounds.steps.components(np.ones(self.edges.count, dtype=np.bool_))
        cyclic: Mask = parts >= 0
        return cyclic

    def enabled(self, obligation: int) -> Mask:
        """Say in which states an obligation is enabled."""
        return any_of(self._enabled & rows_of([[obligation]], self._width)[0])

    def enable(self, obligation: int, where: Mask) -> None:
        """Take an obligation for enabled in these states too."""
        self._enabled[where] |= rows_of([[obligation]], self._width)[0]

    def fair_parts(self, region: Mask) -> Numbers:
        """Number the parts of the region in which a fair run can go round for ever; -1 for every other state.

        States where a run may simply stop (`may_stop`) are no parts of their own.
        """
        steps, result = self.rounds.steps, np.full(self.edges.count, -1, dtype=np.int64)
        inside, found = region & self._cyclic, 0
        while inside.any():
            parts, count = steps.components(inside)
            if not count:
                break
            owed = steps.owed_in_parts(self._owed, self._enabled, parts, count)
            failed = any_of(owed.always & ~owed.met & ~self._strong)  # by a weak obligation, for good
            again = any_of(owed.ever & ~owed.met & self._strong) & ~failed  # a strong one asks for another look
            fair = ~(failed | again)
            numbers = np.append(
                np.where(fair, np.cumsum(fair) - 1 + found, -1), -1
            )  # the last is for states of no part
            result = np.maximum(result, numbers[parts])
            found += int(fair.sum())
            states = np.flatnonzero(np.append(again, False)[parts])
            trapped = any_of(self._enabled[states] & ~owed.met[parts[states]] & self._strong)
            inside = np.zeros(self.edges.count, dtype=np.bool_)
            inside[states[~trapped]] = True
        return result

    def round_at(self, state: int) -> list[int]:
        """Return steps from a state to itself that meet all that is owed there; none where nothing is owed."""
        edges = self.edges
        owed = set(np.flatnonzero(self._enabled_in(state)).tolist())
        steps: list[int] = []
        for edge in range(int(edges.offsets[state]), int(edges.offsets[state + 1])):
            met = owed & set(self.owed_by(int(edges.labels[edge])).tolist())
            if met and edges.targets[edge] == state:
                steps.append(edge)
                owed -= met
        return steps

    def loop_through(self, part: Mask, start: int, again: Mask | None = None) -> list[int]:
        """Return the steps (of `rounds`) of a fair cycle through a fair part, from `start` back to it, by way of a state of `again`."""
        edges = self.rounds
        inside = part[edges.sources] & part[edges.targets]
        open_edges = np.flatnonzero(inside)
        enabled = self._enabled[part]
        everywhere = members(np.bitwise_and.reduce(enabled, axis=0), self._width)
        outstanding = members(np.bitwise_or.reduce(enabled, axis=0), self._width)
        must_take = outstanding & (everywhere | members(self._strong, self._width))
        path: list[int] = []
        at = start
        if again is not None and not again[start]:
            path = _way_to(edges, part, start, np.zeros(0, dtype=np.int64), part & again)
            self._walk(path, outstanding, must_take)
            at = int(edges.targets[path[-1]])
        while True:
            self._settle(outstanding, must_take, at)
            if not outstanding.any():
                break
            goal_edges = open_edges[any_of(self._owed & row_of(outstanding))[edges.labels[open_edges]]]
            wanted = row_of(outstanding & ~must_take)
            goal_states = part & any_of(~self._enabled & wanted)
            way = _way_to(edges, part, at, goal_edges, goal_states)
            self._walk(way, outstanding, must_take)
            at = int(edges.targets[way[-1]])
            path += way
        if at != start:
            home = np.zeros(edges.count, dtype=np.bool_)
            home[start] = True
            path += _way_to(edges, part, at, np.zeros(0, dtype=np.int64), home)
        return path

    def _walk(self, way: list[int], outstanding: Mask, must_take: Mask) -> None:
        """Strike off what is met on the way."""
        for edge in way:
            outstanding[self.owed_by(int(self.rounds.labels[edge]))] = False
            self._settle(outstanding, must_take, int(self.rounds.targets[edge]))

    def _settle(self, outstanding: Mask, must_take: Mask, at: int) -> None:
        """Strike off the weak obligations that are not enabled in the state."""
        outstanding &= self._enabled_in(at) | must_take

    def _enabled_in(self, state: int) -> Mask:
        return members(self._enabled[state], self._width)

    def owed_by(self, label: int) -> Numbers:
        """Return the obligations that a step with this label meets."""
        return np.flatnonzero(members(self._owed[label], self._width))


def find_unfair_end(
    graphs: Sequence[FairGraph], sources: Mask, region: Mask, *, again: Mask | None = None, forever: Mask | None = None
) -> Path | None:
    """Find the shortest run that is fair in one of the graphs, goes from a source through the region and stays in it for ever.

    With sources = p and not q and region = not q it is a counterexample to `leads_to: [p, q]`; with the initial
    states and not p to `eventually: p`. Only runs count that are in `again` again and again, or in `forever` at last.
    """
    found = [_unfair_end(graph, sources, region, again, forever) for graph in graphs]
    return min((path for path in found if path is not None), key=lambda path: len(path.labels), default=None)


def _unfair_end(graph: FairGraph, sources: Mask, region: Mask, again: Mask | None, forever: Mask | None) -> Path | None:
    edges = graph.edges
    starts = sources & region
    if not starts.any():
        return None
    lasting = edges.steps.reach_forward(starts, region) & ~graph.cut
    if forever is not None:
        lasting &= forever
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
            return _ending(stem, graph.rounds, loop)
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
    possible = edges.steps.reach_backward(goal | cut, ways)
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
    sources = edges.sources_of(goal_edges)
    ends[sources] = True
    if ends[start] and not goal_states[start]:
        return [int(goal_edges[sources == start][0])]
    reach = reach_forward(edges, source, part, None, ends)
    goal = reach.nearest(ends)
    if goal is None:
        raise AssertionError("a fair part is not connected")
    _, way = reach.path(goal)
    if not goal_states[goal]:
        way.append(int(goal_edges[sources == goal][0]))
    return way
