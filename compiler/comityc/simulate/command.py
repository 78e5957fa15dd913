"""What `comity simulate` does: a checked machine and options in, printed reports out."""

import json
from collections.abc import Callable
from typing import Any

from comityc.machine.model import Machine
from comityc.simulate.report import lines, to_json
from comityc.simulate.simulate import SimulationOptions, SimulationResult, simulate_machine


def simulate_and_show(
    machine: Machine, module: Any, options: SimulationOptions, progress: Callable[[str, str], None], *, in_json: bool
) -> bool:
    """Play the simulations and print what they came to; return whether all is as expected."""
    results: list[SimulationResult] = []
    if not in_json:
        print(f"{machine.file}: {machine.protocol}")
    for result in simulate_machine(machine, module, options, progress):
        results.append(result)
        if not in_json:
            print("\n".join(lines(result)), flush=True)
    if in_json:
        print(json.dumps(to_json(machine.file, machine.protocol, results), indent=2))
    return all(result.as_expected for result in results)
