"""Traces: written, read again, told again in the same words; and whatever else a file may hold is a finding."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comityc.cli import run
from comityc.driver import check_file, checking_module
from comityc.explore.telling.read_trace import read_trace
from comityc.explore.telling.report import to_text, trace_to_text
from comityc.explore.telling.trace import Trace, to_json, trace_files, traces_of
from comityc.explore.verdict import SpecVerdict
from comityc.explore.verify import verify_machine

SPEC = """\
comity: "1"
protocol: bell
parameters:
  guests: {type: int, default: 1, range: 1..3}
messages: {Ring: {}}
roles:
  house:
    variables:
      rung: int
    states:
      quiet:
        - resting
        - receive: Ring
          if: rung < 3
          do: rung += 1
        - ignore: Ring
  guest:
    count: guests
    states:
      outside:
        - decide: ring
          do: send Ring() to house
          goto: waiting
      waiting:
        - resting
        - after: 1m
          do: send Ring() to house
          goto: outside
        - after: 2m
          goto: waiting
properties:
  once: {always: house.rung <= 1}
  answered: {eventually: house.rung > 2}
  kept: {stable: house.rung > 0}
bounds: {copies: 1}
tolerates: {lose: 1}
verify:
  some guests:
    with: {guests: 1..2}
    violates: [answered]
"""


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> SpecVerdict:
    path = tmp_path_factory.mktemp("trace") / "bell.yaml"
    path.write_text(SPEC, encoding="utf-8")
    machine = check_file(str(path)).machine
    assert machine is not None
    return verify_machine(machine, checking_module(machine))


@pytest.fixture(scope="module")
def traces(verdict: SpecVerdict) -> list[Trace]:
    return list(traces_of(verdict, SPEC))


def written(folder: Path, data: Any) -> str:
    path = folder / "trace.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


def test_there_is_a_trace_of_each_counterexample(verdict: SpecVerdict, traces: list[Trace]) -> None:
    failed = [prop.name for case in verdict.cases for prop in case.properties if prop.counterexample is not None]
    assert [trace.prop for trace in traces] == failed
    assert {"once", "answered"} <= set(failed)
    assert {trace.case_title for trace in traces} == {"some guests (guests=1)", "some guests (guests=2)"}


def test_a_trace_is_read_as_it_was_written(traces: list[Trace], tmp_path: Path) -> None:
    for trace in traces:
        again, findings = read_trace(written(tmp_path, to_json(trace)))
        assert (again, findings) == (trace, ())


def test_a_trace_is_told_in_the_words_of_the_report(verdict: SpecVerdict, traces: list[Trace], tmp_path: Path) -> None:
    report = to_text([verdict], stories=True)
    for trace in traces:
        again, _ = read_trace(written(tmp_path, to_json(trace)))
        assert again is not None
        told = trace_to_text(again).split("\n", 2)[2]
        assert told.startswith("      ! " if not trace.expected else "        ")
        assert told in report


def test_a_scene_stands_before_and_after_each_step(traces: list[Trace]) -> None:
    for trace in traces:
        story = trace.story
        assert len(story.scenes) == len(story.steps) + 1
        for step, before, after in zip(story.steps, story.scenes, story.scenes[1:], strict=False):
            then = {(one.name, "", one.state) for one in before.standings}
            then |= {(one.name, name, value) for one in before.standings for name, value in one.variables}
            now = {(one.name, "", one.state) for one in after.standings}
            now |= {(one.name, name, value) for one in after.standings for name, value in one.variables}
            assert then - now == {(mark.instance, mark.variable, mark.before) for mark in step.marks}
            assert now - then == {(mark.instance, mark.variable, mark.after) for mark in step.marks}


def test_messages_under_way_are_part_of_a_scene(traces: list[Trace]) -> None:
    scenes = next(trace for trace in traces if trace.prop == "once").story.scenes
    assert [(one.sender, one.receiver, one.message) for one in scenes[1].messages] == [("guest[0]", "house", "Ring")]


def test_files_have_names_of_their_own(traces: list[Trace]) -> None:
    names = [file.path for file in trace_files([*traces, *traces])]
    assert len(set(names)) == len(names)
    assert "bell.some-guests-guests-1.once.json" in names
    assert "bell.some-guests-guests-1.once-2.json" in names


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("not JSON", "CMY0701", 1),
        ("", "CMY0006", 1),
        ('{\n"a": 1,\n}', "CMY0701", 3),
        ("[]", "CMY0701", 1),
        ("{}", "CMY0701", 1),
        ('{"schema": "comity.trace/1"}', "CMY0701", 1),
        ('{"schema": "comity.trace/2"}', "CMY0702", 1),
        ('{"schema": "comity.verify/1"}', "CMY0701", 1),
        ("[" * 100_000, "CMY0701", 1),
        ("1" * 10_000, "CMY0701", 1),
        ('{"schema": ["comity.trace/1"]}', "CMY0701", 1),
    ],
)
def test_what_is_no_trace_is_a_finding(text: str, code: str, line: int, tmp_path: Path) -> None:
    trace, findings = read_trace(written(tmp_path, text))
    assert trace is None
    assert [(one.code.number, one.span.line) for one in findings] == [(code, line)]


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    assert [one.code.number for one in read_trace(str(tmp_path / "none.json"))[1]] == ["CMY0001"]
    assert [one.code.number for one in read_trace(str(tmp_path))[1]] == ["CMY0002"]


def spoiled(data: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a trace with each value in turn taken away, or replaced by one of another kind."""
    if isinstance(data, dict):
        for key in data:
            here = f"{place}.{key}" if place else key
            if key not in ("made_by", "schema", "loop_from") and not place.endswith(("with", "variables", "shared")):
                yield here, {name: value for name, value in data.items() if name != key}
            for inside, spoilt in spoiled(data[key], here):
                yield inside, {**data, key: spoilt}
    elif isinstance(data, list) and data:
        for inside, spoilt in spoiled(data[0], f"{place}[0]"):
            yield inside, [spoilt, *data[1:]]
    for other in (None, 7, -1, True, "\u202e", [1], {"a": 1}):
        fits = place in ("made_by", "schema") or (place in ("instance", "loop_from") and other is None)
        same = isinstance(data, bool) == isinstance(other, bool) and isinstance(data, type(other))
        if not fits and not (same and not isinstance(other, str | list | dict)) and other != data:
            yield place, copy.deepcopy(other)


