"""What the larger commands do: paths and options come in, the rooms do the work, text is printed, an exit code goes out."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comityc.diagnostics import render
from comityc.diagnostics.codes_checks import (
    FINAL_STATE_ACTS,
    HIDDEN_TRANSITION,
    IMPOSSIBLE_TRANSITION,
    UNREACHABLE_STATE,
)
from comityc.diagnostics.suggest import did_you_mean
from comityc.driver import CheckResult, check_file, checking_module, generate, loaded_module

if TYPE_CHECKING:
    from comityc.explore.telling.keep import Keep
    from comityc.explore.telling.report import ChartKind
    from comityc.explore.telling.trace import Trace
    from comityc.explore.verdict import SpecVerdict
    from comityc.machine.model import Machine
    from comityc.play.run import RunOptions
    from comityc.play.scenario import ScenarioResult

FINE, FINDINGS, USAGE = 0, 1, 2
DEAD_PARTS = (UNREACHABLE_STATE, HIDDEN_TRANSITION, IMPOSSIBLE_TRANSITION, FINAL_STATE_ACTS)


class UsageError(Exception):
    """An option that does not fit the spec: said in one line, exit 2."""


# ---- verify


def verify_command(
    files: Sequence[str],
    cases: Sequence[str],
    values: Sequence[str],
    as_json: bool,
    limits: Mapping[str, Any],
    chart: "ChartKind",
    stories: bool,
    keep: "Keep",
) -> int:
    """Verify specs, print the report, keep what is asked for, and say whether every case is as its spec says."""
    from comityc.explore.interruption import asked
    from comityc.explore.telling.report import SCHEMA, to_json, to_text
    from comityc.explore.telling.trace import traces_of

    results = [check_file(name) for name in files]
    _print_findings([result for result in results if result.machine is None or result.has_errors])
    report: list[dict[str, Any]] = []
    fine = not any(result.has_errors for result in results)
    traces: list[Trace] = []
    for result in results:
        if result.machine is None or not _can_be_explored(result):
            continue
        if asked():
            _say(f"{result.file}: not looked at, because of Ctrl-C")
            fine = False
            continue
        try:
            verdict = _verify(result.machine, cases, values, limits)
        except UsageError as error:
            return _usage(f"{result.file}: {error}")
        traces += traces_of(verdict, result.machine.source)
        played = [] if cases or values else _play_scenarios(result.machine)
        fine = fine and verdict.as_expected and all(scenario.passed for scenario in played)
        if as_json:
            told = [{"name": one.name, "as_expected": one.passed, "failure": one.failure} for one in played]
            report.append({**to_json([verdict])["specs"][0], "scenarios": told})
        else:
            text = to_text(
                [verdict], chart=chart, width=_width(), stories=stories, symmetry=limits["symmetry"] == "shown"
            )
            print(text.rstrip("\n"))
            print(_scenario_lines(played) + _simulation_line(result), flush=True)
    if as_json:
        print(json.dumps({"schema": SCHEMA, "specs": report}, indent=2))
    kept = _kept(keep, traces)
    if keep.test is not None:
        kept = _tested(keep.test, [result.machine for result in results if result.machine is not None], traces) and kept
    return FINE if kept and fine else FINDINGS


def _tested(file: str, machines: "Sequence[Machine]", traces: "Sequence[Trace]") -> bool:
    """Write counterexamples as tests; say whether that went well."""
    from comityc.testing.keep_tests import CannotSave, save_tests

    try:
        said, findings = save_tests(file, machines, traces)
    except CannotSave as error:
        _say(f"comity: {error}")
        return False
    _print(findings)
    for line in said:
        _say(line)
    return not findings


def _kept(keep: "Keep", traces: "Sequence[Trace]") -> bool:
    """Write what is to be kept of the counterexamples; say whether that went well."""
    if keep.nothing:
        return True
    said, findings = keep.write(traces)
    _print(findings)
    for line in said:
        _say(line)
    return not findings


def explain_trace_command(path: str, chart: "ChartKind", page: str | None) -> int:
    """Tell a counterexample again that was kept, or put it on a page."""
    from comityc.explore.telling.keep import Keep
    from comityc.explore.telling.read_trace import read_trace
    from comityc.explore.telling.report import trace_to_text

    trace, findings = read_trace(path)
    _print(findings)
    if trace is None:
        return FINDINGS
    print(trace_to_text(trace, chart=chart, width=_width()), end="")
    return FINE if _kept(Keep(page=page), [trace]) else FINDINGS


def _can_be_explored(result: CheckResult) -> bool:
    """Whether nothing but dead parts is wrong: states and transitions that are never reached hinder no search."""
    return all(diagnostic.code in DEAD_PARTS for diagnostic in result.diagnostics if diagnostic.is_error)


def _play_scenarios(machine: "Machine") -> "list[ScenarioResult]":
    from comityc.play.scenario import play_scenario

    module = checking_module(machine)
    return [play_scenario(machine, scenario, module) for scenario in machine.scenarios]


def _simulation_line(result: CheckResult) -> str:
    """Say that there is more to be had of the spec, which exploring it does not give."""
    simulations = result.machine.simulations if result.machine is not None else ()
    if not simulations:
        return ""
    return f"  {len(simulations)} under `simulate:`, drawn at random by `comity simulate {result.file}`\n"


def _scenario_lines(played: "Sequence[ScenarioResult]") -> str:
    lines = [f"  {'ok  ' if one.passed else 'BAD '}scenario {one.name}" for one in played]
    lines += [f"\n{one.failure}" for one in played if one.failure is not None]
    return "\n".join([*lines, ""])


def ladder_command(
    files: Sequence[str],
    cases: Sequence[str],
    values: Sequence[str],
    as_json: bool,
    limits: Mapping[str, Any],
    seconds: float | None,
    chart: "ChartKind",
    stories: bool,
) -> int:
    """Try each fault on specs, print what they stand, and say whether they stand what they declare."""
    from comityc.explore.ladder.climb import MAX_STATES, SECONDS, climb
    from comityc.explore.ladder.matrix import matrix_text
    from comityc.explore.ladder.report import is_plain, ladder_lines, to_json
    from comityc.explore.ladder.rungs import base_of

    results = [check_file(name) for name in files]
    _print_findings([result for result in results if result.machine is None or result.has_errors])
    fine = not any(result.has_errors for result in results)
    if len(cases) > 1:
        return _usage("a ladder stands on one case: give --case once")
    ladders = []
    for result in results:
        machine = result.machine
        if machine is None or not _can_be_explored(result):
            continue
        try:
            _check_cases(machine, cases)
            module = checking_module(machine)
            given = read_values(machine, values, module)
        except UsageError as error:
            return _usage(f"{result.file}: {error}")
        base = base_of(machine, next((case for case in machine.cases if case.name in cases), None))
        with _progress() as progress:
            ladder = climb(
                machine,
                module,
                base,
                with_values=given,
                limits={**limits, "max_states": limits["max_states"] or MAX_STATES},
                seconds=seconds or SECONDS,
                progress=progress,
            )
        fine = fine and ladder.stands_what_it_declares
        ladders.append(ladder)
        if not as_json:
            lines = ladder_lines(ladder, stories=stories, chart=chart, width=_width(), plain=is_plain(sys.stdout))
            print("\n".join(lines), flush=True)
    if as_json:
        print(json.dumps(to_json(ladders), indent=2))
    elif ladders:
        print(matrix_text(ladders, plain=is_plain(sys.stdout)))
    return FINE if fine else FINDINGS


def _check_cases(machine: "Machine", cases: Sequence[str]) -> None:
    known = [case.name for case in machine.cases]
    for case in cases:
        if case not in known:
            raise UsageError(f"there is no case `{case}`; {did_you_mean(case, known) or _what_it_has(known)}")


def _verify(
    machine: "Machine", cases: Sequence[str], values: Sequence[str], limits: Mapping[str, Any]
) -> "SpecVerdict":
    _check_cases(machine, cases)
    module = checking_module(machine)
    given = read_values(machine, values, module)
    if any(case.abstract for case in machine.cases):
        from comityc.by_parts.verify import verify_with_parts as decide
    else:
        from comityc.explore.verify import verify_machine as decide
    with _progress() as progress:
        return decide(machine, module, cases=cases or None, with_values=given or None, **limits, progress=progress)


class _progress:  # noqa: N801  (reads as the context it is)
    """A line on the terminal that says what is being done; nothing where nobody watches."""

    def __enter__(self) -> Callable[[str, str], None]:
        self._status = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("")
            self._status.start()
        return self._say

    def _say(self, case: str, doing: str) -> None:
        if self._status is not None:
            self._status.update(f"{case}: {doing}")

    def __exit__(self, *problem: object) -> None:
        if self._status is not None:
            self._status.stop()


def read_values(machine: "Machine", texts: Sequence[str], module: Any) -> dict[str, Any]:
    """Read `name=value` texts as values of the protocol's parameters."""
    if not texts:
        return {}
    from comityc.play.read_value import UnreadableValue, read_value

    types = {parameter.name: parameter.type for parameter in machine.parameters}
    values: dict[str, Any] = {}
    for text in texts:
        name, sign, written = text.partition("=")
        if not sign:
            raise UsageError(f"--with takes name=value, not `{text}`")
        if name not in types:
            raise UsageError(f"there is no parameter `{name}`; {did_you_mean(name, types) or _what_it_has(types)}")
        try:
            values[name] = read_value(written, types[name], module)
        except UnreadableValue as error:
            raise UsageError(f"--with {text}: {error}") from error
    return values


