"""Everything that the documentation shows is run: files are written, commands are typed, output is compared.

In README.md and below docs/, a fence ```` ```yaml approval.yaml ```` (any language, then a file name) writes that file, and
```` ```diff approval.yaml ```` changes it. ```` ```console ```` holds commands after `$ ` with what they print, where a line
`...` stands for any lines and `...` inside a line for any text, and seconds may differ; a command that shows nothing has to exit
with 0. A fence ```` ```python run ```` is a script that has to run, and ```` ```python from vote.py ```` shows parts of that file.
All of one page happens in one folder.
"""

import importlib.metadata
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pages import FENCE, ROOT, Block, blocks_of

from comityc import cli

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "compiler" / "ARCHITECTURE.md"]
SECONDS = re.compile(r"\b\d+\.\d+ s\b")
LINK = re.compile(r"\]\((?!https?://)(?P<target>[^)#\s]+)(?:#[\w-]+)?\)")


def shown(page: Path) -> str:
    return str(page.relative_to(ROOT))


EXISTING = [page for page in PAGES if page.exists()]


@pytest.mark.parametrize("page", EXISTING, ids=shown)
def test_what_a_page_shows_is_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("specs", "README.md", "Makefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    if page.name == "README.md":
        shutil.copytree(ROOT / "generated", tmp_path / "generated", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    for name, value in (("COLUMNS", "100"), ("NO_COLOR", "1"), ("PYTHONPATH", str(tmp_path))):
        monkeypatch.setenv(name, value)
    for block in blocks_of(page):
        where = f"{shown(page)}:{block.line}"
        if block.language == "console":
            run_console(block, where, monkeypatch, capfd)
        elif block.language == "python" and block.rest == "run":
            done = subprocess.run(
                [sys.executable, "-c", block.body], capture_output=True, text=True, timeout=120, check=False
            )
            assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"
        elif block.rest.startswith("from "):
            source = Path(block.rest.removeprefix("from ")).read_text(encoding="utf-8")
            for part in re.split(r"^ *\.\.\.\n", block.body, flags=re.MULTILINE):
                assert part in source, f"{where}: this is not there\n{part}"
        elif block.language == "diff" and block.rest:
            target = Path(block.rest)
            target.write_text(changed(target.read_text(encoding="utf-8"), block.body, where), encoding="utf-8")
        elif re.fullmatch(r"[\w./-]+\.\w+", block.rest):
            Path(block.rest).parent.mkdir(parents=True, exist_ok=True)
            assert Path(block.rest).resolve().is_relative_to(tmp_path.resolve()), (
                f"{where}: outside the page's own folder"
            )
            Path(block.rest).write_text(block.body, encoding="utf-8")


@pytest.mark.parametrize("page", EXISTING, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    missing = [match["target"] for match in LINK.finditer(text) if not (page.parent / match["target"]).exists()]
    assert not missing


def changed(text: str, diff: str, where: str) -> str:
    """Apply a diff whose hunks are told apart by a line `...`: each has to fit in exactly one place."""
    for hunk in re.split(r"^ *\.\.\.\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
        assert text.count(old) == 1, f"{where}: this stands {text.count(old)} times in the file:\n{old}"
        text = text.replace(old, new)
    return text


def run_console(block: Block, where: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Type each command and compare what it prints."""
    command: str | None = None
    expected: list[str] = []
    for line in [*block.body.splitlines(), "$ "]:
        if not line.startswith("$ "):
            expected.append(line)
            continue
        if command is not None:
            status, printed = typed(shlex.split(command), monkeypatch, capfd)
            compare(f"{where}: {command}", "\n".join(expected), printed, status)
        command, expected = line[2:], []


def typed(words: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run one command; our own in this process, because there are many and starting Python takes long."""
    if words[0] == "comity":
        monkeypatch.setattr(sys, "argv", words)
        capfd.readouterr()
        status = cli.run()
        captured = capfd.readouterr()
        return status, captured.out + captured.err
    if words[0] == "pytest":
        words = [sys.executable, "-m", "pytest", *plugin(), *words[1:]]
    elif words[0] == "python":
        words = [sys.executable, *words[1:]]
    done = subprocess.run(words, capture_output=True, text=True, env=os.environ, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def plugin() -> list[str]:
    """Name the pytest plugin where the project is on the path, but not installed."""
    known = importlib.metadata.entry_points(group="pytest11")
    return [] if "comity" in known.names else ["-p", "comityc.pytest_plugin"]


def compare(where: str, expected: str, printed: str, status: int) -> None:
    """What is shown has to be what is printed, but for what `...` leaves out, and how long it took."""
    wanted, got = tidy(expected), tidy(printed)
    if not expected.strip():
        assert status == 0, f"{where}\n{got}"
        return
    pattern = "".join(
        "(?:.*\n)*?" if line.strip() == "..." else ".*".join(map(re.escape, line.split("..."))) + "\n"
        for line in wanted.splitlines()
    )
    assert re.fullmatch(pattern, got), f"{where}\n--- shown\n{wanted}\n--- printed\n{got}"


def tidy(text: str) -> str:
    """Leave out what nobody sees, and how long it took."""
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return SECONDS.sub("0.00 s", "\n".join(lines)) + "\n"
