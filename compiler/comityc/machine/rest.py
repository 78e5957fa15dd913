"""Roles in; the states in which an instance may stay for ever, and the others, out. This is what `never_stuck` is about.

An instance is at rest in a final or a resting state. A role that has neither never ends by nature, and nobody asks it to.
"""

from comityc.machine.expressions import Constant
from comityc.machine.model import DecisionRule, Machine, Role, State, Transition, TypeDomain
from comityc.machine.value_types import BoolType, EnumType


def restful(role: Role) -> frozenset[str]:
    """Return the states of a role in which an instance may stay for ever."""
    return frozenset(state.name for state in role.states if state.final or state.resting)


def may_be_stuck(role: Role) -> bool:
    """Say whether a role has states to come to rest in, and others."""
    return 0 < len(restful(role)) < len(role.states)


def rests_by_itself(role: Role) -> bool:
    """Say whether an instance, wherever it is, can always come to rest by its own steps alone.

    Only steps without any condition count: a timer, a decision or a `when` that nothing can take away. Where this is true of every
    role that may be stuck, nobody ever is, and no search is needed to know it.
    """
    good = set(restful(role))
    found = True
    while found:
        more = {state.name for state in role.states if state.name not in good and _leads_to(good, state)}
        good |= more
        found = bool(more)
    return len(good) == len(role.states)


def nobody_is_stuck(machine: Machine) -> bool:
    """Say whether the machine alone shows that `never_stuck` holds, within every envelope, in every case without a clock."""
    return all(rests_by_itself(role) for role in machine.roles if may_be_stuck(role))


def _leads_to(good: set[str], state: State) -> bool:
    rules = [rule.candidates for rule in state.spontaneous if rule.loop is None]
    rules += [
        rule.candidates for rule in state.timers if rule.loop is None and rule.scope == "state" and rule.kind != "at"
    ]
    rules += [rule.candidates for rule in state.decisions if rule.loop is None and _has_values(rule)]
    return any(_always_leads_to(good, candidates) for candidates in rules)


def _has_values(rule: DecisionRule) -> bool:
    domain = rule.domain
    return domain is None or (isinstance(domain, TypeDomain) and isinstance(domain.type, BoolType | EnumType))


def _always_leads_to(good: set[str], candidates: tuple[Transition, ...]) -> bool:
    """Say whether one of these is taken whatever the variables are, and each that may be taken leads on."""
    for candidate in candidates:
        if candidate.draw is not None or candidate.goto not in good:
            return False
        if candidate.guard is None or (isinstance(candidate.guard, Constant) and candidate.guard.value is True):
            return True
    return False
