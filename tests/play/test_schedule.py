"""One schedule, always the same: what comes first, what is held back, and when it ends."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from comity.values import Instance
from comity.world import World
from comityc.play.plan import AnswerList, Plan, SentBy
from comityc.play.scenario import play_plan
from comityc.play.schedule import Schedule, ScheduleFailed


def _load() -> Any:
    path = Path(__file__).parent.parent / "runtime" / "errands.py"
    spec = importlib.util.spec_from_file_location("errands", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ERRANDS = _load()
MODULE: ModuleType = ERRANDS.errands()
PARAMETERS = ERRANDS.Parameters()
CAKE = AnswerList("customer", None, "item", ("cake",))


def _play(**given: Any) -> Schedule:
    schedule = Schedule(Plan("one", PARAMETERS, **given), MODULE)
    schedule.play()
    return schedule


def _told(schedule: Schedule) -> list[str]:
    return [str(entry) for entry in schedule.trace]


def test_decisions_and_acts_are_answered_before_messages_arrive() -> None:
    assert _told(_play(decisions=(CAKE,))) == [
        "0s customer decides item = cake",
        "0s baker[0] receives Order(item=cake) from customer",
        "0s baker[0] bake -> ok",
        "0s baker[1] receives Order(item=cake) from customer",
        "0s baker[1] bake -> ok",
        "0s customer receives Cake(item=cake, good=true) from baker[0]",
        "0s customer does not hear Cake(item=cake, good=true) any more",
    ]


def test_a_decision_without_a_list_is_never_taken() -> None:
    assert _told(_play()) == []


def test_answers_go_to_who_asks_first_and_an_own_list_comes_before_that_of_the_role() -> None:
    performs = (AnswerList("baker", None, "bake", ("burnt",)), AnswerList("baker", 0, "bake", ("ok",)))
    told = _told(_play(decisions=(CAKE,), performs=performs))
    assert "0s baker[0] bake -> ok" in told
    assert "0s baker[1] bake -> burnt" in told


def test_time_passes_only_when_nothing_else_can_happen_and_repeating_timers_go_round_once() -> None:
    burnt = AnswerList("baker", None, "bake", ("unknown", "unknown"))
    schedule = _play(decisions=(CAKE,), performs=(burnt,))
    assert [line for line in _told(schedule) if line.startswith(("10s", "20s", "30s"))] == [
        "10s customer nag fires",
        "30s customer patience fires",
    ]
    assert schedule.states["customer"].at == "gone"


def test_held_messages_wait_for_their_condition() -> None:
    def is_gone(world: World) -> bool:
        return bool(world.states["customer"][0].at == "gone")

    hold = ((SentBy("baker", None, ERRANDS.Cake), is_gone),)
    schedule = _play(decisions=(CAKE,), hold=hold)
    assert schedule.states["customer"].at == "gone"
    assert schedule.seconds == 30


def test_the_first_message_of_a_kind_is_lost() -> None:
    schedule = _play(decisions=(CAKE,), lose=(SentBy("baker", None, ERRANDS.Cake),))
    assert schedule.states["customer"].cakes == (Instance("baker", 1),)


def test_an_instance_that_crashes_stops_before_its_act_is_answered() -> None:
    def is_baking(world: World) -> bool:
        return bool(world.states["baker"][0].at == "baking")

    schedule = _play(decisions=(CAKE,), crash=((lambda world: Instance("baker", 0), is_baking),))
    assert schedule.states["baker[0]"].at == "baking"
    assert schedule.world.crashed == {Instance("baker", 0)}
    assert schedule.states["customer"].cakes == (Instance("baker", 1),)


def test_acts_that_took_effect_are_in_the_world() -> None:
    assert [(happening.act, happening.arguments) for happening in _play(decisions=(CAKE,)).world.acts] == [
        ("bake", ("cake",)),
        ("bake", ("cake",)),
    ]


def test_an_answer_that_is_refused_fails_the_scenario_and_says_why() -> None:
    plan = Plan("wrong", PARAMETERS, decisions=(AnswerList("customer", None, "item", ("soup",)),))
    result = play_plan(plan, MODULE)
    assert not result.passed
    assert result.failure is not None
    assert "customer cannot decide item = soup" in result.failure


def test_a_disappointed_expectation_is_told_with_the_whole_run() -> None:
    plan = Plan("disappointed", PARAMETERS, decisions=(CAKE,), expect=lambda world: False)
    failure = play_plan(plan, MODULE).failure
    assert failure is not None
    assert failure.startswith("scenario `disappointed`: what it expects does not hold at the end")
    assert "decides item = cake, now waiting" in failure
    assert "customer  served  (cakes = [baker[0]], wish = cake)" in failure


def test_a_schedule_without_an_end_is_given_up(monkeypatch: Any) -> None:
    monkeypatch.setattr("comityc.play.schedule.MOST_STEPS", 3)
    with pytest.raises(ScheduleFailed, match="it has no end"):
        _play(decisions=(CAKE,))
