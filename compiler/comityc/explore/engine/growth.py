"""Variables and the values that they come to have in; what has grown beyond all that could ever be explored out.

No bound has to be said for it: without one `n = n * n` would take all memory in a few steps, none of which can be interrupted. What is
met is told like a bound that cut a step.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from comityc.machine.model import VariableDeclaration
from comityc.machine.value_types import FractionType, IntType, ListType, MapType, OptionalType, SetType, TextType

LARGEST, LONGEST = 1 << 63, 100_000
"""No number that is explored is larger, and no list, set, map or text longer."""

_GROWS = (IntType, FractionType, ListType, MapType, SetType, TextType)
_BELOW, _UP_TO = " below 2^63", f" of up to {LONGEST:,}"


def growing(variables: Iterable[VariableDeclaration], first: int) -> tuple[tuple[int, str], ...]:
    """Return the variables that may grow, by place and name; `first` is the place of the first of all."""
    found = []
    for place, variable in enumerate(variables, first):
        value_type = variable.type.item if isinstance(variable.type, OptionalType) else variable.type
        if isinstance(value_type, _GROWS):
            found.append((place, variable.name))
    return tuple(found)


def outgrown(state: Sequence[Any], places: Iterable[tuple[int, str]]) -> Iterator[str]:
    """Yield the limits that a state is beyond."""
    for place, name in places:
        yield from _beyond(name, state[place])


def outgrown_shared(changes: Mapping[str, Any]) -> Iterator[str]:
    """Yield the limits that what is written to shared variables is beyond."""
    for name, value in changes.items():
        yield from _beyond(name, value)


def _beyond(name: str, value: Any) -> Iterator[str]:
    if value is None or isinstance(value, bool):
        return
    if hasattr(value, "__len__"):
        if len(value) > LONGEST:
            yield name + _UP_TO
    elif hasattr(value, "__abs__") and abs(value) >= LARGEST:
        yield name + _BELOW


def limits_met(cut_bounds: Iterable[str]) -> list[str]:
    """Return those of the bounds that cut a step which nobody has declared."""
    return [name for name in cut_bounds if name.endswith((_BELOW, _UP_TO))]
