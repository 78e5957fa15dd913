"""Counterexamples kept as tests: they fail while the bug is there, pass when it is cured, and say so when a step is gone."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from comityc.cli import run
from comityc.driver import check_file, checking_module
from comityc.explore.telling.trace import Trace, traces_of
from comityc.explore.verify import verify_machine
from comityc.machine.model import Machine
from comityc.testing.retrace import StillBroken
from comityc.testing.save_test import python_tests, replayed

SPEC = """\
comity: "1"
protocol: desk
messages: {Ask: {}, Answer: {}}
roles:
  clerk:
    states:
      idle:
        - decide: ask
          prompt: true
          do: send Ask() to desk
          goto: waiting
      waiting:
        - resting
        - receive: Answer
          goto: idle
  desk:
    variables: {asked: int}
    states:
      open:
        - resting
        - receive: Ask
          if: asked < 2
          do: |
            asked += 1
            send Answer() to sender
        - receive: Ask
          do: send Answer() to sender
properties:
  PROPERTY
waive: {duplicates_are_harmless: not asked here}
tolerates: {lose: 1}
bounds: {copies: 1}
verify:
  one clerk: {}
"""
ROUND = "      waiting:\n        - resting\n        - receive: Answer\n          goto: idle\n"
STUCK = """\
comity: "1"
protocol: gate
messages: {Open: {}}
roles:
  guard:
    states:
      on:
        - resting
        - decide: open
          do: send Open() to gate
          goto: off
      off: final
  gate:
    states:
      shut:
        - resting
        - receive: Open
          goto: open
      open:
        - resting
properties:
  opens: {stays_possible: gate in open}
tolerates: {lose: 1}
verify:
  one gate: {}
