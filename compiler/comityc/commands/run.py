"""`comity run`: a protocol is played, or a run that a generated test has found is told again."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from comityc.commands.shared import FINDINGS, FINE, UsageError, checked, read_values, usage, width
from comityc.driver import checking_module, loaded_module

if TYPE_CHECKING:
    from comityc.play.run import RunOptions


def run_command(file: str, values: Sequence[str], as_json: bool, options: "RunOptions") -> int:
    """Play a protocol and show it; `values` are those of the parameters as typed, the rest is in the options."""
    from comity.errors import ComityError
    from comityc.play.show import play_and_show

    result = checked(file)
    if result.machine is None:
        return FINDINGS
    # Only the form for checking knows which values `start_in` leaves open.
    leaves_open = any(variable.start_in is not None for role in result.machine.roles for variable in role.variables)
    module = (
        checking_module(result.machine)
        if options.scenario or result.machine.is_model or leaves_open
        else loaded_module(result.machine)
    )
    try:
        given = read_values(result.machine, values, module)
        outcome = play_and_show(result.machine, module, replace(options, values=given), in_json=as_json)
    except (UsageError, ComityError) as error:
        return usage(f"{file}: {error}")
    return FINE if outcome.passed else FINDINGS


def replay_command(file: str, token: str, as_json: bool) -> int:
    """Tell a run again that a generated test has found."""
    from comityc.explore.telling.report import story_lines
    from comityc.testing import ReplayFailed, replay

    result = checked(file)
    if result.machine is None:
        return FINDINGS
    try:
        told = replay(result.machine, checking_module(result.machine), token)
    except ReplayFailed as error:
        return usage(f"{file}: {error}")
    if as_json:
        print(
            json.dumps(
                {"steps": [{"label": step.label, "changes": list(step.changes)} for step in told.story.steps]}, indent=2
            )
        )
    else:
        print("\n".join(story_lines(told.story, "text", width())))
    return FINDINGS if told.violated else FINE
