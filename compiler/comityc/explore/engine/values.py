"""Small questions about the values that machines compute with: which ids occur in one, and in what order a bag of them is kept."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from comity.values import Instance, Map, Word
from comityc.records import field_names

FRESH_ID = re.compile(r"\w+(?:\[\d+\])?#\d+")
"""What the checker's fresh ids look like: the instance that drew it and a number, `bidder[0]#1`."""


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text that occurs in a value, words of enums aside."""
    if isinstance(value, Word):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Instance):
        return
    elif isinstance(value, tuple | frozenset):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, Map):
        for key, item in value.items():
            yield from texts_in(key)
            yield from texts_in(item)
    else:
        for name in field_names(type(value)) or ():
            yield from texts_in(getattr(value, name))


def fresh_ids_in(value: Any) -> frozenset[str]:
    """Return the fresh ids that occur in a value, those sealed in digests too."""
    return frozenset(found for text in texts_in(value) for found in FRESH_ID.findall(text))


def in_order(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return the values in an order that depends on their content alone."""
    return tuple(sorted(values, key=rank))


def rank(value: Any) -> Any:
    """Return a key that sorts values of one type, whatever is optional or a set in them."""
    if value is None:
        return (0,)
    if isinstance(value, bool | int | float | Fraction | Word):
        return (1, value)
    if isinstance(value, str):
        return (2, value)
    if isinstance(value, tuple):
        return (3, tuple(rank(item) for item in value))
    if isinstance(value, frozenset):
        return (4, len(value), sorted(rank(item) for item in value))
    if isinstance(value, Map):
        return (5, len(value), [(rank(key), rank(item)) for key, item in value.items()])
    names = field_names(type(value))
    if names is not None:
        return (6, type(value).__name__, [rank(getattr(value, name)) for name in names])
    return (7, repr(value))


def sealed(values: tuple[object, ...]) -> str:
    """Seal values as the checker does: a text that names them, so different values never share one."""
    return f"digest({', '.join(_shown(value) for value in values)})"


def _shown(value: object) -> str:
    if isinstance(value, Word | Instance):
        return str(value)
    if isinstance(value, str) and FRESH_ID.search(value):
        return value
    if isinstance(value, frozenset):
        return "{" + ", ".join(_shown(item) for item in in_order(value)) + "}"
    return repr(value)
