"""A spec and a case in; every engine that can take it, and what each makes of it, out, in words in which they can be compared.

`OTHERS` has a row for each engine beside the reference, with whether it can take a case. Who writes an engine adds a row.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.explore.naive import Naive
from tests.explore.specs import Spec

from comityc.explore.engine.search import Search
from comityc.explore.engine.setting import Setting
from comityc.explore.fast.explore import EngineName, explore, unfit
from comityc.explore.fast.native import compiler
from comityc.explore.graph import Graph
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import Examiner
from comityc.explore.plan import Run
from comityc.machine.model import Case, TypeDomain
from comityc.machine.value_types import BoolType, EnumType


class Told(NamedTuple):
    """What engines are compared by. What an engine does not tell is None; verdicts are (property, verdict, steps to it)."""

    states: int
    levels: int
    steps: int
    looks: Counter[Any] | None = None
    labels: Counter[Any] | None = None
    violations: frozenset[tuple[str, str]] | None = None
    bounds: frozenset[str] | None = None
    taken: frozenset[tuple[str, int]] | None = None
    verdicts: tuple[tuple[str, str, int], ...] | None = None


Engine = Callable[[Spec, Case, int], Told | None]
"""Explores a case; None where it would find too many states."""


def differences(one: Told, other: Told) -> list[str]:
    """Name what two engines tell differently, of what both tell."""
    pairs = zip(Told._fields, one, other, strict=True)
    return [f"{name}: {a} / {b}" for name, a, b in pairs if a is not None and b is not None and a != b]


def by_graph(engine: EngineName) -> Engine:
    """Return the engine of this name."""

    def run(spec: Spec, case: Case, most: int) -> Told | None:
        graph = explore(spec.machine, case, spec.parameters, spec.module, engine=engine, max_states=most)
        if not graph.complete:
            return None
        assert graph.engine == engine or len(graph.levels) == 1
        run_of_case = Run(case, (), spec.parameters)
        judged = Examiner(spec.machine, Evaluator(spec.machine, spec.module), run_of_case, graph).findings(_quietly)
        verdicts = tuple((f.prop.name, f.outcome, len(f.story.steps) if f.story else -1) for f in judged)
        return _told(graph)._replace(verdicts=verdicts)

    return run


def remarks(graph: Graph) -> set[tuple[str, str]]:
    """Return what generic properties are broken, and how: which deadlock is the first depends on how states of a level are numbered."""
    again = [violation for violation in graph.violations_again if violation.property == "no_deadlock"]
    return {(violation.property, violation.text) for violation in (*graph.violations, *again)}


def _quietly(name: str) -> None:
    """Take no note of what is being decided."""


def _told(graph: Graph) -> Told:
    assert graph.edge_labels is not None
    return Told(
        len(graph.states),
        len(graph.levels),
        graph.edges,
        Counter((repr(graph.world(at)), *sorted(map(repr, graph.network(at)))) for at in range(len(graph.states))),
        Counter(graph.labels[label] for label in graph.edge_labels.tolist()),
        frozenset(remarks(graph)),
        frozenset(graph.cut_bounds),
        frozenset(graph.taken_transitions),
    )


def naively(spec: Spec, case: Case, most: int) -> Told:
    """Explore by what is plainly right; it drops no message, so the case has to state figures."""
    states, levels, steps = Naive(spec.machine, case, spec.parameters, spec.module).explore()
    return Told(len(states), levels, steps)


def _native_can(spec: Spec, case: Case) -> bool:
    return compiler() is not None and unfit(_setting(spec, case)) is None


def _columns_can(spec: Spec, case: Case) -> bool:
    return unfit(_setting(spec, case), for_columns=True) is None


def _setting(spec: Spec, case: Case) -> Setting:
    return Search(spec.machine, case, spec.parameters, spec.module).successors.setting


def _naive_can(spec: Spec, case: Case) -> bool:
    machine, faults = spec.machine, case.faults
    by_role = (*faults.crash, *faults.restart, *faults.amnesia, *faults.pause)
    endless = "any" in (faults.lose, faults.duplicate, *(size for _, size in by_role))
    domains = [rule.domain for role in machine.roles for state in role.states for rule in state.decisions]
    open_ended = any(isinstance(d, TypeDomain) and not isinstance(d.type, BoolType | EnumType) for d in domains)
    variables = (*(machine.shared or ()), *(variable for role in machine.roles for variable in role.variables))
    started = any(variable.start_in is not None for variable in variables)
    return not (machine.acts or faults.byzantine or endless or open_ended or started or case.states is None)


REFERENCE = by_graph("reference")
OTHERS: dict[str, tuple[Engine, Callable[[Spec, Case], bool]]] = {
    "native": (by_graph("native"), _native_can),
    "columns": (by_graph("columns"), _columns_can),
    "naive": (naively, _naive_can),
}


def compared(spec: Spec, case: Case, most: int) -> dict[str, list[str]]:
    """Explore a case with every engine that can, and say of each how it differs from the reference; nothing where it is too large."""
    known = REFERENCE(spec, case, most)
    if known is None:
        return {}
    found = {}
    for name, (engine, can) in OTHERS.items():
        if can(spec, case):
            told = engine(spec, case, most)
            found[name] = ["it gave up"] if told is None else differences(known, told)
    return found
