"""A generated test in; schedules drawn by Hypothesis, stepped on the generated machines, and judged after each step out."""

import importlib.util
import sys
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
from hypothesis import strategies as st

from comityc.driver import check_file, checking_module
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import Run
from comityc.explore.telling.report import story_lines
from comityc.machine.model import Machine
from comityc.naming import module_name
from comityc.testing.judge import Failure, judge_walk
from comityc.testing.lockstep import Disagreement, Lockstep
from comityc.testing.replay import Schedule, follow, runs
from comityc.testing.walk import Option, Walk, is_fault

LONGEST_RUN = 40
WEIGHTS = {"deliver": 6, "ignore": 3, "time": 3, "timer": 2, "decide": 4, "perform": 4, "happen": 4, "recover": 3}
"""How likely a step is, by kind."""

FAULT_WEIGHT = 3
"""How likely a fault is where a run has any: as likely as a step, because budgets end them soon and runs go on without."""


class Bench:
    """What the generated tests of one protocol share. `spec` is a path from the folder of the test file."""

    settings = hypothesis.settings(
        max_examples=100,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate),
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    """Shrinking is done by the bench, on whole steps: that is quicker, and ends with shorter scenarios."""

    def __init__(self, test_file: str, *, protocol: str, spec: str, spec_hash: str) -> None:
        self.folder = Path(test_file).parent
        self.protocol, self.spec, self.spec_hash = protocol, spec, spec_hash

    @cached_property
    def machine(self) -> Machine:
        """The machine of the spec as it is now."""
        path = self.folder / self.spec
        result = check_file(str(path))
        if result.machine is None:
            raise AssertionError(f"{path} cannot be used: run `comity check` on it")
        return result.machine

    @cached_property
    def evaluator(self) -> Evaluator:
        """Reads expressions of the spec, on the machines in their form for checking."""
        return Evaluator(self.machine, checking_module(self.machine))

    @cached_property
    def production(self) -> ModuleType:
        """The generated module beside the test, as production imports it."""
        path = self.folder / f"{module_name(self.protocol)}.py"
        name = f"comity_bench_{self.protocol}"
        description = importlib.util.spec_from_file_location(name, path)
        assert description is not None
        assert description.loader is not None
        module = importlib.util.module_from_spec(description)
        sys.modules[name] = module
        description.loader.exec_module(module)
        return module

    def is_fresh(self) -> bool:
        """Say whether the generated module was made from the spec as it is now."""
        from comityc.output import spec_hash

        return bool(self.production.SPEC_HASH == self.spec_hash == spec_hash(self.machine.source))

    def play(self, case: str, data: st.DataObject) -> None:
        """Draw one schedule of a case and step through it; fail with the shrunk scenario when it breaks something."""
        runs_of_case = self._runs(case)
        number = data.draw(st.integers(0, len(runs_of_case) - 1), label="run")
        run = runs_of_case[number]
        walk = self._walk(case, number)
        start = data.draw(st.integers(0, len(walk.starts) - 1), label="start")
        schedule = Schedule(case, number, start, self._draw(walk, start, data))
        problem = self._problem(walk, run, schedule)
        if problem is not None:
            shrunk = self._shrink(walk, run, schedule, problem[0])
            told = self._problem(walk, run, shrunk)
            assert told is not None
            raise AssertionError(self._text(case, shrunk, told))

    def _draw(self, walk: Walk, start: int, data: st.DataObject) -> tuple[str, ...]:
        """Draw step by step among what is possible, with faults or without."""
        walk.begin(start)
        with_faults = data.draw(st.booleans(), label="faults")
        steps: list[str] = []
        for _ in range(data.draw(st.integers(1, LONGEST_RUN), label="length")):
            options = [option for option in walk.options() if with_faults or not is_fault(self._label(walk, option))]
            if not options:
                break
            weighed = [
                option for option in options for _ in range(WEIGHTS.get(self._label(walk, option).kind, FAULT_WEIGHT))
            ]
            option = weighed[data.draw(st.integers(0, len(weighed) - 1))]
            steps.append(walk.sentence(option))
            walk.take(option)
        return tuple(steps)

    @staticmethod
    def _label(walk: Walk, option: Option) -> Any:
        return walk.graph.labels[option[1]]

    def _problem(self, walk: Walk, run: Run, schedule: Schedule) -> tuple[str, list[str]] | None:
        """Run a schedule; return what it breaks and the lines that tell it."""
        follow(walk, schedule, strict=False)
        graph = walk.graph
        lockstep = Lockstep(walk.setting, self.production)
        for index in range(1, len(graph.states)):
            label = graph.labels[graph.parent_label[index]]
            if label.instance is None or label.instance in graph.world(index - 1).byzantine:
                continue
            before = graph.world(index - 1).states[label.instance.role][label.instance.number]
            try:
                lockstep.take(label, before)
            except Disagreement as error:
                return "the generated code is not the spec", [
                    *story_lines(Failure.plain_story(walk), "none"),
                    str(error),
                ]
        failure = judge_walk(walk, self.machine, self.evaluator, run)
        if failure is None:
            return None
        instance = f" for {failure.instance}" if failure.instance else ""
        lines = [f"{failure.name}{instance} fails: {failure.reason}", *story_lines(failure.story, "text")]
        return failure.name, lines

    def _shrink(self, walk: Walk, run: Run, schedule: Schedule, broken: str) -> Schedule:
        """Leave out steps, many at first and then one by one, as long as the same thing stays broken."""
        size = max(1, len(schedule.steps) // 2)
        while size:
            at = 0
            while at < len(schedule.steps):
                shorter = schedule.without(at, size)
                problem = self._problem(walk, run, shorter)
                if problem is not None and problem[0] == broken:
                    schedule = shorter
                else:
                    at += size
            size //= 2
        follow(walk, schedule, strict=False)
        graph = walk.graph
        taken = tuple(walk.teller.sentence(graph.labels[label]) for label in graph.parent_label[1:])
        return Schedule(schedule.case, schedule.run, schedule.start, taken)

    def _text(self, case: str, schedule: Schedule, problem: tuple[str, list[str]]) -> str:
        spec = (self.folder / self.spec).resolve()
        shown = spec.relative_to(Path.cwd()) if spec.is_relative_to(Path.cwd()) else spec
        token = schedule.token(self.spec_hash)
        return "\n".join(
            [
                f"{self.protocol}, case `{case}`: {problem[0]}",
                *problem[1],
                "",
                "play it again:",
                f"  comity run {shown} --replay {token}",
            ]
        )

    @cache  # noqa: B019  (a bench lives as long as its test module)
    def _runs(self, case: str) -> list[Run]:
        return runs(self.machine, self.evaluator, case)

    @cache  # noqa: B019  (as above)
    def _walk(self, case: str, run: int) -> Walk:
        return Walk(self.machine, self._runs(case)[run], self.evaluator)
