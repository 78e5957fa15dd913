"""A property and the state space of a case in; whether it holds there, and a path that breaks it, out.

The truth of a property in one state is what the property functions of the generated module say (`PROPERTIES`,
`QUANTIFIERS`); there is no second semantics here. An undefined value inside a property breaks the property.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from comity.errors import UndefinedValue
from comityc.explore.judging.liveness import find_no_way, find_unfair_end
from comityc.explore.judging.paths import Mask, Path
from comityc.explore.judging.reads import Sight
from comityc.explore.judging.space import Space
from comityc.explore.world import World
from comityc.machine.model import Property

UNDEFINED = (UndefinedValue, ZeroDivisionError, KeyError, IndexError)
"""What an evaluation raises when a value is missing."""

Bound = tuple[Any, ...]
"""The values of the property's `for`, in its order; empty without one."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a search says of a property: `reached` is False for a `reachable` that no state makes true.

    `path` leads to where it is broken, for the instances in `bound`; `undefined` is set when that is by a missing value.
    `over_step` says that the last step breaks it, and not the state at the end.
    """

    holds: bool
    path: Path | None = None
    bound: Bound = ()
    undefined: str | None = None
    text: str | None = None
    over_step: bool = False


HOLDS = Judgement(True)


@dataclass(frozen=True, slots=True)
class Undefined:
    """An evaluation that came upon a missing value."""

    text: str


Truth = bool | Undefined
"""What a property says of a state or a step."""


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions of one property, and what of a state they see. `given` is the condition that it rests on."""

    parts: tuple[Callable[..., Any], ...]
    quantifier: Callable[[World], Iterable[Any]] | None
    sight: Sight
    given: tuple[Literal["again", "forever"], Callable[..., Any]] | None = None

    def bindings(self, world: World) -> Iterator[Bound]:
        """Yield the values of `for` in this state."""
        if self.quantifier is None:
            yield ()
            return
        for value in self.quantifier(world):
            yield tuple(value)


def functions_of(prop: Property, module: Any, sight: Sight, given: Callable[..., Any] | None = None) -> Functions:
    """Find the functions of a property in the generated module; `given` reads the condition that it rests on."""
    resting_on = (prop.given[0], given) if prop.given is not None and given is not None else None
    return Functions(module.PROPERTIES[prop.name], module.QUANTIFIERS.get(prop.name), sight, resting_on)


def judge(prop: Property, functions: Functions, space: Space) -> Judgement:
    """Decide a property of the spec in one state space."""
    match prop.kind:
        case "always" | "never":
            return _judge_states(functions, space, wanted=prop.kind == "always")
        case "reachable":
            return _judge_reachable(functions, space)
        case "stable":
            return _judge_stable(functions, space)
        case "step":
            return _judge_steps(functions, space)
        case "eventually" | "leads_to" | "stays_possible":
            return _judge_runs(prop.kind, functions, space)
        case "generic":
            raise AssertionError("generic properties are judged elsewhere")


def _judge_states(functions: Functions, space: Space, *, wanted: bool) -> Judgement:
    def read(world: World, bound: Bound) -> Truth:
        value = _read(functions.parts[0], world, *bound)
        return value if isinstance(value, Undefined) else bool(value)

    for first in space.firsts(functions.sight):
        world = space.graph.world(first)
        for bound in functions.bindings(world):
            value = read(world, bound)
            if value is not wanted:
                return Judgement(
                    False, _plainest_to(space, functions, first, bound, read, value), bound, _missing(value)
                )
    return HOLDS


def _plainest_to(
    space: Space, functions: Functions, first: int, bound: Bound, read: Callable[[World, Bound], Truth], value: Truth
) -> Path:
    """Return the plainest path to a state as near as `first` in which the same is wrong, for the same values of `for`."""
    classes, level = space.classes(functions.sight), space.level(first)
    bad = []
    for number in range(int(classes.of[first]), bisect_left(classes.first, level.stop)):
        world = space.graph.world(classes.first[number])
        if bound in functions.bindings(world) and read(world, bound) == value:
            bad.append(number)
    return space.stem(level.start + np.flatnonzero(np.isin(classes.of[level.start : level.stop], bad)))


def _judge_reachable(functions: Functions, space: Space) -> Judgement:
    """A `reachable` with `for` has to be reached for each."""
    open_bounds: dict[Bound, None] = {}
    reached: set[Bound] = set()
    path: Path | None = None
    for first in space.firsts(functions.sight):
        world = space.graph.world(first)
        for bound in functions.bindings(world):
            if bound in reached:
                continue
            value = _read(functions.parts[0], world, *bound)
            if isinstance(value, Undefined):
                return Judgement(False, space.stem([first]), bound, value.text)
            if value:
                path = path or space.path_found(first)
                for image in space.images(bound):
                    reached.add(image)
                    open_bounds.pop(image, None)
                if functions.quantifier is None:
                    return Judgement(True, path)
            else:
                open_bounds[bound] = None
    if open_bounds or not reached:
        return Judgement(False, None, next(iter(open_bounds), ()))
    return Judgement(True, path)


