"""The command line as a person meets it: what is printed where, and which exit code says what."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from comityc.cli import run

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "specs" / "conformance" / "tcommit.yaml"

SPEC = """\
comity: "1"
protocol: lamp
messages: {Press: {}}
roles:
  hand:
    states:
      idle:
        - decide: press
          prompt: true
          do: send Press() to lamp
          goto: done
      done: final
  lamp:
    states:
      dark:
        - receive: Press
          goto: lit
        - after: 1h
          goto: lit
      lit: final
properties:
  shines: {eventually: lamp in lit}
verify:
  one press: {}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lamp.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(SPEC.replace("goto: lit", "goto: lid", 1), encoding="utf-8")
    (tmp_path / "empty").mkdir()
    return tmp_path


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["comity", *arguments])
    return run()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("check lamp.yaml", 0),
        ("check wrong.yaml", 1),
        ("check lamp.yaml wrong.yaml", 1),
        ("check .", 1),
        ("check nowhere.yaml", 1),
        ("check empty", 2),
        ("check", 2),
        ("check --nonsense lamp.yaml", 2),
        ("check --json --sarif lamp.yaml", 2),
        ("verify lamp.yaml", 0),
        ("verify lamp.yaml --case nothing", 2),
        ("verify lamp.yaml --with nothing=1", 2),
        ("verify wrong.yaml", 1),
        ("compile wrong.yaml", 1),
        ("compile empty", 2),
        ("run empty", 2),
        ("run wrong.yaml", 1),
        ("run lamp.yaml --decide hand.pres=true", 2),
        ("run lamp.yaml --scenario nothing", 2),
        ("run lamp.yaml --seed 1", 0),
        ("expand lamp.yaml", 0),
        ("diagram lamp.yaml", 0),
        ("diagram .", 2),
        ("explain CMY0205", 0),
        ("explain unknown-state", 0),
        ("explain nothing", 2),
        ("nothing", 2),
    ],
)
def test_the_exit_code_says_how_it_went(
    arguments: str, status: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, *arguments.split()) == status
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert "bug of ours" not in printed.err
    assert sorted(path.name for path in folder.iterdir()) == ["empty", "lamp.yaml", "wrong.yaml"]


def test_a_run_draws_the_start_that_is_left_open(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lit = "  lamp:\n    variables:\n      level: {type: int, start_in: 3..4}\n"
    (folder / "open.yaml").write_text(SPEC.replace("  lamp:\n", lit, 1), encoding="utf-8")
    assert call(monkeypatch, "run", "open.yaml", "--seed", "1") == 0
    assert "seed 1" in capsys.readouterr().out


def test_a_run_without_a_start_value_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lit = "  lamp:\n    variables:\n      level: int = 1 // 0\n"
    (folder / "none.yaml").write_text(SPEC.replace("  lamp:\n", lit, 1), encoding="utf-8")
    assert call(monkeypatch, "run", "none.yaml") == 2
    assert "no start value" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "verify", "compile", "run", "expand", "diagram"])
def test_an_empty_name_is_no_folder(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, command, "") == 2
    assert "is empty" in capsys.readouterr().err


def test_findings_go_to_stdout_and_the_sum_to_stderr(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "check", "wrong.yaml")
    printed = capsys.readouterr()
    assert printed.out.startswith("wrong.yaml:17:17: error[CMY0205]: unknown state `lid`")
    assert printed.err == "1 error in 1 file\n"


def test_json_names_each_finding_and_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "check", "--json", "lamp.yaml", "wrong.yaml") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "comity.check/1"
    assert report["files"] == ["lamp.yaml", "wrong.yaml"]
    assert report["errors"] == 1
    (finding,) = report["diagnostics"]
    assert finding["code"] == "CMY0205"
    assert finding["help"] == "did you mean `lit`?"


def test_sarif_is_what_code_hosts_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "check", "--sarif", "wrong.yaml") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["version"] == "2.1.0"
    (result,) = report["runs"][0]["results"]
    assert result["ruleId"] == "CMY0205"


