"""One run in; what was found of every property in it out, before the cases of the spec are weighed together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from comityc.explore.graph import Graph, Violation
from comityc.explore.judging.answers import Functions
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.paths import Path
from comityc.explore.judging.properties import Judgement, functions_of, judge, some_run_is_given
from comityc.explore.judging.reads import sight_of
from comityc.explore.judging.space import Space
from comityc.explore.judging.stuck import Stuck, find_stuck
from comityc.explore.judging.vacuity import conditions, untested
from comityc.explore.plan import Run
from comityc.explore.symmetry.found import NONE, Symmetry
from comityc.explore.telling.story import Story, Teller
from comityc.explore.telling.why import Why
from comityc.explore.telling.wording import show, spell
from comityc.machine.model import Machine, Property

Outcome = Literal["holds", "fails", "unreached", "untested", "unknown", "skipped"]
"""`unreached`: a `reachable` that is true nowhere here. `untested`: it holds, but nothing put it to the test. `unknown`:
nothing speaks against it among the states that were seen, and there are more. `skipped`: not promised here."""

OVER_ALL_CASES = ("no_dead_parts", "not_vacuous")
"""Generic properties that only all cases together can decide."""

FIRST = "never_stuck"
"""What is told before all else: it needs no fairness, and where it fails much else fails with it."""
STANDSTILL = "no_deadlock"
"""What tells a state in which nothing can happen any more, and somebody waits."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one run says of one property."""

    prop: Property
    outcome: Outcome
    reason: str = ""
    instance: str | None = None
    story: Story | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What one run found. `visited` and `taken` are the control states and transitions that some instance was in or took."""

    run: Run
    findings: tuple[Finding, ...]
    states: int | None  # None: nobody counted them, only orbits
    levels: int
    complete: bool
    seconds: float
    cut_bounds: tuple[str, ...] = ()
    visited: frozenset[tuple[str, str]] = frozenset()
    taken: frozenset[tuple[str, int]] = frozenset()
    why_incomplete: str | None = None
    words: frozenset[tuple[str, str, str]] | None = (
        None  # role, variable and the word of an enum that it held; None: not looked at
    )
    orbits: int | None = None
    symmetry: Symmetry = NONE
    resends: bool = False  # whether the messages under way grow without end: the last state has some of them twice
    engine: str = "reference"


class Examiner:
    """Looks at one graph for each property of the machine."""

    def __init__(self, machine: Machine, evaluator: Evaluator, run: Run, graph: Graph) -> None:
        self.machine, self.evaluator, self.run, self.graph = machine, evaluator, run, graph
        self.instances = tuple(evaluator.module.instances(run.parameters))
        self.space = Space(graph)
        self.teller = Teller(machine, graph, self.instances)

    def findings(self, progress: Callable[[str], None]) -> Iterable[Finding]:
        """Decide the properties, one after the other."""
        for prop in sorted(self.machine.properties, key=lambda prop: prop.name != FIRST):
            if prop.name in OVER_ALL_CASES and prop.kind == "generic":
                continue
            progress(prop.name)
            yield self.finding(prop)

    def finding(self, prop: Property) -> Finding:
        if prop.waived is not None:
            return Finding(prop, "skipped", f"waived: {prop.waived}")
        case = self.run.case
        if not prop.is_promised_in(case):
            return Finding(prop, "skipped", f"promised in {_listed(prop.only)} alone")
        if prop.kind == "generic":
            return self._generic(prop)
        functions = self._functions(prop)
        judgement = judge(prop, functions, self.space)
        if prop.kind == "reachable" and not judgement.holds and judgement.undefined is None:
            outcome: Outcome = "unreached" if self.graph.complete else "unknown"
            return Finding(prop, outcome, self._seen(), _instance(prop, judgement))
        if not judgement.holds:
            return self._broken(prop, judgement)
        if prop.kind == "reachable":
            return Finding(prop, "holds", f"reached after {len(judgement.path.labels) if judgement.path else 0} steps")
        if not self.graph.complete:
            return Finding(prop, "unknown", self._seen())
        return self._held(prop, functions)

    def _functions(self, prop: Property) -> Functions:
        """Return the functions of a property; they are the same for every graph of the machine."""
        known: Functions | None = self.evaluator.functions.get(prop.name)
        if known is None:
            known = self.evaluator.functions[prop.name] = self._found(prop)
        return known

    def _found(self, prop: Property) -> Functions:
        names = tuple(name for name, _ in prop.quantifier.targets) if prop.quantifier else ()
        given = self.evaluator.of_world(prop.given[1], names, False) if prop.given is not None else None
        return functions_of(prop, self.evaluator.module, sight_of(prop, self.machine), given)

    def _held(self, prop: Property, functions: Functions) -> Finding:
        missing = untested(
            prop, functions, self.space, conditions(prop, self.machine.definitions), self.evaluator.of_world
        )
        if not missing and prop.given is not None and not some_run_is_given(functions, self.space):
            missing = [f"there is no fair run with `{prop.given[0]}: {spell(prop.given[1])}`"]
        if missing:
            return Finding(prop, "untested", missing[0])
        return Finding(prop, "holds", self._within())

    def _generic(self, prop: Property) -> Finding:
        if prop.name == FIRST:
            return self._never_stuck(prop)
        broken = [violation for violation in self.graph.violations if violation.property == prop.name]
        if broken:
            return self._violated(prop, *self._plainest_violation(broken[0]))
        if prop.name == "duplicates_are_harmless" and not self.machine.messages:
            return Finding(prop, "holds", "there are no messages")
        return self._nothing_against(prop)

    def _nothing_against(self, prop: Property) -> Finding:
        return Finding(prop, "holds", self._within()) if self.graph.complete else Finding(prop, "unknown", self._seen())

    def _violated(self, prop: Property, violation: Violation, path: Path) -> Finding:
        orbits = self.graph.orbits
        if orbits is not None:
            target = self._target_of(violation) if violation.label >= 0 else None
            graph, violation, path = orbits.violation(self.graph, path, violation, target)
            return self._of(graph)._violated(prop, violation, path)
        return Finding(prop, "fails", violation.text, None, self._violation_story(violation, path))

    def _of(self, graph: Graph) -> "Examiner":
        """Return an examiner of a run by itself."""
        return Examiner(self.machine, self.evaluator, self.run, graph)

    def _plainest_violation(self, first: Violation) -> tuple[Violation, Path]:
        """Return which of the violations that are as near as the first has the plainest way to it, and that way."""
        level = self.space.level(first.state)
        alike = [
            violation
            for violation in (*self.graph.violations, *self.graph.violations_again)
            if violation.property == first.property
            and violation.state in level
            and (violation.label < 0) == (first.label < 0)
        ]
        path, last = self.space.stem_beyond([violation.state for violation in alike], [one.label for one in alike])
        return next(one for one in alike if (one.state, one.label) == (path.states[-1], last)), path

    def _never_stuck(self, prop: Property) -> Finding:
        standstills_are_told = self._tells_standstills()
        what = (self.machine, self.run.case, self.space)
        stuck = find_stuck(*what, standstills_are_told=standstills_are_told)
        if stuck is None:
            standstill = standstills_are_told and any(
                violation.property == STANDSTILL for violation in self.graph.violations
            )
            if standstill and find_stuck(*what, standstills_are_told=False) is not None:
                return Finding(prop, "skipped", f"all that is left is a standstill, which `{STANDSTILL}` tells")
            return self._nothing_against(prop)
        orbits = self.graph.orbits
        if orbits is None:
            return self._stuck(prop, stuck)
        graph, told = orbits.judgement(self.graph, Judgement(False, stuck.path, stuck.instances))
        assert told.path is not None
        return self._of(graph)._stuck(prop, Stuck(told.path, told.bound))

    def _tells_standstills(self) -> bool:
        """Say whether a standstill in this case is told by a property of its own."""
        return any(
            prop.name == STANDSTILL
            and prop.kind == "generic"
            and prop.waived is None
            and prop.is_promised_in(self.run.case)
            for prop in self.machine.properties
        )

    def _stuck(self, prop: Property, stuck: Stuck) -> Finding:
        world = self.graph.world(stuck.path.states[-1])
        who = [f"{one} in `{world.states[one.role][one.number].at}`" for one in stuck.instances]
        waits = f"{' and '.join(who)} can never come to rest any more"
        why = [f"nothing but faults leads from here to a final or resting state of {one}" for one in stuck.instances]
        story = self.teller.tell(stuck.path, tuple(why))
        return Finding(prop, "fails", f"after {_steps(len(stuck.path.labels))} {waits}", None, story)

    def _violation_story(self, violation: Violation, path: Path) -> Story:
        """Tell the way to a violation; the step that is one is told last, whether it was taken or not."""
        if violation.label < 0:
            return self.teller.tell(path, (violation.text,))
        target = self._target_of(violation)
        if target is not None:
            return self.teller.tell(path.then(violation.label, target), (violation.text,))
        told = self.teller.tell(path, (violation.text,))
        return replace(told, steps=(*told.steps, self.teller.step(self.graph.labels[violation.label])))

    def _target_of(self, violation: Violation) -> int | None:
        if self.graph.offsets is None or violation.state in self.graph.broken_states:
            return None
        steps = self.graph.steps_from(violation.state)
        return next((target for label, target in steps if label == violation.label), None)

    def _broken(self, prop: Property, judgement: Judgement) -> Finding:
        if self.graph.orbits is not None:
            graph, judgement = self.graph.orbits.judgement(self.graph, judgement)
            return self._of(graph)._broken(prop, judgement)
        path = judgement.path
        assert path is not None
        story = self.teller.tell(path, self._explanation(prop, judgement, path))
        return Finding(prop, "fails", _what_fails(prop, judgement), _instance(prop, judgement), story)

    def _explanation(self, prop: Property, judgement: Judgement, path: Path) -> tuple[str, ...]:
        names = _names(prop, judgement)
        new = self.graph.world(path.states[-1])
        old = self.graph.world(path.states[-2]) if len(path.states) > 1 else new
        expressions = prop.expressions
        evaluate = self.evaluator.reader(old if prop.kind == "step" else None, new)
        why = Why(self.machine, evaluate)
        if judgement.undefined is not None:
            return (f"`{spell(expressions[0])}` has no value: {judgement.undefined}",)
        match prop.kind:
            case "always" | "step" | "never":
                holds = prop.kind == "never"
                head = f"`{spell(expressions[0])}` {'holds' if holds else 'does not hold'}:"
                return (head, *_indented(why.explain(expressions[0], names, holds=holds)))
            case "stable":
                before = show(self.evaluator.reader(None, old)(expressions[0], names))
                return (f"`{spell(expressions[0])}` was {before} and is {show(evaluate(expressions[0], names))}",)
            case "eventually" | "leads_to":
                goal = expressions[-1]
                if prop.kind == "leads_to":
                    head = f"{self._since(prop, names, path)}, and from then on `{spell(goal)}` never does:"
                    return (head, *_indented(why.explain(goal, names, holds=False)))
                head = f"`{spell(goal)}` never comes to hold:"
                return (head, *_indented(why.explain(goal, names, holds=False)))
            case "stays_possible":
                head = f"from here nothing but faults leads to where `{spell(expressions[0])}` holds:"
                return (head, *_indented(why.explain(expressions[0], names, holds=False)))
            case _:
                return ()

    def _since(self, prop: Property, names: dict[str, Any], path: Path) -> str:
        """Say since when the first part of a `leads_to` waits for the second."""
        since = len(path.labels)
        for at in range(len(path.labels), -1, -1):
            read = self.evaluator.reader(None, self.graph.world(path.states[at]))
            if read(prop.expressions[1], names):
                break
            since = at if read(prop.expressions[0], names) else since
        when = f"after step {since}" if since else "from the start"
        return f"{when} `{spell(prop.expressions[0])}` holds"

    def _within(self) -> str:
        if self.graph.cut_bounds:
            return f"no counterexample within the bounds; steps were cut at {_listed(self.graph.cut_bounds)}"
        return ""

    def _seen(self) -> str:
        if self.graph.complete:
            return self._within()
        what = "states" if self.graph.orbits is None else "orbits"
        return f"no counterexample among the first {len(self.graph.states):,} {what} ({self.graph.why_incomplete})"


def _what_fails(prop: Property, judgement: Judgement) -> str:
    length = len(judgement.path.labels) if judgement.path is not None else 0
    if judgement.undefined is not None:
        return f"undefined after {_steps(length)}: {judgement.undefined}"
    match prop.kind:
        case "eventually" | "leads_to":
            loop = judgement.path.loop_from if judgement.path is not None else None
            if loop is not None and loop < length:
                turn = "1 step that repeats" if length - loop == 1 else f"{length - loop} steps that repeat"
                return f"{_steps(loop)}, then {turn} for ever"
            return f"{_steps(length)}, then nothing more is owed"
        case _:
            return f"broken after {_steps(length)}"


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


def _names(prop: Property, judgement: Judgement) -> dict[str, Any]:
    if prop.quantifier is None:
        return {}
    return {name: value for (name, _), value in zip(prop.quantifier.targets, judgement.bound, strict=False)}


def _instance(prop: Property, judgement: Judgement) -> str | None:
    names = _names(prop, judgement)
    return ", ".join(f"{name} = {show(value)}" for name, value in names.items()) or None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _indented(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"  {line}" for line in lines)
