"""Variables of type `time`: what becomes of moments as time passes, and when `at` timers fire.

Each spec is about one rule; the verdicts and figures that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated, broken, load_spec, search

from comityc.explore.telling.report import to_text
from comityc.explore.verify import verify_machine

# `a` asks at 0s and hears at once, or after 2s; its deadline counts from when it asked.
LATE_ANSWER = """
        messages:
          Ask: {{asked: time}}
          Answer: {{asked: time}}
        roles:
          a:
            variables: {{until: "time?"}}
            states:
              s:
                - when: true
                  do: send Ask(asked=now) to b
                  goto: waiting
              waiting:
                - receive: Answer
                  do: until = msg.asked + 5s
                  goto: acting
              acting:
                - at: until
                  goto: done
              done: final
          b:
            states:
              t:
                - receive: Ask
                  do: send Answer(asked=msg.asked) to sender
                  goto: u
              u:
                - {slow}
                  goto: done
              done: final
        properties:
          in_order: {{always: b in done implies a in done}}
        verify:
          one: {{clock: {clock}, violates: [{violates}]}}
"""

RULES = {
    "a deadline counts from the moment that it is computed from": LATE_ANSWER.format(
        slow="after: 6s", clock="synchronous", violates=""
    ),
    "and does not come before it": LATE_ANSWER.format(slow="after: 4s", clock="synchronous", violates="in_order"),
    "without a clock it may come at any moment": LATE_ANSWER.format(
        slow="after: 6s", clock="none", violates="in_order"
    ),
    "of an answer that comes late less is left": """
        messages:
          Answer: {asked: time}
        roles:
          a:
            states:
              s:
                - when: true
                  do: send Answer(asked=now) to b
                  goto: done
              done: final
          b:
            variables: {until: "time?"}
            states:
              t:
                - defer: Answer
                - after: 3s
                  goto: u
              u:
                - receive: Answer
                  do: until = msg.asked + 5s
                  goto: acting
              acting:
                - at: until
                  goto: done
              done: final
          c:
            states:
              s:
                - after: {length}
                  goto: done
              done: final
        properties:
          in_order: {always: c in done implies b in done}
        verify:
          one: {clock: synchronous, violates: [VIOLATES]}
    """,
    "a timer is armed while its moment is set, and fires once for each": """
        roles:
          a:
            variables: {n: int, due: "time?"}
            states:
              s:
                - resting
                - after: 1s
                  do: due = now + 1s
                - at: due
                  if: n < 2
                  do: |
                    n += 1
                    if n < 2:
                        due = now + 1s
        properties:
          at_most_two: {always: a.n <= 2}
          two: {eventually: a.n == 2}
        verify:
          one: {clock: synchronous, states: 7, levels: 7}
          two: {clock: none, states: 4, levels: 4}
    """,
    "a timer that fired is over until its moment is another": """
        roles:
          a:
            variables: {n: int, due: "time?"}
            states:
              s:
                - resting
                - when: due is none
                  do: due = now + 1s
                - at: due
                  do: n += 1
                - after: 3s
                  do: n += 0
        properties:
          once: {always: a.n <= 1}
          ends: {eventually: a.n == 1}
        verify:
          one: {clock: synchronous, states: 6, levels: 6}
          two: {clock: none}
    """,
    "a moment that is taken away disarms its timer": """
        roles:
          a:
            variables: {n: int, due: "time?"}
            states:
              s:
                - resting
                - when: due is none and n == 0
                  do: |
                    due = now + 2s
                    n = 1
                - after: 1s
                  do: due = none
                - at: due
                  do: n = 2
        properties:
          never_two: {never: a.n == 2}
        verify:
          one: {clock: synchronous}
          two: {clock: none, violates: [never_two]}
    """,
    "moments in a map each have their timer": """
        roles:
          boss:
            variables: {due: "map[worker, time]", late: "set[worker]"}
            states:
              p:
                - when: true
                  do: |
                    for w in worker:
                        if w.index == 0:
                            due[w] = now + 1s
                        else:
                            due[w] = now + 2s
                  goto: q
              q:
                - resting
                - for: w in worker
                  at: due[w]
                  do: |
                    del due[w]
                    late.add(w)
          worker:
            count: 2
            states:
              i: resting
        properties:
          in_order: {never: "worker[1] in boss.late and worker[0] not in boss.late"}
          ends: {eventually: len(boss.late) == 2}
        verify:
          one: {clock: synchronous, states: 6, levels: 6}
          two: {clock: none, violates: [in_order]}
    """,
    "a condition may look at the time": """
        roles:
          a:
            variables: {begun: "time?"}
            states:
              s:
                - when: true
                  do: begun = now
                  goto: t
              t:
                - after: 1s
                  if: now >= begun + 3s
                  goto: done
              done: final
          b:
            states:
              s:
                - after: 2s
                  goto: done
              done: final
          c:
            states:
              s:
                - after: 4s
                  goto: done
              done: final
        properties:
          b_before: {always: a in done implies b in done}
          c_after: {always: c in done implies a in done}
        verify:
          one: {clock: synchronous}
    """,
    "a clock that a condition looks at may be late by the skew": """
        messages: {M: {}}
        roles:
          a:
            variables: {until: "time?"}
            states:
              s:
                - defer: M
                - when: true
                  do: until = now + 2s
                  goto: t
              t:
                - receive: M
                  if: now < until
                  goto: acted
                - receive: M
                  goto: refused
              acted: final
              refused: final
          b:
            states:
              s:
                - after: {length}
                  do: send M() to a
                  goto: done
              done: final
        properties:
          too_late: {never: a in acted}
        waive: {no_dead_parts: acts in one of two cases}
        verify:
          one: {clock: {skew: 1s}, violates: [VIOLATES]}
    """,
}

SPECS = {
    **{name: text for name, text in RULES.items() if "{length}" not in text},
    "of an answer that comes late less is left: 6s": RULES["of an answer that comes late less is left"]
    .replace("{length}", "6s")
    .replace("VIOLATES", ""),
    "of an answer that comes late less is left: 4s": RULES["of an answer that comes late less is left"]
    .replace("{length}", "4s")
    .replace("VIOLATES", "in_order"),
    "a clock that a condition looks at may be late by the skew: 2s": RULES[
        "a clock that a condition looks at may be late by the skew"
    ]
    .replace("{length}", "2s")
    .replace("VIOLATES", "too_late"),
    "a clock that a condition looks at may be late by the skew: 3s": RULES[
        "a clock that a condition looks at may be late by the skew"
    ]
    .replace("{length}", "3s")
    .replace("VIOLATES", ""),
}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)


def test_without_a_clock_one_comparison_with_now_goes_either_way() -> None:
    late = SPECS["a clock that a condition looks at may be late by the skew: 3s"]
    either = late.replace("{skew: 1s}, violates: []", "none, violates: [too_late]")
    assert either != late
    assert_as_stated(either.replace("waive: {no_dead_parts: acts in one of two cases}", ""))


def test_who_may_find_it_too_late_has_to_say_what_then() -> None:
    late = SPECS["a clock that a condition looks at may be late by the skew: 3s"]
    silent = late.replace("                - receive: M\n                  goto: refused\n", "").replace(
        "              refused: final\n", ""
    )
    spec = load_spec(silent.replace("{skew: 1s}, violates: []", "none"))
    assert broken(search(spec, spec.machine.cases[0])) == {"no_unhandled_message"}


def test_moments_that_are_told_apart_in_other_ways_need_a_clock() -> None:
    for condition in ("now - begun > 3s", "begun < now and now >= begun + 3s"):
        text = SPECS["a condition may look at the time"].replace("now >= begun + 3s", condition)
        spec = load_spec(text.replace("clock: synchronous", "clock: none"))
        verdict = verify_machine(spec.machine, spec.module)
        assert not verdict.as_expected
        assert "tells moments apart" in to_text([verdict], chart="none")


def test_messages_that_differ_in_moments_alone_are_copies_of_each_other() -> None:
    spec = load_spec("""
        messages:
          Ask: {asked: time}
        roles:
          a:
            states:
              s:
                - every: 1s
                  do: send Ask(asked=now) to b
          b:
            variables: {until: "time?"}
            states:
              t:
                - defer: Ask
                - after: 3s
                  goto: u
              u:
                - receive: Ask
                  do: until = msg.asked + 5s
                - at: until
                  goto: done
              done: final
        verify:
          one: {clock: synchronous, bounds: {copies: 1}, states: 1}
          two: {clock: synchronous, bounds: {copies: 2}, states: 1}
    """)
    for copies, case in enumerate(spec.machine.cases, 1):
        graph = search(spec, case)
        assert max(len(graph.network(state)) for state in range(len(graph.states))) == copies
