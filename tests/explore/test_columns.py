"""The engine that needs NumPy alone against the reference: the same states, levels, steps, remarks and verdicts."""

from typing import Any

import pytest
from tests.explore.specs import a_case, compile_spec, load_spec
from tests.explore.test_native import FLOOD, LIBRARY, assert_the_same
from tests.explore.test_two_explorers import SpecMaker

from comityc.explore.engine.search import Search
from comityc.explore.fast import columns
from comityc.explore.fast.explore import unfit
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import plan_runs
from comityc.machine.model import Bounds


@pytest.fixture(autouse=True, params=[0, columns.NARROW], ids=["wide", "narrow too"])
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let NumPy take every level, however narrow, or leave narrow ones to the reference as usual."""
    monkeypatch.setattr(columns, "NARROW", request.param)


@pytest.mark.parametrize("path", LIBRARY)
def test_library(path: str) -> None:
    spec = compile_spec(path)
    compared = 0
    for run in plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, None):
        if (
            run.refused is None
            and unfit(Search(spec.machine, run.case, run.parameters, spec.module).successors.setting) is None
        ):
            graph = assert_the_same(spec, run.case, run.parameters, deep=False, engine="columns")
            compared += graph.complete
    assert compared


@pytest.mark.parametrize("case", ["a bidder lies", "the auctioneer lies"])
def test_liars_and_fresh_ids(case: str) -> None:
    spec = compile_spec("specs/auction/sealed_first_price.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), [case], None)
    assert assert_the_same(spec, run.case, run.parameters, deep=False, most=30_000, engine="columns").complete


@pytest.mark.parametrize("block", range(4))
def test_random_specs(block: int) -> None:
    for seed in range(1000 + block * 10, 1000 + block * 10 + 10):
        maker = SpecMaker(seed)
        spec = load_spec(maker.spec(), unchecked=True)
        case = a_case(maker.faults(), network=maker.network(), bounds=Bounds(copies=1 + seed % 2), exact=seed % 3 == 0)
        assert_the_same(spec, case, spec.parameters, engine="columns")


@pytest.mark.parametrize("network", ["fifo", "unordered"])
def test_a_state_that_outgrows_its_layout_is_laid_out_anew(network: Any) -> None:
    graph = assert_the_same(load_spec(FLOOD), a_case(network=network), load_spec(FLOOD).parameters, engine="columns")
    assert graph.complete
