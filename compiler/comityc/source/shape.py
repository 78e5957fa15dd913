"""A located tree comes in, findings about its keys and kinds go out: all of them at once, each at the smallest wrong part.

A walk over the tree and the table of `table.py`, side by side. What single values say is left to the expression grammar.
The published JSON Schema is made from the same table; a test holds that both accept and refuse the same specs.
"""

import re
from typing import assert_never

from comityc.diagnostics.bag import Bag
from comityc.diagnostics.codes_source import (
    BAD_NAME,
    BAD_TITLE,
    BEGINS_WITH_BRACKET,
    CONFLICTING_KEYS,
    MISSING_KEY,
    NOTHING_GIVEN,
    UNKNOWN_CHOICE,
    UNKNOWN_KEY,
    UNKNOWN_VERSION,
    WRONG_KIND,
    WRONG_LENGTH,
)
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.diagnostics.suggest import closest, did_you_mean
from comityc.source.forms import Anything, Choice, Key, KeyKind, Leaf, ListOf, MapOf, Record, Shape, Word
from comityc.source.json_schema import KEY_PATTERNS, MOST_NAME, json_schema
from comityc.source.mend import mended
from comityc.source.table import LANGUAGE_VERSIONS, PROTOCOL, SYNONYMS
from comityc.source.tree import Mapping, Scalar, Sequence, Tree, kind_of

__all__ = ["check_shape", "json_schema"]

_Under = Scalar | None
"""The key that a value stands under; None for the whole file and for items of lists."""


def check_shape(tree: Tree) -> tuple[Diagnostic, ...]:
    """Compare a whole spec with the table."""
    return check_and_mend(tree)[0]


def check_and_mend(tree: Tree) -> tuple[tuple[Diagnostic, ...], Tree]:
    """Compare a whole spec with the table; return also the tree as it was probably meant: unknown keys are mended or begin with `x-`."""
    bag = _Findings()
    _check(bag, tree, PROTOCOL, None)
    if isinstance(tree, Mapping):
        _check_version(bag, tree)
    return bag.diagnostics, mended(tree, bag.meant)


class _Findings(Bag):
    """Findings, and what misspelt keys were probably meant to be, by their places; nothing where nobody can tell."""

    def __init__(self) -> None:
        super().__init__()
        self.meant: dict[Span, str] = {}


def _check_version(bag: _Findings, tree: Mapping) -> None:
    version = tree.get("comity")
    if isinstance(version, Scalar) and version.text not in LANGUAGE_VERSIONS:
        message = f"version `{version.text}` of the language is not known"
        known = ", ".join(f'`comity: "{known}"`' for known in LANGUAGE_VERSIONS)
        bag.add(UNKNOWN_VERSION.at(version.span, message, help=f"write {known}"))


# ---- the walk


def _check(bag: _Findings, tree: Tree, shape: Shape, under: _Under) -> None:
    match shape:
        case Anything():
            _nothing(bag, tree, shape, under)
        case Leaf():
            if not isinstance(tree, Scalar):
                bag.add(_not_a_leaf(tree, shape, under))
            elif shape.kind == "name" and len(tree.text) > MOST_NAME:
                bag.add(BAD_NAME.at(tree.span, f"this name is longer than {MOST_NAME} characters", help="shorten it"))
        case Word():
            _check_word(bag, tree, shape, under)
        case ListOf():
            _check_list(bag, tree, shape, under)
        case MapOf():
            _check_map(bag, tree, shape, under)
        case Record():
            _check_record(bag, tree, shape, under)
        case Choice():
            _check_choice(bag, tree, shape, under)
        case _:
            assert_never(shape)


def _check_word(bag: _Findings, tree: Tree, shape: Word, under: _Under) -> None:
    if _nothing(bag, tree, shape, under):
        return
    if not isinstance(tree, Scalar):
        bag.add(_wrong_kind(tree, "a word", under, " or ".join(f"`{word}`" for word in shape.words)))
    elif tree.text not in shape.words:
        bag.add(_unknown_choice(tree, shape.words, under))


