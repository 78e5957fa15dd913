"""`comity verify --ladder`: each fault is tried on specs, alone and together; a matrix is printed."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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
from comityc.driver import check_file, checking_module

if TYPE_CHECKING:
    from comityc.explore.telling.report import ChartKind


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
    from comityc.explore.interruption import asked, how
    from comityc.explore.ladder.climb import MAX_STATES, SECONDS, climb
    from comityc.explore.ladder.matrix import matrix_text
    from comityc.explore.ladder.report import ladder_lines, to_json
    from comityc.explore.ladder.rungs import base_of

    results = [check_file(name) for name in files]
    print_findings([result for result in results if result.machine is None or result.has_errors])
    fine = not any(result.has_errors for result in results)
    if len(cases) > 1:
        return usage("a ladder stands on one case: give --case once")
    ladders = []
    for result in results:
        machine = result.machine
        if machine is None or not can_be_explored(result):
            continue
        if asked():
            say(f"{result.file}: not looked at, because of {how()}")
            fine = False
            continue
        try:
            check_cases(machine, cases)
            module = checking_module(machine)
            given = read_values(machine, values, module)
        except UsageError as error:
            return usage(f"{result.file}: {error}")
        base = base_of(machine, next((case for case in machine.cases if case.name in cases), None))
        with progress_line() as progress:
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
            lines = ladder_lines(ladder, stories=stories, chart=chart, width=width())
            print("\n".join(lines), flush=True)
    if as_json:
        print(json.dumps(to_json(ladders), indent=2))
    elif looked_at := [ladder for ladder in ladders if ladder.refused is None]:
        print(matrix_text(looked_at))
    return FINE if fine else FINDINGS
