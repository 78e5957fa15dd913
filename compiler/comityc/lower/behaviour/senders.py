"""A protocol's `send` statements come in; for each message and role that receives it, the roles that may be its sender go out.

This is needed before types are known (the type of `sender` is part of them), so recipients are read from their form: a
role's name, a list of these, a variable of instance type, `sender` itself. Anything else may be any role that receives it.
"""

from collections.abc import Iterable, Iterator, Mapping

from comityc.machine.value_types import InstanceType, ListType, SetType, without_optional
from comityc.records import dataclass
from comityc.resolve.scopes import Declarations, RoleSymbol
from comityc.syntax import nodes


@dataclass(frozen=True, slots=True)
class _Sending:
    """A `send` of a role; `answers` are the messages whose sender `sender` may be there."""

    role: str
    message: str
    to: nodes.Expression
    answers: tuple[str, ...]


def find_senders(declarations: Declarations) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the possible senders by message and receiving role."""
    receivers = receivers_by_message(declarations)
    sendings = [s for role in declarations.roles.values() for s in _sendings(role, declarations)]
    senders: dict[tuple[str, str], set[str]] = {}
    changed = True
    while changed:
        changed = False
        for sending in sendings:
            hearers = receivers.get(sending.message, ())
            for recipient in _recipients(sending, declarations, senders, hearers):
                known = senders.setdefault((sending.message, recipient), set())
                if recipient in hearers and sending.role not in known:
                    known.add(sending.role)
                    changed = True
    return {key: tuple(sorted(roles)) for key, roles in senders.items()}


def receivers_by_message(declarations: Declarations) -> dict[str, tuple[str, ...]]:
    """Return the roles that receive, ignore or defer each message somewhere, in the order of the document."""
    receivers: dict[str, dict[str, None]] = {}
    for role in declarations.roles.values():
        for state in role.node.states:
            for transition in state.transitions:
                if isinstance(transition.trigger, nodes.ReceiveTrigger):
                    for message in transition.trigger.messages:
                        receivers.setdefault(message.text, {})[role.name] = None
    return {message: tuple(roles) for message, roles in receivers.items()}


def _sendings(role: RoleSymbol, declarations: Declarations) -> Iterator[_Sending]:
    for state in role.node.states:
        for transition in state.transitions:
            trigger = transition.trigger
            answers = tuple(m.text for m in trigger.messages) if isinstance(trigger, nodes.ReceiveTrigger) else ()
            for send in _sends(transition.body, role, declarations):
                yield _Sending(role.name, send.message.text, send.to, answers)


def _sends(body: Iterable[nodes.Statement], role: RoleSymbol, declarations: Declarations) -> Iterator[nodes.Send]:
    """Yield what statements send, and the blocks that they call, each block once."""
    waiting, entered = list(body), set()
    while waiting:
        match waiting.pop():
            case nodes.Send() as send:
                yield send
            case nodes.If(branches=branches, otherwise=otherwise):
                waiting += [statement for _, inner in branches for statement in inner]
                waiting += otherwise
            case nodes.For(body=inner):
                waiting += inner
            case nodes.Do(call=nodes.Call(function=nodes.Name(text=name))) if name not in entered:
                entered.add(name)
                define = role.defines.get(name) or declarations.defines.get(name)
                waiting += (define.statements if define is not None else None) or ()
            case _:
                continue


def _recipients(
    sending: _Sending,
    declarations: Declarations,
    senders: Mapping[tuple[str, str], set[str]],
    hearers: tuple[str, ...],
) -> tuple[str, ...]:
    found: list[str] = []
    items = sending.to.items if isinstance(sending.to, nodes.Display) else (sending.to,)
    for item in items:
        roles = _roles_of(item, sending, declarations, senders)
        if roles is None:
            return hearers
        found += roles
    return tuple(dict.fromkeys(found))


def _roles_of(
    node: nodes.Expression,
    sending: _Sending,
    declarations: Declarations,
    senders: Mapping[tuple[str, str], set[str]],
) -> tuple[str, ...] | None:
    """Return the roles that an expression of simple form names, or None when its form does not tell."""
    role = declarations.roles[sending.role]
    match node:
        case nodes.Name(text="sender"):
            return tuple(s for message in sending.answers for s in sorted(senders.get((message, role.name), ())))
        case nodes.Name(text="self" | "others"):
            return (role.name,)
        case nodes.Name(text=text) | nodes.Subscript(value=nodes.Name(text=text)) if text in declarations.roles:
            return (text,)
        case nodes.Name(text=text) if text in role.variables or text in declarations.shared:
            symbol = role.variables.get(text) or declarations.shared[text]
            held = without_optional(symbol.type)
            if isinstance(held, SetType | ListType) and held.item is not None:
                held = held.item
            return held.roles if isinstance(held, InstanceType) else None
        case _:
            return None