def _judge_stable(functions: Functions, space: Space) -> Judgement:
    """Once not none it never changes; of a condition: once true it stays true."""
    classes = space.classes(functions.sight)
    values: list[dict[Bound, Any]] = []
    for first in classes.first:
        world = space.graph.world(first)
        read: dict[Bound, Any] = {}
        for bound in functions.bindings(world):
            read[bound] = _read(functions.parts[0], world, *bound)
            if isinstance(read[bound], Undefined):
                return Judgement(False, space.stem([first]), bound, read[bound].text)
        values.append(read)

    @cache
    def values_after(after: int) -> dict[Bound, Any]:
        return space.named_before(after, values)

    def changes(source: int, after: int, bound: Bound) -> bool:
        value = values[source].get(bound)
        return value is not None and value is not False and bool(values_after(after).get(bound, value) != value)

    for row, (source, after) in enumerate(_pairs(space, functions)):
        for bound in values[source]:
            if changes(source, after, bound):
                path = _plainest_over(space, functions, row, bound, changes, True)
                return Judgement(False, path, bound, over_step=True)
    return HOLDS


def _judge_steps(functions: Functions, space: Space) -> Judgement:
    classes = space.classes(functions.sight)

    @cache
    def world(number: int) -> World:
        return space.graph.world(classes.first[number])

    @cache
    def world_after(after: int) -> World:
        return space.world_after(functions.sight, after)

    def read(source: int, after: int, bound: Bound) -> Truth:
        value = _read(functions.parts[0], world(source), world_after(after), *bound)
        return value if isinstance(value, Undefined) else bool(value)

    def read_where_bound(source: int, after: int, bound: Bound) -> Truth:
        return bound not in functions.bindings(world_after(after)) or read(source, after, bound)

    for row, (source, after) in enumerate(_pairs(space, functions)):
        for bound in functions.bindings(world_after(after)):
            value = read(source, after, bound)
            if value is not True:
                path = _plainest_over(space, functions, row, bound, read_where_bound, value)
                return Judgement(False, path, bound, _missing(value), over_step=True)
    return HOLDS


def _pairs(space: Space, functions: Functions) -> Iterator[tuple[int, int]]:
    """Yield the distinct steps between classes as (source, where it leads), nearest first."""
    sources, afters, _ = space.class_steps(functions.sight)
    yield from zip(sources.tolist(), afters.tolist(), strict=True)


def _plainest_over(
    space: Space, functions: Functions, row: int, bound: Bound, read: Callable[[int, int, Bound], Truth], value: Truth
) -> Path:
    """Return the plainest path that ends with a step, as near as the one of this row, with which the same is wrong."""
    sources, afters, firsts = space.class_steps(functions.sight)
    edges, of = space.edges, space.classes(functions.sight).of
    level = space.level(int(edges.sources[firsts[row]]))
    here = np.arange(edges.offsets[level.start], edges.offsets[level.stop])
    width = int(afters.max()) + 1
    bad = []
    for number in range(row, int(np.searchsorted(firsts, here[-1], side="right"))):
        source, after = int(sources[number]), int(afters[number])
        if read(source, after, bound) == value:
            bad.append(source * width + after)
    pairs = of[edges.sources[here]] * width + space.afters(functions.sight, here)
    return space.stem_over(here[np.isin(pairs, bad)])


def _missing(value: Truth) -> str | None:
    return value.text if isinstance(value, Undefined) else None


def _judge_runs(
    kind: Literal["eventually", "leads_to", "stays_possible"], functions: Functions, space: Space
) -> Judgement:
    table = _truth(functions, space)
    if isinstance(table, Judgement):
        return table
    for bound, columns in table.items():
        path = _broken_run(kind, columns, functions.given[0] if functions.given else None, space)
        if path is not None:
            return Judgement(False, path, bound)
    return HOLDS


def _broken_run(
    kind: Literal["eventually", "leads_to", "stays_possible"],
    columns: tuple[Mask, ...],
    given: Literal["again", "forever"] | None,
    space: Space,
) -> Path | None:
    again = columns[-1] if given == "again" else None
    forever = columns[-1] if given == "forever" else None
    match kind:
        case "eventually":
            return find_unfair_end(space.fair, space.initial, ~columns[0], again=again, forever=forever)
        case "leads_to":
            starts = columns[0] & ~columns[1]
            return find_unfair_end(space.fair, starts, ~columns[1], again=again, forever=forever)
        case "stays_possible":
            return find_no_way(space.edges, columns[0], space.ways, space.open_ended)


def _truth(functions: Functions, space: Space) -> Mapping[Bound, tuple[Mask, ...]] | Judgement:
    """Return where each part of the property is true, for each value of its `for`; the condition that it rests on comes last.

    Where a value of `for` does not exist nothing is promised of it: every part counts as true.
    """
    classes = space.classes(functions.sight)
    parts = (*functions.parts, functions.given[1]) if functions.given is not None else functions.parts
    rows: dict[Bound, list[np.ndarray[Any, np.dtype[np.bool_]]]] = {}
    for number, first in enumerate(classes.first):
        world = space.graph.world(first)
        for bound in functions.bindings(world):
            if bound not in rows:
                rows[bound] = [np.ones(len(classes.first), dtype=np.bool_) for _ in parts]
            for column, part in zip(rows[bound], parts, strict=True):
                value = _read(part, world, *bound)
                if isinstance(value, Undefined):
                    return Judgement(False, space.stem([first]), bound, value.text)
                column[number] = bool(value)
    return {bound: tuple(column[classes.of] for column in columns) for bound, columns in rows.items()}


def _read(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except UNDEFINED as error:
        return Undefined(undefined_text(error))


def undefined_text(error: Exception) -> str:
    """Say what is missing."""
    match error:
        case ZeroDivisionError():
            return "a division by zero"
        case KeyError() | IndexError():
            return "a key that is not there"
        case _:
            return str(error)