def _check_list(bag: _Findings, tree: Tree, shape: ListOf, under: _Under) -> None:
    if _nothing(bag, tree, shape, under):
        return
    if not isinstance(tree, Sequence):
        bag.add(_wrong_kind(tree, "a list", under, shape.example))
        return
    for item in tree.items:
        _check(bag, item, shape.item, None)
    length = len(tree.items)
    if length == 0 < shape.least:
        bag.add(_empty(tree, under, shape.example))
    elif length < shape.least or (shape.most is not None and length > shape.most):
        wanted = str(shape.least) if shape.least == shape.most else f"{shape.least} to {shape.most}"
        message = f"{_named(under)} has {length} item{'s' * (length != 1)}, where {wanted} belong"
        bag.add(WRONG_LENGTH.at(_where(tree, under), message, help=_like(shape.example)))


def _check_map(bag: _Findings, tree: Tree, shape: MapOf, under: _Under) -> None:
    if _nothing(bag, tree, shape, under):
        return
    if not isinstance(tree, Mapping):
        bag.add(_wrong_kind(tree, "a map", under, shape.example))
        return
    for key, value in tree.entries:
        if _check_key(bag, key, value, shape.keys) or not isinstance(value, Scalar):
            _check(bag, value, shape.value, key)
    if len(tree.entries) < shape.least:
        bag.add(_empty(tree, under, shape.example))


def _check_key(bag: _Findings, key: Scalar, value: Tree, kind: KeyKind) -> bool:
    if re.search(KEY_PATTERNS[kind], key.text):
        return True
    if kind == "title":
        message = "this name is not made of plain words"
        bag.add(BAD_TITLE.at(key.span, message, help="no commas, brackets, quotes or colons, at most 100 characters"))
        return False
    shown = key.text if len(key.text) <= 40 else key.text[:40] + "..."
    help_text = _without_colon(key, value) or "a letter first, then letters, digits and underscores, at most 64 in all"
    bag.add(BAD_NAME.at(key.span, f"`{_printable(shown)}` is not a name", help=help_text))
    return False


def _check_record(bag: _Findings, tree: Tree, shape: Record, under: _Under) -> None:
    if _nothing(bag, tree, shape, under):
        return
    if not isinstance(tree, Mapping):
        bag.add(
            _wrong_kind(
                tree, f"a map ({_a(shape.name)})", under, next((k.example for k in shape.keys if k.example), "")
            )
        )
        return
    meant: set[str] = set()
    for key, value in tree.entries:
        known = shape.key(key.text)
        if known is not None:
            _check(bag, value, known.shape, key)
        elif not key.text.startswith("x-"):
            finding, guess = _unknown_key(key, value, shape)
            bag.add(finding)
            meant.add(guess)
            bag.meant[key.span] = guess
            guessed = shape.key(guess)
            if guessed is not None and tree.get(guess) is None and not (isinstance(value, Scalar) and not value.text):
                _check(bag, value, guessed.shape, key)
    _check_presence(bag, tree, shape, under, meant)


def _check_presence(bag: _Findings, tree: Mapping, shape: Record, under: _Under, meant: set[str]) -> None:
    """Look for what is missing, and for what excludes each other; a misspelt key counts as there."""
    present = {key.text for key, _ in tree.entries} | meant
    unless = dict(shape.required_unless)
    for key in shape.keys:
        needed = key.required or (key.name in unless and unless[key.name] not in present)
        if needed and key.name not in present:
            bag.add(_missing(tree, shape, key, under))
    found = [key for key, _ in tree.entries if key.text in shape.one_of]
    if len(found) > 1:
        message = f"`{found[0].text}` and `{found[1].text}` cannot stand in one {shape.name}"
        labels = (Label(found[0].span, "the first"),)
        bag.add(CONFLICTING_KEYS.at(found[1].span, message, labels=labels, help=f"make a {shape.name} of each"))
    elif shape.one_of and not found and not meant:
        names = ", ".join(f"`{name}`" for name in shape.one_of)
        message = f"{_a(shape.name)} needs one of {names}"
        bag.add(MISSING_KEY.at(_where(tree, under), message))


