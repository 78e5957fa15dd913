"""The shared variables of a model in; each place in them as a number of its own in a packed state, out.

A place is a whole variable, or one entry of a map whose keys are known beforehand (instances, words of a type). What a step reads and
writes is mostly a few of them, so that what was found out for one state is true of many.
"""

from typing import Any

from comity.values import Instance, Map, Word
from comityc.explore.engine.domains import Domains
from comityc.explore.engine.records import LOCAL_BITS
from comityc.machine.model import VariableDeclaration
from comityc.machine.value_types import BoolType, EnumType, InstanceType, MapType, ValueType
from comityc.naming import value_name

PLACE_BITS = LOCAL_BITS
PLACE_MASK = (1 << PLACE_BITS) - 1
_KNOWN_KEYS = (InstanceType, EnumType, BoolType)

Key = Instance | Word | bool


class Missing:
    """Stands in the place of an entry that the map does not have."""


MISSING = Missing()


class Variable:
    """One shared variable: its places are those from `first` on, one for each key, or a single one."""

    def __init__(self, name: str, first: int, keys: tuple[Key, ...] | None) -> None:
        self.name, self.first, self.keys = name, first, keys
        self.place_of = {key: first + at for at, key in enumerate(keys or ())}
        self.places = range(first, first + (1 if keys is None else len(keys)))


class Places:
    """All places, and the values met at each, by number."""

    def __init__(self, variables: tuple[VariableDeclaration, ...], domains: Domains) -> None:
        self.variables: list[Variable] = []
        for declared in variables:
            first = self.variables[-1].places.stop if self.variables else 0
            self.variables.append(Variable(value_name(declared.name), first, _keys(declared.type, domains)))
        self.by_name = {variable.name: variable for variable in self.variables}
        self.count = self.variables[-1].places.stop if self.variables else 0
        self.values: list[list[Any]] = [[] for _ in range(self.count)]
        self._numbers: list[dict[Any, int]] = [{} for _ in range(self.count)]
        self._whole: list[dict[int, Any]] = [{} for _ in self.variables]

    def number(self, place: int, value: Any) -> int:
        """Return the number of a value at a place."""
        found = self._numbers[place].get(value)
        if found is None:
            found = self._numbers[place][value] = len(self.values[place])
            self.values[place].append(value)
            if found >> PLACE_BITS:
                raise OverflowError(f"a shared variable has more than {1 << PLACE_BITS} values")
        return found

    def pack(self, values: tuple[Any, ...]) -> int:
        """Return the values of all variables as one number."""
        packed = 0
        for variable, value in zip(self.variables, values, strict=True):
            for place, one in self.entries(variable, value):
                packed |= self.number(place, one) << (place * PLACE_BITS)
        return packed

    def entries(self, variable: Variable, value: Any) -> list[tuple[int, Any]]:
        """Return what a value of a variable puts at each of its places."""
        if variable.keys is None:
            return [(variable.first, value)]
        return [(place, value.get(key, MISSING)) for key, place in variable.place_of.items()]

    def unpack(self, packed: int) -> tuple[Any, ...]:
        """Return the values of all variables."""
        return tuple(self._value(at, variable, packed) for at, variable in enumerate(self.variables))

    def _value(self, at: int, variable: Variable, packed: int) -> Any:
        bits = (packed >> (variable.first * PLACE_BITS)) & ((1 << (len(variable.places) * PLACE_BITS)) - 1)
        known = self._whole[at]
        if bits not in known:
            values = [self.values[place][(packed >> (place * PLACE_BITS)) & PLACE_MASK] for place in variable.places]
            known[bits] = values[0] if variable.keys is None else map_of(variable.keys, values)
        return known[bits]


def map_of(keys: tuple[Key, ...], values: list[Any]) -> Map[Key, Any]:
    """Return a map with those entries that are not missing."""
    return Map((key, value) for key, value in zip(keys, values, strict=True) if value is not MISSING)


def _keys(kind: ValueType, domains: Domains) -> tuple[Key, ...] | None:
    """Return the keys that a map may have at most; None of what is kept as a whole."""
    if not isinstance(kind, MapType) or not isinstance(kind.key, _KNOWN_KEYS):
        return None
    return domains.values(kind.key) or None
