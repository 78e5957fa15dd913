"""Find final states that act, and protocols in which no role has an end."""

from collections.abc import Iterator

from comityc.checks.analysis.provenance import sends_in
from comityc.checks.analysis.slots import slots_of_state
from comityc.diagnostics.codes_checks import FINAL_STATE_ACTS, NO_FINAL_STATE
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.machine.model import Machine, Role, State


def acting_final_states(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each transition of a final state that sends something or leads elsewhere."""
    may_be_left = _may_be_left(machine)
    for role in machine.roles:
        for state in role.states:
            if state.final:
                yield from _acts_of(role, state, may_be_left)


def _acts_of(role: Role, state: State, may_be_left: bool) -> Iterator[Diagnostic]:
    for transition in dict.fromkeys(slot.transition for slot in slots_of_state(state)):
        send = next(sends_in(transition.body), None)
        if send is not None:
            yield FINAL_STATE_ACTS.at(
                send.span,
                f"`{role.name}` sends `{send.message}` in `{state.name}`, which is final",
                caret="sent after the end",
                labels=(Label(state.span, "final"),),
            )
        elif transition.goto not in (None, state.name) and not may_be_left:
            yield FINAL_STATE_ACTS.at(
                transition.span,
                f"`{role.name}` leaves `{state.name}`, which is final",
                caret=f"leads to `{transition.goto}`",
                labels=(Label(state.span, "final"),),
            )


def _may_be_left(machine: Machine) -> bool:
    """Say whether the spec itself says that its final states are not final."""
    named = any("final_is_final" in case.violates for case in machine.cases)
    return named or any(
        promise.name == "final_is_final" and promise.waived is not None for promise in machine.properties
    )


def missing_final_states(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for a protocol in which nobody may ever stop, and no timer keeps it going either."""
    states = [state for role in machine.roles for state in role.states]
    if machine.is_model or machine.network == "sent_set" or any(state.final or state.resting for state in states):
        return
    if not any(state.timers for state in states):
        yield NO_FINAL_STATE.at(
            machine.roles[0].span,
            "no state of any role is final",
            caret="where does it end?",
            help="say in which state a role has finished, as in `done: final`",
        )
