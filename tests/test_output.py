"""Files are put in place only where they belong, only when they change, and never over what comity did not write."""

from pathlib import Path

import pytest

from comityc.output import GENERATED_BY, GeneratedFile, check_files, write_files

OURS = f"# {GENERATED_BY}\nx = 1\n"


def codes(findings: object) -> list[str]:
    assert isinstance(findings, tuple)
    return [finding.code.number for finding in findings]


def test_a_file_is_written_once_and_then_left_alone(tmp_path: Path) -> None:
    files = [GeneratedFile("vote.py", OURS)]
    assert [w.action for w in write_files(files, tmp_path / "new")[0]] == ["written"]
    target = tmp_path / "new" / "vote.py"
    before = target.stat()
    assert [w.action for w in write_files(files, tmp_path / "new")[0]] == ["unchanged"]
    after = target.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [path.name for path in target.parent.iterdir()] == ["vote.py"]


def test_a_file_of_ours_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "vote.py"
    target.write_text(f"# {GENERATED_BY}, an older one\n")
    target.chmod(0o640)
    assert [w.action for w in write_files([GeneratedFile("vote.py", OURS)], tmp_path)[0]] == ["written"]
    assert target.read_text() == OURS
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_file_of_somebody_else_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("precious = True\n")
    files = [GeneratedFile("other.py", OURS), GeneratedFile("mine.py", OURS)]
    written, findings = write_files(files, tmp_path)
    assert codes(findings) == ["CMY0611"]
    assert [w.action for w in written] == ["refused"]
    assert (tmp_path / "mine.py").read_text() == "precious = True\n"
    assert not (tmp_path / "other.py").exists()


@pytest.mark.parametrize("path", ["../out.py", "a/../../out.py", "/tmp/out.py", "."])
def test_nothing_is_written_outside_the_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    assert codes(write_files([GeneratedFile(path, OURS)], folder)[1]) == ["CMY0612"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "inside", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "way").symlink_to(elsewhere)
    (folder / "file.py").symlink_to(elsewhere / "file.py")
    files = [GeneratedFile("way/out.py", OURS), GeneratedFile("file.py", OURS)]
    assert codes(write_files(files, folder)[1]) == ["CMY0612", "CMY0612"]
    assert list(elsewhere.iterdir()) == []


def test_a_link_within_the_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text(OURS)
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    assert codes(write_files([GeneratedFile("link.py", "y = 2\n")], tmp_path)[1]) == ["CMY0611"]


def test_a_folder_that_is_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert codes(write_files([GeneratedFile("vote.py", OURS)], tmp_path / "taken")[1]) == ["CMY0613"]


def test_a_stale_and_a_missing_file_are_reported_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(f"# {GENERATED_BY}\n")
    (tmp_path / "fresh.py").write_text(OURS)
    files = [GeneratedFile(name, OURS) for name in ("old.py", "fresh.py", "missing.py")]
    findings = check_files(files, tmp_path)
    assert codes(findings) == ["CMY0614", "CMY0614"]
    assert "missing" in findings[1].message
    assert (tmp_path / "old.py").read_text() == f"# {GENERATED_BY}\n"
    assert not (tmp_path / "missing.py").exists()
