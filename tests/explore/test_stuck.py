"""Who is stuck, and who is only busy: `never_stuck` on specs small enough to be judged by hand."""

import pytest
from tests.explore.specs import load_spec

from comityc.explore.verdict import PropertyVerdict
from comityc.explore.verify import verify_machine
from comityc.machine.rest import may_be_stuck, nobody_is_stuck, rests_by_itself


def verdict_on(text: str, name: str = "never_stuck") -> PropertyVerdict:
    spec = load_spec(text, unchecked=True)
    (case,) = verify_machine(spec.machine, spec.module).cases
    return next(prop for prop in case.properties if prop.name == name)


ASKING = """
    messages: {Ask: {}, Answer: {}}
    roles:
      client:
        states:
          waiting:
            - every: 1s
              do: send Ask() to server
            - receive: Answer
              goto: done
          done: final
      server:
        states:
          open:
            - resting
            - receive: Ask
              do: send Answer() to sender
            - decide: close
              goto: CLOSED
          closed:
            - resting
            - ignore: Ask
    bounds: {copies: 1}
    verify: {one: {FAULTS}}
    """


def asking(closed: str, faults: str = "") -> str:
    return ASKING.replace("CLOSED", closed).replace("FAULTS", faults)


def test_who_asks_for_ever_is_stuck_though_nothing_stands_still() -> None:
    found = verdict_on(asking("closed"))
    assert found.verdict == "fails"
    assert found.reason == "after 1 step client in `waiting` can never come to rest any more"
    assert found.counterexample is not None
    assert [step.label for step in found.counterexample.steps] == ["the agent of server decides to close"]
    assert verdict_on(asking("closed"), "no_deadlock").verdict == "holds"


def test_who_will_be_answered_is_not() -> None:
    assert verdict_on(asking("open")).verdict == "holds"


@pytest.mark.parametrize(
    ("faults", "verdict"),
    [
        ("", "holds"),
        ("faults: {lose: 1}", "holds"),
        ("faults: {crash: {server: 1}}", "fails"),
        ("faults: {restart: {server: 1}}", "holds"),  # it comes back by itself
        ("faults: {byzantine: {server: 1}}", "fails"),  # a liar may answer, or never
        ("faults: {crash: {client: 1}}", "holds"),  # who is down asks for nothing
    ],
)
def test_a_fault_may_be_what_leaves_somebody_stuck_and_is_never_the_way_out(faults: str, verdict: str) -> None:
    assert verdict_on(asking("open", faults)).verdict == verdict


def test_it_is_told_before_all_else_and_may_be_stated_or_waived() -> None:
    spec = load_spec(asking("closed").replace("verify: {one: {}}", "verify: {one: {violates: [never_stuck]}}"))
    (case,) = verify_machine(spec.machine, spec.module).cases
    assert case.properties[0].name == "never_stuck"
    assert case.as_expected
    waived = asking("closed") + "\n    waive: {never_stuck: he likes to wait}\n"
    assert verdict_on(waived).reason == "waived: he likes to wait"


STANDSTILL = """
    messages: {Go: {}}
    roles:
      boss:
        states:
          start:
            - decide: leave
              goto: done
            - decide: tell
              do: send Go() to worker
              goto: done
          done: final
      worker:
        states:
          waiting:
            - receive: Go
              goto: done
          done: final
    verify: {one: {}}
    """


def test_a_standstill_is_a_deadlock_and_is_not_told_twice() -> None:
    found = verdict_on(STANDSTILL)
    assert (found.verdict, found.expected) == ("not_tested", True)
    assert found.reason == "all that is left is a standstill, which `no_deadlock` tells"
    assert verdict_on(STANDSTILL, "no_deadlock").verdict == "fails"


def test_a_standstill_is_told_where_no_deadlock_is_waived() -> None:
    found = verdict_on(STANDSTILL + "\n    waive: {no_deadlock: nobody minds}\n")
    assert found.verdict == "fails"
    assert found.reason == "after 1 step worker in `waiting` can never come to rest any more"


def test_who_is_stuck_before_all_stand_still_is_told() -> None:
    """The worker is stuck as soon as the boss has gone; only others have something left to do."""
    ticking = STANDSTILL.replace("    verify:", "      clock: {states: {on: [{every: 1s}]}}\n    verify:")
    assert verdict_on(ticking).verdict == "fails"
    assert verdict_on(ticking, "no_deadlock").verdict == "holds"


RING = """
    network: none
    shared:
      holder: {type: int, default: 0}
    roles:
      node:
        count: 2
        states:
          idle:
            - resting
            - when: holder == self.index
              goto: busy
          busy:
            - every: 1s
            - after: 1s
              do: holder = 1 - self.index
              goto: LAST
          broken:
            - every: 1s
    verify: {one: {}}
    """


def test_those_who_never_rest_at_the_same_time_rest_each_in_its_turn() -> None:
    always_one_is_busy = RING.replace("LAST", "idle").replace("          broken:\n            - every: 1s\n", "")
    assert verdict_on(always_one_is_busy).verdict == "holds"
    found = verdict_on(RING.replace("LAST", "broken").replace("- after: 1s", "- decide: hand_on"))
    assert found.verdict == "fails"
    assert found.counterexample is not None


def test_at_a_bound_a_way_counts_as_open() -> None:
    counting = """
        roles:
          counter:
            variables: {n: int}
            states:
              counting:
                - every: 1s
                  do: n += 1
                - when: n == 5
                  goto: done
              done: final
        verify: {one: {bounds: {n: 0..MOST}}}
        """
    assert verdict_on(counting.replace("MOST", "5")).verdict == "holds"
    found = verdict_on(counting.replace("MOST", "3"))
    assert found.verdict == "holds"
    assert "cut at `n`" in found.reason
    turning = counting.replace("n += 1", "n = (n + 1) % 4")
    assert verdict_on(turning.replace("MOST", "5")).verdict == "fails"


def test_what_never_ends_by_nature_is_not_asked() -> None:
    spec = load_spec(
        "roles: {clock: {states: {ticking: ['every: 1s']}}}\nverify: {one: {}}".replace(
            "['every: 1s']", "[{every: 1s}]"
        )
    )
    assert not may_be_stuck(spec.machine.roles[0])
    assert "never_stuck" not in [prop.name for prop in spec.machine.properties]


BY_ITSELF = """
    messages: {Go: {}}
    roles:
      one:
        variables: {n: int}
        states:
          start:
            FIRST
          middle:
            - after: 1s
              goto: done
          done: final
      other:
        states:
          there:
            - resting
            - decide: tell
              do: send Go() to one
    bounds: {copies: 1}
    verify: {one: {}}
    """


@pytest.mark.parametrize(
    ("first", "by_itself"),
    [
        ("- {decide: go_on, goto: middle}", True),
        ("- {decide: sure in bool, goto: middle}", True),
        ("- {when: true, goto: middle}", True),
        ("- {every: 1s, goto: middle}", True),
        ("- {receive: Go, goto: middle}", False),  # somebody has to send it
        ("- {decide: go_on, if: n == 0, goto: middle}", False),
        ("- {when: n == 0, goto: middle}", False),
        ("- {after: 1s, do: n = 1}", False),
        ("- {decide: sure in range(n), goto: middle}", False),
        ("- {decide: go_on, goto: start}", False),
    ],
)
def test_some_machines_need_no_search(first: str, by_itself: bool) -> None:
    spec = load_spec(BY_ITSELF.replace("FIRST", first), unchecked=True)
    assert rests_by_itself(spec.machine.roles[0]) is by_itself
    assert nobody_is_stuck(spec.machine) is by_itself
