"""Counted instances against the full search and against orbits: the same figures and verdicts, on several specs and at random."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.explore.specs import Spec, compile_spec, load_spec

from comityc.explore.counters.examine import count_instances
from comityc.explore.counters.fit import why_not
from comityc.explore.counters.runs import Runs, distinct
from comityc.explore.engine.search import explore
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import Examined
from comityc.explore.plan import Run, plan_runs
from comityc.explore.symmetry.interchangeable import find_symmetry
from comityc.explore.verify import verify_machine

TWO_PHASE = "specs/conformance/two_phase_lamport.yaml"


def counted(spec: Spec, *, exact: bool = True, **values: Any) -> Examined | None:
    """Count the instances of the first case, with these parameters."""
    evaluator = Evaluator(spec.machine, spec.module)
    run = next(iter(plan_runs(spec.machine, evaluator, None, None)))
    run = Run(
        replace(run.case, orbits=1 if exact else None, states=None, levels=None), (), spec.parameters._replace(**values)
    )
    alike = find_symmetry(spec.machine, evaluator, run)
    assert alike.roles
    return count_instances(spec.machine, evaluator, run, alike, max_states=None, progress=lambda *_: None)


def obstacle(spec: Spec) -> str | None:
    """Return why the instances of a spec cannot be counted."""
    evaluator = Evaluator(spec.machine, spec.module)
    run = next(iter(plan_runs(spec.machine, evaluator, None, None)))
    return why_not(spec.machine, run, find_symmetry(spec.machine, evaluator, run).roles)


# ---- figures of others


@pytest.mark.parametrize(("managers", "orbits"), [(3, 80), (4, 166), (5, 314), (6, 553), (9, 2232), (20, 54922)])
def test_two_phase_commit_counted(managers: int, orbits: int) -> None:
    found = counted(compile_spec(TWO_PHASE), managers=managers)
    assert found is not None
    assert (found.orbits, found.levels) == (orbits, 3 * managers + 2)
    assert found.states == 2**managers + 4**managers + 6**managers


def test_fifty_managers() -> None:
    spec = compile_spec(TWO_PHASE)
    (case,) = verify_machine(spec.machine, spec.module, cases=["fifty managers"]).cases
    assert case.as_expected
    assert (case.engine, case.orbits, case.levels, case.states) == ("counters", 3_502_238, 152, None)


@pytest.mark.parametrize("managers", [8, 22])
def test_stated_figures_are_found_by_counting(managers: int) -> None:
    """Also where the ways to deal the instances out do not fit into a word: 22 managers, some 10^17 states."""
    states = 2**managers + 4**managers + 6**managers
    head, _, _ = Path("benchmarks/verify/two_phase.yaml").read_text(encoding="utf-8").partition("verify:\n")
    for figure, said in ((states, True), (states + 1, False)):
        stated = f"{{with: {{managers: {managers}}}, states: {figure}, levels: {3 * managers + 2}}}"
        spec = load_spec(f"{head}verify:\n  stated: {stated}\n")
        (case,) = verify_machine(spec.machine, spec.module).cases
        assert (case.engine, case.states, case.levels) == ("counters", states, 3 * managers + 2)
        assert case.as_expected is said


def test_properties_come_out_as_in_the_full_search() -> None:
    spec = compile_spec(TWO_PHASE)
    evaluator = Evaluator(spec.machine, spec.module)
    found = counted(spec, managers=3)
    assert found is not None
    (full,) = verify_machine(spec.machine, spec.module, cases=["three managers"], symmetry="none").cases
    assert full.orbits is None
    whole = {finding.prop.name: finding for finding in found.findings}
    for verdict in full.properties:
        if verdict.name in whole:
            outcome = whole[verdict.name].outcome
            assert {"holds": "holds", "skipped": "not_tested"}[outcome] == verdict.verdict, verdict.name
            assert whole[verdict.name].reason == verdict.reason, verdict.name
    assert evaluator is not None
    graph = explore(spec.machine, replace(spec.machine.cases[2]), spec.parameters, spec.module)
    assert found.visited == graph.visited_states
    assert found.taken == graph.taken_transitions


# ---- a vote that is counted, with messages that go once


VOTE = """
    parameters: {voters: {type: int, default: 3, range: 1..30}}
    messages: {Call: {}, Ballot: {yes: bool}, Result: {passed: bool}}
    NETWORK
    roles:
      chair:
        variables:
          ballots: map[voter, bool]
          late: set[voter]
          passed: bool
        states:
          opening:
            - ignore: Ballot
            - decide: call
              do: send Call() to voter
              goto: collecting
          collecting:
            - receive: Ballot
              if: sender not in ballots
              do: ballots[sender] = msg.yes
            - ignore: Ballot
            - when: count(ballots[v] for v in ballots) * 2 > voters
              do: |
                passed = true
                send Result(passed=true) to voter
              goto: closed
            - decide: close
              do: |
                for v in voter:
                  if v not in ballots:
                    late.add(v)
                    send Result(passed=false) to v
              goto: closed
          closed:
            - resting
            - receive: Ballot
              do: late.discard(sender)
      voter:
        count: voters
        variables: {heard: bool}
        states:
          idle:
            - resting
            - receive: Call
              goto: asked
            - ignore: Result
          asked:
            - resting
            - ignore: Call
            - decide: yes in [true, false]
              do: send Ballot(yes=yes) to chair
              goto: voted
            - receive: Result
              do: heard = msg.passed
          voted:
            - resting
            - ignore: Call
            - receive: Result
              do: heard = msg.passed
    properties:
      fair:
        always: chair.passed implies count(y for y in chair.ballots.values()) * 2 > voters
      late_is_late:
        always: all(v not in chair.ballots or v in chair.late for v in chair.late)
      heard_is_true:
        for: v in voter
        always: v.heard implies chair.passed
      few:
        never: len(chair.late) > voters
      can_pass:
        reachable: chair.passed and count(v.heard for v in voter) == voters
      WRONG
    verify: {calm: {}}
