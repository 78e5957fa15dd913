"""Acts in the world: when they take effect, what undoing does, and what of it is remembered."""

from collections.abc import Mapping

import pytest

from comityc.explore.rest import BLOCKED, ActRules, Detail, Primitive, RestStore
from comityc.explore.world import Happening

PAY: Primitive = ("pay", "key", 3)


def a_store(detail: Detail | None = "times", undoes: Mapping[str, str] | None = None, **faults: bool) -> RestStore:
    recorded: dict[str, Detail] = {} if detail is None else {"pay": detail}
    return RestStore(ActRules(recorded, undoes or {}, **faults))


def after(store: RestStore, *steps: Primitive) -> int:
    rest = store.start((), None, ())
    for step in steps:
        rest = store.apply(rest, store.operation((step,)))
        if rest == BLOCKED:
            break
    return rest


def test_an_act_takes_effect_once_however_often_it_is_asked_for() -> None:
    store = a_store()
    once = after(store, ("ok", *PAY))
    assert store.happenings(once) == (Happening("pay", 3),)
    assert after(store, ("ok", *PAY), ("ok", *PAY)) == once
    assert after(store, ("effect", *PAY), ("ok", *PAY)) == once


def test_an_act_in_effect_is_not_refused() -> None:
    store = a_store()
    assert after(store, ("effect", *PAY), ("refused", "pay", "key")) == BLOCKED
    assert after(store, ("refused", "pay", "key"), ("ok", *PAY)) != BLOCKED


def test_an_act_left_unanswered_may_still_take_effect() -> None:
    store = a_store()
    left = after(store, ("left", *PAY))
    ((kind, act, arguments, primitives, outcome),) = store.world_moves(left)
    assert (kind, act, arguments, outcome) == ("late_effect", "pay", 3, None)
    late = store.apply(left, store.operation(primitives))
    assert store.happenings(late) == (Happening("pay", 3),)
    assert store.world_moves(late) == []


def test_undoing_marks_what_happened_and_forbids_it_for_the_future() -> None:
    store = a_store(undoes={"refund": "pay"})
    undone = after(store, ("ok", *PAY), ("ok", "refund", "key", 3))
    assert store.happenings(undone) == (Happening("pay", 3, undone=True),)
    assert after(store, ("ok", *PAY), ("ok", "refund", "key", 3), ("ok", *PAY)) == BLOCKED


def test_undoing_stops_what_may_still_have_happened() -> None:
    store = a_store(undoes={"refund": "pay"})
    forestalled = after(store, ("left", *PAY), ("ok", "refund", "key", 3))
    assert store.world_moves(forestalled) == []
    assert store.happenings(forestalled) == ()


def test_a_world_that_breaks_its_word_lets_an_act_happen_after_its_undoing() -> None:
    store = a_store(undoes={"refund": "pay"}, late_after_undoing=True)
    forestalled = after(store, ("left", *PAY), ("ok", "refund", "key", 3))
    ((_, _, _, primitives, outcome),) = store.world_moves(forestalled)
    assert outcome == "undone"
    assert store.happenings(store.apply(forestalled, store.operation(primitives))) == (Happening("pay", 3),)


def test_a_world_that_forgets_keys_lets_an_act_happen_twice() -> None:
    store = a_store(repeatable=True)
    ((kind, _, _, primitives, _),) = store.world_moves(after(store, ("ok", *PAY)))
    assert kind == "repeat_effect"
    twice = store.apply(after(store, ("ok", *PAY)), store.operation(primitives))
    assert store.happenings(twice) == (Happening("pay", 3), Happening("pay", 3))


@pytest.mark.parametrize(("detail", "kept"), [("order", 3), ("times", 3), ("whether", 2)])
def test_only_what_a_property_can_tell_apart_is_kept(detail: Detail, kept: int) -> None:
    store = a_store(detail)
    steps: list[Primitive] = [("happen", "pay", 2), ("happen", "pay", 1), ("happen", "pay", 2)]
    assert len(store.happenings(after(store, *steps))) == kept
    assert (after(store, *steps) == after(store, *steps[::-1])) is (detail != "order" or steps == steps[::-1])


def test_acts_that_no_property_asks_about_are_not_recorded() -> None:
    store = a_store(None)
    assert after(store, ("happen", "pay", 2)) == after(store)
    assert after(store, ("left", *PAY)) == after(store)


def test_a_budget_runs_out() -> None:
    store = a_store()
    rest = store.start((1,), None, ())
    spend = store.operation((("spend", 0),))
    assert store.apply(store.apply(rest, spend), spend) == BLOCKED
