"""What all tests share: files of expected output, and the option that writes them anew."""

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what is printed now as what is expected")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return a function that fails with a unified diff when a text is not what its file says."""

    def check(expected_file: Path, actual: str) -> None:
        if request.config.getoption("--update-golden"):
            expected_file.write_text(actual, encoding="utf-8", newline="\n")
            return
        expected = expected_file.read_text(encoding="utf-8") if expected_file.exists() else ""
        if actual != expected:
            diff = difflib.unified_diff(expected.splitlines(True), actual.splitlines(True), expected_file.name, "now")
            pytest.fail("".join(diff) + "\nIf the change is intended: pytest --update-golden", pytrace=False)

    return check
