"""The tree of a spec comes in; the names that it declares go out, and the tree with some of them changed.

One walk knows where in a spec names and expressions stand. Inside expressions it is tokens that are renamed, so texts in
quotes, comments and words of the language stay as they are.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from comityc.expand.constants import rename_constants
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Run, Scalar, Sequence, Tree
from comityc.syntax.scanner import RESERVED, names_in

LANGUAGE_WORDS = RESERVED | frozenset(
    [
        *("bool", "int", "text", "id", "digest", "fraction", "duration", "time", "set", "map", "list"),
        *("all", "any", "count", "sum", "min", "max", "len", "abs", "range", "sorted", "mean"),
        *("old", "fresh", "happened", "times", "stands", "happenings"),
        *("self", "sender", "msg", "others", "now", "crashed", "byzantine", "index", "key", "default"),
        *("add", "discard", "remove", "append", "pop", "get", "keys", "values", "items"),
        *("send", "to", "copies", "under_way", "unknown", "synchronous"),
    ]
)
"""Words that mean something to the language wherever they stand: they are not renamed, and are no new names."""

Change = Callable[[Scalar], Scalar]
Part = Callable[["Walk", Tree], Tree]


class Walk:
    """Changes what stands in a spec: `name` names and expressions, `value` the constants whose type is not written beside them."""

    def __init__(self, name: Change, value: Change) -> None:
        self._name = name
        self._value = value

    def spec(self, tree: MappingTree) -> MappingTree:
        """Walk over a whole spec."""
        return self.parts(tree, _SPEC)

    def parts(self, tree: MappingTree, parts: Mapping[str, Part]) -> MappingTree:
        """Walk over a map whose keys are words of the language; what is not listed stays."""
        entries = tuple((key, parts[key.text](self, part) if key.text in parts else part) for key, part in tree.entries)
        return MappingTree(entries, tree.span, tree.flow)

    def names(self, tree: Tree) -> Tree:
        """Walk over what is made of names and expressions alone, keys too."""
        match tree:
            case Scalar():
                return self._name(tree)
            case Sequence(items, span, flow):
                return Sequence(tuple(self.names(item) for item in items), span, flow)
            case MappingTree(entries, span, flow):
                return MappingTree(tuple((self._name(key), self.names(part)) for key, part in entries), span, flow)

    def values(self, tree: Tree) -> Tree:
        """Walk over constants; the keys of maps are names of fields."""
        match tree:
            case Scalar():
                return self._value(tree)
            case Sequence(items, span, flow):
                return Sequence(tuple(self.values(item) for item in items), span, flow)
            case MappingTree(entries, span, flow):
                return MappingTree(tuple((self._name(key), self.values(part)) for key, part in entries), span, flow)

    def keyed(self, tree: Tree, part: Part, *, named: bool = True) -> Tree:
        """Walk over a map whose keys are names (or, not `named`, plain words) and whose values are all alike."""
        if not isinstance(tree, MappingTree):
            return tree
        entries = ((self._name(key) if named else key, part(self, value)) for key, value in tree.entries)
        return MappingTree(tuple(entries), tree.span, tree.flow)


def _map_of(part: Part, *, named: bool = True) -> Part:
    return lambda walk, tree: walk.keyed(tree, part, named=named)


def _record(parts: Mapping[str, Part]) -> Part:
    """Of a map with known keys, or of the short form, which is one text."""
    return lambda walk, tree: walk.parts(tree, parts) if isinstance(tree, MappingTree) else walk.names(tree)


def _each(part: Part) -> Part:
    def walk_over(walk: Walk, tree: Tree) -> Tree:
        if not isinstance(tree, Sequence):
            return tree
        items = tuple(part(walk, item) if isinstance(item, MappingTree) else item for item in tree.items)
        return Sequence(items, tree.span, tree.flow)

    return walk_over


def _message(walk: Walk, tree: Tree) -> Tree:
    if isinstance(tree, MappingTree) and isinstance(tree.get("fields"), MappingTree):
        return walk.parts(tree, {"fields": Walk.names})
    return walk.names(tree)


def _faults(walk: Walk, tree: Tree) -> Tree:
    # The words of the faults stay; the roles below them are names.
    def roles(walk: Walk, budget: Tree) -> Tree:
        return walk.names(budget) if isinstance(budget, MappingTree) else budget

    return walk.keyed(tree, roles, named=False)


def _kept(walk: Walk, tree: Tree) -> Tree:
    return tree


_NAMES: Part = Walk.names
_VALUES: Part = Walk.values
_TRANSITION = dict.fromkeys(
    [
        *("receive", "ignore", "defer", "after", "every", "at", "decide", "perform", "when"),
        *("if", "for", "draw", "do", "goto", "key", "undoes"),
    ],
    _NAMES,
)
_PARAMETER = {"type": _NAMES, "range": _NAMES}
_VARIABLE = {"type": _NAMES, "default": _NAMES, "start_in": _NAMES}
_ROLE = {
    "count": _NAMES,
    "restart_in": _NAMES,
    "variables": _map_of(_record(_VARIABLE)),
    "define": _NAMES,
    "states": _map_of(_each(_record(_TRANSITION))),
}
_PROPERTY: dict[str, Part] = {
    **dict.fromkeys(
        ["always", "never", "stable", "step", "eventually", "leads_to", "stays_possible", "reachable"], _NAMES
    ),
    "for": _NAMES,
    "given": _map_of(_NAMES, named=False),
}
_CASE = {"with": _map_of(_kept), "faults": _faults, "bounds": _NAMES, "violates": _NAMES, "expect": _NAMES}
_SCENARIO = {
    "with": _map_of(_kept),
    "decisions": _VALUES,
    "performs": _NAMES,
    "hold": _NAMES,
    "lose": _NAMES,
    "crash": _NAMES,
    "expect": _NAMES,
}
_SPEC: dict[str, Part] = {
    "parameters": _map_of(_record(_PARAMETER)),
    "assume": _map_of(_NAMES, named=False),
    "types": _NAMES,
    "messages": _map_of(_message),
    "bounds": _NAMES,
    "shared": _map_of(_record(_VARIABLE)),
    "define": _NAMES,
    "roles": _map_of(_record(_ROLE)),
    "properties": _map_of(_record(_PROPERTY)),
    "waive": _map_of(_kept),
    "survives": _map_of(_kept, named=False),
    "tolerates": _faults,
    "verify": _map_of(_record(_CASE), named=False),
    "simulate": _map_of(_record(_CASE), named=False),
    "scenarios": _map_of(_record(_SCENARIO), named=False),
}


# ---- renaming


def rename_spec(tree: MappingTree, names: Mapping[str, str]) -> MappingTree:
    """Return a spec with other names; in constants, words of enums and fields of records are names, and the rest is text."""

    def name(scalar: Scalar) -> Scalar:
        return rename_scalar(scalar, names)

    words = {word: new for word, new in names.items() if word in _enum_words(tree)}

    def value(scalar: Scalar) -> Scalar:
        return rename_scalar(scalar, words) if scalar.style == "plain" else scalar

    def mutant(scalar: Scalar) -> Scalar:
        return rename_scalar(scalar, names, after=scalar.text.find(" "))  # its kind stays

    # The names of mutants say where they are, but declare and read nothing, so that the walk passes over them.
    renamed = Walk(name, value).spec(rename_constants(tree, name))
    return Walk(mutant, value).parts(renamed, {"survives": _map_of(_kept)})


def rename_scalar(scalar: Scalar, names: Mapping[str, str], after: int = -1) -> Scalar:
    """Return a text with some of its name tokens changed; every character still knows its place in the file."""
    found = ((start, end) for start, end in names_in(scalar.text) if start > after)
    changes = [(start, end) for start, end in found if scalar.text[start:end] in names]
    if not changes:
        return scalar
    text, runs, done = "", [], 0
    for start, end in [*changes, (len(scalar.text), len(scalar.text))]:
        for run in (run for run in scalar.runs if done < run.offset < start):
            runs.append(Run(len(text) + run.offset - done, run.line, run.column))
        if done < start or not runs:
            runs.append(Run(len(text), *scalar.position(done)))
        text += scalar.text[done:start]
        if start < end:
            runs.append(Run(len(text), *scalar.position(start)))
            text += names[scalar.text[start:end]]
        done = end
    return Scalar(text, scalar.span, scalar.style, tuple(sorted(runs, key=lambda run: run.offset)))


# ---- declared names


def used_names(tree: MappingTree) -> frozenset[str]:
    """Return every name token of a spec, declared or not: what a new name must not be."""
    found: set[str] = set()

    def look(scalar: Scalar) -> Scalar:
        found.update(scalar.text[start:end] for start, end in names_in(scalar.text))
        return scalar

    Walk(look, look).spec(tree)
    return frozenset(found)


_ACT = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)")


def declared_names(tree: MappingTree) -> frozenset[str]:
    """Return what a spec declares and `rename` may rename."""
    return frozenset(_declared(tree)) - LANGUAGE_WORDS


def _declared(tree: MappingTree) -> Iterator[str]:
    for section in ("parameters", "messages", "types", "shared", "properties", "roles"):
        yield from _keys(tree.get(section))
    yield from _heads(tree.get("define"))
    yield from _enum_words(tree)
    for fields in _children(tree.get("types")):
        yield from _keys(fields)
    for message in _children(tree.get("messages")):
        long_form = message.get("fields") if isinstance(message, MappingTree) else None
        yield from _keys(long_form if isinstance(long_form, MappingTree) else message)
    for role in _children(tree.get("roles")):
        if isinstance(role, MappingTree):
            yield from _in_role(role)


def _in_role(role: MappingTree) -> Iterator[str]:
    yield from _keys(role.get("variables"))
    yield from _heads(role.get("define"))
    for states in _keys(role.get("states")):
        yield from (state.strip() for state in states.split(","))
    for transitions in _children(role.get("states")):
        for transition in transitions.items if isinstance(transitions, Sequence) else ():
            for trigger in ("decide", "perform"):
                value = transition.get(trigger) if isinstance(transition, MappingTree) else None
                yield from _heads_of(value)


def _enum_words(tree: MappingTree) -> Iterator[str]:
    for words in _children(tree.get("types")):
        if isinstance(words, Sequence):
            yield from (word.text for word in words.items if isinstance(word, Scalar))


def _keys(tree: Tree | None) -> Iterator[str]:
    if isinstance(tree, MappingTree):
        yield from (key.text for key, _ in tree.entries)


def _children(tree: Tree | None) -> Iterator[Tree]:
    if isinstance(tree, MappingTree):
        yield from (part for _, part in tree.entries)


def _heads(tree: Tree | None) -> Iterator[str]:
    if isinstance(tree, MappingTree):
        for key, _ in tree.entries:
            yield from _heads_of(key)


def _heads_of(tree: Tree | None) -> Iterator[str]:
    found = _ACT.match(tree.text) if isinstance(tree, Scalar) else None
    if found is not None:
        yield found.group(1)
