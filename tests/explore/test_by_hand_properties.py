"""What properties say, how they fail, and when they were not tested.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

RULES = {
    "a bound makes neither a deadlock nor a lasso": """
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - when: n < 10
                  do: n += 1
        properties:
          ten: {eventually: a.n == 10}
          three: {eventually: a.n == 3}
          stays: {stays_possible: a.n == 10}
          five: {reachable: a.n == 5}
        verify:
          one: {bounds: {n: 0..3}, states: 4, levels: 4, violates: [five]}
          all: {bounds: {n: 0..20}, states: 11, levels: 11, violates: [no_deadlock]}
    """,
    "a delivery that changes nothing is no step": """
        messages: {M: {}}
        network: sent_set
        roles:
          a:
            states:
              p:
                - when: true
                  do: send M() to b
                  goto: q
              q: final
          b:
            variables: {got: bool}
            states:
              w:
                - receive: M
                  do: got = true
        properties:
          g: {eventually: b.got}
        verify:
          one: {states: 3, levels: 3, violates: [no_deadlock]}
    """,
    "where a bound cuts a run, nothing is owed": """
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - when: n < 100
                  do: n += 1
                - after: 1s
                  if: n == 2
                  goto: q
              q: final
        properties:
          ends: {eventually: a in q}
          possible: {stays_possible: a in q}
        verify:
          one: {bounds: {n: 0..3}, states: 5, levels: 4}
    """,
    "what cannot be none is set when it leaves its start value": """
        roles:
          a:
            variables:
              done: {type: bool, once: true}
              n: {type: int, default: 5, once: true}
            states:
              p:
                - when: not done
                  do: |
                    done = true
                    n = 0
                  goto: q
              q: final
        verify:
          one: {states: 2, levels: 2}
    """,
    "and does not go back there": """
        roles:
          a:
            variables:
              done: {type: bool, once: true}
              n: {type: int, default: 5, once: true}
            states:
              p:
                - when: not done
                  do: |
                    done = true
                    n = 0
                - when: n == 0
                  do: n = 5
                  goto: q
              q: final
        verify:
          one: {states: 3, levels: 3, violates: [decide_once]}
    """,
    "what is decided once is not decided again": """
        roles:
          a:
            variables:
              x: {type: "int?", once: true}
            states:
              p:
                - when: x is none
                  do: x = 1
                - when: x == 1
                  do: x = 2
                - when: x == 2
                  goto: q
              q: final
        verify:
          one: {states: 4, levels: 4, violates: [decide_once]}
    """,
    "every kind of property can fail": """
        roles:
          a:
            variables: {n: int, v: "int?"}
            states:
              p:
                - when: n < 3
                  do: |
                    n += 1
                    v = n
                - when: n == 3
                  goto: q
              q: final
        properties:
          al: {always: a.n < 3}
          ne: {never: a.n == 2}
          st: {stable: a.v}
          stc: {stable: a.n == 1}
          re: {reachable: a.n == 4}
          sp: {step: a.n == old(a.n)}
          ev: {eventually: a.n == 4}
          lt: {leads_to: [a.n == 1, a.n == 4]}
          po: {stays_possible: a.n == 1}
          lt_ok: {leads_to: [a.n == 1, a in q]}
          ev_ok: {eventually: a.n == 2}
          po_ok: {stays_possible: a in q}
          st_ok: {stable: a in q}
          sp_ok: {step: "a.n - old(a.n) in (0, 1)"}
        verify:
          one: {states: 5, levels: 5, violates: [al, ne, st, stc, re, sp, ev, lt, po]}
    """,
    "a property with `for` fails for one instance": """
        roles:
          a:
            count: 3
            states:
              p:
                - when: self.index != 1
                  goto: q
                - when: self.index == 1
                  goto: r
              q: final
              r: resting
        properties:
          each: {for: i in a, eventually: i in q}
        verify:
          one: {states: 8, levels: 4, violates: [each]}
    """,
    "a final state that goes on is no final state": """
        messages: {M: {}}
        roles:
          a:
            states:
              p:
                - when: true
                  do: send M() to b
                  goto: q
              q: final
          b:
            variables: {n: int}
            states:
              w:
                - resting
                - receive: M
                  do: n += 1
                  goto: f
              f:
                - final
                - receive: M
                  do: n += 1
        properties:
          two: {always: b.n <= 1}
        tolerates: {duplicate: 1}
        verify:
          calm: {faults: {}, states: 3, levels: 3, violates: [duplicates_are_harmless]}
          dup: {states: 6, levels: 5, violates: [duplicates_are_harmless, final_is_final, two]}
    """,
    "waiting for ever is a deadlock": """
        messages: {M: {}}
        roles:
          a:
            states:
              p:
                - receive: M
                  goto: q
              q: final
          b:
            states:
              w:
                - decide: go
                  do: send M() to a
                  goto: f
                - decide: stop
                  goto: f
              f: final
        verify:
          one: {states: 4, levels: 3, violates: [no_deadlock]}
    """,
    "what nothing tests is not proved": """
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - when: true
                  do: n = 1
                  goto: q
              q: final
        properties:
          never_tested: {always: a.n == 5 implies a in p}
          lt: {leads_to: [a.n == 7, a in q]}
          tested: {always: a.n == 1 implies a in q}
        verify:
          one: {states: 2, levels: 2, violates: [not_vacuous]}
    """,
    "a property counts in the cases it names, and where it is named": """
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - decide: k in 1..2
                  prompt: true
                  do: n = k
                  goto: q
              q: final
        properties:
          one: {always: a.n < 2, only: [calm]}
          two: {always: a.n < 2, only: [other]}
        verify:
          calm: {states: 3, levels: 2, violates: [one]}
          other: {states: 3, violates: [one, two]}
          third: {states: 3}
    """,
    "a range is a run for each value": """
        parameters:
          n: {type: int, default: 1, range: 1..4}
          m: {type: int, default: 1, range: 1..4}
        assume:
          not both four: not (n == 4 and m == 4)
        roles:
          a:
            variables: {x: int}
            states:
              p:
                - when: x < n * m
                  do: x += 1
                - when: x == n * m
                  goto: q
              q: final
        properties:
          ends: {eventually: a in q}
          small: {always: a.x <= 4}
        verify:
          base: {states: 3}
          prod:
            with: {n: 1..2, m: 1..2}
          wrong: {with: {n: 3, m: 2}, states: 8, violates: [small]}
    """,
    "a message that counts is not harmless twice": """
        messages: {M: {}}
        roles:
          a:
            states:
              p:
                - when: true
                  do: send M() to b
                  goto: q
              q: final
          b:
            variables: {n: int}
            states:
              w:
                - resting
                - receive: M
                  do: n += 1
        properties:
          x: {always: b.n < 5}
        verify:
          one: {states: 3, levels: 3, violates: [duplicates_are_harmless]}
    """,
    "a condition without a value is a violation": """
        roles:
          a:
            variables: {m: "map[int, int]", x: "int?"}
            states:
              p:
                - when: "m[1] == 2"
                  goto: q
                - after: 1s
                  goto: q
              q: final
        waive: {no_dead_parts: x}
        verify:
          one: {violates: [no_undefined_value]}
    """,
    "a step without a value is not taken": """
        roles:
          a:
            variables: {m: "map[int, int]", x: int}
            states:
              p:
                - when: true
                  do: |
                    x = 5
                    x = m[3]
                  goto: q
              q: final
        properties:
          zero: {always: a.x == 0}
        verify:
          one: {states: 1, levels: 1, violates: [no_undefined_value, no_dead_parts]}
    """,
    "a property without a value fails": """
        roles:
          a:
            variables: {m: "map[int, int]", x: int}
            states:
              p:
                - when: true
                  do: m[1] = 2
                  goto: q
              q: final
        properties:
          bad: {always: "a.m[1] == 2"}
          good: {always: "a in q implies a.m[1] == 2"}
          div: {always: 1 / a.x == 1}
        verify:
          one: {states: 2, levels: 2, violates: [bad, div]}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
