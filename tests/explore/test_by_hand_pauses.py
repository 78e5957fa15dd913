"""What a pause does: an instance does nothing for a while and then goes on as if nothing had been.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import a_case, assert_as_stated, load_spec, search, states_and_levels

from comityc.explore.judging.paths import Path
from comityc.explore.telling.story import Teller
from comityc.machine.model import Envelope

RULES = {
    # Awake with the pause to come: s, t, e. Asleep: s, t. Awake after it: s, t, e.
    "nothing is forgotten, and nothing is late for ever": """
        roles:
          a:
            variables: {n: {type: int, durable: false}}
            states:
              s:
                - when: true
                  do: n = 1
                  goto: t
              t:
                - after: 1s
                  goto: e
              e: final
        properties:
          ends: {eventually: a in e}
          kept: {always: a in t implies a.n == 1}
          no_crash: {never: a in crashed}
        verify:
          one: {faults: {pause: {a: 1}}, states: 8, levels: 5}
          again and again: {faults: {pause: {a: any}}, states: 5, levels: 3, violates: [ends]}
    """,
    "a timer that has fired stays so": """
        roles:
          a:
            variables: {n: int}
            states:
              s:
                - resting
                - after: 1s
                  do: n += 1
        properties:
          once: {always: a.n <= 1}
        verify:
          one: {faults: {pause: {a: 1}}, states: 6, levels: 4}
    """,
    # Before b sleeps: a in s; M under way; b in q. While b sleeps: (s, p), (e and M, p); and the same once it is awake.
    "a message waits for one who sleeps": """
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
          arrives: {eventually: b in q}
        verify:
          one: {faults: {pause: {b: 1}}, states: 8, levels: 5}
    """,
    # It asks for the act, sleeps, the act takes effect, somebody else goes on, and only then it hears of it.
    "what was asked for before the pause takes effect during it": """
        roles:
          a:
            states:
              s:
                - perform: pay -> ok
                  goto: e
              e: final
          b:
            states:
              s:
                - when: true
                  goto: e
              e: final
        properties:
          unaware: {reachable: happened(pay) and a in s and b in e}
          never_twice: {always: times(pay) <= 1}
          hears_of_it: {eventually: a in e}
        verify:
          one: {faults: {pause: {a: 1}}, states: 16, levels: 5}
    """,
    # A holder who sleeps through the end of its lease writes afterwards, unless what it writes to compares numbers.
    "a late action still arrives": """
        messages: {Write: {token: int}}
        parameters: {fenced: {type: bool, default: true}}
        roles:
          holder:
            count: 2
            variables: {token: "= self.index"}
            states:
              holding:
                - resting
                - decide: write
                  do: send Write(token=token) to disk
                  goto: done
              done: final
          disk:
            variables: {highest: int, last: int}
            states:
              open:
                - resting
                - receive: Write
                  if: not fenced or msg.token >= highest
                  do: |
                    highest = max([highest, msg.token])
                    last = msg.token
                - ignore: Write
        properties:
          newest_stays: {always: disk.last == disk.highest}
        verify:
          fenced: {faults: {pause: {holder: 1}}}
          bare: {with: {fenced: false}, faults: {pause: {holder: 1}}, violates: [newest_stays]}
    """.replace('{token: "= self.index"}', "{token: {type: int, default: self.index}}"),
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)


INERT = """
    roles:
      node:
        count: 3
        states:
          idle: resting
    verify: {calm: {}}
    """


def test_a_pause_takes_two_steps_and_uses_up_its_budget() -> None:
    spec = load_spec(INERT)
    assert states_and_levels(spec, a_case(Envelope(pause=(("node", 1),)))) == (1 + 3 + 1, 3)
    assert states_and_levels(spec, a_case(Envelope(pause=(("node", "any"),)))) == (2**3, 4)


def test_a_story_names_the_pause() -> None:
    graph = search(load_spec(INERT), a_case(Envelope(pause=(("node", 1),))))
    last = len(graph.states) - 1
    way = graph.path_to(last)
    path = Path(tuple(state for _, state in way), tuple(label for label, _ in way[1:]))
    spec = load_spec(INERT)
    story = Teller(spec.machine, graph, spec.module.instances(spec.parameters)).tell(path)
    assert [step.label for step in story.steps] == ["node[0] is paused", "node[0] goes on after its pause"]
