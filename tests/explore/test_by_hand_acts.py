"""What is done in the world, and who knows of it.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

RULES = {
    "an act may take effect and never be heard of": """
        roles:
          a:
            states:
              p:
                - perform: charge -> ok
                  goto: paid
                - perform: charge -> failed
                  goto: unpaid
                - after: 1s
                  goto: gaveup
              paid: final
              unpaid: final
              gaveup: final
        properties:
          paid_happened: {always: a in paid implies happened(charge)}
          unpaid_not: {never: a in unpaid and happened(charge)}
          gaveup_not: {never: a in gaveup and happened(charge)}
          ends: {eventually: a not in p}
          certain: {eventually: happened(charge)}
        verify:
          one: {states: 6, levels: 3, violates: [gaveup_not, certain]}
    """,
    "an act is no part of the state where nobody asks": """
        roles:
          a:
            states:
              p:
                - perform: charge -> ok
                  goto: paid
                - perform: charge -> failed
                  goto: unpaid
                - after: 1s
                  goto: gaveup
              paid: final
              unpaid: final
              gaveup: final
        properties:
          ends: {eventually: a not in p}
        verify:
          one: {states: 4, levels: 2}
    """,
    "acts with one key take effect once": """
        roles:
          a:
            variables: {tries: int}
            states:
              p:
                - perform: charge -> ok
                  key: 1
                  goto: done
                - perform: charge -> failed
                  key: 1
                  do: tries += 1
                  goto: p
                - after: 1s
                  do: tries += 1
                  goto: p
              done: final
        properties:
          once: {always: times(charge) <= 1}
          done_paid: {always: a in done implies times(charge) == 1}
        verify:
          one: {bounds: {tries: 0..2}}
    """,
    "without a key each entry is a new act": """
        roles:
          a:
            variables: {tries: int}
            states:
              p:
                - perform: charge -> ok
                  goto: done
                - perform: charge -> failed
                  do: tries += 1
                  goto: p
                - after: 1s
                  do: tries += 1
                  goto: p
              done: final
        properties:
          once: {always: times(charge) <= 1}
          three: {reachable: times(charge) == 3}
          four: {never: times(charge) == 4}
        verify:
          one: {bounds: {tries: 0..2}, violates: [once]}
    """,
    "a restart asks for the same act again": """
        roles:
          a:
            states:
              p:
                - perform: charge -> ok
                  goto: done
                - perform: charge -> failed
                  goto: done
              done: final
        properties:
          once: {always: times(charge) <= 1}
          ends: {eventually: a in done}
        verify:
          restart: {faults: {restart: {a: 1}}, states: 10, levels: 4}
          amnesia: {faults: {amnesia: {a: 1}}, violates: [once]}
          crash: {faults: {crash: {a: 1}}, violates: [ends], states: 6, levels: 3}
    """,
    "to restart in a state is a new entry": """
        roles:
          a:
            restart_in: p
            states:
              p:
                - perform: pay -> ok
                  goto: q
              q: final
        properties:
          once: {always: times(pay) <= 1}
        verify:
          one: {faults: {restart: {a: 1}}, violates: [once]}
    """,
    "a key outlives a restart": """
        roles:
          a:
            restart_in: p
            states:
              p:
                - perform: pay -> ok
                  key: self.index
                  goto: q
              q: final
        properties:
          once: {always: times(pay) <= 1}
        verify:
          one: {faults: {restart: {a: 1}}, states: 8, levels: 4}
    """,
    "what is undone does not stand, unless the world is late": """
        roles:
          a:
            states:
              p:
                - perform: pay -> ok
                  key: 1
                  goto: q
                - after: 1s
                  goto: q
              q:
                - perform: refund -> ok
                  key: 1
                  undoes: pay
                  goto: done
              done: final
        properties:
          none_left: {always: a in done implies not stands(pay)}
          ends: {eventually: a in done}
          happened: {reachable: a in done and happened(pay)}
        verify:
          one: {states: 8, levels: 3}
          late: {faults: {late_act: 1}, violates: [none_left]}
    """,
    "an act that was undone is refused": """
        roles:
          a:
            states:
              p:
                - perform: pay -> ok
                  key: 1
                  goto: q
                - perform: pay -> no
                  key: 1
                  goto: q
                - after: 1s
                  goto: q
              q:
                - perform: refund -> ok
                  key: 1
                  undoes: pay
                  goto: r
              r:
                - perform: pay -> ok
                  key: 1
                  goto: bad
                - perform: pay -> no
                  key: 1
                  goto: done
              bad: final
              done: final
        properties:
          never_bad: {never: a in bad}
          ends: {eventually: a in done}
        verify:
          one: {violates: [no_dead_parts]}
    """,
    "an act that took effect late answers so": """
        roles:
          a:
            states:
              p:
                - perform: pay -> ok
                  key: 1
                  goto: q
                - perform: pay -> no
                  key: 1
                  goto: q
                - after: 1s
                  goto: q
              q:
                - perform: refund -> ok
                  key: 1
                  undoes: pay
                  goto: r
              r:
                - perform: pay -> ok
                  key: 1
                  goto: bad
                - perform: pay -> no
                  key: 1
                  goto: done
              bad: final
              done: final
        properties:
          never_bad: {never: a in bad}
          ends: {eventually: a in done or a in bad}
        verify:
          one: {faults: {late_act: 1}, violates: [never_bad]}
    """,
    "a world that repeats acts does so once": """
        roles:
          a:
            states:
              p:
                - perform: pay -> ok
                  key: 1
                  goto: q
              q: final
        properties:
          once: {always: times(pay) <= 1}
          twice: {always: times(pay) <= 2}
        verify:
          one: {states: 3, levels: 2}
          rep: {faults: {repeat_act: 1}, violates: [once], states: 5, levels: 3}
    """,
    "an outcome that no transition fits cannot come": """
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - perform: pay -> ok
                  key: 1
                  goto: q
                - perform: pay -> no
                  key: 1
                  if: n < 2
                  do: n += 1
                  goto: p
              q: final
        properties:
          e: {eventually: a in q}
        verify:
          one: {states: 6, levels: 4}
    """,
    "arguments that nobody asks for are no part of the state": """
        roles:
          a:
            count: 2
            states:
              p:
                - perform: pay(who=self) -> ok
                  key: 7
                  goto: q
                - perform: pay(who=self) -> no
                  key: 7
                  goto: r
              q: final
              r: final
        properties:
          one_key: {always: times(pay) <= 1}
        verify:
          one: {states: 12, levels: 3}
    """,
    "an act that was answered is not asked for again": """
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - resting
                - perform: pay -> ok
                  do: n += 1
        properties:
          once: {always: times(pay) <= 1 and a.n <= 1}
          e: {eventually: a.n == 1}
        verify:
          calm: {states: 3, levels: 2}
          restart: {faults: {restart: {a: 1}}, states: 9, levels: 4}
    """,
    "an act is asked for each element": """
        types: {W: [x, y]}
        roles:
          a:
            variables: {todo: "set[W]", init: bool}
            states:
              p:
                - when: not init
                  do: |
                    init = true
                    todo = {x, y}
                - perform: pay(to=w) -> ok
                  for: w in todo
                  key: w
                  do: todo.remove(w)
                - after: 1s
                  for: w in todo
                  do: todo.remove(w)
                - when: init and len(todo) == 0
                  goto: q
              q: final
        properties:
          both: {eventually: times(pay) == 2}
          ends: {eventually: a in q}
          once: {always: "all(times(pay, to=w) <= 1 for w in [x, y])"}
        verify:
          one: {states: 21, levels: 5, violates: [both]}
    """,
    "happenings are listed in order with their arguments": """
        types: {W: [x, y]}
        roles:
          a:
            states:
              p:
                - perform: pay(to=x) -> ok
                  goto: p2
              p2:
                - perform: pay(to=y) -> ok
                  goto: q
              q: final
        properties:
          order: {always: "a in q implies [h.to for h in happenings(pay)] == [x, y]"}
          seen: {always: "a in q implies happened(pay, to=x) and times(pay) == 2 and times(pay, to=y) == 1"}
        verify:
          one: {states: 5, levels: 3}
    """,
    "a repeating timer leaves open acts alone": """
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - perform: pay -> ok
                  goto: q
                - every: 1s
                  do: n = 1
              q: final
        properties:
          once: {always: times(pay) <= 1}
        verify:
          one: {states: 6, levels: 3}
    """,
    "to enter the same state anew asks anew": """
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - perform: pay -> ok
                  goto: q
                - after: 1s
                  if: n == 0
                  do: n = 1
                  goto: p
              q: final
        properties:
          once: {always: times(pay) <= 1}
        verify:
          one: {violates: [once]}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
