"""Everything that the documentation shows is run: files are written, commands are typed, output is compared.

In README.md and below docs/, a fence ```` ```yaml approval.yaml ```` (any language, then a file name) writes that file; ```` ```console ````
holds commands after `$ ` with what they print, where a line `...` stands for any lines and `...` inside a line for any text;
a fence ```` ```python run ```` is a script that has to run. All of one page happens in one folder.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "compiler" / "ARCHITECTURE.md"]
FENCE = re.compile(r"^```(?P<language>\w+)(?: +(?P<rest>[^\n]+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    language: str
    rest: str
    body: str
    line: int


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order."""
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield Block(match["language"], match["rest"] or "", match["body"], text.count("\n", 0, match.start()) + 1)


@pytest.mark.parametrize("page", [p for p in PAGES if p.exists()], ids=lambda p: str(p.relative_to(ROOT)))
def test_what_a_page_shows_is_what_happens(page: Path, tmp_path: Path) -> None:
    for name in ("specs", "generated", "README.md", "Makefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    for block in blocks_of(page):
        where = f"{page.relative_to(ROOT)}:{block.line}"
        if block.language == "console":
            run_console(block, tmp_path, where)
        elif block.language == "python" and block.rest == "run":
            run_script(block, tmp_path, where)
        elif re.fullmatch(r"[\w./-]+\.\w+", block.rest):
            target = tmp_path / block.rest
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, encoding="utf-8")


def run_console(block: Block, folder: Path, where: str) -> None:
    """Type each command and compare what it prints."""
    command: str | None = None
    expected: list[str] = []
    for line in [*block.body.splitlines(), "$ "]:
        if not line.startswith("$ "):
            expected.append(line)
            continue
        if command is not None and not command.startswith("make "):
            compare(command, "\n".join(expected), folder, where)
        command, expected = line[2:], []


def compare(command: str, expected: str, folder: Path, where: str) -> None:
    """Run one command in the folder; its output has to match."""
    words = shlex.split(command)
    if words[0] in ("comity", "pytest"):
        words[:1] = [sys.executable, "-m", "comityc" if words[0] == "comity" else "pytest"]
    elif words[0] == "python":
        words[0] = sys.executable
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONPATH": str(folder)}
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, env=environment, timeout=300, check=False)
    printed = "\n".join(line.rstrip() for line in (done.stdout + done.stderr).splitlines()) + "\n"
    wanted = "\n".join(line.rstrip() for line in expected.splitlines()) + "\n"
    if not expected.strip():
        assert done.returncode == 0, f"{where}: {command}\n{printed}"
        return
    matches = doctest.OutputChecker().check_output(wanted, printed, doctest.ELLIPSIS)
    assert matches, f"{where}: {command}\n--- shown\n{wanted}\n--- printed\n{printed}"


def run_script(block: Block, folder: Path, where: str) -> None:
    """Run a Python block as a script."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", block.body], cwd=folder, capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"
