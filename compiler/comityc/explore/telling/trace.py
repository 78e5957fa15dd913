"""Verdicts in; traces out: each counterexample with all that is needed to tell it again, as JSON (`comity.trace/1`, see docs/traces.md)."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from comityc.explore.telling.scene import Scene
from comityc.explore.telling.story import Story, StoryStep
from comityc.explore.telling.wording import show
from comityc.explore.verdict import CaseVerdict, PropertyVerdict, SpecVerdict
from comityc.output import GENERATED_BY, GeneratedFile, spec_hash
from comityc.records import dataclass

SCHEMA = "comity.trace/1"


@dataclass(frozen=True, slots=True)
class Trace:
    """A counterexample, and what it is one of. `values` are those of the case's parameters, in the words of the spec."""

    file: str
    protocol: str
    spec_hash: str
    case: str
    values: tuple[tuple[str, str], ...]
    prop: str
    kind: str
    expected: bool
    reason: str
    instance: str | None
    story: Story

    @property
    def title(self) -> str:
        """What the trace is called: the property, and the instances that it fails for."""
        return f"{self.prop} for {self.instance}" if self.instance else self.prop

    @property
    def case_title(self) -> str:
        """The name of the case, with the values that it was run with."""
        values = ", ".join(f"{name}={value}" for name, value in self.values)
        return f"{self.case} ({values})" if values else self.case


def traces_of(spec: SpecVerdict, source: str) -> Iterator[Trace]:
    """Yield the counterexamples of a spec, case by case; `source` is its text."""
    for case in spec.cases:
        for prop in case.properties:
            if prop.counterexample is not None:
                yield _trace(spec, spec_hash(source), case, prop, prop.counterexample)


def _trace(spec: SpecVerdict, hashed: str, case: CaseVerdict, prop: PropertyVerdict, story: Story) -> Trace:
    values = tuple((name, show(value)) for name, value in case.values)
    about = (prop.name, prop.kind, prop.expected, prop.reason, prop.instance)
    return Trace(spec.file, spec.protocol, hashed, case.name, values, *about, story)


def trace_files(traces: Iterable[Trace]) -> Iterator[GeneratedFile]:
    """Yield a file for each trace, named for its protocol, case and property."""
    taken: set[str] = set()
    for trace in traces:
        stem = ".".join(_plain(part) for part in (trace.protocol, trace.case_title, trace.title))
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        yield GeneratedFile(f"{name}.json", json.dumps(to_json(trace), indent=1) + "\n")


def _plain(text: str) -> str:
    """Return a text as a part of a file name that every system takes."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-")[:60] or "x"


def to_json(trace: Trace) -> dict[str, Any]:
    """Return a trace as plain data, ready for `json.dumps`."""
    story = trace.story
    return {
        "schema": SCHEMA,
        "made_by": f"{GENERATED_BY}: tell it with `comity explain`",
        "file": trace.file,
        "protocol": trace.protocol,
        "spec_hash": trace.spec_hash,
        "case": trace.case,
        "with": dict(trace.values),
        "property": trace.prop,
        "kind": trace.kind,
        "expected": trace.expected,
        "reason": trace.reason,
        "instance": trace.instance,
        "lanes": list(story.lanes),
        "start": story.start,
        "beginning": list(story.beginning),
        "steps": [step_json(step) for step in story.steps],
        "scenes": [_scene_json(scene) for scene in story.scenes],
        "loop_from": story.loop_from,
        "why": list(story.why),
    }


def step_json(step: StoryStep) -> dict[str, Any]:
    """Return a step as plain data."""
    return {
        "label": step.label,
        "changes": list(step.changes),
        "kind": step.kind,
        "fault": step.fault,
        "actor": step.actor,
        "marks": [asdict(mark) for mark in step.marks],
        "arrow": asdict(step.arrow),
    }


def _scene_json(scene: Scene) -> dict[str, Any]:
    return {
        "instances": [
            {"name": one.name, "state": one.state, "status": one.status, "variables": dict(one.variables)}
            for one in scene.standings
        ],
        "shared": dict(scene.shared),
        "messages": [
            {"sender": one.sender, "receiver": one.receiver, "message": one.message} for one in scene.messages
        ],
        "acts": list(scene.acts),
    }
