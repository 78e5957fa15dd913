"""Find names that are different in the spec and the same in the generated code: `gave_up` and `GaveUp`.

`naming.py` says what each becomes. Names clash within one name space: the classes of the module, the states of a
role, the words of an enum, and what a role's handler is asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from comityc.diagnostics.codes_checks import NAME_CLASH
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.machine.model import Machine, Role
from comityc.machine.value_types import EnumType, RecordType
from comityc.naming import class_name, member_name, part_name

_ROLE_CLASSES = ("At", "State", "Decisions", "Machine")


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name: what it is, how the spec calls it, what it becomes, where it stands."""

    what: str
    name: str
    becomes: str
    span: Span


def name_clashes(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each name that becomes the same as an earlier one."""
    yield from _clashes(_classes(machine))
    for value_type in machine.types:
        if isinstance(value_type, EnumType):
            span = _span_of_type(machine, value_type.name)
            yield from _clashes(
                Named(f"the word `{word}` of `{value_type.name}`", word, member_name(word), span)
                for word in value_type.words
            )
    for role in machine.roles:
        yield from _clashes(
            Named(f"the state `{state.name}`", state.name, member_name(state.name), state.span) for state in role.states
        )
        yield from _clashes(_questions(role))


def _classes(machine: Machine) -> Iterator[Named]:
    for value_type in machine.types:
        if isinstance(value_type, EnumType | RecordType):
            span = _span_of_type(machine, value_type.name)
            yield Named(f"the type `{value_type.name}`", value_type.name, class_name(value_type.name), span)
    for message in machine.messages:
        yield Named(f"the message `{message.name}`", message.name, class_name(message.name), message.span)
    for role in machine.roles:
        for suffix in _ROLE_CLASSES:
            yield Named(f"the role `{role.name}`", role.name, class_name(role.name) + suffix, role.span)


def _questions(role: Role) -> Iterator[Named]:
    """Yield what the user's handler is asked: each decision and each act once, however many states ask it."""
    asked: dict[str, Named] = {}
    for state in role.states:
        for decision in state.decisions:
            what, span = f"the decision `{decision.name}`", decision.candidates[0].span
            asked.setdefault(what, Named(what, decision.name, part_name(decision.name), span))
        for request in state.requests:
            what, span = f"the act `{request.act}`", request.outcomes[0][1][0].span
            asked.setdefault(what, Named(what, request.act, part_name(request.act), span))
    yield from asked.values()


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
        yield NAME_CLASH.at(
            named.span,
            f"{named.what} and {earlier.what} are both `{named.becomes}` in the generated code",
            caret="too close to the other name",
            labels=(Label(earlier.span, "the other one"),),
            help=f"give one of them another name than `{named.name}`",
        )
