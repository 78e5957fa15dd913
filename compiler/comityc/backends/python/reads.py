"""An expression or statements come in; what they read, write and could stumble over goes out."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from comityc.machine import expressions as ir
from comityc.machine.expressions import DefinitionName, Expression, Statement
from comityc.machine.model import Definition
from comityc.records import dataclass, field_names

Definitions = Mapping[DefinitionName, Definition]

_NODES = (ir.Node, ir.Clause, ir.Target, ir.Assign, ir.Delete, ir.Mutate, ir.If, ir.For, ir.Send, ir.Let)


def walk(part: object) -> Iterator[object]:
    """Yield every node of an expression or of statements, outer ones first."""
    waiting = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(reversed(node))
            continue
        inside = _inside(type(node))
        if inside is not None:
            yield node
            waiting.extend([getattr(node, name) for name in inside])


def _fields_inside(node_type: type) -> tuple[str, ...] | None:
    """Return the fields of a kind of node in which others may stand, the last first; None for what is no node."""
    if not issubclass(node_type, _NODES):
        return None
    return tuple(name for name in reversed(field_names(node_type) or ()) if name not in ("type", "span"))


_inside: Callable[[type], tuple[str, ...] | None] = cache(_fields_inside)


@dataclass(frozen=True, slots=True)
class Reads:
    """What an expression reads of the instance and the event, its definitions included; names are in alphabetical order."""

    variables: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    sender: bool = False
    now: bool = False


def reads(part: object, definitions: Definitions) -> Reads:
    """Find what is read, through all definitions that are used."""
    variables: set[str] = set()
    shared: set[str] = set()
    messages: set[str] = set()
    sender = now = False
    for node in walk(part):
        match node:
            case ir.Variable(name=name):
                variables.add(name)
            case ir.SharedVariable(name=name):
                shared.add(name)
            case ir.Received(type=ir_type):
                messages.update(getattr(ir_type, "names", ()))
            case ir.Sender():
                sender = True
            case ir.Now():
                now = True
            case _:
                pass
        for used in _used_definitions(node):
            inner = reads(definitions[used].body, definitions)
            variables.update(inner.variables)
            shared.update(inner.shared)
            messages.update(inner.messages)
            sender, now = sender or inner.sender, now or inner.now
    return Reads(tuple(sorted(variables)), tuple(sorted(shared)), tuple(sorted(messages)), sender, now)


def used_definitions(part: object, definitions: Definitions) -> dict[DefinitionName, None]:
    """Return all definitions that are used, directly or by others, the using ones first."""
    found: dict[DefinitionName, None] = {}
    for node in walk(part):
        for used in _used_definitions(node):
            found.setdefault(used)
            for inner in used_definitions(definitions[used].body, definitions):
                found.setdefault(inner)
    return found


def _used_definitions(node: object) -> Iterator[DefinitionName]:
    match node:
        case ir.DefinitionCall(definition=name):
            yield name
        case ir.Function(key=name) if name is not None:
            yield name
        case _:
            pass


def locals_used(part: object) -> set[str]:
    """Return the names bound nearby that are read."""
    return {node.name for node in walk(part) if isinstance(node, ir.Local)}


def names_bound(part: object) -> set[str]:
    """Return the names that comprehensions, loops and arguments of blocks bind."""
    found: set[str] = set()
    for node in walk(part):
        match node:
            case ir.Clause(targets=targets):
                found.update(name for name, _ in targets)
            case ir.Let(name=name):
                found.add(name)
            case _:
                pass
    return found


def written(statements: tuple[Statement, ...], *, shared: bool = False) -> dict[str, None]:
    """Return the variables that statements change, in order of the first change."""
    return dict.fromkeys(
        node.variable for node in walk(statements) if isinstance(node, ir.Target) and node.shared == shared
    )


def sends(statements: tuple[Statement, ...]) -> bool:
    """Say whether there is a `send` among statements, also within others."""
    return any(isinstance(node, ir.Send) for node in walk(statements))


def may_be_undefined(expression: Expression, definitions: Definitions) -> bool:
    """Say whether an expression can stumble over a missing key, a none or a division by zero."""
    for node in walk(expression):
        match node:
            case ir.Item() | ir.Unwrap() | ir.InstanceAt() | ir.Arithmetic(operator="/" | "//" | "%"):
                return True
            case ir.Function(name="min" | "max", default=None):
                return True
            case ir.DefinitionCall(definition=name) if may_be_undefined(definitions[name].body, definitions):
                return True
            case _:
                pass
    return False


def is_constant(expression: Expression | None, definitions: Definitions) -> bool:
    """Say whether an expression reads nothing but parameters and constants, so that its value never changes."""
    unsteady = (ir.Fresh, ir.Local, ir.InstanceVariable, ir.InState, ir.InCondition, ir.ActQuery, ir.Old)
    bound = {name for node in walk(expression) if isinstance(node, ir.Clause) for name, _ in node.targets}
    if any(isinstance(n, unsteady) and getattr(n, "name", None) not in bound for n in walk(expression)):
        return False
    if any(not is_constant_definition(name, definitions) for name in used_definitions(expression, definitions)):
        return False
    return reads(expression, definitions) == Reads()


def is_constant_definition(name: DefinitionName, definitions: Definitions) -> bool:
    """Say whether a definition looks at nothing that changes, but for its arguments."""
    unsteady = (ir.Fresh, ir.InstanceVariable, ir.InState, ir.InCondition, ir.ActQuery, ir.Old)
    return not any(isinstance(node, unsteady) for node in walk(definitions[name].body))
