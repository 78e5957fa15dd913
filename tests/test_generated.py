"""`generated/` is what `comity compile specs` gives today: fresh to the byte, whatever the hash seed, and formatted as ruff would."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def compile_specs(output: Path, *options: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Compile the library into a folder."""
    words = [sys.executable, "-m", "comityc", "compile", "specs", "--output", str(output), *options]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=environment, timeout=120, check=False)


def test_generated_code_is_fresh() -> None:
    done = compile_specs(Path("generated"), "--check", seed="1")
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_else_lies_in_generated() -> None:
    done = compile_specs(Path("generated"), "--check", seed="2")
    assert done.returncode == 0
    kept = {path.name for path in (ROOT / "generated").glob("*.py")}
    protocols = {name for name in kept if not name.startswith("test_")}
    assert kept == protocols | {f"test_{name}" for name in protocols}


def test_generated_code_is_formatted_already() -> None:
    words = [sys.executable, "-m", "ruff", "format", "--check", "--isolated", "--line-length", "120", "generated"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_generated_code_imports_the_runtime_alone() -> None:
    allowed = {"collections", "dataclasses", "datetime", "fractions", "typing", "comity"}
    for path in sorted((ROOT / "generated").glob("*.py")):
        if path.name.startswith("test_"):
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
        assert imported <= allowed, path.name
