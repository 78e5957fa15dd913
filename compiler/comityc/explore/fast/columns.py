"""A search that stands at the border of a level in; the rest of it, done by NumPy a level at a time, out: the same graph, filled in.

Within a level states stand in the order of their keys, whatever the number of threads.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from comityc.explore.engine.search import Progress, Search
from comityc.explore.fast import structures as k
from comityc.explore.fast.answers import NewLayout
from comityc.explore.fast.expander import Expander, Found
from comityc.explore.fast.level import Reached, reached, settle, together
from comityc.explore.fast.narrow import fits, step, words_of
from comityc.explore.fast.native_search import pack_all
from comityc.explore.fast.packed import PackedStates
from comityc.explore.fast.questions import Questions
from comityc.explore.fast.simple_expander import SimpleExpander
from comityc.explore.fast.stored import Collision, States, relaid
from comityc.explore.fast.tables import Tables
from comityc.explore.fast.visited import Numbers
from comityc.explore.fast.ways import Recomputed, Ways
from comityc.explore.memory import LIMIT_MET

NARROW = 64
"""A level of fewer states is stepped by the reference, one state at a time."""
_CHUNK = 1 << 16
"""So many states are expanded at once: their columns stay in the cache of a processor."""
_TURN = 64
"""After so many chunks Python hears of signals, memory and progress again."""
_WIDE = 100_000
"""A level of so many states is worth two threads."""
_MOST_WAITING = 1 << 22
"""So many keys wait to be looked up at most."""
_THREADS = 2


@dataclass(slots=True)
class _Edges:
    """Steps of a chunk that are kept: by state how many, and the labels in order of their states."""

    counts: NDArray[np.int64]
    order: Numbers
    labels: NDArray[np.int32]


class ColumnSearch:
    """Goes on where the reference stopped, level by level."""

    def __init__(self, search: Search, tables: Tables, *, keep_edges: bool, max_states: int) -> None:
        self._search, self._tables = search, tables
        self._keep_edges, self._limit = keep_edges, max_states
        packed = pack_all(tables, search)
        self._states = States(tables.layout, keep_edges)
        self._states.append(list(packed.T))
        self._states.take_in()
        self._questions = Questions(tables)
        graph = search.graph
        self._loaded = len(packed)
        self._parents = [np.asarray(graph.parent, dtype=np.int32)]
        self._parent_labels = [np.asarray(graph.parent_label, dtype=np.int32)]
        ends, targets, labels = (np.asarray(part) for part in search.edges_so_far)
        self._ends = [np.asarray(ends, dtype=np.int64)]
        self._targets, self._labels = [np.asarray(targets, dtype=np.int32)], [np.asarray(labels, dtype=np.int32)]
        self._edge_count = len(targets)
        self._steps, self._expanded = graph.edges, graph.expanded
        self._flags: dict[int, NDArray[np.uint8]] = {}  # by the first state of a chunk
        self._stuck: list[Numbers] = []  # the states of the first level that has any where nothing can happen
        self._ways: dict[int, tuple[int, int]] = {}  # how states were reached from narrow levels
        self._seek_stuck = True
        self._executor: Executor | None = None

    # ---- levels

    def run(self, *, memory: int | None = None, progress: Progress | None = None) -> None:
        """Search level by level until nothing new is found, or a limit is met."""
        graph = self._search.graph
        first, last = self._search.border or (0, 0)
        with _threads() as executor:
            while first < last and graph.complete:
                graph.levels.append((first, last))
                self._executor = executor if last - first >= _WIDE else None
                self._questions.prepare()
                self._seek_stuck = not self._stuck
                if last - first < NARROW:
                    self._expand_narrow(first, last, progress)
                else:
                    self._expand_level(first, last, memory, progress)
                first, last = last, self._states.count
                if last > self._limit:
                    self._search.stop(f"more than {self._limit} states")
            self._executor = None
        if first < last:
            graph.levels.append((first, last))
        self._hand_back()

    def _expand_narrow(self, first: int, last: int, progress: Progress | None) -> None:
        packed = PackedStates(self._states.rows, self._tables, self._search.successors)
        found, targets = step(self._tables, packed[first:last])
        if not fits(self._tables, targets):
            self._lay_out_anew([])
        found.words = words_of(self._tables, targets)
        self._take_note(first, found)
        self._expanded = last
        while True:
            try:
                copied = replace(found, words=[word.copy() for word in found.words])  # they are put in order
                where = reached(self._states, copied, keep_edges=self._keep_edges)
                break
            except Collision:
                self._mix_anew([])
        base = self._states.count
        self._settle([where], [self._kept(found, last - first)] if self._keep_edges else [])
        if not self._keep_edges:
            self._keep_ways(found, first, base)
        if progress is not None:
            self._search.tell(progress, self._states.count, self._expanded)

    def _keep_ways(self, found: Found, first: int, base: int) -> None:
        """Note down how the states from `base` on were reached. The tables may know nothing of how the reference did that."""
        keys = self._states.keys_of(found.words)
        order = np.argsort(keys, kind="stable")
        new = range(base, self._states.count)
        at = order[np.searchsorted(keys[order], self._states.keys_of(self._states.words(new.start, new.stop)))]
        ways = zip((first + found.sources[at]).tolist(), found.labels[at].tolist(), strict=True)
        self._ways.update(zip(new, ways, strict=True))

    def _expand_level(self, first: int, last: int, memory: int | None, progress: Progress | None) -> None:
        search, waiting, edges = self._search, list[Reached](), list[_Edges]()
        starts = list(range(first, last, _CHUNK))
        at = 0
        while at < len(starts) and search.graph.complete:
            turn = starts[at : at + _TURN]
            ready = self._expand_chunks(turn, last, waiting)
            for start, (found, where) in zip(turn, ready, strict=False):
                self._take_note(start, found)
                waiting.append(where)
                if self._keep_edges:
                    edges.append(self._kept(found, min(last, start + _CHUNK) - start))
                self._expanded = min(last, start + _CHUNK)
            at += len(ready)
            if not self._keep_edges and sum(len(one.keys) for one in waiting) > _MOST_WAITING:
                waiting[:] = [together(self._states, waiting)]
            if memory is not None and self._memory(waiting) > memory:
                search.stop(LIMIT_MET)
            if progress is not None:
                search.tell(progress, self._states.count, self._expanded)
        if waiting:
            self._settle(waiting, edges)

    def _expand_chunks(self, starts: Sequence[int], last: int, waiting: list[Reached]) -> list[tuple[Found, Reached]]:
        """Expand chunks, as many as there are before one that asks for a new layout or other keys, which come first then."""

        def expand(start: int) -> tuple[Found, Reached] | Exception:
            try:
                words = self._states.words(start, min(last, start + _CHUNK))
                found = self._expander(words).found()
                where = reached(self._states, found, keep_edges=self._keep_edges)
                found.words = []  # a chunk's steps are many times as many as its states
                return found, where
            except (NewLayout, Collision) as trouble:
                return trouble

        done = list(map(expand, starts) if self._executor is None else self._executor.map(expand, starts))
        ready: list[tuple[Found, Reached]] = []
        for one in done:
            if isinstance(one, Exception):
                again = [*waiting, *(where for _, where in ready)]
                again = self._lay_out_anew(again) if isinstance(one, NewLayout) else self._mix_anew(again)
                waiting[:] = again[: len(waiting)]
                return [(found, where) for (found, _), where in zip(ready, again[len(waiting) :], strict=True)]
            ready.append(one)
        return ready

    def _expander(self, words: list[NDArray[np.uint64]]) -> Expander:
        seek_stuck = self._seek_stuck
        if len(words) == 1 and not self._keep_edges:
            return SimpleExpander(self._questions, words[0], seek_stuck=seek_stuck)
        return Expander(self._questions, words, labelled=self._keep_edges, seek_stuck=seek_stuck)

    def _lay_out_anew(self, waiting: Sequence[Reached]) -> list[Reached]:
        states, old = self._states, self._states.layout
        new = self._tables.arrange()
        states.lay_out(new)
        self._questions.use_layout()
        if new.extends(old):
            return list(waiting)
        return [_keyed_anew(states, one, relaid(one.words or [one.keys], old, new)) for one in waiting]

    def _mix_anew(self, waiting: Sequence[Reached]) -> list[Reached]:
        self._states.mix_anew()
        return [_keyed_anew(self._states, one, one.words or [one.keys]) for one in waiting]

    def _settle(self, waiting: list[Reached], edges: list[_Edges]) -> None:
        """Take in the next level, and the edges to it."""
        first, base = self._expanded - sum(len(one.counts) for one in edges), self._states.count
        while True:
            try:
                numbers = settle(self._states, waiting, self._executor)
                break
            except Collision:
                waiting[:] = self._mix_anew(waiting)
        if not self._keep_edges:
            return
        targets = [
            number[where.which][kept.order].astype(np.int32)
            for number, where, kept in zip(numbers, waiting, edges, strict=True)
            if where.which is not None
        ]
        counts = np.concatenate([kept.counts for kept in edges])
        all_targets, labels = np.concatenate(targets), np.concatenate([kept.labels for kept in edges])
        self._ends.append(np.cumsum(counts) + self._edge_count)
        self._edge_count += len(all_targets)
        self._targets.append(all_targets)
        self._labels.append(labels)
        edge = _first_edges(all_targets, base, self._states.count)
        sources = np.repeat(np.arange(first, self._expanded, dtype=np.int32), counts)
        self._parents.append(sources[edge])
        self._parent_labels.append(labels[edge])

    def _kept(self, found: Found, count: int) -> _Edges:
        order = np.argsort(found.sources.astype(np.uint16), kind="stable")
        return _Edges(np.bincount(found.sources, minlength=count), order, found.labels[order])

    def _take_note(self, start: int, found: Found) -> None:
        """Take over what is to be said of the states of a chunk."""
        tables = self._tables
        self._steps += found.steps
        first = tables.note_first.data
        for number, at in found.notes.items():
            first[number] = start + at if first[number] < 0 else min(int(first[number]), start + at)
        if found.flags is not None:
            self._flags[start] = found.flags
        if found.used is not None:
            tables.move_used.data[: len(found.used)] |= found.used
        if len(found.stuck) and self._seek_stuck:
            self._stuck.append(start + found.stuck)

    def _memory(self, waiting: Sequence[Reached]) -> int:
        words = self._states.layout.words
        each = 8 * (1 if words == 1 else 1 + words)
        return self._states.memory() + 8 * self._edge_count + sum(len(one.keys) for one in waiting) * each

    # ---- the graph

    def _hand_back(self) -> None:
        """Fill in the graph as the reference would have left it."""
        search, tables, count = self._search, self._tables, self._states.count
        graph = search.graph
        packed = PackedStates(self._states.rows, tables, search.successors)
        graph.states = packed
        graph.columns, graph.without_messages = packed.column, packed.without_messages
        graph.sift, graph.values = packed.sift, packed.values
        graph.expanded, graph.edges, graph.engine = self._expanded, self._steps, "columns"
        for start, flags in self._flags.items():
            graph.cut_states.update((np.flatnonzero(flags & k.NOTE_CUT) + start).tolist())
            graph.broken_states.update((np.flatnonzero(flags & k.NOTE_BROKEN) + start).tolist())
        self._search.say_all(tables.notes_met(), np.concatenate(self._stuck).tolist() if self._stuck else ())
        graph.taken_transitions.update(tables.taken_transitions())
        if self._keep_edges:
            graph.parent, graph.parent_label = _joined(self._parents), _joined(self._parent_labels)
            ends = np.concatenate(self._ends)
            graph.offsets = np.append(ends, np.full(count + 1 - len(ends), self._edge_count))
            graph.targets, graph.edge_labels = np.concatenate(self._targets), np.concatenate(self._labels)
        else:
            kept = zip(self._parents[0].tolist(), self._parent_labels[0].tolist(), strict=True)
            self._ways.update(enumerate(kept))
            ways = FirstWays(self._states, self._questions, graph.levels, self._ways)
            graph.parent, graph.parent_label = Recomputed(ways, 0), Recomputed(ways, 1)


class FirstWays(Ways):
    """How states were first reached, found out when it is asked: by expanding the level before once more."""

    def __init__(
        self,
        states: States,
        questions: Questions,
        levels: Sequence[tuple[int, int]],
        known: dict[int, tuple[int, int]],
    ) -> None:
        super().__init__(levels, known)
        self._states, self._questions = states, questions

    def __len__(self) -> int:
        return self._states.count

    def seek(self, index: int, first: int, last: int) -> tuple[int, int]:
        """Return the first of the states of the level before that leads to this one, and by which label."""
        wanted = [int(word[0]) for word in self._states.words(index, index + 1)]
        for start in range(first, last, _CHUNK):
            words = self._states.words(start, min(last, start + _CHUNK))
            found = Expander(self._questions, words, labelled=True, seek_stuck=False).found()
            here = np.ones(len(found.sources), dtype=np.bool_)
            for word, value in zip(found.words, wanted, strict=True):
                here &= word == np.uint64(value)
            at = np.flatnonzero(here)
            if len(at):
                best = at[np.argmin(found.sources[at])]
                return start + int(found.sources[best]), int(found.labels[best])
        raise AssertionError(index)


@contextmanager
def _threads() -> Iterator[Executor | None]:
    """Provide a second thread where there is a processor for it."""
    if (os.cpu_count() or 1) < _THREADS:
        yield None
        return
    with ThreadPoolExecutor(_THREADS) as executor:
        yield executor


def _keyed_anew(states: States, one: Reached, words: list[NDArray[np.uint64]]) -> Reached:
    """Return where steps lead after states or keys were written anew."""
    keys = states.keys_of(words)
    order = np.argsort(keys)
    which = None
    if one.which is not None:
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        which = rank[one.which]
    return Reached(keys[order], None if len(words) == 1 else [word[order] for word in words], which)


def _first_edges(targets: NDArray[np.int32], base: int, end: int) -> Numbers:
    """Return the first edge to each state from `base` on."""
    first = np.empty(end - base, dtype=np.int64)
    new = np.flatnonzero(targets >= base)[::-1]
    first[targets[new] - base] = new  # of several assignments the last stays, which is of the first edge
    return first


def _joined(parts: Sequence[NDArray[np.int32]]) -> Sequence[int]:
    joined: Sequence[int] = np.concatenate(parts)  # type: ignore[assignment]
    return joined
