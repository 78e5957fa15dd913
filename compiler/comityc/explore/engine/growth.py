"""Variables and the values that they come to have in; what has grown beyond all that could ever be explored out.

No bound has to be said for it: without one `n = n * n` would take all memory in a few steps, none of which can be interrupted. What is
met is told like a bound that cut a step.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Any

from comity.values import Map
from comityc.machine.model import VariableDeclaration
from comityc.machine.value_types import (
    BoolType,
    EnumType,
    InstanceType,
    MapType,
    NothingType,
    OptionalType,
    RecordType,
    SetType,
    ValueType,
)
from comityc.records import field_names

LARGEST, LONGEST = 1 << 63, 100_000
"""No number that is explored is larger, and no list, set, map or text longer, however deep it stands inside of others."""

_FINITE = (BoolType, EnumType, InstanceType, NothingType)
_BELOW, _UP_TO = " below 2^63", f" of up to {LONGEST:,}"


def growing(variables: Iterable[VariableDeclaration], first: int) -> tuple[tuple[int, str], ...]:
    """Return the variables that may grow, by place and name; `first` is the place of the first of all."""
    return tuple((place, variable.name) for place, variable in enumerate(variables, first) if _can_grow(variable.type))


def _can_grow(kind: ValueType | None) -> bool:
    """Say whether a type has values without end."""
    match kind:
        case OptionalType(item=item) | SetType(item=item):
            return _can_grow(item)
        case MapType(key=key, value=value):
            return _can_grow(key) or _can_grow(value)
        case RecordType(fields=parts):
            return any(_can_grow(part.type) for part in parts)
        case _:
            return not isinstance(kind, _FINITE)


class Growth:
    """Knows of values whether they are beyond a limit. What was within once is not looked through again."""

    def __init__(self) -> None:
        self._within: set[Any] = set()

    def outgrown(self, values: Iterable[tuple[str, Any]]) -> Iterator[str]:
        """Yield the limits that values are beyond, each with the name of the variable or the field."""
        for name, value in values:
            if value in self._within:
                continue
            limit = _limit(value)
            if limit is None:
                self._within.add(value)
            else:
                yield name + limit

    def outgrown_in(self, message: Any) -> Iterator[str]:
        """Yield the limits that the fields of a message are beyond."""
        return self.outgrown((name, getattr(message, name)) for name in field_names(type(message)) or ())


def _limit(value: Any) -> str | None:
    """Return the limit that a value, or a part of it, is beyond."""
    parts: Iterable[Any] = ()
    match value:
        case int() | Fraction():
            return _BELOW if max(abs(value.numerator), value.denominator) >= LARGEST else None
        case str() | tuple() | frozenset() | Map():
            if len(value) > LONGEST:
                return _UP_TO
            if isinstance(value, Map):
                parts = chain.from_iterable(value.items())
            elif not isinstance(value, str):
                parts = value
        case _:
            parts = (getattr(value, name) for name in field_names(type(value)) or ())
    return next((limit for limit in map(_limit, parts) if limit is not None), None)


def limits_met(cut_bounds: Iterable[str]) -> list[str]:
    """Return those of the bounds that cut a step which nobody has declared."""
    return [name for name in cut_bounds if name.endswith((_BELOW, _UP_TO))]
