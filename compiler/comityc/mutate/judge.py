"""A spec with its cases explored, and a mutant of it, in; what becomes of the mutant out.

The cases are taken by size, so that most mutants are dead after a few states; a case that is too large is left out for all.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any, Literal

from comityc.backends.python.emit import emit_module
from comityc.checks import check_machine
from comityc.driver import checking_module
from comityc.explore.engine.domains import NoDomainError
from comityc.explore.fast.explore import explore
from comityc.explore.graph import Graph
from comityc.explore.interruption import asked, how
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import Examined, Examiner, Finding
from comityc.explore.judging.weigh import weigh
from comityc.explore.judging.words import words_held
from comityc.explore.plan import Run, plan_runs
from comityc.explore.telling.wording import show
from comityc.explore.verify import orbits_in
from comityc.machine.model import Machine
from comityc.mutate.compare import Side, first_difference
from comityc.mutate.conditions import VARIANTS
from comityc.mutate.mutant import Mutant
from comityc.play.scenario import play_scenario
from comityc.records import dataclass

Verdict = Literal["killed", "refused", "equivalent", "survived", "cut"]
"""`refused`: the compiler does not take it. `equivalent`: it reaches the same states by the same steps. `cut`: too large to say."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant. `by` says what noticed it, `case` where; `difference` is the first that nothing noticed."""

    name: str
    verdict: Verdict
    by: str = ""
    case: str = ""
    states: int = 0
    difference: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How far to look: a case of the spec with more states is left out, and a mutant has so many seconds.

    A mutant that comes to have many times the states of the spec is cut: it does something without end.
    """

    max_states: int = 30_000
    seconds: float = 60.0

    def of_mutant(self, states: int) -> int:
        """Return how many states a mutant may have in a case in which the spec has so many."""
        return min(max(10 * states, 2_000), 4 * self.max_states)


@dataclass(frozen=True, slots=True)
class Explored:
    """A case with its graph, and the name that it goes by."""

    run: Run
    number: int  # its place among the runs of the spec
    examiner: Examiner
    examined: Examined

    @property
    def name(self) -> str:
        """Return the name of the case, with the values that tell its runs apart."""
        several = {name for name, choices in self.run.case.values if len(choices) > 1}
        values = ", ".join(f"{name}={show(value)}" for name, value in self.run.values if name in several)
        return f"{self.run.case.name} ({values})" if values else self.run.case.name

    @property
    def states(self) -> int:
        """Return how many states were found."""
        return len(self.examiner.graph.states)

    @property
    def side(self) -> Side:
        """Return what it takes to compare it."""
        return Side(
            self.examiner.graph,
            self.examiner.teller,
            self.run.case.network == "fifo" and not self.run.case.faults.reorder,
        )


_NUMBERED = re.compile(rf"#{VARIANTS // 1000}\d\d\d\b")
"""The mark of a named condition that is the behaviour's own."""


class OutOfTime(Exception):
    """A mutant took too long."""


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


