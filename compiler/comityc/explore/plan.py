"""A machine and what was asked for come in; the runs to make, one for each combination of values, come out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from comity.errors import ComityError
from comityc.explore.engine.lookback import needs_clock
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.soundness import unsound
from comityc.machine.model import Bounds, Case, Machine
from comityc.naming import value_name
from comityc.records import dataclass

DEFAULTS = "the defaults"
"""What the run is called that no case of the spec stands behind."""


@dataclass(frozen=True, slots=True)
class Run:
    """One search to make. `values` are those that the case or the command line gives; `refused` says why it cannot start."""

    case: Case
    values: tuple[tuple[str, Any], ...]
    parameters: Any
    refused: str | None = None


def plan_runs(
    machine: Machine, evaluator: Evaluator, cases: Sequence[str] | None, values: Mapping[str, Any] | None
) -> Iterator[Run]:
    """Yield the runs: all cases, those that are named, or (values without a case) one of the defaults with these values."""
    if cases is None and (values is not None or not machine.cases):
        yield _run(machine, default_case(machine), tuple((values or {}).items()), evaluator)
        return
    for case in machine.cases:
        if (cases is not None and case.name not in cases) or case.abstract:
            continue  # what is decided by parts is decided elsewhere
        given = dict(values or {})
        if given:
            # The figures are those of the case as it stands.
            case = replace(case, states=None, levels=None, orbits=None)
        names = [name for name, _ in case.values if name not in given]
        options = [
            [evaluator.constant(value) for value in choices] for name, choices in case.values if name not in given
        ]
        for chosen in product(*options):
            yield _run(machine, case, (*zip(names, chosen, strict=True), *given.items()), evaluator)


def default_case(machine: Machine) -> Case:
    """Return the case that stands for the spec itself: its defaults, within what it tolerates."""
    return Case(
        name=DEFAULTS,
        values=(),
        faults=machine.tolerates,
        bounds=machine.bounds,
        network=machine.network,
        violates=(),
        clock=machine.clock,
        later=machine.later,
    )


def _run(machine: Machine, case: Case, values: tuple[tuple[str, Any], ...], evaluator: Evaluator) -> Run:
    if case.later is not None:
        needed = case.later if "`" in case.later else f"`{case.later}`"
        return Run(case, values, None, f"it needs {needed}, which is read and checked but not explored yet")
    if case.clock is None and needs_clock(machine):
        return Run(case, values, None, "it tells moments apart, which has no meaning without a `clock`")
    reason = unsound(machine, case)
    if reason is not None:
        return Run(case, values, None, reason)
    try:
        parameters = evaluator.module.Parameters(**{value_name(name): value for name, value in values})
        parameters.check()
    except ComityError as error:
        return Run(case, values, None, f"these values are refused: {error}")
    except (LookupError, ArithmeticError) as error:
        return Run(case, values, None, f"these values are refused: what is assumed of them has no value ({error})")
    except TypeError:
        given = {value_name(name) for name, _ in values}
        known = evaluator.module.Parameters
        missing = [name for name in known._fields if name not in known._field_defaults and name not in given]
        return Run(case, values, None, f"{', '.join(missing)} has no default: give it under `with`, or by `--with`")
    return Run(case, values, parameters)


def bounds_text(bounds: Bounds) -> str:
    """Return the bounds of a case in one line."""
    parts = [f"{name} {low}..{high}" for name, low, high in bounds.ranges]
    parts += [f"{name} of size {size}" for name, size in bounds.sizes]
    if bounds.copies is not None:
        parts.append(f"copies {bounds.copies}")
    if bounds.under_way is not None:
        parts.append(f"under_way {bounds.under_way}")
    return ", ".join(parts)
