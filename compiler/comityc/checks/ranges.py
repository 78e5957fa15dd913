"""Find parameters that get a value outside their range: as a default, in a case, in a simulation, in a scenario."""

from collections.abc import Iterator

from comityc.checks.analysis.evaluate import Number, number_of
from comityc.diagnostics.codes_checks import VALUE_OUT_OF_RANGE
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.machine.expressions import Expression
from comityc.machine.model import Machine, ParameterDeclaration


def values_out_of_range(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each constant that its parameter does not allow."""
    for parameter in machine.parameters:
        low, high = (number_of(end) for end in parameter.range) if parameter.range else (None, None)
        if low is None or high is None or low > high:
            continue
        for value in _values_of(machine, parameter):
            number = number_of(value)
            if number is not None and not low <= number <= high:
                yield _out_of_range(parameter, value, low, high)


def _values_of(machine: Machine, parameter: ParameterDeclaration) -> Iterator[Expression]:
    if parameter.default is not None:
        yield parameter.default
    for case in (*machine.cases, *(simulation.case for simulation in machine.simulations)):
        yield from dict(case.values).get(parameter.name, ())
    for scenario in machine.scenarios:
        given = dict(scenario.values).get(parameter.name)
        if given is not None:
            yield given


def _out_of_range(parameter: ParameterDeclaration, value: Expression, low: Number, high: Number) -> Diagnostic:
    return VALUE_OUT_OF_RANGE.at(
        value.span,
        f"`{parameter.name}` is outside its range",
        caret=f"not in {low}..{high}",
        labels=(Label(parameter.range[0].span.through(parameter.range[1].span), "its range"),)
        if parameter.range
        else (),
    )
