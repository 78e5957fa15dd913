"""`comity simulate`: many runs of a spec are drawn, and what it expects of them is decided."""

from collections.abc import Sequence

from comityc.commands.progress import progress_line
from comityc.commands.shared import FINDINGS, FINE, UsageError, checked, read_values, usage, what_it_has
from comityc.diagnostics.suggest import did_you_mean
from comityc.driver import checking_module


def simulate_command(
    file: str, cases: Sequence[str], values: Sequence[str], runs: int | None, seed: int, as_json: bool
) -> int:
    """Draw the runs of a spec's simulations, and say whether they are as expected."""
    from comityc.simulate.command import simulate_and_show
    from comityc.simulate.simulate import SimulationOptions

    result = checked(file)
    if result.machine is None:
        return FINDINGS
    known = [simulation.case.name for simulation in result.machine.simulations]
    if not known:
        return usage(f"{file} has nothing under `simulate:`")
    for case in cases:
        if case not in known:
            return usage(f"{file}: there is no simulation `{case}`; {did_you_mean(case, known) or what_it_has(known)}")
    module = checking_module(result.machine)
    try:
        options = SimulationOptions(tuple(cases), read_values(result.machine, values, module), runs, seed)
    except UsageError as error:
        return usage(f"{file}: {error}")
    with progress_line() as progress:
        fine = simulate_and_show(result.machine, module, options, progress, in_json=as_json)
    return FINE if fine else FINDINGS
