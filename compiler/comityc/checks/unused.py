"""Find parameters, and decided or drawn values, that nothing uses."""

from collections.abc import Iterator

from comityc.checks.analysis.slots import Slot, slots_of
from comityc.checks.analysis.walk import definitions_of, walk
from comityc.diagnostics.codes_checks import UNUSED_CHOICE, UNUSED_PARAMETER
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.expressions import DefinitionCall, Local, Parameter
from comityc.machine.model import DecisionRule, Machine, Role


def unused_parameters(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each parameter that no expression reads."""
    read = {node.name for node in walk(machine, {}) if isinstance(node, Parameter)}
    # A duration that is given as a range has two ends, declared at one place.
    used = {parameter.span for parameter in machine.parameters if parameter.name in read}
    for parameter in {each.span: each for each in reversed(machine.parameters)}.values():
        if parameter.span not in used:
            yield UNUSED_PARAMETER.at(parameter.span, f"nothing uses the parameter `{parameter.name}`")


def unused_choices(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each decided or drawn value that no transition of its rule looks at."""
    for role in machine.roles:
        found: dict[Diagnostic, None] = {}
        for state in role.states:
            for decision in state.decisions:
                found.update(dict.fromkeys(_unused_decision(machine, role, decision)))
        for slot in slots_of(role):
            found.update(dict.fromkeys(_unused_draw(machine, slot)))
        yield from found


def _unused_decision(machine: Machine, role: Role, decision: DecisionRule) -> Iterator[Diagnostic]:
    if decision.domain is None or decision.stores or not decision.candidates:
        return
    if not _is_read(machine, decision.name, decision.candidates):
        yield UNUSED_CHOICE.at(
            decision.candidates[0].span,
            f"nothing uses the value that `{role.name}` decides on for `{decision.name}`",
            caret="every choice comes to the same",
        )


def _unused_draw(machine: Machine, slot: Slot) -> Iterator[Diagnostic]:
    transition = slot.transition
    if transition.draw is not None and not _is_read(machine, transition.draw[0], (transition.guard, transition.body)):
        name = transition.draw[0]
        yield UNUSED_CHOICE.at(
            transition.span, f"nothing uses the drawn `{name}`", caret="every draw comes to the same"
        )


def _is_read(machine: Machine, name: str, part: object) -> bool:
    """Say whether a part reads a local of this name. Named expressions have arguments of their own: not entered."""
    nodes = walk(part, definitions_of(machine), (DefinitionCall,))
    return any(_reads(node, name) for node in nodes)


def _reads(node: object, name: str) -> bool:
    match node:
        case Local(name=read):
            return read == name
        case DefinitionCall(arguments=arguments):
            return any(_reads(inner, name) for inner in walk(arguments, {}, (DefinitionCall,)))
        case _:
            return False
