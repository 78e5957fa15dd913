"""Find states to which no transition leads.

Where one unreachable state leads to others, the first is the finding, and the others are named with it: they all
have one cause.
"""

from collections.abc import Iterable, Iterator, Mapping

from comityc.checks.analysis.guards import never_holds
from comityc.checks.analysis.slots import slots_of_state
from comityc.checks.analysis.wording import listed
from comityc.diagnostics.codes_checks import UNREACHABLE_STATE
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.model import Machine, Role

Edges = Mapping[str, frozenset[str]]
"""By state, the states that its transitions lead to."""


def unreachable_states(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each state that no chain of transitions leads to from the first."""
    for role in machine.roles:
        edges = _edges(role)
        reachable = reachable_states(role)
        spans = {state.name: state.span for state in role.states}
        for first, beyond in _causes([name for name in spans if name not in reachable], edges):
            led_to = any(each.goto == first and not never_holds(each.guard) for each in role.transitions)
            yield UNREACHABLE_STATE.at(
                spans[first],
                f"`{role.name}` never gets to `{first}`",
                caret="no `goto` from elsewhere leads here" if led_to else "no `goto` leads here",
                notes=(f"nor to {listed(beyond)}, which can be reached only from there",) if beyond else (),
            )


def reachable_states(role: Role) -> frozenset[str]:
    """Return the states that a chain of transitions leads to, and those in which an instance starts or comes back."""
    starts = [role.states[0].name, *([role.restart_in] if role.restart_in else [])]
    return _reached_from(starts, _edges(role))


def _edges(role: Role) -> Edges:
    names = {state.name for state in role.states}
    return {
        state.name: frozenset(slot.leads_to for slot in slots_of_state(state) if not never_holds(slot.transition.guard))
        & names
        for state in role.states
    }


def _reached_from(starts: Iterable[str], edges: Edges) -> frozenset[str]:
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        further = edges[waiting.pop()] - reached
        reached |= further
        waiting.extend(further)
    return frozenset(reached)


def _causes(unreachable: list[str], edges: Edges) -> Iterator[tuple[str, list[str]]]:
    """Yield the states to blame, each with those that only they lead to; of a circle its first in the text."""
    entered = {target for state in unreachable for target in edges[state] if target != state}
    covered: set[str] = set()
    for first in sorted(unreachable, key=lambda name: name in entered):
        if first not in covered:
            reached = _reached_from([first], edges)
            yield first, [name for name in unreachable if name in reached - covered and name != first]
            covered |= reached
