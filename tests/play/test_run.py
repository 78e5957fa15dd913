"""`comity run`: answers from lists, at random by seed, or of a person; faults; what is shown of it."""

import io
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from rich.console import Console

from comity.errors import ComityError
from comityc.driver import check_file, checking_module
from comityc.machine.model import Machine
from comityc.play.run import RunOptions, RunResult, run_protocol
from comityc.play.show import as_json, play_and_show, show

VOTE = """
comity: "1"
protocol: vote
parameters:
  voters: {type: int, default: 2, range: 1..9}
  patience: {type: duration, default: 30s}
types:
  Choice: [yes, no]
messages:
  Call: {}
  Ballot: {choice: Choice}
roles:
  chair:
    variables:
      ballots: map[voter, Choice]
    states:
      opening:
        - ignore: Ballot
        - decide: open_now
          prompt: true
          do: send Call() to voter
          goto: collecting
      collecting:
        - receive: Ballot
          do: ballots[sender] = msg.choice
        - when: len(ballots) == voters
          goto: recording
        - after: patience
          goto: recording
      recording:
        - defer: Ballot
        - perform: record(size=len(ballots)) -> ok
          goto: closed
        - perform: record(size=len(ballots)) -> failed
          goto: recording
      closed: final
  voter:
    count: voters
    states:
      idle:
        - resting
        - receive: Call
          goto: deciding
      deciding:
        - ignore: Call
        - decide: choice in Choice
          do: send Ballot(choice=choice) to chair
          goto: done
      done: final
properties:
  closes:
    eventually: chair in closed
scenarios:
  both say yes:
    decisions: {chair.open_now: [true], voter.choice: [yes, yes]}
    expect: chair in closed and len(chair.ballots) == 2
  a wrong hope:
    decisions: {chair.open_now: [true], voter.choice: [yes, yes]}
    expect: len(chair.ballots) == 1
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, ModuleType]:
    path: Path = tmp_path_factory.mktemp("specs") / "vote.yaml"
    path.write_text(VOTE, encoding="utf-8")
    checked = check_file(str(path))
    assert checked.machine is not None, checked.diagnostics
    return checked.machine, checking_module(checked.machine)


Spec = tuple[Machine, ModuleType]
OPEN = "chair.open_now=true"


def _run(spec: Spec, **options: Any) -> RunResult:
    return run_protocol(*spec, RunOptions(**options))


def _told(result: RunResult) -> list[str]:
    return list(map(str, result.entries))


def test_answers_come_from_the_lists(spec: Spec) -> None:
    result = _run(spec, decide=[OPEN, "voter.choice=yes,no"])
    assert result.passed
    assert result.last["chair"].at == "closed"
    assert list(result.last["chair"].ballots.values()) == ["yes", "no"]


def test_an_own_list_counts_in_place_of_that_of_the_role_and_the_rest_stays_open(spec: Spec) -> None:
    result = _run(spec, decide=[OPEN, "voter[1].choice=no"])
    assert result.last["voter[0]"].at == "deciding"
    assert result.last["voter[1]"].at == "done"
    assert result.seconds == 30


def test_parameters_can_be_given(spec: Spec) -> None:
    assert len(_run(spec, values={"voters": 4}, seed=1).last) == 5


def test_outcomes_of_acts_come_from_lists_too(spec: Spec) -> None:
    result = _run(spec, decide=[OPEN, "voter.choice=yes,yes"], perform=["chair.record=failed,ok"])
    assert [entry.value for entry in result.entries if entry.kind == "perform"] == ["failed", "ok"]


def test_a_seed_decides_everything_and_always_the_same(spec: Spec) -> None:
    first, second = (_run(spec, seed=5, lose=1, duplicate=1, crash=["voter"]) for _ in range(2))
    assert _told(first) == _told(second)
    assert first.last["chair"].at == "closed"
    assert any(_told(_run(spec, seed=seed)) != _told(first) for seed in range(6, 9))


def test_a_person_can_be_asked(spec: Spec) -> None:
    asked: list[str] = []
    answers = iter(["yes", "maybe", "no", "", ""])

    def prompt(text: str) -> str | None:
        asked.append(text)
        return next(answers)

    result = _run(spec, prompt=prompt)
    assert asked[0] == "chair (opening) open_now [yes, or nothing]: "
    assert asked[1] == "voter[0] (deciding) choice [yes, no]: "
    assert asked[2] == "`maybe` is no Choice: one of yes, no\nvoter[0] (deciding) choice [yes, no]: "
    assert asked[-1] == "chair record(size=1) [ok/failed/unknown]: "
    assert [(str(who), choice) for who, choice in result.last["chair"].ballots.items()] == [("voter[0]", "no")]


def test_a_wide_range_of_numbers_is_asked_for_by_its_ends(tmp_path: Path) -> None:
    asked: list[str] = []

    def prompt(text: str) -> str | None:
        asked.append(text)
        return "4999999"

    path = tmp_path / "bid.yaml"
    path.write_text(
        'comity: "1"\nprotocol: bid\ndoc: Bids.\nroles:\n'
        "  buyer: {states: {s: [{decide: price in 1..5000000, goto: t}], t: final}}\n",
        encoding="utf-8",
    )
    checked = check_file(str(path))
    assert checked.machine is not None
    result = _run((checked.machine, checking_module(checked.machine)), prompt=prompt)
    assert asked == ["buyer (s) price [1..5000000]: "]
    assert [entry.value for entry in result.entries if entry.kind == "decide"] == [4999999]


def test_a_scenario_can_be_played(spec: Spec) -> None:
    assert _run(spec, scenario="both say yes").passed
    failed = _run(spec, scenario="a wrong hope")
    assert failed.failure == "what the scenario expects does not hold at the end"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"scenario": "nobody"}, "there is no scenario `nobody`; there are: `both say yes`, `a wrong hope`"),
        ({"decide": ["choice=yes"]}, "`choice=yes` is not of the form `voter.choice=yes,yes,no`"),
        ({"decide": ["votr.choice=yes"]}, "there is no role `votr`, but chair, voter"),
        ({"decide": ["voter.choise=yes"]}, "`voter` decides nothing called `choise`, but choice"),
        ({"decide": ["voter.choice=maybe"]}, "`maybe` is no Choice: one of yes, no"),
        ({"perform": ["chair.recrd=ok"]}, "there is no act `recrd`, but record"),
        ({"perform": ["chair.record=perhaps"]}, "`perhaps` is no outcome of `record`: one of ok, failed, unknown"),
        ({"crash": ["votr"], "seed": 1}, "there is no role or instance `votr` to crash or to pause"),
        ({"values": {"voters": 99}}, "voters"),
    ],
)
def test_what_does_not_fit_the_protocol_is_refused_with_a_reason(
    spec: Spec, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ComityError) as refusal:
        _run(spec, **options)
    assert complaint in str(refusal.value)


def test_the_chart_and_the_outcome_are_shown(spec: Spec) -> None:
    out = io.StringIO()
    show(_run(spec, scenario="both say yes"), Console(file=out, width=100))
    assert "decides open_now, now collecting" in out.getvalue()
    assert "chair     closed  (ballots = {voter[0]: yes, voter[1]: yes})" in out.getvalue()
    assert "scenario `both say yes`: as expected" in out.getvalue()


def test_a_run_can_be_had_as_json(spec: Spec) -> None:
    data = json.loads(json.dumps(as_json(_run(spec, scenario="both say yes"))))
    assert data["schema"] == "comity.run/1"
    assert data["passed"] is True
    assert data["instances"][0] == {
        "name": "chair",
        "state": "closed",
        "changed": {"ballots": "{voter[0]: yes, voter[1]: yes}"},
    }
    assert data["entries"][0]["text"] == "decides open_now"
    assert data["chart"].startswith("sequenceDiagram\n")


def test_without_a_terminal_and_without_answers_it_plays_at_random(
    spec: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    result = play_and_show(*spec, RunOptions())
    assert result.seed == 0
    assert "seed 0" in capsys.readouterr().out


def test_a_model_can_be_run() -> None:
    checked = check_file(str(Path(__file__).parents[2] / "specs" / "conformance" / "tcommit.yaml"))
    assert checked.machine is not None
    result = run_protocol(checked.machine, checking_module(checked.machine), RunOptions(seed=1))
    assert {str(state.at) for state in result.last.values()} <= {"committed", "aborted", "prepared", "working"}
