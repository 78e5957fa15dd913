"""A function over worlds, and many states in; what it says of each of them out, while it is called as rarely as possible.

The function is shown a stand-in for a world, which notes what is read of it. What a function says can only depend on what it read: all
states that agree in that are told the same, and only of another one it is asked again. What it reads first is what decides what it
reads next, so the answers form a tree, which states are sorted down, many at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from comity.errors import UndefinedValue
from comity.values import Instance
from comityc.explore.engine.places import Places
from comityc.explore.engine.stand_in import SharedInSight
from comityc.explore.graphs.adjacency import Small
from comityc.explore.judging.looks import Aspect, Parts, aspect_of
from comityc.explore.judging.paths import Numbers
from comityc.explore.numbering import numbered

UNDEFINED = (UndefinedValue, ZeroDivisionError, KeyError, IndexError)
"""What an evaluation raises when a value is missing."""

Told = Callable[[str], frozenset[str] | None]

_FEW = 6
"""So few states are sorted one by one more quickly than together."""


@dataclass(frozen=True, slots=True)
class Undefined:
    """An evaluation that came upon a missing value."""

    text: str


def undefined_text(error: Exception) -> str:
    """Say what is missing."""
    match error:
        case ZeroDivisionError():
            return "a division by zero"
        case KeyError() | IndexError():
            return "a key that is not there"
        case _:
            return str(error)


class _OfInstance:
    """Stands for the state of an instance."""

    def __init__(self, world: "StandIn", part: int, told: frozenset[str] | None) -> None:
        self.__dict__["(read)"] = world.read
        self.__dict__["(part)"] = part
        self.__dict__["(aspects)"] = {"at": aspect_of("at", told)}

    def __getattr__(self, name: str) -> Any:
        known = self.__dict__
        aspect = known["(aspects)"].get(name)
        if aspect is None:
            aspect = known["(aspects)"][name] = Aspect("field", name)
        return known["(read)"](known["(part)"], aspect)


class _Those:
    """Stands for the instances that are down, lie, or are not there."""

    def __init__(self, world: "StandIn", aspect: Aspect) -> None:
        self._world, self._aspect = world, aspect

    def __contains__(self, who: object) -> bool:
        part = self._world.parts.places.get(who)  # type: ignore[call-overload]
        return part is not None and bool(self._world.read(part, self._aspect))

    def __iter__(self) -> Iterator[Instance]:
        return (who for who in self._world.parts.instances if who in self)


class StandIn:
    """Stands for a world, and notes what is read of it: the part, counted from `begin`, and the aspect."""

    def __init__(self, parts: Parts, acts: frozenset[str], begin: int, notes: dict[Any, None], told: Told) -> None:
        self.parts, self._begin, self._notes = parts, begin, notes
        self._acts = Aspect("acts", acts)
        self.values: Sequence[int] = ()
        self.turn = 0
        self._seen: dict[tuple[int, Aspect], list[Any]] = {}
        self._same: dict[tuple[int, Aspect], Any] = {}
        world = parts.looks[parts.rest].world(0)
        states: dict[str, list[_OfInstance]] = {role: [] for role in world.states}
        for part, who in enumerate(parts.instances):
            states[who.role].append(_OfInstance(self, part, told(who.role)))
        self.parameters, self.shared = world.parameters, SharedInSight(self, {})
        self.states = {role: tuple(of_role) for role, of_role in states.items()}
        self.crashed, self.byzantine, self.absent = (
            _Those(self, Aspect("crashed")), _Those(self, Aspect("byzantine")), _Those(self, Aspect("absent")),
        )  # fmt: skip

    @property
    def acts(self) -> tuple[Any, ...]:
        """The acts that took effect, those that the property asks for."""
        return tuple(self.read(self.parts.rest, self._acts))

    @property
    def places(self) -> Places:
        """The places of the shared variables."""
        assert self.parts.graph.places is not None
        return self.parts.graph.places

    def look_at(self, values: Sequence[int]) -> None:
        """Stand for the state with these values of its parts from now on."""
        self.values = values
        self.turn += 1

    def at(self, place: int) -> Any:
        """Return what stands at a place of the shared variables."""
        return self.read(self.parts.part_of(place), Aspect("place", place))

    def read(self, part: int, aspect: Aspect) -> Any:
        """Return what is seen, and note that it was."""
        key = (part, aspect)
        if key in self._same:
            return self._same[key]
        place = self._begin + part
        seen = self._seen.get(key)
        if seen is None or len(seen) <= self.values[place]:
            seen = self._seen[key] = self.parts.seen(part, aspect)
            if not self.parts.table(part, aspect).any():  # the same in all states: it tells nothing
                self._same[key] = seen[0]
                return seen[0]
        self._notes[place, aspect] = None
        return seen[self.values[place]]

    def forget(self) -> None:
        """Look again at what was the same in all states known so far."""
        self._same.clear()
        self._seen.clear()


_NOTHING = np.zeros(0, dtype=np.int64)


class _Node:
    """What is read next, as a number for each value of a part, with a branch for each number; or what the function says."""

    __slots__ = ("branches", "part", "said", "table")

    def __init__(self) -> None:
        self.part, self.said = -1, -1
        self.table: Numbers = _NOTHING
        self.branches: dict[int, _Node] = {}


class Reading:
    """What a function says of states, or of steps when it takes two worlds: as numbers of what stands in `said`."""

    def __init__(
        self,
        function: Callable[..., Any],
        parts: Parts,
        acts: frozenset[str],
        worlds: int,
        told: Told = lambda role: None,
    ) -> None:
        """`told` says of a role which control states the function tells from all others, where it does not tell each from each."""
        self._function, self._parts, self._width = function, parts, len(parts.looks)
        self._notes: dict[tuple[int, Aspect], None] = {}
        self._worlds = [StandIn(parts, acts, self._width * at, self._notes, told) for at in range(worlds)]
        self._counts: list[int] = []
        self._root = _Node()
        self._numbers: dict[Any, int] = {}
        self.said: list[Any] = []

    def of(self, rows: Numbers) -> Numbers:
        """Return the number of what is said for each row: the values of the parts, of both worlds where there are two."""
        result = np.empty(len(rows), dtype=np.int64)
        counts = [self._parts.count(part) for part in range(self._width)]
        if counts != self._counts:  # what was the same for all values known so far may differ for others
            self._counts, self._root = counts, _Node()
            for world in self._worlds:
                world.forget()
        waiting = [(self._root, np.arange(len(rows)), 0)] if len(rows) else []
        while waiting:
            node, at, depth = waiting.pop()
            while node.said < 0:
                if len(at) <= _FEW:
                    for one in at.tolist():
                        result[one] = self._walk(node, rows[one].tolist(), depth)
                    break
                if node.part < 0:
                    self._grow(node, rows[at[0]].tolist(), depth)
                    continue
                numbers = node.table[rows[at, node.part]]
                depth += 1
                if (numbers == numbers[0]).all():
                    node = self._branch(node, int(numbers[0]))
                    continue
                order = np.argsort(numbers, kind="stable")
                ordered = numbers[order]
                cuts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
                for group in np.split(order, cuts):
                    waiting.append((self._branch(node, int(numbers[group[0]])), at[group], depth))
                break
            else:
                result[at] = node.said
        return result

    def _walk(self, node: _Node, row: list[int], depth: int) -> int:
        """Sort one row down."""
        while node.said < 0:
            if node.part < 0:
                self._grow(node, row, depth)
                continue
            node = self._branch(node, int(node.table[row[node.part]]))
            depth += 1
        return node.said

    def _branch(self, node: _Node, number: int) -> _Node:
        found = node.branches.get(number)
        if found is None:
            found = node.branches[number] = _Node()
        return found

    def _grow(self, node: _Node, row: list[int], depth: int) -> None:
        """Ask the function; what it read beyond what led to this node makes the branch to what it said."""
        self._notes.clear()
        for world in self._worlds:
            world.look_at(row)
        try:
            said = self._function(*self._worlds)
            number = self._number(said)  # which reads all of what it holds
        except UNDEFINED as error:
            number = self._number(Undefined(undefined_text(error)))
        for part, aspect in self._telling(depth):
            node.part, node.table = part, self._seen(part, aspect)
            node = self._branch(node, int(node.table[row[part]]))
        node.said = number

    def _number(self, said: Any) -> int:
        try:
            number = self._numbers.setdefault((type(said), said), len(self.said))
        except TypeError:  # it has no hash, and gets a number of its own
            number = len(self.said)
        if number == len(self.said):
            self.said.append(said)
        return number

    def _telling(self, depth: int) -> list[tuple[int, Aspect]]:
        """Return what was read beyond so many things that were read before."""
        return list(islice(self._notes, depth, None))

    def _seen(self, part: int, aspect: Aspect) -> Numbers:
        return self._parts.table(part % self._width, aspect)


def said_together(readings: Sequence[Reading], rows: Numbers) -> tuple[Small, list[Sequence[Any]], list[int]]:
    """Number what several functions say together, row by row; with each number, what they say, and the first row where they do."""
    of, firsts = np.zeros(len(rows), dtype=np.int64), np.zeros(min(len(rows), 1), dtype=np.int64)
    columns = [reading.of(rows) for reading in readings]
    for reading, column in zip(readings, columns, strict=True):
        width = max(len(reading.said), 1)
        of, firsts = numbered(of * width + column, max(len(firsts), 1) * width)
    said = [[r.said[column[first]] for r, column in zip(readings, columns, strict=True)] for first in firsts.tolist()]
    return of.astype(np.int32), list(said), firsts.tolist()
