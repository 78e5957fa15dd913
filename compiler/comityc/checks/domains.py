"""Find choices with nothing to choose from: an empty list, a range that runs backwards.

Only what is written as constants is judged; what depends on parameters is judged when their values are known.
"""

from collections.abc import Iterator

from comityc.checks.analysis.evaluate import number_of, size_of
from comityc.diagnostics.codes_checks import EMPTY_DOMAIN, TIMER_WITHOUT_LENGTH
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.machine.model import Domain, ExpressionDomain, Machine, ParameterDeclaration, Role, TimerRule, TypeDomain
from comityc.machine.value_types import EnumType


def empty_domains(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each empty domain of a decision, a draw, a start value, a range or a case."""
    for parameter in machine.parameters:
        yield from _empty_range(parameter)
    for variable in [*(machine.shared or ()), *(variable for role in machine.roles for variable in role.variables)]:
        if _is_empty(variable.start_in):
            yield _nothing_in(variable.start_in, variable.span, f"`{variable.name}` has no value to start with")
    for role in machine.roles:
        yield from _empty_choices(role)
    for case in machine.cases:
        for name, values in case.values:
            if not values:
                yield EMPTY_DOMAIN.at(case.span, f"case `{case.name}` has no value for `{name}`", caret="runs for none")


def _empty_range(parameter: ParameterDeclaration) -> Iterator[Diagnostic]:
    if parameter.range is None:
        return
    low, high = (number_of(end) for end in parameter.range)
    if low is not None and high is not None and low > high:
        yield EMPTY_DOMAIN.at(
            parameter.range[0].span.through(parameter.range[1].span),
            f"no value of `{parameter.name}` is in its range",
            caret="runs backwards",
            help="write the smaller number first",
        )


def _empty_choices(role: Role) -> Iterator[Diagnostic]:
    for state in role.states:
        for decision in state.decisions:
            if _is_empty(decision.domain) and decision.candidates:
                message = f"there is nothing to choose for `{decision.name}`"
                yield _nothing_in(decision.domain, decision.candidates[0].span, message)
    for transition in role.transitions:
        if transition.draw is not None and _is_empty(transition.draw[1]):
            yield _nothing_in(
                transition.draw[1], transition.span, f"there is nothing to draw `{transition.draw[0]}` from"
            )


def _is_empty(domain: Domain | None) -> bool:
    match domain:
        case ExpressionDomain(values=values):
            return size_of(values) == 0
        case TypeDomain(type=EnumType(words=())):
            return True
        case _:
            return False


def _nothing_in(domain: Domain | None, otherwise: Span, message: str) -> Diagnostic:
    span = domain.values.span if isinstance(domain, ExpressionDomain) else otherwise
    return EMPTY_DOMAIN.at(span, message, caret="empty")


def timers_without_length(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each timer that takes no time, or draws its time from a range that runs backwards."""
    for role in machine.roles:
        found: dict[Diagnostic, None] = {}
        for state in role.states:
            for timer in state.timers:
                found.update(dict.fromkeys(_length_of(machine, role, timer)))
        yield from found


def _length_of(machine: Machine, role: Role, timer: TimerRule) -> Iterator[Diagnostic]:
    if timer.kind == "at":
        return
    shortest, longest = number_of(timer.duration), number_of(timer.longest)
    if shortest is not None and shortest <= 0:
        yield TIMER_WITHOUT_LENGTH.at(
            timer.duration.span, f"this timer of `{role.name}` takes no time", caret="no time at all"
        )
    elif timer.longest is not None and shortest is not None and longest is not None and shortest > longest:
        yield EMPTY_DOMAIN.at(
            timer.duration.span.through(timer.longest.span),
            f"this timer of `{role.name}` has no time to draw from",
            caret="runs backwards",
            help="write the shorter time first",
        )
