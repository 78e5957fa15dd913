"""What a byzantine instance was sent in; all that it may say out: every value within the bounds, ids and digests that it knows.

It knows the ids and digests in messages that it was sent, ids that it makes itself (one, or as many as the bound on `id` says), and
digests over values that it knows. It cannot take another's name.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from comityc.explore.engine.domains import Domains
from comityc.explore.engine.setting import Setting, nodes_in
from comityc.explore.engine.values import sealed
from comityc.machine.expressions import Digest
from comityc.machine.value_types import (
    DigestType,
    IdType,
    ListType,
    MapType,
    MessageType,
    OptionalType,
    RecordType,
    SetType,
    ValueType,
)
from comityc.naming import value_name

Secrets = Callable[[Any], Iterator[str]]


class Liars:
    """Knows what secrets messages carry, and what a liar makes of those it knows."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._messages = {message.name: message for message in setting.machine.messages}
        self._secrets = {name: self._message_secrets(name) for name in self._messages}
        self._sealed_types = _sealed_types(setting)
        self._sayings: dict[tuple[int, tuple[str, ...]], tuple[tuple[int, Any, str], ...]] = {}

    def secrets(self, name: str, message: Any) -> tuple[str, ...]:
        """Return the ids and digests that a message tells."""
        find = self._secrets[name]
        return () if find is None else tuple(sorted(set(find(message))))

    def sayings(self, liar: int, known: tuple[str, ...]) -> tuple[tuple[int, Any, str], ...]:
        """Return all that a liar may send: (number of the receiver, message, name of its type)."""
        key = (liar, known)
        if key not in self._sayings:
            self._sayings[key] = tuple(self._find_sayings(liar, known))
        return self._sayings[key]

    def _find_sayings(self, liar: int, known: tuple[str, ...]) -> Iterator[tuple[int, Any, str]]:
        setting = self._setting
        role = setting.instances[liar].role
        domains = self._domains(liar, known)
        for name, message in self._messages.items():
            if role not in message.senders:
                continue
            values = tuple(domains.messages(name))
            for receiver, instance in enumerate(setting.instances):
                if instance.role in message.receivers and receiver != liar:
                    yield from ((receiver, value, name) for value in values)

    def _domains(self, liar: int, known: tuple[str, ...]) -> Domains:
        setting = self._setting
        size = setting.domains.size("id")
        own = tuple(f"{setting.instances[liar]}#{i + 1}" for i in range(1 if size is None else size))
        digests = tuple(text for text in known if text.startswith("digest("))
        ids = (*own, *(text for text in known if text not in digests and text not in own))
        domains = replace(setting.domains, ids=ids, digests=digests)
        made = [
            sealed(row)
            for parts in self._sealed_types
            for row in product(*(domains.values(value_type, name) for value_type, name in parts))
        ]
        return replace(domains, digests=tuple(dict.fromkeys((*digests, *made))))

    def _message_secrets(self, name: str) -> Secrets | None:
        parts = [(value_name(field.name), _secrets_of(field.type)) for field in self._messages[name].fields]
        telling = [(field, find) for field, find in parts if find is not None]
        if not telling:
            return None

        def find_all(message: Any) -> Iterator[str]:
            for field, find in telling:
                yield from find(getattr(message, field))

        return find_all


def _sealed_types(setting: Setting) -> tuple[tuple[tuple[ValueType, str | None], ...], ...]:
    """Return what the protocol seals: the types of the values, with the names under which bounds may be given."""
    found: dict[tuple[tuple[ValueType, str | None], ...], None] = {}
    for node in nodes_in((setting.machine.roles, setting.machine.definitions)):
        if isinstance(node, Digest):
            found[tuple((_plain(part.type), getattr(part, "name", None)) for part in node.arguments)] = None
    return tuple(found)


def _plain(value_type: ValueType) -> ValueType:
    return value_type.item if isinstance(value_type, OptionalType) else value_type


def _secrets_of(value_type: ValueType | None) -> Secrets | None:
    """Return how to find the ids and digests in a value of this type; None when there are none."""
    match value_type:
        case IdType() | DigestType():
            return lambda value: iter((value,))
        case OptionalType(item=item):
            optional = _secrets_of(item)
            return None if optional is None else (lambda value: iter(()) if value is None else optional(value))
        case SetType(item=item) | ListType(item=item):
            inner = _secrets_of(item)
            return None if inner is None else (lambda value: (text for one in value for text in inner(one)))
        case MapType(key=key, value=item):
            return _map_secrets(_secrets_of(key), _secrets_of(item))
        case RecordType(fields=fields):
            parts = [(at, find) for at, find in ((at, _secrets_of(f.type)) for at, f in enumerate(fields)) if find]
            return (lambda value: (text for at, find in parts for text in find(value[at]))) if parts else None
        case MessageType():
            return None  # what a message inside a message tells is not looked for
        case _:
            return None


def _map_secrets(key: Secrets | None, item: Secrets | None) -> Secrets | None:
    if key is None and item is None:
        return None

    def find(value: Any) -> Iterator[str]:
        for one, other in value.items():
            if key is not None:
                yield from key(one)
            if item is not None:
                yield from item(other)

    return find
