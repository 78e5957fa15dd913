"""The plainest of all shortest runs: by hand, and against a search that tries every run of small random graphs."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from comityc.driver import check_file, checking_module
from comityc.explore.judging.paths import Edges, reach_forward
from comityc.explore.judging.plain import NOBODY, Manner, Phase, plainest
from comityc.explore.verify import needs_edges, verify_machine

Cost = tuple[int, int, int, tuple[int, ...]]
"""Faults, changes of who acts, the state in which it begins, and the labels."""


@dataclass
class Drawn:
    """A graph as lists of (label, target) by state; a label is (actor, is a fault), and comes before those after it."""

    steps: list[list[tuple[int, int]]]
    labels: list[tuple[int, bool]]
    starts: int = 1
    edges: Edges = field(init=False)

    def __post_init__(self) -> None:
        depth = self.distances(range(self.starts))
        offsets = np.cumsum([0, *map(len, self.steps)])
        flat = [step for out in self.steps for step in out]
        self.edges = Edges(
            offsets,
            [target for _, target in flat],
            [label for label, _ in flat],
            depth=np.array(depth, dtype=np.int64),
            manner=self.manner,
        )

    @property
    def manner(self) -> Manner:
        return Manner(
            np.array([fault for _, fault in self.labels], dtype=np.bool_),
            np.array([actor for actor, _ in self.labels], dtype=np.int64),
            int,
        )

    def distances(self, starts: Sequence[int]) -> list[int]:
        found = dict.fromkeys(starts, 0)
        waiting = list(starts)
        for state in waiting:
            for _, target in self.steps[state]:
                if target not in found:
                    found[target] = found[state] + 1
                    waiting.append(target)
        return [found.get(state, -1) for state in range(len(self.steps))]

    def runs(self, length: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Yield all runs of so many steps as (states, labels)."""
        waiting: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((start,), ()) for start in range(self.starts)]
        while waiting:
            states, labels = waiting.pop()
            if len(labels) == length:
                yield states, labels
            else:
                waiting += [((*states, target), (*labels, label)) for label, target in self.steps[states[-1]]]

    def cost(self, start: int, labels: Sequence[int]) -> Cost:
        actors = [self.labels[label][0] for label in labels if self.labels[label][0] != NOBODY]
        switches = sum(left != right for left, right in itertools.pairwise(actors))
        return sum(self.labels[label][1] for label in labels), switches, start, tuple(labels)


def drawn_at_random(seed: int) -> Drawn:
    chance = random.Random(seed)
    labels = [(chance.choice([NOBODY, 0, 0, 1, 1, 2]), chance.random() < 0.25) for _ in range(chance.randint(2, 7))]
    layers = [chance.randint(1, 3) for _ in range(chance.randint(2, 5))]
    numbers = iter(range(sum(layers)))
    states = [[next(numbers) for _ in range(size)] for size in layers]
    steps: list[list[tuple[int, int]]] = [[] for _ in range(sum(layers))]
    for level, here in enumerate(states):
        for state in here:
            ahead = states[level + 1] if level + 1 < len(states) else []
            anywhere = [other for layer in states[: level + 1] for other in layer]
            for target in (*ahead, *anywhere):
                for label in range(len(labels)):
                    if chance.random() < (0.45 if target in ahead else 0.08):
                        steps[state].append((label, target))
    return Drawn(steps, labels, layers[0])


A, B, LOSS, CRASH = 0, 1, 2, 3
LABELS = [(0, False), (1, False), (NOBODY, True), (0, True)]
"""A and B act, a message is lost, A crashes."""


def test_the_run_that_stays_with_one_instance_is_plainest() -> None:
    drawn = Drawn([[(A, 1), (B, 2)], [(B, 3), (A, 4)], [(A, 3)], [(A, 5)], [(B, 5)], []], LABELS)
    assert drawn.edges.stem([5]).labels == (A, A, B)


def test_a_fault_weighs_more_than_any_number_of_changes() -> None:
    drawn = Drawn([[(A, 1), (LOSS, 2)], [(B, 3)], [(A, 4)], [(A, 5)], [(A, 5)], [(B, 6)], []], LABELS)
    assert drawn.edges.stem([6]).labels == (A, B, A, B)


def test_what_nobody_does_is_no_change_of_who_acts() -> None:
    drawn = Drawn([[(LOSS, 1), (CRASH, 2)], [(B, 3)], [(B, 3)], []], LABELS)
    assert drawn.edges.stem([3]).labels == (LOSS, B)


def test_among_equals_the_label_decides_that_comes_first() -> None:
    steps = [[(B, 2), (A, 1)], [(B, 3)], [(A, 3)], []]
    assert Drawn(steps, LABELS).edges.stem([3]).labels == (A, B)
    backwards = Manner(np.zeros(4, dtype=np.bool_), np.array([0, 1, NOBODY, 0]), lambda label: -label)
    edges = Drawn(steps, LABELS).edges
    assert plainest(edges, backwards, [Phase(edges.depth)], [3]).labels == (B, A)


def test_of_several_goals_the_one_with_the_plainest_way_is_taken() -> None:
    drawn = Drawn([[(A, 1), (B, 2)], [(B, 3)], [(B, 4)], [], []], LABELS)
    assert drawn.edges.stem([3, 4]).states == (0, 2, 4)


