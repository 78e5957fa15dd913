"""Counterexamples come in; they are written as traces, as a page, or as tests, as was asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from comityc.commands.shared import print_diagnostics, say

if TYPE_CHECKING:
    from comityc.explore.telling.keep import Keep
    from comityc.explore.telling.trace import Trace
    from comityc.machine.model import Machine


def keep_traces(keep: "Keep", traces: "Sequence[Trace]") -> bool:
    """Write what is to be kept of the counterexamples; say whether that went well."""
    if keep.nothing:
        return True
    said, findings = keep.write(traces)
    print_diagnostics(findings)
    for line in said:
        say(line)
    return not findings


def keep_tests(file: str, machines: "Sequence[Machine]", traces: "Sequence[Trace]") -> bool:
    """Write counterexamples as tests; say whether that went well."""
    from comityc.testing.keep_tests import CannotSave, save_tests

    try:
        said, findings = save_tests(file, machines, traces)
    except CannotSave as error:
        say(f"comity: {error}")
        return False
    print_diagnostics(findings)
    for line in said:
        say(line)
    return not findings
