"""A counterexample that was kept as a test in; the same steps again on the generated code, and what has become of it, out.

The steps are taken among those that are possible, on the checked machines and beside them on the production code. Then the property is
judged on that run alone: a property of runs with all that is owed along the way, so that the same round has to be a fair one still.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from comityc.driver import check_file, checking_module, loaded_module
from comityc.explore.graph import Graph
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import FIRST, Examiner
from comityc.explore.plan import DEFAULTS, Run, plan_runs
from comityc.explore.telling.report import story_lines
from comityc.explore.telling.wording import show
from comityc.machine.model import Machine, Property
from comityc.play.read_value import UnreadableValue, read_value
from comityc.records import dataclass
from comityc.testing.around import around
from comityc.testing.lockstep import Disagreement, Lockstep
from comityc.testing.walk import Option, Walk

_MOST_SHOWN = 12
_MOST_WAYS = 64
"""So many runs are tried that are told in the same words."""
_MOST_AHEAD = 50_000
"""How many states are looked at to decide that nothing leads to where a property wants to."""


@dataclass(frozen=True, slots=True)
class Retold:
    """A counterexample as a test keeps it: the case and its values, the initial state, the steps as sentences, the property."""

    case: str
    values: tuple[tuple[str, str], ...]
    start: int
    steps: tuple[str, ...]
    prop: str


def retrace(
    test_file: str,
    *,
    spec: str,
    case: str,
    values: Mapping[str, str],
    start: int,
    steps: Sequence[str],
    prop: str,
    prevented: int | None = None,
) -> None:
    """Take the steps again and fail when they break the property still, or when one of them is not possible any more.

    `spec` is a path from the folder of the test file. `prevented` says that this step (the first is 1) must not be possible: that is
    how the counterexample was cured.
    """
    __tracebackhide__ = True
    path = Path(test_file).parent / spec
    machine = check_file(str(path)).machine
    if machine is None:
        raise AssertionError(f"{path} cannot be used: run `comity check` on it")
    retrace_on(machine, Retold(case, tuple(values.items()), start, tuple(steps), prop), prevented)


def retrace_on(machine: Machine, told: Retold, prevented: int | None = None) -> Walk:
    """Do it on a machine; return the walk when all is well now."""
    __tracebackhide__ = True
    evaluator = Evaluator(machine, checking_module(machine))
    promised = next((one for one in machine.properties if one.name == told.prop), None)
    if promised is None:
        raise AssertionError(f"the spec has no property `{told.prop}` any more")
    run = _run(machine, evaluator, told)
    walk = Walk(machine, run, evaluator)
    if not 0 <= told.start < len(walk.starts):
        raise NoSuchStart("the initial state of the counterexample is no longer there")
    choices, impossible, well = _Choices(), list[NotPossible](), False
    for _ in range(_MOST_WAYS):
        choices.begin()
        try:
            if _follow(walk, machine, told, prevented, choices):
                _judge(machine, evaluator, run, walk, promised, told)
            well = True
        except NotPossible as error:
            impossible.append(error)
        if not choices.next():
            break
    if not well:
        raise impossible[0]
    return walk


def _judge(machine: Machine, evaluator: Evaluator, run: Run, walk: Walk, promised: Property, told: Retold) -> None:
    """Fail when the run that was taken breaks the property."""
    __tracebackhide__ = True
    finding = Examiner(machine, evaluator, run, _graph_for(promised, walk)).finding(promised)
    if finding.outcome == "fails" and finding.story is not None:
        instance = f" for {finding.instance}" if finding.instance else ""
        head = f"{machine.protocol}, case `{told.case}`: {told.prop}{instance} fails: {finding.reason}"
        raise StillBroken("\n".join([head, *story_lines(finding.story, "text")]), walk)
    if finding.outcome in ("skipped", "unknown"):
        raise AssertionError(f"`{told.prop}` cannot be decided here: {finding.reason}")


class NoSuchStart(AssertionError):
    """The case has fewer initial states than it had."""


class NotPossible(AssertionError):
    """A step of the counterexample cannot be taken any more."""


class _Choices:
    """Which step is meant where several are told in the same words: each way is gone, one after the other."""

    def __init__(self) -> None:
        self._taken: list[tuple[int, int]] = []  # which one was taken, of how many
        self._at = 0

    def begin(self) -> None:
        """Begin at the first step again."""
        self._at = 0

    def of(self, options: Sequence[Option]) -> Option | None:
        """Return the step to take now; None where there is none."""
        if not options:
            return None
        if self._at == len(self._taken):
            self._taken.append((0, len(options)))
        self._at += 1
        return options[self._taken[self._at - 1][0]]

    def next(self) -> bool:
        """Turn to the next way; say whether there is one."""
        while self._taken:
            taken, many = self._taken.pop()
            if taken + 1 < many:
                self._taken.append((taken + 1, many))
                return True
        return False


class StillBroken(AssertionError):
    """The counterexample is one still; `walk` are the steps that were taken."""

    def __init__(self, text: str, walk: Walk) -> None:
        super().__init__(text)
        self.walk = walk


def _run(machine: Machine, evaluator: Evaluator, told: Retold) -> Run:
    """Find the run of the case in which the counterexample was found."""
    if told.case == DEFAULTS:
        runs = list(plan_runs(machine, evaluator, None, _typed(machine, evaluator, told)))
    else:
        runs = [run for run in plan_runs(machine, evaluator, [told.case], None) if _shown(run) == dict(told.values)]
        runs = runs or list(plan_runs(machine, evaluator, [told.case], _typed(machine, evaluator, told)))
    if any(case.name == told.case and case.abstract for case in machine.cases):
        raise AssertionError(f"case `{told.case}` is decided by parts: its steps are none that the whole takes")
    if not runs:
        raise AssertionError(f"the spec has no case `{told.case}` any more")
    if runs[0].refused is not None:
        raise AssertionError(f"case `{told.case}` cannot be run: {runs[0].refused}")
    return runs[0]


def _shown(run: Run) -> dict[str, str]:
    return {name: show(value) for name, value in run.values}


def _typed(machine: Machine, evaluator: Evaluator, told: Retold) -> dict[str, Any]:
    types = {parameter.name: parameter.type for parameter in machine.parameters}
    try:
        return {name: read_value(text, types[name], evaluator.module) for name, text in told.values}
    except (KeyError, UnreadableValue) as error:
        raise AssertionError(f"the values of the counterexample do not fit the parameters any more: {error}") from error


def _follow(walk: Walk, machine: Machine, told: Retold, prevented: int | None, choices: _Choices) -> bool:
    """Take the steps; say whether the run came to its end, and was not prevented from it as it should be."""
    walk.begin(told.start)
    beside = Lockstep(walk.setting, loaded_module(machine)) if _has_code(machine) else None
    for number, sentence in enumerate(told.steps, 1):
        options = walk.options()
        option = choices.of(_told_so(walk, options, sentence))
        if option is None and number == len(told.steps) and prevented is None and _is_refused(walk, sentence):
            return True
        if option is None and number == prevented:
            return False
        if option is None:
            raise NotPossible(_not_possible(walk, options, number, sentence))
        if number == prevented:
            raise AssertionError(f"step {number} is possible again: {sentence}")
        _take(walk, option, beside)
    walk.options()
    return True


def _has_code(machine: Machine) -> bool:
    """Whether there is production code to step: a model has none."""
    return not machine.is_model and machine.network != "none"


def _told_so(walk: Walk, options: Sequence[Option], sentence: str) -> list[Option]:
    """Return the steps that a sentence tells; a message that was received may be ignored by now, and the other way round."""
    for wanted in dict.fromkeys((sentence, _bare(sentence), _alike(_bare(sentence)))):
        found: dict[int, Option] = {}
        for option in options:
            told = walk.sentence(option)
            if wanted in (told, _alike(told)):
                found.setdefault(option[0], option)
        if found:
            return list(found.values())
    return []


def _bare(sentence: str) -> str:
    """Leave out what a story adds to a step: the part of a composed protocol that it is in, and what was not recorded before a crash."""
    return _ADDED_BEHIND.sub("", _ADDED_BEFORE.sub("", sentence))


_ADDED_BEFORE, _ADDED_BEHIND = re.compile(r"^in [a-z]\w*: "), re.compile(r" between .* taking effect and recording it$")


def _alike(sentence: str) -> str:
    return re.sub(r"^(\S+) ignores ", r"\1 receives ", sentence)


def _is_refused(walk: Walk, sentence: str) -> bool:
    """Say whether a step was not taken because it is itself what breaks a property."""
    here = len(walk.graph.states) - 1
    refused = [one.label for one in walk.graph.violations if one.state == here and one.label >= 0]
    return any(walk.teller.sentence(walk.graph.labels[label]) in (sentence, _bare(sentence)) for label in refused)


def _take(walk: Walk, option: Option, beside: Lockstep | None) -> None:
    graph = walk.graph
    world = graph.world(len(graph.states) - 1)
    label = walk.take(option)
    if beside is None or label.instance is None or label.instance in world.byzantine:
        return
    try:
        beside.take(label, world.states[label.instance.role][label.instance.number])
    except Disagreement as error:
        raise AssertionError(str(error)) from error


def _not_possible(walk: Walk, options: Sequence[Option], number: int, sentence: str) -> str:
    possible = list(dict.fromkeys(walk.sentence(option) for option in options))
    lines = [f"step {number} of the counterexample is no longer possible: {sentence}"]
    lines += ["possible there:" if possible else "nothing is possible there"]
    lines += [f"  {told}" for told in possible[:_MOST_SHOWN]]
    if len(possible) > _MOST_SHOWN:
        lines.append(f"  and {len(possible) - _MOST_SHOWN} more")
    lines.append(f"if that is the cure, say so in the test: prevented={number}")
    return "\n".join(lines)


def _graph_for(prop: Property, walk: Walk) -> Graph:
    """Return as much of the states around the run as the property needs to be judged."""
    if prop.kind in ("eventually", "leads_to"):
        return around(walk, walk.graph.states[0], within=set(walk.graph.states))
    if prop.kind == "stays_possible" or prop.name == FIRST:
        return around(walk, walk.graph.states[-1], most=_MOST_AHEAD)
    return walk.finish()
