"""Find values of parameters that break an assumption of the spec: the defaults, those of a case, of a simulation, of a scenario."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from comityc.checks.analysis.evaluate import Evaluation, Unknown
from comityc.checks.analysis.walk import Definitions, definitions_of, walk
from comityc.checks.analysis.wording import listed
from comityc.diagnostics.codes_checks import BROKEN_ASSUMPTION
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.machine.expressions import Expression, Parameter
from comityc.machine.model import Assumption, Machine

_MOST_COMBINATIONS = 1000
"""Of the values of one case: beyond so many only the first are tried, and `verify` refuses the others."""


def broken_assumptions(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each set of values and the assumption that it breaks."""
    if not machine.assumptions:
        return
    definitions = definitions_of(machine)
    defaults = _defaults(machine, definitions)
    broken = _broken_by(machine, definitions, defaults)
    for assumption in broken:
        yield BROKEN_ASSUMPTION.at(
            assumption.condition.span,
            f"the defaults break the assumption `{assumption.name}`",
            caret="false for the defaults",
        )
    for what, span, values in _given(machine):
        yield from _finding_of(machine, definitions, defaults, what, span, values, broken)


def _given(machine: Machine) -> Iterator[tuple[str, Span, Mapping[str, tuple[Expression, ...]]]]:
    """Yield the places that give values of their own, each with the choices for each parameter."""
    for case in machine.cases:
        if case.values:
            yield f"case `{case.name}`", case.span, dict(case.values)
    for simulation in machine.simulations:
        if simulation.case.values:
            yield f"simulation `{simulation.case.name}`", simulation.span, dict(simulation.case.values)
    for scenario in machine.scenarios:
        if scenario.values:
            yield f"scenario `{scenario.name}`", scenario.span, {name: (value,) for name, value in scenario.values}


def _finding_of(
    machine: Machine,
    definitions: Definitions,
    defaults: Mapping[str, Any],
    what: str,
    span: Span,
    values: Mapping[str, tuple[Expression, ...]],
    known: list[Assumption],
) -> Iterator[Diagnostic]:
    constants = Evaluation({}, definitions)
    try:
        choices = [[constants.value(value) for value in several] for several in values.values()]
    except Unknown:
        return
    found: dict[str, Assumption] = {}
    for combination in islice(product(*choices), _MOST_COMBINATIONS):
        parameters = {**defaults, **dict(zip(values, combination, strict=True))}
        found.update((assumption.name, assumption) for assumption in _broken_by(machine, definitions, parameters))
    for assumption in found.values():
        if assumption not in known:
            place = _first_of(values, assumption) or span
            yield BROKEN_ASSUMPTION.at(
                place,
                f"{what} breaks the assumption `{assumption.name}`",
                caret=f"with this value of {listed([name for name in values if _reads(assumption, name)] or values)}",
                labels=(Label(assumption.condition.span, "false then"),),
            )


def _first_of(values: Mapping[str, tuple[Expression, ...]], assumption: Assumption) -> Span | None:
    return next((several[0].span for name, several in values.items() if several and _reads(assumption, name)), None)


def _reads(assumption: Assumption, name: str) -> bool:
    return any(isinstance(node, Parameter) and node.name == name for node in walk(assumption.condition, {}))


def _defaults(machine: Machine, definitions: Definitions) -> Mapping[str, Any]:
    constants = Evaluation({}, definitions)
    known: dict[str, Any] = {}
    for parameter in machine.parameters:
        if parameter.default is not None:
            try:
                known[parameter.name] = constants.value(parameter.default)
            except Unknown:
                continue
    return known


def _broken_by(machine: Machine, definitions: Definitions, parameters: Mapping[str, Any]) -> list[Assumption]:
    """Return the assumptions that are false for certain."""
    broken = []
    for assumption in machine.assumptions:
        try:
            if not Evaluation(parameters, definitions).value(assumption.condition):
                broken.append(assumption)
        except Unknown:
            continue
    return broken
