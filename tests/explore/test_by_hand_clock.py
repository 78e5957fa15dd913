"""What clocks promise: which timers go off before which, and what time waits for.

Each spec is about one rule; the verdicts and figures that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated

TWO_TIMERS = """
        roles:
          early:
            states:
              s:
                - after: {early}
                  goto: done
              done: final
          late:
            states:
              s:
                - after: {late}
                  goto: done
              done: final
        properties:
          in_order: {{always: late in done implies early in done}}
          other_order: {{reachable: late in done and early not in done}}
        verify:
          one: {{clock: {clock}, states: {states}, violates: [{violates}]}}
"""

THREE_RANGES = """
        roles:
          a: {{states: {{s: [{{after: 4s..10s, goto: done}}], done: final}}}}
          b: {{states: {{s: [{{after: 1s..7s, goto: done}}], done: final}}}}
          c: {{states: {{s: [{{after: 1s..{last}, goto: done}}], done: final}}}}
        properties:
          a_first_c_last: {{reachable: a in done and b not in done and c not in done}}
          then_b: {{reachable: a in done and b in done and c not in done}}
        verify:
          one: {{clock: synchronous, violates: [{violates}]}}
"""

ASKING = """
        messages: {{Ask: {{}}, Answer: {{}}}}
        roles:
          caller:
            states:
              idle:
                - decide: ask
                  {prompt}
                  do: send Ask() to callee
                  goto: asked
              asked:
                - receive: Answer
                  goto: idle
          callee:
            states:
              s:
                - receive: Ask
                  do: send Answer() to sender
          worker:
            states:
              busy:
                - after: 5s
                  goto: done
              done: final
        properties:
          is_done: {{eventually: worker in done}}
        verify:
