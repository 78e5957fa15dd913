"""A machine in, all its mutants out, in the order of the spec: the standard slips of the catalogue, one at a time.

A whole that is made of parts is mutated where it says something itself: a part is held against the promises of its own spec.
"""

from comityc.machine.model import Machine
from comityc.mutate.bodies import slips_in_bodies
from comityc.mutate.conditions import slips_in_conditions, slips_in_definitions
from comityc.mutate.mutant import Mutant, named
from comityc.mutate.structure import slips_in_structure


def mutants_of(machine: Machine) -> tuple[Mutant, ...]:
    """Return the mutants. Their names are unique, and do not change when the spec changes elsewhere."""
    slips = (
        *slips_in_conditions(machine),
        *slips_in_definitions(machine),
        *slips_in_bodies(machine),
        *slips_in_structure(machine),
    )
    if any(state.part is not None for role in machine.roles for state in role.states):
        slips = tuple(slip for slip in slips if slip.span.file == machine.file)
    return tuple(sorted(named(slips), key=lambda mutant: mutant.line))
