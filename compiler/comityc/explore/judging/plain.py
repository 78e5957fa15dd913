"""All shortest runs to where a property is broken in; the plainest of them out: fewest faults, then fewest changes of who acts.

A run of ten steps that stays with one instance as long as it can is read at once; the same ten steps shuffled are not. So the
search for a run is a programme over the shortest runs alone. Backwards from the goals, level by level, it finds what the rest of
the way costs at least, from each state and for each instance that may have acted last. Forwards it then follows what is
cheapest; where that leaves a choice, the step whose label comes first in the order of their words is taken, so that the result
does not depend on the order in which an engine found the states. States that no shortest run to a goal goes through are not
looked at twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]

NOBODY = -1
"""The actor of a step that no instance takes, as the loss of a message: whoever acted before it goes on after it."""

_SWITCH = 1
_FAULT = 1 << 32
"""One fault weighs more than all changes of who acts that a run can have."""
_FAR = 1 << 60


class Steps(Protocol):
    """Where the steps lead: all that this needs of a graph. An engine that keeps no edges may take the steps again."""

    def steps_from(self, states: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Return the steps out of these states, in order of their source: sources, labels, targets."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What the labels cost: which are the doing of a fault, who acts (`NOBODY`, or a number from 0), and which comes first."""

    faults: Mask
    actors: Numbers
    order: Callable[[int], Any]

    @staticmethod
    def simple(labels: int) -> "Manner":
        """Return the manner in which all labels cost the same, and the lower number comes first."""
        return Manner(np.zeros(labels, dtype=np.bool_), np.full(labels, NOBODY), int)

    @property
    def actor_count(self) -> int:
        """How many act."""
        return int(self.actors.max(initial=NOBODY)) + 1


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a run: how far its states are from the start (-1: not in it), and where it may begin at the end of the phase before.

    The first phase begins where the distance is 0. A later one is entered without a step, in a state that is as far away in both.
    """

    distance: Numbers
    entered: Mask | None = None


class Way(NamedTuple):
    """A run to a goal: its states, its labels, and the label of the step that goes beyond it (None: it ends at the goal)."""

    states: tuple[int, ...]
    labels: tuple[int, ...]
    last: int | None


def plainest(
    steps: Steps,
    manner: Manner,
    phases: Sequence[Phase],
    goals: Sequence[int] | Numbers,
    last: Sequence[int] | None = None,
) -> Way:
    """Return the plainest of the shortest runs to the goals, which are equally far away in the last phase.

    With `last` a run goes beyond its goal by a step with the label that stands there beside it; a goal may be named several times.
    """
    return _Programme(steps, manner, tuple(phases)).way(np.asarray(goals, dtype=np.int64), last)


@dataclass(slots=True)
class _Layer:
    """The states of one phase and distance from which a shortest run leads to a goal, in order, and what it costs.

    `costs` has a row for each state and a column for each instance that may have acted last; the last column: nobody has.
    """

    states: Numbers
    costs: Numbers

    def cost(self, state: int, actor: int) -> int | None:
        """Return what the rest of the way costs, or None where there is none."""
        at = int(np.searchsorted(self.states, state))
        return int(self.costs[at, actor]) if at < len(self.states) and self.states[at] == state else None


Node = tuple[int, int]
"""A phase, and a state in it."""


@dataclass(slots=True)
class _Programme:
    steps: Steps
    manner: Manner
    phases: tuple[Phase, ...]
    layers: list[list[_Layer]] = field(default_factory=list)  # by distance, then by phase
    place: Numbers = field(init=False)  # by state: where it stands in the layer that is looked at, -1 between two looks

    def __post_init__(self) -> None:
        self.place = np.full(len(self.phases[0].distance), -1, dtype=np.int64)

    def way(self, goals: Numbers, last: Sequence[int] | None) -> Way:
        length = int(self.phases[-1].distance[goals[0]])
        beyond = _by_state(goals, last)
        at_goal = _Layer(*self._goal_costs(beyond))
        orders = [_Levels(phase.distance, length) for phase in self.phases]
        self.layers = [[] for _ in range(length + 1)]
        for level in range(length, -1, -1):
            layer: _Layer | None = None
            found: list[_Layer] = []
            for number in range(len(self.phases) - 1, -1, -1):
                parts = [at_goal] if level == length and number == len(self.phases) - 1 else []
                if level < length:
                    parts.append(self._layer_before(orders[number].at(level), self.layers[level + 1][number]))
                if layer is not None:
                    parts.append(self._entered(number, level, layer))
                layer = _merged(parts, self.manner.actor_count + 1)
                found.append(layer)
            self.layers[level] = found[::-1]
        return self._follow(length, beyond)

    # ---- backwards: what the rest of the way costs

    def _goal_costs(self, beyond: dict[int, list[int]]) -> tuple[Numbers, Numbers]:
        states = np.array(sorted(beyond), dtype=np.int64)
        costs = np.zeros((len(states), self.manner.actor_count + 1), dtype=np.int64)
        for row, state in enumerate(states.tolist()):
            if beyond[state]:
                labels = np.array(beyond[state], dtype=np.int64)
                ahead = np.zeros((len(labels), costs.shape[1]), dtype=np.int64)
                costs[row] = self._cheapest(1, np.zeros(len(labels), dtype=np.int64), labels, ahead)[0]
        return states, costs

    def _layer_before(self, states: Numbers, following: _Layer) -> _Layer:
        """Return those of the states that have a step into the following layer, with what it costs from there."""
        width = self.manner.actor_count + 1
        if not len(states) or not len(following.states):
            return _Layer(states[:0], np.zeros((0, width), dtype=np.int64))
        sources, labels, targets = self.steps.steps_from(states)
        self.place[following.states] = np.arange(len(following.states))
        place = self.place[targets]
        self.place[following.states] = -1
        useful = np.flatnonzero(place >= 0)
        if not len(useful):
            return _Layer(states[:0], np.zeros((0, width), dtype=np.int64))
        found = sources[useful]
        starts = _starts(found)
        kept, row = found[starts], np.repeat(np.arange(len(starts)), np.diff(starts, append=len(found)))
        return _Layer(kept, self._cheapest(len(kept), row, labels[useful], following.costs[place[useful]]))

    def _cheapest(self, count: int, row: Numbers, labels: Numbers, ahead: Numbers) -> Numbers:
        """Return, by row and by who acted last, what the cheapest of the steps and the way behind it cost.

        The rows come in ascending order.
        """
        actors, faults = self.manner.actors[labels], self.manner.faults[labels] * _FAULT
        costs = np.full((count, ahead.shape[1]), _FAR, dtype=np.int64)
        own = np.flatnonzero(actors != NOBODY)
        if len(own):
            behind = faults[own] + ahead[own, actors[own]]
            np.minimum.at(costs.reshape(-1), row[own] * ahead.shape[1] + actors[own], behind)
            starts = _starts(row[own])
            best = np.full(count, _FAR, dtype=np.int64)
            best[row[own][starts]] = np.minimum.reduceat(behind, starts)
            np.minimum(costs, best[:, None] + _SWITCH, out=costs)
            costs[:, -1] = best
        other = np.flatnonzero(actors == NOBODY)
        if len(other):
            starts = _starts(row[other])
            rows = row[other][starts]
            cheapest = np.minimum.reduceat(faults[other, None] + ahead[other], starts, axis=0)
            costs[rows] = np.minimum(costs[rows], cheapest)
        return costs

    def _entered(self, number: int, level: int, following: _Layer) -> _Layer:
        """Return the states of a phase in which the next phase, at the same distance, may begin."""
        entered = self.phases[number + 1].entered
        assert entered is not None
        here = entered[following.states] & (self.phases[number].distance[following.states] == level)
        return _Layer(following.states[here], following.costs[here])

    # ---- forwards: the way itself

    def _follow(self, length: int, beyond: dict[int, list[int]]) -> Way:
        first = self.layers[0][0]
        start = int(first.states[np.argmin(first.costs[:, -1])])
        cost, actor = first.cost(start, -1), -1
        assert cost is not None
        nodes: dict[Node, Node | None] = self._with_entries({(0, start): None}, 0, cost, actor)
        levels, labels = [nodes], []
        for level in range(length):
            label, nodes, cost, actor = self._step(level, nodes, cost, actor)
            labels.append(label)
            levels.append(nodes)
        final = len(self.phases) - 1
        ends = [(state, label) for phase, state in nodes if phase == final for label in beyond.get(state, ())]
        wanted = [
            (self.manner.order(label), state, label) for state, label in ends if self._step_cost(label, actor) == cost
        ]
        last: int | None = None
        if wanted:
            _, state, last = min(wanted)
        else:
            state = min(state for phase, state in nodes if phase == final and state in beyond)
        states: list[int] = []
        node: Node | None = (final, state)
        for nodes in reversed(levels):
            assert node is not None
            states.append(node[1])
            before = nodes[node]
            while before is not None and before[0] != node[0]:
                node, before = before, nodes[before]  # the phase began here, without a step
            node = before
        return Way(tuple(reversed(states)), tuple(labels), last)

    def _step_cost(self, label: int, actor: int) -> int:
        acting = int(self.manner.actors[label])
        switch = _SWITCH if acting != NOBODY and actor >= 0 and acting != actor else 0
        return int(self.manner.faults[label]) * _FAULT + switch

    def _step(
        self, level: int, nodes: dict[Node, Node | None], cost: int, actor: int
    ) -> tuple[int, dict[Node, Node | None], int, int]:
        """Take the step that comes first among the cheapest, from all nodes that the labels so far may have led to."""
        best: tuple[Any, int] | None = None
        found: dict[Node, Node | None] = {}
        for node in sorted(nodes):
            phase, state = node
            following = self.layers[level + 1][phase]
            _, labels, targets = self.steps.steps_from(np.array([state], dtype=np.int64))
            for label, target in zip(labels.tolist(), targets.tolist(), strict=True):
                acting = int(self.manner.actors[label])
                rest = following.cost(target, actor if acting == NOBODY else acting)
                if rest is None or rest + self._step_cost(label, actor) != cost:
                    continue
                key = (self.manner.order(label), label)
                if best is None or key < best:
                    best, found = key, {}
                if key == best:
                    found.setdefault((phase, target), node)
        assert best is not None, "the programme found a way and the walk does not"
        label = best[1]
        cost -= self._step_cost(label, actor)
        actor = actor if self.manner.actors[label] == NOBODY else int(self.manner.actors[label])
        return label, self._with_entries(found, level + 1, cost, actor), cost, actor

    def _with_entries(
        self, nodes: dict[Node, Node | None], level: int, cost: int, actor: int
    ) -> dict[Node, Node | None]:
        """Add the nodes of later phases that begin here at the same cost."""
        for number, phase in enumerate(self.phases[1:], 1):
            for before, state in [node for node in nodes if node[0] == number - 1]:
                begins = phase.entered is not None and phase.entered[state] and phase.distance[state] == level
                if begins and self.layers[level][number].cost(state, actor) == cost:
                    nodes.setdefault((number, state), (before, state))
        return nodes


class _Levels:
    """The states of a phase by their distance."""

    def __init__(self, distance: Numbers, furthest: int) -> None:
        near = np.flatnonzero((distance >= 0) & (distance <= furthest))
        self._states = near[np.argsort(distance[near], kind="stable")]
        self._starts = np.searchsorted(distance[self._states], np.arange(furthest + 2))

    def at(self, level: int) -> Numbers:
        """Return the states at this distance, in order."""
        return self._states[self._starts[level] : self._starts[level + 1]]


def _starts(numbers: Numbers) -> Numbers:
    """Return where each number begins in an ascending sequence."""
    begins: Numbers = np.flatnonzero(np.concatenate((numbers[:1] == numbers[:1], numbers[1:] != numbers[:-1])))
    return begins


def _by_state(goals: Numbers, last: Sequence[int] | None) -> dict[int, list[int]]:
    """Return the labels with which a run goes beyond each goal; none when it ends there."""
    beyond: dict[int, list[int]] = {state: [] for state in goals.tolist()}
    for state, label in zip(goals.tolist(), last or (), strict=False):
        beyond[state].append(int(label))
    return beyond


def _merged(parts: Sequence[_Layer], width: int) -> _Layer:
    """Return one layer of several; where a state is in two of them, the cheaper way counts."""
    if len(parts) == 1:
        return parts[0]
    every = np.concatenate([part.states for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    states, row = np.unique(every, return_inverse=True)
    costs = np.full((len(states), width), _FAR, dtype=np.int64)
    if len(states):
        np.minimum.at(costs, row, np.concatenate([part.costs for part in parts]))
    return _Layer(states, costs)
