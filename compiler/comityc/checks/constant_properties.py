"""Find properties that read nothing that can change: they are true or false before anything has happened."""

from collections.abc import Iterator

from comityc.checks.analysis.walk import definitions_of, walk
from comityc.diagnostics.codes_checks import CONSTANT_PROPERTY
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.expressions import (
    ActQuery,
    InCondition,
    InstanceVariable,
    InState,
    Now,
    RoleInstances,
    SharedVariable,
    Variable,
)
from comityc.machine.model import Machine

_CAN_CHANGE = (Variable, SharedVariable, InstanceVariable, InState, InCondition, ActQuery, Now)


def constant_properties(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each property whose expressions look at no state, no variable and no act.

    Who is there of a dynamic role changes too: `len(singer)` reads it.
    """
    definitions = definitions_of(machine)
    comes_and_goes = {role.name for role in machine.roles if role.dynamic}

    def can_change(node: object) -> bool:
        return isinstance(node, _CAN_CHANGE) or (isinstance(node, RoleInstances) and node.role in comes_and_goes)

    for promise in machine.properties:
        if promise.kind == "generic" or promise.waived is not None:
            continue
        if not any(can_change(node) for node in walk(promise.expressions, definitions)):
            yield CONSTANT_PROPERTY.at(
                promise.expressions[0].span,
                f"`{promise.name}` is the same in every run",
                caret="reads no state and no variable",
            )
