"""What was found in a graph without edges in; the same with the plainest stories out.

Where every property is about states alone, a search keeps no edges: that is quicker, and what it finds is the same. But which of the
shortest ways to a broken state is the plainest, only the edges say. So when something is broken, the search is made once more with
them, up to where the farthest of these stories ends.
"""

from collections.abc import Callable, Sequence

from comityc.explore.graph import Graph
from comityc.explore.judging.examine import Examiner, Finding

MOST_STATES = 500_000
"""A graph in which a story ends beyond so many states is not searched again: the story is a shortest one all the same."""


def with_plain_stories(
    examiner: Examiner, findings: Sequence[Finding], search_again: Callable[[int], Graph]
) -> tuple[Finding, ...]:
    """Return the findings; `search_again` makes the search with its edges, for so many states."""
    graph = examiner.graph
    lengths = [len(finding.story.steps) for finding in findings if finding.outcome == "fails" and finding.story]
    if graph.offsets is not None or not any(lengths):
        return tuple(findings)
    _, upto = graph.levels[min(max(lengths), len(graph.levels) - 1)]
    if upto > MOST_STATES:
        return tuple(findings)
    again = Examiner(examiner.machine, examiner.evaluator, examiner.run, search_again(upto))
    return tuple(_plainer(again, finding) for finding in findings)


def _plainer(again: Examiner, finding: Finding) -> Finding:
    """Return a finding as the graph with edges has it, when that is the same finding."""
    if finding.outcome != "fails" or not finding.story or not finding.story.steps:
        return finding
    found = again.finding(finding.prop)
    same = found.outcome == "fails" and found.story and len(found.story.steps) == len(finding.story.steps)
    return found if same else finding
