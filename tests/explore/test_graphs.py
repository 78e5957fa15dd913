"""What is asked of graphs: the library and NumPy say the same on graphs drawn at random, and both what a plain search says."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comityc.explore.building import compiler
from comityc.explore.graphs.adjacency import Adjacency
from comityc.explore.graphs.classes import Part, classify

LABELS = 4


class Drawn(NamedTuple):
    """A graph, and a mask by state and by label."""

    steps: list[list[tuple[int, int]]]
    marked: list[bool]
    other: list[bool]
    usable: list[bool]

    def adjacency(self, *, by_library: bool) -> Adjacency:
        flat = [step for out in self.steps for step in out]
        offsets = np.cumsum([0, *map(len, self.steps)])
        targets, labels = ([step[at] for step in flat] for at in (0, 1))
        made = Adjacency(offsets, np.array(targets, dtype=np.int32), np.array(labels, dtype=np.int32))
        made.library = library_now() if by_library else None
        return made


def library_now() -> Any:
    """Return the library, as soon as it is built."""
    from comityc.explore.graphs.library import LARGE, library

    return library(LARGE)


@st.composite
def graphs(draw: st.DrawFn) -> Drawn:
    count = draw(st.integers(1, 12))
    step = st.tuples(st.integers(0, count - 1), st.integers(0, LABELS - 1))
    steps = draw(st.lists(st.lists(step, max_size=4), min_size=count, max_size=count))
    masks = st.lists(st.booleans(), min_size=count, max_size=count)
    return Drawn(steps, draw(masks), draw(masks), draw(st.lists(st.booleans(), min_size=LABELS, max_size=LABELS)))


def reached(drawn: Drawn, goes: Callable[[int, int, int], bool], start: int) -> set[int]:
    """Return where the steps lead that this takes."""
    found, waiting = {start}, [start]
    while waiting:
        source = waiting.pop()
        for target, label in drawn.steps[source]:
            if target not in found and goes(source, target, label):
                found.add(target)
                waiting.append(target)
    return found


def both(test: Callable[..., None]) -> Any:
    """Run a test with the library and without; the first run waits until it is built, or SciPy imported."""
    no_compiler = pytest.mark.skipif(compiler() is None, reason="there is no C compiler")
    ways = pytest.mark.parametrize("by_library", [False, pytest.param(True, marks=no_compiler)])
    return ways(settings(deadline=None)(test))


@both
@given(drawn=graphs())
def test_what_leads_to_a_goal(by_library: bool, drawn: Drawn) -> None:
    found = drawn.adjacency(by_library=by_library).reach_backward(np.array(drawn.marked), np.array(drawn.usable))
    ways = [reached(drawn, lambda _s, _t, label: drawn.usable[label], state) for state in range(len(drawn.steps))]
    assert found.tolist() == [any(drawn.marked[state] for state in way) for way in ways]


@both
@given(drawn=graphs())
def test_what_is_reached(by_library: bool, drawn: Drawn) -> None:
    found = drawn.adjacency(by_library=by_library).reach_forward(np.array(drawn.marked), np.array(drawn.other))
    starts = [state for state, marked in enumerate(drawn.marked) if marked]
    ways = [reached(drawn, lambda _s, target, _l: drawn.other[target], state) for state in starts]
    assert set(np.flatnonzero(found).tolist()) == set[int]().union(*ways)


@both
@given(drawn=graphs())
def test_who_has_a_step(by_library: bool, drawn: Drawn) -> None:
    back = np.array(drawn.usable[::-1])
    found = drawn.adjacency(by_library=by_library).with_step(np.array(drawn.usable), back)
    assert found.tolist() == [
        any((back if target == source else drawn.usable)[label] for target, label in out)
        for source, out in enumerate(drawn.steps)
    ]


@both
@given(drawn=graphs())
def test_what_goes_round(by_library: bool, drawn: Drawn) -> None:
    """Two states are in one component when each leads to the other."""
    parts, count = drawn.adjacency(by_library=by_library).components(np.array(drawn.marked))
    states = [state for state, marked in enumerate(drawn.marked) if marked]
    ways = {state: reached(drawn, lambda _s, target, _l: drawn.marked[target], state) for state in states}
    partners = {state: {other for other in ways[state] if state in ways[other]} for state in states}
    for state in range(len(drawn.steps)):
        expected = partners.get(state, {state})
        assert (parts[state] >= 0) == (len(expected) > 1)
        if parts[state] >= 0:
            assert set(np.flatnonzero(parts == parts[state]).tolist()) == expected
    assert sorted(set(parts[parts >= 0].tolist())) == list(range(count))


@both
@given(drawn=graphs(), owed=st.lists(st.sets(st.integers(0, 69)), min_size=LABELS, max_size=LABELS))
def test_what_is_owed(by_library: bool, drawn: Drawn, owed: list[set[int]]) -> None:
    rows = np.zeros((LABELS, 2), dtype=np.uint64)
    for label, numbers in enumerate(owed):
        for number in numbers:
            rows[label, number // 64] |= np.uint64(1 << number % 64)
    adjacency = drawn.adjacency(by_library=by_library)
    enabled, may_stop = adjacency.enabled(rows)
    here = [set[int]().union(*(owed[label] for _, label in out)) for out in drawn.steps]
    at_once = [set[int]().union(*(owed[label] for t, label in out if t == s)) for s, out in enumerate(drawn.steps)]
    assert list(map(numbers_in, enabled)) == here
    assert may_stop.tolist() == [one <= other for one, other in zip(here, at_once, strict=True)]
    parts, count = adjacency.components(np.ones(len(drawn.steps), dtype=np.bool_))
    found = adjacency.owed_in_parts(rows, enabled, parts, count)
    for part in range(count):
        inside = np.flatnonzero(parts == part).tolist()
        taken = [owed[label] for state in inside for target, label in drawn.steps[state] if parts[target] == part]
        assert numbers_in(found.met[part]) == set[int]().union(*taken)
        assert numbers_in(found.always[part]) == set.intersection(*(here[state] for state in inside))
        assert numbers_in(found.ever[part]) == set.union(*(here[state] for state in inside))


def numbers_in(row: Any) -> set[int]:
    """Return the numbers that a row of bits holds."""
    return set(np.flatnonzero(np.unpackbits(row.view(np.uint8), bitorder="little")).tolist())


@both
@given(drawn=graphs(), turns=st.integers(1, 3), data=st.data())
def test_steps_between_classes(by_library: bool, drawn: Drawn, turns: int, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.integers(0, 3), min_size=len(drawn.steps), max_size=len(drawn.steps)))
    of = [list(dict.fromkeys(kinds)).index(kind) for kind in kinds]
    flat = [(source, target) for source, out in enumerate(drawn.steps) for target, _ in out]
    turn = data.draw(st.lists(st.integers(0, turns - 1), min_size=len(flat), max_size=len(flat)))
    seen: dict[tuple[int, int], int] = {}
    for step, (source, target) in enumerate(flat):
        seen.setdefault((of[source], of[target] * turns + turn[step]), step)
    numbers, added = np.array(of, dtype=np.int32), np.array(turn, dtype=np.int32)
    adjacency = drawn.adjacency(by_library=by_library)
    found = adjacency.class_steps(numbers, max(of) + 1, turns, added if turns > 1 else None)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == [(*pair, step) for pair, step in seen.items()]


@both
@given(
    values=st.lists(st.tuples(*[st.integers(0, 7)] * 3), min_size=1, max_size=60),
    tables=st.lists(st.lists(st.integers(0, 5), min_size=8, max_size=8), min_size=3, max_size=3),
    spread=st.sampled_from([1, 1_000, 1 << 18]),
    by_word=st.booleans(),
)
def test_classes(
    by_library: bool, by_word: bool, values: list[tuple[int, int, int]], tables: list[list[int]], spread: int
) -> None:
    """States are numbered by what the tables make of their fields; a table, or a hash table where it would be too large."""
    rows = np.array([[a | b << 61, c << 7] for a, b, c in values], dtype=np.uint64, order="F" if by_word else "C")
    mask = np.uint64(7)
    parts = [
        Part(word, shift, int(mask), np.array(table, dtype=np.int64) * spread)
        for (word, shift), table in zip([(0, 0), (0, 61), (1, 7)], tables, strict=True)
    ]
    looks = [tuple(table[value] for table, value in zip(tables, state, strict=True)) for state in values]
    seen = list(dict.fromkeys(looks))
    of, first = classify(rows, parts, library_now() if by_library else None, numbered=True)
    assert of is not None
    assert of.tolist() == [seen.index(look) for look in looks]
    assert first.tolist() == [looks.index(look) for look in seen]