"""

RULES = {
    "the earlier deadline goes first": TWO_TIMERS.format(
        early="1s", late="2s", clock="synchronous", states=5, violates="other_order"
    ),
    "without a clock either may": TWO_TIMERS.format(early="1s", late="2s", clock="none", states=4, violates="in_order"),
    "of equal deadlines either goes first": TWO_TIMERS.format(
        early="1s", late="1s", clock="synchronous", states=5, violates="in_order"
    ),
    "deadlines no further apart than the skew have no order": TWO_TIMERS.format(
        early="1s", late="2s", clock="{skew: 1s}", states=8, violates="in_order"
    ),
    "deadlines further apart than the skew keep their order": TWO_TIMERS.format(
        early="1s", late="3s", clock="{skew: 1s}", states=8, violates="other_order"
    ),
    # At 4s `a` goes off, at 4s `b`, and `c` at 5s: neither lies at an end of its range alone.
    "every order that ranges allow is explored": THREE_RANGES.format(last="5s", violates=""),
    "an order that ranges forbid is not": THREE_RANGES.format(last="3s", violates="a_first_c_last, then_b"),
    "no timer goes off while a message is under way": """
        messages: {M: {}}
        roles:
          a:
            states:
              s:
                - after: 1s
                  do: send M() to b
                  goto: done
              done: final
          b:
            variables: {heard: bool}
            states:
              t:
                - receive: M
                  do: heard = true
                - after: 1s
                  goto: done
              done:
                - final
                - receive: M
                  do: heard = true
        waive: {final_is_final: what comes late is heard}
        properties:
          after_it: {step: "b in done and old(b in t) and a in done implies b.heard"}
        verify:
          one: {clock: synchronous}
          two: {clock: {skew: 100ms}, violates: [after_it]}
          three: {clock: none, violates: [after_it]}
    """,
    "a message that nobody can take holds nothing back": """
        messages: {M: {}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: send M() to b
                  goto: done
              done: final
          b:
            states:
              t:
                - defer: M
                - after: 1s
                  goto: u
              u:
                - receive: M
                  goto: done
              done: final
        properties:
          ends: {eventually: b in done}
        verify:
          one: {clock: synchronous, states: 5, levels: 5}
    """,
    "no timer goes off while a `when` is open": """
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - after: 1s
                  goto: t
              t:
                - when: n < 2
                  do: n += 1
                - when: true
                  goto: done
              done: final
          b:
            states:
              s:
                - after: 1s
                  goto: done
              done: final
        properties:
          not_between: {step: "b in done and old(b in s) implies a not in t"}
        verify:
          one: {clock: synchronous}
          two: {clock: {skew: 1s}}
          three: {clock: none, violates: [not_between]}
    """,
    "a `when` that nobody is owed holds nothing back": """
        roles:
          a:
            states:
              s:
                - when: true
                  fairness: none
                  goto: done
              done: final
          b:
            states:
              s:
                - after: 1s
                  goto: done
              done: final
        properties:
          ends: {eventually: b in done}
          before: {reachable: a in s and b in done}
        verify:
          one: {clock: synchronous}
    """,
    "a decision is taken at any time, and holds nothing back": """
        roles:
          a:
            states:
              s:
                - after: 4s
                  goto: done
              done: final
          b:
            states:
              s:
                - resting
                - decide: begin
                  goto: t
              t:
                - after: 2s
                  goto: done
              done: final
        properties:
          before: {reachable: b in done and a in s}
          after: {reachable: b in t and a in done}
          never_begun: {reachable: b in s and a in done}
          begun_late: {never: a in done and b in s}
        verify:
          one: {clock: synchronous, violates: [begun_late]}
    """,
    # Taken at 2s, `begin` has its timer fire at 5s: after `a`, before `c`, and at no deadline of theirs.
    "a decision is taken between two deadlines too": """
        roles:
          a: {states: {s: [{after: 4s, goto: done}], done: final}}
          b:
            states:
              s:
                - resting
                - decide: begin
                  goto: t
              t:
                - after: 3s
                  goto: done
              done: final
          c: {states: {s: [{after: 6s, goto: done}], done: final}}
        properties:
          between: {step: "b in done and old(b in t) implies a in s or c in done"}
        verify:
          one: {clock: synchronous, violates: [between]}
    """,
    "a network that fell apart heals between two deadlines too": """
        messages: {M: {}}
        roles:
          a: {states: {s: [{after: 4s, goto: done}], done: final}}
          b:
            states:
              s:
                - receive: M
                  goto: t
              t:
                - after: 3s
                  goto: done
              done: final
          c: {states: {s: [{after: 6s, goto: done}], done: final}}
          d:
            states:
              s:
                - when: true
                  do: send M() to b
                  goto: done
              done: final
        properties:
          between: {step: "b in done and old(b in t) implies a in s or c in done"}
        verify:
          whole: {clock: synchronous}
          cut: {clock: synchronous, faults: {partition: {times: 1, messages: kept}}, violates: [between]}
    """,
    # At 2s or 3s the range of `a` has neither end, and its second timer fires at 4s or 5s.
    "a range ends at any moment between its ends": """
        roles:
          a:
            states:
              s:
                - after: 1s..7s
                  goto: t
              t:
                - after: 2s
                  goto: done
              done: final
          b: {states: {s: [{after: 4s, goto: done}], done: final}}
          c: {states: {s: [{after: 5s, goto: done}], done: final}}
        properties:
          between: {step: "a in done and old(a in t) implies b in s or c in done"}
        verify:
          one: {clock: synchronous, violates: [between]}
    """,
    "a message that a bound keeps from being taken holds time back": """
        messages: {M: {}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: send M() to b
                  goto: done
              done: final
          b:
            variables: {n: int}
            states:
              t:
                - receive: M
                  do: n += 1
                - after: 1s
                  goto: late
              late:
                - final
                - ignore: M
        bounds: {n: 0..0}
        properties:
          in_time: {never: b in late}
        waive: {no_dead_parts: nothing but the bound counts here, not_vacuous: as before}
        verify:
          one: {clock: synchronous, states: 2}
          two: {clock: {skew: 1s}, violates: [in_time]}
    """,
    "a prompt decision comes before a timer, where clocks agree": """
        roles:
          a:
            states:
              s:
                - after: 1s
                  goto: done
              done: final
          b:
            states:
              s:
                - decide: begin
                  prompt: true
                  goto: done
              done: final
        properties:
          begun: {always: a in done implies b in done}
        verify:
          one: {clock: synchronous, states: 4, levels: 4}
          two: {clock: {skew: 100ms}, violates: [begun]}
    """,
    "an act comes to its outcome before a timer, where clocks agree": """
        roles:
          a:
            states:
              s:
                - after: 1s
                  goto: gave_up
                - perform: pay -> ok
                  goto: paid
              paid: final
              gave_up: final
        properties:
          paid: {never: a in gave_up}
        verify:
          one: {clock: synchronous, states: 2}
          two: {clock: {skew: 100ms}, violates: [paid]}
    """,
    "a repeating timer keeps its rhythm": """
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - every: 2s
                  if: n < 9
                  do: n += 1
          b:
            states:
              s:
                - after: 5s
                  goto: done
              done: final
        properties:
          two_before: {step: "b in done and old(b in s) implies a.n == 2"}
        waive: {no_deadlock: the beats end}
        verify:
          one: {clock: synchronous}
          two: {clock: none, violates: [two_before]}
    """,
    "to enter a state anew starts its timers again": """
        messages: {M: {}}
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - after: 2s
                  if: n < 3
                  do: |
                    n += 1
                    send M() to b
                  goto: s
                - after: 2s
                  goto: done
              done: final
          b:
            states:
              s:
                - receive: M
                  goto: s
                - after: 3s
                  goto: done
              done:
                - final
                - ignore: M
          c: {states: {s: [{after: 7s, goto: done}], done: final}}
        properties:
          kept_waiting: {always: b in done implies a.n == 3}
          not_yet: {step: "c in done and old(c in s) implies a.n == 3 and a in s and b in s"}
        verify:
          one: {clock: synchronous}
          two: {clock: none, violates: [kept_waiting, not_yet]}
    """,
    "a timer whose condition does not hold is due when it does": """
        messages: {M: {}}
        roles:
          a:
            states:
              s:
                - after: 3s
                  do: send M() to b
                  goto: done
              done: final
          b:
            variables: {ready: bool}
            states:
              s:
                - after: 1s
                  if: ready
                  goto: done
                - receive: M
                  do: ready = true
              done: final
          c:
            states:
              s:
                - after: 4s
                  goto: done
              done: final
        properties:
          ends: {eventually: b in done}
          before_c: {always: c in done implies b in done}
        verify:
          one: {clock: synchronous}
    """,
    "who is down misses nothing but time": """
        roles:
          a:
            states:
              s:
                - after: 1s
                  goto: done
                - after: 3s
                  goto: late
              done: final
              late: final
          b:
            states:
              s:
                - after: 2s
                  goto: t
              t:
                - after: 2s
                  goto: done
              done: final
        properties:
          in_time: {never: a in late}
          in_order: {always: b in t implies a in done}
          overdue: {step: "a in done and old(a in s) implies b in s"}
        verify:
          restart: {clock: synchronous, faults: {restart: {a: 1}}, violates: [in_time, in_order, overdue]}
          another: {clock: synchronous, faults: {restart: {b: 1}}}
          pause: {clock: synchronous, faults: {pause: {a: 1}}, violates: [in_time, in_order, overdue]}
    """,
    "timers keep their order on one clock": """
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - after: 1s
                  do: n = 1
                - after: 2s
                  do: n = 2 * n + 2
                - resting
        properties:
          in_order: {always: "a.n in (0, 1, 4)"}
        verify:
          one: {clock: {skew: 5s}}
          two: {clock: none, violates: [in_order]}
    """,
    "who is busy at one instant puts no deadline off": ASKING.format(prompt="")
    + """
          one: {clock: synchronous}
          two: {clock: {skew: 1s}}
          three: {clock: none}
    """,
    "but who lets no time pass does": ASKING.format(prompt="prompt: true")
    + """
          one: {clock: synchronous, violates: [never_stuck, is_done]}
          two: {clock: {skew: 1s}}
          three: {clock: none}
    """,
    # Both timers are up at the same moment, and nobody owes it to the follower to lose that race.
    "of two deadlines at one moment the same may win for ever": """
        messages: {Beat: {}}
        roles:
          leader:
            states:
              s:
                - every: 1s
                  do: send Beat() to follower
                - resting
          follower:
            states:
              s:
                - after: 1s
                  goto: alone
                - receive: Beat
                  goto: again
              again:
                - when: true
                  goto: s
              alone:
                - ignore: Beat
                - resting
        properties:
          left: {eventually: follower in alone}
        verify:
          one: {clock: synchronous, violates: [left]}
    """,
    # Three starts; one second later the first two have their timers due, and of two due at once either goes first.
    "what timers run at first depends on what is shared": """
        shared:
          queue: {type: "set[int]", start_in: "[{1}, {1, 2}, set()]"}
        roles:
          desk:
            states:
              open:
                - after: 1s
                  for: m in queue
                  do: queue.discard(m)
                - resting
        properties:
          empties: {eventually: len(queue) == 0}
        verify:
          one: {clock: synchronous, states: 6, levels: 3}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)
