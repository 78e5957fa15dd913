"""Names come in; the pieces of a message go out.

A finding mentions no word of the language that the spec itself does not use, so that nobody has to look up `defer`
to understand what is wrong with a first protocol.
"""

from collections.abc import Iterable

from comityc.machine.model import Machine


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return the names in backticks: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def uses_kind(machine: Machine, kind: str) -> bool:
    """Say whether a transition of this kind stands anywhere in the spec."""
    return any(transition.kind == kind for role in machine.roles for transition in role.transitions)


def uses_resting(machine: Machine) -> bool:
    """Say whether the spec marks a state as `resting`."""
    return any(state.resting for role in machine.roles for state in role.states)
