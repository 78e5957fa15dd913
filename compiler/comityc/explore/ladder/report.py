"""Ladders in; a report for people, rung by rung, and plain data for JSON out."""

from collections.abc import Iterable, Iterator
from typing import Any

from comityc.explore.ladder.climb import LadderVerdict, RungVerdict
from comityc.explore.telling.report import ChartKind, plain_data, states_text, story_lines
from comityc.explore.telling.story import Story
from comityc.explore.telling.wording import show
from comityc.explore.verdict import PropertyVerdict, Verdict

SCHEMA = "comity.ladder/1"

MARKS: dict[Verdict, str] = {"holds": "✓", "fails": "✗", "cut": "~", "not_tested": "-"}


# ---- one ladder


def ladder_lines(ladder: LadderVerdict, *, stories: bool, chart: ChartKind, width: int) -> Iterator[str]:
    """Tell a ladder rung by rung, then why: of each broken promise the shortest story, or with `stories` every one."""
    values = ", ".join(f"{name}={show(value)}" for name, value in ladder.values)
    yield f"{ladder.file}: {ladder.protocol}" + (f" ({values})" if values else "")
    if ladder.refused is not None:
        yield f"  not looked at: {ladder.refused}"
        yield ""
        return
    bounds = {verdict.case.bounds for verdict in ladder.rungs if verdict.refused is None}
    common = bounds.pop() if len(bounds) == 1 else ""
    if common:
        yield f"  within {common}"
    name_width = max((len(_title(verdict)) for verdict in ladder.rungs), default=0)
    for verdict in ladder.rungs:
        yield f"  {cell(verdict)}  {_title(verdict):<{name_width}}  {_outcome(verdict, common)}".rstrip()
    for rungs, prop, story in _told(ladder, every=stories):
        yield ""
        instance = f" for {prop.instance}" if prop.instance else ""
        yield f"  {prop.name}{instance} fails with {', '.join(rungs)}: {prop.reason}"
        yield from (f"      {line}".rstrip() for line in story_lines(story, chart, width - 6))
    yield ""


def _title(verdict: RungVerdict) -> str:
    rung = verdict.rung
    return rung.name + (" (declared)" if rung.declared and rung.column not in ("none", "declared") else "")


def cell(verdict: RungVerdict) -> str:
    """Return the marks of a rung: what never happens, and what comes in the end."""
    return f"{MARKS[verdict.safety]}/{MARKS[verdict.liveness]}"


def _outcome(verdict: RungVerdict, told: str) -> str:
    """Say what a rung came to; `told` are the bounds that were said before."""
    if verdict.refused is not None:
        return f"not looked at: {verdict.refused}"
    names = list(dict.fromkeys(prop.name for prop in verdict.failures))
    failures = f"{', '.join(names)} {'fails' if len(names) == 1 else 'fail'}" if names else ""
    figures = f"{states_text(verdict.case)}, {verdict.case.seconds:.2f} s"
    cut = [finding for finding in verdict.case.findings if finding.startswith("the search was cut")]
    bounds = verdict.case.bounds
    return "; ".join(part for part in (failures, figures, f"within {bounds}" if bounds != told else "", *cut) if part)


_TOLD = {"none": 0, "early": 2, "byzantine": 3}
"""Which rungs are told before others, and which after: early timers and liars break much in a way that says little."""


def _told(ladder: LadderVerdict, *, every: bool) -> list[tuple[list[str], PropertyVerdict, Story]]:
    """Choose what is told: of each broken promise its shortest story, with the rungs that break it, or all of them.

    What is broken without any fault is told so, though a fault may break it sooner; and timers that fire early and liars break promises in
    the shortest way, which says the least: a story without them goes first.
    """
    found = [
        (verdict.rung, prop, prop.counterexample)
        for verdict in ladder.rungs
        for prop in verdict.failures
        if prop.counterexample is not None
    ]
    if every:
        return [([rung.name], prop, story) for rung, prop, story in found]
    told = []
    for name in dict.fromkeys(prop.name for _, prop, _ in found):
        of_it = [entry for entry in found if entry[1].name == name]
        _, prop, story = min(of_it, key=lambda entry: (_TOLD.get(entry[0].column, 1), len(entry[2].steps)))
        told.append((list(dict.fromkeys(rung.name for rung, _, _ in of_it)), prop, story))
    return told


# ---- JSON


def to_json(ladders: Iterable[LadderVerdict]) -> dict[str, Any]:
    """Return ladders as plain data."""
    return {"schema": SCHEMA, "specs": [_ladder_data(ladder) for ladder in ladders]}


def _ladder_data(ladder: LadderVerdict) -> dict[str, Any]:
    return {
        "file": ladder.file,
        "protocol": ladder.protocol,
        "values": {name: plain_data(value) for name, value in ladder.values},
        "stands_what_it_declares": ladder.stands_what_it_declares,
        "rungs": [_rung_data(verdict) for verdict in ladder.rungs],
    }


def _rung_data(verdict: RungVerdict) -> dict[str, Any]:
    return {
        "name": verdict.rung.name,
        "kind": verdict.rung.column,
        "faults": [str(fault) for fault in verdict.rung.faults],
        "declared": verdict.rung.declared,
        "safety": verdict.safety,
        "liveness": verdict.liveness,
        "refused": verdict.refused,
        "states": verdict.case.states,
        "levels": verdict.case.levels,
        "bounds": verdict.case.bounds,
        "seconds": round(verdict.case.seconds, 3),
        "failures": [_failure_data(prop) for prop in verdict.failures],
    }


def _failure_data(prop: PropertyVerdict) -> dict[str, Any]:
    entry: dict[str, Any] = {"property": prop.name, "kind": prop.kind, "reason": prop.reason, "instance": prop.instance}
    if prop.counterexample is not None:
        story = prop.counterexample
        entry["counterexample"] = [{"label": step.label, "changes": list(step.changes)} for step in story.steps]
        entry["why"] = list(story.why)
        entry["loop_from"] = story.loop_from
    return entry
