"""The types of values: what a variable, a field, a parameter or an expression can hold.

Types are compared as values. An alias (`Money: int`) keeps its name, because bounds are given by it,
but does not make a type of its own: `IntType(alias="Money") == IntType()`.
"""

from dataclasses import field, replace
from typing import Union

from comityc.records import dataclass


@dataclass(frozen=True, slots=True)
class BoolType:
    """`bool`: true or false."""


@dataclass(frozen=True, slots=True)
class IntType:
    """`int`, a whole number of any size."""

    alias: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FractionType:
    """`fraction`, an exact ratio."""

    alias: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class DurationType:
    """`duration`, a length of time."""


@dataclass(frozen=True, slots=True)
class TimeType:
    """`time`, a moment on an instance's own clock."""


@dataclass(frozen=True, slots=True)
class TextType:
    """`text`, opaque: compared and passed on."""

    alias: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IdType:
    """`id`, opaque and unguessable: made by `fresh()`."""

    alias: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class DigestType:
    """`digest`, a seal over values that nobody can open or forge."""


@dataclass(frozen=True, slots=True)
class NothingType:
    """The type of `none` alone; fits every optional."""


@dataclass(frozen=True, slots=True)
class EnumType:
    """A list of words, compared in the order in which they are written."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordType:
    """A record of named fields. Records are equal when name and fields are."""

    name: str
    fields: tuple["RecordField", ...]


@dataclass(frozen=True, slots=True)
class RecordField:
    """One field of a record, of a message or of what an act was asked to do."""

    name: str
    type: "ValueType"


@dataclass(frozen=True, slots=True)
class OptionalType:
    """`T?`: a T or none. Never an optional of an optional."""

    item: "ValueType"


@dataclass(frozen=True, slots=True)
class SetType:
    """`set[T]`. `item` is None in the type of an empty set that nothing says more of."""

    item: "ValueType | None"


@dataclass(frozen=True, slots=True)
class ListType:
    """`list[T]`. `item` is None in the type of an empty list that nothing says more of."""

    item: "ValueType | None"


@dataclass(frozen=True, slots=True)
class MapType:
    """`map[K, V]`. Both are None in the type of an empty map that nothing says more of."""

    key: "ValueType | None"
    value: "ValueType | None"


@dataclass(frozen=True, slots=True)
class TupleType:
    """A tuple inside an expression (a rank); no variable holds one."""

    items: tuple["ValueType", ...]


@dataclass(frozen=True, slots=True)
class InstanceType:
    """An instance of one of these roles, in alphabetical order. More than one only for `sender`."""

    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageType:
    """A message of one of these names, in alphabetical order. More than one only for `msg`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HappeningType:
    """One entry of `happenings(act)`: the arguments of the act as fields."""

    act: str


ValueType = Union[  # noqa: UP007  (a forward reference inside `|` would need quotes around all)
    BoolType,
    IntType,
    FractionType,
    DurationType,
    TimeType,
    TextType,
    IdType,
    DigestType,
    NothingType,
    EnumType,
    RecordType,
    OptionalType,
    SetType,
    ListType,
    MapType,
    TupleType,
    InstanceType,
    MessageType,
    HappeningType,
]


def without_optional(value_type: ValueType) -> ValueType:
    """Return T for `T?`, and any other type as it is."""
    return value_type.item if isinstance(value_type, OptionalType) else value_type


def bound_keys(name: str | None, value_type: ValueType) -> tuple[str, ...]:
    """Return what a bound on such a value may be given under, the nearest first: its own name, its type's, that of the type behind."""
    names = [name] if name is not None else []
    match value_type:
        case IntType() | FractionType() | TextType() | IdType():
            return (*names, type_name(value_type), type_name(replace(value_type, alias=None)))
        case _:
            return (*names, type_name(value_type))


def type_name(value_type: ValueType) -> str:
    """Return the type as a spec would write it: `map[voter, Choice]`."""
    match value_type:
        case BoolType():
            return "bool"
        case IntType(alias=alias):
            return alias or "int"
        case FractionType(alias=alias):
            return alias or "fraction"
        case TextType(alias=alias):
            return alias or "text"
        case IdType(alias=alias):
            return alias or "id"
        case DurationType():
            return "duration"
        case TimeType():
            return "time"
        case DigestType():
            return "digest"
        case NothingType():
            return "none"
        case EnumType(name=name) | RecordType(name=name):
            return name
        case OptionalType(item=item):
            return f"{type_name(item)}?"
        case SetType(item=item):
            return f"set[{type_name(item)}]" if item else "empty set"
        case ListType(item=item):
            return f"list[{type_name(item)}]" if item else "empty list"
        case MapType(key=key, value=value):
            return f"map[{type_name(key)}, {type_name(value)}]" if key and value else "empty map"
        case TupleType(items=items):
            return f"({', '.join(type_name(i) for i in items)})"
        case InstanceType(roles=roles):
            return " or ".join(roles)
        case MessageType(names=names):
            return " or ".join(names)
        case HappeningType(act=act):
            return f"happening of {act}"
