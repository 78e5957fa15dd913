"""Counterexamples and their spec in; the spec with a scenario for each out, where the language of scenarios can tell them.

A scenario says what is decided, lost and held back, and leaves the rest to a schedule of its own. So what comes of a counterexample is
played before it is written, and only one that fails for the very reason counts. The spec keeps its comments and its layout.
"""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from comity.values import Instance, Word
from comityc.diagnostics.codes_traces import NOT_REPLAYED
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.driver import check_file, checking_module
from comityc.explore.graph import Label
from comityc.explore.telling.trace import Trace
from comityc.explore.telling.wording import show, spell, spell_clause
from comityc.explore.world import Envelope, World
from comityc.machine.model import Machine, Property
from comityc.play.scenario import play_scenario
from comityc.records import dataclass
from comityc.testing.save_test import replayed

_PLAYED = ("deliver", "ignore", "timer", "decide", "perform", "happen", "lose", "crash")
"""What a scenario can bring about."""
_BY_THE_RUN = ("no_unhandled_message", "no_undefined_value")
"""Generic properties whose break ends a scenario, whatever it expects."""
_NOT_MET = "what it expects does not hold at the end"
_TOP = re.compile(r"^scenarios:\s*(#.*)?$")
_PLAIN = re.compile(r"[A-Za-z(][\w .<>=()+*/,\[\]-]*")


class _CannotTell(Exception):
    """The language of scenarios has no words for a counterexample; the text says which are missing."""


@dataclass(frozen=True, slots=True)
class _Happened:
    """A counterexample, step by step: the labels, and the states that they lead through."""

    labels: tuple[Label, ...]
    worlds: tuple[World, ...]
    left: tuple[Envelope, ...]  # what was sent and never came: under way at the end, or of no use to anybody any more


def with_scenarios(machine: Machine, traces: Sequence[Trace]) -> tuple[str | None, list[str], list[Diagnostic]]:
    """Return the text of the spec with a scenario for each counterexample, their names, and what speaks against others."""
    path = Path(machine.file)
    text = path.read_bytes().decode("utf-8")
    names: list[str] = []
    findings: list[Diagnostic] = []
    for trace in traces:
        try:
            text, name = _added(machine, trace, text, path)
            names.append(name)
        except _CannotTell as reason:
            message = f"the counterexample to `{trace.title}` in case `{trace.case_title}` cannot be told as a scenario"
            help_ = f"write it in Python, which can: --save-test tests/test_{machine.protocol}_again.py"
            span = Span(machine.file, 1, 1, 1, 1)
            findings.append(NOT_REPLAYED.at(span, message, notes=tuple(str(reason).split("\n")), help=help_))
    return (text if names else None), names, findings


def _added(machine: Machine, trace: Trace, text: str, path: Path) -> tuple[str, str]:
    prop = next(one for one in machine.properties if one.name == trace.prop)
    expected = _expected(prop, trace)
    happened = _happened(machine, trace)
    taken = [scenario.name for scenario in machine.scenarios]
    name = _free_name(trace, [*taken, *re.findall(r"^ +([^:#]+):\s*$", text, re.MULTILINE)])
    for hold in _holds(happened):
        lines = list(_lines(name, trace, happened, hold, expected))
        longer = _inserted(text, lines)
        if _breaks(longer, path, name, expected):
            return longer, name
    raise _CannotTell(
        "played as a scenario, it does not come to this: there, messages arrive in order and time passes last"
    )


def _expected(prop: Property, trace: Trace) -> str:
    """Return what has to hold at the end of the scenario, and does not."""
    story = trace.story
    if prop.kind == "generic" and prop.name in _BY_THE_RUN:
        return "true"
    stops = prop.kind == "eventually" and story.loop_from == len(story.steps)
    if prop.kind not in ("always", "never") and not stops:
        raise _CannotTell(f"a scenario expects something of the end, and `{prop.kind}` is about more than that")
    told = spell(prop.expressions[0])
    told = f"not ({told})" if prop.kind == "never" else told
    return f"all({told} {spell_clause(prop.quantifier)})" if prop.quantifier is not None else told


def _happened(machine: Machine, trace: Trace) -> _Happened:
    found = replayed(machine, trace)
    if isinstance(found, Diagnostic):
        raise _CannotTell("\n".join(found.notes))
    graph = found[1].graph
    labels = [graph.labels[number] for number in graph.parent_label[1:]]
    labels += [graph.labels[one.label] for one in graph.violations if one.label >= 0 and one.property == trace.prop][:1]
    missing = sorted({label.kind for label in labels if label.kind not in _PLAYED})
    if missing:
        raise _CannotTell(f"scenarios have no words for what happens in it: {', '.join(missing)}")
    networks = [Counter(graph.network(state)) for state in range(len(graph.states))]
    left = networks[-1]
    for label, before, after in zip(labels, networks, networks[1:], strict=False):
        gone = before - after
        if label.kind in ("deliver", "ignore", "lose") and label.sender is not None and label.instance is not None:
            gone -= Counter([Envelope(label.sender, label.instance, label.message)])
        left += gone
    return _Happened(tuple(labels), tuple(map(graph.world, range(len(networks)))), tuple(left))


