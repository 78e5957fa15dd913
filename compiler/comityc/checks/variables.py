"""Find variables that nothing reads, and variables that are read although nothing ever changes them."""

from collections.abc import Iterator

from comityc.checks.analysis.walk import Definitions, Read, definitions_of, variables_read, walk
from comityc.diagnostics.codes_checks import VARIABLE_NEVER_READ, VARIABLE_NEVER_WRITTEN
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine import expressions as ex
from comityc.machine.model import Machine, Role, Transition, VariableDeclaration

_CHANGES = (ex.Assign, ex.Mutate, ex.Delete)


def unused_variables(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each variable that no expression reads, or that keeps an empty start value for ever."""
    definitions = definitions_of(machine)
    read = variables_read((machine.properties, machine.scenarios, machine.simulations), definitions, None)
    for role in machine.roles:
        read |= _read_by(role, definitions)
    for outcome in machine.outcomes:
        read |= variables_read((outcome.value,), definitions, outcome.role)
    for role in machine.roles:
        written, results = _written_by(role), _results_of(role)
        for variable in role.variables:
            name = variable.name
            if (role.name, name) not in read and (None, name) not in read:
                if name not in results or variable.ghost:
                    yield _never_read(role, variable, name in written)
            elif name not in written and variable.start_in is None and _says_nothing(variable.default):
                yield VARIABLE_NEVER_WRITTEN.at(
                    variable.span, f"nothing ever sets `{name}`", caret="keeps its start value"
                )


def _never_read(role: Role, variable: VariableDeclaration, is_written: bool) -> Diagnostic:
    return VARIABLE_NEVER_READ.at(
        variable.span,
        f"nothing reads `{variable.name}` of `{role.name}`",
        caret="set, and never read" if is_written else "neither set nor read",
    )


def _read_by(role: Role, definitions: Definitions) -> frozenset[Read]:
    """Return what a role reads. To change a variable by its own value (`tries += 1`) is not to read it."""
    read = variables_read((role.count, role.variables), definitions, role.name)
    read |= variables_read(role.states, definitions, role.name, (Transition,))
    read |= variables_read(role.transitions, definitions, role.name, _CHANGES)
    for node in walk(role.transitions, {}):
        if isinstance(node, _CHANGES):
            read |= variables_read(node, definitions, role.name) - {(role.name, node.target.variable)}
    return read


def _written_by(role: Role) -> frozenset[str]:
    changes = (node for node in walk(role.transitions, {}) if isinstance(node, _CHANGES))
    decided = (decision.name for state in role.states for decision in state.decisions if decision.stores)
    return frozenset((*(change.target.variable for change in changes if not change.target.shared), *decided))


def _results_of(role: Role) -> frozenset[str]:
    """Return what is set on the way into a state where the role may stop: whoever runs the role reads it there."""
    ends = {state.name for state in role.states if state.final or state.resting}
    ending = tuple(transition.body for transition in role.transitions if transition.goto in ends)
    assigned = (node for node in walk(ending, {}) if isinstance(node, ex.Assign) and node.operator == "=")
    return frozenset(assignment.target.variable for assignment in assigned)


def _says_nothing(default: ex.Expression) -> bool:
    """Say whether a start value is the one that a variable has when nothing is said of it."""
    match default:
        case ex.Constant(value=value):
            return value is None or value is False or value == 0
        case ex.ListOf(items=()) | ex.SetOf(items=()) | ex.MapOf(pairs=()):
            return True
        case _:
            return False
