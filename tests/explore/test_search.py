"""The states that a spec can reach: figures known from elsewhere, or worked out by hand."""

import subprocess
import sys

import pytest
from tests.explore.specs import a_case, broken, compile_spec, load_spec, search, states_and_levels, with_bounds

from comityc.machine.model import Bounds, Envelope

TWO_PHASE = "specs/conformance/two_phase_lamport.yaml"
EWD840 = "specs/conformance/ewd840.yaml"


@pytest.mark.parametrize(("managers", "states"), [(1, 12), (2, 56), (3, 288), (4, 1568), (5, 8832)])
def test_two_phase_commit_has_the_published_states(managers: int, states: int) -> None:
    counts = states_and_levels(compile_spec(TWO_PHASE), a_case(network="sent_set"), managers=managers)
    assert counts == (states, 3 * managers + 2)


@pytest.mark.parametrize(("nodes", "states"), [(2, 54), (3, 302), (4, 1566)])
def test_termination_detection_has_the_published_states(nodes: int, states: int) -> None:
    counts = states_and_levels(compile_spec(EWD840), a_case(network="none"), nodes=nodes)
    assert counts == (states, 3 * nodes)


POST = """
    messages: {Letter: {}}
    roles:
      post_office:
        states:
          start:
            - when: true
              do: send Letter() to receiver
              goto: sent
          sent: resting
      receiver:
        states:
          waiting:
            - resting
            - receive: Letter
              goto: done
          done: final
    verify: {calm: {}}
    """


@pytest.mark.parametrize(
    ("faults", "states", "levels"),
    [
        (Envelope(), 3, 3),
        (Envelope(lose=1), 4, 3),
        (Envelope(lose="any"), 4, 3),
        (Envelope(duplicate=1), 6, 5),  # twice under way, once, and once ignored
        (Envelope(duplicate="any"), 4, 3),  # it stays, and is taken away by the last delivery
        (Envelope(lose="any", duplicate="any", reorder=True), 3, 3),  # the sent set
    ],
)
def test_one_message_with_faults(faults: Envelope, states: int, levels: int) -> None:
    assert states_and_levels(load_spec(POST), a_case(faults)) == (states, levels)


def test_what_nobody_can_use_any_more_is_dropped_unless_figures_are_stated() -> None:
    spec = load_spec(POST)
    assert states_and_levels(spec, a_case(Envelope(duplicate=1), exact=False))[0] == 5
    assert states_and_levels(spec, a_case(network="sent_set", exact=False))[0] == 3


def test_faults_come_after_the_steps_of_the_protocol_and_lead_somewhere() -> None:
    graph = search(load_spec(POST), a_case(Envelope(lose=1, duplicate=1)))
    kinds = [graph.labels[label].kind for label, _ in graph.steps_from(1)]
    assert kinds == ["deliver", "lose", "duplicate"]


TIMERS = """
    roles:
      node:
        variables: {ticks: int, rings: int, reminders: int}
        states:
          any:
            - after: 1h
              do: reminders += 1
          running:
            - after: 1s
              do: rings += 1
            - every: 1s
              if: ticks < 2
              do: ticks += 1
            - decide: again
              if: rings < 2
              goto: running
    verify: {calm: {}}
    """


def test_a_timer_fires_once_in_each_stay_and_under_any_once_at_all() -> None:
    graph = search(load_spec(TIMERS))
    states = {tuple(graph.world(index).states["node"][0][1:]) for index in range(len(graph.states))}
    # Ticks are 0..2, the reminder came or not; in its two stays the timer rang or not.
    assert states == {(t, r, m) for t in range(3) for r in range(3) for m in range(2)}
    assert len(graph.states) == 3 * 2 * 4


BOUNDED = """
    types: {Money: int}
    roles:
      node:
        variables: {purse: Money}
        states:
          earning:
            - decide: earn
              do: purse += 1
    verify: {calm: {bounds: {Money: 0..3}}}
    """


def test_a_bound_cuts_and_says_so() -> None:
    graph = search(load_spec(BOUNDED), with_bounds(a_case(), Money=(0, 3)))
    assert graph.counts == (4, 4)
    assert graph.cut_states == {3}
    assert graph.cut_bounds == ["Money"]
    assert not broken(graph)


def test_a_search_that_finds_too_much_stops_and_says_so() -> None:
    spec = load_spec(BOUNDED)
    graph = search(spec)  # without a bound it goes on for ever
    assert not graph.complete
    assert graph.why_incomplete == "more than 200000 states"