def test_each_value_of_a_trace_is_looked_at(traces: list[Trace], tmp_path: Path) -> None:
    """Whatever is missing or of another kind is named by its place."""
    data = to_json(next(trace for trace in traces if trace.prop == "once"))
    count = 0
    for place, spoilt in spoiled(data):
        if not isinstance(spoilt, dict) or place in ("", "scenes", "steps") or "schema" not in spoilt:
            continue
        trace, findings = read_trace(written(tmp_path, spoilt))
        if trace is not None:
            assert _is_still_a_trace(place, spoilt), f"{place} is not looked at"
            continue
        count += 1
        assert [one.code.number for one in findings] == ["CMY0701"]
        assert place.split("[")[0].split(".")[0] in findings[0].message, (place, findings[0].message)
    assert count > 100


def test_a_message_comes_from_somebody_and_goes_to_somebody(traces: list[Trace], tmp_path: Path) -> None:
    data = to_json(next(trace for trace in traces if trace.prop == "once"))
    for side in ("source", "target"):
        spoilt = copy.deepcopy(data)
        arrow = spoilt["steps"][-1]["arrow"]
        arrow.update({"kind": "message", "source": "bell", "target": "bell"})
        arrow[side] = ""
        trace, findings = read_trace(written(tmp_path, spoilt))
        assert trace is None
        assert "goes from nobody, or to nobody" in findings[0].message


def _is_still_a_trace(place: str, data: Any) -> bool:
    """Whether a change in this place is one of meaning, and not of form: another number, or another text."""
    inside: Any = data
    for part in place.replace("[0]", ".0").split("."):
        inside = inside[int(part)] if part == "0" else inside.get(part)
    return (isinstance(inside, int) and place in ("start", "loop_from")) or place.endswith((".made_by", "variables"))


def test_the_command_tells_a_trace_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["comity", *arguments])
        return run()

    monkeypatch.chdir(tmp_path)
    Path("bell.yaml").write_text(SPEC, encoding="utf-8")
    assert call("verify", "bell.yaml", "--save-trace", "kept", "--stories") == 1
    report = capsys.readouterr()
    names = [line.split(": ")[0] for line in report.err.splitlines() if line.endswith(": written")]
    assert names
    for name in names:
        assert call("explain", name) == 0
        told = capsys.readouterr().out.split("\n", 2)[2]
        assert told in report.out
    assert call("verify", "bell.yaml", "--save-trace", "kept") == 1
    assert "unchanged" in capsys.readouterr().err
    assert call("explain", "bell.yaml") == 1
    assert "CMY0701" in capsys.readouterr().err
