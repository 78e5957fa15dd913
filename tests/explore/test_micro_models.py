"""Mistakes so small that the states can be counted on two hands, beside what is right: states, and steps to where somebody is stuck.

The figures are those of an independent explorer over hand-written models of a few lines.
"""

from typing import NamedTuple

import pytest
from tests.explore.specs import load_spec

from comityc.explore.verify import verify_machine


class Twin(NamedTuple):
    """A model with a mistake (`wrong`) that stands where the right one says `right`; `steps` lead to where one is stuck."""

    spec: str
    wrong: str
    right: str
    wrong_states: int
    right_states: int
    steps: int
    breaks: str


LOCKS = """
    network: none
    shared: {holder: "map[int, client]"}
    roles:
      client:
        count: 2
        states:
          idle:
            - resting
            - decide: take_first
              if: FIRST not in holder
              do: holder[FIRST] = self
              goto: has_one
          has_one:
            - when: 1 - FIRST not in holder
              do: holder[1 - FIRST] = self
              goto: has_both
          has_both:
            - when: true
              do: holder = {}
              goto: idle
    verify: {one: {}}
    """

BREAKER = """
    network: none
    shared: {permit: {type: bool, default: true}}
    roles:
      breaker:
        states:
          closed:
            - resting
            - decide: failures
              goto: open
          open:
            - after: 1s
              goto: half_open
          half_open:
            - when: permit
              do: permit = false
              goto: probing
          probing:
            - decide: succeeded
              do: permit = true
              goto: closed
            - decide: failed
              do: permit = true
              goto: open
            - decide: ignored
              do: permit = RETURNED
              goto: half_open
    verify: {one: {}}
    """

HAND_OFF = """
    network: none
    shared:
      budget: {type: int, default: 3}
    roles:
      task:
        variables: {second: bool}
        states:
          working:
            - when: WHILE
              do: HAND_OVER
            - when: budget == 0
              goto: ended
          ended: final
    verify: {one: {}}
    """

TWINS = {
    "RES-B2: locks in opposite order": Twin(LOCKS, "self.index", "0", 6, 5, 2, "no_deadlock"),
    "CB-B1: the permit of an ignored probe is not returned": Twin(BREAKER, "false", "true", 5, 4, 4, "no_deadlock"),
    "DEL-B3: hand-off without a budget": Twin(
        HAND_OFF.replace("HAND_OVER", "FIRST"), "second = not second", "budget -= 1", 2, 5, 0, "never_stuck"
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_a_mistake_shows_in_the_fewest_steps_and_the_right_model_has_none(name: str) -> None:
    twin = TWINS[name]
    for text, states, broken in ((twin.wrong, twin.wrong_states, True), (twin.right, twin.right_states, False)):
        spec_text = twin.spec.replace("FIRST", text).replace("RETURNED", text)
        spec_text = spec_text.replace("WHILE", "true" if broken else "budget > 0")
        spec = load_spec(spec_text, unchecked=True)
        (case,) = verify_machine(spec.machine, spec.module).cases
        (found,) = (prop for prop in case.properties if prop.name == twin.breaks)
        assert case.states == states
        assert found.verdict == ("fails" if broken else "holds")
        if broken:
            assert found.counterexample is not None
            assert len(found.counterexample.steps) == twin.steps
