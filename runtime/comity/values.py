"""The values that generated machines compute with: immutable, hashable, compared by content."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from comity.errors import UndefinedValue

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class Word(StrEnum):
    """The base of generated enums. A member equals its word; members compare in the order they are written."""

    __hash__ = str.__hash__

    @property
    def rank(self) -> int:
        """Where the word stands in its enum, from 0."""
        return _rank(self)

    def __lt__(self, other: object) -> bool:
        return _rank(self) < _rank(other)

    def __le__(self, other: object) -> bool:
        return _rank(self) <= _rank(other)

    def __gt__(self, other: object) -> bool:
        return _rank(self) > _rank(other)

    def __ge__(self, other: object) -> bool:
        return _rank(self) >= _rank(other)


def _rank(word: object) -> int:
    if not isinstance(word, Word):
        raise TypeError(f"{word!r} is no word of an enum")
    return list(type(word)).index(word)


class Instance(NamedTuple):
    """The name of an instance of a role: `voter[0]`. `number` is 0 for a role of one instance, `single` says so.

    `index` is what a spec calls the number.
    """

    role: str
    number: int
    single: bool = False

    @property
    def index(self) -> int:  # type: ignore[override]  # the tuple method of that name is of no use here
        """The number of the instance within its role, from 0."""
        return self.number

    def __str__(self) -> str:
        return self.role if self.single else f"{self.role}[{self.number}]"


@lru_cache(maxsize=256)
def everyone(role: str, count: int) -> tuple[Instance, ...]:
    """Return the names of all instances of a role. Every machine shares them: there may be thousands."""
    return tuple([Instance(role, number) for number in range(count)])


@lru_cache(maxsize=1024)
def all_but(role: str, count: int, number: int) -> tuple[Instance, ...]:
    """Return the names of all instances of a role but one. Only those asked for lately are kept."""
    everybody = everyone(role, count)
    return (*everybody[:number], *everybody[number + 1 :])


class Map(Mapping[K, V]):
    """An immutable map. Equality and hash go by content; iteration goes in ascending order of the keys."""

    __slots__ = ("_hash", "_items")
    _items: dict[K, V]
    _hash: int | None

    def __init__(self, items: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        pairs = dict(items)
        if len(pairs) > 1:
            pairs = {key: pairs[key] for key in ordered(pairs)}
        self._items = pairs
        self._hash = None

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(tuple(self._items.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Map):
            return self._items == other._items
        return NotImplemented

    def __lt__(self, other: "Map[K, V]") -> bool:
        return tuple(self._items.items()) < tuple(other._items.items())

    def __repr__(self) -> str:
        return f"Map({self._items!r})"

    def put(self, key: K, value: V) -> "Map[K, V]":
        """Return the map with this value under the key."""
        return Map({**self._items, key: value})

    def without(self, key: K) -> "Map[K, V]":
        """Return the map without the key, which has to be there."""
        items = dict(self._items)
        del items[key]
        return Map(items)

    def discard(self, key: K) -> "Map[K, V]":
        """Return the map without the key, whether it was there or not."""
        items = dict(self._items)
        items.pop(key, None)
        return Map(items)


def some(value: T | None) -> T:
    """Return a value that must be there; none is a violation."""
    if value is None:
        raise UndefinedValue("none where a value is needed")
    return value


def ordered(values: Iterable[T]) -> list[T]:
    """Return the values in ascending order; none comes first."""
    items = list(values)
    if all(isinstance(item, _PLAIN) for item in items):
        items.sort()
    else:
        items.sort(key=_sort_key)
    return items


_PLAIN = (str, int, Fraction, Instance)
"""What sorts by itself. Of sets `<` means "subset", and a record may hold one."""


def _sort_key(value: object) -> Any:
    match value:
        case None:
            return (0,)
        case tuple():
            return (2, tuple(map(_sort_key, value)))
        case frozenset():
            return (3, sorted(map(_sort_key, value)))
        case Map():
            return (4, [(_sort_key(key), _sort_key(item)) for key, item in value.items()])
        case _ if fields := getattr(value, "__match_args__", None):  # a message
            return (5, type(value).__name__, tuple(_sort_key(getattr(value, name)) for name in fields))
        case _:
            return (1, value)


Digester = Callable[[tuple[object, ...]], str]
"""Seals values: the same values give the same text, and nobody can open or forge it."""


# ---- what statements do to values: each returns the new one


def replaced(items: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    """Return the list with this value in the place of another, which has to be there."""
    changed = list(items)
    changed[index] = value
    return tuple(changed)


def without_item(items: tuple[T, ...], index: int = -1) -> tuple[T, ...]:
    """Return the list without the item at a place, which has to be there."""
    changed = list(items)
    del changed[index]
    return tuple(changed)


def without_first(items: tuple[T, ...], value: T) -> tuple[T, ...]:
    """Return the list without the first item that equals the value, which has to be there."""
    return without_item(items, items.index(value))


def without_member(members: frozenset[T], value: T) -> frozenset[T]:
    """Return the set without a member, which has to be there."""
    if value not in members:
        raise KeyError(value)
    return members - {value}


def mean(values: Iterable[int | Fraction]) -> Fraction:
    """Return the exact mean of numbers, of which there has to be one."""
    numbers = list(values)
    return Fraction(sum(numbers)) / len(numbers)
