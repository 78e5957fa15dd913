"""What became of the mutants in; the report out: a table for people, JSON (`comity.mutate/1`) for programs."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from comityc.machine.model import Machine
from comityc.mutate.judge import Fate
from comityc.mutate.mutant import Mutant
from comityc.mutate.run import Report

SCHEMA = "comity.mutate/1"


def to_json(machine: Machine, report: Report) -> dict[str, Any]:
    """Return the report as plain data."""
    return {
        "schema": SCHEMA,
        "file": machine.file,
        "protocol": machine.protocol,
        "cases": list(report.cases),
        "left_out": list(report.left_out),
        "findings": list(report.findings),
        "mutants": [
            {
                "name": mutant.name,
                "kind": mutant.kind,
                "line": mutant.line,
                "before": mutant.before,
                "after": mutant.after,
                "verdict": _verdict(fate, report),
                "by": fate.by,
                "case": fate.case,
                "states": fate.states,
                "reason": report.reasons.get(mutant.name, ""),
                "difference": list(fate.difference),
                "seconds": round(fate.seconds, 3),
            }
            for mutant, fate in zip(report.mutants, report.fates, strict=False)
        ],
    }


def lines(machine: Machine, report: Report) -> Iterator[str]:
    """Tell the report line by line."""
    count = len(report.mutants)
    cases = f"{len(report.cases)} case{'' if len(report.cases) == 1 else 's'}"
    yield f"{machine.file}: {machine.protocol}, {count} mutant{'' if count == 1 else 's'} in {cases}"
    if report.left_out:
        yield f"  too large, or not to be explored, and left out: {', '.join(dict.fromkeys(report.left_out))}"
    width = max((len(mutant.name) for mutant in report.mutants), default=0)
    for mutant, fate in zip(report.mutants, report.fates, strict=False):
        yield f"  {_verdict(fate, report):<10}  {mutant.name:<{width}}  {_because(fate, report)}".rstrip()
        if fate.verdict == "survived" and fate.name not in report.reasons:
            yield from _shown(mutant, fate)
    yield from (f"  ! {finding}" for finding in report.findings)
    counted = Counter(_verdict(fate, report) for fate in report.fates)
    words = ("killed", "refused", "equivalent", "explained", "survived", "cut")
    yield "  " + ", ".join(f"{counted[word]} {word}" for word in words if counted[word])


def _verdict(fate: Fate, report: Report) -> str:
    return "explained" if fate.verdict == "survived" and fate.name in report.reasons else fate.verdict


def _because(fate: Fate, report: Report) -> str:
    match fate.verdict:
        case "killed":
            return f"by {fate.by} in {fate.case} ({fate.states:,} states)"
        case "refused":
            return f"by the compiler: {fate.by}"
        case "equivalent":
            return f"the same {fate.states:,} states"
        case "cut":
            return fate.by
        case "survived":
            return report.reasons.get(fate.name, f"no property noticed, first in {fate.case}")


def _shown(mutant: Mutant, fate: Fate) -> Iterator[str]:
    """Show the change as a diff of the spec, and the shortest run that one allows and the other does not."""
    yield f"      line {mutant.line}"
    yield f"      - {mutant.before}"
    yield f"      + {mutant.after}"
    yield from (f"        {line}" for line in fate.difference)
