"""Counterexamples in; the files to keep them in out: a trace for each, and one page for all of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.explore.telling.trace import Trace, trace_files
from comityc.output import GeneratedFile, Written, write_files
from comityc.records import dataclass


@dataclass(frozen=True, slots=True)
class Keep:
    """What is to be kept: `traces` is a folder, `page` the file of an HTML page, `test` that of a regression test (not written here)."""

    traces: str | None = None
    page: str | None = None
    test: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing was asked for."""
        return self.traces is None and self.page is None

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
        if self.page is not None:
            from comityc.explore.telling.page import html_page

            page = Path(self.page)
            written, refused = write_files([GeneratedFile(page.name, html_page(traces))], page.parent)
            said += _said(written)
            findings += refused
        return said, findings


def _said(written: Sequence[Written]) -> Iterator[str]:
    for file in written:
        if file.action != "refused":
            yield f"{file.path}: {file.action}"
