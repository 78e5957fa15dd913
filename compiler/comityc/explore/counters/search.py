"""A case whose alike instances can be counted in; all its orbits, level by level, out. The states are columns of numbers, by centre."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from comityc.explore.counters.cells import CannotCountError, Cell, Cells, Effect, Fate
from comityc.explore.counters.room import DENSE, Mask, Room
from comityc.explore.counters.runs import Keys, distinct
from comityc.explore.engine.search import Search
from comityc.explore.engine.start import initial_states
from comityc.explore.engine.successors import LOCAL_MASK

CHUNK = 1 << 15
"""So many states are looked at together: their columns fit into a fast cache."""

Found = dict[int, list[Keys]]
"""States by centre, as they come."""
Behaviour = tuple[Effect, ...] | None
"""What the centre does in answer to something; None: it leaves a message for later."""


@dataclass(slots=True)
class Counted:
    """How many orbits there are, and in how many levels."""

    orbits: int = 0
    levels: int = 0
    rooms: dict[int, Room] = field(default_factory=dict)


class CountedSearch:
    """Searches one case. `watch` is shown the states that are new; it may end the search by an exception."""

    def __init__(
        self,
        search: Search,
        cells: Cells,
        *,
        watch: Callable[[Room, Keys], None],
        max_states: int,
        progress: Callable[[int, int, int], None],
    ) -> None:
        self.found = Counted()
        self._search, self._cells, self._watch, self._progress = search, cells, watch, progress
        self._most = max_states
        self._count = len(cells.members)
        self._behaviours: list[Behaviour] = []
        self._behaviour_numbers: dict[Behaviour, int] = {}
        self._ways = 0  # in which instances could be marked when the states looked at were
        self._tables: dict[tuple[int, int, int, int], NDArray[np.int32]] = {}

    def run(self) -> Counted:
        """Search until nothing new is found."""
        frontier = self._new(self._start())
        while frontier:
            self.found.levels += 1
            waiting = sum(map(len, frontier.values()))
            self.found.orbits += waiting
            if self.found.orbits > self._most:
                raise CannotCountError(f"more than {self._most} orbits")
            self._progress(self.found.levels, self.found.orbits, waiting)
            onward: Found = defaultdict(list)
            for centre, keys in frontier.items():
                room = self.found.rooms[centre]
                for at in range(0, len(keys), CHUNK):
                    some: Found = defaultdict(list)
                    self._expand(room, keys[at : at + CHUNK], some)
                    for to, parts in some.items():
                        onward[to].append(distinct(np.concatenate(parts)))
            frontier = self._new(onward)
        return self.found

    def _room(self, centre: int) -> Room:
        if centre not in self.found.rooms:
            self.found.rooms[centre] = Room(self._cells, centre, self._count)
        return self.found.rooms[centre]

    def _start(self) -> Found:
        """Find the initial states."""
        found: Found = defaultdict(list)
        cells, finder, shifts = self._cells, self._cells.finder, self._search.successors.shifts
        for packed in initial_states(self._search.successors, self._search.budgets):
            numbers = [(packed >> shift) & LOCAL_MASK for shift in shifts]
            centre, marks = cells.parted(finder.locals[cells.mid][numbers[cells.mid]])
            room, key = self._room(centre), np.uint64(0)
            for who, mark in zip(cells.members, marks, strict=True):
                local = finder.number(cells.mine, finder.locals[who][numbers[who]])
                key += room.one(room.place(Cell(local, mark, (), ())))
            found[centre].append(np.array([key], dtype=np.uint64))
        return found

    def _new(self, found: Found) -> dict[int, Keys]:
        """Return what was not met before, shown to those who watch. Each part is sorted and distinct."""
        new = {}
        for centre, parts in found.items():
            keys = distinct(np.concatenate(parts)) if len(parts) > 1 else parts[0]
            room = self.found.rooms[centre]
            keys = room.met.add_new(keys)
            if len(keys):
                new[centre] = keys
                for at in range(0, len(keys), CHUNK):
                    self._watch(room, keys[at : at + CHUNK])
        return new

    # ---- steps

    def _expand(self, room: Room, keys: Keys, found: Found) -> None:
        moved = np.zeros(len(keys), dtype=np.bool_)
        marked, self._ways = room.marked(keys), len(room.marks)
        self._centre_steps(room, keys, marked, moved, found)
        for place in range(len(room.cells)):
            there = (keys & room.field(place)) != 0
            if not there.any():
                continue
            some = keys[there]
            for to, counts in room.moves(place):
                if counts:
                    moved |= there
                if to != place:
                    found[room.centre].append(some + room.way(place, to))
            if room.cells[place].outbox:
                self._arrivals(room, place, keys, marked, there, moved, found)
        if not moved.all():
            self._ask_whether_stuck(room, keys[~moved])

    def _centre_steps(self, room: Room, keys: Keys, marked: Keys, moved: Mask, found: Found) -> None:
        def find(one: int) -> Behaviour:
            return tuple(self._cells.centre_steps(room.centre, room.laid_out(one, self._ways)))

        for behaviour, where in self._groups(room, -1, -1, marked, find):
            for effect in behaviour or ():
                moved[where] = True
                self._apply(room, effect, keys[where], None, found)

    def _arrivals(
        self, room: Room, place: int, keys: Keys, marked: Keys, there: Mask, moved: Mask, found: Found
    ) -> None:
        """Let messages from the instances in a cell come to the centre."""
        cell, waiting = room.cells[place], np.flatnonzero(there)
        for at in self._cells.places(cell.outbox):
            message = cell.outbox[at]

            def find(one: int, message: int = message) -> Behaviour:
                marks = room.laid_out(one, self._ways)
                effects = self._cells.centre_receives(room.centre, marks, marks.index(cell.marks), message)
                return None if effects is None else tuple(effects)

            later = []
            for behaviour, where in self._groups(room, place, at, marked[waiting], find):
                if behaviour is None:
                    later.append(waiting[where])
                    continue
                for effect in behaviour:
                    if self._changes_nothing(room, effect, place, at):
                        moves = self._cells.setting.removes
                    else:
                        moves = self._apply(room, effect, keys[waiting[where]], (place, at), found)
                    if moves:
                        moved[waiting[where]] = True
            if self._cells.in_turn:
                if not later:
                    break
                waiting = np.concatenate(later)

    def _groups(
        self, room: Room, place: int, at: int, marked: Keys, find: Callable[[int], Behaviour]
    ) -> Iterator[tuple[Behaviour, Mask | slice]]:
        """Sort states by what the centre does in them, which how instances are marked decides."""
        table = self._table(room, place, at)
        by_state = table[marked] if len(table) > 1 else table[:1]
        if by_state.min() < 0:
            for one in np.unique(marked[by_state < 0]).tolist() if len(table) > 1 else (0,):
                table[one] = self._behaviour(find(one))
            by_state = table[marked] if len(table) > 1 else table[:1]
        first, last = int(by_state.min()), int(by_state.max())
        if first == last:
            yield self._behaviours[first], slice(None)
            return
        for number in np.flatnonzero(np.bincount(by_state)).tolist():
            if self._behaviours[number] != ():
                yield self._behaviours[number], by_state == number

    def _table(self, room: Room, place: int, at: int) -> NDArray[np.int32]:
        """Return what the centre does by how instances are marked; -1 where that is not known yet."""
        ways = self._ways
        found = self._tables.get((room.centre, place, at, ways))
        if found is None:
            bits = room.bits * ways if ways > 1 else 0
            if bits > DENSE:
                raise CannotCountError("what the centre notes of instances differs in too many ways")
            found = self._tables[room.centre, place, at, ways] = np.full(1 << bits, -1, dtype=np.int32)
        return found

    def _behaviour(self, behaviour: Behaviour) -> int:
        found = self._behaviour_numbers.get(behaviour)
        if found is None:
            found = self._behaviour_numbers[behaviour] = len(self._behaviours)
            self._behaviours.append(behaviour)
        return found

    def _apply(self, room: Room, effect: Effect, keys: Keys, sender: tuple[int, int] | None, found: Found) -> bool:
        """Take a step of the centre from these states; `sender` is the cell that a message comes from, and its place there.

        Return whether that shows that something can still happen.
        """
        to, others, acting = self._room(effect.centre), dict(effect.others), -1
        if sender is not None and effect.acting is not None:
            touched = self._cells.touched(room.cells[sender[0]], effect.acting, effect.swept, sender[1])
            acting = to.place(touched)
        if to is room and not others and not effect.swept:
            if sender is None:
                return False
            found[to.centre].append(keys + room.way(sender[0], acting))
            return True
        after = np.zeros(len(keys), dtype=np.uint64)
        for place, cell in enumerate(room.cells):
            counts = room.in_cell(keys, place)
            if sender is not None and place == sender[0]:
                counts = counts - np.uint64(1)
            if counts.any():
                fate = others.get(cell.marks, Fate(cell.marks, ()))
                new = to.place(self._cells.touched(cell, fate, effect.swept, None))
                after += counts << np.uint64(new * to.bits)
        if sender is not None:
            after += to.one(acting)
        found[to.centre].append(after)
        return self._cells.setting.removes or to is not room or bool((after != keys).any())

    def _changes_nothing(self, room: Room, effect: Effect, place: int, at: int) -> bool:
        """Say whether the state is the same after the centre has received a message."""
        if effect.centre != room.centre or effect.others or effect.swept or effect.acting is None:
            return False
        return self._cells.touched(room.cells[place], effect.acting, effect.swept, at) == room.cells[place]

    def _ask_whether_stuck(self, room: Room, keys: Keys) -> None:
        """Look at states in which nothing can happen any more."""
        stuck = [place for place, cell in enumerate(room.cells) if self._cells.is_stuck(cell)]
        if self._cells.centre_is_stuck(room.centre) or bool((keys & room.fields(stuck)).any()):
            raise CannotCountError("somebody waits, and nothing can happen any more")
