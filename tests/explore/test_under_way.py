"""The bound on how many messages are under way: steps that would send more are cut, by every engine alike."""

import pytest
from tests.explore.specs import a_case, load_spec
from tests.explore.test_native import assert_the_same

from comityc.explore.fast.explore import explore
from comityc.explore.fast.native import compiler
from comityc.machine.model import Bounds, Envelope, NetworkKind

SENDER = """
messages: {Note: {n: int}}
roles:
  a:
    variables: {n: int}
    states:
      sending:
        - decide: go
          if: n < 4
          do: |
            send Note(n=n) to b
            n += 1
  b:
    states:
      hearing:
        - resting
        - defer: Note
waive: {never_stuck: "it only sends", no_deadlock: "it only sends"}
"""


@pytest.mark.parametrize(("most", "states"), [(None, 5), (0, 1), (2, 3), (4, 5), (9, 5)])
def test_what_does_not_fit_is_not_sent(most: int | None, states: int) -> None:
    spec = load_spec(SENDER)
    graph = explore(spec.machine, a_case(bounds=Bounds(under_way=most)), spec.parameters, spec.module)
    assert len(graph.states) == states
    cut = most is not None and most < 4
    assert graph.cut_bounds == (["under_way"] if cut else [])
    assert len(graph.cut_states) == cut  # the state where there is no room any more
    assert max(len(graph.network(at)) for at in range(states)) == states - 1


def test_a_duplicate_needs_room_too() -> None:
    spec = load_spec(SENDER)
    faults = Envelope(duplicate=1)
    free, tight = (
        explore(spec.machine, a_case(faults, bounds=Bounds(under_way=most)), spec.parameters, spec.module)
        for most in (None, 4)
    )
    assert max(len(free.network(at)) for at in range(len(free.states))) == 5
    assert max(len(tight.network(at)) for at in range(len(tight.states))) == 4
    assert len(free.states) > len(tight.states)


@pytest.mark.skipif(compiler() is None, reason="there is no C compiler")
@pytest.mark.parametrize("network", ["fifo", "unordered"])
@pytest.mark.parametrize("copies", [None, 1])
def test_the_kernel_cuts_the_same(network: NetworkKind, copies: int | None) -> None:
    spec = load_spec(SENDER)
    for most in (0, 1, 3):
        bounds = Bounds(copies=copies, under_way=most)
        assert_the_same(spec, a_case(Envelope(lose=1, duplicate=1), network=network, bounds=bounds), spec.parameters)
