"""Mutants: each usual mistake is made where it can be made, and what becomes of it is told truly."""

import json
import multiprocessing
from pathlib import Path

import pytest

from comityc.cli.by_typer import app
from comityc.driver import check_file
from comityc.machine.model import Machine
from comityc.mutate.judge import Bench, Limits
from comityc.mutate.mutants import mutants_of
from comityc.mutate.run import MutationOptions, Report, mutate_machine

SPECS = Path(__file__).parents[2] / "specs"

PETITION = """
comity: "1"
protocol: petition
messages:
  Name: {page: int}
bounds: {page: 1..2}
define:
  enough: len(paper.names) >= 2
roles:
  paper:
    variables:
      names: set[citizen]
      signs: int
      closed_on: int
    define:
      is_full: len(names) >= 2
    states:
      open:
        - receive: Name
          if: sender not in names and msg.page == 1
          do: |
            names.add(sender)
            signs += 1
            closed_on = signs
        - ignore: Name
        - after: 1h
          goto: over
        - when: is_full
          goto: full
      full: final
      over:
        - resting
        - ignore: Name
  citizen:
    count: 2
    states:
      reading:
        - decide: sign
          prompt: true
          do: send Name(page=1) to paper
          goto: signed
      signed: final
properties:
  PROPERTIES
tolerates: {restart: {paper: 1}, duplicate: 1}
verify:
  two: {}
  none comes twice: {faults: {}}
"""

CLOCK = """
comity: "1"
protocol: clock
roles:
  clock:
    variables:
      ticks: int = 1
    states:
      going:
        - after: 1s
          if: ticks < 1
          do: ticks += 1
          goto: going
        - after: 1m
          goto: done
      done: final
properties:
  forward:
    always: clock.ticks > 0
waive:
  no_dead_parts: it stands still
verify:
  here: {}
"""

WEAK = "some:\n    reachable: paper in full"
STRONG = """no_air:
    always: paper in full implies enough
  once_each:
    always: paper.signs == len(paper.names) and paper.closed_on == paper.signs
  can_fill:
    reachable: paper in full
  can_close:
    reachable: paper in over and len(paper.names) == 1"""


def machine_of(folder: Path, properties: str, more: str = "") -> Machine:
    path = folder / "petition.yaml"
    path.write_text(PETITION.replace("PROPERTIES", properties).lstrip("\n") + more)
    result = check_file(str(path))
    assert result.machine is not None, result.diagnostics
    return result.machine


def mutated(folder: Path, properties: str, more: str = "", **options: object) -> Report:
    return mutate_machine(machine_of(folder, properties, more), MutationOptions(jobs=1, **options))  # type: ignore[arg-type]


def verdicts(report: Report) -> dict[str, str]:
    return {fate.name: fate.verdict for fate in report.fates}


def test_each_mistake_is_made_where_it_can_be_made(tmp_path: Path) -> None:
    mutants = {mutant.name: mutant for mutant in mutants_of(machine_of(tmp_path, WEAK))}
    assert {name: (mutant.line, mutant.before, mutant.after) for name, mutant in mutants.items()} == {
        "drop-dedupe paper open receive Name": (
            19,
            "if: sender not in names and msg.page == 1",
            "# without `sender not in names`",
        ),
        "forget-check paper open receive Name": (
            19,
            "if: sender not in names and msg.page == 1",
            "# without `msg.page == 1`",
        ),
        "negate-guard paper open receive Name": (
            19,
            "if: sender not in names and msg.page == 1",
            "# if not (sender not in names and msg.page == 1)",
        ),
        "one-more paper open receive Name": (
            19,
            "if: sender not in names and msg.page == 1",
            "if: sender not in names and msg.page == 2",
        ),
        "one-less paper open receive Name": (
            19,
            "if: sender not in names and msg.page == 1",
            "if: sender not in names and msg.page == 0",
        ),
        "negate-guard paper open when is_full": (27, "- when: is_full", "# if not (is_full)"),
        "swap-comparison define is_full": (15, "is_full: len(names) >= 2", "is_full: len(names) > 2"),
        "one-less define is_full": (15, "is_full: len(names) >= 2", "is_full: len(names) >= 1"),
        "forget-write paper open receive Name": (21, "names.add(sender)", "# without `names.add(sender)`"),
        "forget-write paper open receive Name 2": (22, "signs += 1", "# without `signs += 1`"),
        "forget-write paper open receive Name 3": (23, "closed_on = signs", "# without `closed_on = signs`"),
        "swap-steps paper open receive Name": (23, "closed_on = signs", "# `closed_on = signs` before `signs += 1`"),
        "count-messages paper names": (11, "names: set[citizen]", "# `names` counts messages: list[citizen]"),
        "forget-durable paper names": (11, "names: set[citizen]", "# durable: false"),
        "forget-durable paper signs": (12, "signs: int", "# durable: false"),
        "forget-durable paper closed_on": (13, "closed_on: int", "# durable: false"),
        "drop-timeout paper open after 1h": (25, "- after: 1h", "# without this timer"),
        "accept-late paper Name in over": (25, "- after: 1h", "# `Name` is still received in `over`"),
        "not-final paper full": (29, "full: final", "# `full` is not final"),
        "not-final citizen signed": (41, "signed: final", "# `signed` is not final"),
    }


