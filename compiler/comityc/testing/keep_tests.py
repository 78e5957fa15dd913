"""Counterexamples and the name of a file in; regression tests written there out: Python for `.py`, scenarios for a spec."""

from collections.abc import Sequence
from pathlib import Path

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.explore.telling.trace import Trace
from comityc.machine.model import Machine
from comityc.output import GeneratedFile, replace_text, write_files
from comityc.testing.save_scenario import with_scenarios
from comityc.testing.save_test import python_tests


class CannotSave(Exception):
    """The name of the file fits no test: said in one line."""


def save_tests(file: str, machines: Sequence[Machine], traces: Sequence[Trace]) -> tuple[list[str], list[Diagnostic]]:
    """Write tests for the counterexamples that the spec does not expect; return what to say, and what went wrong."""
    surprises = [trace for trace in traces if not trace.expected]
    if not surprises:
        return ["there is no counterexample to write a test of"], []
    if len({trace.file for trace in surprises}) > 1:
        raise CannotSave("--save-test takes one spec at a time")
    machine = next(machine for machine in machines if machine.file == surprises[0].file)
    path = Path(file)
    if path.suffix == ".py":
        test, findings = python_tests(machine, surprises, path)
        return _written([test] if test is not None else [], path.parent, findings)
    if not path.exists() or not path.samefile(machine.file):
        raise CannotSave(
            f"--save-test takes the spec itself, or a Python file as tests/test_{machine.protocol}_again.py"
        )
    text, names, findings = with_scenarios(machine, surprises)
    if text is not None:
        trouble = replace_text(path.resolve(), text)
        if trouble is not None:
            return [], [*findings, trouble]
    return [f"{file}: scenario `{name}` added" for name in names], findings


def _written(
    files: Sequence[GeneratedFile], folder: Path, findings: list[Diagnostic]
) -> tuple[list[str], list[Diagnostic]]:
    written, refused = write_files(files, folder)
    return [f"{one.path}: {one.action}" for one in written if one.action != "refused"], [*findings, *refused]
