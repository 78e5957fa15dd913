"""A run in; why it is too large to be begun, or None, out: each state would take more memory, or more steps, than there is."""

from collections.abc import Iterator

from comityc.explore.engine.domains import MOST_VALUES
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import Run
from comityc.machine import expressions as x
from comityc.machine.model import Domain, ExpressionDomain, Machine
from comityc.machine.walk import everything

MOST_INSTANCES = 10_000

_KNOWN = (x.Parameter, x.Constant, x.Arithmetic, x.Negative, x.Function, x.Item)


def too_many(machine: Machine, evaluator: Evaluator, run: Run) -> str | None:
    """Return what there is too much of: instances, or values to choose from, as far as the parameters say."""
    count = len(evaluator.module.instances(run.parameters))
    if count > MOST_INSTANCES:
        return f"there are {count:,} instances, and {MOST_INSTANCES:,} are the limit"
    for name, domain in _choices(machine):
        size = _size(domain, evaluator, run)
        if size is not None and size > MOST_VALUES:
            return f"`{name}` is one of {size:,} values, and {MOST_VALUES:,} are the limit"
    return None


def _choices(machine: Machine) -> Iterator[tuple[str, Domain]]:
    for role in machine.roles:
        for state in role.states:
            yield from ((rule.name, rule.domain) for rule in state.decisions if rule.domain is not None)
        yield from (transition.draw for transition in role.transitions if transition.draw is not None)
        yield from ((one.name, one.start_in) for one in role.variables if one.start_in is not None)
    yield from ((one.name, one.start_in) for one in machine.shared or () if one.start_in is not None)


def _size(domain: Domain, evaluator: Evaluator, run: Run) -> int | None:
    """Return how many numbers a range has whose ends are known before anything happens."""
    if (
        not isinstance(domain, ExpressionDomain)
        or not isinstance(domain.values, x.Function)
        or domain.values.name != "range"
    ):
        return None
    if not all(isinstance(part, _KNOWN) for part in everything(domain.values)):
        return None
    try:
        ends = [evaluator.over_parameters(end, run.parameters) for end in domain.values.arguments]
        return len(range(*ends))
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None  # what has no value is told where it is needed
