"""What liveness rests on where that is easily got wrong: cut searches, losses that are no steps, what is stated about the world."""

import pytest
from tests.explore.specs import load_spec

from comityc.explore.verdict import CaseVerdict
from comityc.explore.verify import verify_machine

ASKING = """
    messages: {Ask: {}}
    roles:
      client:
        states:
          start:
            - when: true
              do: send Ask() to server
              goto: done
          done: final
      server:
        states:
          open:
            - resting
            - receive: Ask
              fairness: FAIRNESS
              goto: asked
          asked: final
    properties:
      is_asked: {eventually: server in asked}
    verify:
      one: {faults: {FAULTS}, network: NETWORK}
    """


def judged(fairness: str, faults: str, network: str = "unordered") -> CaseVerdict:
    text = ASKING.replace("FAIRNESS", fairness).replace("FAULTS", faults).replace("NETWORK", network)
    if not fairness:
        text = text.replace("              fairness: \n", "")
    spec = load_spec(text)
    (case,) = verify_machine(spec.machine, spec.module).cases
    return case


def is_asked(case: CaseVerdict) -> str:
    return next(prop.verdict for prop in case.properties if prop.name == "is_asked")


@pytest.mark.parametrize("fairness", ["weak", "strong"])
@pytest.mark.parametrize("network", ["unordered", "sent_set"])
def test_fairness_of_what_may_be_lost_unseen_is_refused(fairness: str, network: str) -> None:
    case = judged(fairness, "lose: any, duplicate: any", network)
    assert not case.as_expected
    assert case.verdict == "not_tested"
    assert "would promise that nothing is lost" in case.findings[0]


@pytest.mark.parametrize(
    ("fairness", "faults", "network", "verdict"),
    [
        ("strong", "", "unordered", "holds"),
        ("strong", "lose: 1", "unordered", "fails"),  # the loss is a step, and what is lost cannot be received
        ("strong", "lose: any", "unordered", "fails"),
        ("strong", "lose: any", "sent_set", "fails"),
        ("strong", "duplicate: any", "unordered", "holds"),
        ("none", "lose: any, duplicate: any", "unordered", "fails"),
        ("", "lose: any, duplicate: any", "unordered", "fails"),
        ("", "duplicate: any", "sent_set", "holds"),
    ],
)
def test_whatever_is_not_refused_comes_out_as_the_steps_say(
    fairness: str, faults: str, network: str, verdict: str
) -> None:
    assert is_asked(judged(fairness, faults, network)) == verdict


COUNTING = """
    roles:
      counter:
        variables: {n: int}
        states:
          counting:
            - resting
            - decide: stop
              goto: stopped
            - when: n < 100
              do: n += 1
          stopped: resting
    properties:
      gets_far: {eventually: "counter.n == 100"}
      gets_started: {eventually: "counter.n > 0"}
    verify:
      all: {}
    """


def test_liveness_is_cut_where_the_search_was_unless_a_lasso_was_found_before() -> None:
    spec = load_spec(COUNTING)
    (case,) = verify_machine(spec.machine, spec.module, max_states=20).cases
    found = {prop.name: prop.verdict for prop in case.properties}
    assert found["gets_far"] == "fails"  # it may stop among the states that were seen
    spec = load_spec(
        COUNTING.replace("            - decide: stop\n              goto: stopped\n", "").replace(
            "          stopped: resting\n", ""
        )
    )
    (case,) = verify_machine(spec.machine, spec.module, max_states=20).cases
    found = {prop.name: prop.verdict for prop in case.properties}
    assert found["gets_far"] == "cut"
    assert found["never_stuck" if "never_stuck" in found else "no_deadlock"] == "cut"
