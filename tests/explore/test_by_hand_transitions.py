"""Which transition is taken, and what it does.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

RULES = {
    "the first transition whose guard fits is taken": """
        messages:
          M: {n: int}
        roles:
          a:
            states:
              s:
                - when: true
                  do: |
                    send M(n=1) to b
                    send M(n=2) to b
                  goto: e
              e: final
          b:
            variables: {x: int}
            states:
              i:
                - resting
                - receive: M
                  if: msg.n == 1
                  do: x = 10
                - receive: M
                  do: x = 20
        properties:
          right: {always: "b.x in (0, 10, 20)"}
          last: {eventually: b.x == 20}
          mid: {reachable: b.x == 10}
        verify:
          one:
            states: 4
            levels: 4
    """,
    "a state's own come before those of a list, and those before any's": """
        messages:
          M: {n: int}
        roles:
          a:
            states:
              s:
                - when: true
                  do: |
                    for k in range(1, 4):
                        send M(n=k) to b
                  goto: e
              e: final
          b:
            variables: {x: int}
            states:
              any:
                - receive: M
                  do: x = 3
                  goto: q
              p, q:
                - receive: M
                  if: msg.n <= 2
                  do: x = 2
              p:
                - resting
                - receive: M
                  if: msg.n == 1
                  do: x = 1
              q: resting
        properties:
          one_two_three:
            step: b.x == old(b.x) or b.x == old(b.x) + 1
          ends: {eventually: b.x == 3 and b in q}
        verify:
          one:
            states: 5
            levels: 5
    """,
    "the first `when` hides the second": """
        roles:
          a:
            variables: {x: int}
            states:
              p:
                - when: x == 0
                  goto: q
                - when: true
                  goto: r
              q: final
              r: final
        verify:
          one: {states: 2, levels: 2, violates: [no_dead_parts]}
    """,
    "elements of a `for` have no order among them": """
        roles:
          a:
            variables: {seen: "set[w]"}
            states:
              p:
                - resting
                - when: m not in seen
                  for: m in w
                  do: seen.add(m)
                - when: len(seen) == 1
                  goto: r
              r: final
          w:
            count: 2
            states:
              i: resting
        verify:
          one: {states: 6, levels: 3}
    """,
    "each value of a domain is decided once": """
        types:
          C: [red, green, blue]
        roles:
          a1:
            variables: {x: text}
            states:
              p:
                - decide: x in text
                  goto: q
              q: final
          a2:
            states:
              p:
                - decide: y in text
                  goto: q
              q: final
          a3:
            variables: {z: int}
            states:
              p:
                - decide: z in int
                  goto: q
              q: final
          a4:
            variables: {c: C}
            states:
              p:
                - decide: c in C
                  goto: q
              q: final
          a5:
            variables: {v: int}
            states:
              p:
                - decide: v in [1, 5, 5]
                  goto: q
              q: final
          a6:
            variables: {u: int}
            states:
              p:
                - decide: u in 0..3
                  if: u % 2 == 1
                  goto: q
              q: final
          a7:
            states:
              p:
                - decide: refuse
                  goto: q
              q: final
        properties:
          odd: {always: "a6 in q implies a6.u in (1, 3)"}
          owes: {eventually: a7 in q}
        verify:
          one:
            bounds: {z: 0..2}
            states: 1728
            levels: 8
            violates: [owes]
    """,
    "a decision over others leaves oneself out": """
        roles:
          a:
            count: 3
            variables: {x: 'a?'}
            states:
              p:
                - decide: x in others
                  prompt: true
                  goto: q
              q: final
        properties:
          not_me: {always: all(i.x != i for i in a)}
          ends: {eventually: all(i in q for i in a)}
        verify:
          one: {states: 27, levels: 4}
    """,
    "a domain may be a variable": """
        roles:
          a:
            variables: {left: "set[b]", order: "list[b]"}
            states:
              s:
                - when: true
                  do: left = {x for x in b}
                  goto: p
              p:
                - resting
                - decide: next in left
                  prompt: true
                  do: |
                    left.remove(next)
                    order.append(next)
          b:
            count: 3
            states: {i: resting}
        properties:
          e: {eventually: len(a.order) == 3}
          each_once: {always: len(set(a.order)) == len(a.order)}
        verify:
          one: {states: 17, levels: 5}
    """,
    "a `when` for one list knows nothing of that for another": """
        roles:
          a:
            variables: {seen: "set[int]"}
            states:
              p:
                - resting
                - when: x not in seen
                  for: x in [1, 2]
                  do: seen.add(x)
                - when: y not in seen
                  for: y in [3]
                  do: seen.add(y)
                - when: 9 not in seen and len(seen) == 0
                  do: seen.add(9)
        properties:
          e: {eventually: len(a.seen) >= 3}
        verify:
          one: {states: 16, levels: 5}
    """,
    "a value that no transition fits is refused": """
        roles:
          a:
            variables: {y: int}
            states:
              p:
                - decide: x in 0..3
                  if: x < 2
                  do: y = x
                  goto: q
                - decide: x in 0..3
                  if: x == 1 or x == 3
                  do: y = 10 + x
                  goto: r
              q: final
              r: final
        properties:
          r_is_13: {always: a in r implies a.y == 13}
        verify:
          one: {states: 4, levels: 2}
    """,
    "a draw gives each value its turn": """
        roles:
          a:
            variables: {x: int}
            states:
              p:
                - when: x != 2
                  draw: k in [1, 2]
                  do: x = k
                - when: x == 2
                  goto: q
              q: final
        properties:
          ends: {eventually: a in q}
        verify:
          one: {states: 4, levels: 3}
    """,
    "a token goes round the ring": """
        messages: {T: {}}
        roles:
          n:
            count: 3
            variables: {had: bool}
            states:
              w:
                - resting
                - when: self.index == 0 and not had
                  do: |
                    had = true
                    send T() to n[(self.index + 1) % 3]
                - receive: T
                  if: not had
                  do: |
                    had = true
                    send T() to n[(self.index + 1) % 3]
                - receive: T
        properties:
          all: {eventually: all(i.had for i in n)}
          others: {reachable: "all(not j.had for i in n if i.had for j in n if j != i) and any(i.had for i in n)"}
        verify:
          one: {states: 5, levels: 5}
    """,
    "a decision with `for` is asked for each element": """
        roles:
          a:
            variables: {seen: "set[b]"}
            states:
              p:
                - resting
                - decide: nod
                  for: x in b
                  if: x not in seen
                  prompt: true
                  do: seen.add(x)
          b:
            count: 2
            states: {i: resting}
        properties:
          all: {eventually: len(a.seen) == 2}
        verify:
          one: {states: 4, levels: 3}
    """,
    "a bound goes by a name, a type, or the type behind it": """
        types: {Name: text}
        roles:
          a:
            count: 2
            variables: {n: Name}
            states:
              p:
                - decide: n in Name
                  prompt: true
                  goto: q
              q: final
        properties:
          differ: {always: "a[0] in q and a[1] in q implies a[0].n != a[1].n"}
        verify:
          one: {states: 9, levels: 3, violates: [differ]}
          three: {bounds: {Name: 3}, states: 16, levels: 3, violates: [differ]}
          three text: {bounds: {text: 3}, states: 16, levels: 3, violates: [differ]}
          three n: {bounds: {n: 3}, states: 16, levels: 3, violates: [differ]}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
