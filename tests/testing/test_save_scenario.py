"""Counterexamples written into their spec as scenarios: comments and layout stay, and only what fails when played is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from comityc.cli import run
from comityc.driver import check_file, checking_module
from comityc.play.scenario import play_scenario

SPEC = """\
# A vote, as small as it gets.
comity: "1"
protocol: vote
types:
  Choice: [yes, no]
messages:
  Ballot: {choice: Choice}      # one each
roles:
  chair:
    variables: {accepted: "bool?"}
    states:
      open:
        - resting
        - receive: Ballot
          if: msg.choice == no
          do: accepted = false
          goto: closed
        - receive: Ballot
          goto: heard
      heard:
        - resting
        - receive: Ballot
          do: accepted = true     # whatever the second one says
          goto: closed
      closed: final
  voter:
    count: 2
    states:
      idle:
        - resting
        - decide: choice in Choice
          do: send Ballot(choice=choice) to chair
          goto: done
      done: final


properties:
  never_yes:   {never: chair.accepted == true}     # odd   spaces
waive: {duplicates_are_harmless: each is heard}
verify:
  two voters: {}   # the end
"""


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["comity", *arguments])
        status = run()
        printed = capsys.readouterr()
        return status, printed.err

    return command


Call = Callable[..., tuple[int, str]]


def save(call: Call, text: str) -> tuple[int, str, str]:
    Path("vote.yaml").write_bytes(text.encode())
    status, said = call("verify", "vote.yaml", "--save-test", "vote.yaml")
    return status, said, Path("vote.yaml").read_bytes().decode()


def outcomes() -> dict[str, str | None]:
    machine = check_file("vote.yaml").machine
    assert machine is not None
    module = checking_module(machine)
    return {one.name: play_scenario(machine, one, module).failure for one in machine.scenarios}


def test_a_scenario_is_added_and_all_else_stays(call: Call) -> None:
    status, said, text = save(call, SPEC)
    assert status == 1
    assert "vote.yaml: scenario `never yes in two voters` added" in said
    assert text.startswith(SPEC)
    assert text[len(SPEC) :] == (
        "\nscenarios:\n"
        "  never yes in two voters:\n"
        "    decisions:\n"
        '      "voter[0].choice": [yes]\n'
        '      "voter[1].choice": [yes]\n'
        "    expect: not (chair.accepted == true)\n"
    )
    failure = outcomes()["never yes in two voters"]
    assert failure is not None
    assert "what it expects does not hold at the end" in failure


def test_it_passes_when_the_bug_is_cured(call: Call) -> None:
    _, _, text = save(call, SPEC)
    Path("vote.yaml").write_text(text.replace("accepted = true ", "accepted = false "), encoding="utf-8")
    assert outcomes() == {"never yes in two voters": None}


@pytest.mark.parametrize(
    "scenarios",
    [
        "scenarios:\n    calm:          # four blanks\n        expect: chair in open\n",
        "scenarios:   # of old\n  calm:\n    expect: chair in open\n\n# what follows\n",
    ],
)
def test_it_goes_behind_the_scenarios_that_are_there(scenarios: str, call: Call) -> None:
    text = SPEC.replace("verify:", f"{scenarios}verify:")
    _, _, written = save(call, text)
    assert set(outcomes()) == {"calm", "never yes in two voters"}
    kept = [line for line in written.splitlines() if line in text.splitlines()]
    assert kept == text.splitlines()
    assert written.index("never yes in two voters") < written.index("verify:")


def test_line_ends_stay_what_they_are(call: Call) -> None:
    _, _, written = save(call, SPEC.replace("\n", "\r\n"))
    assert written.startswith(SPEC.replace("\n", "\r\n"))
    assert written.count("\n") == written.count("\r\n")


def test_the_same_story_twice_gets_another_name(call: Call) -> None:
    save(call, SPEC)
    status, said = call("verify", "vote.yaml", "--save-test", "vote.yaml")
    assert status == 1
    assert "scenario `never yes in two voters 2` added" in said


def test_losses_can_be_told(call: Call) -> None:
    prompt = "- decide: choice in Choice\n          prompt: true"
    text = SPEC.replace("never_yes:   {never: chair.accepted == true}", "ends: {eventually: chair in closed}")
    text = text.replace("- resting\n        - decide: choice in Choice", prompt)
    _, said, written = save(call, text.replace("verify:", "tolerates: {lose: 1}\nverify:"))
    assert "added" in said
    assert 'lose: ["voter[' in written


def test_unhandled_messages_can_be_told(call: Call) -> None:
    heard = "        - receive: Ballot\n          do: accepted = true"
    text = SPEC.replace(heard, heard.replace("          do", "          if: msg.choice == no\n          do"))
    _, said, written = save(call, text)
    assert "no unhandled message in two voters" in said
    assert "expect: true" in written


def test_a_message_that_comes_too_late_is_held_back(call: Call) -> None:
    late = (
        "      open:\n        - resting\n        - after: 1m\n          do: accepted = true\n          goto: closed\n"
    )
    text = SPEC.replace("      open:\n        - resting\n", late).replace(
        "{never: chair.accepted == true}", "{never: chair.accepted == true and any(v in done for v in voter)}"
    )
    _, said, written = save(call, text)
    assert "added" in said
    assert '    hold:\n      "voter[0].Ballot": chair in closed\n' in written


def test_what_no_scenario_can_tell_is_said_and_nothing_is_written(call: Call) -> None:
    text = SPEC.replace("{never: chair.accepted == true}", "{step: chair.accepted == old(chair.accepted)}")
    status, said, written = save(call, text)
    assert status == 1
    assert "CMY0711" in said
    assert "`step` is about more than that" in said
    assert "--save-test tests/test_vote_again.py" in said
    assert written == text


def test_doubled_messages_are_for_python(call: Call) -> None:
    text = SPEC.replace("verify:", "tolerates: {duplicate: 1}\nverify:").replace("count: 2", "count: 1")
    status, said, written = save(call, text)
    assert status == 1
    assert "scenarios have no words for what happens in it: duplicate" in said
    assert written == text


def test_another_spec_is_left_alone(call: Call) -> None:
    Path("vote.yaml").write_text(SPEC, encoding="utf-8")
    Path("other.yaml").write_text("mine", encoding="utf-8")
    status, said = call("verify", "vote.yaml", "--save-test", "other.yaml")
    assert status == 1
    assert "--save-test takes the spec itself, or a Python file" in said
    assert Path("other.yaml").read_text(encoding="utf-8") == "mine"
