"""A machine and its module in; a verdict for each rung of its ladder out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from comityc.explore.ladder.rungs import Base, Column, Rung, case_of, promised_on, rungs_of
from comityc.explore.verdict import CaseVerdict, PropertyVerdict, Verdict, overall
from comityc.explore.verify import verify_machine
from comityc.machine.model import Machine
from comityc.records import dataclass

MAX_STATES = 100_000
"""So many states a rung may have, unless another limit is given."""
SECONDS = 10.0
"""So long the search of a rung may take, unless another limit is given."""

LIVENESS = ("eventually", "leads_to", "stays_possible")
WITNESSES = ("reachable",)
"""Kinds of properties that say what has to come, and what can come; every other kind says what never happens."""
ENDS = ("no_deadlock", "never_stuck")
NO_PROMISES = ("no_dead_parts", "not_vacuous")
"""Generic properties that are about what comes in the end, and those that are about the spec and not about its runs."""


@dataclass(frozen=True, slots=True)
class RungVerdict:
    """What one rung came to, in what never happens (`safety`) and in what comes in the end (`liveness`).

    `refused` says why it could not be searched.
    """

    rung: Rung
    case: CaseVerdict
    safety: Verdict
    liveness: Verdict
    refused: str | None = None

    @property
    def failures(self) -> tuple[PropertyVerdict, ...]:
        """The promises that are broken here."""
        return tuple(prop for prop in self.case.properties if prop.verdict == "fails" and is_promise(prop))


@dataclass(frozen=True, slots=True)
class LadderVerdict:
    """What all rungs of one spec came to."""

    file: str
    protocol: str
    values: tuple[tuple[str, Any], ...]
    rungs: tuple[RungVerdict, ...]

    def of(self, column: Column) -> tuple[RungVerdict, ...]:
        """Return the rungs of one kind."""
        return tuple(verdict for verdict in self.rungs if verdict.rung.column == column)

    @property
    def refused(self) -> str | None:
        """Why no rung was looked at, where the same stands in the way of all of them."""
        reasons = {verdict.refused for verdict in self.rungs}
        return reasons.pop() if len(reasons) == 1 else None

    @property
    def stands_what_it_declares(self) -> bool:
        """Whether nothing is broken without faults, nor by those that the spec declares, and that could be looked at."""
        return not any(verdict.failures or verdict.refused for verdict in self.rungs if verdict.rung.declared)


def climb(
    machine: Machine,
    module: ModuleType,
    base: Base,
    *,
    with_values: Mapping[str, Any] | None = None,
    limits: Mapping[str, Any] | None = None,
    seconds: float = SECONDS,
    progress: Callable[[str, str], None] | None = None,
) -> LadderVerdict:
    """Search every rung. One that meets the `limits` (those of `verify_machine`), or takes longer than `seconds`, is cut."""
    rungs = rungs_of(machine, base.declared, clocked=base.values.clock is not None)
    cases = tuple(case_of(rung, base) for rung in rungs)
    limited = replace(machine, cases=cases, properties=promised_on(machine, base))
    spec = verify_machine(
        limited,
        module,
        cases=None if not with_values else [rung.name for rung in rungs],
        with_values=with_values or None,
        progress=progress,
        seconds=seconds,
        **(limits or {"max_states": MAX_STATES}),
    )
    verdicts = tuple(_verdict(rung, case) for rung, case in zip(rungs, spec.cases, strict=True))
    values = spec.cases[0].values if spec.cases else ()
    return LadderVerdict(machine.file, machine.protocol, values, verdicts)


def is_promise(prop: PropertyVerdict) -> bool:
    """Say whether a property is about runs, and not about what the spec has in it."""
    return prop.kind not in WITNESSES and not (prop.kind == "generic" and prop.name in NO_PROMISES)


def is_liveness(prop: PropertyVerdict) -> bool:
    """Say whether a property is about what comes in the end."""
    return prop.kind in LIVENESS or (prop.kind == "generic" and prop.name in ENDS)


def _verdict(rung: Rung, case: CaseVerdict) -> RungVerdict:
    promises = [prop for prop in case.properties if is_promise(prop)]
    refused = case.findings[0] if not case.properties and case.findings else None
    if refused is not None:
        return RungVerdict(rung, case, "not_tested", "not_tested", refused)
    ends = [prop.verdict for prop in promises if is_liveness(prop)]
    never = [prop.verdict for prop in promises if not is_liveness(prop)]
    return RungVerdict(rung, case, overall(never or ["not_tested"]), overall(ends or ["not_tested"]))
