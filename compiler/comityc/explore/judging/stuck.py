"""The state space of a case in; whether anybody in it is ever stuck, and the way to where that is so, out (`never_stuck`).

An instance is stuck where nothing but faults leads to a state in which it may stay (see `machine.rest`). No fairness is needed to
say so: the way only has to be there. At a bound a way counts as open; and a standstill may, where it is told as `no_deadlock` already.
"""

from dataclasses import dataclass

import numpy as np

from comity.values import Instance
from comityc.explore.judging.looks import Aspect, Kind
from comityc.explore.judging.paths import Mask, Path
from comityc.explore.judging.space import Space
from comityc.machine.model import Case, Machine
from comityc.machine.rest import may_be_stuck, nobody_is_stuck, restful

_AWAY: tuple[Kind, ...] = ("crashed", "byzantine", "absent")


@dataclass(frozen=True, slots=True)
class Stuck:
    """The shortest way to a state from which some instances never come to rest."""

    path: Path
    instances: tuple[Instance, ...]


def find_stuck(machine: Machine, case: Case, space: Space, *, standstills_are_told: bool) -> Stuck | None:
    """Find the first state from which somebody can no longer come to rest: nor, where those are told elsewhere, to a standstill."""
    if case.clock is None and nobody_is_stuck(machine):  # with a clock, others' doing may keep a timer from its time
        return None
    at_rest = _at_rest(machine, space)
    open_ended = space.open_ended | _standstills(space) if standstills_are_told else space.open_ended
    together = np.logical_and.reduce(list(at_rest.values()))
    if space.edges.steps.reach_backward(together | open_ended, space.ways).all():
        return None
    # Those who never rest at the same time may still rest each in its turn, as the nodes of a ring do.
    lost = {who: ~reached for who, reached in _way_to_rest(space, at_rest, open_ended).items()}
    states = np.flatnonzero(np.logical_or.reduce(list(lost.values())))
    if not len(states):
        return None
    path = space.stem(states[space.edges.depth[states] == space.edges.depth[states[0]]])
    return Stuck(path, tuple(who for who, mask in lost.items() if mask[path.states[-1]]))


def _way_to_rest(space: Space, at_rest: dict[Instance, Mask], open_ended: Mask) -> dict[Instance, Mask]:
    """Say of each instance from which states there is a way to where it rests."""
    if space.graph.orbits is None:
        reach = space.edges.steps.reach_backward
        return {who: reach(mask | open_ended, space.ways) for who, mask in at_rest.items()}
    # Where states stand for others, an instance goes by another name after each step: it is followed through all of them.
    everyone = list(space.graph.instance_masks)
    numbers = {who: number for number, who in enumerate(everyone)}
    goal = np.repeat(open_ended, len(everyone)).reshape(-1, len(everyone))
    for who in everyone:
        goal[:, numbers[who]] |= at_rest.get(who, True)
    reached = space.threads.reach_backward(goal.reshape(-1), space.ways).reshape(-1, len(everyone))
    return {who: reached[:, numbers[who]] for who in at_rest}


def _at_rest(machine: Machine, space: Space) -> dict[Instance, Mask]:
    """Say of each instance that may be stuck in which states it is at rest, is down, or is a liar."""
    asked = {role.name: restful(role) for role in machine.roles if may_be_stuck(role)}
    parts, found = space.parts, {}
    for part, who in enumerate(parts.instances):
        if who.role in asked:
            away = [parts.seen(part, Aspect(kind)) for kind in _AWAY]
            at = parts.seen(part, Aspect("field", "at"))
            rests = [str(state) in asked[who.role] or any(those) for state, *those in zip(at, *away, strict=True)]
            found[who] = np.array(rests, dtype=np.bool_)[parts.column(part)]
    return found


def _standstills(space: Space) -> Mask:
    """Find the states in which no step but a fault is left; in a sent set, a delivery that changes nothing is none."""
    kept = np.array([label.kept for label in space.graph.labels], dtype=np.bool_)
    return ~space.edges.steps.with_step(space.ways, space.ways & ~kept)
