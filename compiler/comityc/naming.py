"""The names of a spec come in, Python identifiers go out; shared by every back end that writes Python.

Variables, fields, parameters and arguments keep their names, with an underscore behind those that Python, a
NamedTuple or the generated code itself needs. Classes are CamelCase, members of enums UPPER_CASE, parts of
method names snake_case. Two names that would become one are a clash, found by `clashes` and reported as data.
"""

import keyword
import re
from collections.abc import Iterable

from comityc.records import dataclass

_BUILTINS = (
    "abs all any bool dict enumerate float frozenset int isinstance iter len list max min next object range set sorted "
    "str sum super tuple type"
)
_HANDLER_WORDS = "at check event fresh message next_state now old self sender sends state world"
_TUPLE_METHODS = "count index"
_EASILY_MISREAD = "l O I"  # ruff's E741: taken for 1, 0 and 1

RESERVED: frozenset[str] = frozenset(
    [*keyword.kwlist, *f"{_BUILTINS} {_HANDLER_WORDS} {_TUPLE_METHODS} {_EASILY_MISREAD}".split()]
)
"""What no variable, field, parameter or argument can be called in generated code."""

MODULE_NAMES: frozenset[str] = frozenset(
    [
        "Parameters",
        "SharedState",
        "PROTOCOL",
        "ABI",
        "SPEC_HASH",
        "FRESH",
        "ROLES",
        "MESSAGES",
        "PROPERTIES",
        "QUANTIFIERS",
        "SCENARIOS",
        "SEEN",
    ]
)
"""What every generated module defines for itself."""

_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")


def value_name(name: str) -> str:
    """Return what a variable, a field, a parameter or an argument is called: `index` becomes `index_`."""
    return f"{name}_" if name in RESERVED else name


def module_name(protocol: str) -> str:
    """Return what the module of a protocol is called: `class` becomes `class_`, which can be imported."""
    return f"{protocol}_" if keyword.iskeyword(protocol) else protocol


def class_name(name: str) -> str:
    """Return what a role, a type or a message is called as a class: `two_phase` becomes `TwoPhase`."""
    joined = "".join(part[0].upper() + part[1:] for part in _words(name))
    return f"{joined}_" if keyword.iskeyword(joined) else joined


def declared_class(name: str) -> str:
    """Return what a type or a message is called as a class; it gives way to the names that every module has."""
    python = class_name(name)
    return f"{python}_" if python in MODULE_NAMES else python


def member_name(name: str) -> str:
    """Return what a state or a word of an enum is called as a member: `gave_up` becomes `GAVE_UP`."""
    return "_".join(_words(name)).upper()


def part_name(name: str) -> str:
    """Return a name as a part of a longer one, as of a method: `CallVote` becomes `call_vote`."""
    return "_".join(_words(name)).lower()


def _words(name: str) -> list[str]:
    return [word for word in _WORD_BREAK.split(name) if word] or ["_"]


@dataclass(frozen=True, slots=True)
class Clash:
    """Names of a spec that all become the same Python name."""

    python_name: str
    names: tuple[str, ...]


def clashes(names: Iterable[tuple[str, str]]) -> tuple[Clash, ...]:
    """Return the clashes among pairs of a spec's name and its Python name, in the order of their first appearance."""
    groups: dict[str, dict[str, None]] = {}
    for name, python_name in names:
        groups.setdefault(python_name, {})[name] = None
    return tuple(Clash(python_name, tuple(group)) for python_name, group in groups.items() if len(group) > 1)
