"""Simulations: the same runs for the same seed, figures that chance allows, faults within their budgets, and what is refused."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from comityc.cli.by_typer import app
from comityc.driver import check_file, checking_module
from comityc.machine import expressions as ir
from comityc.machine.expression_text import expression_text
from comityc.machine.rewrite import exchanged
from comityc.machine.walk import expressions_in
from comityc.simulate.simulate import SimulationOptions, SimulationResult, simulate_machine

ROOT = Path(__file__).parents[2]

COIN = """
comity: "1"
protocol: coin
roles:
  player:
    count: 3
    variables:
      heads: bool
      throws: int
    states:
      ready:
        - when: heads
          goto: done
        - after: 1s
          draw: side in [true, false]
          do: |
            heads = side
            throws += 1
          goto: ready
      done: final
bounds: {throws: 0..3}
properties:
  may_end:
    reachable: all(p in done for p in player)
verify:
  three: {}
simulate:
  patience: SIMULATION
"""

PARCEL = """
comity: "1"
protocol: parcel
messages:
  Parcel: {number: int}
roles:
  origin:
    variables:
      sent: int
    states:
      sending:
        - when: sent < 20
          do: |
            send Parcel(number=sent) to receiver
            sent += 1
          goto: sending
        - when: sent == 20
          goto: through
      through: final
  receiver:
    variables:
      heard: list[int]
    states:
      listening:
        - resting
        - receive: Parcel
          do: heard.append(msg.number)
properties:
  never_more:
    always: len(receiver.heard) <= 40
waive:
  duplicates_are_harmless: it counts
tolerates: FAULTS
simulate:
  arrivals: SIMULATION
"""

SHOP = """
comity: "1"
protocol: shop
messages: {}
roles:
  clerk:
    states:
      charging:
        - perform: charge(amount=3) -> ok
          key: 1
          goto: refunding
        - perform: charge(amount=3) -> refused
          key: 1
          goto: over
      refunding:
        - perform: refund(amount=3) -> ok
          key: 1
          undoes: charge
          goto: over
      over: final
properties:
  ends:
    eventually: clerk in over
simulate:
  sales: SIMULATION
"""

BOARD = """
comity: "1"
protocol: board
shared:
  taken: set[worker]
roles:
  worker:
    count: 4
    states:
      looking:
        - when: self not in taken and all(w in taken for w in worker if w.index < self.index)
          do: taken.add(self)
          goto: done
      done: final
properties:
  in_order:
    always: all(v in taken for w in worker for v in worker if w in taken and v.index < w.index)
simulate:
  all in turn: SIMULATION
