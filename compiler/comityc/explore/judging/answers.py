"""The functions of a property and states or steps in; what they say there, for each value of `for`, out, and what is wrong first."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from comityc.explore.judging.paths import Mask, Numbers
from comityc.explore.judging.reading import Undefined
from comityc.explore.judging.reads import Sight
from comityc.explore.judging.space import Space, Steps
from comityc.explore.world import World

Bound = tuple[Any, ...]
"""The values of the property's `for`, in its order; empty without one."""

Test = Callable[[Any], bool]
"""Says of what a function said whether it is what is looked for."""

_FIRST_BLOCK = 1 << 12
"""What is wrong is mostly found among the first states, so they are looked at in blocks that grow, up to a size."""

_LARGEST_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions of one property, and what of a state they see. `given` is the condition that it rests on."""

    parts: tuple[Callable[..., Any], ...]
    quantifier: Callable[[World], Iterable[Any]] | None
    sight: Sight
    given: tuple[Literal["again", "forever"], Callable[..., Any]] | None = None

    def bounds(self, world: World) -> tuple[Bound, ...]:
        """Return the values of `for` in a state."""
        return ((),) if self.quantifier is None else tuple(tuple(value) for value in self.quantifier(world))


class Hit(NamedTuple):
    """Where something was found first, for which values of `for`, and what was said there."""

    row: int
    bound: Bound
    said: Any


class Bindings:
    """The values of `for`, row by row."""

    def __init__(self, of: Numbers, kinds: list[Any]) -> None:
        """`of` says which of some kinds each row has."""
        self._of, self._kinds = of, kinds

    def __iter__(self) -> Iterator[Bound]:
        """Yield each once, in the order in which they appear."""
        numbers, first = np.unique(self._of, return_index=True)
        kinds = (self._kinds[number] for number in numbers[np.argsort(first)].tolist())
        yield from dict.fromkeys(bound for kind in kinds for bound in _bounds(kind))

    def having(self, bound: Bound) -> Mask:
        """Say which rows have these values."""
        return np.array([bound in _bounds(kind) for kind in self._kinds], dtype=np.bool_)[self._of]

    def place(self, row: int, bound: Bound) -> int:
        """Return at which place a row has these values."""
        return _bounds(self._kinds[self._of[row]]).index(bound)


def _bounds(kind: Any) -> tuple[Bound, ...]:
    if isinstance(kind, Undefined):
        raise LookupError(f"`for` has no value: {kind.text}")
    return tuple(kind)


class Answers:
    """Asks the functions of one property."""

    def __init__(self, functions: Functions, space: Space) -> None:
        self._functions, self._space = functions, space

    def bindings(self, rows: Numbers) -> Bindings:
        """Return the values of `for` in states."""
        if self._functions.quantifier is None:
            return Bindings(np.zeros(len(rows), dtype=np.int64), [((),)])
        reading = self._space.reading(self._functions.bounds, (), self._functions.sight, 1)
        return Bindings(reading.of(rows), reading.said)

    def said(self, function: Callable[..., Any], bound: Bound, rows: Numbers) -> tuple[Numbers, list[Any]]:
        """Return what a function says of states, or of steps: as numbers of what stands in the list."""
        worlds = rows.shape[1] // len(self._space.parts.looks)
        reading = self._space.reading(function, bound, self._functions.sight, worlds)
        return reading.of(rows), reading.said

    def where(self, function: Callable[..., Any], bound: Bound, rows: Numbers, test: Test) -> Mask:
        """Say of states or steps whether what a function says is what is looked for."""
        numbers, said = self.said(function, bound, rows)
        found: Mask = np.array([test(one) for one in said], dtype=np.bool_)[numbers]
        return found

    def first(self, functions: Iterable[Callable[..., Any]], rows: Numbers | Steps, test: Test) -> Hit | None:
        """Find the first state or step where one of the functions says what is looked for; `for` goes by the state at the end."""
        functions, begin, size = tuple(functions), 0, _FIRST_BLOCK
        while begin < len(rows):
            hit = self._first_in(functions, rows[begin : begin + size], test)
            if hit is not None:
                return hit._replace(row=hit.row + begin)
            begin, size = begin + size, min(4 * size, _LARGEST_BLOCK)
        return None

    def _first_in(self, functions: tuple[Callable[..., Any], ...], rows: Numbers, test: Test) -> Hit | None:
        best: tuple[int, int, int] | None = None
        found: Hit | None = None
        bindings = self.bindings(self.ends(rows))
        for bound in bindings:
            at = np.flatnonzero(bindings.having(bound))
            for order, function in enumerate(functions):
                numbers, said = self.said(function, bound, rows[at])
                hits = np.array([test(one) for one in said], dtype=np.bool_)[numbers]
                if not hits.any():
                    continue
                hit = int(np.argmax(hits))
                row = int(at[hit])
                key = (row, bindings.place(row, bound), order)
                if best is None or key < best:
                    best, found = key, Hit(row, bound, said[numbers[hit]])
        return found

    def ends(self, rows: Numbers) -> Numbers:
        """Return states as they are, and of steps the states where they end."""
        return rows[:, -len(self._space.parts.looks) :]
