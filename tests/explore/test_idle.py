"""What `verify` remarks on: conditions that were the same whenever they were asked for, outcomes without a witness."""

from pathlib import Path

import pytest

from comityc.cli.by_typer import app
from comityc.driver import check_file, checking_module
from comityc.explore.verify import verify_machine

SPEC = """
comity: "1"
protocol: shop
types:
  Verdict: [sold, refused, lost]
messages:
  Offer: {price: int}
bounds: {price: 0..2}
roles:
  buyer:
    variables:
      offered: int
    states:
      idle:
        - decide: price in 0..2
          do: |
            offered = price
            send Offer(price=price) to seller
          goto: done
        - after: 1h
          goto: done
      done: final
  seller:
    variables:
      verdict: Verdict?
      spare: int
    states:
      ready:
        - resting
        - receive: Offer
          if: GUARD
          do: |
            BODY
          goto: done
        - receive: Offer
          SECOND
          do: verdict = refused
          goto: done
      done: final
properties:
  once:
    always: buyer in done or seller.verdict is none
verify:
  here: {}
  a loss: {faults: {lose: 1}}
"""


def remarks(folder: Path, guard: str, body: str = "verdict = sold", second: str = "doc: too cheap") -> list[str]:
    text = SPEC.replace("GUARD", guard).replace("BODY", body.replace("\n", "\n            ")).replace("SECOND", second)
    path = folder / "shop.yaml"
    path.write_text(text.lstrip("\n"))
    result = check_file(str(path))
    assert result.machine is not None, result.diagnostics
    verdict = verify_machine(result.machine, checking_module(result.machine))
    assert verdict.as_expected or "no_dead_parts" in str(verdict)
    return [remark.partition(": ")[2] for remark in verdict.remarks if "never comes to be" not in remark]


IN = "in `ready: receive Offer` of seller"


def test_a_part_that_is_true_whenever_it_is_asked_for_is_named(tmp_path: Path) -> None:
    assert remarks(tmp_path, "msg.price >= 1 and spare == 0") == [
        f"`spare == 0` is true whenever it is asked for, {IN}"
    ]


def test_a_part_that_makes_a_difference_is_not(tmp_path: Path) -> None:
    assert remarks(tmp_path, "msg.price >= 1 and msg.price < 2") == []


def test_a_part_of_an_or_that_is_never_true_is_named(tmp_path: Path) -> None:
    assert remarks(tmp_path, "msg.price == 1 or spare > 7") == [f"`spare > 7` is never true, {IN}"]


def test_what_tells_readers_of_a_difference_is_left_alone(tmp_path: Path) -> None:
    assert remarks(tmp_path, "msg.price >= 1", second="if: msg.price < 1") == []
    assert remarks(tmp_path, "msg.price >= 1 and msg.price < 2", second="if: msg.price == 0 or msg.price == 2") == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("if msg.price == 1:\n  verdict = sold\nelse:\n  verdict = refused", []),
        ("if msg.price < 5:\n  verdict = sold", [f"`msg.price < 5` is true whenever it is asked for, {IN}"]),
        ("if spare == 3:\n  verdict = lost\nelse:\n  verdict = sold", [f"`spare == 3` is never true, {IN}"]),
    ],
)
def test_branches_are_looked_at_too(body: str, named: list[str], tmp_path: Path) -> None:
    assert remarks(tmp_path, "msg.price >= 1", body) == named


def test_an_outcome_without_a_witness_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    remarks(tmp_path, "msg.price >= 1")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        app(["verify", "shop.yaml"])
    assert stop.value.code == 0, "a remark is no failure"
    told = capsys.readouterr().out
    assert "worth a look, over all cases:\n        line 24: `verdict` of seller never comes to be `lost`\n" in told


def test_a_search_that_was_cut_says_nothing_of_what_it_did_not_see(tmp_path: Path) -> None:
    remarks(tmp_path, "msg.price >= 1 and spare == 0")
    machine = check_file(str(tmp_path / "shop.yaml")).machine
    assert machine is not None
    assert verify_machine(machine, checking_module(machine), max_states=3).remarks == ()
    assert verify_machine(machine, checking_module(machine), cases=["here"]).remarks == ()


def test_a_goal_that_is_reached_before_the_first_step_was_not_put_to_the_test(tmp_path: Path) -> None:
    remarks(tmp_path, "msg.price >= 1")
    path = tmp_path / "shop.yaml"
    path.write_text(path.read_text().replace("  once:\n", "  begins:\n    eventually: buyer in idle\n  once:\n"))
    machine = check_file(str(path)).machine
    assert machine is not None
    verdict = verify_machine(machine, checking_module(machine))
    vacuous = next(prop for prop in verdict.cases[0].properties if prop.name == "not_vacuous")
    assert (vacuous.verdict, vacuous.reason) == ("fails", "begins: `buyer in idle` holds from the start")
