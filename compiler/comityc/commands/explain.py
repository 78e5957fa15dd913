"""`comity explain` of a trace: a counterexample that was kept is told again."""

from typing import TYPE_CHECKING

from comityc.commands.keeping import keep_traces
from comityc.commands.shared import FINDINGS, FINE, print_diagnostics, width

if TYPE_CHECKING:
    from comityc.explore.telling.report import ChartKind


def explain_trace_command(path: str, chart: "ChartKind", page: str | None) -> int:
    """Tell a counterexample again that was kept, or put it on a page."""
    from comityc.explore.telling.keep import Keep
    from comityc.explore.telling.read_trace import read_trace
    from comityc.explore.telling.report import trace_to_text

    trace, findings = read_trace(path)
    print_diagnostics(findings)
    if trace is None:
        return FINDINGS
    print(trace_to_text(trace, chart=chart, width=width()), end="")
    return FINE if keep_traces(Keep(page=page), [trace]) else FINDINGS
