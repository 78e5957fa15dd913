"""What commands have in common: a spec is checked, values and names are read, findings and talk are printed, exit codes go out."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comityc.diagnostics.suggest import did_you_mean
from comityc.driver import CheckResult, check_file

if TYPE_CHECKING:
    from comityc.machine.model import Machine

FINE, FINDINGS, USAGE = 0, 1, 2


class UsageError(Exception):
    """An option that does not fit the spec: said in one line, exit 2."""


def checked(file: str) -> CheckResult:
    """Check one spec; print its findings when it cannot be used, and then leave the machine out."""
    if Path(file).is_dir():
        say(f"comity: {file} is a folder; name one spec")
        return CheckResult(file, None, ())
    result = check_file(file)
    if result.machine is None or result.has_errors:
        print_findings([result])
        return CheckResult(file, None, result.diagnostics)
    return result


def can_be_explored(result: CheckResult) -> bool:
    """Whether nothing but dead parts is wrong: states and transitions that are never reached hinder no search."""
    errors = [diagnostic.code for diagnostic in result.diagnostics if diagnostic.is_error]
    if not errors:
        return True
    from comityc.diagnostics import codes_checks as codes

    dead_parts = (
        codes.UNREACHABLE_STATE,
        codes.HIDDEN_TRANSITION,
        codes.IMPOSSIBLE_TRANSITION,
        codes.FINAL_STATE_ACTS,
    )
    return all(code in dead_parts for code in errors)


def check_cases(machine: "Machine", cases: Sequence[str]) -> None:
    """Refuse a case that a spec does not have."""
    known = [case.name for case in machine.cases]
    for case in cases:
        if case not in known:
            raise UsageError(f"there is no case `{case}`; {did_you_mean(case, known) or what_it_has(known)}")


def read_values(machine: "Machine", texts: Sequence[str], module: Any) -> dict[str, Any]:
    """Read `name=value` texts as values of the protocol's parameters."""
    if not texts:
        return {}
    from comityc.play.read_value import UnreadableValue, read_value

    types = {parameter.name: parameter.type for parameter in machine.parameters}
    values: dict[str, Any] = {}
    for text in texts:
        name, sign, written = text.partition("=")
        if not sign:
            raise UsageError(f"--with takes name=value, not `{text}`")
        if name not in types:
            raise UsageError(f"there is no parameter `{name}`; {did_you_mean(name, types) or what_it_has(types)}")
        try:
            values[name] = read_value(written, types[name], module)
        except UnreadableValue as error:
            raise UsageError(f"--with {text}: {error}") from error
    return values


def what_it_has(names: Iterable[str]) -> str:
    return f"it has {', '.join(names) or 'none'}"


def print_findings(results: Sequence[CheckResult]) -> None:
    for result in results:
        print_diagnostics(result.diagnostics)


def print_diagnostics(diagnostics: Sequence[Any]) -> None:
    if not diagnostics:
        return
    from comityc.diagnostics import render

    for diagnostic in diagnostics:
        print(render.to_text(diagnostic, colours=sys.stderr.isatty()), file=sys.stderr)


def width() -> int:
    import shutil

    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 160))


def usage(text: str) -> int:
    say(f"comity: {text}")
    return USAGE


def say(text: str) -> None:
    print(text, file=sys.stderr)
