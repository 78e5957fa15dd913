"""Types as written come in, value types go out; aliases are followed, and a circle of records is found."""

from collections.abc import Iterable, Mapping, Sequence

from comityc.diagnostics.bag import Bag
from comityc.diagnostics.codes_names import CIRCULAR_DEFINITION, TOO_LARGE, UNKNOWN_TYPE, WRONG_TYPE_ARGUMENTS
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.suggest import did_you_mean
from comityc.machine.value_types import (
    BoolType,
    DigestType,
    DurationType,
    EnumType,
    FractionType,
    HappeningType,
    IdType,
    InstanceType,
    IntType,
    ListType,
    MapType,
    MessageType,
    OptionalType,
    RecordField,
    RecordType,
    SetType,
    TextType,
    TimeType,
    TupleType,
    ValueType,
)
from comityc.resolve.words import TYPE_WORDS
from comityc.syntax import nodes

UNKNOWN: ValueType = HappeningType(act="?")
"""The type of what was reported already: it fits everywhere, so one mistake is one finding. No act has that name."""

_PLAIN: Mapping[str, ValueType] = {
    "bool": BoolType(),
    "int": IntType(),
    "fraction": FractionType(),
    "duration": DurationType(),
    "time": TimeType(),
    "text": TextType(),
    "id": IdType(),
    "digest": DigestType(),
}

_ARITY = {"set": 1, "list": 1, "map": 2}


LARGEST_TYPE = 1000
"""How many parts a type may have, with those of its parts: records of records grow fast."""

DEEPEST_TYPE = 50
"""How many types may be made of one another in a row."""


def is_small(value_type: ValueType | None) -> bool:
    """Say whether a type has no more parts than it may have, without looking at many more than these."""
    waiting: list[ValueType | None] = [value_type]
    parts = 0
    while waiting:
        parts += 1
        if parts > LARGEST_TYPE:
            return False
        match waiting.pop():
            case OptionalType(item=item) | SetType(item=item) | ListType(item=item):
                waiting.append(item)
            case MapType(key=key, value=value):
                waiting += [key, value]
            case TupleType(items=items):
                waiting += items
            case RecordType(fields=fields):
                waiting += [field.type for field in fields]
            case _:
                continue
    return True


