"""The states of a graph in; what each of their parts looks like, and which states look the same to a property, out.

A part of a state is what belongs to one instance, the rest, which all share, or a place of the shared variables. Its value is the
number by which the search knows it; what is seen of a part is found out once for each value.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from comity.values import Instance
from comity.world import World
from comityc.explore.graph import Graph
from comityc.explore.graphs.classes import Part, Small, classify
from comityc.explore.graphs.library import library
from comityc.explore.judging.paths import Numbers
from comityc.explore.judging.reads import Sight

_WHOLE_WORD = 2**64 - 1


Kind = Literal["field", "at", "crashed", "byzantine", "absent", "acts", "place"]


class Aspect(NamedTuple):
    """One thing that can be seen of a part: a field, whether an instance is down, lies or is not there; acts; what stands at a place.

    Of the control state (`at`) the name says which are told from all others; these go by the first of them that comes up.
    """

    kind: Kind
    name: Any = None


def aspect_of(field: str, told: frozenset[str] | None) -> Aspect:
    """Return a field as an aspect, where these control states are told from all others."""
    return Aspect("at", told) if field == "at" and told is not None else Aspect("field", field)


class Looks:
    """What is seen of one part, by the value of that part."""

    def __init__(self, graph: Graph, mask: int, instance: Instance | None) -> None:
        """Without an instance it is the rest, or a place."""
        self.mask, self._instance, self._graph = mask, instance, graph
        self._shift = max((mask & -mask).bit_length() - 1, 0)
        self._others = graph.states[0] & graph.key_mask & ~mask if len(graph.states) else 0
        self._worlds: list[World] = []
        self._seen: dict[Aspect, list[Any]] = {}
        self._numbers: dict[Aspect, dict[Any, int]] = {}
        self._tables: dict[Aspect, Numbers] = {}
        self._others_at: dict[Aspect, Any] = {}

    def value_in(self, packed: int) -> int:
        """Return the value of this part in a packed state."""
        return (packed & self.mask) >> self._shift

    def world(self, value: int) -> World:
        """Return a state in which this part has that value."""
        while len(self._worlds) <= value:
            self._worlds.append(self._graph.decode(self._others | len(self._worlds) << self._shift))
        return self._worlds[value]

    def seen(self, aspect: Aspect, count: int) -> list[Any]:
        """Return what is seen of it by its value, for the first so many at least; later the same list, made longer."""
        known = self._seen.setdefault(aspect, [])
        known += [self._see(value, aspect) for value in range(len(known), count)]
        return known

    def _see(self, value: int, aspect: Aspect) -> Any:
        if aspect.kind == "place":
            assert self._graph.places is not None
            return self._graph.places.values[aspect.name][value]
        world, who = self.world(value), self._instance
        match aspect.kind:
            case "field":
                assert who is not None
                return getattr(world.states[who.role][who.number], aspect.name)
            case "at":
                assert who is not None
                at = world.states[who.role][who.number].at
                return at if str(at) in aspect.name else self._others_at.setdefault(aspect, at)
            case "acts":
                return tuple(happening for happening in world.acts if happening.act in aspect.name)
            case _:
                return who in getattr(world, aspect.kind)

    def table(self, aspect: Aspect, count: int) -> Numbers:
        """Number what is seen, for the first so many values."""
        known = self._tables.get(aspect)
        if known is None or len(known) < count:
            numbers, seen = self._numbers.setdefault(aspect, {}), self.seen(aspect, count)
            known = np.array([numbers.setdefault(one, len(numbers)) for one in seen], dtype=np.int64)
            self._tables[aspect] = known
        return known[:count]

    def together(self, aspects: Sequence[Aspect], count: int) -> Numbers:
        """Number what is seen of several aspects at once."""
        table = np.zeros(count, dtype=np.int64)
        for aspect in aspects:
            one = self.table(aspect, count)
            pairs = table * (int(one.max(initial=0)) + 1) + one
            table = np.unique(pairs, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return table


class Parts:
    """The parts of all states of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.instances = tuple(graph.instance_masks)
        self.places = {who: at for at, who in enumerate(self.instances)}
        self.rest = len(self.instances)
        masks = [*graph.instance_masks.items(), (None, graph.rest_mask), *((None, mask) for mask in graph.place_masks)]
        self.looks = tuple(Looks(graph, mask, instance) for instance, mask in masks)
        self._columns: dict[int, Numbers] = {}
        self._counts: dict[int, int] = {}

    def column(self, part: int) -> Numbers:
        """Return the value of a part in every state."""
        if part not in self._columns:
            self._columns[part] = self.graph.column(self.looks[part].mask)
        return self._columns[part]

    def count(self, part: int) -> int:
        """Return how many values a part may have: they are below."""
        if part not in self._counts:
            in_states = self.graph.sift is None
            known = int(self.column(part).max(initial=0)) + 1 if in_states else self.graph.values(self.looks[part].mask)
            self._counts[part] = known
        return self._counts[part]

    def admit(self, rows: Numbers) -> bool:
        """Make room for the values in rows; return whether any was above those known so far."""
        more = False
        for part, most in enumerate(rows.max(axis=0, initial=-1).tolist()):
            if most >= self.count(part):
                self._counts[part], more = most + 1, True
        return more

    def table(self, part: int, aspect: Aspect) -> Numbers:
        """Number what is seen of a part, by its value."""
        return self.looks[part].table(aspect, self.count(part))

    def seen(self, part: int, aspect: Aspect) -> list[Any]:
        """Return what is seen of a part, by its value; later the same list, made longer."""
        return self.looks[part].seen(aspect, self.count(part))

    def values(self, states: Sequence[int]) -> Numbers:
        """Return a row for each of these packed states, with the value of each part."""
        rows = [[looks.value_in(packed) for looks in self.looks] for packed in states]
        return np.array(rows, dtype=np.int64).reshape(len(rows), len(self.looks))

    def rows(self) -> Numbers:
        """Return a row for each state, with the value of each part."""
        return np.stack([self.column(part) for part in range(len(self.looks))], axis=1)

    def values_at(self, states: Numbers) -> Numbers:
        """Return a row for each of these states by their numbers, with the value of each part."""
        if self.graph.sift is not None:
            return np.stack([self.graph.column(looks.mask, states) for looks in self.looks], axis=1)
        return self.values([self.graph.states[state] for state in states.tolist()])

    def sort(self, sight: Sight, *, numbered: bool) -> tuple[Small | None, Numbers]:
        """Return the class of each state, if it is asked for, and the first of each class: states that look the same are of one."""
        tables = [(part, self._seen(part, aspects)) for part, aspects in self._views(sight)]
        return self._classified([(part, table) for part, table in tables if table.any()], numbered=numbered)

    def met(self, part: int) -> list[int]:
        """Return the values that a part has in any state."""
        if self.graph.sift is None:
            values = np.unique(self.column(part))
        else:
            _, first = self._classified([(part, np.arange(self.count(part)))], numbered=False)
            values = self.graph.column(self.looks[part].mask, first)
        return [int(value) for value in values]

    def _classified(self, tables: Sequence[tuple[int, Numbers]], *, numbered: bool) -> tuple[Small | None, Numbers]:
        if self.graph.sift is not None:
            return self.graph.sift([(self.looks[part].mask, table) for part, table in tables], numbered=numbered)
        count = len(self.graph.states)
        columns = [self.column(part).astype(np.uint64) for part, _ in tables]
        rows = np.stack(columns, axis=1) if columns else np.zeros((count, 1), dtype=np.uint64)
        parts = [Part(at, 0, _WHOLE_WORD, table) for at, (_, table) in enumerate(tables)]
        return classify(rows, parts, library(count), numbered=numbered)

    def _seen(self, part: int, aspects: Sequence[Aspect]) -> Numbers:
        return self.looks[part].together(aspects, self.count(part))

    def _views(self, sight: Sight) -> Iterator[tuple[int, list[Aspect]]]:
        """Yield the parts of a state that are seen, and what is seen of each."""
        for at, instance in enumerate(self.instances):
            aspects = [aspect_of(name, sight.told_of(instance.role)) for name in sight.fields_of(instance.role)]
            if instance.role in sight.crashed:
                aspects.append(Aspect("crashed"))
            if instance.role in sight.byzantine:
                aspects += [Aspect("byzantine"), Aspect("absent")]
            if aspects:
                yield at, aspects
        if sight.acts:
            yield self.rest, [Aspect("acts", sight.acts)]
        for variable in self.graph.places.variables if self.graph.places is not None else ():
            if variable.name in sight.shared:
                for place in variable.places:
                    yield self.part_of(place), [Aspect("place", place)]

    def part_of(self, place: int) -> int:
        """Return the part that a place of the shared variables is."""
        return self.rest + 1 + place