def _check_choice(bag: _Findings, tree: Tree, shape: Choice, under: _Under) -> None:
    option: Shape | None
    match tree:
        case Scalar():
            option = shape.value
        case Sequence():
            option = shape.items
        case Mapping():
            is_long = shape.long is not None and isinstance(tree.get(shape.long_key), Mapping)
            option = shape.long if is_long else shape.map
        case _:
            assert_never(tree)
    if option is not None:
        _check(bag, tree, option, under)
    elif isinstance(tree, Mapping) and any(key.text in _TRANSITION_KEYS for key, _ in tree.entries):
        message = f"{_named(under)} is a transition, where a list of transitions belongs"
        bag.add(WRONG_KIND.at(_where(tree, under), message, help="begin the transition with `- `"))
    elif not _nothing(bag, tree, shape, under):
        bag.add(_wrong_kind(tree, _expected(shape), under, shape.example))


# ---- findings


def _nothing(bag: _Findings, tree: Tree, shape: Shape, under: _Under) -> bool:
    """Report a key with nothing behind it, where a list or a map (which may be empty) has to be written."""
    if not (isinstance(tree, Scalar) and tree.style == "plain" and not tree.text):
        return False
    match shape:
        case ListOf(least=0):
            help_text: str | None = "write `[]` for an empty list"
        case MapOf(least=0) | Choice(map=MapOf(least=0)):
            help_text = "write `{}` for an empty map"
        case Record(keys=keys) if not any(key.required for key in keys):
            help_text = "write `{}` for an empty map"
        case Record(keys=keys):
            help_text = _like(next(key.example for key in keys if key.required))
        case ListOf(example=example) | MapOf(example=example) | Choice(example=example):
            help_text = _like(example)
        case Word(words=words):
            help_text = f"write {' or '.join(f'`{word}`' for word in words)}"
        case _:
            help_text = None
    span = under.span if under is not None else tree.span
    bag.add(NOTHING_GIVEN.at(span, f"{_named(under)} has nothing behind it", help=help_text))
    return True


def _empty(tree: Tree, under: _Under, example: str) -> Diagnostic:
    return NOTHING_GIVEN.at(_where(tree, under), f"{_named(under)} is empty", help=_like(example))


def _not_a_leaf(tree: Mapping | Sequence, shape: Leaf, under: _Under) -> Diagnostic:
    """A list or a map where one value belongs: most often an expression that YAML has read in its own way."""
    if shape.kind == "statements" and under is not None and under.text == "do" and isinstance(tree, Sequence):
        help_text = "write `do: |`, and below it, indented, each statement on a line of its own"
        return WRONG_KIND.at(_where(tree, under), "`do` is a list, where statements belong", help=help_text)
    expression = shape.kind not in ("text", "number", "name")
    if tree.flow and expression:
        quoted = _in_quotes(re.sub(r"\s*\n\s*", " ", tree.written))
        shown = f"{under.text}: {quoted}" if under is not None else quoted
        message = f"YAML reads this as a {kind_of(tree)}, and an expression belongs here"
        return BEGINS_WITH_BRACKET.at(tree.span, message, help=f"write `{shown}`")
    wanted = {"text": "text", "number": "a number", "name": "a name", "names": "names", "type": "a type"}.get(
        shape.kind, "an expression"
    )
    return _wrong_kind(tree, wanted, under, shape.example)


def _wrong_kind(tree: Tree, wanted: str, under: _Under, example: str) -> Diagnostic:
    message = f"{_named(under)} is a {kind_of(tree)}, where {wanted} belongs"
    return WRONG_KIND.at(_where(tree, under), message, help=_like(example))


def _unknown_choice(tree: Scalar, words: tuple[str, ...], under: _Under) -> Diagnostic:
    listed = " or ".join(f"`{word}`" for word in words)
    message = f"{_named(under)} is `{_printable(tree.text[:40])}`, where {listed} belongs"
    help_text = did_you_mean(tree.text, words)
    if words[:1] == ("true",) and tree.text.lower() in ("yes", "on", "no", "off"):
        help_text = f"did you mean `{'true' if tree.text.lower() in ('yes', 'on') else 'false'}`?"
    if under is None and " " in tree.text:  # an item of a state
        first, rest = tree.text.split(" ", 1)
        help_text = f"did you mean `{first}: {rest}`?" if first in _TRANSITION_KEYS else help_text
    return UNKNOWN_CHOICE.at(tree.span, message, help=help_text)


