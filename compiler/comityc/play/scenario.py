"""A scenario of a machine and its generated module in, whether it goes as the spec expects out."""

from collections.abc import Callable
from types import ModuleType

from comity.errors import ComityError
from comity.record import Entry, describe
from comityc.machine.model import Machine, Scenario
from comityc.play.plan import Plan
from comityc.play.prepare import prepare
from comityc.play.schedule import Schedule, ScheduleFailed
from comityc.play.telling import NO_GHOSTS, Ghosts, chart_of, ghosts_of, outcome_lines
from comityc.records import dataclass


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """How a scenario went. `failure` says what is wrong, with the whole run told; None when it passed."""

    name: str
    passed: bool
    trace: tuple[Entry, ...]
    failure: str | None = None


def play_scenario(
    machine: Machine, scenario: Scenario, module: ModuleType, observer: Callable[[Entry], None] | None = None
) -> ScenarioResult:
    """Play one scenario on the module (in its form for checking) and compare its end with what is expected."""
    try:
        plan = prepare(machine, scenario, module)
    except ComityError as error:
        return ScenarioResult(scenario.name, False, (), f"scenario `{scenario.name}` cannot start: {error}")
    return play_plan(plan, module, observer, ghosts_of(machine))


def play_plan(
    plan: Plan, module: ModuleType, observer: Callable[[Entry], None] | None = None, ghosts: Ghosts = NO_GHOSTS
) -> ScenarioResult:
    """Play one plan and compare its end with what is expected."""
    try:
        schedule = Schedule(plan, module, observer)
    except ComityError as error:
        return ScenarioResult(plan.name, False, (), f"scenario `{plan.name}` cannot start: {error}")
    first = schedule.states
    try:
        schedule.play()
        problem = _disappointment(plan, schedule)
    except (ScheduleFailed, ComityError) as error:
        problem = str(error)
    trace = tuple(schedule.trace)
    if problem is None:
        return ScenarioResult(plan.name, True, trace)
    ends = "\n".join(f"  {line}" for line in outcome_lines(first, schedule.states, ghosts))
    chart = chart_of(first, trace)
    return ScenarioResult(
        plan.name, False, trace, f"scenario `{plan.name}`: {problem}\n\n{chart}\nAt the end:\n{ends}\n"
    )


def _disappointment(plan: Plan, schedule: Schedule) -> str | None:
    """Return what speaks against the end of the schedule, if anything does."""
    if plan.expect is None:
        return None
    try:
        return None if plan.expect(schedule.world) else "what it expects does not hold at the end"
    except (ComityError, LookupError, ArithmeticError) as error:
        return f"what it expects cannot be told at the end: {describe(str(error))}"
