"""The bench of generated tests finds seeded bugs, in generated code and in specs, and tells them so that they can be replayed."""

import re
import subprocess
import sys
from pathlib import Path

SPEC = """\
comity: "1"
protocol: approval
messages:
  Ask: {}
  Answer: {granted: bool}
roles:
  clerk:
    variables:
      granted: bool?
    states:
      start:
        - decide: ask
          prompt: true
          do: send Ask() to manager
          goto: waiting
      waiting:
        - receive: Answer
          do: granted = msg.granted
          goto: done
        - after: 5m
          goto: done
      done: final
  manager:
    variables:
      said: bool?
    states:
      idle:
        - resting
        - receive: Ask
          goto: thinking
      thinking:
        - ignore: Ask
        - decide: said in bool
          do: send Answer(granted=said) to clerk
          goto: done
      done: final
properties:
  agreed:
    always: clerk.granted in (none, manager.said)
  ends:
    eventually: clerk in done
tolerates: {lose: 1, duplicate: 1}
verify:
  as promised: {}
"""


def compiled(folder: Path, spec: str = SPEC) -> Path:
    """Write and compile the spec; return the path of its generated tests."""
    (folder / "approval.yaml").write_text(spec, encoding="utf-8")
    command(folder, "-m", "comityc", "compile", "approval.yaml", "-o", "generated")
    return folder / "generated" / "test_approval.py"


def command(folder: Path, *words: str, status: int = 0) -> str:
    """Run Python in a folder and return what it prints."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def run_tests(folder: Path, tests: Path, *, status: int) -> str:
    """Run generated tests and return what pytest prints."""
    return command(
        folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", str(tests), status=status
    )


def test_generated_tests_pass_on_what_was_generated(tmp_path: Path) -> None:
    assert "2 passed" in run_tests(tmp_path, compiled(tmp_path), status=0)


def test_a_bug_in_the_generated_code_is_found(tmp_path: Path) -> None:
    tests = compiled(tmp_path)
    module = tests.with_name("approval.py")
    text = module.read_text(encoding="utf-8")
    assert text.count("granted = message.granted") == 1
    module.write_text(text.replace("granted = message.granted", "granted = not message.granted"), encoding="utf-8")
    printed = run_tests(tmp_path, tests, status=1)
    assert "the generated machine of clerk does not do what the spec says: state" in printed


def test_a_stale_module_is_found(tmp_path: Path) -> None:
    tests = compiled(tmp_path)
    (tmp_path / "approval.yaml").write_text(SPEC.replace("5m", "6m"), encoding="utf-8")
    assert "test_generated_code_is_fresh" in run_tests(tmp_path, tests, status=1)


def test_a_bug_in_the_spec_is_told_in_its_words_and_can_be_played_again(tmp_path: Path) -> None:
    wrong = SPEC.replace("do: granted = msg.granted", "do: granted = not msg.granted")
    printed = run_tests(tmp_path, compiled(tmp_path, wrong), status=1)
    assert "agreed fails" in printed
    assert "clerk receives Answer(granted=" in printed
    token = re.search(r"comity run approval\.yaml --replay (\S+)", printed)
    assert token is not None, printed
    told = command(tmp_path, "-m", "comityc", "run", "approval.yaml", "--replay", token[1], status=1)
    assert "clerk receives Answer(granted=" in told
    assert "`clerk.granted in (none, manager.said)` does not hold" in told


def test_the_scenario_is_shrunk_to_what_matters(tmp_path: Path) -> None:
    wrong = SPEC.replace("do: granted = msg.granted", "do: granted = not msg.granted")
    printed = run_tests(tmp_path, compiled(tmp_path, wrong), status=1)
    steps = re.findall(r"^E? *(\d+)\. ", printed, re.MULTILINE)
    assert max(map(int, steps)) == 4  # ask, receive, decide, receive


def test_an_unhandled_message_is_found(tmp_path: Path) -> None:
    wrong = SPEC.replace("        - ignore: Ask\n", "")
    printed = run_tests(tmp_path, compiled(tmp_path, wrong), status=1)
    assert "no_unhandled_message fails" in printed


def test_a_damaged_token_is_refused(tmp_path: Path) -> None:
    compiled(tmp_path)
    for token in ("nonsense", "comity-replay/1:abc:%%%", "comity-replay/1:abc:eNoDAAAAAAE="):
        printed = command(tmp_path, "-m", "comityc", "run", "approval.yaml", "--replay", token, status=2)
        assert "Traceback" not in printed
