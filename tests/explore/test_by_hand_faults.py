"""What faults do to instances.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

RULES = {
    "a crash is for good": """
        messages: {M: {}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: send M() to b
                  goto: e
              e: final
          b:
            states:
              p:
                - receive: M
                  goto: q
              q: final
        properties:
          ends: {eventually: b in q}
          down: {reachable: b in crashed and b in p}
        verify:
          one: {faults: {crash: {b: 1}}, states: 5, levels: 3, violates: [ends]}
    """,
    "volatile variables are lost when an instance goes down": """
        roles:
          b:
            variables:
              v: {type: int, durable: false}
              d: int
            states:
              p:
                - resting
                - when: v == 0 and d == 0
                  do: |
                    v = 1
                    d = 1
                - when: v == 1
                  goto: q
              q: resting
        properties:
          down: {reachable: b in crashed}
          lost: {always: b in crashed implies b.v == 0}
          durable: {stable: b.d == 1}
          ends: {eventually: b in q}
        verify:
          one: {faults: {restart: {b: 1}}, states: 11, levels: 5, violates: [ends]}
    """,
    "a budget that ends lets an instance come back for good": """
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
            states:
              w:
                - receive: M
                  goto: f
              f: final
        properties:
          e: {eventually: b in f}
        verify:
          many: {faults: {restart: {b: 3}}, states: 18, levels: 9}
          any: {faults: {restart: {b: any}}, states: 5, levels: 3, violates: [e]}
          amnesia: {faults: {amnesia: {b: 1}}, states: 8, levels: 5}
    """,
    "steps of faults are steps, and to come back is a way": """
        roles:
          a:
            variables: {n: {type: int, durable: false}}
            states:
              p:
                - resting
                - when: n == 0
                  do: n = 1
        properties:
          drops_only_down: {step: "a.n >= old(a.n) or a in crashed"}
          never_drops: {step: a.n >= old(a.n)}
          back: {stays_possible: a.n == 1}
          comes: {leads_to: [a in crashed, a not in crashed]}
          down_lost: {always: a in crashed implies a.n == 0}
        verify:
          one: {faults: {restart: {a: 1}}, violates: [never_drops], states: 5, levels: 4}
    """,
    "a lie comes where nobody expects it": """
        messages: {M: {}}
        roles:
          v:
            states:
              p:
                - decide: go
                  do: send M() to b
                  goto: q
              q: final
          b:
            variables: {n: int}
            states:
              w:
                - receive: M
                  goto: x
                - after: 1s
                  goto: z
              x: resting
              z:
                - resting
                - ignore: M
        waive: {no_dead_parts: y}
        verify:
          honest: {states: 6, levels: 4}
          liar: {faults: {byzantine: {v: 1}}, violates: [no_unhandled_message]}
    """,
    "what an instance waited for is lost with what it knew": """
        messages: {M: {}, N: {}}
        roles:
          a:
            states:
              p:
                - when: true
                  do: |
                    send M() to b
                    send N() to b
                  goto: q
              q: final
          b:
            variables: {got: bool}
            states:
              w:
                - defer: N
                - receive: M
                  goto: x
              x:
                - receive: N
                  do: got = true
                  goto: f
              f: final
        properties:
          e: {eventually: b in f}
        verify:
          one: {faults: {restart: {b: 1}}, states: 11, levels: 6}
          amnesia: {faults: {amnesia: {b: 1}}, violates: [e, no_deadlock]}
    """,
    "an instance is down in the state it was in": """
        roles:
          a:
            restart_in: follower
            variables: {n: int, m: {type: int, durable: false, default: 7}}
            states:
              first:
                - when: true
                  do: |
                    n = 1
                    m = 8
                  goto: leader
              leader: resting
              follower: resting
        properties:
          state_kept_while_down: {always: a in crashed implies a in first or a in leader}
          back: {reachable: a in follower and a.n == 1 and a.m == 7}
          up_again: {leads_to: [a in crashed, a in follower]}
        verify:
          restart: {faults: {restart: {a: 1}}, states: 6, levels: 4}
    """,
    "amnesia begins again with the same start value, and ghosts stay": """
        roles:
          a:
            variables:
              x: {type: int, start_in: "[3, 4]"}
              g: {type: int, ghost: true}
            states:
              p:
                - when: true
                  do: |
                    x = 9
                    g += 1
                  goto: q
              q: resting
        properties:
          ghost_stays: {reachable: a.g == 2}
          start_again: {step: a.x == old(a.x) or a.x == 9 or old(a.x) == 9}
        verify:
          amnesia: {faults: {amnesia: {a: 1}}, states: 16, levels: 5}
    """,
    "a liar tells each what it likes": """
        types: {C: [yes, no]}
        messages: {V: {c: C}}
        roles:
          v:
            states:
              p:
                - when: true
                  do: send V(c=yes) to r
                  goto: q
              q: final
          r:
            count: 2
            variables: {x: "C?"}
            states:
              i:
                - resting
                - receive: V
                  do: x = msg.c
                  goto: done
              done: final
        properties:
          agree: {always: 'none in (r[0].x, r[1].x) or r[0].x == r[1].x'}
          honest: {always: 'all(i.x in (none, yes) for i in r)'}
          who: {reachable: "v in byzantine"}
        verify:
          calm: {states: 5, levels: 4}
          liar: {faults: {byzantine: {v: 1}}, states: 230, levels: 9, violates: [agree, honest]}
          liar reorder: {faults: {byzantine: {v: 1}, reorder: true}, states: 149, levels: 9, violates: [agree, honest]}
          liar free: {faults: {byzantine: {v: 1}}, violates: [agree, honest]}
    """,
    "any so many may lie": """
        messages: {M: {}}
        roles:
          v:
            count: 3
            states:
              p:
                - when: true
                  do: send M() to c
                  goto: q
              q: final
          c:
            variables: {who: "set[v]"}
            states:
              w:
                - resting
                - receive: M
                  do: who.add(sender)
        properties:
          all: {eventually: len(c.who) == 3}
        verify:
          calm: {states: 27, levels: 7}
          liars: {faults: {byzantine: {v: 1}}, states: 135, levels: 8, violates: [all]}
          two liars: {faults: {byzantine: {v: 2}}, violates: [all]}
    """,
    "a liar cannot open a seal": """
        messages:
          Seal: {d: digest}
          Open: {salt: id}
        roles:
          a:
            variables: {salt: "id?"}
            states:
              p:
                - when: true
                  do: |
                    salt = fresh()
                    send Seal(d=digest(self, salt)) to l
                    send Seal(d=digest(self, salt)) to r
                  goto: sealed
              sealed:
                - decide: open
                  do: send Open(salt=salt) to r
                  goto: done
              done: final
          l:
            variables: {got: "digest?"}
            states:
              any:
                - ignore: Seal
              p:
                - decide: guess
                  do: |
                    send Open(salt=fresh()) to r
                    send Seal(d=digest(self, fresh())) to r
                  goto: done
              done: final
          r:
            variables: {seal: "digest?", by_a: bool, by_l: bool}
            states:
              w:
                - resting
                - receive: Seal
                  if: sender == a
                  do: seal = msg.d
                - ignore: Seal
                - receive: Open
                  if: seal is not none and digest(a, msg.salt) == seal
                  do: |
                    by_l = sender == l
                    by_a = not by_l
                  goto: opened
                - ignore: Open
              opened: final
        properties:
          only_a: {never: r.by_l}
          opens: {reachable: r.by_a}
        verify:
          calm: {}
          lie: {faults: {byzantine: {l: 1}, reorder: true}}
    """,
    "a liar passes on what it was told": """
        messages:
          Seal: {d: digest}
          Open: {salt: id}
        roles:
          a:
            variables: {salt: "id?"}
            states:
              p:
                - when: true
                  do: |
                    salt = fresh()
                    send Seal(d=digest(self, salt)) to r
                  goto: sealed
              sealed:
                - decide: open
                  do: send Open(salt=salt) to l
                  goto: done
              done: final
          l:
            states:
              any:
                - ignore: Open
              p:
                - decide: guess
                  do: |
                    send Open(salt=fresh()) to r
                  goto: done
              done: final
          r:
            variables: {seal: "digest?", by_a: bool, by_l: bool}
            states:
              w:
                - resting
                - receive: Seal
                  do: seal = msg.d
                - receive: Open
                  if: seal is not none and digest(a, msg.salt) == seal
                  do: |
                    by_l = sender == l
                    by_a = not by_l
                  goto: opened
                - ignore: Open
              opened: final
        properties:
          only_a: {never: r.by_l}
        waive: {no_dead_parts: x, not_vacuous: x}
        verify:
          calm: {}
          lie: {faults: {byzantine: {l: 1}, reorder: true}, violates: [only_a]}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
