"""Values that hold moments (`time`) in; the same with these taken along: some time later, or without them where there is no clock.

A moment is a number of seconds from now, so `now` is always 0 and every moment comes nearer as time passes. One that lies so far
back that nothing can tell how far stays there. Without a clock a moment is 0 whatever it was: it is set, or it is not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from comity.values import Map
from comityc.explore.engine.lookback import ANYWHERE
from comityc.machine.model import Machine, VariableDeclaration
from comityc.machine.value_types import (
    ListType,
    MapType,
    MessageType,
    OptionalType,
    RecordType,
    SetType,
    TimeType,
    ValueType,
)
from comityc.naming import declared_class, value_name

FAR = 1e6
"""The time that a machine reads where there is no clock: no moment that it computes from it is 0, the moments of before."""


class SomeTime(float):
    """The moment that stands for all where there is no clock."""


SOME_TIME = SomeTime()
FOR_EVER = 1e9
"""After so many seconds every moment lies so far back that nothing can tell how far."""

Change = Callable[[Any, float], Any]
"""Takes a value along; with the seconds that pass."""


class Moments:
    """Takes the states and messages of one protocol along.

    `oldest` says by name how many seconds back a moment counts; it is None without a clock.
    """

    def __init__(self, machine: Machine, oldest: Mapping[str, float] | None) -> None:
        self._oldest = oldest
        self._fields = {m.name: tuple((f.name, f.type) for f in m.fields) for m in machine.messages}
        self._names = {declared_class(m.name): m.name for m in machine.messages}
        self._of_message: dict[str, Change | None] = {}
        self._of_role = {role.name: self._variables(role.variables) for role in machine.roles}

    @property
    def any(self) -> bool:
        """Whether the protocol holds moments at all."""
        return any(self._of_role.values()) or any(self.of_message(name) for name in self._fields)

    def state(self, role: str, state: Any) -> Any:
        """Return a state with its moments as they are kept."""
        change = self._of_role[role]
        return state if change is None else change(state, 0.0)

    def message(self, message: Any) -> Any:
        """Return a message with its moments as they are kept."""
        change = self.of_message(self._names[type(message).__name__])
        return message if change is None else change(message, 0.0)

    def timeless(self, message: Any) -> Any:
        """Return what a message is whatever the time: as time passes, the moments in it come nearer."""
        change = self.of_message(self._names[type(message).__name__])
        return message if change is None else change(message, FOR_EVER)

    def of_role(self, role: str) -> Change | None:
        """Return how the state of a role is taken along; None when it holds no moments."""
        return self._of_role[role]

    def of_message(self, name: str) -> Change | None:
        """Return how a message is taken along."""
        if name not in self._of_message:
            self._of_message[name] = None  # a message that holds its own kind is looked at once
            parts = [(value_name(field), self._change(kind, field)) for field, kind in self._fields[name]]
            found = [(field, change) for field, change in parts if change is not None]
            self._of_message[name] = _of_fields(found) if found else None
        return self._of_message[name]

    def _variables(self, variables: Iterable[VariableDeclaration]) -> Change | None:
        parts = [(at, self._change(v.type, v.name)) for at, v in enumerate(variables, 1)]
        found = [(at, change) for at, change in parts if change is not None]
        return _of_places(found) if found else None

    def _change(self, value_type: ValueType | None, name: str) -> Change | None:
        """Return how a value of this type is taken along; `name` is the variable or field that holds it."""
        match value_type:
            case TimeType():
                return self._moment(name)
            case OptionalType(item=item):
                return _unless_none(self._change(item, name))
            case ListType(item=item):
                return _of_items(self._change(item, name), tuple)
            case SetType(item=item):
                return _of_items(self._change(item, name), frozenset)
            case MapType(key=key, value=item):
                return _of_map(self._change(key, name), self._change(item, name))
            case RecordType(fields=fields):
                parts = [(at, self._change(field.type, field.name)) for at, field in enumerate(fields)]
                found = [(at, change) for at, change in parts if change is not None]
                return _of_places(found) if found else None
            case MessageType(names=names):
                by_class = {declared_class(one): self.of_message(one) for one in names}
                return _of_message({kind: change for kind, change in by_class.items() if change is not None})
            case _:
                return None

    def _moment(self, name: str) -> Change:
        if self._oldest is None:
            return lambda value, passed: SOME_TIME
        oldest = -self._oldest.get(name, self._oldest[ANYWHERE])
        # Whole milliseconds, so that equal moments are equal numbers; + 0.0 makes no difference between 0 and -0.
        return lambda value, passed: max(round(value - passed, 3), oldest) + 0.0


def _unless_none(item: Change | None) -> Change | None:
    return None if item is None else (lambda value, passed: None if value is None else item(value, passed))


def _of_items(item: Change | None, kind: Callable[[Iterable[Any]], Any]) -> Change | None:
    return None if item is None else (lambda value, passed: kind(item(one, passed) for one in value))


def _of_map(key: Change | None, item: Change | None) -> Change | None:
    if key is None and item is None:
        return None

    def change(value: Map[Any, Any], passed: float) -> Map[Any, Any]:
        return Map(
            (key(one, passed) if key else one, item(other, passed) if item else other) for one, other in value.items()
        )

    return change


def _of_places(parts: list[tuple[int, Change]]) -> Change:
    def change(value: Any, passed: float) -> Any:
        changed = {value._fields[at]: part(value[at], passed) for at, part in parts}
        same = all(value[at] == changed[value._fields[at]] for at, _ in parts)
        return value if same else value._replace(**changed)

    return change


def _of_fields(parts: list[tuple[str, Change]]) -> Change:
    def change(value: Any, passed: float) -> Any:
        changed = {name: part(getattr(value, name), passed) for name, part in parts}
        same = all(getattr(value, name) == new for name, new in changed.items())
        return value if same else replace(value, **changed)

    return change


def _of_message(by_class: Mapping[str, Change]) -> Change | None:
    if not by_class:
        return None

    def change(value: Any, passed: float) -> Any:
        part = by_class.get(type(value).__name__)
        return value if part is None else part(value, passed)

    return change
