"""A search that stands at the border of a level in; the rest of it, done by the kernel, out: the same graph, filled in."""

import ctypes
from collections.abc import Sequence
from typing import Any
from weakref import WeakMethod

import numpy as np
from numpy.typing import NDArray

from comityc.explore.cores import threads
from comityc.explore.engine.places import PLACE_BITS, PLACE_MASK
from comityc.explore.engine.search import Progress, Search
from comityc.explore.engine.successors import LOCAL_MASK, REST_MASK
from comityc.explore.fast import structures as k
from comityc.explore.fast.layout import Layout
from comityc.explore.fast.native import build
from comityc.explore.fast.packed import PackedStates
from comityc.explore.fast.tables import Tables, TooRich
from comityc.explore.fast.ways import Recomputed, Ways
from comityc.explore.memory import LIMIT_MET

_CHUNK = 1 << 18
"""So many states are looked at before Python hears of signals, memory and progress again."""
_EDGES_PER_STATE = 64
_MOST_STATES = 1 << 31


class Kernel:
    """The kernel's memory, given back when nobody looks at it any more."""

    def __init__(self, tables: Tables, library: ctypes.CDLL, capacity: int, edges: int) -> None:
        self.library, self.tables = library, tables
        self.engine = k.EngineStructure()
        answer = WeakMethod(self._answer)  # nothing is to keep a kernel, and its memory, but those who look at it

        def asked(kind: int, a: int, b: int, c: int) -> int:
            method = answer()
            return 0 if method is None else method(kind, a, b, c)

        self._ask = k.Ask(asked)
        self.engine.t, self.engine.ask = ctypes.pointer(tables.structure), self._ask
        self._prepared = library.prepare(self.engine, capacity, edges) == k.DONE
        if not self._prepared:
            raise TooRich("the system gives no room for so many states")

    def _answer(self, kind: int, a: int, b: int, c: int) -> int:
        answer = self.tables.ask(kind, a, b, c)
        self.engine.stop = self.tables.error is not None
        self.engine.new_layout = self.tables.new_layout
        return answer

    def __del__(self) -> None:
        if getattr(self, "_prepared", False):
            self.library.dispose(self.engine)

    def view(self, pointer: int, dtype: Any, length: int) -> NDArray[Any]:
        """Return memory of the kernel as an array that keeps the kernel alive."""
        kind = np.ctypeslib.as_ctypes_type(dtype) * max(length, 1)
        memory = kind.from_address(pointer)
        memory._kernel = self
        return np.frombuffer(memory, dtype=dtype)[:length]