class Bench:
    """A spec whose cases were explored once, for all mutants to be held against."""

    def __init__(self, machine: Machine, limits: Limits, cases: Sequence[str] = ()) -> None:
        self.machine, self.limits = machine, limits
        self.left_out: list[str] = []
        self.not_as_stated: list[str] = []
        self.errors = {(found.code, found.message) for found in check_machine(machine) if found.is_error}
        explored: list[Explored] = []
        evaluator = Evaluator(machine, checking_module(machine))
        for number, run in enumerate(plan_runs(machine, evaluator, cases or None, None)):
            self._run_count = number + 1
            found = None if run.refused is not None else _explored(machine, evaluator, run, number, limits.max_states)
            if found is None or not found.examined.complete:
                self.left_out.append(run.case.name)
            else:
                explored.append(found)
        self._cases = cases
        self.cases = sorted(explored, key=lambda one: one.states)
        for one in self.cases:
            wrong = _unexpected(one.examined.findings, one)
            if wrong is not None:
                self.not_as_stated.append(f"{wrong} in `{one.name}`")
        self._sides = [one.side for one in self.cases]
        self._scenarios = _passed(machine, evaluator.module)
        self._judged = self._weighed([one.examined for one in self.cases], machine)
        if not self.left_out and not cases and not self.not_as_stated:
            self.not_as_stated += [f"{name} over all cases" for name, expected in self._judged.items() if not expected]

    def judge(self, mutant: Mutant) -> Fate:
        """Say what becomes of a mutant."""
        started = perf_counter()
        try:
            fate = self._judged_of(mutant, started + self.limits.seconds)
        except OutOfTime:
            fate = Fate(mutant.name, "cut", f"more than {self.limits.seconds:g} s")
        except Stopped:
            fate = Fate(mutant.name, "cut", how())
        return replace(fate, seconds=perf_counter() - started)

    def _judged_of(self, mutant: Mutant, until: float) -> Fate:
        machine = mutant.machine
        refusal = self._refusal(machine)
        if refusal is not None:
            return Fate(mutant.name, "refused", refusal)
        evaluator = Evaluator(machine, checking_module(machine))
        runs = list(plan_runs(machine, evaluator, self._cases or None, None))
        found: list[Explored] = []
        for case in self.cases:
            try:
                one = _explored(
                    machine,
                    evaluator,
                    runs[case.number],
                    case.number,
                    self.limits.of_mutant(case.states),
                    until,
                )
            except (TypeError, AttributeError) as error:
                return Fate(mutant.name, "refused", f"it means nothing: {error}")
            if one is None:
                return Fate(mutant.name, "killed", "nothing to choose from", case.name, 0)
            wrong = _unexpected(one.examined.findings, one)
            if wrong is not None:
                return Fate(mutant.name, "killed", wrong, case.name, one.states)
            found.append(one)
        if not all(one.examined.complete for one in found):
            return Fate(mutant.name, "cut", "too many states")
        wrong = self._worse(machine, found)
        if wrong is not None:
            return Fate(mutant.name, "killed", wrong, "all cases", sum(one.states for one in found))
        failed = next((name for name in self._scenarios if name not in _passed(machine, evaluator.module)), None)
        if failed is not None:
            return Fate(mutant.name, "killed", f"scenario {failed}", "its schedule")
        for one, case, side in zip(found, self.cases, self._sides, strict=True):
            right = side if mutant.recast is None else replace(side, recast=mutant.recast)
            difference = first_difference(right, replace(one.side, recast=mutant.recast))
            if difference is not None:
                difference = tuple(_NUMBERED.sub("", line) for line in difference)
                return Fate(mutant.name, "survived", "", case.name, one.states, difference)
        return Fate(mutant.name, "equivalent", "", "", sum(one.states for one in found))

    def _refusal(self, machine: Machine) -> str | None:
        try:
            emit_module(machine)
        except (TypeError, KeyError, AttributeError) as error:
            return f"it means nothing: {error}"
        errors = (found for found in check_machine(machine) if found.is_error)
        return next((found.code.number for found in errors if (found.code, found.message) not in self.errors), None)

    def _worse(self, machine: Machine, found: Sequence[Explored]) -> str | None:
        """Name what only all cases together show, and the spec does not: a witness gone, a part that is dead."""
        judged = self._weighed([one.examined for one in found], machine)
        return next((name for name, is_expected in judged.items() if not is_expected and self._judged.get(name)), None)

    def _weighed(self, examined: Sequence[Examined], machine: Machine) -> dict[str, bool]:
        judged: dict[str, bool] = {}
        for case in weigh(machine, examined, whole=True):
            for prop in case.properties:
                judged[prop.name] = judged.get(prop.name, True) and prop.expected
        return judged


def _passed(machine: Machine, module: Any) -> tuple[str, ...]:
    """Return the scenarios that end as the spec expects."""
    results = (play_scenario(machine, scenario, module) for scenario in machine.scenarios)
    return tuple(result.name for result in results if result.passed)


def _explored(
    machine: Machine, evaluator: Evaluator, run: Run, number: int, max_states: int, until: float | None = None
) -> Explored | None:
    """Explore a case and look at its properties, as far as the first that is not as the case says."""

    def watch(*_: object) -> None:
        if asked():
            raise Stopped
        if until is not None and perf_counter() > until:
            raise OutOfTime

    try:
        graph = explore(
            machine,
            run.case,
            run.parameters,
            evaluator.module,
            engine="auto",
            keep_edges=True,
            max_states=max_states,
            progress=watch,
        )
    except NoDomainError:
        return None
    examiner = Examiner(machine, evaluator, run, graph)
    findings: list[Finding] = []
    for finding in examiner.findings(watch):
        findings.append(finding)
        if finding.outcome == "fails" and finding.prop.name not in run.case.violates:
            break
    return Explored(run, number, examiner, _examined(machine, run, graph, examiner, tuple(findings)))


def _examined(machine: Machine, run: Run, graph: Graph, examiner: Examiner, findings: tuple[Finding, ...]) -> Examined:
    return Examined(
        run,
        findings,
        len(graph.states),
        len(graph.levels),
        graph.complete,
        0.0,
        tuple(graph.cut_bounds),
        frozenset(graph.visited_states),
        frozenset(graph.taken_transitions),
        graph.why_incomplete,
        words_held(machine, examiner.space),
    )


def _unexpected(findings: Sequence[Finding], one: Explored) -> str | None:
    """Name what a case does not say of itself: a property that fails, or holds where it should fail; another number of states."""
    case, graph = one.run.case, one.examiner.graph
    for finding in findings:
        name = finding.prop.name
        if finding.outcome == "fails" and name not in case.violates:
            return name
        if finding.outcome in ("holds", "untested") and name in case.violates:
            return f"{name} (holds)"
    if graph.complete and case.states is not None and case.states != len(graph.states):
        return "the number of states"
    if graph.complete and case.levels is not None and case.levels != len(graph.levels):
        return "the number of levels"
    if (
        graph.complete
        and case.orbits is not None
        and case.orbits != orbits_in(one.examiner.machine, one.examiner.evaluator, one.run)
    ):
        return "the number of orbits"
    return None
