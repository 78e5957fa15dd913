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
    SharedVariable,
    Variable,
)
from comityc.machine.model import Machine

_CAN_CHANGE = (Variable, SharedVariable, InstanceVariable, InState, InCondition, ActQuery, Now)


def constant_properties(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each property whose expressions look at no state, no variable and no act."""
    definitions = definitions_of(machine)
    for promise in machine.properties:
        if promise.kind == "generic" or promise.waived is not None:
            continue
        if not any(isinstance(node, _CAN_CHANGE) for node in walk(promise.expressions, definitions)):
            yield CONSTANT_PROPERTY.at(
                promise.expressions[0].span,
                f"`{promise.name}` is the same in every run",
                caret="reads no state and no variable",
            )
