"""What is owed, to whom, and what follows from it.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

RULES = {
    "a transition without fairness is never owed": """
        roles:
          a:
            states:
              p:
                - when: true
                  fairness: none
                  goto: q
              q: final
        properties:
          ends:
            eventually: a in q
        verify:
          one:
            states: 2
            levels: 2
            violates: [ends]
    """,
    "without fairness a draw owes nothing": """
        roles:
          a:
            variables: {x: int}
            states:
              p:
                - when: x != 2
                  draw: k in [1, 2]
                  do: x = k
                  fairness: none
                - when: x == 2
                  goto: q
              q: final
        properties:
          ends: {eventually: a in q}
        verify:
          one: {states: 4, levels: 3, violates: [ends]}
    """,
    "weak fairness lets a lock go by": """
        network: none
        shared: {lock: bool}
        roles:
          p:
            count: 2
            states:
              idle:
                - when: not lock
                  do: lock = true
                  goto: cs
              cs:
                - when: true
                  do: lock = false
                  goto: idle
        properties:
          enters: {eventually: 'p[1] in cs'}
          someone: {eventually: 'any(i in cs for i in p)'}
        verify:
          one: {states: 3, levels: 2, violates: [enters]}
    """,
    "strong fairness takes the lock at last": """
        network: none
        shared: {lock: bool}
        roles:
          p:
            count: 2
            states:
              idle:
                - when: not lock
                  do: lock = true
                  fairness: strong
                  goto: cs
              cs:
                - when: true
                  do: lock = false
                  goto: idle
        properties:
          enters: {eventually: 'p[1] in cs'}
        verify:
          one: {states: 3, levels: 2}
    """,
    "without fairness nobody takes the lock": """
        network: none
        shared: {lock: bool}
        roles:
          p:
            count: 2
            states:
              idle:
                - when: not lock
                  do: lock = true
                  fairness: none
                  goto: cs
              cs:
                - when: true
                  do: lock = false
                  goto: idle
        properties:
          someone: {eventually: 'any(i in cs for i in p)'}
        verify:
          one: {states: 3, levels: 2, violates: [someone]}
    """,
    "strong fairness is owed to each message": """
        messages: {D: {n: int}}
        roles:
          a:
            states:
              s:
                - every: 1s
                  do: send D(n=0) to b
                - every: 2s
                  do: send D(n=1) to b
          b:
            variables:
              got: set[int]
            states:
              p:
                - resting
                - receive: D
                  fairness: strong
                  do: got.add(msg.n)
        properties:
          both: {eventually: len(b.got) == 2}
        waive: {no_deadlock: runs for ever}
        verify:
          one: {faults: {lose: any, reorder: true}, bounds: {copies: 1}, states: 16}
    """,
    "a message that is lost again and again is not owed": """
        messages: {D: {n: int}}
        roles:
          a:
            states:
              s:
                - every: 1s
                  do: send D(n=0) to b
          b:
            variables: {got: "set[int]"}
            states:
              p:
                - resting
                - receive: D
                  do: got.add(msg.n)
        properties:
          both: {eventually: len(b.got) == 1}
        verify:
          one: {faults: {lose: any, reorder: true}, bounds: {copies: 1}, states: 4, levels: 4, violates: [both]}
    """,
    "timers of two states are two timers": """
        roles:
          a:
            states:
              p:
                - after: 1s
                  goto: x
                - when: true
                  goto: q
              q:
                - after: 1s
                  goto: x
                - when: true
                  goto: p
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 3, levels: 2, violates: [ends]}
    """,
    "a timer under two states is one": """
        roles:
          a:
            states:
              p, q:
                - after: 1s
                  goto: x
              p:
                - when: true
                  goto: q
              q:
                - when: true
                  goto: p
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 3, levels: 2}
    """,
    "a `when` under any is one in all states": """
        roles:
          a:
            variables: {ready: bool}
            states:
              any:
                - when: ready
                  goto: x
              p:
                - after: 1s
                  do: ready = true
                  goto: q
              q:
                - after: 1s
                  goto: p
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 4, levels: 3}
    """,
    "a prompt decision owes no value": """
        types: {C: [yes, no]}
        roles:
          a:
            states:
              p:
                - decide: c in C
                  prompt: true
                  if: c == yes
                  goto: x
                - decide: c in C
                  goto: p
              x: final
        properties:
          ends: {eventually: a in x}
          possible: {stays_possible: a in x}
        verify:
          one: {states: 2, levels: 2, violates: [ends]}
    """,
    "questions of two states are two questions": """
        roles:
          a:
            states:
              p:
                - decide: go
                  prompt: true
                  goto: x
                - when: true
                  goto: q
              q:
                - decide: go
                  prompt: true
                  goto: x
                - when: true
                  goto: p
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 3, levels: 2, violates: [ends]}
    """,
    "the `when`s of a state are owed together": """
        network: none
        shared: {k: bool}
        roles:
          env:
            states:
              p:
                - every: 1s
                  do: k = not k
          a:
            states:
              p:
                - when: k
                  goto: x
                - when: not k
                  goto: x
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 4, levels: 3}
    """,
    "the last `when` of a state is owed where the first comes and goes": """
        network: none
        shared: {k: bool}
        roles:
          env:
            states:
              p:
                - every: 1s
                  do: k = not k
          a:
            states:
              p:
                - when: k
                  goto: x
                - when: true
                  goto: x
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 4, levels: 3}
    """,
    "of a `when` for several elements one is owed": """
        network: none
        shared: {k: bool}
        roles:
          env:
            states:
              p:
                - every: 1s
                  do: k = not k
          a:
            states:
              p:
                - when: k == v
                  for: v in [false, true]
                  goto: x
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 4, levels: 3}
    """,
    "a `when` without fairness owes nothing, also together with others": """
        network: none
        shared: {k: bool}
        roles:
          env:
            states:
              p:
                - every: 1s
                  do: k = not k
          a:
            states:
              p:
                - when: k
                  goto: x
                - when: not k
                  fairness: none
                  goto: x
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 4, levels: 3, violates: [ends]}
    """,
    "`when`s of two states are not owed together": """
        network: none
        shared: {k: bool, j: bool}
        roles:
          env:
            states:
              p:
                - every: 1s
                  do: |
                    k = not k
                    j = k
          a:
            states:
              p:
                - when: k
                  goto: x
                - when: j
                  goto: x
                - decide: on
                  goto: q
              q:
                - when: not k
                  goto: x
                - when: not j
                  goto: x
                - decide: back
                  goto: p
              x: final
        properties:
          ends: {eventually: a in x}
        waive: {no_dead_parts: j is as k}
        verify:
          one: {states: 6, levels: 3, violates: [ends]}
    """,
    "a condition that some fair run meets is one to rest on": """
        network: none
        shared: {k: bool}
        roles:
          env:
            states:
              p:
                - resting
                - decide: flip
                  do: k = not k
          a:
            states:
              p:
                - when: k
                  goto: x
              x: final
        properties:
          ends: {eventually: a in x, given: {forever: k}}
          again: {eventually: a in x, given: {again: k}}
        verify:
          one: {states: 4, levels: 4, violates: [again]}
    """,
    "one that no fair run meets promises nothing": """
        network: none
        shared: {k: bool}
        roles:
          env:
            states:
              p:
                - every: 1s
                  do: k = not k
          a:
            states:
              p:
                - resting
                - decide: go
                  goto: x
              x: final
        properties:
          at_last: {eventually: a in x, given: {forever: k}}
          again: {eventually: a in x or a in p and k, given: {again: not k}}
        verify:
          one: {states: 4, levels: 3, violates: [not_vacuous]}
    """,
    "a decision can be owed strongly": """
        roles:
          a:
            states:
              p:
                - decide: go
                  fairness: strong
                  goto: x
                - when: true
                  goto: q
              q:
                - when: true
                  goto: p
              x: final
        properties:
          e: {eventually: a in x}
        verify:
          one: {states: 3, levels: 2}
    """,
    "a decision that is owed weakly may be put off by leaving": """
        roles:
          a:
            states:
              p:
                - decide: go
                  fairness: weak
                  goto: x
                - when: true
                  goto: q
              q:
                - when: true
                  goto: p
              x: final
        properties:
          e: {eventually: a in x}
        verify:
          one: {states: 3, levels: 2, violates: [e]}
    """,
    "an act owes no outcome": """
        roles:
          a:
            states:
              p:
                - perform: pay -> ok
                  key: 1
                  goto: x
                - perform: pay -> failed
                  key: 1
                  goto: p
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 2, levels: 2, violates: [ends]}
    """,
    "an outcome can be owed": """
        roles:
          a:
            states:
              p:
                - perform: pay -> ok
                  key: 1
                  fairness: strong
                  goto: x
                - perform: pay -> failed
                  key: 1
                  goto: p
              x: final
        properties:
          ends: {eventually: a in x}
        verify:
          one: {states: 2, levels: 2}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