def _what_it_has(names: Iterable[str]) -> str:
    return f"it has {', '.join(names) or 'none'}"


# ---- compile


def compile_command(named: Sequence[str], files: Sequence[str], output: str, check: bool) -> int:
    """Generate the Python of specs into a folder; with `check`, only say what is stale."""
    from comityc.output import GeneratedFile, check_files, write_files

    results = [check_file(name) for name in files]
    broken = [result for result in results if result.machine is None or result.has_errors]
    _print_findings(broken)
    generated: list[GeneratedFile] = []
    refused = 0
    made_by: dict[str, str] = {}
    for result in results:
        machine = result.machine
        if machine is None or result.has_errors:
            continue
        obstacle = _obstacle(machine)
        if obstacle and result.file in named:
            _say(f"comity: {result.file} cannot be compiled: {obstacle}")
            refused += 1
        elif obstacle:
            _say(f"{result.file}: passed over, {obstacle}")
        elif machine.protocol in made_by:
            _say(f"comity: {result.file} and {made_by[machine.protocol]} are both called `{machine.protocol}`")
            refused += 1
        else:
            made_by[machine.protocol] = result.file
            generated.extend(generate(machine, output))
    if broken or refused:
        _say("comity: nothing was written")
        return FINDINGS
    if check:
        stale = check_files(generated, output)
        _print(stale)
        return FINDINGS if stale else FINE
    written, findings = write_files(generated, output)
    _print(findings)
    for file in written:
        if file.action == "written":
            print(file.path)
    _say(f"{len(generated)} files, {sum(file.action == 'written' for file in written)} written")
    return FINDINGS if findings else FINE


