"""Find states to which no transition leads."""

from collections.abc import Iterator

from comityc.checks.analysis.guards import never_holds
from comityc.checks.analysis.slots import slots_of_state
from comityc.diagnostics.codes_checks import UNREACHABLE_STATE
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.model import Machine, Role


def unreachable_states(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each state that no chain of transitions leads to from the first."""
    for role in machine.roles:
        reachable = reachable_states(role)
        for state in role.states:
            if state.name not in reachable:
                yield UNREACHABLE_STATE.at(
                    state.span,
                    f"`{role.name}` never gets to `{state.name}`",
                    caret="no `goto` leads here" if not _named(role, state.name) else "only states beyond it lead here",
                )


def _named(role: Role, name: str) -> bool:
    return any(transition.goto == name for transition in role.transitions if not never_holds(transition.guard))


def reachable_states(role: Role) -> frozenset[str]:
    """Return the states that a chain of transitions leads to, and those in which an instance starts or comes back."""
    states = {state.name: state for state in role.states}
    waiting = [role.states[0].name, *([role.restart_in] if role.restart_in else [])]
    reached = set(waiting)
    while waiting:
        for slot in slots_of_state(states[waiting.pop()]):
            target = slot.leads_to
            if target in states and target not in reached and not never_holds(slot.transition.guard):
                reached.add(target)
                waiting.append(target)
    return frozenset(reached)