def test_properties_that_say_little_let_much_survive(tmp_path: Path) -> None:
    weak, strong = verdicts(mutated(tmp_path, WEAK)), verdicts(mutated(tmp_path, STRONG))
    assert [name for name, verdict in strong.items() if verdict == "survived"] == []
    assert weak["one-less define is_full"] == "survived"
    assert strong["one-less define is_full"] == "killed"
    assert weak["swap-steps paper open receive Name"] == "survived"
    assert strong["swap-steps paper open receive Name"] == "killed"
    assert weak["drop-timeout paper open after 1h"] == "refused", "the compiler finds a state that nothing leads to"
    assert weak["forget-check paper open receive Name"] == "equivalent", "there is one page"


def test_a_survivor_is_shown_by_the_first_run_that_differs(tmp_path: Path) -> None:
    report = mutated(tmp_path, WEAK, only=["one-less define"])
    (fate,) = report.fates
    assert fate.difference == (
        "1. the agent of citizen[0] decides to sign",
        "2. paper receives Name(page=1) from citizen[0]",
        "the mutant then: paper goes on by itself: `when is_full`",
        "    paper: open -> full",
        "the spec then: nothing of the kind",
    )
    assert not report.is_fine


def test_a_killed_mutant_names_who_noticed_and_where(tmp_path: Path) -> None:
    report = mutated(tmp_path, STRONG, only=["one-less define", "not-final citizen", "swap-comparison"])
    told = {fate.name: (fate.by, fate.case) for fate in report.fates}
    assert told["one-less define is_full"] == ("no_air", "none comes twice"), "the smaller case comes first"
    assert told["swap-comparison define is_full"] == ("can_fill", "all cases"), "no case shows that nothing shows it"
    assert told["not-final citizen signed"][0] in ("never_stuck", "no_deadlock")
    assert report.is_fine


def test_what_the_spec_says_of_survivors_is_held_against_them(tmp_path: Path) -> None:
    words = """
survives:
  one-less define is_full: one name may do
  not-final paper full: it is
  drop-timer paper open: no such thing
"""
    report = mutated(tmp_path, WEAK, words)
    assert "one-less define is_full" not in {fate.name for fate in report.unexplained}
    assert [finding.split(",")[0].split(";")[0] for finding in report.findings] == [
        "`survives` explains `not-final paper full`",
        "`survives` names no mutant: `drop-timer paper open`",
    ]


def test_a_mutant_without_end_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "clock.yaml"
    path.write_text(CLOCK.lstrip("\n"))
    machine = check_file(str(path)).machine
    assert machine is not None
    mutant = next(m for m in mutants_of(machine) if m.name == "negate-guard clock going after 1s")
    fate = Bench(machine, Limits()).judge(mutant)
    assert (fate.verdict, fate.by) == ("cut", "too many states")


def test_a_spec_that_is_not_as_it_says_is_not_mutated(tmp_path: Path) -> None:
    report = mutated(tmp_path, "never_full:\n    never: paper in full")
    assert report.fates == ()
    assert report.findings[0].startswith("the spec itself is not as it says: never_full in `")
    assert not report.is_fine


def test_a_spec_of_which_a_part_is_dead_in_all_cases_is_not_mutated(tmp_path: Path) -> None:
    path = tmp_path / "dead.yaml"
    path.write_text(
        """
comity: "1"
protocol: dead
messages: {A: {}}
roles:
  x: {states: {s: [{when: true, do: send A() to y, goto: e}], e: final}}
  y:
    variables: {n: int}
    states: {s: [{receive: A, if: n == 0, goto: e}, {receive: A, goto: e}], e: final}
verify: {one: {}}
""".lstrip(),
        encoding="utf-8",
    )
    machine = check_file(str(path)).machine
    assert machine is not None
    report = mutate_machine(machine, MutationOptions(jobs=1))
    assert report.findings == ("the spec itself is not as it says: no_dead_parts over all cases",)
    assert not report.is_fine


def test_cases_that_are_too_large_are_left_out_and_named(tmp_path: Path) -> None:
    report = mutated(tmp_path, STRONG, only=["one-less define"], limits=Limits(max_states=25))
    assert report.left_out == ("two",)
    assert report.cases == ("none comes twice",)


def test_a_name_that_no_mutant_has_is_told(tmp_path: Path) -> None:
    report = mutated(tmp_path, WEAK, only=["xyz", "zyx"])
    assert report.findings == ("no mutant has `xyz` or `zyx` in its name; without --only you see all",)
    assert not report.is_fine


def test_processes_come_to_the_same(tmp_path: Path) -> None:
    machine = machine_of(tmp_path, WEAK)
    alone = mutate_machine(machine, MutationOptions(jobs=1, only=["paper open"]))
    together = mutate_machine(machine, MutationOptions(jobs=2, only=["paper open"]))
    assert verdicts(alone) == verdicts(together)
    assert not multiprocessing.active_children(), "what is left behind is told of when the program ends"


