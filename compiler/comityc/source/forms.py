"""The forms that the shape of a spec is said in: leaves, lists, maps of names, records of known keys, and choices between them.

Every choice is made by the kind of what stands there (a value, a list, a map), so a reader and a finding can always tell
which alternative was meant. `table.py` says the language in these forms.
"""

from typing import Literal, Union

from comityc.records import dataclass

LeafKind = Literal[
    "name",  # one name: `goto: closed`
    "names",  # where a map of names has it as a key: `preparing, proposed`
    "expression",  # an expression, a range, a place: whatever the expression grammar reads
    "statements",
    "type",
    "number",
    "value",  # a constant: a number, a word, a range
    "text",  # words for people
]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value. What it may say in detail is for the expression grammar; here it is only told from lists and maps."""

    kind: LeafKind
    description: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Anything:
    """A constant of any kind, lists and maps included: a default, a value of a parameter, an extension."""

    description: str = ""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; `least` and `most` bound its length."""

    item: "Shape"
    description: str = ""
    least: int = 0
    most: int | None = None
    example: str = ""


KeyKind = Literal["name", "names", "title", "head", "place", "setting"]
"""What the keys of a map are: a name; several names; plain words; `rank(b)`; `voter[1].choice`; a name or a word."""


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map whose keys the user chooses."""

    keys: KeyKind
    value: "Shape"
    description: str = ""
    least: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record."""

    name: str
    shape: "Shape"
    description: str
    required: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A map whose keys the language knows; `x-...` is allowed beside them. Of the keys in `one_of` exactly one stands there."""

    name: str
    keys: tuple[Key, ...]
    one_of: tuple[str, ...] = ()
    required_unless: tuple[tuple[str, str], ...] = ()
    description: str = ""

    def key(self, name: str) -> Key | None:
        """Return the row of a key, or None."""
        return next((key for key in self.keys if key.name == name), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """An alternative for each kind of YAML value; None where that kind does not fit.

    `long` is a second form for maps: it is meant if the map has the key `long_key` (`{fields: {...}, order: fifo}`).
    """

    value: "Leaf | Word | None" = None
    items: ListOf | None = None
    map: "MapOf | Record | None" = None
    long: Record | None = None
    long_key: str = ""
    description: str = ""
    example: str = ""


Shape = Union[Leaf, Word, Anything, ListOf, MapOf, Record, Choice]  # noqa: UP007
