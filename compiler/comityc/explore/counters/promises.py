"""A property in; the same as columns out: in which of many counted states it holds.

What a property says of alike instances is said through `all`, `any` and `count` over them, and `len` of what the centre knows. Each
such part is a sum over cells, as soon as it is known of each cell whether it counts; that is asked of the generated functions, in a
state with one instance in that cell. A part that compares two instances with each other cannot be said so.
"""

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from comityc.explore.counters.cells import ABSENT, Cells
from comityc.explore.counters.fit import is_container_of
from comityc.explore.counters.room import Room
from comityc.explore.counters.runs import Keys
from comityc.explore.judging.evaluator import Evaluator
from comityc.machine import expressions as x
from comityc.machine.model import Definition, Property
from comityc.machine.value_types import BoolType
from comityc.machine.walk import children, free_locals
from comityc.naming import value_name

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip


class CannotSayError(Exception):
    """A property that says more than columns can."""


class Promises:
    """Says where expressions hold. `containers` are the variables of the centre about instances."""

    def __init__(
        self,
        evaluator: Evaluator,
        cells: Cells,
        definitions: Mapping[x.DefinitionName, Definition],
        containers: tuple[str, ...],
    ) -> None:
        self._evaluator, self._cells, self._definitions = evaluator, cells, definitions
        self._containers = containers
        self._role = cells.setting.instances[cells.mine].role
        self._centre = cells.setting.instances[cells.mid].role
        self._weights: dict[tuple[int, int, int, str], bool] = {}
        self._constants: dict[tuple[int, int], Any] = {}
        self._kept: list[x.Expression] = []

    def whole(self, prop: Property) -> x.Expression:
        """Return the expression of a property, its `for` said as `all` or, where one is enough, `any`."""
        if prop.quantifier is None:
            return prop.expressions[0]
        name = "all" if prop.kind == "always" else "any"
        each = x.Comprehension(
            type=BoolType(), kind="generator", element=prop.expressions[0], clauses=(prop.quantifier,)
        )
        return x.Function(type=BoolType(), name=name, arguments=(each,))  # type: ignore[arg-type]

    def check(self, part: x.Expression) -> None:
        """Say at once when an expression cannot be told in columns."""
        self._value(part, None, None)

    def holds(self, part: x.Expression, room: Room, keys: Keys) -> Any:
        """Return where an expression holds: a column, or one truth for all."""
        return self._value(part, room, keys)

    # ---- parts. Without a room nothing is computed; only what cannot be said is found.

    def _value(self, part: x.Expression, room: Room | None, keys: Keys | None) -> Any:
        match part:
            case x.BoolOperation(operator=word, operands=operands):
                return self._joined(word, [self._value(operand, room, keys) for operand in operands], room)
            case x.Implies(left=left, right=right):
                first = self._value(left, room, keys)
                return self._joined("or", [_not(first), self._value(right, room, keys)], room)
            case x.Not(value=value):
                return _not(self._value(value, room, keys))
            case x.DefinitionCall(definition=name, arguments=()):
                return self._value(self._definitions[name].body, room, keys)
            case x.Function(name="all" | "any" | "count" as name, arguments=(x.Comprehension() as each,)):
                return self._over_instances(name, each, room, keys)
            case x.Function(name="len", arguments=(value,)) if is_container_of(value, self._centre, self._containers):
                return self._sum(self._members_of(value, room), room, keys)
            case _ if not self._is_about_instances(part):
                return None if room is None else self._constant(part, room)
            case x.Comparison(first=first, rest=((word, second),)) if word in OPERATORS:
                return _compared(word, self._value(first, room, keys), self._value(second, room, keys), room)
            case x.Arithmetic(operator="+" | "-" | "*" as word, left=left, right=right):
                pair = self._value(left, room, keys), self._value(right, room, keys)
                return None if room is None else OPERATORS[word](*pair)
            case _:
                raise CannotSayError(f"line {part.span.line} says more of instances than how many are how")

    def _joined(self, word: str, parts: list[Any], room: Room | None) -> Any:
        if room is None:
            return None
        found: Any = word == "and"
        for part in parts:
            if isinstance(part, bool | np.bool_) and bool(part) != (word == "and"):
                return bool(part)
            found = part if isinstance(found, bool) else (found & part if word == "and" else found | part)
        return found

    def _over_instances(self, name: str, each: x.Comprehension, room: Room | None, keys: Keys | None) -> Any:
        if len(each.clauses) != 1 or len(each.clauses[0].targets) != 1:
            raise CannotSayError("instances are compared with one another")
        clause = each.clauses[0]
        target = clause.targets[0][0]
        for condition in (*clause.conditions, each.element):
            self._demand_local(condition, target)
        if room is None:
            self._source(clause.iterable, None)
            return None
        there = self._source(clause.iterable, room)
        for condition in clause.conditions:
            there = [place for place in there if self._read(condition, target, clause, room, place)]
        wanted = [place for place in there if self._read(each.element, target, clause, room, place) == (name != "all")]
        if name == "count":
            return self._sum(wanted, room, keys)
        if not wanted:
            return name == "all"
        assert keys is not None
        found = (keys & room.fields(wanted)) != 0
        return ~found if name == "all" else found

    def _source(self, iterable: x.Expression, room: Room | None) -> list[int]:
        """Return the cells that a `for` goes through."""
        match iterable:
            case x.RoleInstances(role=role) if role == self._role:
                return [] if room is None else list(range(len(room.cells)))
            case x.MapMethod(name="values" | "keys", value=value) if is_container_of(
                value, self._centre, self._containers
            ):
                return self._members_of(value, room)
            case _ if is_container_of(iterable, self._centre, self._containers):
                return self._members_of(iterable, room)
            case _:
                raise CannotSayError("a `for` goes through something else than instances")

    def _members_of(self, container: x.Expression, room: Room | None) -> list[int]:
        assert isinstance(container, x.InstanceVariable)
        at = self._cells.containers.index(value_name(container.name))
        return [] if room is None else [p for p, cell in enumerate(room.cells) if cell.marks[at] is not ABSENT]

    def _sum(self, places: list[int], room: Room | None, keys: Keys | None) -> Any:
        if room is None or keys is None:
            return None
        found = np.zeros(len(keys), dtype=np.int64)
        for place in places:
            found += room.in_cell(keys, place).astype(np.int64)
        return found

    # ---- what the generated functions are asked

    def _read(self, part: x.Expression, name: str, clause: x.Clause, room: Room, place: int) -> bool:
        """Read a condition of one instance, in a state in which the first is in this cell."""
        key = (id(part), room.centre, place, name)
        if key not in self._weights:
            self._kept.append(part)
            cell = room.cells[place]
            value: Any = self._cells.setting.instances[self._cells.mine]
            source = clause.iterable
            if isinstance(source, x.MapMethod) and source.name == "values":
                assert isinstance(source.value, x.InstanceVariable)
                value = cell.marks[self._cells.containers.index(value_name(source.value.name))]
            world = self._cells.world(room.centre, [cell] * room.count)
            self._weights[key] = bool(self._evaluator.of_world(part, (name,), False)(world, value))
        return self._weights[key]

    def _constant(self, part: x.Expression, room: Room) -> Any:
        key = (id(part), room.centre)
        if key not in self._constants:
            self._kept.append(part)
            world = self._cells.world(room.centre, [room.cells[0]] * room.count)
            self._constants[key] = self._evaluator.of_world(part, (), False)(world)
        return self._constants[key]

    def _is_about_instances(self, part: x.Expression) -> bool:
        """Say whether a part reads anything but the centre itself."""
        if free_locals(part):
            return True
        match part:
            case x.RoleInstances() | x.InstanceAt() | x.InCondition() | x.ActQuery() | x.DefinitionCall() | x.Old():
                return True
            case _ if is_container_of(part, self._centre, self._containers):
                return True
            case _:
                return any(self._is_about_instances(inner) for inner in children(part))

    def _demand_local(self, part: x.Expression, name: str) -> None:
        """Fail unless a condition is about one instance, what the centre notes of it, and the centre itself."""
        me = x.Local
        match part:
            case x.RoleInstances() | x.InstanceAt() | x.Comprehension() | x.DefinitionCall() | x.Old() | x.ActQuery():
                raise CannotSayError("instances are compared with one another")
            case x.Local(name=other) if other != name:
                raise CannotSayError("instances are compared with one another")
            case x.Comparison(first=me(name=one), rest=((("in" | "not in"), container),)) if (
                one == name and is_container_of(container, self._centre, self._containers)
            ):
                return
            case x.Item(value=container, key=me(name=one)) if one == name and is_container_of(
                container, self._centre, self._containers
            ):
                return
            case x.MapMethod(name="get", value=container, arguments=(me(name=one), *rest)) if (
                one == name and is_container_of(container, self._centre, self._containers)
            ):
                for inner in rest:
                    self._demand_local(inner, name)
            case _ if is_container_of(part, self._centre, self._containers):
                raise CannotSayError("instances are compared with one another")
            case _:
                for inner in children(part):
                    self._demand_local(inner, name)


def _not(value: Any) -> Any:
    if value is None:
        return None
    return not value if isinstance(value, bool | np.bool_) else ~value


def _compared(word: str, left: Any, right: Any, room: Room | None) -> Any:
    """Compare numbers and columns; a fraction is taken apart, so that columns stay whole."""
    if room is None:
        return None
    for fraction, other, turned in ((right, left, False), (left, right, True)):
        if isinstance(fraction, Fraction) and not isinstance(other, Fraction):
            pair = (other * fraction.denominator, fraction.numerator)
            return OPERATORS[word](*(pair[::-1] if turned else pair))
    return OPERATORS[word](left, right)