def _obstacle(machine: "Machine") -> str | None:
    """Say why a machine has no distributed form, or none as yet."""
    if machine.shared is not None:
        return "it is a model: its instances share variables or look into one another"
    if machine.network == "none":
        return "it is a model without messages"
    return None


# ---- run


def run_command(file: str, values: Sequence[str], as_json: bool, options: "RunOptions") -> int:
    """Play a protocol and show it; `values` are those of the parameters as typed, the rest is in the options."""
    from comity.errors import ComityError
    from comityc.play.show import play_and_show

    result = _checked(file)
    if result.machine is None:
        return FINDINGS
    module = (
        checking_module(result.machine)
        if options.scenario or result.machine.is_model
        else loaded_module(result.machine)
    )
    try:
        given = read_values(result.machine, values, module)
        outcome = play_and_show(result.machine, module, replace(options, values=given), in_json=as_json)
    except (UsageError, ComityError) as error:
        return _usage(f"{file}: {error}")
    return FINE if outcome.passed else FINDINGS


def replay_command(file: str, token: str, as_json: bool) -> int:
    """Tell a run again that a generated test has found."""
    from comityc.explore.telling.report import story_lines
    from comityc.testing import ReplayFailed, replay

    result = _checked(file)
    if result.machine is None:
        return FINDINGS
    try:
        told = replay(result.machine, checking_module(result.machine), token)
    except ReplayFailed as error:
        return _usage(f"{file}: {error}")
    if as_json:
        print(
            json.dumps(
                {"steps": [{"label": step.label, "changes": list(step.changes)} for step in told.story.steps]}, indent=2
            )
        )
    else:
        print("\n".join(story_lines(told.story, "text", _width())))
    return FINDINGS if told.violated else FINE


