"""A case in; its reachable states out, by whichever engine is the quickest for it.

Every search begins with the reference engine. One that grows large is taken over at the border of a level, by the kernel where there
is a C compiler, by NumPy where there is none. What the tables do not know, the reference does to the end.
"""

from dataclasses import fields
from types import ModuleType
from typing import Any, Literal

from comityc.explore.engine.rearming import disarms_others
from comityc.explore.engine.search import MAX_STATES, Progress, Search
from comityc.explore.engine.setting import Setting
from comityc.explore.engine.successors import remembers
from comityc.explore.fast.columns import ColumnSearch
from comityc.explore.fast.native import build, compiler
from comityc.explore.fast.native_search import NativeSearch
from comityc.explore.fast.tables import Tables, TooRich
from comityc.explore.graph import Graph
from comityc.machine.model import Case, Envelope, Machine

EngineName = Literal["auto", "reference", "native", "columns"]

MOST_STATES = 30_000_000
"""How many states a search finds at most when nobody says how many."""

_TAKE_OVER = 250
"""A search of fewer states is over before another engine could begin."""
_USED_AGAIN = 0.9
"""So many rows for each state that was looked at are too many."""

_KNOWN_FAULTS = {
    "lose", "duplicate", "reorder", "crash", "restart", "amnesia", "pause", "partition", "byzantine", "late_act",
    "repeat_act",
}  # fmt: skip
_KNOWN_CASE = {
    "name",
    "values",
    "faults",
    "bounds",
    "clock",
    "network",
    "violates",
    "states",
    "levels",
    "orbits",
    "later",
    "span",
}


def unfit(setting: Setting, *, for_columns: bool = False) -> str | None:
    """Say why only the reference engine can take a case; None where the kernel can, or NumPy's columns."""
    if setting.is_model and (
        for_columns or not remembers(setting) or disarms_others(setting) or setting.faults.byzantine
    ):
        return "its instances see each other"
    if setting.faults.byzantine and setting.exact:
        return "figures are stated, and what liars send is under way first"
    if for_columns and setting.timing is not None:
        return "it has a clock"
    if for_columns and setting.faults.partition is not None:
        return "its network falls apart"
    for owner, known in ((setting.faults, _KNOWN_FAULTS), (setting.case, _KNOWN_CASE)):
        usual = Envelope() if isinstance(owner, Envelope) else None
        for part in fields(owner):
            value = getattr(owner, part.name)
            if part.name not in known and value != (getattr(usual, part.name) if usual else part.default):
                return f"it sets `{part.name}`"
    return None


def pays(graph: Graph, search: Search) -> bool:
    """Say whether tables would pay: where most states need rows of their own, the reference does the same with less ado."""
    used_again = search.successors.found_out < _USED_AGAIN * graph.expanded or not graph.expanded
    return len(graph.states) >= _TAKE_OVER and used_again


def explore(
    machine: Machine,
    case: Case,
    parameters: Any,
    module: ModuleType,
    *,
    engine: EngineName = "auto",
    keep_edges: bool = True,
    max_states: int | None = None,
    memory: int | None = None,
    progress: Progress | None = None,
) -> Graph:
    """Find all states that a case can reach, within `max_states` and `memory` bytes.

    Without `max_states` it is as many as an engine finds in a minute or two.
    """
    search = Search(machine, case, parameters, module)
    by_reference = MAX_STATES if max_states is None else max_states
    by_columns = engine == "columns" or (engine == "auto" and compiler() is None)
    if engine == "reference" or unfit(search.successors.setting, for_columns=by_columns) is not None:
        return search.run(keep_edges=keep_edges, max_states=by_reference, progress=progress)
    found: list[Tables] = []

    def can_go_on(graph: Graph) -> bool:
        """Say whether another engine is there to take over."""
        if engine == "auto" and not pays(graph, search):
            return False
        if not found:
            found.append(Tables(search.successors, fields_wait=not by_columns))
        return by_columns or build(found[0].layout.words).ready(wait=engine == "native") is not None

    try:
        search.run(keep_edges=keep_edges, max_states=by_reference, progress=progress, until=can_go_on)
        if search.border is None:
            return search.graph
        other = ColumnSearch if by_columns else NativeSearch
        taken_over = other(search, found[0], keep_edges=keep_edges, max_states=max_states or MOST_STATES)
        taken_over.run(memory=memory, progress=progress)
        return search.graph
    except TooRich:
        again = Search(machine, case, parameters, module)
        return again.run(keep_edges=keep_edges, max_states=by_reference, progress=progress)