def _holds(happened: _Happened) -> Iterator[dict[str, str]]:
    """Yield which messages to keep back, and until when: none, then one kind after the other, then all."""
    yield {}
    single: list[dict[str, str]] = []
    for label, world in zip(happened.labels, happened.worlds, strict=False):
        if label.kind in ("deliver", "ignore") and label.instance is not None:
            one = {f"{label.sender}.{type(label.message).__name__}": _where(label.instance, world)}
            if one not in single:
                single.append(one)
    left = {
        f"{one.sender}.{type(one.message).__name__}": _where(one.receiver, happened.worlds[-1]) for one in happened.left
    }
    if left:
        yield left
    yield from single
    if single:
        yield {key: until for one in single for key, until in one.items()} | left


def _where(instance: Instance, world: World) -> str:
    """Return the condition that an instance is where it is."""
    return f"{instance} in {show(world.states[instance.role][instance.number].at)}"


def _lines(name: str, trace: Trace, happened: _Happened, hold: dict[str, str], expected: str) -> Iterator[str]:
    """Yield the scenario, line by line, with its name on the first."""
    decisions: dict[str, list[str]] = {}
    performs: dict[str, list[str]] = {}
    for label in happened.labels:
        if label.kind == "decide":
            decisions.setdefault(f"{label.instance}.{label.name}", []).append(_value(label.value))
        elif label.kind == "perform":
            performs.setdefault(f"{label.instance}.{label.name}", []).append(str(label.outcome))
    yield f"{name}:"
    if trace.values:
        yield f"  with: {{{', '.join(f'{key}: {value}' for key, value in trace.values)}}}"
    for key, lists in (("decisions", decisions), ("performs", performs)):
        if lists:
            yield f"  {key}:"
            for place, values in lists.items():
                yield f"    {_key(place)}: [{', '.join(values)}]"
    if hold:
        yield "  hold:"
        for place, until in hold.items():
            yield f"    {_key(place)}: {until}"
    lost = [f"{one.sender}.{type(one.message).__name__}" for one in happened.labels if one.kind == "lose"]
    if lost:
        yield f"  lose: [{', '.join(json.dumps(place) for place in lost)}]"
    crashed = [
        (one.instance, _where(one.instance, world))
        for one, world in zip(happened.labels, happened.worlds, strict=False)
        if one.kind == "crash" and one.instance is not None
    ]
    if crashed:
        yield "  crash:"
        for instance, where in crashed:
            yield f"    {_key(str(instance))}: {where}"
    yield f"  expect: {expected if _PLAIN.fullmatch(expected) else json.dumps(expected)}"


def _value(value: object) -> str:
    if isinstance(value, str) and not isinstance(value, Word):
        return json.dumps(json.dumps(value))
    return show(value)


def _key(place: str) -> str:
    return json.dumps(place) if "[" in place else place


def _free_name(trace: Trace, taken: Sequence[str]) -> str:
    stem = re.sub(r"\W+", " ", f"{trace.prop.replace('_', ' ')} in {trace.case}").strip()
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem} {number}"
    return name


def _inserted(text: str, scenario: Sequence[str]) -> str:
    """Return the text of a spec with one more scenario, behind those that are there; nothing else in it changes."""
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(ending)
    at = next((number for number, line in enumerate(lines) if _TOP.match(line)), None)
    if at is None:
        if any(re.match(r"scenarios\b", line) for line in lines):
            raise _CannotTell("the scenarios of the spec stand in braces: give each lines of its own")
        while lines and not lines[-1].strip():
            lines.pop()
        return ending.join([*lines, "", "scenarios:", *(f"  {line}" for line in scenario), ""])
    end = next((n for n in range(at + 1, len(lines)) if re.match(r"[^\s#]", lines[n])), len(lines))
    inside = [number for number in range(at + 1, end) if re.match(r"\s+\S", lines[number])]
    first = next((lines[number] for number in inside if not lines[number].lstrip().startswith("#")), "  ")
    indent = first[: len(first) - len(first.lstrip())]
    behind = (inside[-1] if inside else at) + 1
    return ending.join([*lines[:behind], *(f"{indent}{line}" for line in scenario), *lines[behind:]])


def _breaks(text: str, path: Path, name: str, expected: str) -> bool:
    """Play the scenario of a spec that is not written yet; say whether it fails, and for the right reason."""
    with tempfile.NamedTemporaryFile(
        "w", suffix=path.suffix, prefix=f".{path.stem}.", dir=path.parent, encoding="utf-8", newline="", delete=True
    ) as file:
        file.write(text)
        file.flush()
        machine = check_file(file.name).machine
    scenario = next((one for one in machine.scenarios if one.name == name), None) if machine is not None else None
    if machine is None or scenario is None:
        return False
    failure = play_scenario(machine, scenario, checking_module(machine)).failure
    return failure is not None and (expected == "true" or _NOT_MET in failure)
