"""Whole specs verified: which runs are made, what each property comes to, and how a failure is told."""

from pathlib import Path
from typing import Any

import pytest

from comityc.driver import check_file, checking_module
from comityc.explore import memory
from comityc.explore.telling.report import story_lines, to_json
from comityc.explore.verdict import CaseVerdict, PropertyVerdict, SpecVerdict
from comityc.explore.verify import verify_machine

SPEC = """
comity: "1"
protocol: poll
parameters:
  voters: {type: int, default: 2, range: 1..3}
types:
  Choice: [yes, no]
messages:
  Ask: {}
  Vote: {choice: Choice}
roles:
  chair:
    variables:
      votes: map[voter, Choice]
      verdict: Choice?
    states:
      opening:
        - when: true
          do: send Ask() to voter
          goto: collecting
      collecting:
        - receive: Vote
          do: votes[sender] = msg.choice
        - when: len(votes) == voters
          do: verdict = yes if all(v == yes for v in votes.values()) else no
          goto: closed
        - after: 30s
          goto: closed
      closed: final
  voter:
    count: voters
    variables:
      chosen: Choice?
    states:
      idle:
        - resting
        - receive: Ask
          goto: asked
      asked:
        - resting
        - decide: choice in Choice
          do: |
            chosen = choice
            send Vote(choice=choice) to chair
          goto: done
      done: final
properties:
  unanimous:
    always: chair.verdict == yes implies all(v.chosen == yes for v in voter)
  closes:
    eventually: chair in closed
  can_pass:
    reachable: chair.verdict == yes
PROPERTIES
tolerates: {}
verify:
  calm: {}
CASES
"""


def machine_of(folder: Path, properties: str = "", cases: str = "", *changes: tuple[str, str]) -> Any:
    text = SPEC.replace("PROPERTIES", properties.strip("\n")).replace("CASES", cases.strip("\n"))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "poll.yaml"
    path.write_text(text)
    checked = check_file(str(path))
    assert checked.machine is not None, [diagnostic.message for diagnostic in checked.diagnostics]
    return checked.machine


def verify(folder: Path, properties: str = "", cases: str = "", *changes: tuple[str, str], **how: Any) -> SpecVerdict:
    machine = machine_of(folder, properties, cases, *changes)
    return verify_machine(machine, checking_module(machine), **how)


def verdict_on(case: CaseVerdict, name: str) -> PropertyVerdict:
    return next(prop for prop in case.properties if prop.name == name)


def told(prop: PropertyVerdict) -> list[str]:
    assert prop.counterexample is not None
    return list(story_lines(prop.counterexample))


def test_a_spec_that_is_right_is_as_expected(tmp_path: Path) -> None:
    found = verify(tmp_path)
    assert found.as_expected, to_json([found])
    (case,) = found.cases
    assert case.verdict == "holds"
    assert case.engine == "reference"
    assert (case.states, case.levels) > (10, 5)


def test_each_combination_of_values_is_a_run(tmp_path: Path) -> None:
    found = verify(tmp_path, cases="  more:\n    with: {voters: 1..3}\n")
    assert [(case.name, case.values) for case in found.cases] == [
        ("calm", ()),
        ("more", (("voters", 1),)),
        ("more", (("voters", 2),)),
        ("more", (("voters", 3),)),
    ]


def test_one_case_can_be_asked_for(tmp_path: Path) -> None:
    machine = machine_of(tmp_path, "", "  alone:\n    with: {voters: 1}\n")
    assert [case.name for case in verify_machine(machine, checking_module(machine), cases=["alone"]).cases] == ["alone"]


def test_values_without_a_case_run_the_defaults_once(tmp_path: Path) -> None:
    found = verify(tmp_path, cases="  wrong:\n    violates: [closes]\n", with_values={"voters": 1})
    assert [(case.name, case.values, case.as_expected) for case in found.cases] == [
        ("the defaults", (("voters", 1),), True)
    ]


def test_values_outside_their_range_are_refused(tmp_path: Path) -> None:
    (case,) = verify(tmp_path, with_values={"voters": 9}).cases
    assert not case.as_expected
    assert case.findings[0].startswith("these values are refused")


def test_a_false_property_is_told_with_its_reason(tmp_path: Path) -> None:
    wrong = "  nobody_says_no:\n    always: chair in closed implies all(v.chosen == yes for v in voter)\n"
    (case,) = verify(tmp_path, wrong).cases
    prop = verdict_on(case, "nobody_says_no")
    assert (prop.verdict, prop.expected) == ("fails", False)
    assert told(prop) == [
        "1. chair goes on by itself: `when true`",
        "     chair: opening -> collecting",
        "     chair sends Ask to voter[0], voter[1]",
        "2. the timer `after 30s` of chair fires",
        "     chair: collecting -> closed",
        "`chair in closed implies all(v.chosen == yes for v in voter)` does not hold:",
        "  `chair in closed` holds",
        "  but `all(v.chosen == yes for v in voter)` does not",
        "    for v = voter[0]: `v.chosen == yes` does not hold",
        "      `v.chosen` is none",
    ]


