"""A machine and a case in; whether its alike instances can be counted, or why not, out.

They can where everything that concerns one of them is its own: there is one role of alike instances and one instance of one other
role, the centre. An instance knows of no other; messages go between it and the centre; and what the centre knows of instances stands in
variables `set[role]` and `map[role, T]`, which say the same of each (`T` names none of them). A state is then the centre and, for each
condition that an instance can be in (its own state, what the centre notes of it, the messages between them), how many are in it: no
renaming changes these numbers, and two states with the same numbers differ in names alone. So the quotient is exact.
"""

from collections.abc import Iterator

from comityc.explore.plan import Run
from comityc.machine import expressions as x
from comityc.machine.model import Envelope, Machine, Role, TypeDomain
from comityc.machine.value_types import (
    DigestType,
    HappeningType,
    IdType,
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


def why_not(machine: Machine, run: Run, roles: tuple[str, ...]) -> str | None:
    """Return why the instances of these roles, which are alike, cannot be counted; None when they can."""
    return next(_obstacles(machine, run, roles), None)


def the_centre(machine: Machine, role: str) -> Role:
    """Return the role that is not counted."""
    return next(one for one in machine.roles if one.name != role)


def containers(machine: Machine, role: str) -> tuple[str, ...]:
    """Return the variables in which the centre keeps what it knows of the instances."""
    return tuple(v.name for v in the_centre(machine, role).variables if _is_container(v.type, role))


def _obstacles(machine: Machine, run: Run, roles: tuple[str, ...]) -> Iterator[str]:
    if len(roles) != 1 or len(machine.roles) != 2:
        yield "there are more than one role of alike instances and one other role"
        return
    role = roles[0]
    centre = the_centre(machine, role)
    if centre.count is not None:
        yield f"there may be more than one {centre.name}"
    if machine.shared is not None or machine.network == "none" or run.case.network == "none":
        yield "instances see one another"
    if machine.acts:
        yield "something is done in the world"
    if run.case.clock is not None:
        yield "it has a clock"
    if run.case.faults not in (Envelope(), Envelope(reorder=True)):
        yield "something may go wrong"
    if any(owner.dynamic for owner in machine.roles):
        yield "instances join and leave"
    if any(v.start_in is not None for owner in machine.roles if owner.name == role for v in owner.variables):
        yield f"{role} may start in several ways"
    if any(message.fifo for message in machine.messages):
        yield "some messages keep their order and others do not"
    for message in machine.messages:
        if role in message.senders and role in message.receivers:
            yield f"`{message.name}` goes from one {role} to another"
        if centre.name in message.senders and centre.name in message.receivers:
            yield f"`{message.name}` goes from {centre.name} to itself"
        for field in message.fields:
            if _names(field.type, role):
                yield f"`{message.name}` may name a {role}"
    yield from _remembered(machine, role, centre)
    yield from _chosen(machine, role)


def _remembered(machine: Machine, role: str, centre: Role) -> Iterator[str]:
    for owner in machine.roles:
        for variable in owner.variables:
            plain = not _names(variable.type, role)
            if not plain and not (owner is centre and _is_container(variable.type, role)):
                yield f"`{variable.name}` of {owner.name} may name a {role}"


def _chosen(machine: Machine, role: str) -> Iterator[str]:
    """What is chosen or gone through by name: draws, decisions, timers and steps `for` each."""
    for owner in machine.roles:
        for transition in owner.transitions:
            if transition.draw is not None and _names(transition.draw[1].type, role):
                yield f"`{transition.name}` draws a {role}"
        for state in owner.states:
            for decision in state.decisions:
                if decision.domain is not None and _names(decision.domain.type, role):
                    yield f"`{decision.name}` may be a {role}"
                if isinstance(decision.domain, TypeDomain) and isinstance(decision.domain.type, ListType):
                    yield f"`{decision.name}` may be a list"
            loops = [rule.loop for rule in state.timers] + [rule.loop for rule in state.decisions]
            for loop in loops + [rule.loop for rule in state.spontaneous]:
                if loop is not None and any(_names(kind, role) for _, kind in loop.targets):
                    yield f"something in `{state.name}` goes on for each {role}"


def _is_container(kind: ValueType, role: str) -> bool:
    mine = InstanceType((role,))
    match kind:
        case SetType(item=item):
            return item == mine
        case MapType(key=key, value=value):
            return key == mine and value is not None and not _names(value, role)
        case _:
            return False


def _names(kind: ValueType | None, role: str) -> bool:
    """Say whether a value of this type may name an instance of a role, or be told by the name of one."""
    match kind:
        case InstanceType(roles=roles):
            return role in roles
        case IdType() | DigestType() | MessageType() | HappeningType():
            return True
        case OptionalType(item=item) | SetType(item=item) | ListType(item=item):
            return _names(item, role)
        case MapType(key=key, value=value):
            return _names(key, role) or _names(value, role)
        case TupleType(items=items):
            return any(_names(item, role) for item in items)
        case RecordType(fields=fields):
            return any(_names(field.type, role) for field in fields)
        case _:
            return False


def is_container_of(part: x.Expression, centre: str, names: tuple[str, ...]) -> bool:
    """Say whether an expression of a property is one of the centre's variables about instances."""
    match part:
        case x.InstanceVariable(instance=x.SingleInstance(role=role), name=name):
            return role == centre and name in names
        case _:
            return False