_TRANSITION_KEYS = ("receive", "ignore", "defer", "after", "every", "at", "decide", "perform", "when")


def _without_colon(key: Scalar, value: Tree) -> str | None:
    """Say how to write `voters:5` and `voters 5`, which YAML reads as keys without a value."""
    parts = _KEY_AND_VALUE.fullmatch(key.text)
    if parts is None or not isinstance(value, Scalar) or value.text:
        return None
    return f"write `{parts[1]}: {parts[2]}`, with a colon and a space"


_FEW_KEYS = 13
_KEY_AND_VALUE = re.compile(r"([A-Za-z]\w*)[ :=]+([\w./]+)")


def _unknown_key(key: Scalar, value: Tree, shape: Record) -> tuple[Diagnostic, str]:
    """Return the finding, and the key that was probably meant."""
    known = [row.name for row in shape.keys]
    synonym = SYNONYMS.get(key.text.lower(), "")
    guess = synonym if synonym in known else closest(key.text, known) or ""
    help_text = f"did you mean `{guess}`?" if guess else _home(key.text, shape)
    message = f"unknown key `{_printable(key.text[:40])}` in {_a(shape.name)}"
    if (whole := _without_colon(key, value)) is not None:
        help_text, guess = whole, next((name for name in known if key.text.startswith(name)), guess)
    elif not help_text and len(known) <= _FEW_KEYS:
        help_text = f"it may have {', '.join(f'`{name}`' for name in known)}"
    return UNKNOWN_KEY.at(key.span, message, help=help_text), guess


def _home(name: str, shape: Record) -> str | None:
    """Say where a key belongs that is known elsewhere."""
    homes = [record.name for record in _records(PROTOCOL) if record.key(name) is not None and record.name != shape.name]
    return f"`{name}` belongs in {_a(homes[0])}" if homes else None


def _records(shape: Shape | None) -> list[Record]:
    match shape:
        case Record():
            return [shape] + [record for key in shape.keys for record in _records(key.shape)]
        case ListOf():
            return _records(shape.item)
        case MapOf():
            return _records(shape.value)
        case Choice():
            return [record for part in (shape.items, shape.map, shape.long) for record in _records(part)]
        case _:
            return []


def _missing(tree: Mapping, shape: Record, key: Key, under: _Under) -> Diagnostic:
    subject = f"{shape.name} `{under.text}`" if under is not None else f"this {shape.name}"
    return MISSING_KEY.at(_where(tree, under), f"{subject} has no `{key.name}`", help=_like(key.example))


# ---- words and places


def _where(tree: Tree, under: _Under) -> Span:
    """The smallest part that shows what is wrong: a value in brackets itself, of a long block its key."""
    if isinstance(tree, Scalar):
        return tree.span if tree.style not in ("literal", "folded") or under is None else under.span
    if under is not None and not tree.flow:
        return under.span
    if tree.flow:
        return tree.span
    first = tree.items[0].span if isinstance(tree, Sequence) and tree.items else tree.span
    if isinstance(tree, Mapping) and tree.entries:
        first = tree.entries[0][0].span
    return first


def _named(under: _Under) -> str:
    return f"`{_printable(under.text)}`" if under is not None else "this item"


def _expected(shape: Choice) -> str:
    options = [(shape.value, "a value"), (shape.items, "a list"), (shape.map, "a map")]
    return " or ".join(name for option, name in options if option is not None)


def _like(example: str) -> str | None:
    return f"write it like this: `{example}`" if example else None


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}" if noun != "faults" else "faults"


def _in_quotes(text: str) -> str:
    return f'"{text}"' if '"' not in text and "\\" not in text else "'" + text.replace("'", "''") + "'"


def _printable(text: str) -> str:
    """Show letters that look like others, and line ends, as what they are."""
    return text if text.isascii() and text.isprintable() else text.encode("unicode_escape").decode("ascii")
