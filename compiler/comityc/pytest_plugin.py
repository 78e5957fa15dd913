"""The pytest plugin: spec files come in; each finding-free check, property of a case and scenario goes out as a test.

`pytest specs/` collects every YAML file that begins with a `comity:` key; nothing else is touched. A case is explored once,
when the first of its tests runs; the story of a counterexample is the failure text. A property that nothing put to the test in
a case is skipped there, with the reason; whether some case tests it is a test of its own.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from comityc.driver import CheckResult
    from comityc.explore.verdict import CaseVerdict, PropertyVerdict, SpecVerdict
    from comityc.machine.model import Scenario


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SpecFile | None":
    """Collect a YAML file when it is a spec."""
    if file_path.suffix in (".yaml", ".yml") and _is_spec(file_path):
        return SpecFile.from_parent(parent, path=file_path)
    return None


def _is_spec(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            lines = (line for line in stream if line.strip() and not line.lstrip().startswith("#"))
            return next(lines, "").startswith("comity:")
    except OSError:
        return False


class SpecFile(pytest.File):
    """A spec with its tests."""

    @cached_property
    def checked(self) -> "CheckResult":
        """What `comity check` says of it."""
        from comityc.driver import check_file

        return check_file(_shown(self.path))

    @cached_property
    def verdict(self) -> "SpecVerdict":
        """What `comity verify` says of it, explored when first asked for."""
        from comityc.by_parts.verify import verify_with_parts
        from comityc.driver import checking_module

        assert self.checked.machine is not None
        return verify_with_parts(self.checked.machine, checking_module(self.checked.machine))

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the check, then the cases with their properties, then the scenarios."""
        yield CheckItem.from_parent(self, name="check")
        machine = self.checked.machine
        if machine is None or self.checked.has_errors:
            return
        for case in machine.cases:
            yield CaseItem.from_parent(self, name=case.name, case=case.name)
            for prop in machine.properties:
                if prop.waived is None and (not prop.only or case.name in prop.only or prop.name in case.violates):
                    yield PropertyItem.from_parent(
                        self, name=f"{case.name}::{prop.name}", case=case.name, prop=prop.name
                    )
        for scenario in machine.scenarios:
            yield ScenarioItem.from_parent(self, name=f"scenario {scenario.name}", scenario=scenario)


class _SpecItem(pytest.Item):
    @property
    def spec(self) -> SpecFile:
        """The file that this is a test of."""
        assert isinstance(self.parent, SpecFile)
        return self.parent

    def reportinfo(self) -> tuple[Path, None, str]:
        """Say where the test stands."""
        return self.path, None, f"{self.path.name}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Show what was found and no traceback of ours."""
        if isinstance(excinfo.value, Finding):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))


class Finding(Exception):
    """What a test has to say."""


class CheckItem(_SpecItem):
    """The spec has no findings that are errors."""

    def runtest(self) -> None:
        """Fail with the findings."""
        from comityc.diagnostics.render import to_text

        if self.spec.checked.has_errors:
            raise Finding("\n\n".join(to_text(diagnostic) for diagnostic in self.spec.checked.diagnostics))


class CaseItem(_SpecItem):
    """A case as a whole: its figures, and what only all cases together can say."""

    def __init__(self, *, case: str, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # pytest hands its own arguments through
        self.case = case

    @property
    def verdicts(self) -> "list[CaseVerdict]":
        """One verdict for each combination of the case's values."""
        return [verdict for verdict in self.spec.verdict.cases if verdict.name == self.case]

    def runtest(self) -> None:
        """Fail with the findings about the case itself."""
        findings = [finding for verdict in self.verdicts for finding in verdict.findings]
        if findings:
            raise Finding("\n".join(findings))


class PropertyItem(CaseItem):
    """One property in one case, over all combinations of its values."""

    def __init__(self, *, prop: str, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # as above
        self.prop = prop

    def runtest(self) -> None:
        """Fail with the stories; skip when nothing put the property to the test."""
        found = [(case, prop) for case in self.verdicts for prop in case.properties if prop.name == self.prop]
        if not found:
            pytest.skip("not part of this case")
        failures = [_told(case, prop) for case, prop in found if not prop.expected]
        if failures:
            raise Finding("\n\n".join(failures))
        if all(prop.verdict == "not_tested" for _, prop in found):
            pytest.skip(found[0][1].reason)


class ScenarioItem(_SpecItem):
    """A scenario of the spec."""

    def __init__(self, *, scenario: "Scenario", **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # as above
        self.scenario = scenario

    def runtest(self) -> None:
        """Play it; fail with what happened instead."""
        from comityc.driver import checking_module
        from comityc.play.scenario import play_scenario

        assert self.spec.checked.machine is not None
        result = play_scenario(self.spec.checked.machine, self.scenario, checking_module(self.spec.checked.machine))
        if not result.passed:
            raise Finding(result.failure or "")


def _told(case: "CaseVerdict", prop: "PropertyVerdict") -> str:
    from comityc.explore.telling.report import case_title, story_lines

    lines = [f"{case_title(case)}: {prop.name} {prop.verdict.replace('_', ' ')}: {prop.reason}"]
    if prop.instance:
        lines.append(f"for {prop.instance}")
    if prop.counterexample is not None:
        lines.extend(story_lines(prop.counterexample, "text"))
    return "\n".join(lines)


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
