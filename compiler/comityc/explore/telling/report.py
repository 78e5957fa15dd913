"""Verdicts in; the report out: text for people, JSON (`comity.verify/1`, see docs/verify-json.md) for programs."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any, Literal

from comity.values import Map, Word
from comityc.explore.telling.story import Story, stretches
from comityc.explore.telling.trace import Trace, step_json
from comityc.explore.telling.wording import show
from comityc.explore.verdict import CaseVerdict, PropertyVerdict, SpecVerdict

SCHEMA = "comity.verify/1"

_MOST_CUT = 2
"""Up to so many properties that were cut get a line of their own."""

ChartKind = Literal["text", "mermaid", "none"]


def to_json(specs: Iterable[SpecVerdict]) -> dict[str, Any]:
    """Return the report as plain data, ready for `json.dumps`."""
    return {"schema": SCHEMA, "specs": [_spec_json(spec) for spec in specs]}


def _spec_json(spec: SpecVerdict) -> dict[str, Any]:
    return {
        "file": spec.file,
        "protocol": spec.protocol,
        "cases": [_case_json(case) for case in spec.cases],
        "remarks": list(spec.remarks),
    }


def _case_json(case: CaseVerdict) -> dict[str, Any]:
    return {
        "name": case.name,
        "with": {name: plain_data(value) for name, value in case.values},
        "as_expected": case.as_expected,
        "verdict": case.verdict,
        "states": case.states,
        "levels": case.levels,
        "seconds": round(case.seconds, 3),
        "engine": case.engine,
        "orbits": case.orbits,
        "symmetry": {"roles": list(case.symmetry), "every_state": list(case.every_state)},
        "bounds": case.bounds,
        "findings": list(case.findings),
        "properties": [_property_json(prop) for prop in case.properties],
    }


def _property_json(prop: PropertyVerdict) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": prop.name,
        "kind": prop.kind,
        "verdict": prop.verdict,
        "expected": prop.expected,
        "reason": prop.reason,
        "counterexample": None,
    }
    if prop.instance is not None:
        entry["instance"] = prop.instance
    story = prop.counterexample
    if story is not None:
        entry["counterexample"] = [step_json(step) for step in story.steps]
        entry["beginning"] = list(story.beginning)
        entry["why"] = list(story.why)
        if story.loop_from is not None:
            entry["loop_from"] = story.loop_from
    return entry


def plain_data(value: Any) -> Any:
    """Return a value as JSON has it: what JSON cannot say as the text that a spec would have."""
    match value:
        case None | bool() | int() | float():
            return value
        case Word() | str():
            return str(value)
        case Fraction() | timedelta():
            return show(value)
        case Map() | dict():
            return {show(key): plain_data(item) for key, item in value.items()}
        case frozenset():
            return [plain_data(item) for item in sorted(value, key=show)]
        case tuple() if hasattr(value, "_fields") and not hasattr(value, "role"):
            return {name: plain_data(item) for name, item in zip(value._fields, value, strict=True)}
        case tuple() | list() if not hasattr(value, "role"):
            return [plain_data(item) for item in value]
        case _:
            return show(value)


def to_text(
    specs: Iterable[SpecVerdict],
    *,
    chart: ChartKind = "text",
    width: int = 100,
    stories: bool = False,
    symmetry: bool = False,
) -> str:
    """Return the report for people. Stories are told of what is not as the spec says; with `stories` of every failure.

    With `symmetry` it says why instances were not taken together.
    """
    return "\n".join(line for spec in specs for line in _spec_lines(spec, chart, width, stories, symmetry)) + "\n"


def _spec_lines(spec: SpecVerdict, chart: ChartKind, width: int, stories: bool, symmetry: bool) -> Iterator[str]:
    yield f"{spec.file}: {spec.protocol}"
    for case in spec.cases:
        yield from _case_lines(case, chart, width, stories, symmetry)
    if spec.remarks:
        yield "  worth a look, over all cases:"
        yield from (f"        {remark}" for remark in spec.remarks)
    yield ""


def _case_lines(case: CaseVerdict, chart: ChartKind, width: int, stories: bool, why_whole: bool) -> Iterator[str]:
    mark = "ok  " if case.as_expected else "BAD "
    figures = f"{states_text(case)}, {_counted(case.levels, 'level')}, {case.seconds:.2f} s"
    yield f"  {mark}{case_title(case)}: {_summary(case)} ({figures})"
    if case.bounds:
        yield f"        within {case.bounds}"
    for finding in case.findings:
        yield f"        {finding}"
    if why_whole:
        yield from (f"        every state: {reason}" for reason in case.every_state)
    cut = [prop.name for prop in case.properties if prop.verdict == "cut"]
    if len(cut) > _MOST_CUT:
        yield f"      ! nothing seen against {', '.join(cut)}"
    for prop in case.properties:
        if prop.expected and (prop.verdict == "holds" or (prop.verdict == "not_tested" and not stories)):
            continue
        if prop.verdict == "cut" and len(cut) > _MOST_CUT:
            continue
        yield from _property_lines(prop, chart, width, stories)


def states_text(case: CaseVerdict) -> str:
    """Say how many states there are, and in how many orbits."""
    counted = [_counted(case.states, "state")] if case.states is not None else []
    counted += [_counted(case.orbits, "orbit")] if case.orbits is not None else []
    return " in ".join(counted)


def case_title(case: CaseVerdict) -> str:
    """Return the name of a case with the values that it was run with."""
    values = ", ".join(f"{name}={show(value)}" for name, value in case.values)
    return f"{case.name} ({values})" if values else case.name


def _summary(case: CaseVerdict) -> str:
    parts = []
    for verdict, words in (("holds", "hold"), ("fails", "fail"), ("cut", "cut"), ("not_tested", "not tested")):
        count = sum(prop.verdict == verdict for prop in case.properties)
        if count:
            parts.append(f"{count} {words}")
    return ", ".join(parts) or "not looked at"


def _property_lines(prop: PropertyVerdict, chart: ChartKind, width: int, stories: bool) -> Iterator[str]:
    verdict = prop.verdict.replace("_", " ")
    instance = f" for {prop.instance}" if prop.instance else ""
    yield _verdict_line(f"{prop.name}{instance}", verdict, prop.expected, prop.reason)
    if prop.counterexample is not None and (stories or not prop.expected):
        yield from _story_block(prop.counterexample, chart, width)


def _verdict_line(title: str, verdict: str, expected: bool, reason: str) -> str:
    return f"      {'  ' if expected else '! '}{title} {verdict}{f': {reason}' if reason else ''}"


def _story_block(story: Story, chart: ChartKind, width: int) -> Iterator[str]:
    yield from (f"          {line}".rstrip() for line in story_lines(story, chart, width - 10))


def trace_to_text(trace: Trace, *, chart: ChartKind = "text", width: int = 100) -> str:
    """Tell a trace as the report that it comes from told it."""
    lines = [f"{trace.file}: {trace.protocol}", f"  {trace.case_title}"]
    lines.append(_verdict_line(trace.title, "fails", trace.expected, trace.reason))
    lines += _story_block(trace.story, chart, width)
    return "\n".join(lines).rstrip("\n") + "\n"


def story_lines(story: Story, chart: ChartKind = "none", width: int = 100) -> Iterator[str]:
    """Tell a story line by line: the steps with what they changed, why the property is false, and the chart."""
    yield from (f"at first {line}" for line in story.beginning)
    if not story.steps:
        yield "in the initial state:"
    for stretch in stretches(story):
        if stretch.first == story.loop_from:
            yield "and then this repeats for ever:"
        number = (
            f"{stretch.first + 1}" if stretch.count == 1 else f"{stretch.first + 1} to {stretch.first + stretch.count}"
        )
        yield f"{number}. {stretch.step.label}{stretch.times}"
        yield from (f"     {change}" for change in stretch.step.changes)
    if story.loop_from is not None and story.loop_from == len(story.steps):
        yield "and nothing more is owed: it may stay so for ever"
    yield from story.why
    if chart != "none" and story.steps:
        from comityc.explore.telling.chart import mermaid_chart, text_chart

        drawn = text_chart(story, width=width) if chart == "text" else mermaid_chart(story)
        yield ""
        yield from drawn.rstrip("\n").split("\n")
        yield ""


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
