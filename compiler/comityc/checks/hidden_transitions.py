"""Find transitions that can never be taken: hidden by an earlier one, or under a condition that never holds.

Order decides within one rule: of the transitions for the same trigger the first whose condition holds is taken.

    - receive: Ballot
      do: count += 1
    - receive: Ballot            # never taken: the one above has no condition
      if: sender not in ballots
"""

from collections.abc import Iterator

from comityc.checks.analysis.guards import leave_nothing, never_holds
from comityc.checks.analysis.slots import Slot, slots_of
from comityc.checks.reachability import reachable_states
from comityc.diagnostics.codes_checks import HIDDEN_TRANSITION, IMPOSSIBLE_TRANSITION
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.machine.model import Machine, Role, Transition


def hidden_transitions(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each transition that is out of reach at every place where it stands."""
    for role in machine.roles:
        reachable = reachable_states(role)
        places: dict[Transition, list[Slot]] = {transition: [] for transition in role.transitions}
        for slot in slots_of(role):
            places.setdefault(slot.transition, []).append(slot)
        for transition, slots in places.items():
            yield from _finding(role, transition, slots, reachable)


def _finding(role: Role, transition: Transition, slots: list[Slot], reachable: frozenset[str]) -> Iterator[Diagnostic]:
    guard = transition.guard
    if guard is not None and never_holds(guard):
        yield IMPOSSIBLE_TRANSITION.at(guard.span, "this condition never holds", caret="always false")
    elif not slots:
        yield IMPOSSIBLE_TRANSITION.at(
            transition.span, f"no state of `{role.name}` is left for this", caret="never taken"
        )
    elif any(slot.state.name in reachable for slot in slots):  # else the unreachable states are the finding
        hiders = [_hider(slot) for slot in slots]
        if all(hiders):
            yield _hidden(role, transition, slots, [hider for hider in hiders if hider is not None])


def _hider(slot: Slot) -> Transition | None:
    """Return the transition at which everything is taken that could come to this one."""
    for position, transition in enumerate(slot.earlier):
        same = transition.guard is not None and transition.guard == slot.transition.guard and transition.draw is None
        if same or leave_nothing(slot.earlier[: position + 1]):
            return transition
    return None


def _hidden(role: Role, transition: Transition, slots: list[Slot], hiders: list[Transition]) -> Diagnostic:
    first = hiders[0]
    places = "" if len(slots) == 1 else f" of `{role.name}` anywhere"
    return HIDDEN_TRANSITION.at(
        transition.span,
        f"this transition{places} is never taken, an earlier one always is",
        caret="never taken",
        labels=(Label(first.span, "under the same condition" if _is_same(first, transition) else "taken instead"),),
        help="order decides: put the one with the narrower condition first",
    )


def _is_same(first: Transition, second: Transition) -> bool:
    return first.guard is not None and first.guard == second.guard
