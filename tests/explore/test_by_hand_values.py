"""What expressions, definitions and start values mean.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

RULES = {
    "each start is an initial state, of a map from instances each assignment": """
        roles:
          a:
            variables:
              x: {type: int, start_in: 0..2}
              m:
                type: map[b, bool]
                start_in: bool
            states:
              p:
                - when: x > 0
                  do: x -= 1
                - when: x == 0
                  goto: q
              q: final
          b:
            count: 2
            states:
              i: resting
        verify:
          one: {states: 16, levels: 2}
    """,
    "a role may have no instance": """
        parameters: {k: {type: int, default: 0, range: 0..3}}
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
            count: k
            states:
              w:
                - resting
                - receive: M
                  goto: f
              f: final
        properties:
          e: {eventually: all(x in f for x in b)}
        verify:
          zero: {states: 2, levels: 2}
          two: {with: {k: 2}, states: 5, levels: 4}
    """,
    "a start value may read parameters and self": """
        parameters: {base: {type: int, default: 5}}
        roles:
          a:
            count: 3
            variables: {x: int = base + self.index, l: "list[int] = [1, base]", t: duration = 3s}
            states:
              p:
                - when: x == 5
                  do: x = 0
                  goto: q
                - when: true
                  goto: q
              q: final
        properties:
          x: {always: "a[1].x == 6 and a[2].x == 7 and a[0].x in (0, 5) and a[1].l == [1, 5] and a[1].t == 3s"}
        verify:
          one: {states: 8, levels: 4}
    """,
    "a definition is read with the variables as they are": """
        define:
          twice(k): k + k
          goal: total(1) >= 4
          total(k): a.n + k - 1
        roles:
          a:
            variables: {n: int, m: int}
            define:
              now_n: n
              bump(k): |
                n += k
                m = now_n
              apply(k): |
                n = 10
                m = k + n
            states:
              p:
                - when: n == 0
                  do: bump(twice(2))
                - when: n == 4
                  do: |
                    apply(n)
                  goto: q
              q: final
        properties:
          g: {eventually: goal}
          m14: {eventually: a.m == 14}
          m4: {reachable: a.m == 4 and a.n == 4}
        verify:
          one: {states: 3, levels: 3}
    """,
    "enums compare in the order they are written": """
        types: {L: [low, mid, high]}
        roles:
          a:
            variables: {x: L, y: L = high}
            states:
              p:
                - when: x < y and x >= low
                  do: 'x = mid if x == low else high'
                - when: not x < y
                  goto: q
              q: final
        properties:
          e: {eventually: a in q}
          m: {always: "max([a.x, low]) == a.x"}
        verify:
          one: {states: 4, levels: 4}
    """,
    "operators mean what the language says": """
        roles:
          a:
            variables: {ok: int, f: fraction}
            states:
              p:
                - when: ok == 0
                  do: |
                    f = 1/3 + 1/6
                    if -7 // 2 == -4 and -7 % 2 == 1 and f == 1/2 and 1 < 2 < 3 and {1} <= {1, 2} and not {1, 2} <= {1}:
                        ok += 1
                    if [3, 1, 2][0:2] == [3, 1] and sorted({3, 1, 2}) == [1, 2, 3]:
                        ok += 1
                    if min([k for k in [1] if k > 1], default=9) == 9 and sum([1, 2]) == 3:
                        ok += 1
                    if (false implies false implies false) and not (true implies true implies false) and abs(-3) == 3 and len({1, 1}) == 1:
                        ok += 1
                    if {1, 2} & {2, 3} == {2} and {1} | {2} == {1, 2} and {1, 2} - {2} == {1} and 2 not in {1}:
                        ok += 1
                    if 7 // 2 == 3 and 7 / 2 == 3 + 1/2 and 3 // 1 == 3:
                        ok += 1
                    if list(range(2)) == [0, 1] and count(x > 1 for x in [1, 2, 3]) == 2:
                        ok += 1
                  goto: q
              q: final
        properties:
          seven: {eventually: a.ok == 7}
        verify:
          one: {states: 2, levels: 2}
    """,
    "a message is a value": """
        messages: {Job: {n: int}, Fwd: {job: "Job?"}}
        roles:
          a:
            states:
              p:
                - when: true
                  do: send Job(n=4) to b
                  goto: q
              q: final
          b:
            variables: {job: "Job?"}
            states:
              w:
                - receive: Job
                  do: |
                    job = msg
                    send Fwd(job=msg) to c
                  goto: f
              f: final
          c:
            variables: {n: int}
            states:
              w:
                - receive: Fwd
                  do: n = msg.job.n
                  goto: f
              f: final
        properties:
          four: {eventually: c.n == 4 and b.job.n == 4}
        verify:
          one: {states: 4, levels: 4}
    """,
    "shared variables take turns": """
        network: none
        shared: {turn: int, lock: bool}
        roles:
          p:
            count: 2
            states:
              idle:
                - resting
                - when: turn == self.index
                  goto: cs
              cs:
                - when: true
                  do: turn = 1 - turn
                  goto: idle
        properties:
          mutex: {never: 'p[0] in cs and p[1] in cs'}
          enters: {eventually: 'p[1] in cs'}
        waive: {no_dead_parts: x}
        verify:
          one: {states: 4, levels: 4}
    """,
    "guards look into other instances": """
        network: none
        shared: {}
        roles:
          rm:
            count: 2
            states:
              working:
                - decide: prepare
                  goto: prepared
                - decide: abort
                  if: not any(r in committed for r in rm)
                  goto: aborted
              prepared:
                - decide: commit
                  if: all(r in prepared or r in committed for r in rm)
                  goto: committed
                - decide: abort
                  if: not any(r in committed for r in rm)
                  goto: aborted
              committed: resting
              aborted: resting
        properties:
          consistent: {never: any(r in committed for r in rm) and any(r in aborted for r in rm)}
        verify:
          one: {states: 12, levels: 5}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