"""


def machine_at(path: Path, text: str) -> Machine:
    path.write_text(text, encoding="utf-8")
    machine = check_file(str(path)).machine
    assert machine is not None
    return machine


def surprises(machine: Machine) -> list[Trace]:
    verdict = verify_machine(machine, checking_module(machine))
    return [trace for trace in traces_of(verdict, machine.source) if not trace.expected]


def loaded(path: Path) -> ModuleType:
    description = importlib.util.spec_from_file_location("kept", path)
    assert description is not None
    assert description.loader is not None
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[str], Callable[[], None]]:
    """Return what writes the test of the one counterexample of a spec, and returns the test."""

    def write(text: str) -> Callable[[], None]:
        machine = machine_at(tmp_path / "spec.yaml", text)
        (tmp_path / "tests").mkdir()
        file, findings = python_tests(machine, surprises(machine), tmp_path / "tests" / "test_again.py")
        assert findings == []
        assert file is not None
        (tmp_path / "tests" / file.path).write_text(file.text, encoding="utf-8")
        module = loaded(tmp_path / "tests" / file.path)
        (test,) = [value for name, value in vars(module).items() if name.startswith("test_")]
        return test  # type: ignore[no-any-return]

    return write


@pytest.mark.parametrize(
    ("prop", "cured"),
    [
        ("once: {always: desk.asked <= 1}", ("if: asked < 2", "if: asked < 1")),
        ("once: {never: desk.asked > 1}", ("if: asked < 2", "if: asked < 1")),
        ("kept: {stable: desk.asked > 0 and desk.asked < 2}", ("if: asked < 2", "if: asked < 1")),
        ("small: {step: desk.asked <= old(desk.asked) or desk.asked < 2}", ("if: asked < 2", "if: asked < 1")),
        ("busy: {eventually: desk.asked > 2}", ("if: asked < 2", "if: asked < 3")),
    ],
)
def test_a_test_fails_until_the_bug_is_cured(
    prop: str, cured: tuple[str, str], keep: Callable[[str], Callable[[], None]], tmp_path: Path
) -> None:
    text = SPEC.replace("PROPERTY", prop)
    if "desk.asked > 2" in prop:
        text = text.replace("tolerates: {lose: 1}\n", "")
    test = keep(text)
    with pytest.raises(AssertionError, match=f"{prop.partition(':')[0]} fails"):
        test()
    (tmp_path / "spec.yaml").write_text(text.replace(*cured), encoding="utf-8")
    test()


def test_a_round_without_end_has_to_be_a_fair_one_still(
    keep: Callable[[str], Callable[[], None]], tmp_path: Path
) -> None:
    """The same steps go round and round, and the clerk who may leave at last has to: the round is none any more."""
    leaving = "        - after: 1h\n          goto: done\n"
    text = SPEC.replace("PROPERTY", "leaves: {leads_to: [desk.asked == 2, clerk in done]}")
    text = text.replace(ROUND, ROUND.replace("        - resting\n", "") + leaving + "      done: final\n")
    test = keep(text.replace("tolerates: {lose: 1}\n", ""))
    with pytest.raises(AssertionError, match="leaves fails"):
        test()
    fair = leaving.replace("goto: done", "goto: done\n          fairness: strong")
    (tmp_path / "spec.yaml").write_text(
        text.replace(leaving, fair).replace("tolerates: {lose: 1}\n", ""), encoding="utf-8"
    )
    test()


def test_what_is_out_of_reach_for_ever_is_looked_for_from_the_end(
    keep: Callable[[str], Callable[[], None]], tmp_path: Path
) -> None:
    test = keep(STUCK)
    with pytest.raises(AssertionError, match="opens fails"):
        test()
    again = "        - after: 1m\n          do: send Open() to gate\n"
    (tmp_path / "spec.yaml").write_text(
        STUCK.replace("      off: final\n", f"      off:\n        - resting\n{again}"), encoding="utf-8"
    )
    test()


def test_an_unhandled_message_counts_as_taken_and_is_cured_by_ignoring_it(
    keep: Callable[[str], Callable[[], None]], tmp_path: Path
) -> None:
    text = SPEC.replace("PROPERTY", "small: {always: desk.asked < 3}").replace(
        "        - receive: Ask\n          do: send Answer() to sender\n", ""
    )
    test = keep(text)
    with pytest.raises(AssertionError, match="no_unhandled_message fails"):
        test()
    cured = text.replace(
        "            send Answer() to sender\n", "            send Answer() to sender\n        - ignore: Ask\n"
    )
    (tmp_path / "spec.yaml").write_text(cured, encoding="utf-8")
    test()


def test_a_step_that_is_gone_is_named_with_what_is_possible_instead(tmp_path: Path) -> None:
    text = SPEC.replace("PROPERTY", "once: {always: desk.asked <= 1}")
    machine = machine_at(tmp_path / "spec.yaml", text)
    (trace,) = surprises(machine)
    file, _ = python_tests(machine, [trace], tmp_path / "test_again.py")
    assert file is not None
    (tmp_path / file.path).write_text(file.text, encoding="utf-8")
    machine_at(tmp_path / "spec.yaml", text.replace("goto: idle", "goto: waiting"))
    test = loaded(tmp_path / file.path).test_once_one_clerk
    with pytest.raises(AssertionError) as raised:
        test()
    told = str(raised.value)
    assert "step 4 of the counterexample is no longer possible: the agent of clerk decides to ask" in told
    assert "nothing is possible there" in told
    assert "prevented=4" in told
    cured = file.text.replace('prop="once",', 'prop="once",\n        prevented=4,')
    (tmp_path / file.path).write_text(cured, encoding="utf-8")
    loaded(tmp_path / file.path).test_once_one_clerk()
    machine_at(tmp_path / "spec.yaml", text)
    with pytest.raises(AssertionError, match="step 4 is possible again"):
        loaded(tmp_path / file.path).test_once_one_clerk()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("  once: {always: desk.asked <= 1}\n", "  other: {always: desk.asked <= 2}\n"),
            "no property `once` any more",
        ),
        (("one clerk: {}", "two clerks: {}"), "no case `one clerk` any more"),
        (("messages:", "massages:"), "cannot be used"),
        (
            ("  once: {always: desk.asked <= 1}", "  once:\n    always: desk.asked <= 1\n    only: [another]"),
            "cannot be decided here",
        ),
    ],
)
def test_what_a_test_rests_on_has_to_be_there(
    change: tuple[str, str], said: str, keep: Callable[[str], Callable[[], None]], tmp_path: Path
) -> None:
    text = SPEC.replace("PROPERTY", "once: {always: desk.asked <= 1}")
    test = keep(text)
    (tmp_path / "spec.yaml").write_text(text.replace(*change) + "  another: {}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=said):
        test()


def test_only_what_breaks_again_is_written(tmp_path: Path) -> None:
    machine = machine_at(tmp_path / "spec.yaml", SPEC.replace("PROPERTY", "once: {always: desk.asked <= 1}"))
    (trace,) = surprises(machine)
    harmless = replace(trace, story=replace(trace.story, steps=trace.story.steps[:2]))
    lost = replace(trace, story=replace(trace.story, steps=(trace.story.steps[1],)))
    file, findings = python_tests(machine, [trace, harmless, lost], tmp_path / "test_again.py")
    assert file is not None
    assert file.text.count("retrace(\n") == 1
    assert [finding.code.number for finding in findings] == ["CMY0711", "CMY0711"]
    assert findings[0].notes == ("taking the same steps again does not break `once`",)
    assert "no longer possible" in findings[1].notes[0]


def test_the_initial_state_is_found_again(tmp_path: Path) -> None:
    """A story that was told of one state for all that are alike may number its initial state otherwise."""
    text = SPEC.replace("PROPERTY", "once: {always: desk.asked <= 1}")
    text = text.replace("variables: {asked: int}", "variables:\n      asked: {type: int, start_in: 0..1}")
    machine = machine_at(tmp_path / "spec.yaml", text)
    (trace,) = surprises(machine)
    assert trace.story.beginning == ("desk.asked starts as 1",)
    told = replayed(machine, replace(trace, story=replace(trace.story, start=99)))
    assert isinstance(told, tuple)
    assert told[0].start == trace.story.start == 1


def test_the_command_writes_the_test_and_leaves_foreign_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["comity", *arguments])
        return run()

    monkeypatch.chdir(tmp_path)
    text = SPEC.replace("PROPERTY", "once: {always: desk.asked <= 1}")
    Path("spec.yaml").write_text(text, encoding="utf-8")
    assert call("verify", "spec.yaml", "--save-test", "tests/test_once.py") == 1
    assert "tests/test_once.py: written" in capsys.readouterr().err
    with pytest.raises(AssertionError, match="once fails"):
        loaded(Path("tests/test_once.py")).test_once_one_clerk()
    Path("tests/test_once.py").write_text("# mine\n", encoding="utf-8")
    assert call("verify", "spec.yaml", "--save-test", "tests/test_once.py") == 1
    assert "CMY0611" in capsys.readouterr().err
    Path("spec.yaml").write_text(text.replace("if: asked < 2", "if: asked < 1"), encoding="utf-8")
    assert call("verify", "spec.yaml", "--save-test", "tests/none.py") == 0
    assert "no counterexample to write a test of" in capsys.readouterr().err


UNRECORDED = """
comity: "1"
protocol: shop
roles:
  shop:
    states:
      charge:
        - perform: charge(amount=3) -> ok
          goto: done
        - perform: charge(amount=3) -> no
          goto: done
      done: final
