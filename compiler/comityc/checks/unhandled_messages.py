"""Find messages that may arrive in a state that does not say what becomes of them.

Only what covers a message whatever its content counts: a `receive` with an `if` leaves the rest unsaid. Where the
order of causes rules a message out, nothing is said; where only variables do, it stays a warning, and `verify` decides.
"""

from collections.abc import Iterator, Mapping

from comityc.checks.analysis.flow import messages_under_way
from comityc.checks.analysis.guards import leave_nothing
from comityc.checks.analysis.wording import listed, uses_kind
from comityc.diagnostics.codes_checks import UNHANDLED_MESSAGE
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.model import Machine, Property, Reception, Role, State


def unhandled_messages(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each state that leaves messages unsaid, and for each `receive` that leaves some out."""
    if any(_is_waived(promise) for promise in machine.properties):
        return
    arriving = messages_under_way(machine)
    for role in machine.roles:
        # A role that nowhere receives a message cannot be sent it, which is a finding of its own.
        expected = {message.name for message in machine.messages if role.name in message.receivers}
        for state in role.states:
            may_arrive = arriving.get((role.name, state.name), frozenset()) & expected
            if not state.final:
                yield from _unhandled_in(machine, role, state, may_arrive)


def _is_waived(promise: Property) -> bool:
    return promise.name == "no_unhandled_message" and promise.waived is not None


def _unhandled_in(machine: Machine, role: Role, state: State, may_arrive: frozenset[str]) -> Iterator[Diagnostic]:
    receptions = {reception.message: reception for reception in state.receptions if reception.candidates}
    declared = [message.name for message in machine.messages if message.name in may_arrive]
    unsaid = [message for message in declared if message not in receptions]
    if unsaid:
        yield _nothing_said(machine, role, state, unsaid)
    for message in declared:
        if message in receptions and not leave_nothing(receptions[message].candidates):
            yield _something_left(machine, role, state, receptions)[message]


def _nothing_said(machine: Machine, role: Role, state: State, messages: list[str]) -> Diagnostic:
    return UNHANDLED_MESSAGE.at(
        state.span,
        f"`{role.name}` does not say what becomes of {listed(messages)} in `{state.name}`",
        caret=f"{listed(messages, 'or')} may arrive here",
        help=f"say what happens then: {_what_to_write(machine, messages[0])}",
    )


def _something_left(
    machine: Machine, role: Role, state: State, receptions: Mapping[str, Reception]
) -> Mapping[str, Diagnostic]:
    return {
        message: UNHANDLED_MESSAGE.at(
            last.guard.span if last.guard else last.span,
            f"`{role.name}` does not say what becomes of every `{message}` in `{state.name}`",
            caret="and when this does not hold?",
            help=f"say what happens otherwise: {_what_to_write(machine, message)}, after this one",
        )
        for message, reception in receptions.items()
        for last in reception.candidates[-1:]
    }


def _what_to_write(machine: Machine, message: str) -> str:
    ignored = f" or `- ignore: {message}`" if uses_kind(machine, "ignore") else ""
    return f"`- receive: {message}`{ignored}"