def test_the_command_tells_and_exits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine_of(tmp_path, WEAK)
    file = str(tmp_path / "petition.yaml")
    with pytest.raises(SystemExit) as stop:
        app(["mutate", file, "--only", "swap-steps", "--jobs", "1"])
    assert stop.value.code == 1
    told = capsys.readouterr().out
    assert "      - closed_on = signs\n      + # `closed_on = signs` before `signs += 1`\n" in told
    assert told.endswith("  1 survived\n")
    with pytest.raises(SystemExit) as stop:
        app(["mutate", file, "--only", "not-final", "--jobs", "1", "--json"])
    assert stop.value.code == 0
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "comity.mutate/1"
    assert [(mutant["name"], mutant["verdict"]) for mutant in report["mutants"]] == [
        ("not-final paper full", "killed"),
        ("not-final citizen signed", "killed"),
    ]
    with pytest.raises(SystemExit) as stop:
        app(["mutate", file, "--case", "tow"])
    assert stop.value.code == 2
    assert "there is no case `tow`; did you mean `two`?" in capsys.readouterr().err


@pytest.mark.parametrize("spec", ["election/ring", "conformance/tcommit"])
def test_the_library_notices_its_mutants(spec: str) -> None:
    machine = check_file(str(SPECS / f"{spec}.yaml")).machine
    assert machine is not None
    report = mutate_machine(machine, MutationOptions(jobs=1, limits=Limits(max_states=2_000)))
    assert [fate.name for fate in report.unexplained] == []
    assert report.findings == ()


def test_a_scenario_notices_too(tmp_path: Path) -> None:
    scenario = """
scenarios:
  one is too few:
    decisions: {"citizen[0].sign": [true]}
    expect: paper in over
"""
    report = mutated(tmp_path, WEAK, scenario, only=["one-less define"])
    assert [(fate.verdict, fate.by) for fate in report.fates] == [("killed", "scenario one is too few")]


KEEPER = """
comity: "1"
protocol: keeper
messages:
  Job: {number: int}
roles:
  giver:
    states:
      giving:
        - when: true
          do: send Job(number=1) to keeper
          goto: given
      given: final
  keeper:
    variables:
      job: Job?
    states:
      idle:
        - receive: Job
          if: msg.number > 0
          do: job = msg
          goto: busy
      busy: final
properties:
  kept:
    eventually: keeper.job is not none
"""


def test_messages_that_a_variable_holds_are_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "keeper.yaml"
    path.write_text(KEEPER.lstrip("\n"))
    machine = check_file(str(path)).machine
    assert machine is not None
    report = mutate_machine(machine, MutationOptions(jobs=1, only=["swap-comparison"]))
    assert [fate.verdict for fate in report.fates] == ["equivalent"]


def test_the_reasons_of_a_pattern_are_no_word_of_its_user(tmp_path: Path) -> None:
    reason = "survives: {not-final keeper busy: it is as good as final}\n"
    (tmp_path / "keeper.yaml").write_text(KEEPER.lstrip("\n") + reason)
    (tmp_path / "user.yaml").write_text('comity: "1"\nprotocol: user\nuse: keeper\nrename: {keeper: clerk}\n')
    for name, findings in ("keeper", 1), ("user", 0):
        machine = check_file(str(tmp_path / f"{name}.yaml")).machine
        assert machine is not None
        report = mutate_machine(machine, MutationOptions(jobs=1, only=["not-final"]))
        assert [fate.verdict for fate in report.fates] == ["killed", "killed"]
        assert len(report.findings) == findings


@pytest.mark.parametrize("path", sorted(SPECS.glob("*/*.yaml")), ids=lambda path: path.stem)
def test_every_mutant_has_a_name_of_its_own(path: Path) -> None:
    machine = check_file(str(path)).machine
    assert machine is not None
    names = [mutant.name for mutant in mutants_of(machine)]
    assert len(set(names)) == len(names)
    assert [name for name, _, span in machine.survives if span.file == machine.file and name not in names] == []


SIGNED = """\
comity: "1"
protocol: orb
messages:
  Name: {}
roles:
  paper:
    variables:
      names: set[citizen]
    states:
      open:
        - resting
        - receive: Name
          do: names.add(sender)
        - when: len(names) >= 2
          goto: full
      full: final
  citizen:
    count: 3
    states:
      reading:
        - decide: sign
          do: send Name() to paper
          goto: signed
        - resting
      signed: final
properties:
  two_at_least: {always: len(paper.names) <= 3}
verify:
  c: {orbits: 14}
"""


def test_stated_orbits_notice_too(tmp_path: Path) -> None:
    path = tmp_path / "orb.yaml"
    path.write_text(SIGNED, encoding="utf-8")
    machine = check_file(str(path)).machine
    assert machine is not None
    (fate,) = mutate_machine(machine, MutationOptions(only=("swap-comparison",))).fates
    assert (fate.verdict, fate.by) == ("killed", "the number of orbits")