properties:
  told:
    step: not (happened(charge) and old(happened(charge)) and shop in crashed and not old(shop in crashed))
tolerates: {crash: {shop: 1}}
verify: {one: {}}
"""

ERRAND = """
comity: "1"
protocol: errand
messages: {Go: {}}
roles:
  sender: {states: {s: [{when: true, do: send Go() to runner, goto: e}], e: final}}
  runner: {states: {s: [{receive: Go, goto: e}], e: final}}
"""

WHOLE = """
comity: "1"
protocol: day
parts: {run: {use: errand, roles: {sender: boss, runner: boy}}}
roles:
  boss: {states: {at: [{run: run, goto: over}], over: final}}
  boy: {states: {at: [{run: run, goto: home}], home: final}}
properties:
  out: {never: boy in home}
verify: {one: {}}
"""


@pytest.mark.parametrize(("text", "told"), [(UNRECORDED, "taking effect and recording it"), (WHOLE, "in run: boss")])
def test_steps_are_found_by_what_a_story_adds_to_them_too(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "errand.yaml").write_text(ERRAND.lstrip("\n"), encoding="utf-8")
    machine = machine_at(tmp_path / "spec.yaml", text.lstrip("\n"))
    (trace,) = surprises(machine)
    assert any(told in step.label for step in trace.story.steps)
    assert isinstance(replayed(machine, trace), tuple)


TWO_TIMERS = """\
comity: "1"
protocol: timers
roles:
  a:
    states:
      any:
        - after: 2s
          goto: rung
      waiting:
        - after: 2s
          goto: slept
      rung: final
      slept: final
properties:
  p: {never: a in rung}
  q: {never: a in slept}
verify:
  c: {}
"""


def test_of_steps_told_in_the_same_words_each_is_tried(tmp_path: Path) -> None:
    machine = machine_at(tmp_path / "spec.yaml", TWO_TIMERS)
    file, findings = python_tests(machine, surprises(machine), tmp_path / "test_again.py")
    assert findings == []
    assert file is not None
    (tmp_path / file.path).write_text(file.text, encoding="utf-8")
    module = loaded(tmp_path / file.path)
    for test in (module.test_p_c, module.test_q_c):
        with pytest.raises(StillBroken):
            test()
    machine_at(tmp_path / "spec.yaml", TWO_TIMERS.replace("goto: rung", "goto: slept"))
    module.test_p_c()
    with pytest.raises(StillBroken):
        module.test_q_c()
    machine_at(tmp_path / "spec.yaml", TWO_TIMERS.replace("2s", "3s"))
    with pytest.raises(AssertionError, match="step 1 of the counterexample is no longer possible"):
        module.test_q_c()
