"""Values in; the bounds that they break out. A step that would break one is not taken, and the verdict names the bound."""

from collections.abc import Callable, Mapping
from typing import Any

from comity.values import Map
from comityc.machine.model import Bounds, VariableDeclaration
from comityc.machine.value_types import (
    FractionType,
    IntType,
    ListType,
    MapType,
    MessageType,
    OptionalType,
    RecordType,
    SetType,
    TupleType,
    ValueType,
    bound_keys,
)
from comityc.naming import declared_class, value_name

Breach = tuple[str, Any]
"""The name of a bound and the value that broke it."""
Check = Callable[[Any, set[Breach]], None]


class Limits:
    """The ranges of a case, compiled for each kind of value that has a bounded part."""

    def __init__(self, bounds: Bounds, message_fields: Mapping[str, tuple[tuple[str, ValueType], ...]]) -> None:
        self._ranges = {key: (low, high) for key, low, high in bounds.ranges}
        self._message_fields = message_fields
        self._by_message: dict[str, Check | None] = {}

    def of_variables(self, variables: tuple[VariableDeclaration, ...], first: int) -> Check | None:
        """Return the check for a state; its variables begin at position `first`."""
        checks = [(at, self._check(v.type, v.name)) for at, v in enumerate(variables, first)]
        return _each([(at, check) for at, check in checks if check is not None])

    def of_message(self, name: str) -> Check | None:
        """Return the check for a message of this type."""
        if name not in self._by_message:
            self._by_message[name] = None  # a message that holds its own kind is checked once
            checks = [(field, self._check(kind, field)) for field, kind in self._message_fields[name]]
            self._by_message[name] = _each_field(
                [(value_name(field), check) for field, check in checks if check is not None]
            )
        return self._by_message[name]

    def _check(self, value_type: ValueType, name: str | None) -> Check | None:
        if not self._ranges:
            return None
        match value_type:
            case IntType() | FractionType():
                key = next((key for key in bound_keys(name, value_type) if key in self._ranges), None)
                return None if key is None else _within(key, *self._ranges[key])
            case OptionalType(item=item):
                check = self._check(item, name)
                return None if check is None else _unless_none(check)
            case SetType(item=item) | ListType(item=item):
                check = None if item is None else self._check(item, name)
                return None if check is None else _all(check)
            case MapType(key=key_type, value=item):
                if key_type is None or item is None:
                    return None
                return _map(self._check(key_type, None), self._check(item, name))
            case RecordType(fields=parts):
                checks = [(at, self._check(part.type, part.name)) for at, part in enumerate(parts)]
                return _each([(at, check) for at, check in checks if check is not None])
            case TupleType(items=items):
                checks = [(at, self._check(item, name)) for at, item in enumerate(items)]
                return _each([(at, check) for at, check in checks if check is not None])
            case MessageType(names=names):
                by_name = {one: self.of_message(one) for one in names}
                return None if not any(by_name.values()) else _message({n: c for n, c in by_name.items() if c})
            case _:
                return None


def breaches(check: Check | None, value: Any) -> frozenset[Breach]:
    """Return what a value breaks."""
    if check is None:
        return frozenset()
    found: set[Breach] = set()
    check(value, found)
    return frozenset(found)


def _within(name: str, low: int, high: int) -> Check:
    def check(value: Any, found: set[Breach]) -> None:
        if not low <= value <= high:
            found.add((name, value))

    return check


def _unless_none(item: Check) -> Check:
    def check(value: Any, found: set[Breach]) -> None:
        if value is not None:
            item(value, found)

    return check


def _all(item: Check) -> Check:
    def check(value: Any, found: set[Breach]) -> None:
        for one in value:
            item(one, found)

    return check


def _map(key: Check | None, item: Check | None) -> Check | None:
    if key is None and item is None:
        return None

    def check(value: Map[Any, Any], found: set[Breach]) -> None:
        for one, other in value.items():
            if key is not None:
                key(one, found)
            if item is not None:
                item(other, found)

    return check


def _each(parts: list[tuple[int, Check]]) -> Check | None:
    if not parts:
        return None

    def check(value: Any, found: set[Breach]) -> None:
        for at, part in parts:
            part(value[at], found)

    return check


def _each_field(parts: list[tuple[str, Check]]) -> Check | None:
    if not parts:
        return None

    def check(value: Any, found: set[Breach]) -> None:
        for name, part in parts:
            part(getattr(value, name), found)

    return check


def _message(by_name: Mapping[str, Check]) -> Check:
    by_class = {declared_class(name): check for name, check in by_name.items()}

    def check(value: Any, found: set[Breach]) -> None:
        part = by_class.get(type(value).__name__)
        if part is not None:
            part(value, found)

    return check
