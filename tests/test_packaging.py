"""The wheel holds the two packages, the standard library and every file that they read, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_what_is_needed(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"comity", "comityc"}
    data = {
        path
        for path in (ROOT / "compiler" / "comityc").rglob("*")
        if path.suffix in (".lark", ".json", ".md", ".typed")
    }
    wanted = {str(path.relative_to(ROOT / "compiler")) for path in data}
    wanted |= {f"comityc/{path.relative_to(ROOT)}" for path in (ROOT / "specs").rglob("*.yaml")}
    wanted.add("comity/py.typed")
    assert wanted <= set(names), sorted(wanted - set(names))