START_IN = """
    parameters: {most: {type: int, default: 2}}
    types: {Colour: [white, black]}
    roles:
      node:
        count: 2
        variables:
          level: {type: int, start_in: 0..most}
          colour: {type: Colour, start_in: Colour}
        states:
          idle: resting
    verify: {calm: {}}
    """


def test_every_start_value_makes_an_initial_state() -> None:
    graph = search(load_spec(START_IN))
    assert graph.counts == ((3 * 2) ** 2, 1)
    assert list(graph.initial) == list(range(36))


DRAWS = """
    roles:
      node:
        count: 3
        variables:
          chosen: node?
        states:
          choosing:
            - when: true
              draw: peer in others
              do: chosen = peer
              goto: done
          done: final
    verify: {calm: {}}
    """


def test_each_value_is_drawn() -> None:
    graph = search(load_spec(DRAWS))
    assert len(graph.states) == 3**3
    draws = {label.draw for label in graph.labels if label.instance is not None and label.instance.number == 0}
    assert {draw.number for draw in draws} == {1, 2}
    assert {name.what for name in graph.obligation_names} == {"happen", "draw"}


def test_the_same_message_twice_in_a_row_is_said_when_it_does_harm() -> None:
    spec = load_spec(
        """
        messages: {Pay: {}}
        roles:
          buyer:
            states:
              start:
                - decide: pay
                  do: send Pay() to seller
                  goto: done
              done: final
          seller:
            variables: {paid: int}
            states:
              open:
                - resting
                - receive: Pay
                  do: paid += 1
        verify: {calm: {}}
        """
    )
    graph = search(spec)
    assert broken(graph) == {"duplicates_are_harmless"}
    assert "`paid` of seller from 1 to 2" in graph.violations[0].text


def test_generic_properties_are_noted_while_stepping() -> None:
    spec = load_spec(
        """
        messages: {Go: {}, Stop: {}}
        roles:
          boss:
            variables:
              choice:
                type: int?
                once: true
              table: map[int, int]
            states:
              start:
                - decide: go
                  do: |
                    choice = 1
                    send Go() to worker
                  goto: next
              next:
                - decide: stop
                  do: |
                    choice = 2
                    send Stop() to worker
                  goto: last
              last:
                - when: table[3] == 1
                  goto: over
              over: final
          worker:
            states:
              idle:
                - resting
                - receive: Go
                  goto: busy
                - ignore: Stop
              busy:
                - receive: Go
                  goto: idle
        verify: {calm: {}}
        """
    )
    graph = search(spec, a_case(network="fifo"))
    assert broken(graph) == {"decide_once", "no_undefined_value", "no_unhandled_message", "duplicates_are_harmless"}
    first = {violation.property: violation for violation in graph.violations}
    assert len(graph.path_to(first["no_unhandled_message"].state)) > 1
    assert first["no_undefined_value"].label == -1
    assert first["no_unhandled_message"].state in graph.broken_states


def test_a_deadlock_is_where_nothing_can_happen_and_somebody_waits() -> None:
    graph = search(load_spec(POST.replace("- resting\n            - receive", "- receive")), a_case(Envelope(lose=1)))
    assert broken(graph) == {"no_deadlock"}
    assert graph.violations[0].text == "nothing can happen any more, and receiver in `waiting` waits"


def test_the_search_is_the_same_under_any_hash_seed() -> None:
    program = (
        "from tests.explore.specs import compile_spec, search, a_case\n"
        "from comityc.machine.model import Envelope, Bounds\n"
        "import hashlib\n"
        "spec = compile_spec('specs/conformance/two_phase_lamport.yaml')\n"
        "graph = search(spec, a_case(Envelope(duplicate=1), network='unordered'))\n"
        "print(graph.counts, hashlib.sha256(repr((graph.states, graph.labels)).encode()).hexdigest())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_a_message_joins_an_equal_one_up_to_so_many_copies() -> None:
    spec = load_spec(
        """
        messages: {Ping: {}}
        roles:
          post_office:
            states:
              running:
                - every: 1s
                  do: send Ping() to receiver
          receiver:
            states:
              listening:
                - receive: Ping
        verify: {calm: {}}
        """
    )
    assert states_and_levels(spec, a_case(bounds=Bounds(copies=1)))[0] == 2
    assert states_and_levels(spec, a_case(bounds=Bounds(copies=3)))[0] == 4
