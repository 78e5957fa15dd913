"""Every engine against the reference: on random specs that use what the language has, and on the small models and protocols."""

from collections import Counter
from dataclasses import replace
from typing import get_args

import pytest
from tests.explore.engines import OTHERS, compared, differences, naively
from tests.explore.random_specs import RichSpecMaker
from tests.explore.specs import Spec, compile_spec, load_spec

from comityc.explore.fast import columns
from comityc.explore.fast.explore import EngineName
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import plan_runs

FEW = 1_500


@pytest.fixture(autouse=True)
def no_level_is_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """These cases are small: NumPy is to take them all the same."""
    monkeypatch.setattr(columns, "NARROW", 0)


def a_spec(seed: int, *, acts: bool, models: bool) -> tuple[RichSpecMaker, Spec] | None:
    """Make a spec; dice may write one that the compiler refuses."""
    maker = RichSpecMaker(seed, acts=acts, models=models)
    try:
        return maker, load_spec(maker.spec(), unchecked=True)
    except AssertionError:
        return None


@pytest.mark.parametrize("flavour", ["plain", "acts", "models"])
@pytest.mark.parametrize("block", range(2))
def test_all_engines_tell_the_same_of_random_specs(flavour: str, block: int) -> None:
    told: Counter[str] = Counter()
    for seed in range(block * 12, block * 12 + 12):
        made = a_spec(seed, acts=flavour == "acts", models=flavour == "models")
        if made is not None:
            maker, spec = made
            for name, unlike in compared(spec, maker.case(), FEW).items():
                told[name] += 1
                assert unlike == [], f"{flavour} {seed}: {name}"
    assert told


SMALL = (
    "conformance/tcommit",
    "conformance/two_phase_lamport",
    "conformance/crash_budget",
    "conformance/ewd840",
    "election/ring",
    "voting/threshold_vote",
    "saga/saga",
    "consensus/two_phase_commit",
)


@pytest.mark.parametrize("name", SMALL)
def test_all_engines_tell_the_same_of_the_library(name: str) -> None:
    spec = compile_spec(f"specs/{name}.yaml")
    for run in plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, None):
        if run.refused is None:
            these = Spec(spec.machine, spec.module, run.parameters)
            stated = replace(run.case, states=1)
            for engine, unlike in compared(these, stated, FEW).items():
                assert unlike == [], f"{run.case.name}: {engine}"


def test_a_difference_is_seen() -> None:
    made = a_spec(3, acts=False, models=False) or a_spec(4, acts=False, models=False)
    assert made is not None
    told = naively(made[1], replace(made[0].case(), states=1), FEW)
    assert differences(told, told._replace(states=told.states + 1)) == [f"states: {told.states} / {told.states + 1}"]


def test_the_table_of_engines_is_that_of_the_compiler() -> None:
    assert set(get_args(EngineName)) - {"auto", "reference"} <= set(OTHERS)