class NativeSearch:
    """Goes on where the reference stopped, level by level."""

    def __init__(self, search: Search, tables: Tables, *, keep_edges: bool, max_states: int) -> None:
        self._search, self._tables = search, tables
        packed = pack_all(tables, search)
        self._library = _library(tables.layout.words)
        capacity = min(2 * max_states + (1 << 20), _MOST_STATES)
        self._kernel = Kernel(tables, self._library, capacity, capacity * _EDGES_PER_STATE if keep_edges else 0)
        self._engine = self._kernel.engine
        self._engine.limit = max_states
        self._engine.threads = threads()
        self._keep_edges = keep_edges
        self._load(packed)

    def _load(self, packed: NDArray[np.uint64]) -> None:
        """Take over the states, and the steps between them, that the reference found."""
        search, engine = self._search, self._engine
        graph = search.graph
        parents, labels = np.asarray(graph.parent, dtype=np.int32), np.asarray(graph.parent_label, dtype=np.int32)
        self._ways = dict(enumerate(zip(parents.tolist(), labels.tolist(), strict=True)))
        addresses = (k.address(packed), k.address(parents), k.address(labels))
        if self._library.load(engine, *addresses, len(packed)) != k.DONE:
            raise TooRich("there is no room for the states")
        engine.expanded, engine.steps = graph.expanded, graph.edges
        if self._keep_edges:
            ends, targets, edge_labels = (np.asarray(part) for part in search.edges_so_far)
            view = self._kernel.view
            view(engine.offsets, np.uint64, len(ends))[:] = ends
            view(engine.edge_target, np.int32, len(targets))[:] = targets
            view(engine.edge_label, np.int32, len(targets))[:] = edge_labels
            engine.edge_count = len(targets)

    def run(self, *, memory: int | None = None, progress: Progress | None = None) -> None:
        """Search level by level until nothing new is found, or a limit is met."""
        graph, engine = self._search.graph, self._engine
        first, last = self._search.border or (0, 0)
        while first < last and graph.complete:
            graph.levels.append((first, last))
            while engine.expanded < last and graph.complete:
                self._expand(min(last, engine.expanded + _CHUNK))
                if memory is not None and self._library.memory(engine) > memory:
                    self._search.stop(LIMIT_MET)
                if progress is not None:
                    self._search.tell(progress, engine.count, engine.expanded)
            first, last = last, engine.count
        if first < last:
            graph.levels.append((first, last))
        self._hand_back()

    def _expand(self, upto: int) -> None:
        engine = self._engine
        while engine.expanded < upto:
            match self._library.expand(engine, upto):
                case k.NEW_LAYOUT:
                    self._lay_out_anew()
                case k.LIMIT:
                    self._search.stop(f"more than {engine.limit} states")
                    return
                case k.STOPPED:
                    raise self._tables.error or MemoryError
                case k.NO_MEMORY:
                    self._search.stop("there is no room for more states")
                    return
                case _:  # done as far as was asked
                    pass

    def _lay_out_anew(self) -> None:
        old = self._tables.layout
        new = self._tables.arrange()
        self._engine.new_layout = 0
        if new.words == old.words and np.array_equal(new.fields[: len(old.fields)], old.fields):
            return
        library = self._library = self._kernel.library = _library(new.words)
        before, after = np.ascontiguousarray(old.fields), np.ascontiguousarray(new.fields)
        parts = min(len(before), len(after))  # behind these there is nothing but room
        status = library.rebuild(self._engine, old.words, k.address(before), k.address(after), parts)
        if status != k.DONE:
            raise MemoryError

    # ---- the graph

    def _hand_back(self) -> None:
        """Fill in the graph as the reference would have left it."""
        search, engine, kernel, tables = self._search, self._engine, self._kernel, self._tables
        graph, count, seen = search.graph, engine.count, engine.expanded
        words = tables.layout.words
        states = kernel.view(engine.states, np.uint64, count * words).reshape(count, words)
        packed = PackedStates(states, tables, search.successors)
        graph.states = packed
        graph.columns, graph.without_messages = packed.column, packed.without_messages
        graph.sift, graph.values = packed.sift, packed.values
        if self._keep_edges:
            graph.parent = kernel.view(engine.parent, np.int32, count)  # type: ignore[assignment]
            graph.parent_label = kernel.view(engine.parent_label, np.int32, count)  # type: ignore[assignment]
        else:
            ways = KernelWays(kernel, graph.levels, self._ways)
            graph.parent, graph.parent_label = Recomputed(ways, 0), Recomputed(ways, 1)
        graph.expanded, graph.edges, graph.engine = seen, engine.steps, "native"
        flags = kernel.view(engine.flags, np.uint8, seen)
        graph.cut_states.update(np.flatnonzero(flags & k.NOTE_CUT).tolist())
        graph.broken_states.update(np.flatnonzero(flags & k.NOTE_BROKEN).tolist())
        stuck = np.flatnonzero(flags & k.STUCK)
        if len(stuck):  # as the reference, those of the first level that has any
            stuck = stuck[: np.searchsorted(stuck, graph.levels[graph.level_of(int(stuck[0])) - 1][1])]
        search.say_all(tables.notes_met(), stuck.tolist())
        graph.taken_transitions.update(tables.taken_transitions())
        if self._keep_edges:
            ends = kernel.view(engine.offsets, np.uint64, seen + 1).astype(np.int64)
            graph.offsets = np.append(ends, np.full(count - seen, ends[-1]))
            graph.targets = kernel.view(engine.edge_target, np.int32, int(ends[-1]))
            graph.edge_labels = kernel.view(engine.edge_label, np.int32, int(ends[-1]))


class KernelWays(Ways):
    """Asks the kernel how states were first reached."""

    def __init__(self, kernel: Kernel, levels: Sequence[tuple[int, int]], known: dict[int, tuple[int, int]]) -> None:
        super().__init__(levels, known)
        self._kernel = kernel

    def __len__(self) -> int:
        return int(self._kernel.engine.count)

    def seek(self, index: int, first: int, last: int) -> tuple[int, int]:
        """Return the first of these states that leads to this one, and by which label."""
        label = ctypes.c_int32()
        source: int = self._kernel.library.way_to(self._kernel.engine, first, last, index, label)
        if source < 0:
            raise AssertionError(index)
        return source, label.value


def _library(words: int) -> ctypes.CDLL:
    library = build(words).ready(wait=True)
    if library is None:
        raise TooRich(f"there is no kernel for states of {words} words")
    return library


def pack_all(tables: Tables, search: Search) -> NDArray[np.uint64]:
    """Return the states that the reference found, as rows of words; the layout is made for them."""
    successors = search.successors
    states = list(search.graph.states)
    networks = {packed >> successors.network_shift for packed in states}
    tables.sync()
    values = {number: tables.lanes.values_of(successors.network.contents[number]) for number in networks}
    layout = tables.arrange()
    rows = np.zeros((len(states), layout.words), dtype=np.uint64)
    columns = [[(packed >> shift) & LOCAL_MASK for packed in states] for shift in successors.shifts]
    columns.append([(packed >> successors.rest_shift) & REST_MASK for packed in states])
    for place in range(successors.places.count):
        shift = successors.place_shift + place * PLACE_BITS
        columns.append([(packed >> shift) & PLACE_MASK for packed in states])
    for part, column in enumerate(columns):
        _put(rows, layout, part, np.array(column, dtype=np.uint64))
    first = tables.first_lane
    lanes = np.zeros((len(states), len(layout.fields) - first), dtype=np.uint64)
    for at, packed in enumerate(states):
        for lane, value in values[packed >> successors.network_shift].items():
            lanes[at, lane] = value
    for lane in range(lanes.shape[1]):
        _put(rows, layout, first + lane, lanes[:, lane])
    return rows


def _put(rows: NDArray[np.uint64], layout: Layout, part: int, column: NDArray[np.uint64]) -> None:
    field = layout.fields[part]
    rows[:, int(field["word"])] |= column << np.uint64(field["shift"])
