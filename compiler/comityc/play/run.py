"""A machine, its generated module and what the user asked for in, a run played to its end out; nothing is printed here."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from random import Random
from types import ModuleType
from typing import Any, Literal

from comity.agent import Agent, Passive
from comity.errors import ComityError
from comity.host import Host, run
from comity.record import Entry
from comity.wire import Faults
from comityc.machine import value_types as t
from comityc.machine.model import Act, Machine
from comityc.naming import value_name
from comityc.play.plan import AnswerList
from comityc.play.players import UNKNOWN, Prompt, RandomAgent, Script, TerminalAgent, decision_rule
from comityc.play.prepare import prepare
from comityc.play.read_value import read_value, split_values
from comityc.play.schedule import Schedule, ScheduleFailed
from comityc.play.start import draw_start
from comityc.play.telling import Ghosts, ghosts_of
from comityc.records import dataclass

_ASSIGNMENT = re.compile(r"\s*(\w+)(?:\[(\d+)\])?\.(\w+)\s*=(.*)", re.DOTALL)
_TIME_LIMIT = 30 * 86400.0
"""A virtual month is enough for any run to come to rest."""
_STEP_LIMIT = 2_000
"""A run that takes more steps than anyone would read is stopped."""
_RETRIES = 20
"""How many values a random agent may try; those that no transition fits are refused."""


class WrongUsage(ComityError):
    """What the user asked for does not fit the protocol."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says. `values` are those of parameters, by name; `decide` and `perform` hold texts like
    `voter[1].choice=yes,no`.

    What the lists do not answer is decided at random when there is a `seed`, else asked by `prompt`, else left open.
    `time_scale` is how long a second of the protocol takes; 0 lets time jump.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    decide: Sequence[str] = ()
    perform: Sequence[str] = ()
    scenario: str | None = None
    seed: int | None = None
    prompt: Prompt | None = None
    lose: int = 0
    duplicate: int = 0
    reorder: bool = False
    crash: Sequence[str] = ()
    restart: Sequence[str] = ()
    pause: Sequence[str] = ()
    partition: int = 0
    time_scale: float = 0.0


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run went. `first` and `last` are the states of the instances by name; `failure` says what went wrong, if anything."""

    protocol: str
    scenario: str | None
    seed: int | None
    entries: tuple[Entry, ...]
    first: Mapping[str, Any]
    last: Mapping[str, Any]
    ending: Literal["rest", "time", "steps"]
    seconds: float
    failure: str | None = None
    shared: Any = None  # of a model: the shared variables at the end
    ghosts: Ghosts = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether nothing went against the protocol, or against what a scenario expects."""
        return self.failure is None


def run_protocol(
    machine: Machine,
    module: ModuleType,
    options: RunOptions,
    observer: Callable[[Entry], None] | None = None,
) -> RunResult:
    """Play a scenario, or a run with the answers and faults of the options.

    The module is the one for checking when a scenario is played, the machine is a model, or `start_in` leaves a start open.
    Raises a `ComityError` for options that do not fit the protocol.
    """
    if options.scenario is not None:
        return _run_scenario(machine, module, options.scenario, observer)
    return _run_freely(machine, module, options, observer)


def _run_scenario(
    machine: Machine, module: ModuleType, name: str, observer: Callable[[Entry], None] | None
) -> RunResult:
    scenario = next((scenario for scenario in machine.scenarios if scenario.name == name), None)
    if scenario is None:
        known = ", ".join(f"`{scenario.name}`" for scenario in machine.scenarios)
        raise WrongUsage(f"there is no scenario `{name}`; {f'there are: {known}' if known else 'the spec has none'}")
    plan = prepare(machine, scenario, module)
    schedule = Schedule(plan, module, observer)
    first, failure = schedule.states, None
    try:
        schedule.play()
        if plan.expect is not None and not plan.expect(schedule.world):
            failure = "what the scenario expects does not hold at the end"
    except (ScheduleFailed, ComityError) as error:
        failure = str(error)
    return RunResult(
        protocol=machine.protocol,
        scenario=name,
        seed=None,
        entries=tuple(schedule.trace),
        first=first,
        last=schedule.states,
        ending="rest",
        seconds=schedule.seconds,
        failure=failure,
        shared=schedule.world.shared,
        ghosts=ghosts_of(machine),
    )


