"""Rejected examples that cannot be a marked text file: a file that is not there, too large, or not text."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Made:
    """An example made on the spot: `make` gets an empty folder and returns the path to check; the finding is on `line`."""

    code: str
    line: int
    make: Callable[[Path], Path]


def _missing(folder: Path) -> Path:
    return folder / "missing.yaml"


def _folder(folder: Path) -> Path:
    return folder


def _written(data: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        file = folder / "spec.yaml"
        file.write_bytes(data)
        return file

    return make


HEAD = b'comity: "1"\nprotocol: lamp\nroles: {lamp: {states: {lit: final}}}\n'

MADE_EXAMPLES = (
    Made("CMY0001", 1, _missing),
    Made("CMY0002", 1, _folder),
    Made("CMY0003", 1, _written(b"#" * (2 << 20))),
    Made("CMY0004", 1, _written(HEAD.decode().encode("utf-16"))),
    Made("CMY0006", 1, _written(b"# to be written\n")),
    Made("CMY0014", 4, _written(HEAD + b"x-note: " + b"[" * 40 + b"]" * 40 + b"\n")),
    Made("CMY0015", 4, _written(HEAD + b"x-note: [" + b"1, " * 50_000 + b"1]\n")),
    Made("CMY0016", 4, _written(HEAD + b"doc: " + b"long " * 14_000 + b"\n")),
)

SHOWN_ELSEWHERE = {
    **dict.fromkeys(("CMY0611", "CMY0612", "CMY0613", "CMY0614"), "tests/test_output.py"),
    **dict.fromkeys(("CMY0701", "CMY0702"), "tests/explore/test_trace.py"),
    "CMY0711": "tests/testing/test_save_test.py",
}
"""Codes that no check of a spec reports, since they are about other files: the test of each, which names the code."""
