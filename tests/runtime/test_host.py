"""The host: decisions and acts through handlers, messages, timers, faults; instant and repeatable in virtual time."""

import asyncio
import importlib.util
import time
from pathlib import Path
from typing import Any

import pytest

from comity.agent import Question, Task
from comity.errors import ComityError, RefusedDecision
from comity.host import Host, Outcome, run
from comity.record import Entry
from comity.values import Instance
from comity.wire import Faults


def _load() -> Any:
    path = Path(__file__).parent / "errands.py"
    spec = importlib.util.spec_from_file_location("errands", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ERRANDS = _load()
MODULE = ERRANDS.errands()


class Customer:
    def item(self, question: Question) -> str:
        return "cake"


class Baker:
    def bake(self, task: Task) -> str | None:
        return "ok"


class Burner:
    def bake(self, task: Task) -> str | None:
        return "burnt"


def _run(customer: object | None = None, baker: object | None = None, **options: Any) -> Outcome:
    handlers = {"customer": customer or Customer(), "baker": baker or Baker()}
    options.setdefault("seed", 1)
    return run(MODULE, handlers=handlers, time_scale=0, **options)


def _kinds(outcome: Outcome, kind: str) -> list[str]:
    return [str(entry) for entry in outcome.log if entry.kind == kind]


def test_a_run_asks_delivers_and_comes_to_rest() -> None:
    outcome = _run()
    assert outcome.ending == "rest"
    assert outcome.problems == ()
    assert outcome.states["customer"].at == "served"
    assert outcome.states["customer"].cakes == (Instance("baker", 0),)
    assert _kinds(outcome, "decide") == ["0s customer decides item = cake"]


def test_virtual_time_jumps_to_the_next_deadline() -> None:
    began = time.monotonic()
    outcome = _run(baker=Burner())
    assert outcome.states["customer"].at == "gone"
    assert outcome.seconds == 30
    assert time.monotonic() - began < 2


def test_real_time_can_be_scaled() -> None:
    outcome = run(MODULE, handlers={"customer": Customer(), "baker": Burner()}, time_scale=0.001, seed=1)
    assert outcome.states["customer"].at == "gone"
    assert outcome.seconds >= 30


def test_handlers_may_be_async_and_slow() -> None:
    class SlowBaker:
        async def bake(self, task: Task) -> str:
            await asyncio.sleep(7)
            return "ok"

    outcome = _run(baker=SlowBaker())
    assert outcome.states["customer"].at == "served"
    assert outcome.seconds == 7


def test_a_deferred_message_waits_until_the_state_takes_it() -> None:
    class SlowBaker:
        async def bake(self, task: Task) -> str:
            await asyncio.sleep(12)
            return "burnt"

    outcome = _run(baker=SlowBaker(), parameters=ERRANDS.Parameters(bakers=1))
    orders = [entry.time for entry in outcome.log if entry.kind == "receive" and entry.subject == "Order"]
    assert orders == [0, 12, 24]  # the customer nags at 10 and 20, while the baker is busy


def test_each_instance_can_have_its_own_handler() -> None:
    outcome = _run(baker=Burner(), parameters=None)
    assert outcome.states["customer"].at == "gone"
    handlers = {"customer": Customer(), "baker": Burner(), "baker[1]": Baker()}
    outcome = run(MODULE, handlers=handlers, time_scale=0, seed=1)
    assert outcome.states["customer"].cakes == (Instance("baker", 1),)


def test_a_refused_decision_is_asked_again_with_the_reason() -> None:
    asked: list[str | None] = []

    class Picky:
        def item(self, question: Question) -> str:
            asked.append(question.refusal)
            return "soup" if question.refusal is None else "bread"

    outcome = _run(Picky())
    assert asked[0] is None
    assert "'soup' cannot be decided for `item`" in (asked[1] or "")
    assert outcome.states["customer"].wish == "bread"


def test_a_decision_refused_too_often_ends_the_run_with_a_clear_error() -> None:
    class Stubborn:
        def item(self, question: Question) -> str:
            return "soup"

    with pytest.raises(
        RefusedDecision, match="customer: 'soup' cannot be decided for `item`: it is not one of cake, bread"
    ):
        _run(Stubborn())


def test_a_decision_left_open_is_never_taken() -> None:
    class Undecided:
        def item(self, question: Question) -> None:
            return None

    outcome = _run(Undecided())
    assert outcome.ending == "rest"
    assert outcome.states["customer"].at == "hungry"


def test_an_answer_that_comes_too_late_is_dropped_and_logged() -> None:
    """A crash between doing and recording: the outcome is lost, and the act is asked for again under the same key."""
    keys: list[str] = []

    class Noting:
        def bake(self, task: Task) -> str:
            keys.append(task.key)
            return "ok"

    parameters = ERRANDS.Parameters(bakers=1)
    for seed in range(20):
        keys.clear()
        outcome = _run(baker=Noting(), parameters=parameters, faults=Faults(restart=["baker"]), seed=seed)
        assert outcome.states["customer"].at == "served"
        if _kinds(outcome, "late"):
            assert "answer to bake came too late" in _kinds(outcome, "late")[0]
            assert keys == [keys[0]] * 2
            return
    raise AssertionError("no crash came between doing and recording")


def test_an_act_keeps_its_key_when_its_handler_fails() -> None:
    keys: list[str] = []

    class Shaky:
        def bake(self, task: Task) -> str:
            keys.append(task.key)
            if len(keys) == 1:
                raise OSError("the oven is off")
            return "ok"

    outcome = _run(baker=Shaky(), parameters=ERRANDS.Parameters(bakers=1))
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert outcome.states["customer"].at == "served"
    assert "the oven is off" in _kinds(outcome, "fail")[0]


def test_an_act_may_stay_unknown() -> None:
    class Silent:
        def bake(self, task: Task) -> None:
            return None

    outcome = _run(baker=Silent())
    assert outcome.states["baker[0]"].at == "baking"
    assert outcome.states["customer"].at == "gone"
    assert len(_kinds(outcome, "unknown")) == 2


def test_a_wrong_outcome_names_the_right_ones() -> None:
    class Odd:
        def bake(self, task: Task) -> str:
            return "eaten"

    with pytest.raises(ComityError, match="bake came to `eaten`, but its outcomes are ok, burnt"):
        _run(baker=Odd())


def test_a_handler_without_the_method_is_a_clear_error() -> None:
    with pytest.raises(ComityError, match="Customer handles baker but has no method `bake`"):
        _run(baker=Customer())


def test_a_handler_for_nobody_is_a_clear_error() -> None:
    with pytest.raises(ComityError, match="no role or instance `cook` here to handle"):
        run(MODULE, handlers={"cook": Baker()}, time_scale=0)


def test_an_error_of_a_decision_handler_reaches_the_caller() -> None:
    class Broken:
        def item(self, question: Question) -> str:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        _run(Broken())


def test_the_same_seed_gives_the_same_run_with_the_same_faults() -> None:
    faults = Faults(lose=1, duplicate=1, reorder=True, crash=["baker[0]"])
    first, second = (_run(faults=faults, seed=11) for _ in range(2))
    assert list(map(str, first.log)) == list(map(str, second.log))
    assert _kinds(first, "crash")


def test_lost_messages_are_made_up_for_by_repeating_timers() -> None:
    outcome = _run(faults=Faults(lose=2, chance=1.0))
    assert len(_kinds(outcome, "lose")) == 2
    assert outcome.states["customer"].at == "served"
    assert outcome.seconds == 10


def test_a_crashed_instance_hears_nothing_and_a_restarted_one_comes_back() -> None:
    outcome = _run(faults=Faults(crash=["baker[0]", "baker[1]"]), seed=2)
    assert outcome.states["customer"].at in ("served", "gone")
    assert len(_kinds(outcome, "crash")) == 2
    outcome = _run(faults=Faults(restart=["baker[0]"]), seed=2)
    assert len(_kinds(outcome, "restart")) == 1
    assert outcome.states["customer"].at == "served"


def test_an_observer_sees_each_entry_as_it_happens() -> None:
    seen: list[Entry] = []
    outcome = _run(observer=seen.append)
    assert tuple(seen) == outcome.log


def test_a_run_can_be_limited() -> None:
    assert _run(baker=Burner(), time_limit=15).ending == "time"
    assert _run(step_limit=2).ending == "steps"


def test_a_host_runs_inside_a_loop_of_the_users() -> None:
    async def main() -> Outcome:
        host = Host(MODULE, handlers={"customer": Customer(), "baker": Baker()})
        assert host.states["customer"].at == "hungry"
        return await host.run()

    assert asyncio.run(main()).states["customer"].at == "served"


def test_a_paused_instance_sleeps_and_goes_on_and_its_answers_wait_for_it() -> None:
    slept = 0
    for seed in range(12):
        outcome = _run(
            parameters=ERRANDS.Parameters(bakers=1, patience=100_000.0), faults=Faults(pause=["baker"]), seed=seed
        )
        kinds = [entry.kind for entry in outcome.log]
        assert kinds.count("pause") == kinds.count("wake") <= 1
        assert "late" not in kinds
        assert outcome.states["customer"].at == "served"
        if "pause" in kinds:
            asleep = outcome.log[kinds.index("pause") + 1 : kinds.index("wake")]
            assert not [entry for entry in asleep if str(entry.instance) == "baker[0]" and entry.after is not None]
            slept += 1
    assert slept > 6


def test_a_network_that_falls_apart_loses_all_that_crosses_and_heals() -> None:
    cut = 0
    for seed in range(12):
        parameters = ERRANDS.Parameters(bakers=1, patience=100_000.0)
        outcome = _run(parameters=parameters, faults=Faults(partition=1, chance=0.9), seed=seed)
        assert outcome.states["customer"].at == "served"
        cut += bool(_kinds(outcome, "lose"))
    assert cut > 6
