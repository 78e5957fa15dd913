"""Any part of a machine comes in; every expression and statement inside it goes out.

The walk goes by the fields of the dataclasses, so that a new form of expression needs nothing here.
Named expressions are followed into their bodies, each once, because what they read is read where they are used.
"""

from collections.abc import Iterator, Mapping

from comityc.diagnostics.span import Span
from comityc.machine.expressions import DefinitionCall, DefinitionName, Function, InstanceVariable, Variable
from comityc.machine.model import Definition, Machine
from comityc.machine.value_types import InstanceType
from comityc.records import field_names

Definitions = Mapping[DefinitionName, Definition]
Read = tuple[str | None, str]
"""A role and a variable of it; without a role where only the place of use says whose variable it is."""


def definitions_of(machine: Machine) -> Definitions:
    """Return the named expressions by their names."""
    return {definition.name: definition for definition in machine.definitions}


def walk(part: object, definitions: Definitions, stop_at: tuple[type, ...] = ()) -> Iterator[object]:
    """Yield every node inside, the part itself first; what is `stop_at` is yielded and not entered."""
    seen: set[DefinitionName] = set()
    waiting: list[object] = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple | list):
            waiting.extend(reversed(node))
            continue
        names = field_names(type(node))
        if names is None or isinstance(node, Span):
            continue
        yield node
        if isinstance(node, stop_at):
            continue
        waiting.extend([getattr(node, name) for name in reversed(names) if name != "type"])
        name = definition_used(node)
        if name is not None and name not in seen:
            seen.add(name)
            if name in definitions:
                waiting.append(definitions[name].body)


def definition_used(node: object) -> DefinitionName | None:
    """Return the named expression that a node uses, if it is a node that does."""
    match node:
        case DefinitionCall(definition=name):
            return name
        case Function(key=name):
            return name
        case _:
            return None


def variables_read(
    part: object, definitions: Definitions, acting: str | None, stop_at: tuple[type, ...] = ()
) -> frozenset[Read]:
    """Return the variables that a part reads when an instance of the role `acting` evaluates it."""
    read: set[Read] = set()
    for node in walk(part, definitions, stop_at):
        match node:
            case Variable(name=name):
                read.add((acting, name))
            case InstanceVariable(instance=instance, name=name) if isinstance(instance.type, InstanceType):
                read |= {(role, name) for role in instance.type.roles}
            case InstanceVariable(name=name):
                read.add((None, name))
            case _:
                pass
    return frozenset(read)
