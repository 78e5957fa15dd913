"""Find `when`s that, once they are taken, are taken for ever.

- when: len(ballots) == voters
  do: send Result() to voter       # no `goto`, and `ballots` stays as it is
"""

from collections.abc import Iterator, Mapping

from comityc.checks.analysis.guards import always_holds
from comityc.checks.analysis.walk import definitions_of, walk
from comityc.diagnostics.codes_checks import ENDLESS_WHEN
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine import expressions as ex
from comityc.machine.model import Definition, Machine, Role, State, Transition


def endless_whens(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each `when` that stays in its state and changes nothing that its condition reads."""
    definitions = definitions_of(machine)
    for role in machine.roles:
        found = dict.fromkeys(
            transition
            for state in role.states
            for rule in state.spontaneous
            for transition in rule.candidates
            if rule.loop is None and _stays(state, transition) and _changes_nothing(transition, definitions)
        )
        for transition in found:
            yield _finding(role, transition)


def _stays(state: State, transition: Transition) -> bool:
    return transition.goto in (None, state.name)


def _changes_nothing(transition: Transition, definitions: Mapping[ex.DefinitionName, Definition]) -> bool:
    if transition.draw is not None:
        return False
    written = {
        node.target.variable
        for node in walk(transition.body, {})
        if isinstance(node, ex.Assign | ex.Mutate | ex.Delete)
    }
    if always_holds(transition.guard):
        return not written
    return not any(_may_change(node, written) for node in walk(transition.guard, definitions))


def _may_change(node: object, written: set[str]) -> bool:
    """Say whether the step, or the step of somebody else, can change what this part of the condition reads."""
    match node:
        case ex.Variable(name=name) | ex.SharedVariable(name=name):
            return name in written
        case ex.InstanceVariable() | ex.InState() | ex.InCondition() | ex.Now():
            return True
        case _:
            return False


def _finding(role: Role, transition: Transition) -> Diagnostic:
    guard = transition.guard
    return ENDLESS_WHEN.at(
        guard.span if guard is not None else transition.span,
        f"`{role.name}` takes this step again and again",
        caret="still true after the step",
        help="lead to another state with `goto`, or change in `do` what the condition reads",
    )
