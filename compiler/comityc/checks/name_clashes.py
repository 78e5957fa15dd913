"""Find names that are different in the spec and the same in the generated code: `gave_up` and `gaveUp`.

`naming.py` says what each becomes. Names clash within one name space: the classes of the module, the states of a
role, the words of an enum, fields, variables, and what the agent of a role is asked.
"""

from collections.abc import Iterable, Iterator

from comityc.diagnostics.codes_checks import NAMES_TOO_CLOSE
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.machine.model import Machine, Role
from comityc.machine.value_types import EnumType, RecordType
from comityc.naming import class_name, member_name, value_name
from comityc.records import dataclass

_ROLE_CLASSES = ("At", "State", "Machine", "Handler")
_ACT_CLASSES = ("Arguments", "Outcome")


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name: what it is, how the spec calls it, what it becomes, where it stands."""

    what: str
    name: str
    becomes: str
    span: Span


def name_clashes(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each name that becomes the same as an earlier one."""
    for space in (_classes(machine), *_parts_of_types(machine), *_parts_of_roles(machine)):
        yield from _clashes(space)


def _classes(machine: Machine) -> Iterator[Named]:
    for value_type in machine.types:
        if isinstance(value_type, EnumType | RecordType):
            name = value_type.name
            yield Named(f"the type `{name}`", name, class_name(name), _span_of_type(machine, name))
    for message in machine.messages:
        yield Named(f"the message `{message.name}`", message.name, class_name(message.name), message.span)
    for role in machine.roles:
        for ending in _ROLE_CLASSES:
            yield Named(f"the role `{role.name}`", role.name, class_name(role.name) + ending, role.span)
    for act in machine.acts:
        for ending in _ACT_CLASSES:
            yield Named(f"the act `{act.name}`", act.name, class_name(act.name) + ending, act.span)


def _parts_of_types(machine: Machine) -> Iterator[Iterable[Named]]:
    for value_type in machine.types:
        match value_type:
            case EnumType(name=name, words=words):
                span = _span_of_type(machine, name)
                yield [Named(f"the word `{word}`", word, member_name(word), span) for word in words]
            case RecordType(name=name, fields=fields):
                span = _span_of_type(machine, name)
                yield [Named(f"the field `{field.name}`", field.name, value_name(field.name), span) for field in fields]
            case _:
                pass
    for message in machine.messages:
        yield [
            Named(f"the field `{field.name}`", field.name, value_name(field.name), message.span)
            for field in message.fields
        ]


def _parts_of_roles(machine: Machine) -> Iterator[Iterable[Named]]:
    for role in machine.roles:
        yield [Named(f"the state `{each.name}`", each.name, member_name(each.name), each.span) for each in role.states]
        yield [
            Named(f"the variable `{each.name}`", each.name, value_name(each.name), each.span) for each in role.variables
        ]
        yield _questions(role)


def _questions(role: Role) -> Iterator[Named]:
    """Yield what the agent of a role is asked: its decisions and its acts."""
    for state in role.states:
        for decision in state.decisions:
            span = decision.candidates[0].span
            yield Named(f"the decision `{decision.name}`", decision.name, value_name(decision.name), span)
        for request in state.requests:
            span = next((each.span for _, candidates in request.outcomes for each in candidates), state.span)
            yield Named(f"the act `{request.act}`", request.act, value_name(request.act), span)


def _span_of_type(machine: Machine, name: str) -> Span:
    return dict(machine.type_spans).get(name, machine.roles[0].span)


def _clashes(names: Iterable[Named]) -> Iterator[Diagnostic]:
    first: dict[str, Named] = {}
    blamed: set[str] = set()
    for named in names:
        earlier = first.setdefault(named.becomes, named)
        if earlier.what == named.what or named.what in blamed:
            continue
        blamed.add(named.what)
        yield NAMES_TOO_CLOSE.at(
            named.span,
            f"{named.what} and {earlier.what} are both `{named.becomes}` in the generated code",
            caret="too close to the other name",
            labels=(Label(earlier.span, "the other one"),),
            help=f"give one of them another name than `{named.name}`",
        )
