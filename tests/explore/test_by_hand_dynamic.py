"""Instances that join and leave: who is not there hears nothing and counts for nothing.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import a_case, assert_as_stated, load_spec, search

from comityc.explore.graph import Label
from comityc.explore.telling.story import Teller
from comityc.machine.model import Envelope

RULES = {
    # Each of two: not there, there, gone.
    "everybody joins once and leaves once": """
        roles:
          a:
            count: 2
            dynamic: true
            states: {s: resting}
        properties:
          nobody: {reachable: len(a) == 0}
          both: {reachable: len(a) == 2}
        verify:
          calm: {states: 9, levels: 5}
    """,
    # h has not called, or has. n: not there, waits, gone. Called while n was not there: n waits in vain or is gone or comes
    # later. Called while n waited: under way, or heard; and gone after either, where what was under way is swept away.
    "what is sent to one who is not there is lost": """
        messages: {M: {}}
        roles:
          h:
            states:
              s:
                - decide: call
                  do: send M() to n
                  goto: e
              e: final
          n:
            count: 1
            dynamic: true
            states:
              w:
                - resting
                - receive: M
                  goto: g
              g: final
        properties:
          heard: {leads_to: [h in e, any(i in g for i in n)]}
        verify:
          calm: {states: 8, levels: 4, violates: [heard]}
          free: {violates: [heard]}
    """,
    # Who is final stays: n in g is never gone. Not called: 3; called: absent, waiting in vain, gone, M under way, g.
    "properties count those who are there": """
        roles:
          a:
            count: 3
            dynamic: true
            variables: {n: int}
            states:
              s:
                - when: true
                  do: n = 1
                  goto: t
              t: resting
        properties:
          all_start: {reachable: "len(a) > 0 and all(i.n == 0 for i in a)"}
          nobody_lags: {always: all(i.n == 1 or i in s for i in a)}
          never_three: {never: len(a) == 3}
        verify:
          calm: {states: 125, levels: 10, violates: [never_three]}
          down: {faults: {crash: {a: 1}}, violates: [never_three]}
    """,
    # a: not there, waits (before or after its timer fired), gone from each.
    "timers start when an instance joins": """
        roles:
          a:
            count: 1
            dynamic: true
            variables: {n: int}
            states:
              any:
                - after: 1s
                  do: n = 1
              s: resting
        verify:
          calm: {states: 5, levels: 4}
    """,
    # Nobody has to join, and that is not to be stuck; somebody who waits for one who left is.
    "to wait for one who left is to be stuck": """
        messages: {Ask: {}, Answer: {}}
        roles:
          h:
            states:
              s:
                - resting
                - decide: call
                  do: send Ask() to n
                  goto: w
              w:
                - receive: Answer
                  goto: e
              e: final
          n:
            count: 1
            dynamic: true
            states:
              w:
                - resting
                - receive: Ask
                  do: send Answer() to sender
        verify:
          calm: {states: 11, levels: 6, violates: [no_deadlock]}
    """,
    # Asked for, it may take effect after its asker has left; answered or refused it may not.
    "an act outlives who asked for it": """
        roles:
          a:
            count: 1
            dynamic: true
            states:
              s:
                - perform: pay -> ok
                  goto: e
              e: final
        properties:
          late: {reachable: happened(pay) and len(a) == 0}
          once: {always: times(pay) <= 1}
          not_after: {step: "len(a) > 0 or times(pay) == old(times(pay))"}
        verify:
          calm: {violates: [not_after]}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)


def test_joining_and_leaving_have_their_sentences() -> None:
    spec = load_spec(RULES["everybody joins once and leaves once"])
    (one, _) = spec.module.instances(spec.parameters)
    teller = Teller(spec.machine, search(spec), (one,))
    assert teller.sentence(Label("join", one)) == "a[0] joins"
    assert teller.sentence(Label("leave", one)) == "a[0] leaves"


def test_a_liar_of_a_dynamic_role_is_there_from_the_start() -> None:
    spec = load_spec(
        RULES["what is sent to one who is not there is lost"].replace("h:\n", "h:\n            dynamic: true\n")
    )
    graph = search(spec, a_case(Envelope(byzantine=(("h", 1),))))
    lies = [index for index in graph.initial if graph.world(index).byzantine]
    assert lies
    (nobody_lies,) = set(graph.initial) - set(lies)
    assert graph.world(nobody_lies).absent == set(spec.module.instances(spec.parameters))
    assert all(not graph.world(index).absent & graph.world(index).byzantine for index in lies)
