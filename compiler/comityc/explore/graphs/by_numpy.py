"""The steps of a graph in; what the library would say of it, by NumPy and SciPy, out. Tests hold the two against each other."""

import numpy as np
from numpy.typing import NDArray

from comityc.explore.numbering import firsts

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Small = NDArray[np.int32]
Rows = NDArray[np.uint64]

_BLOCKS = 256


def sources_of(offsets: Numbers) -> Numbers:
    """Return the source of each step."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def reach_backward(offsets: Numbers, targets: Small, goal: Mask, usable: Mask) -> Mask:
    """Find the states from which a path of usable steps leads to the goal.

    Most steps lead to a later state, so one round from the last block of states to the first finds nearly all; it is repeated until
    nothing changes.
    """
    reached, sources = goal.copy(), sources_of(offsets)
    borders = np.unique(np.linspace(0, len(goal), _BLOCKS + 1).astype(np.int64)).tolist()
    while True:
        before = int(reached.sum())
        for first, end in zip(borders[-2::-1], borders[:0:-1], strict=True):
            begin, stop = int(offsets[first]), int(offsets[end])
            useful = usable[begin:stop] & reached[targets[begin:stop]]
            reached[sources[begin:stop][useful]] = True
        if int(reached.sum()) == before:
            return reached


def reach_forward(offsets: Numbers, targets: Small, starts: Mask, region: Mask) -> Mask:
    """Find the starts, and the states of the region to which a path through it leads from them."""
    reached = starts.copy()
    found = np.flatnonzero(reached)
    while len(found):
        counts = offsets[found + 1] - offsets[found]
        ends = np.cumsum(counts)
        out = np.repeat(offsets[found] - ends + counts, counts) + np.arange(ends[-1])
        there = targets[out]
        found = np.unique(there[region[there] & ~reached[there]])
        reached[found] = True
    return reached


def with_step(offsets: Numbers, targets: Small, away: Mask, back: Mask) -> Mask:
    """Find the states with such a step: of the first when it leads elsewhere, of the others when it leads nowhere."""
    sources, found = sources_of(offsets), np.zeros(len(offsets) - 1, dtype=np.bool_)
    found[sources[np.where(sources == targets, back, away)]] = True
    return found


def components(offsets: Numbers, targets: Small, inside: Mask) -> tuple[Small, int]:
    """Number the strongly connected components of more than one state among those inside; -1 is every other state's number."""
    from scipy.sparse import csr_matrix  # slow to import, and of no use to a case without promises of liveness
    from scipy.sparse.csgraph import connected_components

    count, sources = len(inside), sources_of(offsets)
    here = inside[sources] & inside[targets]
    ends = np.concatenate(([0], np.cumsum(np.bincount(sources[here], minlength=count))))
    matrix = csr_matrix((np.ones(int(here.sum()), dtype=np.int8), targets[here], ends), shape=(count, count))
    _, labels = connected_components(matrix, directed=True, connection="strong")
    large = np.bincount(labels, minlength=count) > 1
    numbers = np.where(large, np.cumsum(large) - 1, -1).astype(np.int32)
    return numbers[labels], int(large.sum())


def enabled(offsets: Numbers, targets: Small, owed: Rows) -> tuple[Rows, Mask]:
    """Return what is enabled in each state, by what each step meets, and where all of it is met by steps that lead nowhere."""
    sources, count = sources_of(offsets), len(offsets) - 1
    rows, at_once = (np.zeros((count, owed.shape[1]), dtype=np.uint64) for _ in range(2))
    _combine(np.bitwise_or, rows, sources, owed)
    back = sources == targets
    _combine(np.bitwise_or, at_once, sources[back], owed[back])
    may_stop: Mask = ~np.any(rows & ~at_once, axis=1)
    return rows, may_stop


def owed_in_parts(
    offsets: Numbers, targets: Small, owed: Rows, enabled: Rows, parts: Small, count: int
) -> tuple[Rows, Rows, Rows]:
    """Return what steps within each part meet, and what is enabled in all of its states and in any."""
    sources, states = sources_of(offsets), np.flatnonzero(parts >= 0)
    met, ever = (np.zeros((count, owed.shape[1]), dtype=np.uint64) for _ in range(2))
    always = np.full((count, owed.shape[1]), 2**64 - 1, dtype=np.uint64)
    within = np.flatnonzero((parts[sources] >= 0) & (parts[sources] == parts[targets]))
    _combine(np.bitwise_or, met, parts[sources[within]], owed[within])
    _combine(np.bitwise_and, always, parts[states], enabled[states])
    _combine(np.bitwise_or, ever, parts[states], enabled[states])
    return met, always, ever


def _combine(how: np.ufunc, into: Rows, at: Numbers | Small, rows: Rows) -> None:
    """Combine rows with those that they go to, word by word, which is what NumPy is quick at."""
    for word in range(into.shape[1]):
        how.at(into[:, word], at, rows[:, word])


def class_steps(
    offsets: Numbers, targets: Small, of: Small, classes: int, turns: int, turn: Small | None
) -> tuple[Numbers, Numbers, Numbers]:
    """Return the distinct steps between classes as (source class, where it leads, first step), by that first step."""
    sources, afters = of[sources_of(offsets)].astype(np.int64), of[targets].astype(np.int64) * turns
    if turn is not None:
        afters += turn
    stays = sources * turns == afters
    changing, staying = np.flatnonzero(~stays), np.flatnonzero(stays)
    width = int(afters.max(initial=0)) + 1
    pairs = sources[changing] * width + afters[changing]
    first = np.sort(
        np.concatenate((changing[firsts(pairs, classes * width)], staying[firsts(sources[staying], classes)]))
    )
    return sources[first], afters[first], first
