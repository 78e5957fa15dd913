"""A value as a person types it, and its type, in; the value that generated code takes out.

    yes   3   1/2   30s   [a, b]   {name: flight, stage: 0}   voter[1]   none

Words need no quotes, except where they hold commas, colons or brackets. Sets are written like lists.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from types import ModuleType
from typing import Any

from comity.errors import ComityError
from comity.values import Instance, Map
from comityc.machine import value_types as t
from comityc.naming import declared_class, value_name

_TOKEN = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[\[\]{},:]|[^\[\]{},:"'\s][^\[\]{},:"']*)""")
_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_PLACE = re.compile(r"([A-Za-z_]\w*)\s*(?:\[\s*(\d+)\s*\])?")


class UnreadableValue(ComityError):
    """A text that is no value of the wanted type."""


def read_value(text: str, value_type: t.ValueType, module: ModuleType) -> Any:
    """Return the value that a text stands for."""
    if isinstance(value_type, t.InstanceType):
        return _instance(text, value_type)
    tokens = _Tokens(text)
    written = tokens.value()
    tokens.end()
    return _value(written, value_type, module)


def split_values(text: str) -> list[str]:
    """Split `yes,[a, b],no` at the commas that stand in no bracket or quotes."""
    parts, depth, start = [], 0, 0
    for match in _TOKEN.finditer(text):
        token = match.group(1)
        depth += (token in "[{") - (token in "]}")
        if token == "," and depth == 0:
            parts.append(text[start : match.start(1)].strip())
            start = match.end(1)
    parts.append(text[start:].strip())
    return [part for part in parts if part]


Written = str | list["Written"] | dict[str, "Written"]
"""What stands there, before anything is known of its type."""


class _Tokens:
    """The words and signs of a text, one after another."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._all = list(_split(text))
        self._at = 0

    def value(self) -> Written:
        token = self._next()
        match token:
            case "[":
                return self._items("]")
            case "{":
                return self._pairs()
            case "]" | "}" | "," | ":":
                raise self._misfit(token)
            case _:
                return token

    def end(self) -> None:
        if self._at < len(self._all):
            raise self._misfit(self._all[self._at])

    def _items(self, closing: str) -> list[Written]:
        items: list[Written] = []
        while not self._take(closing):
            items.append(self.value())
            if not self._take(","):
                self._expect(closing)
                break
        return items

    def _pairs(self) -> dict[str, Written]:
        pairs: dict[str, Written] = {}
        while not self._take("}"):
            key = self.value()
            if not isinstance(key, str):
                raise self._misfit("{")
            self._expect(":")
            pairs[key] = self.value()
            if not self._take(","):
                self._expect("}")
                break
        return pairs

    def _next(self) -> str:
        if self._at >= len(self._all):
            raise UnreadableValue(f"`{self._text}` ends too early")
        self._at += 1
        return self._all[self._at - 1]

    def _take(self, token: str) -> bool:
        found = self._at < len(self._all) and self._all[self._at] == token
        self._at += found
        return found

    def _expect(self, token: str) -> None:
        found = self._next()
        if found != token:
            raise self._misfit(found)

    def _misfit(self, token: str) -> UnreadableValue:
        return UnreadableValue(f"`{token}` does not fit in `{self._text}`")


def _split(text: str) -> Iterator[str]:
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise UnreadableValue(f"`{text}` has a quote without its other half")
        yield match.group(1).strip()
        place = match.end()


def _value(written: Written, value_type: t.ValueType, module: ModuleType) -> Any:
    match value_type, written:
        case t.OptionalType(), "none":
            return None
        case t.OptionalType(item=item), _:
            return _value(written, item, module)
        case t.SetType(item=item), list() if item is not None:
            return frozenset(_value(part, item, module) for part in written)
        case t.ListType(item=item), list() if item is not None:
            return tuple(_value(part, item, module) for part in written)
        case t.MapType(key=key, value=value), dict() if key is not None and value is not None:
            return Map((_value(k, key, module), _value(v, value, module)) for k, v in written.items())
        case t.RecordType(), dict():
            return _record(written, value_type, module)
        case _, str():
            return _scalar(written, value_type, module)
        case _:
            raise UnreadableValue(f"`{written}` is no {t.type_name(value_type)}")


def _record(written: dict[str, Written], record: t.RecordType, module: ModuleType) -> Any:
    known = {field.name: field.type for field in record.fields}
    for name in written:
        if name not in known:
            raise UnreadableValue(f"`{record.name}` has no field `{name}`, but {', '.join(known)}")
    missing = [name for name in known if name not in written]
    if missing:
        raise UnreadableValue(f"`{record.name}` lacks {', '.join(missing)}")
    fields = {value_name(name): _value(part, known[name], module) for name, part in written.items()}
    return getattr(module, declared_class(record.name))(**fields)


def _scalar(text: str, value_type: t.ValueType, module: ModuleType) -> Any:
    bare = text[1:-1] if text[:1] in "\"'" and len(text) > 1 else text
    try:
        match value_type:
            case t.BoolType():
                return {"true": True, "false": False}[bare]
            case t.IntType():
                return int(bare)
            case t.FractionType():
                return Fraction(bare)
            case t.DurationType():
                return _duration(bare)
            case t.TimeType():
                return _duration(bare).total_seconds()
            case t.EnumType(name=name):
                return getattr(module, declared_class(name))(bare)
            case t.InstanceType():
                return _instance(bare, value_type)
            case t.TextType() | t.IdType() | t.DigestType():
                return bare
            case _:
                raise UnreadableValue(f"`{text}` is no {t.type_name(value_type)}")
    except (ValueError, LookupError, ArithmeticError):
        choice = f": one of {', '.join(value_type.words)}" if isinstance(value_type, t.EnumType) else ""
        raise UnreadableValue(f"`{text}` is no {t.type_name(value_type)}{choice}") from None


def _duration(text: str) -> timedelta:
    parts = _DURATION.findall(text)
    if not parts or "".join(count + unit for count, unit in parts) != text:
        raise ValueError(text)
    return timedelta(seconds=sum(int(count) * _SECONDS[unit] for count, unit in parts))


def _instance(text: str, value_type: t.InstanceType) -> Instance:
    match = _PLACE.fullmatch(text.strip())
    if match is None or match.group(1) not in value_type.roles:
        raise UnreadableValue(f"`{text}` is no {t.type_name(value_type)}")
    return Instance(match.group(1), int(match.group(2) or 0), match.group(2) is None)
