"""What is easily overlooked: timers that another instance disarms, guards without a value, duplicates that meet a final state."""

from tests.explore.specs import broken, load_spec, search

REMINDERS = """
    network: none
    shared:
      waiting: {type: "set[int]", default: "{1}"}
      rung: int
    roles:
      bell:
        states:
          there:
            - resting
            - after: 1s
              for: guest in waiting
              if: rung < 5
              do: rung += 1
      door:
        states:
          there:
            - resting
            - decide: let_out
              if: 1 in waiting
              do: waiting = waiting - {1}
            - decide: let_in
              if: 1 not in waiting
              do: waiting = waiting | {1}
    verify: {one: {}}
    """


def test_a_timer_that_another_instance_disarms_is_armed_anew_when_its_element_comes_back() -> None:
    graph = search(load_spec(REMINDERS))
    rung = {graph.world(at).shared.rung for at in range(len(graph.states))}
    assert rung == {0, 1, 2, 3, 4, 5}
    # Out: it has rung 0..5 times, and no mark is left. In: it may have rung since it came in, but not before it rang at all.
    assert len(graph.states) == 6 + 6 + 5


UNDEFINED = """
    roles:
      one:
        variables:
          n: int
          table: map[int, int]
        states:
          start:
            - resting
            - when: table[1] == 1
              goto: done
            - after: 1s
              do: n = 1
            - decide: choose in bool
              do: n = 2
          done: final
    verify: {one: {}}
    """


def test_a_guard_without_a_value_does_not_hide_the_other_steps() -> None:
    graph = search(load_spec(UNDEFINED, unchecked=True))
    assert broken(graph) == {"no_undefined_value"}
    assert {graph.world(at).states["one"][0].n for at in range(len(graph.states))} == {0, 1, 2}
    assert len(graph.states) == 2 + 2  # n with the timer still armed (0, 2), and after it fired (1, 2)


TWICE = """
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
              goto: closed
          closed:
            - final
            - receive: Pay
              do: paid += 1
    verify: {calm: {}}
    """


def test_a_duplicate_that_meets_a_final_state_with_transitions_may_do_harm() -> None:
    graph = search(load_spec(TWICE, unchecked=True))
    assert broken(graph) == {"duplicates_are_harmless"}
    assert "`paid` of seller from 0 to 1" in graph.violations[0].text
    assert not broken(search(load_spec(TWICE.replace("            - receive: Pay\n              do: paid += 1\n", ""))))


IGNORED = """
    messages: {Hello: {}}
    shared: {pot: {type: int, default: 1}}
    roles:
      one:
        states:
          start:
            - when: true
              do: send Hello() to other
              goto: done
          done: final
      other:
        states:
          there:
            - resting
            - ignore: Hello
            - when: pot == 2
              goto: done
          done: final
    verify: {one: {}}
    """


def test_a_message_that_is_ignored_leaves_the_shared_variables_as_they_are() -> None:
    graph = search(load_spec(IGNORED, unchecked=True))
    assert [graph.world(at).shared.pot for at in range(len(graph.states))] == [1, 1, 1]