def test_compile_writes_once_and_notices_what_is_stale(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "compile", "lamp.yaml", "-o", "out", "--check") == 1
    assert not (folder / "out").exists()
    assert call(monkeypatch, "compile", "lamp.yaml", "-o", "out") == 0
    assert call(monkeypatch, "compile", "lamp.yaml", "-o", "out", "--check") == 0
    (folder / "lamp.yaml").write_text(SPEC.replace("1h", "2h"), encoding="utf-8")
    assert call(monkeypatch, "compile", "lamp.yaml", "-o", "out", "--check") == 1
    assert "is not what the spec compiles to" in capsys.readouterr().err


def test_compile_leaves_alone_what_it_did_not_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "lamp.py").write_text("mine = True\n", encoding="utf-8")
    assert call(monkeypatch, "compile", "lamp.yaml", "-o", "out") == 1
    assert "was not written by comity" in capsys.readouterr().err
    assert [path.name for path in (folder / "out").iterdir()] == ["lamp.py"]


def test_two_protocols_of_one_name_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "again.yaml").write_text(SPEC, encoding="utf-8")
    assert call(monkeypatch, "compile", "lamp.yaml", "again.yaml", "-o", "out") == 1
    assert "both called `lamp`" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_a_model_is_refused_by_name_and_passed_over_in_a_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "compile", str(MODEL), "-o", "out") == 1
    assert "it is a model" in capsys.readouterr().err
    assert not (folder / "out").exists()
    (folder / "wrong.yaml").write_bytes(MODEL.read_bytes())
    assert call(monkeypatch, "compile", ".", "-o", "out") == 0
    assert "wrong.yaml: passed over, it is a model" in capsys.readouterr().err
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["lamp.py", "test_lamp.py"]


def test_strict_counts_warnings(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warned = SPEC.replace("messages: {Press: {}}", "messages: {Press: {}, Idle: {}}")
    (folder / "lamp.yaml").write_text(warned, encoding="utf-8")
    assert call(monkeypatch, "check", "lamp.yaml") == 0
    assert "warning[CMY0504]" in capsys.readouterr().out
    assert call(monkeypatch, "check", "lamp.yaml", "--strict") == 1


def test_dead_parts_are_findings_and_hinder_no_search(tmp_path: Path) -> None:
    spec = """\
comity: "1"
protocol: dead
roles:
  one:
    states:
      start:
        - when: true
          goto: done
        - when: true
          goto: start
      done: final
properties:
  ends:
    eventually: one in done
verify:
  calm: {}
"""
    (tmp_path / "dead.yaml").write_text(spec, encoding="utf-8")
    words = [sys.executable, "-m", "comityc", "verify", "dead.yaml"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "CMY0513" in done.stderr
    assert "calm: " in done.stdout


LETTER = """\
comity: "1"
protocol: letter
messages: {Letter: {}}
roles:
  writer: {states: {s: [{when: true, do: send Letter() to reader, goto: t}], t: final}}
  reader: {states: {s: [{receive: Letter, goto: t}], t: final}}
properties:
  unread: {never: reader in t}
verify:
  calm: {}
"""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
@pytest.mark.parametrize(("how", "shown"), [((), "* when true"), (("--ladder",), "letter     x/+")])
@pytest.mark.parametrize("mode", ["0", "1"])
def test_what_a_terminal_cannot_show_is_shown_otherwise(
    tmp_path: Path, encoding: str, how: tuple[str, ...], shown: str, mode: str
) -> None:
    (tmp_path / "letter.yaml").write_text(LETTER, encoding="utf-8")
    words = [sys.executable, "-m", "comityc", "verify", "letter.yaml", *how]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": mode}
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=60, check=False, env=environment)
    assert done.returncode == 1
    assert done.stderr == b""
    printed = done.stdout.decode(encoding)
    assert printed.isascii()
    assert "|-- Letter ->|" in printed
    assert shown in printed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_an_output_that_takes_no_more_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.yaml").write_text(LETTER, encoding="utf-8")
    words = [sys.executable, "-m", "comityc", "verify", "letter.yaml"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            words, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "comity: the output could not be written: No space left on device\n"
