"""When timers are armed, fire, and are gone.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

RULES = {
    "to enter the same state anew arms its timers again": """
        messages: {M: {}}
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - resting
                - after: 1s
                  do: n += 1
                - receive: M
                  goto: s
          b:
            states:
              t:
                - when: true
                  do: send M() to a
                  goto: done
              done: final
        properties:
          at_most: {always: a.n <= 2}
          twice: {reachable: a.n == 2}
          once_at_least: {eventually: a.n >= 1}
        verify:
          one: {states: 8, levels: 5}
    """,
    "to stay in a state leaves its timers as they are": """
        messages: {M: {}}
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - resting
                - after: 1s
                  do: n += 1
                - receive: M
          b:
            states:
              t:
                - when: true
                  do: send M() to a
                  goto: done
              done: final
        properties:
          at_most: {always: a.n <= 1}
          ends: {eventually: a.n == 1}
        verify:
          one: {states: 6, levels: 4}
    """,
    "a repeating timer goes on while its condition holds": """
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - resting
                - every: 1s
                  if: n < 2
                  do: n += 1
        properties:
          ends: {eventually: a.n == 2}
          more: {eventually: a.n == 3}
        verify:
          one: {states: 3, levels: 3, violates: [more]}
    """,
    "a timer whose condition does not hold stays due": """
        messages: {M: {}}
        roles:
          a:
            variables: {ready: bool}
            states:
              s:
                - after: 1s
                  if: ready
                  goto: done
                - receive: M
                  do: ready = true
              done: final
          b:
            states:
              t:
                - when: true
                  do: send M() to a
                  goto: done
              done: final
        properties:
          ends: {eventually: a in done}
        verify:
          one: {states: 4, levels: 4}
    """,
    "a timer under any is armed once": """
        roles:
          a:
            variables: {n: int}
            states:
              any:
                - after: 1s
                  do: n += 1
              p:
                - when: true
                  goto: q
              q: resting
        properties:
          once: {always: a.n <= 1}
          ends: {eventually: a.n == 1 and a in q}
        verify:
          one: {states: 4, levels: 3}
    """,
    "a timer with `for` is one for each element": """
        roles:
          boss:
            variables: {asked: "set[worker]"}
            states:
              p:
                - resting
                - after: 1s
                  for: w in worker
                  do: asked.add(w)
          worker:
            count: 2
            states:
              i: resting
        properties:
          all_asked: {eventually: len(boss.asked) == 2}
          one_by_one: {step: len(boss.asked) <= len(old(boss.asked)) + 1}
        verify:
          one: {states: 4, levels: 3}
    """,
    "the timer of an element goes and comes with it": """
        roles:
          boss:
            variables:
              todo: set[worker]
              asked: set[worker]
              n: int
            states:
              p:
                - resting
                - when: len(todo) == 0 and n == 0
                  do: |
                    todo = {w for w in worker}
                    n = 1
                - after: 1s
                  for: w in todo
                  do: |
                    todo.remove(w)
                    asked.add(w)
                - when: len(asked) == 2 and n == 1
                  do: |
                    n = 2
                    todo = {w for w in worker}
                    asked = set()
          worker:
            count: 2
            states:
              i: resting
        properties:
          ends: {eventually: boss.n == 2 and len(boss.asked) == 2}
        verify:
          one: {states: 9, levels: 7}
    """,
    "a timer under any that fired stays spent, but for amnesia": """
        roles:
          a:
            restart_in: p
            variables: {n: int}
            states:
              any:
                - after: 1s
                  do: n += 1
              p:
                - resting
                - after: 2s
                  goto: q
              q: resting
        properties:
          once: {always: a.n <= 1}
        verify:
          restart: {faults: {restart: {a: 1}}, states: 12, levels: 5}
          amnesia: {faults: {amnesia: {a: 1}}, states: 12, levels: 5}
    """,
    "a timer that fired is spent after a restart, and armed after amnesia": """
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - resting
                - after: 1s
                  do: n += 1
        properties:
          ends: {eventually: a.n == 1}
          at_most_one: {always: a.n <= 1}
        verify:
          restart: {faults: {restart: {a: 1}}, states: 6, levels: 4}
          amnesia: {faults: {amnesia: {a: 1}}, states: 6, levels: 4}
    """,
    "a restart in a state enters it anew": """
        roles:
          a:
            restart_in: p
            variables: {n: int}
            states:
              p:
                - resting
                - after: 1s
                  do: n += 1
        properties:
          ends: {eventually: a.n >= 1}
          at_most_two: {always: a.n <= 2}
          two: {reachable: a.n == 2}
        verify:
          restart: {faults: {restart: {a: 1}}, states: 8, levels: 5}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
