"""What each run of a spec found comes in; the verdicts, as the spec's cases state or violate them, come out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from comityc.explore.engine.growth import limits_met
from comityc.explore.judging.examine import OVER_ALL_CASES, Examined, Finding
from comityc.explore.plan import bounds_text
from comityc.explore.verdict import CaseVerdict, PropertyVerdict, Verdict, overall
from comityc.machine.model import Machine, Property

_MOST_NAMED = 8
"""How many dead parts a verdict names before it counts the others."""


def weigh(machine: Machine, runs: Sequence[Examined], *, whole: bool) -> tuple[CaseVerdict, ...]:
    """Weigh the runs together. `whole` says that nothing was left out, so that what no run did is never done."""
    weighed = [tuple(_weighed(finding, run, runs, whole) for finding in run.findings) for run in runs]
    spanning = tuple(_over_all(prop, machine, runs, whole) for prop in machine.properties if _spans(prop))
    return tuple(
        _case_verdict(machine, run, (*verdicts, *spanning) if run.findings else ())
        for run, verdicts in zip(runs, weighed, strict=True)
    )


def _spans(prop: Property) -> bool:
    return prop.kind == "generic" and prop.name in OVER_ALL_CASES


def _weighed(finding: Finding, run: Examined, runs: Sequence[Examined], whole: bool) -> PropertyVerdict:
    """Turn a finding into a verdict; what another run reached or tested need not happen in this one."""
    name = finding.prop.name
    match finding.outcome:
        case "holds":
            return _verdict(finding, "holds")
        case "fails":
            return _verdict(finding, "fails")
        case "unknown":
            return _verdict(finding, "cut")
        case "skipped":
            return _verdict(finding, "not_tested")
        case "untested":
            return _verdict(finding, "not_tested", _in_this_case(finding.reason))
        case "unreached":
            others = [other for other in runs if other is not run and _outcome(other, name) == "holds"]
            if name in run.run.case.violates:
                return _verdict(finding, "fails", "no state makes it true")
            if others:
                return _verdict(finding, "not_tested", f"not reached in this case, but in `{others[0].run.case.name}`")
            if not whole:
                return _verdict(finding, "not_tested", "not reached in this case; that is judged over all cases")
            if not all(other.complete for other in runs):
                return _verdict(finding, "cut", "not reached in this case, and another was not searched to its end")
            return _verdict(finding, "fails", "no state of any case makes it true")


def _in_this_case(reason: str) -> str:
    return f"{reason} in this case, so nothing was tested"


def _verdict(finding: Finding, verdict: Verdict, reason: str | None = None) -> PropertyVerdict:
    reason = finding.reason if reason is None else reason
    return PropertyVerdict(finding.prop.name, finding.prop.kind, verdict, True, reason, finding.instance, finding.story)


def _outcome(run: Examined, name: str) -> str | None:
    return next((finding.outcome for finding in run.findings if finding.prop.name == name), None)


# ---- what only all cases together can say


def _over_all(prop: Property, machine: Machine, runs: Sequence[Examined], whole: bool) -> PropertyVerdict:
    found = Finding(prop, "holds")
    if prop.waived is not None:
        return _verdict(found, "not_tested", f"waived: {prop.waived}")
    lacking = _dead_parts(machine, runs) if prop.name == "no_dead_parts" else _never_tested(runs)
    if not lacking:
        return _verdict(found, "holds")
    if not whole:
        return _verdict(found, "not_tested", "judged over all cases")
    named = "; ".join(lacking[:_MOST_NAMED]) + (
        f"; and {len(lacking) - _MOST_NAMED} more" if lacking[_MOST_NAMED:] else ""
    )
    if not all(run.complete for run in runs):
        return _verdict(found, "cut", f"not yet seen: {named}")
    return _verdict(found, "fails", named)


def _dead_parts(machine: Machine, runs: Sequence[Examined]) -> list[str]:
    """Name the control states that no instance was ever in, and the transitions that none ever took."""
    visited = frozenset[tuple[str, str]]().union(*(run.visited for run in runs))
    taken = frozenset[tuple[str, int]]().union(*(run.taken for run in runs))
    dead = []
    for role in machine.roles:
        dead += [
            f"no {role.name} is ever in {state.name}"
            for state in role.states
            if (role.name, state.name) not in visited and state.part is None
        ]
        of_parts = {state.name for state in role.states if state.part is not None}
        dead += [
            f"no {role.name} ever takes `{transition.name}`"
            for transition in role.transitions
            # To ignore or to defer a message is a permission; nothing is wrong when it is never needed. What a part
            # can do and does not do here is for its own cases to test.
            if transition.kind not in ("ignore", "defer") and (role.name, transition.number) not in taken
            if not of_parts.issuperset(transition.stands_in)
        ]
    return dead


def _never_tested(runs: Sequence[Examined]) -> list[str]:
    """Name the properties that hold in every case for want of anything that could break them."""
    reasons: dict[str, str] = {}
    for run in runs:
        reasons.update({f.prop.name: f.reason for f in run.findings if f.outcome == "untested"})
    tested = {f.prop.name for run in runs for f in run.findings if f.outcome in ("holds", "fails", "unknown")}
    return [f"{name}: {reason}" for name, reason in reasons.items() if name not in tested]


# ---- a case


def _case_verdict(machine: Machine, run: Examined, verdicts: tuple[PropertyVerdict, ...]) -> CaseVerdict:
    case = run.run.case
    judged = tuple(_expected(verdict, case.violates) for verdict in verdicts)
    findings = tuple(_case_findings(run))
    return CaseVerdict(
        name=case.name,
        values=run.run.values,
        as_expected=not findings and all(verdict.expected for verdict in judged),
        verdict=overall([verdict.verdict for verdict in judged]) if run.run.refused is None else "not_tested",
        states=run.states,
        levels=run.levels,
        seconds=run.seconds,
        bounds=", ".join(filter(None, (bounds_text(case.bounds), *limits_met(run.cut_bounds)))),
        properties=judged,
        findings=findings,
        engine=run.engine,
        orbits=run.orbits,
        symmetry=run.symmetry.roles if run.orbits is not None else (),
        every_state=run.symmetry.explained(),
    )


def _expected(verdict: PropertyVerdict, violates: tuple[str, ...]) -> PropertyVerdict:
    if verdict.name in violates:
        if verdict.verdict == "fails":
            return replace(verdict, reason=f"{verdict.reason} (as the case states)")
        said = f"the case states that it fails{f'; {verdict.reason}' if verdict.reason else ''}"
        return replace(verdict, expected=False, reason=said)
    return replace(verdict, expected=verdict.verdict in ("holds", "not_tested"))


def _cure(run: Examined) -> str:
    """Name the usual cause of a search without end: what sends again and again, and no bound on equal messages."""
    if run.resends and run.run.case.bounds.copies is None:
        return "; with `bounds: {copies: 1}` a message that is sent again joins the one under way"
    return ""


def _case_findings(run: Examined) -> Iterator[str]:
    case = run.run.case
    if run.run.refused is not None:
        yield run.run.refused
        return
    if not run.complete:
        yield f"the search was cut: {run.why_incomplete}{_cure(run)}"
        return
    if case.orbits is not None and run.orbits is None:
        why = "they were not counted to the end" if run.symmetry.roles else "no instances are alike"
        yield f"the case states {case.orbits:,} orbits, and {why}"
    elif case.orbits is not None and case.orbits != run.orbits:
        yield f"there are {run.orbits:,} orbits, and the case states {case.orbits:,}"
    if case.states is not None and run.states is not None and case.states != run.states:
        yield f"there are {run.states:,} states, and the case states {case.states:,}"
    if case.levels is not None and case.levels != run.levels:
        yield f"there are {run.levels:,} levels, and the case states {case.levels:,}"
