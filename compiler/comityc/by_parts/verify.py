"""A composed spec and a case that says `abstract` come in; the verdict by parts goes out.

First each part that is named is verified alone, within the faults and bounds of the case. Then the whole is explored with the
ends that the part can come to in its place. What can happen in the whole can happen there too, so what holds of every state
there holds of the whole; what can be reached there need not be; and where a part is proved to end, runs end there as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from comityc.by_parts.alone import ALONE, CARRIED_GENERIC, ENDS, NotByParts, alone
from comityc.by_parts.ends import Known, look_at
from comityc.by_parts.serving import keeps_serving
from comityc.driver import checking_module, lowered
from comityc.expand.compose import Composition, read_composition
from comityc.expand.instantiate import composed_of
from comityc.expand.stand_in import Ends, stand_in
from comityc.explore.fast.explore import explore
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.examine import Examiner
from comityc.explore.memory import for_search
from comityc.explore.plan import Run, plan_runs
from comityc.explore.verdict import CaseVerdict, PropertyVerdict, SpecVerdict
from comityc.explore.verify import Meter, verify_machine
from comityc.machine.model import Case, Machine
from comityc.records import dataclass
from comityc.source.tree import Mapping as MappingTree

Progress = Callable[[str, str], None]

CARRIED = ("always", "never", "stable")
"""Promises of which no counterexample is lost when the ends of a part stand for it."""
IN_THE_LONG_RUN = ("eventually", "leads_to")


@dataclass(frozen=True, slots=True)
class PartVerified:
    """What came of a part that was verified alone."""

    ends: Ends
    ways: int
    states: int
    unsure: frozenset[str]
    why_unsure: str


def verify_with_parts(
    machine: Machine,
    module: Any,
    *,
    cases: Sequence[str] | None = None,
    with_values: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    **limits: Any,
) -> SpecVerdict:
    """Decide the cases of a spec: by parts those that say so, as a whole all others, in the order of the spec."""
    chosen = [case for case in machine.cases if cases is None or case.name in cases]
    by_parts = [case for case in chosen if case.abstract]
    if not by_parts or (cases is None and with_values is not None):
        return verify_machine(machine, module, cases=cases, with_values=with_values, progress=progress, **limits)
    whole = [case.name for case in chosen if not case.abstract]
    named: Sequence[str] | None = None if cases is None and whole else whole
    found = (
        verify_machine(machine, module, cases=named, with_values=with_values, progress=progress, **limits).cases
        if whole
        else ()
    )
    verdicts = [*found, *(_verdict(machine.file, case, with_values, progress, limits) for case in by_parts)]
    order = [case.name for case in machine.cases]
    return SpecVerdict(machine.file, machine.protocol, tuple(sorted(verdicts, key=lambda one: order.index(one.name))))


def _verdict(
    file: str, case: Case, values: Mapping[str, Any] | None, progress: Progress | None, limits: Mapping[str, Any]
) -> CaseVerdict:
    started = perf_counter()
    try:
        if values:
            raise NotByParts("a case by parts takes its values from the spec")
        verdict = _decided(file, case, progress, limits)
    except NotByParts as refusal:
        return CaseVerdict(case.name, (), False, "not_tested", 0, 0, perf_counter() - started, "", (), (str(refusal),))
    return replace(verdict, seconds=perf_counter() - started)


def _decided(file: str, case: Case, progress: Progress | None, limits: Mapping[str, Any]) -> CaseVerdict:
    tree, load = composed_of(file)
    composition, findings = read_composition(tree, load)
    if composition is None or findings:
        raise NotByParts("there are no parts in this spec any more; verify the one that it was expanded from")
    told = progress or (lambda case, doing: None)
    verified = {name: _verified(composition, name, case, told, limits) for name in case.abstract}
    _no_unknown_lies(case, verified)
    whole = stand_in(composition, {name: one.ends for name, one in verified.items()}, case.name)
    machine = _machine(whole, file)
    (found,) = verify_machine(machine, checking_module(machine), cases=[case.name], progress=progress, **limits).cases
    judged = tuple(_carried(each, verified) for each in found.properties)
    said = "; ".join(
        f"`{name}` alone has {one.states:,} states, and {one.ways} ways to stand" for name, one in verified.items()
    )
    return replace(
        found,
        bounds=f"{found.bounds}; {said}" if found.bounds else said,
        properties=judged,
        as_expected=not found.findings and all(each.expected for each in judged),
    )


def _no_unknown_lies(case: Case, verified: Mapping[str, PartVerified]) -> None:
    """Refuse a case in which somebody may lie who never comes to what stands behind a part: the whole is put together without it."""
    for name, one in verified.items():
        for role, _ in case.faults.byzantine:
            if role in {host for host, _ in one.ends.seats} and role not in one.ends.values:
                raise NotByParts(
                    f"`{role}` may lie and never comes to an end of `{name}` within this case, so what it sends behind it is not known"
                )


def _machine(tree: MappingTree, file: str) -> Machine:
    machine, findings = lowered(tree, file)
    if machine is None:
        errors = "; ".join(finding.message for finding in findings if finding.is_error)
        raise NotByParts(f"the whole cannot be put together from outcomes: {errors}")
    return machine


# ---- a part alone


def _verified(
    composition: Composition, name: str, case: Case, progress: Progress, limits: Mapping[str, Any]
) -> PartVerified:
    part = composition.parts[name]
    machine = _machine(alone(composition, part, case.name), part.place.span.file)
    module = checking_module(machine)
    evaluator = Evaluator(machine, module)
    known = Known(part)
    for run in plan_runs(machine, evaluator, [ALONE], None):
        if run.refused is not None:
            raise NotByParts(f"`{name}` cannot be verified alone: {run.refused}")
        progress(case.name, f"exploring {name} alone")
        memory = for_search(limits.get("memory"), keeps_steps=True)
        _explored(known, machine, evaluator, run, limits, Meter(f"{case.name}, {name} alone", progress, memory))
    silent = keeps_serving(composition, part)
    why = silent or "within the faults of this case it may go on for ever"
    if silent:
        known.unsure |= {seat.host for seat in part.seats.values()}
    return PartVerified(known.ends(), known.ways, known.states, frozenset(known.unsure), why)


def _explored(
    known: Known, machine: Machine, evaluator: Evaluator, run: Run, limits: Mapping[str, Any], meter: Meter
) -> None:
    part = known.part
    searched = {word: value for word, value in limits.items() if word in ("max_states", "engine")}
    graph = explore(
        machine, run.case, run.parameters, evaluator.module, memory=meter.memory, progress=meter, **searched
    )
    if not graph.complete:
        raise NotByParts(f"`{part.name}` alone was cut: {graph.why_incomplete}")
    ends = {ENDS.format(role): seat.host for role, seat in part.seats.items()}
    proved: set[str] = set()
    for finding in Examiner(machine, evaluator, run, graph).findings(lambda name: None):
        host = ends.get(finding.prop.name)
        if host is not None and finding.outcome == "holds":
            proved.add(host)
        elif host is None and finding.outcome in ("fails", "unknown", "unreached"):
            raise NotByParts(
                f"`{part.name}` alone does not keep `{finding.prop.name}` within the faults of this case: {finding.reason}"
            )
    known.unsure |= {seat.host for seat in part.seats.values()} - proved
    look_at(known, machine, evaluator, run.parameters, graph)


# ---- what it says of the whole


def _carried(verdict: PropertyVerdict, parts: Mapping[str, PartVerified]) -> PropertyVerdict:
    """Return what a verdict on the whole with outcomes in place of parts says of the whole itself."""
    if verdict.verdict == "cut":
        return verdict
    in_the_long_run = verdict.kind in IN_THE_LONG_RUN
    if not (verdict.kind in CARRIED or in_the_long_run or verdict.name in CARRIED_GENERIC):
        reason = "not decided by parts: an outcome says that something may happen, not that it does"
        return replace(verdict, verdict="not_tested", expected=True, reason=reason, counterexample=None)
    if verdict.verdict != "fails":
        return verdict
    unsure = [(name, one) for name, one in parts.items() if one.unsure]
    if in_the_long_run and unsure:
        name, one = unsure[0]
        reason = f"it rests on `{name}` coming to its end for {', '.join(sorted(one.unsure))}, and {one.why_unsure}"
    else:
        reason = f"{verdict.reason}, if every outcome that {_listed(parts)} can have is taken for possible; the whole may keep it"
    return replace(verdict, verdict="not_tested", expected=False, reason=reason)


def _listed(parts: Mapping[str, PartVerified]) -> str:
    return " and ".join(f"`{name}`" for name in parts)
