"""A machine and its generated module in; verdicts on all of its cases out. This is what `comity verify` calls.

Each case is searched and examined by itself (`examine`); then the cases are weighed together, because a `reachable` has to be
reached in one case and not in each, and whether anything was put to the test is judged over all of them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

from comityc.explore.collecting import uncollected
from comityc.explore.engine.domains import NoDomainError
from comityc.explore.engine.met import FaultsMet
from comityc.explore.engine.search import EndSearch
from comityc.explore.fast.explore import EngineName, explore
from comityc.explore.graph import Graph
from comityc.explore.interruption import asked, how
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import FIRST, Examined, Examiner
from comityc.explore.judging.idle import idle_parts
from comityc.explore.judging.weigh import weigh
from comityc.explore.judging.words import words_held
from comityc.explore.memory import LIMIT_MET, for_search, in_words, memory_in_use, memory_left
from comityc.explore.plainer import with_plain_stories
from comityc.explore.plan import Run, plan_runs
from comityc.explore.side_by_side import examine_all
from comityc.explore.symmetry.found import NONE, Symmetry, Use
from comityc.explore.too_many import too_many
from comityc.explore.verdict import SpecVerdict
from comityc.machine.model import Case, Machine
from comityc.machine.rest import nobody_is_stuck
from comityc.records import dataclass

Progress = Callable[[str, str], None]
"""Told the name of the case, and what is being done about it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """With which engine to search, and how far: a search of more states, of more bytes of memory, or that takes longer, is cut."""

    engine: EngineName
    max_states: int | None
    memory: int | None
    symmetry: Use
    seconds: float | None = None


def verify_machine(
    machine: Machine,
    module: Any,
    *,
    cases: Sequence[str] | None = None,
    with_values: Mapping[str, Any] | None = None,
    max_states: int | None = None,
    memory: int | None = None,
    engine: EngineName = "auto",
    progress: Progress | None = None,
    symmetry: Use = "found",
    seconds: float | None = None,
) -> SpecVerdict:
    """Decide every property in every case, or in the named ones, or (values without a case) once with these values.

    A search of more than `max_states` states (by default as many as the engine can look at in a minute or two), or of more than
    `memory` bytes, or that takes longer than `seconds`, is cut. `symmetry` says whether one state may stand for all that come of it
    by renaming alike instances.
    """
    evaluator = Evaluator(machine, module)
    told = progress or (lambda case, doing: None)
    limits = Limits(engine, max_states, memory, symmetry, seconds)
    runs = list(plan_runs(machine, evaluator, cases, with_values))

    def examine(run: Run, progress: Progress) -> Examined:
        return uncollected(_examine, machine, evaluator, run, limits, progress)

    # A limit on memory is one on all that is done at a time.
    examined = examine_all(runs, machine.properties, examine, told, alone=memory is not None, seen=module.SEEN)
    whole = cases is None and with_values is None
    remarks = idle_parts(machine, examined, module.SEEN) if whole else ()
    return SpecVerdict(machine.file, machine.protocol, weigh(machine, examined, whole=cases is None), remarks)


def _examine(machine: Machine, evaluator: Evaluator, run: Run, limits: Limits, progress: Progress) -> Examined:
    refused = _why_not_begun(machine, evaluator, run)
    if refused is not None:
        return _not_looked_at(run, refused)
    started = perf_counter()
    progress(run.case.name, "exploring")
    alike = _alike(machine, evaluator, run) if limits.symmetry != "none" else NONE
    keep_edges = needs_edges(machine, run.case)
    memory = for_search(limits.memory, keeps_steps=keep_edges)
    meter = Meter(run.case.name, progress, memory, limits.seconds)
    counted = _counted(machine, evaluator, run, alike, limits, meter)
    if counted is not None:
        return replace(counted, seconds=perf_counter() - started)
    by = (
        partial(_by_orbits(limits), roles=alike.roles)
        if alike.found and limits.engine not in ("native", "columns")
        else explore
    )
    search = partial(
        by,
        machine,
        run.case,
        run.parameters,
        evaluator.module,
        engine=limits.engine,
        memory=memory,
        progress=meter,
    )
    try:
        graph = search(keep_edges=keep_edges, max_states=limits.max_states)
    except NoDomainError as error:
        return _not_looked_at(run, f"this cannot be explored: {error}")
    examiner = Examiner(machine, evaluator, run, graph)
    found = tuple(examiner.findings(lambda name: progress(run.case.name, f"deciding {name}")))
    findings = found
    if not asked():
        findings = with_plain_stories(examiner, found, lambda states: search(keep_edges=True, max_states=states))
    orbits = len(graph.states) if graph.orbits is not None else None
    if orbits is None and graph.complete and (limits.symmetry == "shown" or run.case.orbits is not None):
        progress(run.case.name, "counting orbits")
        orbits = _orbits(machine, evaluator, run, alike, meter)
    return Examined(
        run,
        findings,
        len(graph.states) if graph.orbits is None else graph.orbits.full_count,
        len(graph.levels),
        graph.complete,
        perf_counter() - started,
        tuple(graph.cut_bounds),
        frozenset(graph.visited_states),
        frozenset(graph.taken_transitions),
        _why_cut(graph),
        words_held(machine, examiner.space),
        orbits,
        alike,
        not graph.complete and _piles_up(graph),
        graph.engine,
    )


