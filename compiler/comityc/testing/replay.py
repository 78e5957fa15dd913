"""A replay token in, the run that it stands for told out; and the other way round.

    comity-replay/1:<spec hash>:<base64 of the packed schedule>

A schedule holds the case, its values, the initial state and the sentence of each step. Sentences, and not numbers of options, are kept:
they survive the deletion of other steps, and small edits of the spec.
"""

import base64
import binascii
import json
import zlib
from dataclasses import replace
from types import ModuleType
from typing import Any

from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import Run, plan_runs
from comityc.explore.telling.story import Story
from comityc.machine.model import Machine
from comityc.records import dataclass
from comityc.testing.judge import Failure, judge_walk
from comityc.testing.walk import Walk

PREFIX = "comity-replay/1"
LONGEST = 100_000


class ReplayFailed(Exception):
    """A token that cannot be read, or that meets a step which is not possible."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a run is made of: its case and which of its runs, the initial state, and the steps as sentences."""

    case: str
    run: int
    start: int
    steps: tuple[str, ...]

    def token(self, spec_hash: str) -> str:
        """Return the schedule as one word."""
        packed = zlib.compress(json.dumps([self.case, self.run, self.start, *self.steps]).encode(), 9)
        return f"{PREFIX}:{spec_hash}:{base64.urlsafe_b64encode(packed).decode()}"

    def without(self, at: int, count: int) -> "Schedule":
        """Return the schedule with some steps left out."""
        return replace(self, steps=(*self.steps[:at], *self.steps[at + count :]))


def read_token(token: str) -> Schedule:
    """Read a token; nothing in it is trusted."""
    prefix, _, rest = token.strip().partition(":")
    _, _, packed = rest.partition(":")
    if prefix != PREFIX or len(token) > LONGEST:
        raise ReplayFailed(f"a replay token begins with `{PREFIX}:`")
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(base64.urlsafe_b64decode(packed), LONGEST * 10)
        case, run, start, *steps = json.loads(text)
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError) as error:
        raise ReplayFailed("the replay token is damaged") from error
    if not (
        isinstance(case, str)
        and isinstance(run, int)
        and isinstance(start, int)
        and all(isinstance(s, str) for s in steps)
    ):
        raise ReplayFailed("the replay token is damaged")
    return Schedule(case, run, start, tuple(steps))


@dataclass(frozen=True, slots=True)
class Told:
    """A replayed run: its story, and whether a property is broken at its end."""

    story: Story
    violated: bool


def replay(machine: Machine, module: ModuleType, token: str) -> Told:
    """Run a schedule again on the checked machines."""
    schedule = read_token(token)
    evaluator = Evaluator(machine, module)
    walk = Walk(machine, run_of(machine, evaluator, schedule), evaluator)
    missing = follow(walk, schedule, strict=True)
    if missing is not None:
        raise ReplayFailed(f"step {len(walk.graph.states)} is not possible there: {missing}")
    failure = judge_walk(walk, machine, evaluator, runs(machine, evaluator, schedule.case)[schedule.run])
    story = failure.story if failure is not None else Failure.plain_story(walk)
    return Told(story, failure is not None)


def runs(machine: Machine, evaluator: Evaluator, case: str) -> list[Run]:
    """Return the runs of a case, one for each combination of its values."""
    return list(plan_runs(machine, evaluator, [case], None))


def run_of(machine: Machine, evaluator: Evaluator, schedule: Schedule) -> Run:
    """Return the run of a schedule."""
    found: list[Any] = runs(machine, evaluator, schedule.case)
    if not 0 <= schedule.run < len(found):
        raise ReplayFailed(f"the spec has no case `{schedule.case}` like the one of the token")
    run: Run = found[schedule.run]
    return run


def follow(walk: Walk, schedule: Schedule, *, strict: bool) -> str | None:
    """Take the steps of a schedule; the first that is not possible is returned, or passed over when not strict."""
    if not 0 <= schedule.start < len(walk.starts):
        raise ReplayFailed("the initial state of the token does not exist")
    walk.begin(schedule.start)
    for sentence in schedule.steps:
        option = next((option for option in walk.options() if walk.sentence(option) == sentence), None)
        if option is None and strict:
            return sentence
        if option is not None:
            walk.take(option)
    walk.options()
    return None
