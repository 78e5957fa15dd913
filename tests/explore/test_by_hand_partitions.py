"""What a network does that falls apart: which messages are lost or held up, how it may fall apart, and whether it heals.

Each spec is about one rule; the figures and verdicts that it states were worked out by hand.
"""

import pytest
from tests.explore.specs import a_case, assert_as_stated, load_spec, search

from comityc.explore.engine.search import Search
from comityc.explore.engine.successors import REST_MASK
from comityc.explore.judging.paths import Path
from comityc.explore.telling.story import Teller
from comityc.explore.verify import verify_machine
from comityc.machine.model import Bounds, Envelope, Partition

RULES = {
    # Whole: not sent, under way, arrived. Lost at the cut, and the same once it has healed. Kept: under way during the cut;
    # after it under way, arrived.
    "what is under way across the cut is lost, or kept until it heals": """
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
          calm: {states: 3, levels: 3}
          lost: {faults: {partition: 1}, states: 5, levels: 4, violates: [arrives, no_deadlock]}
          for good: {faults: {partition: {times: 1, heals: false}}, states: 4, levels: 3, violates: [arrives, no_deadlock]}
          kept: {faults: {partition: {times: 1, messages: kept}}, states: 6, levels: 5}
          kept for good:
            faults: {partition: {times: 1, messages: kept, heals: false}}
            states: 4
            levels: 3
            violates: [arrives, no_deadlock]
          never: {faults: {partition: 0}, states: 3, levels: 3}
    """,
    # Of three receivers each waits for its message (w), or has it (g), or will never have it (l). Whole: 2^3, and not sent.
    # Cut off from some C of them, of whom at least one has lost: sum over C of (2^|C| - 1) * 2^(3 - |C|) = 37. Healed, and
    # at least one has lost: 3^3 - 2^3 = 19.
    "every split into two is tried": """
        messages: {M: {}}
        roles:
          hub:
            states:
              s:
                - when: true
                  do: send M() to n
                  goto: e
              e: final
          n:
            count: 3
            states:
              w:
                - resting
                - receive: M
                  goto: g
              g: final
        properties:
          only_0: {stays_possible: "all(i in w for i in n) or n[0] in g"}
          first_and_last: {reachable: "n[0] in g and n[2] in g and n[1] in w"}
        verify:
          each: {faults: {partition: 1}, states: 65, levels: 6, violates: [only_0]}
    """,
    # Cut off is one of three: not sent, 2^3 with all links, and for each of the three its message lost, whatever the two
    # others have (4 each), cut and healed.
    "only one of a role is cut off": """
        messages: {M: {}}
        roles:
          hub:
            states:
              s:
                - when: true
                  do: send M() to n
                  goto: e
              e: final
          n:
            count: 3
            states:
              w:
                - resting
                - receive: M
                  goto: g
              g: final
        verify:
          each: {faults: {partition: {times: 1, isolates: n}}, states: 33, levels: 6}
          hub: {faults: {partition: {times: 1, isolates: [hub]}}, states: 23, levels: 6}
    """,
    # The question may arrive and the answer not. Either both ways are cut, or one: a hears nothing, or b does.
    "one way is cut": """
        messages: {Ask: {}, Answer: {}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: send Ask() to b
                  goto: w
              w:
                - resting
                - receive: Answer
                  goto: e
              e: final
          b:
            variables: {asked: int}
            states:
              p:
                - resting
                - receive: Ask
                  do: |
                    asked += 1
                    send Answer() to sender
        waive: {duplicates_are_harmless: it counts}
        properties:
          answered: {leads_to: [b.asked == 1, a in e]}
          asked: {eventually: b.asked == 1}
        verify:
          calm: {states: 4, levels: 4}
          both: {faults: {partition: {times: 1, heals: false}}, states: 6, levels: 4, violates: [answered, asked]}
          one: {faults: {partition: {times: 1, one_way: true, heals: false}}, states: 6, levels: 4, violates: [answered, asked]}
    """,
    # What is sent again and again arrives once the network stays whole, however often it was cut before.
    "a budget that ends lets those who try again succeed": """
        messages: {M: {}}
        roles:
          a:
            states:
              s:
                - resting
                - every: 1s
                  do: send M() to b
          b:
            states:
              p:
                - resting
                - receive: M
                  goto: q
              q: final
        bounds: {copies: 1}
        properties:
          arrives: {eventually: b in q}
        verify:
          twice: {faults: {partition: 2}}
          again and again: {faults: {partition: any}, violates: [arrives]}
          for good: {faults: {partition: {times: 1, heals: false}}, violates: [arrives]}
          kept again and again: {faults: {partition: {times: any, messages: kept}}, violates: [arrives]}
    """,
    "a model without messages has no network to cut": """
        shared: {}
        network: none
        roles:
          a:
            states:
              s:
                - when: true
                  goto: e
              e: final
        verify:
          one: {faults: {partition: 1}, states: 2, levels: 2}
    """,
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)


