"""`comity mutate`: the usual mistakes are made in a spec, and its properties are to notice."""

from collections.abc import Sequence

from comityc.commands.progress import progress_line
from comityc.commands.shared import FINDINGS, FINE, checked, usage, what_it_has
from comityc.diagnostics.suggest import did_you_mean


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

    result = checked(file)
    if result.machine is None:
        return FINDINGS
    known = [case.name for case in result.machine.cases]
    for case in cases:
        if case not in known:
            return usage(f"{file}: there is no case `{case}`; {did_you_mean(case, known) or what_it_has(known)}")
    options = MutationOptions(tuple(only), tuple(cases), jobs, Limits(max_states, seconds))
    with progress_line() as progress:
        fine = mutate_and_show(result.machine, options, lambda text: progress("mutants", text), in_json=as_json)
    return FINE if fine else FINDINGS
