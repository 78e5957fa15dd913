"""Cases examined by several processes: the same verdicts as one after the other, whatever happens to a process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.explore.specs import Spec, compile_spec

import comityc.explore.side_by_side as side_by_side
from comityc.explore.cores import threads
from comityc.explore.interruption import by_ctrl_c
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import Examined
from comityc.explore.plan import Run, plan_runs
from comityc.explore.side_by_side import examine_all
from comityc.explore.telling.report import to_json
from comityc.explore.verify import verify_machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "processors", lambda: 2)


def runs_of(path: str) -> tuple[Spec, list[Run]]:
    spec = compile_spec(path)
    return spec, list(plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, None))


def examined_as(judge: Callable[[Run], str]) -> Any:
    """Return a way to examine that finds nothing, and says in which process and of which case."""

    def examine(run: Run, progress: Callable[[str, str], None]) -> Examined:
        progress(run.case.name, "exploring")
        return Examined(run, (), os.getpid(), 0, True, 0.0, why_incomplete=judge(run))

    return examine


def told(spec: Spec, monkeypatch: pytest.MonkeyPatch, processors: int) -> Any:
    monkeypatch.setattr(side_by_side, "processors", lambda: processors)
    verdict = to_json([verify_machine(spec.machine, spec.module)])["specs"][0]
    for case in verdict["cases"]:
        case.pop("seconds")
    return verdict


@pytest.mark.parametrize("path", ["specs/saga/saga.yaml", "specs/conformance/ewd840.yaml"])
def test_verdicts_are_those_of_one_process(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = compile_spec(path)
    assert told(spec, monkeypatch, 2) == told(spec, monkeypatch, 1)


@pytest.mark.usefixtures("two_processors")
def test_other_processes_do_the_work_and_the_order_is_kept() -> None:
    spec, runs = runs_of("specs/saga/saga.yaml")
    heard: list[str] = []
    found = examine_all(
        runs,
        spec.machine.properties,
        examined_as(lambda run: run.case.name),
        lambda case, _: heard.append(case),
        alone=False,
    )
    assert [one.why_incomplete for one in found] == [run.case.name for run in runs]
    assert [one.run for one in found] == runs
    assert os.getpid() not in {one.states for one in found}
    assert sorted(heard) == sorted(run.case.name for run in runs)


@pytest.mark.usefixtures("two_processors")
def test_what_has_to_be_alone_is() -> None:
    spec, runs = runs_of("specs/saga/saga.yaml")
    found = examine_all(runs, spec.machine.properties, examined_as(str), lambda *_: None, alone=True)
    assert {one.states for one in found} == {os.getpid()}


@pytest.mark.usefixtures("two_processors")
def test_what_a_lost_process_had_begun_is_done_by_the_first() -> None:
    spec, runs = runs_of("specs/saga/saga.yaml")
    first = os.getpid()

    def dies(run: Run) -> str:
        if run is runs[0] and os.getpid() != first:
            os.kill(os.getpid(), signal.SIGKILL)
        return run.case.name

    found = examine_all(runs, spec.machine.properties, examined_as(dies), lambda *_: None, alone=False)
    assert [one.why_incomplete for one in found] == [run.case.name for run in runs]
    assert found[0].states == first


@pytest.mark.usefixtures("two_processors")
def test_an_error_comes_home() -> None:
    spec, runs = runs_of("specs/saga/saga.yaml")

    def fails(run: Run) -> str:
        raise OverflowError(f"in {run.case.name}")

    with pytest.raises(OverflowError, match="in "):
        examine_all(runs, spec.machine.properties, examined_as(fails), lambda *_: None, alone=False)


@pytest.mark.usefixtures("two_processors")
def test_ctrl_c_is_passed_on() -> None:
    spec = compile_spec("specs/saga/saga.yaml")
    begun: list[str] = []

    def doing(case: str, what: str) -> None:
        if not begun:
            signal.raise_signal(signal.SIGINT)
        begun.append(case)

    with by_ctrl_c():
        verdict = verify_machine(spec.machine, spec.module, progress=doing)
    assert [case.as_expected for case in verdict.cases].count(False) >= len(verdict.cases) - 2  # two were begun
    said = [finding for case in verdict.cases for finding in case.findings]
    assert said
    assert all("Ctrl-C" in finding for finding in said)


@pytest.mark.usefixtures("two_processors")
def test_threads_are_shared_with_those_who_search_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comityc.explore.cores.processors", lambda: 4)
    spec, runs = runs_of("specs/saga/saga.yaml")
    found = examine_all(
        runs, spec.machine.properties, examined_as(lambda run: str(threads())), lambda *_: None, alone=False
    )
    assert {one.why_incomplete for one in found} <= {"2", "4"}
    assert found[0].why_incomplete == "2"
    assert threads() == 4


WORKING_FOR_EVER = """
import os, time
from tests.explore.specs import compile_spec
import comityc.explore.side_by_side as side_by_side
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import plan_runs

def examine(run, progress):
    progress(str(os.getpid()), "")
    while True:
        time.sleep(1)

side_by_side.processors = lambda: 2
spec = compile_spec("specs/saga/saga.yaml")
runs = list(plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, None))
side_by_side.examine_all(runs, (), examine, lambda pid, _: print(pid, flush=True), alone=False)
"""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nobody_works_on_for_a_process_that_was_ended(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", WORKING_FOR_EVER], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        workers = [int(first.stdout.readline()) for _ in range(2)]
        first.send_signal(number)
        first.wait()
    deadline = time.monotonic() + 20
    while any(is_running(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [pid for pid in workers if is_running(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left