"""


def vote(network: str = "", wrong: str = "") -> Spec:
    """Load the vote; `wrong` is one more property."""
    return load_spec(VOTE.replace("NETWORK", network).replace("WRONG", wrong), unchecked=True)


@pytest.mark.parametrize("network", ["", "network: unordered", "network: sent_set"])
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("voters", [2, 3])
def test_a_vote_counted_is_the_vote_explored(network: str, exact: bool, voters: int) -> None:
    spec = vote(network)
    assert obstacle(spec) is None
    case = spec.machine.cases[0]
    case = replace(case, states=1) if exact else case
    full = explore(spec.machine, case, spec.parameters._replace(voters=voters), spec.module, max_states=60_000)
    found = counted(spec, exact=exact, voters=voters)
    assert found is not None
    assert (found.states, found.levels) == full.counts
    assert found.visited == full.visited_states
    assert found.taken == full.taken_transitions


def test_verdicts_of_a_vote_are_those_of_the_full_search() -> None:
    spec = vote()
    (few,) = verify_machine(spec.machine, spec.module).cases
    (full,) = verify_machine(spec.machine, spec.module, symmetry="none").cases
    assert few.engine == "counters"
    assert few.states == full.states
    assert [(p.name, p.verdict, p.reason) for p in few.properties] == [
        (p.name, p.verdict, p.reason) for p in full.properties
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "never_heard: {never: any(v.heard for v in voter)}",
        "all_in_time: {always: len(chair.late) < 2}",
        "nobody_waits: {always: count(v in asked for v in voter) <= count(v in voted for v in voter)}",
    ],
)
def test_what_is_broken_is_told_by_names(wrong: str) -> None:
    spec = vote("", wrong)
    (case,) = verify_machine(spec.machine, spec.module, symmetry="shown").cases
    (full,) = verify_machine(spec.machine, spec.module, symmetry="none").cases
    broken = [p for p in case.properties if p.name == wrong.partition(":")[0]]
    assert case.engine == "reference"
    assert case.orbits is not None
    assert [p.verdict for p in broken] == ["fails"]
    assert broken[0].counterexample is not None
    same = next(p for p in full.properties if p.name == broken[0].name).counterexample
    assert same is not None
    assert len(broken[0].counterexample.steps) == len(same.steps)


def test_many_voters_take_no_time() -> None:
    found = counted(vote("network: sent_set"), exact=False, voters=8)
    assert found is not None
    assert found.states is not None
    assert found.orbits is not None
    assert found.orbits * 100 < found.states


# ---- what cannot be counted


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("variables: {heard: bool}", "variables: {heard: bool, n: int}"), None),
        (
            ("passed: bool\n        states", "passed: bool\n          first: voter?\n        states"),
            "`first` of chair may name a voter",
        ),
        (("Call: {}", "Call: {who: voter}"), "`Call` may name a voter"),
        (("verify: {calm: {}}", "verify: {calm: {faults: {lose: 1}}}"), "something may go wrong"),
        (
            ("- decide: call\n", "- decide: call\n              draw: v in voter\n"),
            "`opening: decide call` draws a voter",
        ),
    ],
)
def test_what_stands_in_the_way_is_said(change: tuple[str, str], why: str | None) -> None:
    text = VOTE.replace("NETWORK", "").replace("WRONG", "")
    assert change[0] in text
    if "who" in change[1]:
        text = text.replace("send Call() to voter", "send Call(who=v) to voter").replace(
            "- decide: call\n", "- decide: call\n              draw: v in voter\n"
        )
        change = ("Call: {}", "Call: {who: voter}")
    assert obstacle(load_spec(text.replace(*change), unchecked=True)) == why


def test_a_property_that_compares_instances_is_left_to_others() -> None:
    spec = vote(
        "", "alike: {always: all(all(v.heard == w.heard or not w.heard or not v.heard for v in voter) for w in voter)}"
    )
    assert counted(spec) is None


def test_a_deadlock_is_left_to_others() -> None:
    text = VOTE.replace("NETWORK", "").replace("WRONG", "")
    spec = load_spec(text.replace("closed:\n            - resting\n", "closed:\n"), unchecked=True)
    assert counted(spec) is None
    (case,) = verify_machine(spec.machine, spec.module).cases
    assert [p.verdict for p in case.properties if p.name == "no_deadlock"] == ["fails"]


# ---- sets of keys


def test_sets_of_keys_know_what_is_new() -> None:
    dice = random.Random(7)
    runs, known = Runs(), set[int]()
    for size in (1, 5, 3000, 40, 9000, 2, 20000):
        batch = [dice.randrange(1 << 16) << 40 | dice.randrange(4) for _ in range(size)]
        new = runs.add_new(distinct(np.array(batch, dtype=np.uint64)))
        assert new.tolist() == sorted(set(batch) - known)
        known |= set(batch)
