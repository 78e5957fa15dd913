"""What `comity mutate` does: a checked machine and options in, a printed report out."""

import json

from comityc.machine.model import Machine
from comityc.mutate.report import lines, to_json
from comityc.mutate.run import MutationOptions, Progress, mutate_machine


def mutate_and_show(machine: Machine, options: MutationOptions, progress: Progress, *, in_json: bool) -> bool:
    """Judge the mutants and print what became of them; return whether the spec notices all that it should."""
    report = mutate_machine(machine, options, progress)
    print(json.dumps(to_json(machine, report), indent=2) if in_json else "\n".join(lines(machine, report)))
    return report.is_fine
