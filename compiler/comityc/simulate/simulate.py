"""A machine, its generated module and what was asked for in; for each of its simulations what the runs came to out.

The seed of a run is made of the seed that was given, the name and the values of its case, and its number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from time import perf_counter
from typing import Any

from comity.errors import ComityError
from comity.values import mean
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import Run, plan_runs
from comityc.explore.telling.wording import show, spell
from comityc.machine import expressions as ir
from comityc.machine.model import Machine, Simulation
from comityc.machine.rewrite import exchanged
from comityc.machine.walk import expressions_in
from comityc.records import dataclass
from comityc.simulate.faults import not_simulated
from comityc.simulate.play import Sample, play_once

Progress = Callable[[str, str], None]
"""Told the name of the case, and what is being done about it."""

_UNDEFINED = (ComityError, LookupError, ArithmeticError, ValueError)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number over all runs: its mean, and the least and the greatest of a run."""

    text: str
    mean: Fraction
    least: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """What the runs of a simulation came to. `findings` say what is not as expected; `cut` runs were stopped by a limit.

    `length` holds the least and the greatest virtual seconds of a run.
    """

    name: str
    values: tuple[tuple[str, Any], ...]
    runs: int
    seed: int
    expect: str
    figures: tuple[Figure, ...] = ()
    findings: tuple[str, ...] = ()
    length: tuple[float, float] = (0.0, 0.0)
    steps: int = 0
    cut: int = 0
    seconds: float = 0.0

    @property
    def as_expected(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """What the command line says; `runs` stands in place of the numbers of the spec."""

    cases: Sequence[str] = ()
    values: Mapping[str, Any] | None = None
    runs: int | None = None
    seed: int = 0


def simulate_machine(
    machine: Machine, module: Any, options: SimulationOptions, progress: Progress | None = None
) -> Iterator[SimulationResult]:
    """Play the simulations, or the named ones, one after the other. The module is that for checking."""
    evaluator = Evaluator(machine, module)
    for simulation in machine.simulations:
        if options.cases and simulation.case.name not in options.cases:
            continue
        alone = replace(machine, cases=(simulation.case,))
        for run in plan_runs(alone, evaluator, [simulation.case.name], options.values):
            yield _simulated(machine, evaluator, simulation, run, options, progress or (lambda case, doing: None))


def _simulated(
    machine: Machine,
    evaluator: Evaluator,
    simulation: Simulation,
    run: Run,
    options: SimulationOptions,
    progress: Progress,
) -> SimulationResult:
    count = options.runs or simulation.runs
    result = SimulationResult(run.case.name, run.values, count, options.seed, spell(simulation.expect))
    missing = not_simulated(run.case.faults)
    if run.refused is not None:
        return replace(result, findings=(run.refused,))
    if missing is not None:
        why = f"no simulation plays `{missing}` yet: give the case `faults` without it"
        return replace(result, findings=(why,))
    started = perf_counter()
    values = ", ".join(f"{name}={show(value)}" for name, value in run.values)
    samples: list[Sample] = []
    for number in range(count):
        progress(run.case.name, f"run {number + 1} of {count}")
        samples.append(play_once(machine, evaluator.module, run, f"{options.seed}/{run.case.name}/{values}/{number}"))
    figures, findings = _judged(simulation.expect, evaluator, samples)
    lengths = [sample.seconds for sample in samples]
    return replace(
        result,
        figures=figures,
        findings=(*_problems(samples), *findings),
        length=(min(lengths), max(lengths)),
        steps=sum(sample.steps for sample in samples),
        cut=sum(sample.ending != "rest" for sample in samples),
        seconds=perf_counter() - started,
    )


def _problems(samples: Sequence[Sample]) -> Iterator[str]:
    broken = [(number, sample.problem) for number, sample in enumerate(samples, 1) if sample.problem is not None]
    if broken:
        number, problem = broken[0]
        yield f"{_counted(broken, len(samples))} went against the protocol; run {number}: {problem}"


def _judged(
    expect: ir.Expression, evaluator: Evaluator, samples: Sequence[Sample]
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Put the means in their places, and look at the end of each run."""
    figures: list[Figure] = []
    for part in list(expressions_in(expect)):
        if not (isinstance(part, ir.Function) and part.name == "mean"):
            continue
        read, numbers = evaluator.of_world(part.arguments[0], (), False), []
        for number, sample in enumerate(samples, 1):
            try:
                numbers.append(Fraction(read(sample.world)))
            except _UNDEFINED as error:
                return tuple(figures), (
                    f"`{spell(part.arguments[0])}` has no value at the end of run {number}: {error}",
                )
        figures.append(Figure(spell(part), mean(numbers), min(numbers), max(numbers)))
        value = ir.Constant(type=part.type, value=figures[-1].mean, span=part.span)
        expect = exchanged(expect, part, value)
    return tuple(figures), tuple(_disappointments(expect, evaluator, samples, bool(figures)))


def _disappointments(
    expect: ir.Expression, evaluator: Evaluator, samples: Sequence[Sample], over_all: bool
) -> Iterator[str]:
    holds = evaluator.of_world(expect, (), False)
    broken: list[int] = []
    for number, sample in enumerate(samples, 1):
        try:
            if not holds(sample.world):
                broken.append(number)
        except _UNDEFINED as error:
            yield f"what is expected has no value at the end of run {number}: {error}"
            return
    if broken and over_all and len(broken) == len(samples):
        yield "what is expected does not hold"
    elif broken:
        yield f"what is expected does not hold at the end of {_counted(broken, len(samples))}, first of run {broken[0]}"


def _counted(some: Sequence[object], count: int) -> str:
    return f"{len(some)} of {count} runs"
