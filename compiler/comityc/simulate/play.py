"""A run of a case and a seed in; the world at the end of one schedule in virtual time out.

It is the runtime's own host that plays, with agents that decide at random and the faults of the case.
"""

import asyncio
from collections import Counter
from random import Random
from types import ModuleType
from typing import Any

from comity.agent import Task
from comity.engine import Ending
from comity.errors import ComityError
from comity.host import Host, Outcome
from comity.record import Entry
from comity.virtual import VirtualLoop
from comity.world import Happening, World
from comityc.explore.plan import Run
from comityc.machine.model import Machine
from comityc.play.players import RandomAgent
from comityc.play.start import draw_start
from comityc.records import dataclass
from comityc.simulate.faults import draw_faults

LONGEST_RUN = 30 * 86400.0
"""A virtual month."""
MOST_STEPS = 5_000_000
_RETRIES = 20
_INSTANCE = "simulated"


@dataclass(frozen=True, slots=True)
class Sample:
    """How one run went. `seconds` are virtual; `problem` says what went against the protocol, if anything did."""

    world: World
    ending: Ending
    seconds: float
    steps: int
    problem: str | None = None


def play_once(machine: Machine, module: ModuleType, run: Run, seed: str) -> Sample:
    """Play one run; the same seed makes the same run. The module is that for checking."""
    random = Random(seed)
    instances = tuple(module.instances(run.parameters))
    acts = _Acts({act.name: act.undoes for act in machine.acts if act.undoes is not None})
    agent = _Agent(machine, module, Random(random.getrandbits(64)), acts)
    faults = draw_faults(
        run.case.faults,
        Counter(me.role for me in instances),
        (module.MESSAGES[message.name].__name__ for message in machine.messages if message.fifo),
        reorder=run.case.network in ("unordered", "sent_set") or run.case.faults.reorder,
        random=random,
    )
    settings: dict[str, Any] = {
        "handlers": {role.name: agent for role in machine.roles},
        "instance": _INSTANCE,
        "faults": faults,
        "start": draw_start(machine, module, run.parameters, random),
        "seed": random.getrandbits(64),
        "retries": _RETRIES,
        "time_limit": LONGEST_RUN,
        "step_limit": MOST_STEPS,
    }
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_played(module, run.parameters, acts, settings))


async def _played(module: ModuleType, parameters: Any, acts: "_Acts", settings: dict[str, Any]) -> Sample:
    host = _Host(module, parameters, **settings)
    problem: str | None = None
    ending: Ending = "rest"
    seconds = 0.0
    try:
        outcome: Outcome = await host.run()
        ending, seconds = outcome.ending, outcome.seconds
        problem = next((f"{entry.instance}: {entry.value}" for entry in outcome.problems), None)
    except ComityError as error:
        problem = str(error)
    return Sample(host.world(tuple(acts.happenings)), ending, seconds, host.steps, problem)


class _Host(Host):
    """The host of one run, which keeps no log but of what goes wrong."""

    def _note(self, entry: Entry) -> None:
        if entry.kind == "problem":
            self._log.append(entry)

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self._steps

    def world(self, acts: tuple[Happening, ...]) -> World:
        """Return the whole protocol as it is now."""
        states: dict[str, list[Any]] = {role: [] for role in self._protocol.ROLES}
        for me, seat in self._seats.items():
            states[me.role].append(seat.state)
        down = frozenset(me for me, seat in self._seats.items() if seat.down)
        by_role = {role: tuple(several) for role, several in states.items()}
        return World(self._parameters, by_role, self._shared, down, frozenset(), acts)


class _Agent(RandomAgent):
    """Decides at random, answers every question that has values, and notes which acts took effect."""

    def __init__(self, machine: Machine, module: ModuleType, random: Random, acts: "_Acts") -> None:
        super().__init__(machine, module, random, leaves_open=False)
        self._acts = acts

    async def perform(self, task: Task) -> str:
        """Act, and say what came of it."""
        key = task.key.removeprefix(f"{_INSTANCE}/{task.act}/")
        if self._acts.is_stopped(task.act, key):
            return task.outcomes[-1]
        outcome = await super().perform(task)
        if outcome == task.outcomes[0]:
            self._acts.take_effect(task, key)
        return outcome


class _Acts:
    """What took effect in the world, in order; an act and what undoes it have the same key."""

    def __init__(self, undoes: dict[str, str]) -> None:
        self.happenings: list[Happening] = []
        self._undoes = undoes
        self._places: dict[tuple[str, str], int] = {}
        self._stopped: set[tuple[str, str]] = set()

    def is_stopped(self, act: str, key: str) -> bool:
        """Say whether an act was undone, and so will not take effect any more."""
        return (act, key) in self._stopped

    def take_effect(self, task: Task, key: str) -> None:
        """Note that an act took effect, once for each key."""
        if (task.act, key) not in self._places:
            self._places[task.act, key] = len(self.happenings)
            self.happenings.append(Happening(task.act, task.arguments))
        undone = self._undoes.get(task.act)
        if undone is not None:
            self._stopped.add((undone, key))
            place = self._places.get((undone, key))
            if place is not None:
                self.happenings[place] = self.happenings[place]._replace(undone=True)
