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
    for seed in range(block * 15, block * 15 + 15):
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
    assert compared


MOMENTS = ("after", "at", "at", "every", "decide", "when", "none")


class MakerOfMoments(SpecMaker):
    """Writes specs whose messages say when they were sent, and whose timers are due when a variable says."""

    def spec(self) -> str:
        """Return a spec of two roles."""
        text = super().spec().replace("hot: bool", "hot: bool, asked: time")
        text = re.sub(r"send (\w+)\(hot=(\w+)\)", r"send \1(hot=\2, asked=now)", text)
        return text.replace("    variables:\n", '    variables:\n      until: "time?"\n')

    def _reception(self, message: str, other: str) -> list[str]:
        lines = super()._reception(message, other)
        if "          do: |" in lines and self._dice.random() < 0.5:
            lines.insert(lines.index("          do: |") + 1, "            until = msg.asked + 3s")
        return lines

    def _effects(self, other: str) -> list[str]:
        lines = super()._effects(other)
        if self._dice.random() < 0.6:
            lines.insert(1, f"            until = {self._dice.choice(('now + 2s', 'now + 4s', 'none'))}")
        return lines


@pytest.mark.parametrize("lateness", [None, 0, SECOND])
@pytest.mark.parametrize("block", range(2))
def test_both_explorers_find_the_same_of_moments(block: int, lateness: int | None) -> None:
    compared = 0
    for seed in range(block * 15, block * 15 + 15):
        maker = MakerOfMoments(seed, MOMENTS)
        text = maker.spec()
        spec = load_spec(text, unchecked=True)
        case = a_case(maker.faults(), network=maker.network(), bounds=Bounds(copies=1))
        case = replace(case, clock=None if lateness is None else skew(lateness) if lateness else Clock())
        graph = explore(spec.machine, case, spec.parameters, spec.module, max_states=TOO_MANY)
        if graph.complete:
            late = lateness or 0
            tick = gcd(late, *(int(number) * SECOND for number in re.findall(r"(\d+)s\b", text)))
            # A deadline is 3s behind the moment of asking; nothing is computed from a deadline.
            asked = 3 * SECOND if "msg.asked" in text else 0
            naive = Naive(
                spec.machine,
                case,
                spec.parameters,
                spec.module,
                tick=tick,
                lateness=late,
                oldest={"asked": asked + late, "until": late},
            )
            states, levels, steps = naive.explore()
            assert (len(graph.states), len(graph.levels), graph.edges) == (len(states), levels, steps), f"seed {seed}"
            compared += "at: until" in text
    assert compared
