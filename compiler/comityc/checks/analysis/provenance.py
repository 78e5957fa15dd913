"""An expression comes in; whom it can name goes out: anybody, or only those who sent certain messages.

`send Reject() to sender` answers somebody, and so does `send Cancel() to awardee` when `awardee` only ever holds
senders of a Propose. An instance that has not sent a Propose then need not expect a Cancel. *Causes* are these
messages; `ANYBODY` says that nothing is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import reduce

from comityc.checks.analysis.slots import Slot, slots_of
from comityc.checks.analysis.walk import walk
from comityc.machine import expressions as ex
from comityc.machine.model import Definition, Machine, Role
from comityc.machine.value_types import (
    HappeningType,
    InstanceType,
    ListType,
    MapType,
    MessageType,
    OptionalType,
    RecordType,
    SetType,
    TupleType,
    ValueType,
)
from comityc.records import dataclass

Causes = frozenset[str] | None
ANYBODY: Causes = None
NOBODY: Causes = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """What names stand for while an expression is read: variables and locals by name, and `sender`."""

    machine: Machine
    definitions: Mapping[ex.DefinitionName, Definition]
    variables: Mapping[str, Causes]
    sender: Causes
    local_names: Mapping[str, Causes] = field(default_factory=dict)

    def with_names(self, names: Mapping[str, Causes]) -> "Scope":
        """Return the scope with further names."""
        merged = {**self.local_names, **names}
        return Scope(self.machine, self.definitions, self.variables, self.sender, merged)


def joined(*causes: Causes) -> Causes:
    """Return the causes of something that comes from any of these."""
    return reduce(lambda one, other: None if one is None or other is None else one | other, causes, NOBODY)


def causes_of(expression: ex.Expression, scope: Scope) -> Causes:
    """Return whose names the value of an expression can hold."""
    if not holds_instances(expression.type, scope.machine):
        return NOBODY
    match expression:
        case ex.Sender():
            return scope.sender
        case ex.Variable(name=name):
            return scope.variables.get(name, ANYBODY)
        case ex.Local(name=name):
            return scope.local_names.get(name, ANYBODY)
        case ex.DefinitionCall(definition=name, arguments=arguments):
            definition = scope.definitions[name]
            given = [causes_of(argument, scope) for argument in arguments]
            names = dict(zip((name for name, _ in definition.arguments), given, strict=False))
            return causes_of(definition.body, scope.with_names(names))
        case ex.Comprehension():
            return _causes_of_comprehension(expression, scope)
        case (
            ex.Constant() | ex.ListOf() | ex.SetOf() | ex.MapOf() | ex.TupleOf() | ex.RecordOf() | ex.Unwrap()
            | ex.Field() | ex.Item() | ex.Slice() | ex.Arithmetic() | ex.Conditional() | ex.Function() | ex.MapMethod()
        ):  # fmt: skip
            return joined(*(causes_of(part, scope) for part in parts_of(expression)))
        case _:
            return ANYBODY


def _causes_of_comprehension(expression: ex.Comprehension, scope: Scope) -> Causes:
    for clause in expression.clauses:
        scope = scope.with_names(bound_by(clause, scope))
    value = NOBODY if expression.value is None else causes_of(expression.value, scope)
    return joined(causes_of(expression.element, scope), value)


def bound_by(clause: ex.Clause, scope: Scope) -> Mapping[str, Causes]:
    """Return what the names of a `for` can hold."""
    causes = causes_of(clause.iterable, scope)
    return {name: causes if holds_instances(kind, scope.machine) else NOBODY for name, kind in clause.targets}


def parts_of(expression: ex.Expression) -> Iterator[ex.Expression]:
    """Yield the expressions directly inside one."""
    waiting: list[object] = [getattr(expression, name) for name in type(expression).__dataclass_fields__]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting.extend(part)
        elif isinstance(part, ex.Node):
            yield part  # type: ignore[misc]  # every Node but the base class is an Expression


def holds_instances(value_type: ValueType | None, machine: Machine) -> bool:
    """Say whether a value of this type can name an instance."""
    match value_type:
        case InstanceType():
            return True
        case OptionalType(item=item) | SetType(item=item) | ListType(item=item):
            return holds_instances(item, machine)
        case MapType(key=key, value=value):
            return holds_instances(key, machine) or holds_instances(value, machine)
        case TupleType(items=items):
            return any(holds_instances(item, machine) for item in items)
        case RecordType(fields=fields):
            return any(holds_instances(field.type, machine) for field in fields)
        case MessageType(names=names):
            messages = (message for message in machine.messages if message.name in names)
            return any(holds_instances(field.type, machine) for message in messages for field in message.fields)
        case HappeningType(act=act):
            acts = (declared for declared in machine.acts if declared.name == act)
            return any(holds_instances(argument.type, machine) for declared in acts for argument in declared.arguments)
        case _:
            return False


def causes_of_variables(
    role: Role, machine: Machine, definitions: Mapping[ex.DefinitionName, Definition]
) -> Mapping[str, Causes]:
    """Return whose names each variable of a role can ever hold."""
    held: dict[str, Causes] = {}
    empty = Scope(machine, definitions, {}, NOBODY)
    for variable in role.variables:
        started = ANYBODY if variable.start_in and holds_instances(variable.type, machine) else NOBODY
        held[variable.name] = joined(started, causes_of(variable.default, empty))
    slots = tuple(slots_of(role))
    for name in _decided_names(role):
        declared = next((variable for variable in role.variables if variable.name == name), None)
        if declared and holds_instances(declared.type, machine):
            held[name] = ANYBODY
    while True:
        before = dict(held)
        for slot in slots:
            scope = scope_of(slot, Scope(machine, definitions, before, NOBODY))
            for name, causes in _written(slot.transition.body, scope):
                held[name] = joined(held.get(name, NOBODY), causes)
        if held == before:
            return held


def _decided_names(role: Role) -> Iterator[str]:
    return (decision.name for state in role.states for decision in state.decisions if decision.stores)


def scope_of(slot: Slot, scope: Scope) -> Scope:
    """Return what names stand for inside a transition at one of its places."""
    sender: Causes = ANYBODY if slot.message is None else frozenset({slot.message})
    inside = Scope(scope.machine, scope.definitions, scope.variables, sender)
    return inside.with_names(bound_by(slot.loop, inside)) if slot.loop else inside


def _written(body: tuple[ex.Statement, ...], scope: Scope) -> Iterator[tuple[str, Causes]]:
    for statement, inside in statements_of(body, scope):
        match statement:
            case ex.Assign(target=target, value=value):
                yield target.variable, joined(_causes_of_path(target, inside), causes_of(value, inside))
            case ex.Mutate(target=target, arguments=arguments, method="add" | "append"):
                given = (causes_of(argument, inside) for argument in arguments)
                yield target.variable, joined(_causes_of_path(target, inside), *given)
            case _:
                pass


def _causes_of_path(target: ex.Target, scope: Scope) -> Causes:
    return joined(*(causes_of(step, scope) for step in target.path if not isinstance(step, str)))


def statements_of(body: tuple[ex.Statement, ...], scope: Scope) -> Iterator[tuple[ex.Statement, Scope]]:
    """Yield every statement inside, each with what its names stand for."""
    for statement in body:
        yield statement, scope
        match statement:
            case ex.If(branches=branches, otherwise=otherwise):
                for _, branch in branches:
                    yield from statements_of(branch, scope)
                yield from statements_of(otherwise, scope)
            case ex.For(clause=clause, body=inner):
                yield from statements_of(inner, scope.with_names(bound_by(clause, scope)))
            case ex.Let(name=name, value=value):
                scope = scope.with_names({name: causes_of(value, scope)})
            case _:
                pass


def sends_in(part: object) -> Iterator[ex.Send]:
    """Yield the sends inside."""
    return (node for node in walk(part, {}) if isinstance(node, ex.Send))


def receivers_of(send: ex.Send) -> frozenset[str]:
    """Return the roles that a message is sent to."""
    return frozenset(_roles_of(send.to.type))


def _roles_of(value_type: ValueType | None) -> tuple[str, ...]:
    match value_type:
        case InstanceType(roles=roles):
            return roles
        case OptionalType(item=item) | SetType(item=item) | ListType(item=item):
            return _roles_of(item)
        case MapType(key=key):
            return _roles_of(key)
        case _:
            return ()