def _counted(
    machine: Machine, evaluator: Evaluator, run: Run, alike: Symmetry, limits: Limits, meter: "Meter"
) -> Examined | None:
    """Examine a run by how many instances are in each local state, where that can be done."""
    if not alike.countable or limits.engine != "auto":
        return None
    from comityc.explore.counters.examine import count_instances

    return count_instances(machine, evaluator, run, alike, max_states=limits.max_states, progress=meter)


def _why_not_begun(machine: Machine, evaluator: Evaluator, run: Run) -> str | None:
    if run.refused is not None:
        return run.refused
    if asked():
        return f"it was not begun: stopped by {how()}"
    too_large = too_many(machine, evaluator, run)
    return None if too_large is None else f"this cannot be explored: {too_large}"


def _not_looked_at(run: Run, why: str) -> Examined:
    return Examined(replace(run, refused=why), (), 0, 0, True, 0.0)


def _alike(machine: Machine, evaluator: Evaluator, run: Run) -> Symmetry:
    from comityc.explore.symmetry.interchangeable import find_symmetry

    return find_symmetry(machine, evaluator, run)


def _by_orbits(limits: Limits) -> Callable[..., Graph]:
    """Return how to search where instances are alike: in full where that is quicker, unless orbits were asked for."""
    from comityc.explore.alike import explore_alike
    from comityc.explore.symmetry.search import explore_orbits

    return explore_alike if limits.engine == "auto" and limits.symmetry != "shown" else explore_orbits


def orbits_in(machine: Machine, evaluator: Evaluator, run: Run) -> int | None:
    """Return how many orbits the states of a run make; None where no instances are alike."""
    return _orbits(machine, evaluator, run, _alike(machine, evaluator, run))


def _orbits(
    machine: Machine, evaluator: Evaluator, run: Run, alike: Symmetry, progress: "Meter | None" = None
) -> int | None:
    """Count the orbits of a run of which every state was looked at, unless somebody asks to end before."""
    if not alike.roles:
        return None
    from comityc.explore.counters.examine import count_instances
    from comityc.explore.symmetry.search import count_orbits

    how: dict[str, Any] = {"max_states": None, "progress": lambda *_: None, "judge": False}
    counted = count_instances(machine, evaluator, run, alike, **how)
    if counted is not None:
        return counted.orbits
    return count_orbits(machine, run.case, run.parameters, evaluator.module, alike.roles, progress)


_DECIDED_BY_STATES = ("always", "never", "reachable", "generic")


def needs_edges(machine: Machine, case: Case) -> bool:
    """Say whether a property that counts in a case is about steps or runs, and not about states alone."""
    return any(
        (
            prop.kind not in _DECIDED_BY_STATES
            or (prop.name == FIRST and (case.clock is not None or not nobody_is_stuck(machine)))
        )
        and prop.waived is None
        and prop.is_promised_in(case)
        for prop in machine.properties
    )


class Meter:
    """Tells how a search is getting on: level, states, how many wait to be looked at, how many are found in a second, faults met."""

    def __init__(self, case: str, progress: Progress, memory: int | None = None, most: float | None = None) -> None:
        """With `memory`, the search ends when the process has taken so many bytes; with `most`, after so many seconds."""
        self._case, self._progress, self.memory, self._most = case, progress, memory, most
        self._started = perf_counter()

    def __call__(self, level: int, found: int, waiting: int, faults: FaultsMet) -> None:
        """Take note of where the search is."""
        seconds, share = perf_counter() - self._started, faults.share()
        speed = f", {found / seconds:,.0f} a second" if seconds > 1 else ""
        met = "" if share is None else f", {share:.0%} of the combinations of faults"
        self._progress(self._case, f"level {level}, {found:,} states, {waiting:,} of them to look at{speed}{met}")
        taken = memory_in_use()
        if self.memory is not None and taken > self.memory:
            raise EndSearch(LIMIT_MET)
        left = memory_left()
        if left is not None and left.scarce and taken > left.free:  # else it is others who have it
            raise EndSearch(f"the machine has only {in_words(left.free)} of {in_words(left.whole)} of memory left")
        if self._most is not None and seconds > self._most:
            raise EndSearch(f"it took more than {self._most:g} s")
        if asked():
            raise EndSearch(f"stopped by {how()} at level {level}")


def _why_cut(graph: Graph) -> str | None:
    """Say why a search was cut, what was left of it, and how much of the envelope it had met until then."""
    if graph.complete or graph.why_incomplete is None:
        return graph.why_incomplete
    found, met = len(graph.states), graph.faults_met()
    left = f", with {found - graph.expanded:,} of {found:,} states still to look at" if asked() else ""
    return graph.why_incomplete + left + (f"; faults met: {met}" if met else "")


def _piles_up(graph: Graph) -> bool:
    """Say whether equal messages gather in the network, as they do when a timer sends again and again."""
    under_way = Counter(graph.network(len(graph.states) - 1))
    return any(count > 2 for count in under_way.values())
