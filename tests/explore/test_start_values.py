"""Start values that there are not: the case and the scenario say so, and nothing is explored."""

from tests.explore.specs import load_spec

from comityc.explore.verify import verify_machine
from comityc.play.scenario import play_scenario

HALVES = """
comity: "1"
protocol: halves
parameters: {n: {type: int, default: 1}}
roles:
  a:
    count: 2
    variables:
      x: int = 10 // n
      y: int = [3, 4][self.index + n - 1]
    states:
      p:
        - resting
        - when: x + y > 20
          goto: q
      q: final
verify:
  one: {}
  none: {with: {n: 0}}
  two: {with: {n: 2}}
scenarios:
  two: {with: {n: 2}, expect: true}
"""


def test_a_case_without_start_values_says_so() -> None:
    spec = load_spec(HALVES, unchecked=True)
    verdict = verify_machine(spec.machine, spec.module)
    assert [case.findings for case in verdict.cases[1:]] == [
        ("this cannot be explored: a start value of `a[0]` divides by zero",),
        ("this cannot be explored: a start value of `a[1]` reads what is not there",),
    ]
    assert verdict.cases[0].states


def test_a_scenario_without_start_values_says_so() -> None:
    spec = load_spec(HALVES, unchecked=True)
    result = play_scenario(spec.machine, spec.machine.scenarios[0], spec.module)
    assert result.failure == "scenario `two` cannot start: a start value of `a[1]` is not there"


def test_an_assumption_without_a_value_refuses_the_values() -> None:
    text = HALVES.replace("roles:", "assume:\n  fits: 10 // n > 1\nroles:")
    spec = load_spec(text, unchecked=True)
    (refused,) = verify_machine(spec.machine, spec.module).cases[1].findings
    assert refused.startswith("these values are refused: what is assumed of them has no value")
