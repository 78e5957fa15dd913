"""Ctrl-C ends in a report of what was covered: the running case is cut, those behind it are not begun."""

import signal

import pytest
from tests.explore.specs import compile_spec

from comityc.explore.fast.explore import EngineName
from comityc.explore.fast.native import compiler
from comityc.explore.interruption import asked, by_ctrl_c
from comityc.explore.ladder.climb import climb
from comityc.explore.ladder.rungs import base_of
from comityc.explore.verify import verify_machine
from comityc.mutate.run import MutationOptions, mutate_machine


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """One case after the other; tests/explore/test_side_by_side.py is about several at a time."""
    monkeypatch.setattr("comityc.explore.side_by_side.processors", lambda: 1)


@pytest.mark.parametrize("engine", ["reference", "native", "columns"])
def test_the_search_is_cut_and_told(engine: EngineName) -> None:
    if engine == "native" and compiler() is None:
        pytest.skip("there is no C compiler")
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    pressed: list[str] = []

    def press(case: str, doing: str) -> None:
        if doing.startswith("level") and not pressed:
            pressed.append(case)
            signal.raise_signal(signal.SIGINT)

    with by_ctrl_c():
        verdict = verify_machine(
            spec.machine, spec.module, cases=["three voters", "two thirds"], engine=engine, progress=press
        )
        assert asked()
    first, second = verdict.cases
    assert pressed == ["three voters"]
    assert first.verdict == "cut"
    assert first.states is not None
    assert 0 < first.states < 130_049
    assert "stopped by Ctrl-C at level" in first.findings[0]
    assert f"of {first.states:,} states still to look at" in first.findings[0]
    assert second.findings == ("it was not begun: stopped by Ctrl-C",)
    assert second.states == 0


def test_what_ends_a_command_from_outside_is_taken_as_ctrl_c_is() -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    with by_ctrl_c():
        signal.raise_signal(signal.SIGTERM)
        verdict = verify_machine(spec.machine, spec.module, cases=["two thirds"])
        assert asked()
    assert verdict.cases[0].findings == ("it was not begun: stopped by SIGTERM",)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_second_time_stops_at_once() -> None:
    with by_ctrl_c():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_elsewhere_it_does_what_it_always_does() -> None:
    with by_ctrl_c():
        assert not asked()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_ladder_tells_the_rungs_that_were_begun() -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")

    def press(case: str, doing: str) -> None:
        if case == "lose" and not asked():
            signal.raise_signal(signal.SIGINT)

    with by_ctrl_c():
        ladder = climb(spec.machine, spec.module, base_of(spec.machine, None), progress=press)
    refused = [rung.rung.name for rung in ladder.rungs if rung.refused is not None]
    assert "no faults" not in refused
    assert "byzantine voter" in refused


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_mutants_that_were_judged_are_told(jobs: int) -> None:
    spec = compile_spec("specs/election/ring.yaml")

    def press(text: str) -> None:
        if text.startswith("3 of") and not asked():
            signal.raise_signal(signal.SIGINT)

    with by_ctrl_c():
        report = mutate_machine(spec.machine, MutationOptions(jobs=jobs), press)
    assert 3 <= len(report.fates) < len(report.mutants)
    (finding,) = report.findings
    assert finding == f"stopped by Ctrl-C: {len(report.fates)} of {len(report.mutants)} mutants were judged"
