"""What properties say of states that are sorted down a tree of what was read: the same as asking them of every state."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.explore.specs import compile_spec, load_spec

from comity.errors import UndefinedValue
from comity.world import World
from comityc.explore.engine.search import explore
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.looks import Parts
from comityc.explore.judging.reading import UNDEFINED, Reading, Undefined, undefined_text
from comityc.explore.judging.reads import sight_of
from comityc.explore.plan import plan_runs

COUNTING = """
    roles:
      counter:
        count: 2
        variables:
          n: int
          last: int?
        states:
          counting:
            - when: n < 3
              do: |
                n += 1
                last = n
              goto: counting
            - when: n == 3
              goto: over
          over: final
    properties:
      ordered:
        always: all(c.n <= 3 for c in counter)
"""
SPECS = (
    "specs/voting/threshold_vote.yaml",
    "specs/contract/escrow.yaml",
    "specs/membership/gossip.yaml",
    "specs/conformance/paxos_lamport.yaml",
    "specs/work/studio.yaml",
    "specs/saga/saga.yaml",
)
FEW = 300


def plainly(function: Callable[..., Any], *worlds: World) -> Any:
    """Ask a function of worlds as they are."""
    try:
        return function(*worlds)
    except UNDEFINED as error:
        return Undefined(undefined_text(error))


@pytest.mark.parametrize("path", SPECS)
def test_it_says_what_asking_of_every_state_would(path: str) -> None:
    spec = compile_spec(path)
    runs = list(plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, None))
    for run in runs[:: max(len(runs) // 3, 1)]:
        if run.refused is not None:
            continue
        graph = explore(spec.machine, run.case, run.parameters, spec.module, max_states=FEW)
        parts, states = Parts(graph), np.arange(len(graph.states))
        rows = parts.values_at(states)
        for prop in spec.machine.properties:
            if prop.kind == "generic":
                continue
            acts = sight_of(prop, spec.machine).acts
            quantifier = spec.module.QUANTIFIERS.get(prop.name)
            bounds = [()] if quantifier is None else [tuple(one) for one in quantifier(graph.world(0))]
            for function in spec.module.PROPERTIES[prop.name]:
                for bound in bounds[:2]:
                    asked = lambda *worlds, f=function, b=bound: f(*worlds, *b)  # noqa: E731
                    two = prop.kind == "step"
                    reading = Reading(asked, parts, acts, 2 if two else 1)
                    found = reading.of(np.concatenate((rows[::-1], rows), axis=1) if two else rows)
                    worlds = [graph.world(state) for state in states.tolist()]
                    pairs = zip(worlds[::-1], worlds, strict=True) if two else zip(worlds, strict=True)
                    assert [reading.said[one] for one in found.tolist()] == [plainly(asked, *pair) for pair in pairs]


def counting() -> tuple[Parts, Any]:
    spec = load_spec(COUNTING)
    run = next(iter(plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, {})))
    graph = explore(spec.machine, run.case, run.parameters, spec.module)
    parts = Parts(graph)
    return parts, parts.values_at(np.arange(len(graph.states)))


def test_it_asks_once_for_each_combination_of_what_is_read() -> None:
    parts, rows = counting()
    asked: list[int] = []

    def one_or_both(world: World) -> bool:
        first = world.states["counter"][0].n
        asked.append(first)
        return first < 2 or bool(world.states["counter"][1].n > 1)

    found = Reading(one_or_both, parts, frozenset(), 1)
    numbers = found.of(rows)
    assert {found.said[number] for number in numbers.tolist()} == {True, False}
    assert sorted(asked) == [0, 1, *[2] * 4, *[3] * 4]
    found.of(rows)
    assert len(asked) == 10


def test_what_is_missing_is_told_for_all_that_read_the_same() -> None:
    parts, rows = counting()

    def missing(world: World) -> int:
        last = world.states["counter"][0].last
        if last is None:
            raise UndefinedValue("it was never set")
        return int(last)

    found = Reading(missing, parts, frozenset(), 1)
    numbers = found.of(rows)
    told = {found.said[number] for number in numbers.tolist()}
    assert told == {Undefined("it was never set"), 1, 2, 3}


def test_what_has_no_hash_is_told_too() -> None:
    parts, rows = counting()
    found = Reading(lambda world: [one.n for one in world.states["counter"]], parts, frozenset(), 1)
    numbers = found.of(rows)
    graph = parts.graph
    direct = [[one.n for one in graph.world(state).states["counter"]] for state in range(len(graph.states))]
    assert [found.said[number] for number in numbers.tolist()] == direct