class TypeResolver:
    """Resolves type names of one protocol; each declared type once."""

    def __init__(
        self, types: Iterable[nodes.TypeNode], messages: Iterable[str], roles: Iterable[str], bag: Bag
    ) -> None:
        self._nodes = {node.name.text: node for node in types}
        self._messages = frozenset(messages)
        self._roles = frozenset(roles)
        self._bag = bag
        self._resolved: dict[str, ValueType] = {}
        self._under_way: list[str] = []

    def declared(self, name: str) -> ValueType:
        """Return the type that `types:` declares under a name."""
        if name not in self._resolved:
            node = self._nodes[name]
            if name in self._under_way:
                circle = " -> ".join([*self._under_way[self._under_way.index(name) :], name])
                self._bag.add(
                    CIRCULAR_DEFINITION.at(node.name.span, f"type `{name}` is made of itself", notes=(circle,))
                )
                return UNKNOWN
            if len(self._under_way) >= DEEPEST_TYPE:
                return self._too_large(node)
            self._under_way.append(name)
            resolved = self._declared(node)
            self._under_way.pop()
            self._resolved[name] = resolved if is_small(resolved) else self._too_large(node)
        return self._resolved[name]

    def _too_large(self, node: nodes.TypeNode) -> ValueType:
        name = node.name
        self._bag.add(
            TOO_LARGE.at(
                name.span,
                f"type `{name.text}` is made of too many others",
                caret=f"more than {LARGEST_TYPE} when it is written out",
            )
        )
        return UNKNOWN

    def _declared(self, node: nodes.TypeNode) -> ValueType:
        name = node.name.text
        if node.words is not None:
            return EnumType(name, tuple(word.text for word in node.words))
        if node.fields is not None:
            return RecordType(name, self.fields(node.fields))
        if node.alias is None:
            return UNKNOWN
        match self.resolve(node.alias):
            case IntType():
                return IntType(alias=name)
            case FractionType():
                return FractionType(alias=name)
            case TextType():
                return TextType(alias=name)
            case IdType():
                return IdType(alias=name)
            case other:
                return other

    def fields(self, fields: Iterable[nodes.FieldNode]) -> tuple[RecordField, ...]:
        """Return the fields of a record or a message."""
        return tuple(RecordField(field.name.text, self.resolve(field.type)) for field in fields)

    def resolve(self, written: nodes.TypeName) -> ValueType:
        """Return what a type as written means."""
        resolved = self._resolve(written)
        if written.optional and resolved != UNKNOWN and not isinstance(resolved, OptionalType):
            return OptionalType(resolved)
        return resolved

    def _resolve(self, written: nodes.TypeName) -> ValueType:
        name = written.name.text
        expected = _ARITY.get(name, 0)
        if len(written.arguments) != expected and self._is_known(name):
            self._bag.add(_wrong_arity(written, expected))
            return UNKNOWN
        match name:
            case "set":
                return SetType(self.resolve(written.arguments[0]))
            case "list":
                return ListType(self.resolve(written.arguments[0]))
            case "map":
                return MapType(self.resolve(written.arguments[0]), self.resolve(written.arguments[1]))
            case _:
                return self._named(written.name, written.arguments)

    def _named(self, written: nodes.Name, arguments: Sequence[nodes.TypeName]) -> ValueType:
        name = written.text
        if name in _PLAIN:
            return _PLAIN[name]
        if name in self._nodes:
            return self.declared(name)
        if name in self._messages:
            return MessageType((name,))
        if name in self._roles:
            return InstanceType((name,))
        known = (*TYPE_WORDS, *self._nodes, *self._messages, *self._roles)
        help_text = _meant(name, arguments) or did_you_mean(name, known)
        self._bag.add(UNKNOWN_TYPE.at(written.span, f"unknown type `{name}`", help=help_text))
        return UNKNOWN

    def is_type(self, name: str) -> bool:
        """Say whether a name is a type's: of the language, declared, a message or a role."""
        return self._is_known(name)

    def _is_known(self, name: str) -> bool:
        return name in TYPE_WORDS or name in self._nodes or name in self._messages or name in self._roles


_FOREIGN = {
    "string": "text",
    "str": "text",
    "char": "text",
    "integer": "int",
    "number": "int",
    "long": "int",
    "nat": "int",
    "boolean": "bool",
    "float": "fraction",
    "double": "fraction",
    "decimal": "fraction",
    "real": "fraction",
    "dict": "map",
    "dictionary": "map",
    "object": "map",
    "array": "list",
    "sequence": "list",
    "seq": "list",
    "tuple": "list",
    "vector": "list",
    "queue": "list",
    "frozenset": "set",
    "datetime": "time",
    "timestamp": "time",
    "date": "time",
    "timedelta": "duration",
    "uuid": "id",
    "guid": "id",
    "hash": "digest",
    "bytes": "digest",
}
"""Types of other languages, in small letters, with ours."""


def _meant(name: str, arguments: Sequence[nodes.TypeName]) -> str | None:
    """Say how to write a type of another language."""
    if name.lower() in ("optional", "option", "maybe", "nullable"):
        return f"write `{arguments[0].name.text if arguments else 'T'}?`"
    if name.lower() in ("enum", "literal", "union"):
        return "declare it under `types:`, with its words in a list"
    ours = _FOREIGN.get(name.lower())
    return f"write `{ours}`" if ours is not None else None


def _wrong_arity(written: nodes.TypeName, expected: int) -> Diagnostic:
    name, found = written.name.text, len(written.arguments)
    shape = {"set": "set[T]", "list": "list[T]", "map": "map[K, V]"}.get(name, name)
    wanted = "no arguments" if expected == 0 else f"{expected} argument{'s' * (expected > 1)}"
    return WRONG_TYPE_ARGUMENTS.at(written.span, f"`{name}` takes {wanted}, not {found}", help=f"write `{shape}`")