def _run_freely(
    machine: Machine, module: ModuleType, options: RunOptions, observer: Callable[[Entry], None] | None
) -> RunResult:
    parameters = module.Parameters(**{value_name(name): value for name, value in options.values.items()})
    parameters.check()
    instances = [str(me) for me in module.instances(parameters)]
    roles = {role.name for role in machine.roles}
    for name in (*options.crash, *options.restart, *options.pause):
        if name not in roles and name not in instances:
            raise WrongUsage(f"there is no role or instance `{name}` to crash or to pause")
    script = Script(
        tuple(_decision_answers(text, machine, module) for text in options.decide),
        tuple(_act_answers(text, machine) for text in options.perform),
    )
    agent = script.agent(_otherwise(machine, module, options))
    faults = Faults(
        lose=options.lose,
        duplicate=options.duplicate,
        reorder=options.reorder,
        crash=tuple(options.crash),
        restart=tuple(options.restart),
        pause=tuple(options.pause),
        partition=options.partition,
        in_order=frozenset(module.MESSAGES[m.name].__name__ for m in machine.messages if m.fifo),
    )
    entries: list[Entry] = []

    def observe(entry: Entry) -> None:
        entries.append(entry)
        if observer is not None:
            observer(entry)

    seed = options.seed if options.seed is not None else 0
    settings: dict[str, Any] = {
        "handlers": dict.fromkeys(roles, agent),
        "faults": faults,
        "seed": seed,
        "retries": _RETRIES,
        "observer": observe,
        "time_limit": _TIME_LIMIT,
        "step_limit": _STEP_LIMIT,
    }
    if options.seed is not None:
        settings["start"] = draw_start(machine, module, parameters, Random(options.seed))
    first = _first_states(module, parameters, settings)
    outcome = run(module, parameters, time_scale=options.time_scale, **settings)
    problems = [f"{entry.instance}: {entry.value}" for entry in outcome.problems]
    return RunResult(
        protocol=machine.protocol,
        scenario=None,
        seed=options.seed,
        entries=tuple(entries),
        first=first,
        last=outcome.states,
        ending=outcome.ending,
        seconds=outcome.seconds,
        failure="\n".join(problems) or None,
        shared=outcome.shared,
        ghosts=ghosts_of(machine),
    )


def _first_states(module: ModuleType, parameters: Any, settings: dict[str, Any]) -> Any:
    try:
        return Host(module, parameters, **settings).states
    except (LookupError, ArithmeticError) as error:
        raise WrongUsage("with these values a variable has no start value") from error


def _otherwise(machine: Machine, module: ModuleType, options: RunOptions) -> Agent:
    """Return who answers what the lists do not."""
    if options.seed is not None:
        return RandomAgent(machine, module, Random(options.seed))
    if options.prompt is not None:
        return TerminalAgent(machine, module, options.prompt)
    return Passive()


def _decision_answers(text: str, machine: Machine, module: ModuleType) -> AnswerList:
    role, number, name, values = _assignment(text, "voter.choice=yes,yes,no", machine)
    rule = decision_rule(machine, role, name)
    if rule is None:
        known = sorted({d.name for r in machine.roles if r.name == role for s in r.states for d in s.decisions})
        raise WrongUsage(f"`{role}` decides nothing called `{name}`, but {', '.join(known) or 'nothing at all'}")
    value_type = rule.domain.type if rule.domain is not None else t.BoolType()
    return AnswerList(role, number, name, tuple(read_value(value, value_type, module) for value in values))


def _act_answers(text: str, machine: Machine) -> AnswerList:
    role, number, name, values = _assignment(text, "agent.collect=refused,ok", machine)
    acts: dict[str, Act] = {act.name: act for act in machine.acts}
    if name not in acts:
        raise WrongUsage(f"there is no act `{name}`, but {', '.join(acts) or 'none at all'}")
    allowed = (*acts[name].outcomes, UNKNOWN)
    for value in values:
        if value not in allowed:
            raise WrongUsage(f"`{value}` is no outcome of `{name}`: one of {', '.join(allowed)}")
    return AnswerList(role, number, name, tuple(values))


def _assignment(text: str, example: str, machine: Machine) -> tuple[str, int | None, str, list[str]]:
    match = _ASSIGNMENT.fullmatch(text)
    if match is None:
        raise WrongUsage(f"`{text}` is not of the form `{example}`")
    role, number, name, values = match.groups()
    roles = [role.name for role in machine.roles]
    if role not in roles:
        raise WrongUsage(f"there is no role `{role}`, but {', '.join(roles)}")
    return role, None if number is None else int(number), name, split_values(values)
