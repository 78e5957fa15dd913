"""A packed state of a model in; what its machines look at, out, while it is noted down what they read.

What a machine does depends on what it read and on nothing else. Maps of many places are read entry by entry.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from comity.values import Instance, Map
from comityc.explore.engine.places import MISSING, PLACE_BITS, PLACE_MASK, Places, Variable, map_of
from comityc.explore.engine.records import ABSENT, BYZANTINE, DOWN, GONE, LEFT, LOCAL_BITS, LOST

if TYPE_CHECKING:
    from comityc.explore.engine.successors import Successors

_LOCAL_MASK = (1 << LOCAL_BITS) - 1


class Sighted(Protocol):
    """Stands for a state with shared variables, place by place."""

    turn: int
    """Counts the states that were looked at: what was taken from one of them is not what stands in the next."""

    @property
    def places(self) -> Places:
        """The places of the shared variables."""

    def at(self, place: int) -> Any:
        """Return what stands at a place."""


class StandIn:
    """Stands for the world before the machines of a model."""

    def __init__(self, successors: "Successors") -> None:
        self._all, self.places = successors, successors.places
        self._first = successors.place_shift
        self.parameters = successors.setting.parameters
        self.states = {
            role.name: _States(
                self, [who for who, one in enumerate(successors.setting.instances) if one.role == role.name]
            )
            for role in successors.setting.machine.roles
        }
        self.packed = 0
        self.turn = 0
        self.notes: dict[tuple[int, int], int] | None = None
        """What was read since somebody began to take notes: where it stands in a packed state (shift, mask), and its number."""

    def look_at(self, packed: int) -> None:
        """Stand for this state from now on."""
        self.packed = packed
        self.turn += 1

    @property
    def shared(self) -> "SharedInSight":
        """The shared variables."""
        return SharedInSight(self, {})

    def read(self, shift: int, mask: int) -> int:
        """Return the number that stands somewhere in the state, and note that it was read."""
        number = (self.packed >> shift) & mask
        if self.notes is not None:
            self.notes[shift, mask] = number
        return number

    def local(self, who: int) -> Any:
        """Return the local state of an instance."""
        return self._all.finder.locals[who][self.read(self._all.shifts[who], _LOCAL_MASK)]

    def at(self, place: int) -> Any:
        """Return what stands at a place of the shared variables."""
        return self.places.values[place][self.read(self._first + place * PLACE_BITS, PLACE_MASK)]

    def written(self, after: "SharedInSight") -> int:
        """Return the difference of the packed state that new shared variables make. What is overwritten counts as read."""
        difference = 0
        for name, value in after.changes.items():
            variable = self.places.by_name[name]
            own = isinstance(value, MapInSight) and value.is_of(self, variable)
            for place, new in value.changed_places() if own else self.places.entries(variable, value):
                shift = self._first + place * PLACE_BITS
                difference += (self.places.number(place, new) - self.read(shift, PLACE_MASK)) << shift
        return difference

    @property
    def crashed(self) -> frozenset[Instance]:
        """Those who are down."""
        return self._those(DOWN, LOST, GONE)

    @property
    def byzantine(self) -> frozenset[Instance]:
        """Those who lie."""
        return self._those(BYZANTINE)

    @property
    def absent(self) -> frozenset[Instance]:
        """Those who are not there."""
        return self._those(ABSENT, LEFT)

    def _those(self, *status: int) -> frozenset[Instance]:
        instances = self._all.setting.instances
        return frozenset(one for who, one in enumerate(instances) if self.local(who).status in status)


class _States(Sequence[Any]):
    """Stands for the states of the instances of a role."""

    def __init__(self, world: StandIn, numbers: list[int]) -> None:
        self._world, self._numbers = world, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return tuple(self._world.local(who).state for who in self._numbers[at])
        return self._world.local(self._numbers[at]).state


class SharedInSight:
    """Stands for the shared variables, with those that a step has changed so far."""

    __slots__ = ("_world", "changes")

    def __init__(self, world: Sighted, changes: dict[str, Any]) -> None:
        self._world, self.changes = world, changes

    def __getattr__(self, name: str) -> Any:
        if name in self.changes:
            return self.changes[name]
        variable = self._world.places.by_name.get(name)
        if variable is None:
            raise AttributeError(name)
        return self._world.at(variable.first) if variable.keys is None else MapInSight(self._world, variable, {})

    def __getitem__(self, at: int) -> Any:
        return getattr(self, self._world.places.variables[at].name)

    def _replace(self, **changes: Any) -> "SharedInSight":
        return SharedInSight(self._world, {**self.changes, **changes})


class MapInSight(Map[Any, Any]):
    """Stands for a shared map, with the entries that a step has changed so far. Who looks at all of it has read all of it."""

    __slots__ = ("_all", "_changes", "_turn", "_variable", "_world")

    def __init__(self, world: Sighted, variable: Variable, changes: dict[Any, Any]) -> None:
        self._world, self._variable, self._changes = world, variable, changes
        self._turn, self._hash = world.turn, None
        self._all: dict[Any, Any] | None = None

    @property
    def _items(self) -> dict[Any, Any]:  # type: ignore[override]
        if self._all is None:
            keys = self._variable.keys or ()
            self._all = dict(map_of(keys, [self._entry(key) for key in keys]))
        return self._all

    def is_of(self, world: Sighted, variable: Variable) -> bool:
        """Say whether this is that variable, as it is in the state that is looked at now."""
        return self._world is world and self._variable is variable and self._turn == world.turn

    def changed_places(self) -> list[tuple[int, Any]]:
        """Return what was put where."""
        return [(self._variable.place_of[key], value) for key, value in self._changes.items()]

    def _entry(self, key: Any) -> Any:
        if key in self._changes:
            return self._changes[key]
        if self._turn != self._world.turn:
            raise AssertionError("a map was kept that nobody has looked at")
        return self._world.at(self._variable.place_of[key])

    def __getitem__(self, key: Any) -> Any:
        if self._all is not None or key not in self._variable.place_of:
            return self._items[key]
        value = self._entry(key)
        if value is MISSING:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        if self._all is not None or key not in self._variable.place_of:
            return key in self._items
        return self._entry(key) is not MISSING

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def _with(self, key: Any, value: Any) -> Map[Any, Any]:
        return MapInSight(self._world, self._variable, {**self._changes, key: value})

    def _is_open(self, key: Any) -> bool:
        return key in self._variable.place_of and self._turn == self._world.turn

    def put(self, key: Any, value: Any) -> Map[Any, Any]:
        """Return the map with this value under the key."""
        return self._with(key, value) if self._is_open(key) else Map(self._items).put(key, value)

    def without(self, key: Any) -> Map[Any, Any]:
        """Return the map without the key, which has to be there."""
        if not self._is_open(key):
            return Map(self._items).without(key)
        if key not in self:
            raise KeyError(key)
        return self._with(key, MISSING)

    def discard(self, key: Any) -> Map[Any, Any]:
        """Return the map without the key, whether it was there or not."""
        return self._with(key, MISSING) if self._is_open(key) else Map(self._items).discard(key)

    def __reduce__(self) -> tuple[type, tuple[dict[Any, Any]]]:
        return Map, (self._items,)