def test_the_step_beyond_the_goal_counts() -> None:
    drawn = Drawn([[(A, 1), (B, 2)], [], []], LABELS)
    way = plainest(drawn.edges, drawn.manner, [Phase(drawn.edges.depth)], [1, 2, 2], [LOSS, A, B])
    assert (way.labels, way.last) == ((B,), B)


def test_a_run_may_begin_at_its_goal() -> None:
    way = plainest(*_first(Drawn([[(A, 0)]], LABELS)), [0], [A])
    assert way == ((0,), (), A)


def _first(drawn: Drawn) -> tuple[Edges, Manner, list[Phase]]:
    return drawn.edges, drawn.manner, [Phase(drawn.edges.depth)]


@pytest.mark.parametrize("seed", range(300))
def test_no_shortest_run_is_plainer(seed: int) -> None:
    drawn = drawn_at_random(seed)
    depth = drawn.edges.depth
    level = int(depth.max())
    goals = np.flatnonzero(depth == level)
    path = drawn.edges.stem(goals)
    assert len(path.labels) == level
    best = min(drawn.cost(states[0], labels) for states, labels in drawn.runs(level) if states[-1] in goals)
    assert drawn.cost(path.states[0], path.labels) == best
    assert all(
        (label, target) in drawn.steps[source]
        for source, label, target in zip(path.states, path.labels, path.states[1:], strict=False)
    )


@pytest.mark.parametrize("seed", range(200))
def test_no_shortest_run_that_ends_with_one_of_the_steps_is_plainer(seed: int) -> None:
    drawn = drawn_at_random(seed)
    sources = drawn.edges.depth[drawn.edges.sources]
    if sources.max(initial=-1) < 0:
        return
    ends = np.flatnonzero(sources == sources.max())[::2]
    path = drawn.edges.stem_over(ends)
    wanted = {(int(drawn.edges.sources[e]), int(drawn.edges.labels[e]), int(drawn.edges.targets[e])) for e in ends}
    runs = drawn.runs(int(sources.max()) + 1)
    best = min(drawn.cost(s[0], labels) for s, labels in runs if (s[-2], labels[-1], s[-1]) in wanted)
    assert drawn.cost(path.states[0], path.labels) == best
    assert (path.states[-2], path.labels[-1], path.states[-1]) in wanted


@pytest.mark.parametrize("seed", range(300))
def test_no_shortest_run_through_a_region_is_plainer(seed: int) -> None:
    """As `leads_to` asks for: to one of the starts on any way, and from there without leaving the region."""
    drawn, chance = drawn_at_random(seed), random.Random(seed)
    count = len(drawn.steps)
    region = np.array([chance.random() < 0.8 for _ in range(count)])
    starts = region & np.array([chance.random() < 0.5 for _ in range(count)])
    reach = reach_forward(drawn.edges, starts & (drawn.edges.depth >= 0), region, drawn.edges.depth)
    if not (reach.distance > 0).any():
        return
    length = int(reach.distance.max())
    goals = np.flatnonzero(reach.distance == length)
    path = drawn.edges.stem(goals, reach)
    assert len(path.labels) == length

    def fits(states: tuple[int, ...]) -> bool:
        inside = [at for at in range(len(states)) if all(region[s] for s in states[at:]) and starts[states[at]]]
        return states[-1] in goals and bool(inside)

    best = min(drawn.cost(states[0], labels) for states, labels in drawn.runs(length) if fits(states))
    assert drawn.cost(path.states[0], path.labels) == best
    assert fits(path.states)


WATCH = """\
    states:
      on:
        - resting
        - decide: tick
          do: send Tick() to c
          goto: off
      off:
        - resting
"""
COUNTING = f"""\
comity: "1"
protocol: counting
messages: {{Tick: {{}}}}
roles:
  a:
{WATCH}  b:
{WATCH}  c:
    variables: {{n: int}}
    states:
      on:
        - resting
        - receive: Tick
          if: n < 2
          do: n += 1
        - ignore: Tick
tolerates: {{duplicate: 1, crash: {{a: 1}}}}
verify:
  two ticks: {{}}
properties:
  few: {{always: c.n < 2}}
"""


@pytest.mark.parametrize("more", ["", "  ends: {eventually: c.n >= 0}\n"])
def test_a_story_is_plain_whether_the_search_kept_its_edges_or_not(tmp_path: Path, more: str) -> None:
    """A property about runs makes the search keep them; without one it does not, and the story is the same."""
    spec = tmp_path / "counting.yaml"
    spec.write_text(COUNTING + more, encoding="utf-8")
    machine = check_file(str(spec)).machine
    assert machine is not None
    assert needs_edges(machine, machine.cases[0]) is bool(more)
    (case,) = verify_machine(machine, checking_module(machine)).cases
    (story,) = [prop.counterexample for prop in case.properties if prop.name == "few"]
    assert story is not None
    assert [step.label for step in story.steps] == [
        "the agent of a decides to tick",
        "the agent of b decides to tick",
        "c receives Tick from a",
        "c receives Tick from b",
    ]
