"""A machine and its generated module in; verdicts on all of its cases out. This is what `comity verify` calls.

Each case is searched and examined by itself (`examine`); then the cases are weighed together, because a `reachable` has to be
reached in one case and not in each, and whether anything was put to the test is judged over all of them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from comityc.explore.engine.domains import NoDomainError
from comityc.explore.engine.search import MAX_STATES, explore
from comityc.explore.graph import Graph
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import Examined, Examiner
from comityc.explore.judging.weigh import weigh
from comityc.explore.plan import Run, plan_runs
from comityc.explore.verdict import SpecVerdict
from comityc.machine.model import Machine

Progress = Callable[[str, str], None]
"""Told the name of the case, and what is being done about it."""


def verify_machine(
    machine: Machine,
    module: Any,
    *,
    cases: Sequence[str] | None = None,
    with_values: Mapping[str, Any] | None = None,
    max_states: int = MAX_STATES,
    progress: Progress | None = None,
) -> SpecVerdict:
    """Decide every property in every case, or in the named ones, or (values without a case) once with these values."""
    evaluator = Evaluator(machine, module)
    told = progress or (lambda case, doing: None)
    examined = [
        _examine(machine, evaluator, run, max_states, told) for run in plan_runs(machine, evaluator, cases, with_values)
    ]
    return SpecVerdict(machine.file, machine.protocol, weigh(machine, examined, whole=cases is None))


def _examine(machine: Machine, evaluator: Evaluator, run: Run, max_states: int, progress: Progress) -> Examined:
    if run.refused is not None:
        return Examined(run, (), 0, 0, True, 0.0)
    started = perf_counter()
    progress(run.case.name, "exploring")
    try:
        graph = explore(
            machine,
            run.case,
            run.parameters,
            evaluator.module,
            max_states=max_states,
            progress=lambda level, found, _: progress(run.case.name, f"level {level}, {found:,} states"),
        )
    except NoDomainError as error:
        return Examined(replace(run, refused=f"this cannot be explored: {error}"), (), 0, 0, True, 0.0)
    examiner = Examiner(machine, evaluator, run, graph)
    findings = tuple(examiner.findings(lambda name: progress(run.case.name, f"deciding {name}")))
    return Examined(
        run,
        findings,
        len(graph.states),
        len(graph.levels),
        graph.complete,
        perf_counter() - started,
        tuple(graph.cut_bounds),
        frozenset(graph.visited_states),
        frozenset(graph.taken_transitions),
        graph.why_incomplete,
        not graph.complete and _piles_up(graph),
    )


def _piles_up(graph: Graph) -> bool:
    """Say whether equal messages gather in the network, as they do when a timer sends again and again."""
    under_way = Counter(graph.network(len(graph.states) - 1))
    return any(count > 2 for count in under_way.values())