"""


def simulated(folder: Path, text: str, simulation: str, options: SimulationOptions, **words: str) -> SimulationResult:
    text = text.replace("SIMULATION", simulation)
    for word, value in words.items():
        text = text.replace(word.upper(), value)
    path = folder / "spec.yaml"
    path.write_text(text.lstrip("\n"))
    result = check_file(str(path))
    assert result.machine is not None, result.diagnostics
    (only,) = simulate_machine(result.machine, checking_module(result.machine), options)
    return only


def findings(folder: Path, expect: str, runs: int = 5) -> list[str]:
    path = folder / "spec.yaml"
    path.write_text(COIN.replace("SIMULATION", f"{{runs: {runs}, expect: '{expect}'}}").lstrip("\n"))
    return [diagnostic.message for diagnostic in check_file(str(path)).diagnostics if diagnostic.is_error]


MANY = SimulationOptions(runs=100)


def test_a_mean_comes_near_what_chance_says(tmp_path: Path) -> None:
    result = simulated(tmp_path, COIN, "{expect: 'mean(sum(p.throws for p in player)) < 7'}", MANY)
    assert result.as_expected
    (figure,) = result.figures
    assert abs(figure.mean - 6) < 1, "three coins, two throws each in the mean"
    assert figure.least >= 3, "each is thrown once at least"
    assert figure.most > 6


def test_a_throw_that_changed_nothing_is_no_reason_to_stop(tmp_path: Path) -> None:
    text = COIN.replace("throws += 1", "throws = 1")
    result = simulated(tmp_path, text, "{expect: 'all(p in done for p in player)'}", MANY)
    assert result.as_expected, result.findings
    assert result.cut == 0


def test_a_seed_makes_the_same_runs(tmp_path: Path) -> None:
    def figures(seed: int) -> object:
        options = SimulationOptions(runs=20, seed=seed)
        return simulated(tmp_path, COIN, "{expect: 'mean(player[0].throws) > 0'}", options).figures

    assert figures(1) == figures(1)
    assert figures(1) != figures(2)


def test_runs_are_the_same_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "coin.yaml").write_text(COIN.replace("SIMULATION", "{expect: 'mean(player[1].throws) > 0'}"))
    told = {
        subprocess.run(
            [sys.executable, "-m", "comityc", "simulate", "coin.yaml", "--runs", "10"],
            cwd=tmp_path,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()[-1]
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_what_is_outside_of_a_mean_has_to_hold_at_the_end_of_each_run(tmp_path: Path) -> None:
    good = simulated(tmp_path, COIN, "{expect: 'all(p in done for p in player)'}", MANY)
    assert good.as_expected
    bad = simulated(tmp_path, COIN, "{expect: 'all(p.throws < 4 for p in player)'}", MANY)
    (finding,) = bad.findings
    assert finding.startswith("what is expected does not hold at the end of ")
    both = simulated(tmp_path, COIN, "{expect: 'player[0].throws < 9 * mean(player[0].throws)'}", MANY)
    assert both.as_expected


@pytest.mark.parametrize(
    ("faults", "least", "most"),
    [
        ("{}", 20, 20),
        ("{lose: 3}", 17, 20),
        ("{duplicate: 3}", 20, 23),
        ("{lose: 2, duplicate: 2, reorder: true}", 18, 22),
        ("{lose: any}", 10, 20),
        ("{crash: {receiver: 1}}", 0, 20),
    ],
)
def test_faults_strike_within_their_budgets(tmp_path: Path, faults: str, least: int, most: int) -> None:
    options = SimulationOptions(runs=40)
    result = simulated(tmp_path, PARCEL, "{expect: 'mean(len(receiver.heard)) >= 0'}", options, faults=faults)
    (figure,) = result.figures
    assert least <= figure.least
    assert figure.most <= most
    assert (figure.least == figure.most) == (faults == "{}"), "they strike in some runs, and in others not"


def test_messages_that_may_overtake_do(tmp_path: Path) -> None:
    expect = "{expect: 'mean(1 if receiver.heard == list(range(20)) else 0) < 1'}"
    disorder = simulated(tmp_path, PARCEL, expect, MANY, faults="{reorder: true}")
    assert disorder.as_expected
    order = simulated(tmp_path, PARCEL, expect, MANY, faults="{}")
    assert order.findings == ("what is expected does not hold",)


def test_what_really_happened_is_known_at_the_end(tmp_path: Path) -> None:
    expect = "{expect: 'times(charge) == times(refund) and not stands(charge) and mean(times(charge)) > 1/2'}"
    result = simulated(tmp_path, SHOP, expect, MANY)
    assert result.as_expected, result.findings
    assert 0.8 < result.figures[0].mean < 1, "an act succeeds nine times out of ten"


def test_models_are_simulated_too(tmp_path: Path) -> None:
    result = simulated(tmp_path, BOARD, "{expect: 'len(taken) == 4 and all(w in done for w in worker)'}", MANY)
    assert result.as_expected, result.findings


def test_a_fault_that_the_host_cannot_play_is_said(tmp_path: Path) -> None:
    result = simulated(tmp_path, PARCEL, "{expect: 'true'}", MANY, faults="{amnesia: {receiver: 1}}")
    assert result.findings == ("no simulation plays `amnesia` yet: give the case `faults` without it",)


def test_a_broken_protocol_is_a_finding(tmp_path: Path) -> None:
    deaf = PARCEL.replace("- receive: Parcel\n", "- receive: Parcel\n          if: msg.number < 7\n")
    result = simulated(tmp_path, deaf, "{expect: 'true'}", SimulationOptions(runs=2), faults="{}")
    assert result.findings[0].startswith("2 of 2 runs went against the protocol; run 1: receiver: ")


def test_what_has_no_value_is_said(tmp_path: Path) -> None:
    result = simulated(tmp_path, COIN, "{expect: 'mean(1 / (player[0].throws - player[0].throws)) > 0'}", MANY)
    assert "has no value at the end of run 1" in result.findings[0]


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("mean(player[0] in done) > 1/2", "`mean` needs a number, and this is bool"),
        ("all(mean(p.throws) < 3 for p in player)", "`mean` means nothing in a comprehension"),
        ("mean(mean(player[0].throws)) < 3", "`mean` means nothing in a `mean`"),
        ("mean() < 3", "`mean` takes 1 argument, not 0"),
        ("mean(player[0].throws)", "expected a condition, found fraction"),
        ("mean(player[0].throw) > 1", "player has no variable `throw`"),
    ],
)
def test_expectations_without_sense_are_findings(tmp_path: Path, expect: str, message: str) -> None:
    assert message in findings(tmp_path, expect)


def test_a_simulation_has_runs(tmp_path: Path) -> None:
    assert findings(tmp_path, "true", runs=0) == ["a simulation has 1 to 100000 runs, not 0"]


def test_the_command_says_what_came_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "coin.yaml"
    path.write_text(COIN.replace("SIMULATION", "{runs: 30, expect: 'mean(player[0].throws) > 5'}"))
    with pytest.raises(SystemExit) as stop:
        app(["simulate", str(path)])
    assert stop.value.code == 1
    told = capsys.readouterr().out
    assert "BAD patience: 30 runs from seed 0" in told
    assert "! what is expected does not hold" in told
    with pytest.raises(SystemExit) as stop:
        app(["simulate", str(path), "--case", "patients"])
    assert stop.value.code == 2
    assert "there is no simulation `patients`; did you mean `patience`?" in capsys.readouterr().err


def test_the_library_keeps_its_expectations_in_small() -> None:
    machine = check_file(str(ROOT / "specs/membership/gossip.yaml")).machine
    assert machine is not None
    options = SimulationOptions(values={"agents": 200}, runs=10)
    results = list(simulate_machine(machine, checking_module(machine), options))
    assert [result.as_expected for result in results] == [True, True]


def test_a_node_is_exchanged_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "coin.yaml"
    path.write_text(COIN.replace("SIMULATION", "{expect: 'mean(player[0].throws) < 2 and player[1] in done'}"))
    machine = check_file(str(path)).machine
    assert machine is not None
    expect = machine.simulations[0].expect
    bound = next(part for part in expressions_in(expect) if isinstance(part, ir.Constant) and part.value == 2)
    changed = exchanged(expect, bound, replace(bound, value=9))
    assert expression_text(changed) == expression_text(expect).replace("< 2", "< 9")
    assert isinstance(expect, ir.BoolOperation)
    assert isinstance(changed, ir.BoolOperation)
    assert changed.operands[1] is expect.operands[1], "what does not change is shared"
    assert exchanged(expect, object(), object()) is expect