def test_a_lasso_says_where_it_stops(tmp_path: Path) -> None:
    (case,) = verify(tmp_path, "  all_vote:\n    for: v in voter\n    eventually: v in done\n").cases
    prop = verdict_on(case, "all_vote")
    assert (prop.verdict, prop.instance) == ("fails", "v = voter[0]")
    assert prop.counterexample is not None
    assert prop.counterexample.loop_from == len(prop.counterexample.steps)
    assert told(prop)[-3:] == [
        "and nothing more is owed: it may stay so for ever",
        "`v in done` never comes to hold:",
        "  voter[0] is in asked",
    ]


def test_a_property_that_nothing_tests_is_found(tmp_path: Path) -> None:
    (case,) = verify(tmp_path, "  hollow:\n    always: len(chair.votes) > voters implies chair in opening\n").cases
    assert verdict_on(case, "hollow").verdict == "not_tested"
    assert verdict_on(case, "not_vacuous").verdict == "fails"
    assert not case.as_expected


def test_a_missing_value_inside_a_property_breaks_it(tmp_path: Path) -> None:
    (case,) = verify(tmp_path, "  reads_too_much:\n    always: chair.votes[voter[0]] == yes\n").cases
    prop = verdict_on(case, "reads_too_much")
    assert prop.verdict == "fails"
    assert "no value" in told(prop)[-1]


def test_an_unhandled_message_is_told_up_to_the_message(tmp_path: Path) -> None:
    (case,) = verify(
        tmp_path, "", "", ("        - receive: Vote\n          do: votes[sender] = msg.choice\n", "")
    ).cases
    prop = verdict_on(case, "no_unhandled_message")
    assert prop.verdict == "fails"
    assert any(line.endswith("chair receives Vote(choice=yes) from voter[0]") for line in told(prop))


def test_a_search_that_is_cut_says_so(tmp_path: Path) -> None:
    (case,) = verify(tmp_path, max_states=10).cases
    assert case.verdict == "cut"
    assert not case.as_expected
    assert verdict_on(case, "unanimous").verdict == "cut"


def test_a_search_ends_before_the_memory_of_the_machine_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But not where others have taken it, and the search has next to nothing to give back."""
    machine, group = tmp_path / "meminfo", tmp_path / "group"
    group.mkdir()
    monkeypatch.setattr(memory, "_MACHINE", machine)
    monkeypatch.setattr(memory, "_GROUP", group)
    kilobytes = memory.memory_in_use() // 1024
    machine.write_text(f"MemTotal: {20 * kilobytes} kB\nMemFree: 5 kB\nMemAvailable: {kilobytes // 2} kB\n")
    (case,) = verify(tmp_path).cases
    assert case.verdict == "cut"
    assert "of memory left" in case.findings[0]
    machine.write_text(f"MemTotal: {100 * kilobytes} kB\nMemFree: 5 kB\nMemAvailable: {5 * kilobytes} kB\n")
    assert verify(tmp_path).cases[0].verdict == "holds"
    for name, text in (("max", 4 * 10**9), ("current", 4 * 10**9 - 10**6), ("stat", "anon 5\ninactive_file 1000")):
        (group / f"memory.{name}").write_text(str(text))
    assert memory.memory_left() == memory.Left(10**6 + 1000, 4 * 10**9)
    (case,) = verify(tmp_path).cases
    assert "the machine has only 1 MB of 4 GB of memory left" in case.findings[0]
    (group / "memory.max").write_text("max")
    assert verify(tmp_path).cases[0].verdict == "holds"
    machine.write_text("")
    assert memory.memory_left() is None


def test_a_limit_that_is_stated_and_met_is_as_expected(tmp_path: Path) -> None:
    found = verify(tmp_path, cases="  the chair may die:\n    faults: {crash: {chair: 1}}\n    violates: [closes]\n")
    case = found.cases[1]
    assert case.as_expected, case
    assert verdict_on(case, "closes").verdict == "fails"
    assert "1. chair crashes for good" in told(verdict_on(case, "closes"))


@pytest.mark.parametrize(("stated", "findings"), [("states: 1", 1), ("levels: 1", 1)])
def test_other_figures_than_stated_are_findings(stated: str, findings: int, tmp_path: Path) -> None:
    found = verify(tmp_path, cases=f"  counted:\n    {stated}\n")
    assert len(found.cases[1].findings) == findings
