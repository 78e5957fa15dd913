"""The search against the naive explorer under clocks, on small random specs: the same number of states, levels and steps."""

import re
from dataclasses import replace
from math import gcd

import pytest
from tests.explore.naive import Naive
from tests.explore.specs import a_case, load_spec
from tests.explore.test_two_explorers import SpecMaker

from comityc.explore.engine.search import explore
from comityc.machine.expressions import DurationConstant
from comityc.machine.model import Bounds, Clock
from comityc.machine.value_types import DurationType

TRIGGERS = ("after", "slow", "every", "range", "decide", "prompt", "when", "none")
SECOND = 1000
TOO_MANY = 2500


def skew(milliseconds: int) -> Clock:
    """Return a clock with a skew."""
    return Clock(skew=DurationConstant(milliseconds=milliseconds, type=DurationType()))


@pytest.mark.parametrize("lateness", [None, SECOND, 2 * SECOND])
@pytest.mark.parametrize("block", range(2))
def test_both_explorers_find_the_same_under_a_clock(block: int, lateness: int | None) -> None:
    compared = 0
    for seed in range(block * 25, block * 25 + 25):
        maker = SpecMaker(seed, TRIGGERS)
        text = maker.spec()
        spec = load_spec(text, unchecked=True)
        case = a_case(
            replace(maker.faults(), partition=maker.partition()), network=maker.network(), bounds=Bounds(copies=1)
        )
        case = replace(case, clock=Clock() if lateness is None else skew(lateness))
        graph = explore(spec.machine, case, spec.parameters, spec.module, max_states=TOO_MANY)
        if graph.complete:
            tick = gcd(lateness or 0, *(int(number) * SECOND for number in re.findall(r"(\d+)s\b", text)))
            naive = Naive(spec.machine, case, spec.parameters, spec.module, tick=tick, lateness=lateness or 0)
            states, levels, steps = naive.explore()
            assert (len(graph.states), len(graph.levels), graph.edges) == (len(states), levels, steps), f"seed {seed}"
            compared += 1
    print(compared)
    assert compared > 2
