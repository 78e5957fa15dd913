"""A finished walk in; what it breaks out: the first property that fails, with its story."""

from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import Examiner
from comityc.explore.judging.paths import Path
from comityc.explore.plan import Run
from comityc.explore.telling.story import Story
from comityc.machine.model import Machine
from comityc.records import dataclass
from comityc.testing.walk import Walk

JUDGED = ("always", "never", "stable", "step", "generic")
"""Kinds of properties that one finite run can break."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A property that a run breaks. `instance` names the values of its `for`."""

    name: str
    reason: str
    instance: str | None
    story: Story

    @staticmethod
    def plain_story(walk: Walk) -> Story:
        """Tell a walk that breaks nothing."""
        graph = walk.finish()
        return walk.teller.tell(Path(tuple(range(len(graph.states))), tuple(graph.parent_label[1:])))


def judge_walk(walk: Walk, machine: Machine, evaluator: Evaluator, run: Run) -> Failure | None:
    """Return the first property of the spec that the walk breaks, of those that the case promises."""
    graph = walk.finish()
    examiner = Examiner(machine, evaluator, run, graph)
    for prop in machine.properties:
        if prop.kind in JUDGED and prop.name not in run.case.violates:
            finding = examiner.finding(prop)
            if finding.outcome == "fails" and finding.story is not None:
                return Failure(prop.name, finding.reason, finding.instance, finding.story)
    return None
