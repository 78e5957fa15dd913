"""A role of a part comes in; the statements go out that set its variables back to their start values, for a run that is not the first."""

import re
from collections.abc import Iterator, Mapping

from comityc.expand.part import Part, entries, mapping
from comityc.expand.tokens import own_names
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Sequence, Tree

_EMPTY = {
    "bool": "false",
    "int": "0",
    "fraction": "0",
    "duration": "0s",
    "text": '""',
    "set": "set()",
    "list": "[]",
    "map": "{}",
}
_WORD = re.compile(r"\s*([A-Za-z]\w*)")


def resets(part: Part, role: str) -> Iterator[str]:
    """Yield the statements, one for each variable."""
    types = {key.text: value for key, value in entries(part.tree, "types")}
    for key, declared in entries(part.role(role), "variables"):
        value = start_value(declared, types)
        if value is not None:
            names = part.value_names(role)
            yield f"{part.own(key.text)} = {own_names(Scalar(value, key.span, 'plain', key.runs), names).text}"


def start_value(declared: Tree, types: Mapping[str, Tree]) -> str | None:
    """Return the start value of a variable, as it is declared or as its type has it; None where no expression says it."""
    if isinstance(declared, MappingTree):
        default = declared.get("default")
        if isinstance(default, Scalar):
            return default.text
        written = declared.get("type")
        if declared.get("start_in") is not None or not isinstance(written, Scalar):
            return None
        return _of_type(written.text, types)
    if not isinstance(declared, Scalar):
        return None
    type_text, sign, default_text = declared.text.partition("=")
    return default_text.strip() if sign else _of_type(type_text.strip(), types)


def _of_type(text: str, types: Mapping[str, Tree], depth: int = 0) -> str | None:
    if text.endswith("?"):
        return "none"
    word = _WORD.match(text)
    if word is None or depth > len(types):
        return None
    match types.get(word[1]):
        case Scalar(other):
            return _of_type(other, types, depth + 1)
        case Sequence(items) if items and isinstance(items[0], Scalar):
            return items[0].text
        case MappingTree(fields):
            values = [(key.text, _of_type(mapping_text(value), types, depth + 1)) for key, value in fields]
            if any(value is None for _, value in values):
                return None
            return f"{word[1]}({', '.join(f'{name}={value}' for name, value in values)})"
        case _:
            return _EMPTY.get(word[1])


def mapping_text(tree: Tree) -> str:
    """Return the type of a field as it is written."""
    if isinstance(tree, Scalar):
        return tree.text
    written = mapping(tree).get("type")
    return written.text if isinstance(written, Scalar) else ""
