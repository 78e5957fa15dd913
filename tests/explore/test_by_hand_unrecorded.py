"""A crash between doing and recording: an act takes effect, and who asked for it goes down before it hears so.

The figures and verdicts were worked out by hand.
"""

import pytest
from tests.explore.specs import assert_as_stated, load_spec, search

from comityc.explore.judging.paths import Path
from comityc.explore.telling.story import Teller

PAYING = """
    roles:
      a:
        states:
          s:
            - perform: pay -> ok
              KEY
              goto: e
          e: final
    properties:
      once: {always: times(pay) <= 1}
      unaware: {reachable: happened(pay) and a in crashed and a in s}
    verify:
      CASE
    """


def paying(case: str, key: str = "") -> str:
    lines = PAYING.replace("CASE", case).replace("KEY", key).split("\n")
    return "\n".join(line for line in lines if line.strip() or not key)


# Up, before it goes down and after: not done, done and not recorded, recorded. Down in between: not done, done.
RULES = {
    "one that comes back in its state asks for the same act again": paying(
        "one: {faults: {restart: {a: 1}}, states: 8, levels: 4}"
    ),
    "one that forgot does it twice": paying("one: {faults: {amnesia: {a: 1}}, violates: [once]}"),
    "unless the act has a key": paying("one: {faults: {amnesia: {a: 1}}}", "key: 1"),
    # Down for good with the act done or not, or not yet: nobody takes it back.
    "one that is gone leaves what it did": paying("one: {faults: {crash: {a: 1}}, states: 5, levels: 3}"),
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES.keys())
def test_a_spec_comes_out_as_worked_out_by_hand(spec: str) -> None:
    assert_as_stated(spec)


def told(case: str, *kinds: str) -> list[str]:
    """Tell the run in which these kinds of steps follow each other."""
    spec = load_spec(paying(case))
    graph = search(spec, spec.machine.cases[0])
    states, labels = [0], []
    for kind in kinds:
        label, target = next(step for step in graph.steps_from(states[-1]) if graph.labels[step[0]].kind == kind)
        states.append(target)
        labels.append(label)
    story = Teller(spec.machine, graph, spec.module.instances(spec.parameters)).tell(Path(tuple(states), tuple(labels)))
    return [step.label for step in story.steps]


def test_a_story_says_between_what_the_crash_fell() -> None:
    assert told("one: {faults: {restart: {a: 1}}}", "effect", "down", "recover") == [
        "pay that a asks for takes effect, and a does not know yet",
        "a goes down between pay taking effect and recording it",
        "a comes back",
    ]
    assert told("one: {faults: {crash: {a: 1}}}", "effect", "crash")[-1] == (
        "a crashes for good between pay taking effect and recording it"
    )


def test_nothing_is_said_of_what_was_recorded_or_of_who_only_sleeps() -> None:
    assert told("one: {faults: {restart: {a: 1}}}", "down")[-1] == "a goes down"
    assert told("one: {faults: {pause: {a: 1}}}", "effect", "down")[-1] == "a is paused"
    again = told("one: {faults: {restart: {a: 2}}}", "effect", "down", "recover", "down")
    assert again[-1] == "a goes down"
