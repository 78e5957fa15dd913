"""`pytest specs/` collects specs: checks, cases, properties and scenarios, with stories as failure texts."""

import subprocess
import sys
from pathlib import Path

SPEC = """\
comity: "1"
protocol: greeting
messages:
  Hello: {}
roles:
  caller:
    states:
      start:
        - when: true
          do: send Hello() to listener
          goto: done
      done: final
  listener:
    states:
      idle:
        - receive: Hello
          goto: done
      done: final
properties:
  heard:
    eventually: listener in done
verify:
  calm: {}
  a message is lost:
    faults: {lose: 1}
    violates: [heard, no_deadlock]
scenarios:
  one hello:
    expect: listener in done
"""


def collected(folder: Path, spec: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on a folder with one spec, and a YAML file that is none."""
    (folder / "greeting.yaml").write_text(spec, encoding="utf-8")
    (folder / "other.yaml").write_text("a: 1\n", encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, "."]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_check_cases_properties_and_scenarios_are_tests(tmp_path: Path) -> None:
    listed = collected(tmp_path, SPEC, "--collect-only", "-q").stdout
    for name in ("check", "calm", "calm::heard", "a message is lost::no_deadlock", "scenario one hello"):
        assert f"greeting.yaml::{name}\n" in listed
    assert "other.yaml" not in listed


def test_a_spec_that_keeps_its_promises_passes(tmp_path: Path) -> None:
    done = collected(tmp_path, SPEC)
    assert done.returncode == 0, done.stdout


def test_a_broken_promise_fails_with_its_story(tmp_path: Path) -> None:
    done = collected(tmp_path, SPEC.replace("    violates: [heard, no_deadlock]\n", ""))
    assert done.returncode == 1
    assert "the message Hello from caller to listener is lost" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_failed_scenario_fails_with_its_chart(tmp_path: Path) -> None:
    done = collected(tmp_path, SPEC.replace("expect: listener in done", "expect: listener in idle"))
    assert done.returncode == 1
    assert "what it expects does not hold at the end" in done.stdout


def test_a_spec_that_cannot_be_read_fails_with_its_findings(tmp_path: Path) -> None:
    done = collected(tmp_path, SPEC.replace("goto: done", "goto: dnoe"))
    assert done.returncode == 1
    assert "did you mean `done`?" in done.stdout
