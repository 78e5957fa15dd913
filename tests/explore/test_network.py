"""The messages under way: what can arrive, and when two networks are one."""

from typing import NamedTuple

import pytest

from comity.values import Instance
from comityc.explore.engine.network import NetworkStore, Order
from comityc.explore.world import Envelope

A, B = Instance("a", 0, True), Instance("b", 0, True)


class Note(NamedTuple):
    text: str


def a_store(order: Order, copies: int | None = None, in_order: str = "") -> NetworkStore:
    return NetworkStore(order, copies, lambda name: name == in_order)


def sent(store: NetworkStore, *texts: str, to: Instance = B) -> list[int]:
    return [store.envelope(Envelope(A, to, Note(text)), 1, text) for text in texts]


def arrivals(store: NetworkStore, network: int) -> list[list[str]]:
    return [[store.envelopes[waiting.envelope].message.text for waiting in lane] for lane in store.lanes(network)]


def test_an_unordered_network_forgets_in_which_order_messages_were_sent() -> None:
    store = a_store("unordered")
    x, y = sent(store, "x", "y")
    assert store.send(0, (x, y)) == store.send(0, (y, x))
    assert store.send(0, (x, x)) != store.send(0, (x,))


def test_in_order_only_the_first_message_of_a_channel_comes_first() -> None:
    store = a_store("fifo")
    x, y = sent(store, "x", "y")
    assert store.send(0, (x, y)) != store.send(0, (y, x))
    assert arrivals(store, store.send(0, (y, x))) == [["y", "x"]]


def test_channels_to_different_receivers_do_not_wait_for_each_other() -> None:
    store = a_store("fifo")
    (x,), (y,) = sent(store, "x"), sent(store, "y", to=A)
    assert store.send(0, (x, y)) == store.send(0, (y, x))
    assert len(store.lanes(store.send(0, (x, y)))) == 2


def test_a_message_type_can_keep_its_order_where_others_do_not() -> None:
    store = a_store("unordered", in_order="x")
    x, y, z = sent(store, "x", "y", "z")
    assert sorted(arrivals(store, store.send(0, (z, x, y)))) == [["x"], ["y"], ["z"]]
    other = store.envelope(Envelope(A, B, Note("x2")), 1, "x")
    assert ["x2", "x"] in arrivals(store, store.send(0, (z, other, x)))


@pytest.mark.parametrize(("copies", "left"), [(1, 1), (2, 2), (None, 3)])
def test_a_message_joins_those_equal_to_it_once_there_are_enough(copies: int | None, left: int) -> None:
    store = a_store("unordered", copies)
    (x,) = sent(store, "x")
    assert len(store.contents[store.send(0, (x, x, x))]) == left


def test_a_sent_set_holds_each_message_once() -> None:
    store = a_store("sent_set")
    (x,) = sent(store, "x")
    assert store.send(store.send(0, (x,)), (x,)) == store.send(0, (x,))


def test_a_duplicate_stands_right_behind_its_original() -> None:
    store = a_store("fifo", 1)
    network = store.send(0, tuple(sent(store, "x", "y")))
    assert arrivals(store, store.doubled(network, 0)) == [["x", "x", "y"]]


def test_equal_messages_side_by_side_are_lost_in_one_way() -> None:
    store = a_store("unordered")
    x, y = sent(store, "x", "y")
    network = store.send(0, (x, y, x))
    assert len(store.positions(network)) == 2
    assert store.without(network, 0) == store.send(0, (x, y))


def test_only_behind_a_message_that_may_wait_others_are_looked_at() -> None:
    store = NetworkStore("fifo", None, lambda name: False, may_wait=lambda name: name == "w")
    w, x, y = sent(store, "w", "x", "y")
    assert arrivals(store, store.send(0, (x, w, y))) == [["x"]]
    assert arrivals(store, store.send(0, (w, w, x, y))) == [["w", "w", "x"]]
    assert store.may_come((w, w)) == (w, w)
