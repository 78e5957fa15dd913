"""Acts in the world: when they take effect, what undoing does, and what of it is remembered."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.explore.specs import a_case, load_spec, search

from comityc.explore.engine.rest import BLOCKED, ActRules, Detail, Primitive, RestStore
from comityc.explore.graph import Graph
from comityc.explore.world import Happening
from comityc.machine.model import Envelope

PAY: Primitive = ("pay", "key", 3)


def a_store(
    detail: Detail | None = "times",
    undoes: Mapping[str, str] | None = None,
    *,
    repeatable: bool = False,
    late_after_undoing: bool = False,
) -> RestStore:
    recorded: dict[str, Detail] = {} if detail is None else {"pay": detail}
    return RestStore(ActRules(recorded, undoes or {}, repeatable, late_after_undoing))


def after(store: RestStore, *steps: Primitive) -> int:
    rest = store.start((), ())
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
    rest = store.start((1,), ())
    spend = store.operation((("spend", 0),))
    assert store.apply(store.apply(rest, spend), spend) == BLOCKED


# ---- the life of an act, in a spec

CHARGE = """
    roles:
      shop:
        states:
          asking:
            - perform: charge -> ok
              goto: paid
            - perform: charge -> refused
              goto: unpaid
            - after: 1s
              goto: given_up
          paid: final
          unpaid: final
          given_up: final
    properties:
      never_for_nothing:
        always: shop in paid implies happened(charge)
    verify: {calm: {}}
    """


def happened(world: Any) -> bool:
    return bool(world.acts)


def seen(graph: Graph) -> set[tuple[str, bool, bool]]:
    """Return (state of the shop, down, whether the act took effect) of all states."""
    worlds = [graph.world(index) for index in range(len(graph.states))]
    return {(str(world.states["shop"][0].at), bool(world.crashed), happened(world)) for world in worlds}


def test_an_act_takes_effect_before_its_outcome_after_it_is_left_or_never() -> None:
    graph = search(load_spec(CHARGE))
    assert seen(graph) == {
        ("asking", False, False),
        ("asking", False, True),
        ("paid", False, True),
        ("unpaid", False, False),
        ("given_up", False, False),
        ("given_up", False, True),
    }
    assert len(graph.states) == 6


def test_an_act_without_a_property_that_asks_for_it_has_outcomes_and_nothing_else() -> None:
    spec = load_spec(CHARGE.replace("happened(charge)", "true"))
    assert search(spec).counts == (4, 2)


def test_an_act_may_happen_and_be_forgotten_by_a_crash() -> None:
    graph = search(load_spec(CHARGE), a_case(Envelope(crash=(("shop", 1),))))
    assert ("asking", True, True) in seen(graph)
    kinds = {label.kind for label in graph.labels}
    assert {"effect", "late_effect", "perform"} <= kinds


def test_a_restart_asks_again_for_the_same_act() -> None:
    graph = search(load_spec(CHARGE), a_case(Envelope(restart=(("shop", 1),))))
    assert max(len(graph.world(index).acts) for index in range(len(graph.states))) == 1
    assert ("asking", True, True) in seen(graph)
    assert ("paid", False, True) in seen(graph)


AGAIN = """
    roles:
      shop:
        variables: {tries: int}
        states:
          asking:
            - perform: charge -> ok
              goto: paid
            - perform: charge -> refused
              if: tries < 2
              do: tries += 1
              goto: asking
            - every: 1s
              if: tries < 2
              do: tries += 1
              goto: asking
          paid: final
    properties:
      once:
        always: times(charge) <= 1
    verify: {calm: {}}
    """


def most(graph: Graph) -> int:
    return max(len(graph.world(index).acts) for index in range(len(graph.states)))


def test_each_entry_is_a_new_act_unless_there_is_a_key() -> None:
    keyed = AGAIN.replace("charge -> ok\n", "charge -> ok\n              key: 1\n")
    keyed = keyed.replace("charge -> refused\n", "charge -> refused\n              key: 1\n")
    assert most(search(load_spec(AGAIN))) == 3
    assert most(search(load_spec(keyed))) == 1
    assert most(search(load_spec(keyed), a_case(Envelope(repeat_act=1)))) == 2


SHARED_KEY = """
    roles:
      worker:
        count: 2
        states:
          working:
            - perform: build -> ok
              key: 1
              goto: done
            - perform: build -> failed
              key: 1
              goto: out
          done: final
          out: final
    properties:
      once:
        always: times(build) <= 1
    verify: {calm: {}}
    """


def test_acts_with_one_key_are_one_act_whoever_asks() -> None:
    graph = search(load_spec(SHARED_KEY))
    assert most(graph) == 1
    for index in range(len(graph.states)):
        world = graph.world(index)
        if any(str(worker.at) == "done" for worker in world.states["worker"]):
            assert happened(world)
    # Nobody is refused once it has happened, but one may have been before.
    ends = {
        tuple(str(worker.at) for worker in graph.world(index).states["worker"]) for index in range(len(graph.states))
    }
    assert ("done", "out") in ends


UNDO = """
    roles:
      saga:
        states:
          booking:
            - perform: book -> ok
              key: 1
              goto: undoing
            - after: 1s
              goto: undoing
          undoing:
            - perform: cancel -> ok
              key: 1
              undoes: book
              goto: done
          done: final
    properties:
      nothing_left:
        always: saga in done implies not stands(book)
    verify: {calm: {}}
    """


def standing(graph: Graph) -> set[str]:
    """Return the states of the saga in which the booking stands."""
    worlds = [graph.world(index) for index in range(len(graph.states))]
    return {
        str(world.states["saga"][0].at)
        for world in worlds
        if any(act.act == "book" and not act.undone for act in world.acts)
    }


def test_what_was_undone_does_not_stand_unless_the_world_breaks_its_word() -> None:
    spec = load_spec(UNDO)
    assert standing(search(spec)) == {"booking", "undoing"}
    assert standing(search(spec, a_case(Envelope(late_act=1)))) == {"booking", "undoing", "done"}
