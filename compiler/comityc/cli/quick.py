"""The arguments of a command come in; its values go out, or None where anything is unusual or wrong.

Typer takes longer to import than most specs take to be checked. So what nearly everybody types is read here, and the rest, as
help, wrong usage, or a value that begins with a dash, is left to Typer, which says what there is to say about it. What is read
here means there just the same.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin

from comityc.cli.arguments import Argument

Values = dict[str, Any]


class _Unusual(Exception):
    """Typer is to read this."""


def read(command: Callable[..., int], arguments: Sequence[str]) -> Values | None:
    """Return the values for the parameters of a command, without those that were left out."""
    if os.name == "nt":
        return None  # there the patterns in arguments are not expanded by the shell
    try:
        return _Reading(command.__annotations__).read(arguments)
    except _Unusual:
        return None


class _Reading:
    """Goes through the arguments once."""

    def __init__(self, annotations: Mapping[str, Any]) -> None:
        self._values: Values = {}
        self._places: list[tuple[str, Any]] = []
        self._options: dict[str, tuple[str, Any, Any]] = {}  # what is last: the answer, or the least number
        for parameter, kind, said in _said(annotations):
            if isinstance(said, Argument):
                self._places.append((parameter, kind))
                continue
            for names in said.names:
                yes, _, no = names.partition("/")
                self._options[yes] = (parameter, kind, True if kind is bool else said.how.get("min"))
                if no:
                    self._options[no] = (parameter, kind, False)

    def read(self, arguments: Sequence[str]) -> Values:
        """Return the values."""
        placed: list[str] = []
        waiting = list(reversed(arguments))
        while waiting:
            text = waiting.pop()
            if text.startswith("-"):
                self._option(text, waiting)
            else:
                placed.append(text)
        (parameter, kind) = self._places[0] if self._places else ("", None)
        if (not placed) != (kind is None) or (kind is str and len(placed) > 1) or "" in placed:
            raise _Unusual
        if parameter:
            self._values[parameter] = placed[0] if kind is str else placed
        return self._values

    def _option(self, text: str, waiting: list[str]) -> None:
        name, sign, value = text.partition("=") if text.startswith("--") else (text, "", "")
        if name not in self._options:
            raise _Unusual
        parameter, kind, rest = self._options[name]
        if kind is bool:
            if sign:
                raise _Unusual
            self._values[parameter] = rest
            return
        if not sign:
            if not waiting or waiting[-1].startswith("-"):
                raise _Unusual
            value = waiting.pop()
        if get_origin(kind) is list:
            self._values.setdefault(parameter, []).append(value)
        elif parameter in self._values:
            raise _Unusual
        else:
            self._values[parameter] = _value(kind, value, least=rest)


def _said(annotations: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield each parameter with the kind of its value, when there is one, and what is said of it."""
    for parameter, annotation in annotations.items():
        if parameter != "return":
            kind, said = get_args(annotation)
            yield parameter, get_args(kind)[0] if isinstance(kind, UnionType) else kind, said


def _value(kind: Any, text: str, *, least: int | None) -> Any:
    if kind is str:
        return text
    if kind is int and re.fullmatch(r"[0-9]{1,12}", text) and (least is None or int(text) >= least):
        return int(text)
    if isinstance(kind, type) and issubclass(kind, Enum) and text in [one.value for one in kind]:
        return kind(text)
    raise _Unusual
