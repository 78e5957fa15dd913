"""What a command costs before it does anything: nothing is imported that it has no use for. (Times are measured in benchmarks.)"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VOTE = "specs/voting/threshold_vote.yaml"
COMMIT = "specs/conformance/tcommit.yaml"

RUN = """
import json, sys
from comityc.__main__ import main
try:
    main()
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]), file=sys.__stdout__)
"""

SLOW = ("typer", "click", "pydantic", "rich", "lark", "jinja2", "scipy", "hypothesis", "jsonschema", "pytest")
LATER = ("numpy", "ctypes", "subprocess", "tempfile", "comity", "comityc.backends", "comityc.explore", "comityc.play")


@pytest.mark.parametrize(
    ("arguments", "not_for_this"),
    [
        (("check", VOTE), (*SLOW, *LATER, "comityc.commands", "comityc.by_parts")),
        (("check", "--json", VOTE), (*SLOW, *LATER)),
        (("expand", VOTE), (*SLOW, *LATER, "comityc.lower", "comityc.checks")),
        (("explain", "CMY0201"), (*SLOW, *LATER, "yaml", "comityc.syntax", "comityc.lower")),
        (("diagram", VOTE), (*SLOW, "numpy", "comityc.explore", "comityc.backends.python")),
        (("compile", VOTE, "--check"), (*SLOW, "numpy", "comityc.explore", "comityc.play")),
        (
            ("verify", COMMIT, "--case", "one manager", "--no-symmetry"),
            (
                *SLOW,
                "comityc.by_parts",
                "comityc.testing",
                "comityc.backends.diagram",
                "comityc.explore.counters",
                "comityc.explore.symmetry.orbits",
                "comityc.explore.telling.page",
            ),
        ),
    ],
)
def test_nothing_is_imported_that_is_not_used(arguments: tuple[str, ...], not_for_this: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    assert not [name for name in modules if any(name == one or name.startswith(f"{one}.") for one in not_for_this)]


def test_help_and_wrong_usage_are_left_to_typer() -> None:
    done = subprocess.run([sys.executable, "-c", RUN, "check"], cwd=ROOT, capture_output=True, text=True, check=False)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 2
    assert "typer" in modules
