"""A spec and a change of names come in; the spec goes out with that change in the values of its parameters.

Here a word is a name only where the type says so: `{name: reserve, kind: pivot}` of a `Step` has a text and a word of an enum.
"""

from collections.abc import Callable

from comityc.source.tree import Mapping, Scalar, Sequence, Tree
from comityc.syntax.nodes import TypeName
from comityc.syntax.parser import parse_type, parse_variable

Change = Callable[[Scalar], Scalar]

_DEEPEST = 32
"""Names of types may lead in a circle, which is found later than this runs."""


def rename_constants(tree: Mapping, change: Change) -> Mapping:
    """Change the defaults of parameters, and what `with` gives them in cases and scenarios."""
    types = tree.get("types")
    constants = _Constants(types if isinstance(types, Mapping) else Mapping((), tree.span), change)
    types_of = {key.text: _type_of(parameter) for key, parameter in _entries(tree.get("parameters"))}

    def part(section: str, value: Tree) -> Tree:
        if section == "parameters":
            return _each(value, lambda parameter: _default(parameter, constants))
        if section in ("verify", "simulate", "scenarios"):
            return _each(value, lambda case: _with(case, types_of, constants))
        return value

    return Mapping(tuple((key, part(key.text, value)) for key, value in tree.entries), tree.span, tree.flow)


def _default(parameter: Tree, constants: "_Constants") -> Tree:
    type_name = _type_of(parameter)
    return _at(parameter, "default", lambda value: constants.change(value, type_name))


def _with(case: Tree, types_of: dict[str, TypeName | None], constants: "_Constants") -> Tree:
    def values(tree: Tree) -> Tree:
        entries = ((key, constants.change(value, types_of.get(key.text))) for key, value in _entries(tree))
        return Mapping(tuple(entries), tree.span, tree.flow) if isinstance(tree, Mapping) else tree

    return _at(case, "with", values)


def _type_of(parameter: Tree) -> TypeName | None:
    written = parameter.get("type") if isinstance(parameter, Mapping) else parameter
    if not isinstance(written, Scalar):
        return None
    short, _ = parse_variable(written)
    return None if short is None else short.type


class _Constants:
    """Changes constants by their types."""

    def __init__(self, types: Mapping, change: Change) -> None:
        self._types = types
        self._name = change

    def change(self, value: Tree, type_name: TypeName | None, depth: int = 0) -> Tree:
        """Change what is a name in a value of a type."""
        if type_name is None or depth > _DEEPEST:
            return value
        declared = self._types.get(type_name.name.text)
        match value, declared:
            case Scalar(), Sequence():
                return self._name(value) if value.style == "plain" else value
            case _, Scalar():
                return self.change(value, parse_type(declared)[0], depth + 1)
            case Mapping(), Mapping():
                return self._record(value, declared, depth)
            case Sequence(), _ if type_name.arguments:
                items = tuple(self.change(item, type_name.arguments[0], depth + 1) for item in value.items)
                return Sequence(items, value.span, value.flow)
            case Mapping(), _ if len(type_name.arguments) == 2:
                return self._map(value, *type_name.arguments, depth)
            case _:
                return value

    def _record(self, value: Mapping, fields: Mapping, depth: int) -> Mapping:
        entries = tuple(
            (
                self._name(key),
                self.change(part, _type_of(written) if (written := fields.get(key.text)) else None, depth + 1),
            )
            for key, part in value.entries
        )
        return Mapping(entries, value.span, value.flow)

    def _map(self, value: Mapping, key_type: TypeName, value_type: TypeName, depth: int) -> Mapping:
        entries = []
        for key, part in value.entries:
            changed = self.change(key, key_type, depth + 1)
            entries.append((changed if isinstance(changed, Scalar) else key, self.change(part, value_type, depth + 1)))
        return Mapping(tuple(entries), value.span, value.flow)


def _entries(tree: Tree | None) -> tuple[tuple[Scalar, Tree], ...]:
    return tree.entries if isinstance(tree, Mapping) else ()


def _each(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    if not isinstance(tree, Mapping):
        return tree
    return Mapping(tuple((key, change(part)) for key, part in tree.entries), tree.span, tree.flow)


def _at(tree: Tree, place: str, change: Callable[[Tree], Tree]) -> Tree:
    if not isinstance(tree, Mapping):
        return tree
    entries = tuple((key, change(part) if key.text == place else part) for key, part in tree.entries)
    return Mapping(entries, tree.span, tree.flow)
