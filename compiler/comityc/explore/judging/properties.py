"""A property and the state space of a case in; whether it holds there, and a path that breaks it, out.

The truth of a property in one state is what the property functions of the generated module say (`PROPERTIES`,
`QUANTIFIERS`); there is no second semantics here. An undefined value inside a property breaks the property.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from comityc.explore.judging.answers import Answers, Bound, Functions
from comityc.explore.judging.liveness import find_no_way, find_unfair_end
from comityc.explore.judging.paths import Mask, Numbers, Path
from comityc.explore.judging.reading import Undefined
from comityc.explore.judging.reads import Sight
from comityc.explore.judging.space import Space
from comityc.machine.model import Property


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


Truth = bool | Undefined
"""What a property says of a state or a step."""


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
    answers, rows = Answers(functions, space), space.rows(functions.sight)
    hit = answers.first(functions.parts, rows, lambda said: _truth_of(said) is not wanted)
    if hit is None:
        return HOLDS
    value, level = _truth_of(hit.said), space.level(int(space.firsts(functions.sight)[hit.row]))
    classes = space.classes(functions.sight)
    near = np.arange(hit.row, int(np.searchsorted(classes.first, level.stop)))
    bad = near[_alike(answers, functions.parts[0], hit.bound, rows[near], value)]
    path = space.stem(level.start + np.flatnonzero(np.isin(classes.of[level.start : level.stop], bad)))
    return Judgement(False, path, hit.bound, _missing(value))


def _alike(answers: Answers, function: Callable[..., Any], bound: Bound, rows: Numbers, value: Truth) -> Mask:
    """Say of which states or steps the same is said, for the same values of `for`."""
    having = answers.bindings(answers.ends(rows)).having(bound)
    having[having] = answers.where(function, bound, rows[having], lambda said: _truth_of(said) == value)
    return having


def _judge_reachable(functions: Functions, space: Space) -> Judgement:
    """A `reachable` with `for` has to be reached for each."""
    answers, firsts, rows = Answers(functions, space), space.firsts(functions.sight), space.rows(functions.sight)
    if functions.quantifier is None:
        hit = answers.first(functions.parts, rows, lambda said: isinstance(said, Undefined) or bool(said))
        return _reached(space, int(firsts[hit.row]), hit.said) if hit else Judgement(False, None, ())
    bindings = answers.bindings(rows)
    ends: list[tuple[int, int, Bound, Any]] = []
    for bound in bindings:
        at = np.flatnonzero(bindings.having(bound))
        numbers, said = answers.said(functions.parts[0], bound, rows[at])
        hits = np.array([isinstance(one, Undefined) or bool(one) for one in said], dtype=np.bool_)[numbers]
        if hits.any():
            row = int(at[np.argmax(hits)])
            ends.append((row, bindings.place(row, bound), bound, said[numbers[np.argmax(hits)]]))
    reached: set[Bound] = set()
    path: Path | None = None
    for row, _, bound, one in sorted(ends, key=lambda end: end[:2]):
        if bound in reached:
            continue
        if isinstance(one, Undefined):
            return Judgement(False, space.stem([int(firsts[row])]), bound, one.text)
        path = path or space.path_found(int(firsts[row]))
        reached.update(space.images(bound))
    open_bounds = [bound for bound in bindings if bound not in reached]
    if open_bounds or not reached:
        return Judgement(False, None, open_bounds[0] if open_bounds else ())
    return Judgement(True, path)


def _reached(space: Space, first: int, said: Any) -> Judgement:
    if isinstance(said, Undefined):
        return Judgement(False, space.stem([first]), (), said.text)
    return Judgement(True, space.path_found(first))


def _judge_stable(functions: Functions, space: Space) -> Judgement:
    """Once not none it never changes; of a condition: once true it stays true."""
    answers, sight, function = Answers(functions, space), functions.sight, functions.parts[0]
    rows = space.rows(sight)
    hit = answers.first(functions.parts, rows, lambda said: isinstance(said, Undefined))
    if hit is not None:
        return Judgement(False, space.stem([int(space.firsts(sight)[hit.row])]), hit.bound, hit.said.text)
    sources, afters, _ = space.class_steps(sight)
    after, which = space.rows_after(sight, afters)
    bindings, bindings_after = answers.bindings(rows), answers.bindings(after)
    best: tuple[int, int] | None = None
    broken: tuple[Bound, Mask] | None = None
    for bound in bindings:
        here, there = bindings.having(bound), bindings_after.having(bound)
        old, new = np.zeros(len(rows), dtype=np.int64), np.zeros(len(after), dtype=np.int64)
        old[here], _ = answers.said(function, bound, rows[here])
        new[there], said = answers.said(function, bound, after[there])
        at = np.flatnonzero(here[sources] & there[which])
        changes = np.zeros(len(sources), dtype=np.bool_)
        changes[at] = _changes(old[sources[at]], new[which[at]], said)
        if changes.any():
            row = int(np.argmax(changes))
            key = (row, bindings.place(int(sources[row]), bound))
            if best is None or key < best:
                best, broken = key, (bound, changes)
    if best is None or broken is None:
        return HOLDS
    bound, changes = broken
    return Judgement(False, _plainest_over(space, sight, best[0], lambda near: changes[near]), bound, over_step=True)


def _changes(old: Numbers, new: Numbers, said: Sequence[Any]) -> Mask:
    """Say which steps change what was set; before and after are given as numbers of what was said."""
    pairs, which = np.unique(old * len(said) + new, return_inverse=True)
    values = ((said[pair // len(said)], said[pair % len(said)]) for pair in pairs.tolist())
    changed = [_is_set(one) and bool(other != one) for one, other in values]
    found: Mask = np.array(changed, dtype=np.bool_)[which.reshape(-1)]
    return found


def _is_set(value: Any) -> bool:
    return value is not None and value is not False


def _judge_steps(functions: Functions, space: Space) -> Judgement:
    answers, sight = Answers(functions, space), functions.sight
    sources, afters, _ = space.class_steps(sight)
    rows = space.steps(sight, sources, afters)
    hit = answers.first(functions.parts, rows, lambda said: _truth_of(said) is not True)
    if hit is None:
        return HOLDS
    value, bound = _truth_of(hit.said), hit.bound
    path = _plainest_over(
        space, sight, hit.row, lambda near: _alike(answers, functions.parts[0], bound, rows[near], value)
    )
    return Judgement(False, path, bound, _missing(value), over_step=True)


def _plainest_over(space: Space, sight: Sight, row: int, alike: Callable[[Numbers], Mask]) -> Path:
    """Return the plainest path that ends with a step, as near as the one of this row, with which the same is wrong."""
    sources, afters, firsts = space.class_steps(sight)
    edges, of = space.edges, space.classes(sight).of
    level = space.level(int(edges.sources_of(firsts[row : row + 1])[0]))
    here = np.arange(edges.offsets[level.start], edges.offsets[level.stop])
    width = int(afters.max()) + 1
    near = np.arange(row, int(np.searchsorted(firsts, here[-1], side="right")))
    near = near[alike(near)]
    bad = sources[near] * width + afters[near]
    pairs = of[edges.sources_of(here)].astype(np.int64) * width + space.afters(sight, here)
    return space.stem_over(here[np.isin(pairs, bad)])


def _truth_of(said: Any) -> Truth:
    return said if isinstance(said, Undefined) else bool(said)


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


def some_run_is_given(functions: Functions, space: Space) -> bool:
    """Say whether there is a fair run at all in which the condition holds that a property about runs rests on."""
    table = _truth(functions, space)
    if functions.given is None or isinstance(table, Judgement):
        return True
    everywhere, again = np.ones(len(space.graph.states), dtype=np.bool_), functions.given[0] == "again"
    for columns in table.values():
        condition = {"again" if again else "forever": columns[-1]}
        if find_unfair_end(space.fair, space.initial, everywhere, **condition) is not None:
            return True
    return False


def _truth(functions: Functions, space: Space) -> Mapping[Bound, tuple[Mask, ...]] | Judgement:
    """Return where each part of the property is true, for each value of its `for`; the condition that it rests on comes last.

    Where a value of `for` does not exist nothing is promised of it: every part counts as true.
    """
    answers, classes, rows = Answers(functions, space), space.classes(functions.sight), space.rows(functions.sight)
    parts = (*functions.parts, functions.given[1]) if functions.given is not None else functions.parts
    hit = answers.first(parts, rows, lambda said: isinstance(said, Undefined))
    if hit is not None:
        return Judgement(False, space.stem([int(classes.first[hit.row])]), hit.bound, hit.said.text)
    bindings = answers.bindings(rows)
    found: dict[Bound, tuple[Mask, ...]] = {}
    for bound in bindings:
        having = bindings.having(bound)
        columns = [np.ones(len(rows), dtype=np.bool_) for _ in parts]
        for column, part in zip(columns, parts, strict=True):
            column[having] = answers.where(part, bound, rows[having], bool)
        found[bound] = tuple(column[classes.of] for column in columns)
    return found
