"""Find messages that may arrive in a state that does not say what becomes of them.

Only what covers a message whatever its content counts: a `receive` with an `if` leaves the rest unsaid. Where the
order of causes rules a message out, nothing is said; where only variables do, it stays a warning, and `verify` decides.
"""

from collections.abc import Iterator

from comityc.checks.analysis.flow import messages_under_way
from comityc.checks.analysis.guards import leave_nothing
from comityc.checks.analysis.wording import listed, uses_kind
from comityc.diagnostics.codes_checks import UNHANDLED_MESSAGE
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.machine.model import Machine, Property, Role, State, Transition


def unhandled_messages(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for the states that leave the same messages unsaid, and for each `receive` that leaves some out."""
    if any(_is_waived(promise) for promise in machine.properties):
        return
    arriving = messages_under_way(machine)
    for role in machine.roles:
        # A role that nowhere receives a message cannot be sent it, which is a finding of its own.
        expected = {message.name for message in machine.messages if role.name in message.receivers}
        silent: dict[tuple[str, ...], list[State]] = {}
        partial: dict[tuple[str, Transition], list[State]] = {}
        for state in role.states:
            may_arrive = arriving.get((role.name, state.name), frozenset()) & expected
            if state.final or not may_arrive:
                continue
            candidates = {reception.message: reception.candidates for reception in state.receptions}
            declared = [message.name for message in machine.messages if message.name in may_arrive]
            unsaid = tuple(message for message in declared if not candidates.get(message))
            if unsaid:
                silent.setdefault(unsaid, []).append(state)
            for message in declared:
                if message not in unsaid and not leave_nothing(candidates[message]):
                    partial.setdefault((message, candidates[message][-1]), []).append(state)
        for messages, states in silent.items():
            yield _nothing_said(machine, role, states, messages)
        for (message, last), states in partial.items():
            yield _something_left(machine, role, states, message, last)


def _is_waived(promise: Property) -> bool:
    return promise.name == "no_unhandled_message" and promise.waived is not None


def _nothing_said(machine: Machine, role: Role, states: list[State], messages: tuple[str, ...]) -> Diagnostic:
    return UNHANDLED_MESSAGE.at(
        states[0].span,
        f"`{role.name}` does not say what becomes of {listed(messages)} in {_named(states)}",
        caret=f"{listed(messages, 'or')} may arrive here",
        labels=tuple(Label(state.span, "and here") for state in states[1:]),
        help=f"say what happens then: {_what_to_write(machine, messages[0])}",
    )


def _something_left(machine: Machine, role: Role, states: list[State], message: str, last: Transition) -> Diagnostic:
    return UNHANDLED_MESSAGE.at(
        last.guard.span if last.guard else last.span,
        f"`{role.name}` does not say what becomes of every `{message}` in {_named(states)}",
        caret="and when this does not hold?",
        help=f"say what happens otherwise: {_what_to_write(machine, message)}, after this one",
    )


def _named(states: list[State]) -> str:
    return listed([state.name for state in states])


def _what_to_write(machine: Machine, message: str) -> str:
    ignored = f" or `- ignore: {message}`" if uses_kind(machine, "ignore") else ""
    return f"`- receive: {message}`{ignored}"
