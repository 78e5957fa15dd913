"""A type and the bounds of a case in; all its values out, in a fixed order, as the generated module spells them.

Opaque types get readable stand-ins: `text1`, `text2`; of an alias `Value: text`, `value1`, `value2`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, islice, product
from types import ModuleType
from typing import Any

from comity.values import Instance, Map
from comityc.machine.model import Bounds
from comityc.machine.value_types import (
    BoolType,
    DigestType,
    EnumType,
    FractionType,
    IdType,
    InstanceType,
    IntType,
    ListType,
    MapType,
    MessageType,
    NothingType,
    OptionalType,
    RecordType,
    SetType,
    TextType,
    TupleType,
    ValueType,
    bound_keys,
    type_name,
)
from comityc.naming import declared_class
from comityc.records import dataclass

OPAQUE_VALUES = 2
"""How many values a text or id has when no bound says so."""
MOST_VALUES = 100_000
"""So many values may be chosen from at once; more could not be explored."""


class NoDomainError(Exception):
    """A type without end, and no bound for it; or a start value that there is not."""


@dataclass(frozen=True, slots=True)
class Domains:
    """Says what values a type has in one case."""

    bounds: Bounds
    module: ModuleType
    instances: Sequence[Instance]
    message_fields: Mapping[str, tuple[tuple[str, ValueType], ...]]
    ids: tuple[str, ...] | None = None  # of a liar: those it knows
    digests: tuple[str, ...] | None = None

    def values(self, value_type: ValueType, name: str | None = None) -> tuple[Any, ...]:
        """Return all values of a type; `name` is the variable, field or decision that they are for, which may have a bound."""
        found = tuple(islice(self._values(value_type, name), MOST_VALUES + 1))
        if len(found) > MOST_VALUES:
            raise NoDomainError(
                f"`{name or type_name(value_type)}` has more than {MOST_VALUES:,} values: say under `bounds` which to check"
            )
        return found

    def _values(self, value_type: ValueType, name: str | None) -> Iterable[Any]:
        match value_type:
            case BoolType():
                return (False, True)
            case EnumType():
                return tuple(self._class(value_type.name))
            case IntType() | FractionType():
                return self._range(value_type, name)
            case IdType() if self.ids is not None:
                return self.ids
            case DigestType() if self.digests is not None:
                return self.digests
            case TextType(alias=alias) | IdType(alias=alias):
                return self._stand_ins(alias or type_name(value_type), bound_keys(name, value_type))
            case OptionalType(item=item):
                return (None, *self._values(item, name))
            case NothingType():
                return (None,)
            case InstanceType(roles=roles):
                return tuple(instance for instance in self.instances if instance.role in roles)
            case RecordType():
                record = self._class(value_type.name)
                return (record(*row) for row in product(*(self.values(f.type, f.name) for f in value_type.fields)))
            case MessageType(names=names):
                return (message for one in names for message in self.messages(one))
            case TupleType(items=items):
                return product(*(self.values(item, name) for item in items))
            case SetType(item=item):
                return self._subsets(self.values(item, name) if item is not None else ())
            case ListType(item=item):
                return self._lists(self.values(item, name), value_type, name) if item is not None else ((),)
            case MapType(key=key, value=value):
                if key is None or value is None:
                    return (Map(),)
                keys = self.values(key, name)
                return (Map(zip(keys, row, strict=True)) for row in product(self.values(value, name), repeat=len(keys)))
            case _:
                raise NoDomainError(
                    f"`{name or type_name(value_type)}` has no end of values; no bound says which to check"
                )

    def messages(self, name: str) -> Iterable[Any]:
        """Return all messages of one type."""
        fields = self.message_fields[name]
        rows = product(*(self.values(value_type, field) for field, value_type in fields))
        return (self.module.MESSAGES[name](*row) for row in rows)

    def size(self, *names: str | None) -> int | None:
        """Return the bound on the number of values that one of these names has."""
        sizes = dict(self.bounds.sizes)
        return next((sizes[name] for name in names if name in sizes), None)

    def _class(self, name: str) -> Any:
        return getattr(self.module, declared_class(name))

    def _range(self, value_type: ValueType, name: str | None) -> Iterable[int]:
        ranges = {key: (low, high) for key, low, high in self.bounds.ranges}
        for key in bound_keys(name, value_type):
            if key in ranges:
                low, high = ranges[key]
                return range(low, high + 1)
        raise NoDomainError(
            f"`{name or type_name(value_type)}` is {type_name(value_type)}: give it a range under `bounds` to be checked"
        )

    def _stand_ins(self, shown: str, names: tuple[str, ...]) -> Iterable[str]:
        size = self.size(*names)
        return (f"{shown.lower()}{i + 1}" for i in range(OPAQUE_VALUES if size is None else size))

    def _subsets(self, values: tuple[Any, ...]) -> Iterable[frozenset[Any]]:
        return (frozenset(some) for size in range(len(values) + 1) for some in combinations(values, size))

    def _lists(self, values: tuple[Any, ...], value_type: ValueType, name: str | None) -> Iterable[tuple[Any, ...]]:
        longest = self.size(name, type_name(value_type))
        if longest is None:
            raise NoDomainError(f"`{name or type_name(value_type)}` is a list: say under `bounds` how long it may get")
        return (row for size in range(longest + 1) for row in product(values, repeat=size))
