"""What arrives, in which order, and what is lost.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

RULES = {
    "a case may have a network of its own": """
        messages: {M: {n: int}}
        network: fifo
        roles:
          a:
            states:
              p:
                - when: true
                  do: |
                    send M(n=1) to b
                    send M(n=2) to b
                  goto: q
              q: final
          b:
            variables: {l: "list[int]"}
            states:
              w:
                - resting
                - receive: M
                  if: len(l) < 2
                  do: l.append(msg.n)
                - receive: M
        properties:
          rises: {always: "l_ok"}
        define:
          l_ok: b.l in ([], [1], [1, 2])
        waive: {duplicates_are_harmless: y, no_dead_parts: y}
        verify:
          fifo: {states: 4, levels: 4}
          bag: {network: unordered, states: 6, levels: 4, violates: [rises]}
          set: {network: sent_set, states: 8, levels: 4, violates: [rises]}
    """,
    "a deferred message lets those behind it pass": """
        messages: {M: {}, N: {}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: |
                    send M() to b
                    send N() to b
                  goto: e
              e: final
          b:
            variables: {got: bool}
            states:
              p:
                - defer: M
                - receive: N
                  goto: q
              q:
                - resting
                - receive: M
                  do: got = true
                - ignore: N
        properties:
          ends: {eventually: b.got}
        tolerates: {reorder: true}
        verify:
          fifo: {faults: {}, states: 4, levels: 4}
          reordered: {states: 4, levels: 4}
    """,
    "an unhandled message is a violation": """
        messages: {M: {}, N: {}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: |
                    send M() to b
                    send N() to b
                  goto: e
              e: final
          b:
            variables: {got: bool}
            states:
              p:
                - resting
                - receive: N
                  goto: q
              q:
                - resting
                - receive: M
                  do: got = true
                - ignore: N
        tolerates: {reorder: true}
        verify:
          fifo: {faults: {}, states: 2, levels: 2, violates: [no_unhandled_message]}
          reordered: {states: 4, levels: 4, violates: [no_unhandled_message]}
    """,
    "an ignored message is taken away by a step": """
        messages: {M: {}, N: {}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: |
                    send M() to b
                    send N() to b
                  goto: e
              e: final
          b:
            variables: {got: bool}
            states:
              p:
                - ignore: M
                - receive: N
                  goto: q
              q:
                - resting
                - receive: M
                  do: got = true
                - ignore: N
        properties:
          ends: {eventually: b in q}
          gets: {reachable: b.got}
          got_it: {eventually: b.got}
        tolerates: {reorder: true}
        verify:
          fifo: {faults: {}, states: 4, levels: 4, violates: [got_it, gets]}
          reordered: {states: 6, levels: 4, violates: [got_it]}
    """,
    "a sent set loses nothing but to a fault": """
        messages: {M: {}}
        network: sent_set
        roles:
          a:
            states:
              s:
                - when: true
                  do: send M() to b
                  goto: e
              e: final
          b:
            variables: {n: int}
            states:
              p:
                - resting
                - receive: M
                  do: n = min(n + 1, 3)
        properties:
          ends: {eventually: b.n == 3}
        tolerates: {}
        verify:
          one: {states: 5, levels: 5, violates: [duplicates_are_harmless]}
          lost: {faults: {lose: 1}, states: 9, levels: 6, violates: [duplicates_are_harmless, ends]}
    """,
    "an equal message joins those under way": """
        messages: {M: {}}
        roles:
          a:
            states:
              s:
                - every: 1s
                  do: send M() to b
          b:
            variables: {n: int}
            states:
              p:
                - resting
                - receive: M
                  do: n = min(n + 1, 2)
        properties:
          ends: {eventually: b.n == 2}
        waive: {duplicates_are_harmless: counts}
        verify:
          one: {bounds: {copies: 1}, states: 6, levels: 6}
          two: {bounds: {copies: 2}, states: 9, levels: 7}
    """,
    "a loss may leave the receiver waiting": """
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
                - resting
                - receive: M
                  goto: q
              q: final
        properties:
          ends: {eventually: b in q}
          possible: {stays_possible: b in q}
        verify:
          one: {faults: {lose: any}, states: 4, levels: 3, violates: [ends, possible]}
          budget: {faults: {lose: 1}, states: 4, levels: 3, violates: [ends, possible]}
    """,
    "what is to arrive in order does, whatever is lost or doubled": """
        messages: {D: {fields: {n: int}, order: fifo}}
        roles:
          a:
            states:
              p:
                - when: true
                  do: |
                    send D(n=1) to b
                    send D(n=2) to b
                  goto: q
              q: final
          b:
            variables: {last: int}
            states:
              w:
                - resting
                - receive: D
                  do: last = msg.n
        properties:
          rises: {step: b.last >= old(b.last)}
          two: {reachable: b.last == 2}
        verify:
          one: {faults: {lose: any, duplicate: any, reorder: true}, states: 11, levels: 4}
    """,
    "to lose and double without end is the sent set, where messages may overtake": """
        messages: {D: {n: int}}
        roles:
          a:
            states:
              p:
                - when: true
                  do: |
                    send D(n=1) to b
                    send D(n=2) to b
                  goto: q
              q: final
          b:
            variables: {last: int}
            states:
              w:
                - resting
                - receive: D
                  do: last = msg.n
        properties:
          rises: {step: b.last >= old(b.last)}
          owed: {eventually: b.last > 0}
        verify:
          one: {faults: {lose: any, duplicate: any, reorder: true}, states: 4, levels: 3, violates: [rises, owed]}
          in order: {faults: {lose: any, duplicate: any}, states: 11, levels: 4, violates: [owed]}
    """,
    "a message that is doubled without end need not come twice": """
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
                  do: n = min(n + 1, 2)
        waive: {duplicates_are_harmless: x}
        properties:
          e: {eventually: b.n > 0}
          twice: {eventually: b.n == 2}
        verify:
          one: {faults: {duplicate: any}, states: 6, levels: 4, violates: [twice]}
    """,
    "an instance may write to itself": """
        messages: {M: {}}
        roles:
          a:
            variables: {n: int}
            states:
              p:
                - when: n == 0
                  do: |
                    n = 1
                    send M() to self
                - receive: M
                  do: n += 1
                  goto: q
              q: final
        properties:
          e: {eventually: a.n == 2}
        verify:
          one: {states: 3, levels: 3}
    """,
    "a message goes to a role, an instance, a list or a set": """
        messages: {M: {k: int}}
        roles:
          a:
            states:
              p:
                - when: true
                  do: |
                    send M(k=1) to b
                    send M(k=2) to b[0]
                    send M(k=3) to [b[1], b[1]]
                    send M(k=4) to {x for x in b if x.index == 0}
                  goto: q
              q: final
          b:
            count: 2
            variables: {got: "list[int]"}
            states:
              w:
                - resting
                - receive: M
                  do: got.append(msg.k)
        properties:
          b0: {eventually: "b[0].got == [1, 2, 4]"}
          b1: {eventually: "b[1].got == [1, 3, 3]"}
        waive: {duplicates_are_harmless: logs}
        verify:
          one: {states: 17, levels: 8}
    """,
    "to send again heals all losses that have an end": """
        messages: {D: {}, Ack: {}}
        roles:
          s:
            states:
              start:
                - when: true
                  do: send D() to r
                  goto: wait
              wait:
                - every: 1s
                  do: send D() to r
                - receive: Ack
                  goto: done
              done: final
          r:
            variables: {got: bool}
            states:
              w:
                - resting
                - receive: D
                  do: |
                    got = true
                    send Ack() to s
        properties:
          ends: {eventually: s in done}
        verify:
          calm: {bounds: {copies: 1}, states: 7}
          two lost: {bounds: {copies: 1}, faults: {lose: 2}}
          all lost: {bounds: {copies: 1}, faults: {lose: any}, violates: [ends]}
    """,
    "messages of each sender keep their order": """
        messages: {M: {k: int}}
        roles:
          a:
            count: 2
            states:
              p:
                - when: true
                  do: |
                    send M(k=0) to b
                    send M(k=1) to b
                  goto: q
              q: final
          b:
            variables: {log: "list[int]"}
            states:
              w:
                - resting
                - receive: M
                  do: log.append(2 * sender.index + msg.k)
        waive: {duplicates_are_harmless: x}
        properties:
          order: {always: "all(b.log[i] != b.log[j] + 1 or b.log[j] % 2 == 1 for i in range(len(b.log)) for j in range(i + 1, len(b.log)))"}
        verify:
          one: {}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
