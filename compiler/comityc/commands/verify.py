"""`comity verify`: specs are explored, case by case; the report is printed, and counterexamples are kept as was asked for."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from comityc.commands.keeping import keep_tests, keep_traces
from comityc.commands.progress import progress_line
from comityc.commands.shared import (
    FINDINGS,
    FINE,
    UsageError,
    can_be_explored,
    check_cases,
    print_findings,
    read_values,
    say,
    usage,
    width,
)
from comityc.driver import CheckResult, check_file, checking_module

if TYPE_CHECKING:
    from comityc.explore.telling.keep import Keep
    from comityc.explore.telling.report import ChartKind
    from comityc.explore.telling.trace import Trace
    from comityc.explore.verdict import SpecVerdict
    from comityc.machine.model import Machine
    from comityc.play.scenario import ScenarioResult


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
    from comityc.explore.interruption import asked, how
    from comityc.explore.telling.report import SCHEMA, to_json, to_text
    from comityc.explore.telling.trace import traces_of

    results = [check_file(name) for name in files]
    print_findings([result for result in results if result.machine is None or result.has_errors])
    report: list[dict[str, Any]] = []
    fine = not any(result.has_errors for result in results)
    traces: list[Trace] = []
    for result in results:
        if result.machine is None or not can_be_explored(result):
            continue
        if asked():
            say(f"{result.file}: not looked at, because of {how()}")
            fine = False
            continue
        try:
            verdict = _verify(result.machine, cases, values, limits)
        except UsageError as error:
            return usage(f"{result.file}: {error}")
        traces += traces_of(verdict, result.machine.source)
        played = [] if cases or values else _play_scenarios(result.machine)
        fine = fine and verdict.as_expected and all(scenario.passed for scenario in played)
        if as_json:
            told = [{"name": one.name, "as_expected": one.passed, "failure": one.failure} for one in played]
            report.append({**to_json([verdict])["specs"][0], "scenarios": told})
        else:
            text = to_text(
                [verdict], chart=chart, width=width(), stories=stories, symmetry=limits["symmetry"] == "shown"
            )
            print(text.rstrip("\n"))
            print(_scenario_lines(played) + _simulation_line(result), flush=True)
    if as_json:
        print(json.dumps({"schema": SCHEMA, "specs": report}, indent=2))
    kept = keep_traces(keep, traces)
    if keep.test is not None:
        kept = (
            keep_tests(keep.test, [result.machine for result in results if result.machine is not None], traces) and kept
        )
    return FINE if kept and fine else FINDINGS


def _verify(
    machine: "Machine", cases: Sequence[str], values: Sequence[str], limits: Mapping[str, Any]
) -> "SpecVerdict":
    check_cases(machine, cases)
    module = checking_module(machine)
    given = read_values(machine, values, module)
    with progress_line() as progress:
        how: dict[str, Any] = {"cases": cases or None, "with_values": given or None, **limits, "progress": progress}
        if any(case.abstract for case in machine.cases):
            from comityc.by_parts.verify import verify_with_parts

            return verify_with_parts(machine, module, **how)
        from comityc.explore.verify import verify_machine

        return verify_machine(machine, module, **how)


def _play_scenarios(machine: "Machine") -> "list[ScenarioResult]":
    if not machine.scenarios:
        return []
    from comityc.play.scenario import play_scenario

    module = checking_module(machine)
    return [play_scenario(machine, scenario, module) for scenario in machine.scenarios]


def _scenario_lines(played: "Sequence[ScenarioResult]") -> str:
    lines = [f"  {'ok  ' if one.passed else 'BAD '}scenario {one.name}" for one in played]
    lines += [f"\n{one.failure}" for one in played if one.failure is not None]
    return "\n".join([*lines, ""])


def _simulation_line(result: CheckResult) -> str:
    """Say that there is more to be had of the spec, which exploring it does not give."""
    simulations = result.machine.simulations if result.machine is not None else ()
    if not simulations:
        return ""
    return f"  {len(simulations)} under `simulate:`, drawn at random by `comity simulate {result.file}`\n"
