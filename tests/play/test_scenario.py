"""Scenarios from the spec to the result: what each of their words does."""

from pathlib import Path

from comityc.driver import check_file, checking_module
from comityc.play.scenario import ScenarioResult, play_scenario

ERRAND = """
comity: "1"
protocol: errand
parameters:
  runners: {type: int, default: 2, range: 1..4}
  patience: {type: duration, default: 30s}
types:
  Thing: [milk, bread]
messages:
  Fetch: {thing: Thing, ticket: id}
  Here: {ticket: id}
roles:
  boss:
    variables:
      wanted: Thing?
      ticket: id?
      got: set[runner]
      asked: int
    states:
      idle:
        - resting
        - decide: wanted in Thing
          do: ticket = fresh()
          goto: sending
        - decide: call_off
          goto: over
        - ignore: Here
      sending:
        - when: true
          do: |
            asked += 1
            send Fetch(thing=wanted, ticket=ticket) to runner
          goto: waiting
        - ignore: Here
      waiting:
        - receive: Here
          if: msg.ticket == ticket
          do: got.add(sender)
        - ignore: Here
        - when: len(got) == runners
          goto: over
        - after: patience
          if: asked < 2
          goto: sending
        - after: 2m
          goto: over
      over: final
  runner:
    count: runners
    variables:
      ticket: id?
    states:
      idle:
        - resting
        - receive: Fetch
          do: ticket = msg.ticket
          goto: out
      out:
        - defer: Fetch
        - perform: fetch(whose=self) -> found
          key: self.index
          do: send Here(ticket=ticket) to boss
          goto: idle
        - perform: fetch(whose=self) -> sold_out
          key: self.index
          goto: idle
        - after: 10s
          goto: idle
properties:
  ends:
    eventually: boss in over
scenarios:
"""


def _play(tmp_path: Path, scenario: str) -> ScenarioResult:
    path = tmp_path / "errand.yaml"
    path.write_text(ERRAND + "".join(f"  {line}\n" for line in scenario.strip("\n").splitlines()), encoding="utf-8")
    checked = check_file(str(path))
    assert checked.machine is not None, checked.diagnostics
    return play_scenario(checked.machine, checked.machine.scenarios[0], checking_module(checked.machine))


def _passes(tmp_path: Path, scenario: str) -> ScenarioResult:
    result = _play(tmp_path, scenario)
    assert result.passed, result.failure
    return result


def test_an_act_without_a_list_succeeds_and_fresh_ids_go_there_and_back(tmp_path: Path) -> None:
    _passes(
        tmp_path,
        """
one:
  decisions: {boss.wanted: [milk]}
  expect: boss in over and len(boss.got) == 2 and times(fetch) == 2 and boss.asked == 1
""",
    )


def test_a_decision_without_a_list_is_never_taken(tmp_path: Path) -> None:
    result = _passes(tmp_path, "one:\n  expect: boss in idle")
    assert result.trace == ()


def test_a_decision_without_a_domain_takes_true(tmp_path: Path) -> None:
    _passes(tmp_path, "one:\n  decisions: {boss.call_off: [true]}\n  expect: boss in over and boss.wanted == none")


def test_an_outcome_may_fail_and_is_asked_again(tmp_path: Path) -> None:
    _passes(
        tmp_path,
        """
one:
  decisions: {boss.wanted: [bread]}
  performs: {runner.fetch: [found, sold_out, found]}
  expect: boss in over and boss.asked == 2 and len(boss.got) == 2 and times(fetch) == 2
""",
    )


def test_an_act_that_took_effect_does_so_once_and_answers_the_same_again(tmp_path: Path) -> None:
    _passes(
        tmp_path,
        """
one:
  decisions: {boss.wanted: [bread]}
  lose: ["runner[0].Here"]
  performs:
    runner[0].fetch: [found, sold_out]
  expect: boss.asked == 2 and len(boss.got) == 2 and times(fetch, whose=runner[0]) == 1
""",
    )


def test_an_unknown_outcome_leaves_the_act_unanswered_until_a_timer_overtakes_it(tmp_path: Path) -> None:
    _passes(
        tmp_path,
        """
one:
  decisions: {boss.wanted: [bread]}
  performs:
    runner[1].fetch: [unknown]
  expect: boss in over and boss.asked == 2 and times(fetch) == 2
""",
    )


def test_held_messages_pass_once_the_condition_holds(tmp_path: Path) -> None:
    result = _passes(
        tmp_path,
        """
one:
  decisions: {boss.wanted: [bread]}
  hold:
    runner[0].Here: boss.asked == 2
  expect: boss in over and len(boss.got) == 2
""",
    )
    arrivals = [entry.time for entry in result.trace if entry.kind == "receive" and str(entry.sender) == "runner[0]"]
    assert arrivals == [30]


def test_an_instance_stops_when_the_condition_holds_and_is_seen_as_crashed(tmp_path: Path) -> None:
    _passes(
        tmp_path,
        """
one:
  decisions: {boss.wanted: [bread]}
  crash:
    runner[1]: runner[1] in out
  expect: boss in over and len(boss.got) == 1 and runner[1] in crashed and runner[1] in out
""",
    )


def test_values_of_the_scenario_are_those_of_its_parameters(tmp_path: Path) -> None:
    result = _passes(
        tmp_path,
        """
one:
  with: {runners: 1, patience: 5s}
  decisions: {boss.wanted: [bread]}
  lose: [runner.Here]
  expect: boss in over and boss.asked == 2
""",
    )
    assert result.trace[-1].time == 5


def test_a_failed_scenario_tells_the_whole_run(tmp_path: Path) -> None:
    failure = _play(tmp_path, "one:\n  decisions: {boss.wanted: [bread]}\n  expect: boss.asked == 2").failure
    assert failure is not None
    assert failure.startswith("scenario `one`: what it expects does not hold at the end")
    assert "decides wanted = bread, now sending" in failure
    assert "Fetch(thing=bread, ticket=" in failure
    assert "asked = 1" in failure


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    scenario = "one:\n  decisions: {boss.wanted: [milk]}\n  expect: boss in over"
    assert list(map(str, _play(tmp_path, scenario).trace)) == list(map(str, _play(tmp_path, scenario).trace))
