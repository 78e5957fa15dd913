"""A case with instances that are alike in; its states out: one of each orbit, or all of them where that is quicker.

The search of orbits steps Python, and an engine that goes by table finds some ten to fifty times as many states in a second. So what
is not over after a few orbits is tried in full; what is too large for that goes by orbits after all.
"""

from types import ModuleType
from typing import Any

from comityc.explore.engine.search import Progress
from comityc.explore.engine.setting import make_setting
from comityc.explore.fast.explore import explore, unfit
from comityc.explore.fast.native import compiler
from comityc.explore.graph import Graph
from comityc.explore.interruption import asked
from comityc.explore.symmetry.search import explore_orbits
from comityc.machine.model import Case, Machine

FEW_ORBITS = 500
QUICK_STATES = 3_000_000
"""So many states are found by table, and so many are judged, while the search of orbits would still be at its first tenth."""


def explore_alike(
    machine: Machine,
    case: Case,
    parameters: Any,
    module: ModuleType,
    *,
    roles: tuple[str, ...],
    max_states: int | None = None,
    progress: Progress | None = None,
    **how: Any,
) -> Graph:
    """Find the states of a case in which the instances of these roles can stand in for one another."""
    what = (machine, case, parameters, module)
    in_orbits = {"roles": roles, "progress": progress, **how}
    if unfit(make_setting(*what), for_columns=compiler() is None) is not None:
        return explore_orbits(*what, max_states=max_states, **in_orbits)
    few = explore_orbits(*what, max_states=min(max_states or FEW_ORBITS, FEW_ORBITS), **in_orbits)
    if few.complete or len(few.states) <= FEW_ORBITS:
        return few
    whole = explore(*what, max_states=min(max_states or QUICK_STATES, QUICK_STATES), progress=progress, **how)
    if whole.complete or asked() or (max_states is not None and max_states <= QUICK_STATES):
        return whole
    return explore_orbits(*what, max_states=max_states, **in_orbits)
