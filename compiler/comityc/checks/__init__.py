"""The machine comes in, findings go out: everything that can be said of a protocol without running it.

Each check is one file with one public function, from a machine to its findings. They are independent of each
other, and none repeats what another has said: a state that cannot be reached is not also blamed for its waits.
"""

from collections.abc import Callable, Iterator

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.model import Machine

__all__ = ["CHECKS", "Check", "check_machine"]

Check = Callable[[Machine], Iterator[Diagnostic]]

CHECKS: tuple[Check, ...] = ()


def check_machine(machine: Machine) -> tuple[Diagnostic, ...]:
    """Run all checks and return what they found, in the order of the checks."""
    return tuple(diagnostic for check in CHECKS for diagnostic in check(machine))
