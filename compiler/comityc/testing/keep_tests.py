"""Counterexamples and the name of a file in; regression tests written there out: Python for `.py`, scenarios for a spec."""

from collections.abc import Sequence
from pathlib import Path

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.explore.telling.trace import Trace
from comityc.machine.model import Machine
from comityc.output import write_files
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
    if path.suffix != ".py":
        raise CannotSave(f"--save-test takes a Python file, as in tests/test_{machine.protocol}_again.py, not {file}")
    test, findings = python_tests(machine, surprises, path)
    if test is None:
        return [], findings
    written, refused = write_files([test], path.parent)
    return [f"{one.path}: {one.action}" for one in written if one.action != "refused"], [*findings, *refused]
