"""A part verified alone comes in; what is known of its ends goes out, in the words of the whole.

The reachable states are looked at for one thing: for whom it is over, and with which outcome. What a whole that is made of
the part can see of its ends is one of these combinations, in an order in which they can follow each other.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

from comity.values import Instance, Map, Word
from comityc.by_parts.alone import OUTCOME, OVER, NotByParts
from comityc.expand.part import Part
from comityc.expand.stand_in import Ends, told_parameters
from comityc.explore.engine.values import in_order
from comityc.explore.graph import Graph
from comityc.explore.graphs.adjacency import Adjacency, Small
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.looks import Parts
from comityc.explore.judging.reading import Reading, Undefined, said_together
from comityc.explore.telling.wording import show, spec_name
from comityc.explore.world import World
from comityc.machine.model import Machine
from comityc.machine.value_types import (
    DigestType,
    IdType,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    SetType,
    ValueType,
)
from comityc.naming import class_name, value_name

_LONGEST_WORD = 40
_MOST_LATE = 10
"""Of so many instances it is looked at who of them has begun."""
Vector = tuple[str, ...]


@dataclass(slots=True)
class Known:
    """What is gathered of a part over all its runs."""

    part: Part
    seats: dict[tuple[str, str], None] = field(default_factory=dict)
    reachable: dict[Vector, dict[Vector, None]] = field(default_factory=dict)  # by what a run is told
    values: dict[str, dict[str, str]] = field(default_factory=dict)  # by role of the whole, then by end: the outcome
    words: dict[str, str] = field(default_factory=dict)  # by outcome: the end
    unsure: set[str] = field(default_factory=set)  # roles of the whole for which it may never end
    states: int = 0

    def ends(self) -> Ends:
        """Return what is known, as the whole is put together with it."""
        hosts = {seat.host for seat in self.part.seats.values()}
        reachable = tuple((told, tuple(ends)) for told, ends in self.reachable.items())
        return Ends(tuple(self.seats), reachable, self.values, frozenset(hosts - self.unsure))

    @property
    def ways(self) -> int:
        """How many combinations of ends there are."""
        return sum(map(len, self.reachable.values()))


def look_at(known: Known, machine: Machine, evaluator: Evaluator, parameters: Any, graph: Graph) -> None:
    """Add the ends that one run of a part can come to."""
    instances = tuple(evaluator.module.instances(parameters))
    known.seats.update(dict.fromkeys(_seat(known.part, instance, instances) for instance in instances))
    reader = _Reader(known, machine, evaluator)
    of_state, vectors = reader.vectors(graph, instances)
    told = tuple(reader.text(getattr(parameters, value_name(name))) for name in told_parameters(known.part))
    at_first = [{vectors[int(of_state[state])][who] for state in graph.initial} for who in range(len(instances))]
    known.reachable.setdefault(told, {}).update(dict.fromkeys(_with_late_ones(known.part, vectors, at_first)))
    known.states += len(graph.states)
    assert graph.offsets is not None
    assert graph.targets is not None
    assert graph.edge_labels is not None
    steps = Adjacency(graph.offsets, graph.targets, graph.edge_labels)
    befores, afters, _ = steps.class_steps(of_state, len(vectors), 1, None)
    for before, after in zip(befores.tolist(), afters.tolist(), strict=True):
        for old, new in zip(vectors[before], vectors[after], strict=True):
            if old not in ("", new):
                raise NotByParts(f"`{known.part.name}` is not over when it ends: an outcome changes afterwards")


def _with_late_ones(part: Part, vectors: Iterable[Vector], at_first: Sequence[Set[str]]) -> Iterator[Vector]:
    """Yield the ends, and the same with those for whom it is over from the start as if it were not: in the whole they may begin late."""
    for vector in vectors:
        choices = [("", end) if end and end in first else (end,) for end, first in zip(vector, at_first, strict=True)]
        if sum(len(choice) > 1 for choice in choices) > _MOST_LATE:
            raise NotByParts(f"`{part.name}` is over from the start for more than {_MOST_LATE} instances")
        yield from product(*choices)


def _seat(part: Part, instance: Instance, instances: Iterable[Instance]) -> tuple[str, str]:
    seat = part.seats[instance.role]
    if seat.one_of:
        return seat.host, part.own(seat.role)
    return seat.host, f"{seat.host}[{instance.number}]" if part.role(seat.role).get("count") is not None else seat.host


class _Reader:
    """Reads in a state of the part for whom it is over, and how."""

    def __init__(self, known: Known, machine: Machine, evaluator: Evaluator) -> None:
        self._known = known
        self._acts = frozenset(act.name for act in machine.acts)
        self._over: dict[str, Callable[..., Any]] = {}
        self._outcome: dict[str, Callable[..., Any]] = {}
        properties = {prop.name: prop for prop in machine.properties}
        for role in known.part.seats:
            for name, into in ((OVER, self._over), (OUTCOME, self._outcome)):
                prop = properties.get(name.format(role))
                if prop is None:
                    continue
                if _is_secret(prop.expressions[0].type):
                    raise NotByParts(
                        f"the outcome of `{known.part.name}` holds an id or a digest, which no case can name"
                    )
                names = tuple(n for n, _ in prop.quantifier.targets) if prop.quantifier is not None else ()
                into[role] = evaluator.of_world(prop.expressions[0], names, False)
        self._many = {role: known.part.role(role).get("count") is not None for role in known.part.seats}
        self._types = {class_name(t.name): t.name for t in machine.types if isinstance(t, RecordType)}

    def vectors(self, graph: Graph, instances: Sequence[Instance]) -> tuple[Small, list[Vector]]:
        """Number the ends of all in each state, "" for whom it is not over; the words are found in the order of the states."""
        parts = Parts(graph)
        readings = [Reading(partial(self._end, instance), parts, self._acts, 1) for instance in instances]
        of_state, combinations, firsts = said_together(readings, parts.rows())
        vectors = []
        for ends, first in zip(combinations, firsts, strict=True):
            if any(isinstance(end, Undefined) for end in ends):
                ends = [self._end(who, graph.world(first)) for who in instances]  # which tells what is missing
            vectors.append(tuple(self._word(who, end) for who, end in zip(instances, ends, strict=True)))
        return of_state, vectors

    def _end(self, instance: Instance, world: World) -> str | None:
        """Return how it ended for an instance, None while it is not over."""
        role = instance.role
        bound = (instance,) if self._many[role] else ()
        if role not in self._over or instance in world.byzantine or not self._over[role](world, *bound):
            return None
        return self.text(self._outcome[role](world, *bound)) if role in self._outcome else ""

    def _word(self, instance: Instance, value: str | None) -> str:
        if value is None:
            return ""
        known = self._known
        word = known.words.setdefault(value, _word(value, known.words.values()))
        known.values.setdefault(known.part.seats[instance.role].host, {})[word] = value
        return word

    def text(self, value: Any) -> str:
        """Return a value as the whole writes it."""
        match value:
            case None | bool() | Word() | int() | Fraction() | timedelta():
                return show(value)
            case Instance():
                return _seat(self._known.part, value, ())[1]
            case str():
                return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            case frozenset():
                return f"{{{', '.join(map(self.text, in_order(value)))}}}" if value else "set()"
            case Map() | dict():
                return "{" + ", ".join(f"{self.text(key)}: {self.text(item)}" for key, item in value.items()) + "}"
            case _:
                return self._compound(value)

    def _compound(self, value: Any) -> str:
        names = getattr(value, "_fields", None) or getattr(type(value), "__dataclass_fields__", None)
        if names is not None:
            of_whole = self._known.part.type_names()
            written = self._types.get(type(value).__name__, type(value).__name__)
            fields = ", ".join(f"{spec_name(name)}={self.text(getattr(value, name))}" for name in names)
            return f"{of_whole.get(written, written)}({fields})"
        return f"[{', '.join(map(self.text, value))}]"


def _word(value: str, taken: Iterable[str]) -> str:
    """Return a word for an end, so that stories tell what it was: `winner_buyer_0_price_1`."""
    slug = re.sub(r"[^A-Za-z0-9]+", "_", value or "finished").strip("_").lower()[:_LONGEST_WORD].strip("_")
    word = slug if re.match(r"[a-z]", slug) and slug not in ("end", "open") else f"with_{slug}"
    known, number, numbered = set(taken), 2, word
    while numbered in known:
        numbered, number = f"{word}_{number}", number + 1
    return numbered


def _is_secret(value_type: ValueType | None) -> bool:
    """Say whether values of a type are made while the protocol runs, so that nobody can write one down."""
    match value_type:
        case IdType() | DigestType():
            return True
        case OptionalType(item=item) | SetType(item=item) | ListType(item=item):
            return _is_secret(item)
        case MapType(key=key, value=value):
            return _is_secret(key) or _is_secret(value)
        case RecordType(fields=fields):
            return any(_is_secret(field.type) for field in fields)
        case _:
            return False
