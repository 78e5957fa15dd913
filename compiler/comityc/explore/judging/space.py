"""The graph that a search leaves in; the same as arrays, and its states sorted into classes, out.

A property sees only a part of a state. States that agree in that part are of one class, and a property is evaluated
once for each class, at its first state. Nothing here is computed before it is asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from comity.values import Instance
from comityc.explore.engine.labels import TIME
from comityc.explore.engine.values import rank
from comityc.explore.graph import Graph, actor_of, is_fault
from comityc.explore.graphs.adjacency import Adjacency, Small
from comityc.explore.judging.liveness import FairGraph
from comityc.explore.judging.looks import Parts
from comityc.explore.judging.paths import Edges, Mask, Numbers, Path
from comityc.explore.judging.plain import NOBODY, Manner, Phase
from comityc.explore.judging.reading import Reading
from comityc.explore.judging.reads import Sight


@dataclass(frozen=True, slots=True)
class Classes:
    """`of` gives the class of each state, `first` the first state of each class; classes are numbered as they appear."""

    of: Small
    first: Numbers


class Steps:
    """The values of the parts before and after each step, put together where they are looked at: all of them would be a lot."""

    def __init__(self, before: Numbers, sources: Numbers, after: Numbers, targets: Numbers) -> None:
        """A step leads from the row in `before` that `sources` names to the one in `after` that `targets` names."""
        self._before, self._sources, self._after, self._targets = before, sources, after, targets

    def __len__(self) -> int:
        return len(self._sources)

    def __getitem__(self, at: slice | Numbers) -> Numbers:
        return np.concatenate((self._before[self._sources[at]], self._after[self._targets[at]]), axis=1)


class Space:
    """The reachable states of one case, to be asked about."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._classes: dict[Sight, Classes] = {}
        self._firsts: dict[Sight, Numbers] = {}
        self._rows: dict[Sight, Numbers] = {}
        self._pairs: dict[Sight, tuple[Numbers, Numbers, Numbers]] = {}
        self._readings: dict[Any, Reading] = {}

    @cached_property
    def parts(self) -> Parts:
        """The parts of the states."""
        return Parts(self.graph)

    def classes(self, sight: Sight) -> Classes:
        """Sort the states by what is seen of them."""
        if sight not in self._classes:
            of, first = self.parts.sort(sight, numbered=True)
            assert of is not None
            self._classes[sight], self._firsts[sight] = Classes(of, first), first
        return self._classes[sight]

    def firsts(self, sight: Sight) -> Numbers:
        """Return the first state of each class; that is quicker than sorting all of them."""
        if sight not in self._firsts:
            self._firsts[sight] = self.parts.sort(sight, numbered=False)[1]
        return self._firsts[sight]

    def rows(self, sight: Sight) -> Numbers:
        """Return the values of the parts in the first state of each class."""
        if sight not in self._rows:
            self._rows[sight] = self.parts.values_at(self.firsts(sight))
        return self._rows[sight]

    def rows_after(self, sight: Sight, afters: Numbers) -> tuple[Numbers, Numbers]:
        """Return the same of where edges lead, by the names that instances have where the edge starts; and which of them is each edge's."""
        orbits = self.graph.orbits
        if orbits is None:
            return self.rows(sight), afters
        known, which = np.unique(afters, return_inverse=True)
        firsts, states = self.firsts(sight), self.graph.states
        pairs = (divmod(after, self.turns) for after in known.tolist())
        rows = self.parts.values([orbits.before(turn, states[firsts[number]]) for number, turn in pairs])
        self.parts.admit(rows)
        return rows, which.reshape(-1)

    def steps(self, sight: Sight, sources: Numbers, afters: Numbers) -> "Steps":
        """Return a row for each step between classes."""
        return Steps(self.rows(sight), sources, *self.rows_after(sight, afters))

    def reading(self, function: Callable[..., Any], bound: tuple[Any, ...], sight: Sight, worlds: int) -> Reading:
        """Return what asks a function of one or two worlds, for these values of `for`, as rarely as it can."""
        key = (function, bound, sight.acts, sight.told, worlds)
        if key not in self._readings:
            asked = (lambda *seen: function(*seen, *bound)) if bound else function
            self._readings[key] = Reading(asked, self.parts, sight.acts, worlds, sight.told_of)
        return self._readings[key]

    def class_steps(self, sight: Sight) -> tuple[Numbers, Numbers, Numbers]:
        """Return the distinct steps between classes as (source class, where it leads, first edge), by that first edge."""
        if sight not in self._pairs:
            classes, orbits = self.classes(sight), self.graph.orbits
            turn = None if orbits is None else np.frombuffer(orbits.edge_turns, dtype=np.int32)
            self._pairs[sight] = self.edges.steps.class_steps(classes.of, len(classes.first), self.turns, turn)
        return self._pairs[sight]

    def afters(self, sight: Sight, edges: Numbers) -> Numbers:
        """Return where edges lead, as numbers: the class, and by what names it is to be read to fit where the edge starts."""
        found: Numbers = self.classes(sight).of[self.edges.targets[edges]].astype(np.int64) * self.turns
        if self.graph.orbits is not None:
            found = found + np.frombuffer(self.graph.orbits.edge_turns, dtype=np.int32)[edges]
        return found

    @cached_property
    def turns(self) -> int:
        """How many ways there are to rename instances along an edge; 1 where each state stands for itself."""
        return 1 if self.graph.orbits is None else self.graph.orbits.turns

    def images(self, bound: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
        """Return the bindings for which a property holds somewhere because it does for this one."""
        return (bound,) if self.graph.orbits is None else self.graph.orbits.images(bound)

    @cached_property
    def edges(self) -> Edges:
        """The steps as arrays."""
        graph = self.graph
        if graph.offsets is None or graph.targets is None or graph.edge_labels is None:
            raise AssertionError("this property needs the edges of the graph")
        lengths = [end - first for first, end in graph.levels]
        depth = np.repeat(np.arange(len(graph.levels)), lengths)
        return Edges(graph.offsets, graph.targets, graph.edge_labels, depth=depth, manner=self.manner)

    @cached_property
    def threads(self) -> Adjacency:
        """Return the graph in which each instance is followed from state to state.

        Its states are pairs of a state and an instance: the number of the state times that of all instances, plus that of the instance.
        """
        edges, orbits = self.edges, self.graph.orbits
        assert orbits is not None
        count = len(self.graph.instance_masks)
        who = np.arange(count)
        to = orbits.turn_table[np.frombuffer(orbits.edge_turns, dtype=np.int32)]
        sources = (edges.sources[:, None] * count + who).reshape(-1)
        targets = (edges.targets[:, None].astype(np.int64) * count + to).reshape(-1)
        order = np.argsort(sources, kind="stable")
        offsets = np.searchsorted(sources[order], np.arange(edges.count * count + 1))
        return Adjacency(offsets, targets[order], np.repeat(edges.labels, count)[order])

    @cached_property
    def open_ended(self) -> Mask:
        """Where a run may go on in a way that the graph does not show: at a bound, a violation, the end of a cut search."""
        graph = self.graph
        mask = np.zeros(len(graph.states), dtype=np.bool_)
        mask[list(graph.cut_states)] = True
        mask[list(graph.broken_states)] = True
        if not graph.complete:
            mask[graph.expanded :] = True
        return mask

    @cached_property
    def fair(self) -> tuple[FairGraph, ...]:
        """The graph with what is owed in it; under a clock in two ways, of which a run has to be fair in one (ADR 20)."""
        owed = [[number for number, _ in pairs] for pairs in self.graph.obligations]
        strong = [False] * len(self.graph.obligation_names)
        for pairs in self.graph.obligations:
            for number, strength in pairs:
                strong[number] = strong[number] or strength == "strong"
        whole = FairGraph(self.edges, owed, strong, self.open_ended)
        names = self.graph.obligation_names
        free = self._free if TIME in names else None
        if free is None or not free.any():
            return (whole,)
        # Who is owed nothing does not decide for ever where time could pass if nobody did: either time passes, or nobody does.
        time, edges = names.index(TIME), self.edges
        calm = FairGraph(edges, owed, strong, self.open_ended, rounds=edges.without(free))
        whole.enable(time, edges.steps.reach_backward(whole.enabled(time), self.ways & ~free))
        return whole, calm

    @property
    def _free(self) -> Mask:
        """By label: whether it is the choice of one who is owed nothing: to decide, or to lie."""
        labels = zip(self.graph.labels, self.graph.obligations, strict=True)
        return np.array([label.kind in ("decide", "forge") and not owed for label, owed in labels], dtype=np.bool_)

    @cached_property
    def ways(self) -> Mask:
        """By label: whether the step counts as a way to somewhere (`stays_possible`), which no fault does."""
        return np.array([not is_fault(label) for label in self.graph.labels], dtype=np.bool_)

    @cached_property
    def initial(self) -> Mask:
        """The states in which a run begins."""
        mask = np.zeros(len(self.graph.states), dtype=np.bool_)
        mask[: self.graph.initial_count] = True
        return mask

    @cached_property
    def manner(self) -> Manner:
        """What the labels cost a story: faults, and changes of who acts; steps come in the order of their words."""
        numbers: dict[Instance | None, int] = {who: number for number, who in enumerate(self.graph.instance_masks)}
        labels = self.graph.labels
        return Manner(
            ~self.ways,
            np.array([numbers.get(actor_of(label), NOBODY) for label in labels], dtype=np.int64),
            lambda number: tuple(map(rank, labels[number])),
        )

    def level(self, state: int) -> range:
        """Return the states that are as deep as this one."""
        first, end = self.graph.levels[self.graph.level_of(state) - 1]
        return range(first, end)

    def stem(self, states: Sequence[int] | Numbers) -> Path:
        """Return the plainest of the shortest paths to these states, which are of one level.

        Where the engine kept no edges, it is the path by which it found the first of them.
        """
        if self.graph.offsets is not None:
            return self.edges.stem(states)
        return self.path_found(int(states[0]))

    def stem_beyond(self, states: Sequence[int], labels: Sequence[int]) -> tuple[Path, int]:
        """Return the plainest way to one of these states and beyond it, by the label beside it; -1: the way ends there."""
        if self.graph.offsets is None:
            return self.path_found(states[0]), labels[0]
        if labels[0] < 0:
            return self.edges.stem(states), -1
        way = self.edges.way([Phase(self.edges.depth)], states, labels)
        assert way.last is not None
        return Path(way.states, way.labels), way.last

    def path_found(self, state: int) -> Path:
        """Return the shortest path by which the search found a state."""
        steps = self.graph.path_to(state)
        return Path(tuple(index for _, index in steps), tuple(label for label, _ in steps[1:]))

    def stem_over(self, edges: Numbers) -> Path:
        """Return the plainest of the shortest paths that end with one of these edges, whose sources are of one level."""
        return self.edges.stem_over(edges)
