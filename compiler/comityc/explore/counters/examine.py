"""A run whose alike instances can be counted in; what was found of every property in it out, or None where another search has to do it.

Counting proves; it does not tell stories. As soon as something is broken, or comes up that counting does not know, it gives up, and a
search that keeps names does the case again and tells what is wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import factorial
from typing import Any

import numpy as np

from comityc.explore.counters.cells import CannotCountError, Cells
from comityc.explore.counters.fit import containers, why_not
from comityc.explore.counters.promises import CannotSayError, Promises
from comityc.explore.counters.room import Room
from comityc.explore.counters.runs import Keys
from comityc.explore.counters.search import Counted, CountedSearch
from comityc.explore.engine.met import FaultsMet
from comityc.explore.engine.search import Search
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import FIRST, OVER_ALL_CASES, Examined, Finding
from comityc.explore.judging.reading import UNDEFINED
from comityc.explore.judging.vacuity import Condition, conditions
from comityc.explore.plan import Run
from comityc.explore.symmetry.found import Symmetry
from comityc.machine import expressions as x
from comityc.machine.model import Machine, Property
from comityc.machine.rest import nobody_is_stuck
from comityc.machine.value_types import BoolType, EnumType, without_optional
from comityc.naming import value_name

MOST = 30_000_000
"""How many orbits are looked at when nobody says how many."""
COUNTED_KINDS = ("always", "never", "reachable", "generic")

Progress = Callable[[int, int, int, FaultsMet], None]


@dataclass(slots=True)
class Open:
    """A question about states, and whether a state has answered it: a condition that is met, a `reachable` that is reached."""

    expression: x.Expression
    absent: str = ""
    after: int | None = None


@dataclass(slots=True)
class Asked:
    """One property, what breaks it, and what has to be met somewhere."""

    prop: Property
    bad: x.Expression | None = None
    wanted: bool = True
    open: list[Open] = field(default_factory=list)


def count_instances(
    machine: Machine,
    evaluator: Evaluator,
    run: Run,
    alike: Symmetry,
    *,
    max_states: int | None,
    progress: Progress,
    judge: bool = True,
) -> Examined | None:
    """Examine a run by counting; None when that cannot be done, or something is broken. Without `judge` orbits are only counted."""
    if why_not(machine, run, alike.roles) is not None:
        return None
    try:
        return _Counting(machine, evaluator, run, alike, judge).examined(max_states or MOST, progress)
    except (CannotCountError, CannotSayError, *UNDEFINED):
        return None


class _Counting:
    def __init__(self, machine: Machine, evaluator: Evaluator, run: Run, alike: Symmetry, judge: bool) -> None:
        self._machine, self._run, self._alike = machine, run, alike
        names = containers(machine, alike.roles[0])
        self._search = Search(machine, run.case, run.parameters, evaluator.module)
        self._cells = Cells(self._search, alike.roles[0], tuple(map(value_name, names)))
        definitions = {definition.name: definition for definition in machine.definitions}
        self._promises = Promises(evaluator, self._cells, definitions, names)
        self._asked = [self._ask(prop) for prop in machine.properties if judge and _counts(prop, run)]
        self._level = 0
        for asked in self._asked:
            for part in (asked.bad, *(one.expression for one in asked.open)):
                if part is not None:
                    self._promises.check(part)

    def _ask(self, prop: Property) -> Asked:
        if prop.kind not in COUNTED_KINDS or (prop.name == FIRST and not nobody_is_stuck(self._machine)):
            raise CannotSayError(f"`{prop.name}` is about steps or runs")
        if prop.kind == "generic":
            return Asked(prop)
        whole = self._promises.whole(prop)
        if prop.kind == "reachable":
            return Asked(prop, open=[Open(whole)])
        open_ = [self._condition(prop, one) for one in conditions(prop, self._machine.definitions)]
        if prop.quantifier is not None:
            open_.append(Open(_some(prop.quantifier, _TRUE), "there is nothing to promise it of"))
        return Asked(prop, whole, prop.kind == "always", open_)

    def _condition(self, prop: Property, condition: Condition) -> Open:
        assert condition.expression is not None
        expression = condition.expression
        if prop.quantifier is not None:
            expression = _some(prop.quantifier, expression)
        return Open(expression, condition.absent)

    # ---- the search

    def examined(self, max_states: int, progress: Progress) -> Examined:
        """Search, and say what was found."""
        wanted = len(self._cells.members) <= _FULL or self._run.case.states is not None
        states: list[int] | None = [] if wanted else None

        def watch(room: Room, keys: Keys) -> None:
            self._look(room, keys)
            if states is not None:
                states.append(_full_count(room, keys))

        def told(level: int, found: int, waiting: int) -> None:
            self._level = level
            progress(level, found, waiting, self._search.met)

        search = CountedSearch(self._search, self._cells, watch=watch, max_states=max_states, progress=told)
        counted = search.run()
        return Examined(
            self._run,
            tuple(self._findings()),
            None if states is None else sum(states),
            counted.levels,
            True,
            0.0,
            visited=self._visited(counted),
            taken=frozenset(self._search.successors.taken),
            words=self._words(counted),
            orbits=counted.orbits,
            symmetry=self._alike,
            engine="counters",
        )

    def _look(self, room: Room, keys: Keys) -> None:
        """Ask of new states what is asked."""
        for asked in self._asked:
            if asked.bad is not None:
                holds = self._promises.holds(asked.bad, room, keys)
                if not (_everywhere(holds) if asked.wanted else not _somewhere(holds)):
                    raise CannotCountError(f"`{asked.prop.name}` is broken")
            for one in asked.open:
                if one.after is None and _somewhere(self._promises.holds(one.expression, room, keys)):
                    one.after = self._level

    def _findings(self) -> Iterator[Finding]:
        """Say what was found of each property, in the order in which they are told."""
        known = {asked.prop.name: asked for asked in self._asked}
        for prop in sorted(self._machine.properties, key=lambda prop: prop.name != FIRST) if known else ():
            if prop.name in known and not (prop.kind == "generic" and prop.name in OVER_ALL_CASES):
                yield self._finding(known[prop.name])
            elif prop.name not in known:
                yield _skipped(prop)

    def _finding(self, asked: Asked) -> Finding:
        prop, missing = asked.prop, [one for one in asked.open if one.after is None]
        if prop.kind == "reachable":
            after = asked.open[0].after
            return (
                Finding(prop, "unreached") if after is None else Finding(prop, "holds", f"reached after {after} steps")
            )
        if missing:
            return Finding(prop, "untested", missing[0].absent)
        if prop.name == "duplicates_are_harmless" and not self._machine.messages:
            return Finding(prop, "holds", "there are no messages")
        return Finding(prop, "holds")

    # ---- what was met

    def _states(self, counted: Counted) -> list[tuple[str, Any]]:
        """Return the local states that were met, with the role that each is of."""
        cells, instances = self._cells, self._cells.setting.instances
        mine, mid = instances[cells.mine].role, instances[cells.mid].role
        found = [(mid, cells.centres[centre].state) for centre in counted.rooms]
        locals_ = {cell.local for room in counted.rooms.values() for cell in room.cells}
        return found + [(mine, cells.finder.locals[cells.mine][local].state) for local in sorted(locals_)]

    def _visited(self, counted: Counted) -> frozenset[tuple[str, str]]:
        return frozenset((role, str(state.at)) for role, state in self._states(counted))

    def _words(self, counted: Counted) -> frozenset[tuple[str, str, str]]:
        found: set[tuple[str, str, str]] = set()
        enums = {
            role.name: [v.name for v in role.variables if isinstance(without_optional(v.type), EnumType)]
            for role in self._machine.roles
        }
        for role, state in self._states(counted):
            for name in enums[role]:
                word = getattr(state, value_name(name))
                if word is not None:
                    found.add((role, name, str(word)))
        return frozenset(found)


_TRUE = x.Constant(type=BoolType(), value=True)
_FULL = 20
"""Of so many instances at most the states behind the orbits are counted unasked: their number fits into a word."""


def _some(clause: x.Clause, element: x.Expression) -> x.Expression:
    each = x.Comprehension(type=BoolType(), kind="generator", element=element, clauses=(clause,))
    return x.Function(type=BoolType(), name="any", arguments=(each,))


def _counts(prop: Property, run: Run) -> bool:
    return prop.waived is None and prop.is_promised_in(run.case)


def _skipped(prop: Property) -> Finding:
    if prop.waived is not None:
        return Finding(prop, "skipped", f"waived: {prop.waived}")
    return Finding(prop, "skipped", f"promised in {', '.join(f'`{name}`' for name in prop.only)} alone")


def _everywhere(holds: Any) -> bool:
    return bool(np.all(holds))


def _somewhere(holds: Any) -> bool:
    return bool(np.any(holds))


def _full_count(room: Room, keys: Keys) -> int:
    """Return how many states these orbits stand for: in how many ways the instances can be dealt to the cells."""
    numbers = np.uint64 if room.count <= _FULL else object  # of Python, as long as need be
    product = np.ones(len(keys), dtype=numbers)
    factorials = np.array([factorial(n) for n in range(room.count + 1)], dtype=numbers)
    for place in range(len(room.cells)):
        product *= factorials[room.in_cell(keys, place).astype(np.int64)]
    ways = factorials[room.count] // product
    if room.count > _FULL:
        return int(ways.sum())
    low, high = ways & np.uint64(0xFFFFFFFF), ways >> np.uint64(32)
    return (int(high.sum()) << 32) + int(low.sum())
