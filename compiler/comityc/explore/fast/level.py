"""The steps from the chunks of a level in; the states of the next level out, and where each step leads.

Two threads may share the work: each has the keys on its side of a number in the middle.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from comityc.explore.fast.expander import Found
from comityc.explore.fast.stored import Collision, States, Words
from comityc.explore.fast.visited import Keys, Numbers, distinct, first_of_equals, numbers_of, unmet

_SHARE = 1 << 18
"""So many keys are worth a second thread."""


@dataclass(slots=True)
class Reached:
    """Where the steps of a chunk lead: keys in ascending order, each once, their states where a key is not the state itself, and, with
    edges, for each step which of them it leads to."""

    keys: Keys
    words: Words | None
    which: Numbers | None


def reached(states: States, found: Found, *, keep_edges: bool) -> Reached:
    """Take the steps of a chunk together that lead to the same state."""
    keys = states.keys_of(found.words)
    if len(found.words) == 1 and not keep_edges:
        return Reached(distinct(keys), None, None)
    order = np.argsort(keys)
    ordered = keys[order]
    new = first_of_equals(ordered)
    words = None
    if len(found.words) > 1:
        in_order = [word[order] for word in found.words]
        _tell_apart(in_order, new)
        words = [word[new] for word in in_order]
    which = None
    if keep_edges:
        which = np.empty(len(keys), dtype=np.int64)
        which[order] = np.cumsum(new) - 1
    return Reached(ordered[new], words, which)


def _tell_apart(words: Words, new: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> None:
    """Make sure that states with equal keys, which are neighbours here, are equal."""
    same = np.flatnonzero(~new)
    if any((word[same] != word[same - 1]).any() for word in words):
        raise Collision


def settle(states: States, chunks: Sequence[Reached], executor: Executor | None) -> list[Numbers]:
    """Take in what was not met before, and return the number of each state that the chunks lead to, where states are numbered."""
    middle = _middle(chunks) if executor is not None else None
    sides = [(None, None)] if middle is None else [(None, middle), (middle, None)]

    def of_side(side: "tuple[int | None, int | None]") -> "tuple[Keys, Words | None, Numbers | None]":
        return _side(states, [_between(chunk, *side) for chunk in chunks], *side)

    every: Callable[..., map[tuple[Keys, Words | None, Numbers | None]]] = map
    parts = list(every(of_side, sides) if executor is None else executor.map(of_side, sides))
    keys = np.concatenate([part[0] for part in parts])
    if not states.numbered:
        states.append([keys])
        states.visited.add(keys, None, executor)
        return []
    numbers = np.concatenate([part[2] for part in parts if part[2] is not None])
    new = numbers < 0
    fresh = keys[new]
    if states.layout.words == 1:
        added = states.append([fresh])
    else:
        of_parts = [part[1] for part in parts if part[1] is not None]
        words = [np.concatenate([one[at] for one in of_parts])[new] for at in range(states.layout.words)]
        added = states.append(words)
    numbers[new] = np.arange(added.start, added.stop)
    states.visited.add(fresh, numbers[new], executor)
    return [numbers[np.searchsorted(keys, chunk.keys)] for chunk in chunks if chunk.which is not None]


def together(states: States, chunks: Sequence[Reached]) -> Reached:
    """Take chunks together to save room, when their steps are not kept."""
    if states.layout.words == 1:
        return Reached(distinct(np.concatenate([chunk.keys for chunk in chunks])), None, None)
    keys, words = _merged(chunks)
    return Reached(keys, words, None)


def _middle(chunks: Sequence[Reached]) -> int | None:
    """Return a key about in the middle, where there are many."""
    if sum(len(chunk.keys) for chunk in chunks) < _SHARE:
        return None
    sample = np.concatenate([chunk.keys[:: max(len(chunk.keys) // 256, 1)] for chunk in chunks])
    return int(np.sort(sample)[len(sample) // 2])


def _between(chunk: Reached, first: int | None, end: int | None) -> Reached:
    if first is None and end is None:
        return chunk
    low = 0 if first is None else int(np.searchsorted(chunk.keys, np.uint64(first)))
    high = len(chunk.keys) if end is None else int(np.searchsorted(chunk.keys, np.uint64(end)))
    words = None if chunk.words is None else [word[low:high] for word in chunk.words]
    return Reached(chunk.keys[low:high], words, None)


def _side(
    states: States, chunks: Sequence[Reached], first: int | None, end: int | None
) -> "tuple[Keys, Words | None, Numbers | None]":
    """Return the distinct keys of one side; without numbers only those not met before, with them all and -1 for the new ones."""
    runs = states.visited.between(first, end)
    if not states.numbered:
        return unmet(distinct(np.concatenate([chunk.keys for chunk in chunks])), runs), None, None
    keys, words = _merged(chunks)
    numbers = numbers_of(keys, runs)
    if words is not None:
        met = np.flatnonzero(numbers >= 0)
        states.are(numbers[met], [word[met] for word in words])
    return keys, words, numbers


def _merged(chunks: Sequence[Reached]) -> "tuple[Keys, Words | None]":
    keys = np.concatenate([chunk.keys for chunk in chunks])
    of_chunks = [chunk.words for chunk in chunks if chunk.words is not None]
    if not of_chunks:
        return distinct(keys), None
    order = np.argsort(keys)
    keys = keys[order]
    new = first_of_equals(keys)
    words = [np.concatenate([one[at] for one in of_chunks])[order] for at in range(len(of_chunks[0]))]
    _tell_apart(words, new)
    return keys[new], [word[new] for word in words]