PAIR = """
    messages: {Ask: {}, Answer: {}}
    roles:
      a:
        states:
          s:
            - when: true
              do: send Ask() to b
              goto: w
          w:
            - resting
            - receive: Answer
              goto: e
          e: final
      b:
        states:
          p:
            - resting
            - receive: Ask
              do: send Answer() to sender
    verify: {calm: {}}
    """


def stories(partition: Partition) -> list[list[tuple[str, tuple[str, ...]]]]:
    """Tell a shortest path to each state."""
    spec = load_spec(PAIR)
    graph = search(spec, a_case(Envelope(partition=partition)))
    teller = Teller(spec.machine, graph, spec.module.instances(spec.parameters))
    told = []
    for index in range(len(graph.states)):
        way = graph.path_to(index)
        story = teller.tell(Path(tuple(state for _, state in way), tuple(label for label, _ in way[1:])))
        told.append([(step.label, step.changes) for step in story.steps])
    return told


def test_a_story_names_the_sides_of_a_cut_and_what_is_lost_at_it() -> None:
    steps = {step for story in stories(Partition(times=1)) for step in story}
    assert ("the network falls apart: a | b", ("Ask from a to b is lost",)) in steps
    assert ("the network is whole again", ()) in steps


def test_a_story_says_who_is_not_heard_and_what_is_sent_across() -> None:
    steps = {step for story in stories(Partition(times=1, one_way=True)) for step in story}
    assert ("the network falls apart: what a sends does not reach b", ("Ask from a to b is lost",)) in steps
    assert ("the network falls apart: what b sends does not reach a", ("Answer from b to a is lost",)) in steps
    again = """
        messages: {M: {}}
        roles:
          a:
            states:
              s:
                - resting
                - every: 1s
                  do: send M() to b
          b: {states: {p: [resting, {receive: M, goto: q}], q: [resting, {receive: M, goto: p}]}}
        bounds: {copies: 1}
        properties: {quiet: {always: a in s}}
        verify: {one: {faults: {partition: 1}}}
        """
    spec = load_spec(again, unchecked=True)
    graph = search(spec, spec.machine.cases[0])
    assert any(label.kind == "timer" and len(label.lost) == 1 for label in graph.labels)


def test_no_lie_crosses_a_cut() -> None:
    spec = load_spec(
        """
        messages: {M: {n: int}}
        roles:
          a: {states: {s: [{when: true, do: send M(n=1) to b, goto: e}], e: final}}
          l: {states: {s: [resting, {decide: lie, do: send M(n=2) to b, goto: e}], e: final}}
          b: {states: {p: [resting, {receive: M, goto: q}], q: [resting, {ignore: M}]}}
        verify: {calm: {}}
        """
    )
    numbers = Bounds(ranges=(("n", 1, 2),))
    for exact in (True, False):
        case = a_case(Envelope(byzantine=(("l", 1),), partition=Partition(times=1)), bounds=numbers, exact=exact)
        one = Search(spec.machine, case, spec.parameters, spec.module)
        graph = one.run()
        liar, other = 1, 2
        forged_whole = 0
        for index, packed in enumerate(graph.states):
            cut = one.successors.rests.items[(packed >> one.successors.rest_shift) & REST_MASK].cut
            lies = [label for label, _ in graph.steps_from(index) if graph.labels[label].kind == "forge"]
            assert not (lies and (liar, other) in cut)
            forged_whole += bool(lies)
        assert forged_whole
        assert any(
            one.successors.rests.items[(packed >> one.successors.rest_shift) & REST_MASK].cut for packed in graph.states
        )


def test_too_many_instances_are_refused_with_a_cure() -> None:
    spec = load_spec(
        """
        parameters: {size: {type: int, default: 20}}
        messages: {M: {}}
        roles:
          hub: {states: {s: [resting, {decide: go, do: send M() to n, goto: e}], e: final}}
          n: {count: size, states: {w: [resting, {receive: M, goto: g}], g: final}}
        verify: {many: {faults: {partition: 1}}}
        """
    )
    (case,) = verify_machine(spec.machine, spec.module).cases
    assert case.verdict != "holds"
    assert case.findings == (
        "this cannot be explored: 21 instances can fall apart in 1,048,575 ways; "
        "`partition: {times: 1, isolates: ROLE}` cuts off one at a time",
    )


def test_splits_that_cut_the_same_links_are_one() -> None:
    spec = load_spec(
        """
        messages: {M: {}, N: {}}
        roles:
          a: {states: {s: [{when: true, do: send M() to b, goto: e}], e: final}}
          b: {states: {p: [resting, {receive: M, goto: q}], q: final}}
          c: {states: {s: [{when: true, do: send N() to d, goto: e}], e: final}}
          d: {states: {p: [resting, {receive: N, goto: q}], q: final}}
        verify: {calm: {}}
        """
    )
    # Seven splits of four, but what they cut is one pair, the other, or both.
    graph = search(spec, a_case(Envelope(partition=Partition(times=1))))
    both_under_way = next(i for i in range(len(graph.states)) if len(graph.network(i)) == 2)
    assert sum(graph.labels[label].kind == "part" for label, _ in graph.steps_from(both_under_way)) == 3
