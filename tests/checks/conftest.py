"""The text of a spec comes in, what the static checks find in it goes out."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.driver import check_file

Check = Callable[[str], tuple[Diagnostic, ...]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Return a function from a spec to its findings. Anything before the checks would make a test say nothing."""

    def run(text: str) -> tuple[Diagnostic, ...]:
        file = tmp_path / "spec.yaml"
        file.write_text(dedent(text), encoding="utf-8")
        result = check_file(str(file))
        earlier = [finding for finding in result.diagnostics if not finding.code.number.startswith("CMY05")]
        assert result.machine is not None, earlier
        return tuple(finding for finding in result.diagnostics if finding not in earlier)

    return run


@pytest.fixture
def names(check: Check) -> Callable[[str], list[str]]:
    """Return a function from a spec to the names of its findings, each with the text of its first line."""

    def run(text: str) -> list[str]:
        lines = dedent(text).splitlines()
        return [f"{finding.code.name}: {lines[finding.span.line - 1].strip()}" for finding in check(text)]

    return run
