"""Counterexamples in; a pytest file out that takes their steps again on the generated code. Each is seen to fail before it is written."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from comityc.diagnostics.codes_traces import NOT_REPLAYED
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.explore.telling.trace import Trace
from comityc.machine.model import Machine
from comityc.output import GENERATED_BY, GeneratedFile
from comityc.testing.retrace import NoSuchStart, Retold, StillBroken, retrace_on
from comityc.testing.walk import Walk

_MOST_STARTS = 200


def python_tests(
    machine: Machine, traces: Sequence[Trace], file: Path
) -> tuple[GeneratedFile | None, list[Diagnostic]]:
    """Return the test file for the counterexamples of one spec, and what speaks against any of them."""
    findings: list[Diagnostic] = []
    kept: list[tuple[Trace, Retold]] = []
    for trace in traces:
        found = replayed(machine, trace)
        if isinstance(found, Diagnostic):
            findings.append(found)
        else:
            kept.append((trace, found[0]))
    if not kept:
        return None, findings
    spec = Path(os.path.relpath(machine.file, file.parent)).as_posix()
    return GeneratedFile(file.name, "\n".join(_lines(machine, kept, spec)) + "\n"), findings


def replayed(machine: Machine, trace: Trace) -> tuple[Retold, Walk] | Diagnostic:
    """Play a counterexample again; return what a test keeps of it and the steps that were taken, or say why it breaks nothing.

    A story that was told of one state for all that are alike may begin in another initial state than its number says.
    """
    story = trace.story
    steps = tuple(step.label for step in story.steps)
    problem = f"taking the same steps again does not break `{trace.prop}`"
    for start in dict.fromkeys((story.start, *range(_MOST_STARTS))):
        told = Retold(trace.case, trace.values, start, steps, trace.prop)
        try:
            retrace_on(machine, told)
        except StillBroken as broken:
            return told, broken.walk
        except NoSuchStart:
            if start != story.start:
                break
        except AssertionError as error:
            problem = str(error) if start == story.start else problem
    message = f"the counterexample to `{trace.title}` in case `{trace.case_title}` cannot be replayed"
    return NOT_REPLAYED.at(Span(machine.file, 1, 1, 1, 1), message, notes=tuple(problem.split("\n")))


def _lines(machine: Machine, kept: Sequence[tuple[Trace, Retold]], spec: str) -> Iterator[str]:
    yield f"# {GENERATED_BY} from {_printable(spec)}: what once went wrong. Delete this line, and comity leaves the file alone."
    yield f'"""Counterexamples to {machine.protocol}, to be run again: each test fails as long as its property is broken."""'
    yield ""
    yield "from comityc.testing import retrace"
    taken: set[str] = set()
    for trace, told in kept:
        name = _name(trace, taken)
        yield from ("", "", f"def {name}() -> None:")
        yield f'    """{_printable(trace.title)}: {_printable(trace.reason)}."""'
        yield "    retrace("
        yield "        __file__,"
        yield f"        spec={_quoted(spec)},"
        yield f"        case={_quoted(trace.case)},"
        yield f"        values={{{', '.join(f'{_quoted(key)}: {_quoted(value)}' for key, value in trace.values)}}},"
        yield f"        start={told.start},"
        yield "        steps=["
        for step in told.steps:
            yield f"            {_quoted(step)},"
        yield "        ],"
        yield f"        prop={_quoted(trace.prop)},"
        yield "    )"


def _name(trace: Trace, taken: set[str]) -> str:
    words = re.sub(r"\W+", "_", f"{trace.prop}_{trace.case_title}", flags=re.ASCII).strip("_").lower()
    name, number = f"test_{words}", 1
    while name in taken:
        number += 1
        name = f"test_{words}_{number}"
    taken.add(name)
    return name


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _printable(text: str) -> str:
    """Return a text that can stand in a comment or a docstring, whatever it holds."""
    kept = "".join(character if character.isprintable() else " " for character in text)
    return kept.replace("\\", "/").replace('"', "'")
