"""A control state in; what it may offer, each part to be tried by itself, out: for states in which not every guard has a value.

A machine says what is open all at once, and where one guard has no value it says nothing. That guard is a violation; the other
steps are there all the same. What stands under a `for`, and acts, whose parts only the machine can work out, are left out.
"""

from comity.machine import Decision, Open, Timer
from comityc.machine.model import ExpressionDomain, State


def offers_in_part(state: State) -> Open:
    """Return what a state may offer; which of it is really open shows when it is tried."""
    return Open(
        timers=tuple(
            Timer(rule.name, None, 0.0, 0.0, every=rule.kind == "every", lasting=rule.scope == "instance")
            for rule in state.timers
            if rule.loop is None and rule.kind != "at"
        ),
        decisions=tuple(
            Decision(rule.name, None, None, has_value=rule.domain is not None, prompt=rule.prompt)
            for rule in state.decisions
            if rule.loop is None and not isinstance(rule.domain, ExpressionDomain)
        ),
        requests=(),
        spontaneous=tuple((place, None) for place, rule in enumerate(state.spontaneous) if rule.loop is None),
    )