def simulate_command(
    file: str, cases: Sequence[str], values: Sequence[str], runs: int | None, seed: int, as_json: bool
) -> int:
    """Draw the runs of a spec's simulations, and say whether they are as expected."""
    from comityc.simulate.command import simulate_and_show
    from comityc.simulate.simulate import SimulationOptions

    result = _checked(file)
    if result.machine is None:
        return FINDINGS
    known = [simulation.case.name for simulation in result.machine.simulations]
    if not known:
        return _usage(f"{file} has nothing under `simulate:`")
    for case in cases:
        if case not in known:
            return _usage(
                f"{file}: there is no simulation `{case}`; {did_you_mean(case, known) or _what_it_has(known)}"
            )
    module = checking_module(result.machine)
    try:
        options = SimulationOptions(tuple(cases), read_values(result.machine, values, module), runs, seed)
    except UsageError as error:
        return _usage(f"{file}: {error}")
    with _progress() as progress:
        fine = simulate_and_show(result.machine, module, options, progress, in_json=as_json)
    return FINE if fine else FINDINGS


def mutate_command(
    file: str,
    only: Sequence[str],
    cases: Sequence[str],
    jobs: int | None,
    max_states: int,
    seconds: float,
    as_json: bool,
) -> int:
    """Judge the mutants of a spec, and say whether every one is dead, no different, or explained."""
    from comityc.mutate.command import mutate_and_show
    from comityc.mutate.judge import Limits
    from comityc.mutate.run import MutationOptions

    result = _checked(file)
    if result.machine is None:
        return FINDINGS
    known = [case.name for case in result.machine.cases]
    for case in cases:
        if case not in known:
            return _usage(f"{file}: there is no case `{case}`; {did_you_mean(case, known) or _what_it_has(known)}")
    options = MutationOptions(tuple(only), tuple(cases), jobs, Limits(max_states, seconds))
    with _progress() as progress:
        fine = mutate_and_show(result.machine, options, lambda text: progress("mutants", text), in_json=as_json)
    return FINE if fine else FINDINGS


# ---- expand and diagram


def expand_command(file: str) -> int:
    """Print the full protocol that a spec stands for."""
    from comityc.diagnostics.bag import Bag
    from comityc.driver import read_tree
    from comityc.expand.printer import print_tree

    bag = Bag()
    tree, _ = read_tree(file, bag)
    _print(bag.diagnostics)
    if tree is None or bag.has_errors:
        return FINDINGS
    print(print_tree(tree), end="")
    return FINE


def diagram_command(file: str) -> int:
    """Print the state diagrams of all roles."""
    from comityc.backends.diagram.mermaid import state_diagrams

    result = _checked(file)
    if result.machine is None:
        return FINDINGS
    print(state_diagrams(result.machine), end="")
    return FINE


# ---- shared


def _checked(file: str) -> CheckResult:
    """Check one spec; print its findings when it cannot be used, and then leave the machine out."""
    if Path(file).is_dir():
        _say(f"comity: {file} is a folder; name one spec")
        return CheckResult(file, None, ())
    result = check_file(file)
    if result.machine is None or result.has_errors:
        _print_findings([result])
        return CheckResult(file, None, result.diagnostics)
    return result


def _print_findings(results: Sequence[CheckResult]) -> None:
    for result in results:
        _print(result.diagnostics)


def _print(diagnostics: Sequence[Any]) -> None:
    for diagnostic in diagnostics:
        print(render.to_text(diagnostic, colours=sys.stderr.isatty()), file=sys.stderr)


def _width() -> int:
    import shutil

    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 160))


def _usage(text: str) -> int:
    _say(f"comity: {text}")
    return USAGE


def _say(text: str) -> None:
    print(text, file=sys.stderr)
