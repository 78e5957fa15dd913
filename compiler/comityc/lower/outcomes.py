"""What `outcome:` says comes in; typed outcomes go out, each of a role and of states that it has."""

from comityc.diagnostics.codes_names import UNKNOWN_ROLE
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.context import Context, Lowering, Place
from comityc.machine.model import Outcome
from comityc.resolve.names import unknown_state


def lower_outcomes(lowering: Lowering) -> tuple[Outcome, ...]:
    """Return what the protocol hands over to a whole that it is a part of."""
    outcomes = []
    roles = lowering.declarations.roles
    for node in lowering.declarations.protocol.outcomes:
        role = roles.get(node.role.text)
        if role is None:
            lowering.bag.add(
                UNKNOWN_ROLE.at(
                    node.role.span, f"unknown role `{node.role.text}`", help=did_you_mean(node.role.text, roles)
                )
            )
            continue
        for state in node.states:
            if state.text not in role.states:
                lowering.bag.add(unknown_state(state, role.name, role.states))
        value = Context(lowering, Place("guard", role.name)).check(node.value)
        states = tuple(state.text for state in node.states)
        outcomes.append(Outcome(role=role.name, states=states, value=value, span=node.span))
    return tuple(outcomes)
