"""Every bad input gets a located finding within a second and 200 MB, no traceback, and no file is written.

All run in one process of their own, in an empty folder and without a network, so that its memory can be measured.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .bad_inputs import BAD_INPUTS, BadInput

MOST_SECONDS = 1.0
MOST_MEGABYTES = 200

WORKER = """
import json, resource, socket, sys, time
from pathlib import Path

def peak_megabytes():
    status = Path("/proc/self/status")  # `ru_maxrss` may begin with the peak of the process that started this one
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024

def no_network(*_):
    raise AssertionError("a spec is checked without a network")

socket.socket.connect = no_network
from comityc.diagnostics.render import to_text
from comityc.driver import check_file

for path in json.load(sys.stdin):
    began = time.perf_counter()
    try:
        findings = [
            (d.code.number, d.is_error, d.span.line, d.span.column, to_text(d)) for d in check_file(path).diagnostics
        ]
        trouble = ""
    except BaseException as error:
        findings, trouble = [], f"{type(error).__name__}: {error}"[:500]
    seconds = time.perf_counter() - began
    megabytes = peak_megabytes()
    print(json.dumps({"findings": findings, "trouble": trouble, "seconds": seconds, "megabytes": megabytes}), flush=True)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """Check all bad inputs, each in a folder of its own."""
    root = tmp_path_factory.mktemp("bad")
    paths = [_made(bad, root / str(number)) for number, bad in enumerate(BAD_INPUTS)]
    before = sorted(root.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-c", WORKER], input=json.dumps(paths), cwd=root, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert sorted(root.rglob("*")) == before, "checking wrote a file"
    return [json.loads(line) for line in done.stdout.splitlines()]


def _made(bad: BadInput, folder: Path) -> str:
    folder.mkdir()
    if callable(bad.make):
        return str(bad.make(folder))
    file = folder / "spec.yaml"
    file.write_bytes(bad.make if isinstance(bad.make, bytes) else bad.make.encode("utf-8"))
    return str(file)


@pytest.mark.parametrize("number", range(len(BAD_INPUTS)), ids=lambda n: f"{BAD_INPUTS[n].row}-{BAD_INPUTS[n].name}")
def test_a_bad_input_is_refused_at_its_place(outcomes: list[dict[str, object]], number: int) -> None:
    bad, outcome = BAD_INPUTS[number], outcomes[number]
    assert not outcome["trouble"]
    findings = outcome["findings"]
    assert isinstance(findings, list)
    codes = [code for code, *_ in findings]
    if bad.expected:
        assert any(code.startswith(bad.expected) for code in codes), codes
    else:
        assert not [text for _, is_error, _, _, text in findings if is_error]
    for _, _, line, column, text in findings:
        assert line >= 1
        assert column >= 1
        assert len(text.splitlines()) <= 12
        assert len(text) < 2_000
        assert text.isascii() or all(character.isprintable() or character == "\n" for character in text)


def test_each_is_judged_within_a_second(outcomes: list[dict[str, object]]) -> None:
    slow = {
        f"{bad.row}-{bad.name}": outcome["seconds"]
        for bad, outcome in zip(BAD_INPUTS, outcomes, strict=True)
        if not isinstance(outcome["seconds"], float) or outcome["seconds"] > MOST_SECONDS
    }
    assert not slow


def test_no_bad_input_takes_much_memory(outcomes: list[dict[str, object]]) -> None:
    peak = outcomes[-1]["megabytes"]
    assert isinstance(peak, float)
    assert peak < MOST_MEGABYTES
