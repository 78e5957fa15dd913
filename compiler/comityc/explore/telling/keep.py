"""Counterexamples in; the files to keep them in out: a trace for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.explore.telling.trace import Trace, trace_files
from comityc.output import Written, write_files


@dataclass(frozen=True, slots=True)
class Keep:
    """What is to be kept: `traces` is a folder."""

    traces: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing was asked for."""
        return self.traces is None

    def write(self, traces: Sequence[Trace]) -> tuple[list[str], list[Diagnostic]]:
        """Write it all; return what to say of it, and what went wrong."""
        said: list[str] = []
        findings: list[Diagnostic] = []
        if not traces:
            return ["there is no counterexample to keep"], findings
        if self.traces is not None:
            written, refused = write_files(trace_files(traces), self.traces)
            said += _said(written)
            findings += refused
        return said, findings


def _said(written: Sequence[Written]) -> Iterator[str]:
    for file in written:
        if file.action != "refused":
            yield f"{file.path}: {file.action}"
