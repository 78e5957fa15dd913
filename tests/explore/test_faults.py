"""Faults of instances: how often they strike, what is lost, and how instances come back."""

from math import comb

import pytest
from tests.explore.specs import a_case, load_spec, search, states_and_levels

from comityc.machine.model import Envelope

INERT = """
    parameters: {nodes: {type: int, default: 3}}
    roles:
      node:
        count: nodes
        states:
          idle: resting
    verify: {calm: {}}
    """


@pytest.mark.parametrize(("nodes", "budget"), [(3, 1), (4, 2), (5, 5)])
def test_crashes_for_good_give_every_choice_of_at_most_so_many(nodes: int, budget: int) -> None:
    counts = states_and_levels(load_spec(INERT), a_case(Envelope(crash=(("node", budget),))), nodes=nodes)
    assert counts == (sum(comb(nodes, k) for k in range(budget + 1)), budget + 1)


def test_a_restart_takes_two_steps_and_uses_up_its_budget() -> None:
    spec = load_spec(INERT)
    assert states_and_levels(spec, a_case(Envelope(restart=(("node", 1),)))) == (1 + 3 + 1, 3)
    assert states_and_levels(spec, a_case(Envelope(restart=(("node", "any"),)))) == (2**3, 4)


def test_faults_do_not_strike_what_is_final() -> None:
    spec = load_spec(
        """
        roles:
          node:
            states:
              start:
                - when: true
                  goto: done
              done: final
        verify: {calm: {}}
        """
    )
    # Started, done; crashed while started.
    assert states_and_levels(spec, a_case(Envelope(crash=(("node", 1),)))) == (3, 2)


MEMORY = """
    roles:
      node:
        restart_in: idle
        variables:
          durable: int
          volatile: {type: int, durable: false}
          seen: {type: int, ghost: true}
        states:
          idle:
            - decide: work
              do: |
                durable = 1
                volatile = 1
                seen = 1
              goto: busy
          busy: resting
    verify: {calm: {}}
    """


def reached(faults: Envelope) -> set[tuple[str, int, int, int, bool]]:
    """Return (state, durable, volatile, ghost, down) of all states that a fault leads to."""
    graph = search(load_spec(MEMORY), a_case(faults))
    found = set()
    for index in range(len(graph.states)):
        world = graph.world(index)
        (node,) = world.states["node"]
        found.add((str(node.at), *node[1:], bool(world.crashed)))
    return found


def test_a_restart_loses_what_is_volatile_and_comes_back_where_the_role_says() -> None:
    assert reached(Envelope(restart=(("node", 1),))) == {
        ("idle", 0, 0, 0, False),
        ("busy", 1, 1, 1, False),
        ("idle", 0, 0, 0, True),
        ("busy", 1, 0, 1, True),
        ("idle", 1, 0, 1, False),
    }


def test_amnesia_loses_everything_but_ghosts() -> None:
    found = reached(Envelope(amnesia=(("node", 1),)))
    assert ("busy", 1, 0, 1, True) in found
    assert ("idle", 0, 0, 1, False) in found
    assert ("idle", 1, 0, 1, False) not in found


def test_messages_wait_for_an_instance_that_is_down_and_timers_come_back_with_it() -> None:
    spec = load_spec(
        """
        messages: {Hello: {}}
        roles:
          a:
            states:
              start:
                - when: true
                  do: send Hello() to b
                  goto: done
              done: final
          b:
            variables: {rang: int}
            states:
              waiting:
                - receive: Hello
                  goto: done
                - after: 1s
                  do: rang += 1
              done: final
        verify: {calm: {}}
        """
    )
    graph = search(spec, a_case(Envelope(restart=(("b", 1),))))
    assert max(graph.world(index).states["b"][0].rang for index in range(len(graph.states))) == 1
    for index in range(len(graph.states)):
        if graph.world(index).crashed:
            assert "deliver" not in {graph.labels[label].kind for label, _ in graph.steps_from(index)}


def test_start_values_come_back_with_amnesia() -> None:
    spec = load_spec(
        """
        roles:
          node:
            variables:
              log: {type: int, start_in: 0..1}
              term: int
            states:
              idle:
                - decide: vote
                  do: term = 1
                  goto: voted
              voted: resting
        verify: {calm: {}}
        """
    )
    graph = search(spec, a_case(Envelope(amnesia=(("node", 1),))))
    for label, target in (edge for index in range(len(graph.states)) for edge in graph.steps_from(index)):
        if graph.labels[label].kind == "recover":
            (node,) = graph.world(target).states["node"]
            first = graph.path_to(target)[0][1]
            assert node.log == graph.world(first).states["node"][0].log
            assert node.term == 0
