"""The machine comes in, findings go out: everything that can be said of a protocol without running it.

Each check is a function from a machine to its findings. They are independent of each other, and none repeats what
another has said: a state that cannot be reached is not also blamed for its waits.
"""

from collections.abc import Callable, Iterator

from comityc.checks.assumptions import broken_assumptions
from comityc.checks.constant_properties import constant_properties
from comityc.checks.domains import empty_domains, timers_without_length
from comityc.checks.endless_when import endless_whens
from comityc.checks.faults import faults_without_target
from comityc.checks.final_states import acting_final_states, missing_final_states
from comityc.checks.hidden_transitions import hidden_transitions
from comityc.checks.name_clashes import name_clashes
from comityc.checks.ranges import values_out_of_range
from comityc.checks.reachability import unreachable_states
from comityc.checks.same_act_twice import same_act_twice
from comityc.checks.tautologies import tautologies
from comityc.checks.unhandled_messages import unhandled_messages
from comityc.checks.unsent_messages import unsent_messages
from comityc.checks.unused import unused_choices, unused_parameters
from comityc.checks.variables import unused_variables
from comityc.checks.waits import waits_without_timeout
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.model import Machine

__all__ = ["CHECKS", "Check", "check_machine"]

Check = Callable[[Machine], Iterator[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    unsent_messages,
    unhandled_messages,
    unreachable_states,
    hidden_transitions,
    waits_without_timeout,
    acting_final_states,
    missing_final_states,
    endless_whens,
    empty_domains,
    timers_without_length,
    values_out_of_range,
    broken_assumptions,
    unused_variables,
    unused_choices,
    unused_parameters,
    constant_properties,
    tautologies,
    faults_without_target,
    name_clashes,
    same_act_twice,
)


def check_machine(machine: Machine) -> tuple[Diagnostic, ...]:
    """Run all checks and return what they found, in the order of the checks."""
    return tuple(diagnostic for check in CHECKS for diagnostic in check(machine))
