"""A machine and one of its cases in; the roles whose instances can stand in for one another out, and why the others' cannot.

Instances of a role can when nothing tells them apart: no transition, default, property or fault. Then each state stands for all those
that come of it by renaming instances, and what holds of one holds of all. What rests on fairness is owed to each instance by name, so a
case that promises such a thing is explored in full.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from comity.values import Instance
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import Run
from comityc.explore.symmetry.found import FIGURES_STATED, NONE, Symmetry
from comityc.explore.symmetry.order import Watcher
from comityc.machine import expressions as x
from comityc.machine.model import Machine, Property, Role, State, VariableDeclaration
from comityc.machine.walk import everything, reached

FAIR_KINDS = frozenset({"eventually", "leads_to"})
"""Kinds of properties that rest on fairness, which is owed to each instance by its name."""


def find_symmetry(machine: Machine, evaluator: Evaluator, run: Run) -> Symmetry:
    """Find the roles of several instances in a run that nothing tells apart."""
    instances = tuple(evaluator.module.instances(run.parameters))
    several = [role for role in machine.roles if sum(one.role == role.name for one in instances) > 1]
    if not several:
        return NONE
    judged = [prop for prop in machine.properties if _judged(prop, run)]
    told = _told_apart(machine, evaluator, run, frozenset(role.name for role in several), judged)
    roles = tuple(role.name for role in several if role.name not in told)
    reasons = tuple(f"{role}: {why}" for role, why in told.items())
    return Symmetry(roles, reasons, _why_in_full(machine, run, judged, roles, instances))


def _judged(prop: Property, run: Run) -> bool:
    """Say whether a property counts in this case."""
    return prop.kind != "generic" and prop.waived is None and prop.is_promised_in(run.case)


def _why_in_full(
    machine: Machine, run: Run, judged: Sequence[Property], roles: tuple[str, ...], instances: tuple[Instance, ...]
) -> str | None:
    if not roles:
        return None
    if run.case.orbits is None and (run.case.states is not None or run.case.levels is not None):
        return FIGURES_STATED
    for prop in judged:
        if prop.kind in FAIR_KINDS:
            return f"`{prop.name}` rests on fairness, which is owed to each instance"
        if prop.kind == "stays_possible" and prop.quantifier is not None:
            return f"`{prop.name}` follows each instance along a run"
    # Names of instances in texts are taken for names of instances: of fresh ids, of what is sealed.
    texts = [value for part in _constants(machine) if isinstance(value := part.value, str)]
    texts.append(repr(run.parameters))
    if any(f"{role}[" in text for role in roles for text in texts):
        return "a text of the spec looks like the name of an instance"
    return None


def _constants(machine: Machine) -> Iterator[x.Constant]:
    expressions = [definition.body for definition in machine.definitions]
    expressions += [e for prop in machine.properties for e in prop.expressions]
    bodies = [statement for role in machine.roles for t in role.transitions for statement in t.body]
    for part in (*expressions, *bodies):
        for inner in everything(part):
            if isinstance(inner, x.Constant):
                yield inner


def _told_apart(
    machine: Machine, evaluator: Evaluator, run: Run, roles: frozenset[str], judged: Sequence[Property]
) -> dict[str, str]:
    """Return for each role that something tells its instances apart, and the first such thing."""
    values = _Values(machine, evaluator, run)
    messages = {message.name: tuple(field.type for field in message.fields) for message in machine.messages}
    watcher = Watcher(roles, machine.definitions, messages, values.of)
    told: dict[str, str] = {}
    for where in _look(machine, watcher, judged):
        for sighting in watcher.found:
            told.setdefault(sighting.role, f"{where} {sighting.text} (line {sighting.line})")
        watcher.found.clear()
    return told


def _look(machine: Machine, watcher: Watcher, judged: Iterable[Property]) -> Iterator[str]:
    """Show the watcher all that decides what happens, and what is promised; yield what it was shown."""
    for variable in machine.shared or ():
        watcher.watch("")
        yield _variable(watcher, variable)
    for role in machine.roles:
        watcher.watch(role.name)
        for variable in role.variables:
            yield _variable(watcher, variable)
        yield from _transitions(watcher, role)
        for state in role.states:
            yield _rules(watcher, role, state)
    watcher.watch("")
    for prop in judged:
        for expression in prop.expressions:
            watcher.expression(expression)
        watcher.clause(prop.quantifier)
        yield f"`{prop.name}`"


def _variable(watcher: Watcher, variable: VariableDeclaration) -> str:
    watcher.expression(variable.default)
    watcher.domain(variable.start_in)
    return f"`{variable.name}`"


def _transitions(watcher: Watcher, role: Role) -> Iterator[str]:
    for transition in role.transitions:
        if transition.guard is not None:
            watcher.expression(transition.guard)
        if transition.draw is not None:
            watcher.domain(transition.draw[1])
        watcher.body(transition.body)
        yield f"`{transition.name}`"


def _rules(watcher: Watcher, role: Role, state: State) -> str:
    for timer in state.timers:
        watcher.expression(timer.duration)
        if timer.longest is not None:
            watcher.expression(timer.longest)
        watcher.clause(timer.loop)
    for decision in state.decisions:
        watcher.domain(decision.domain)
        watcher.clause(decision.loop)
    for request in state.requests:
        for _, argument in request.arguments:
            watcher.expression(argument)
        if request.key is not None:
            watcher.expression(request.key)
        watcher.clause(request.loop)
    for rule in state.spontaneous:
        watcher.clause(rule.loop)
    return f"`{role.name}` in `{state.name}`"


class _Values:
    """Gives the values of expressions that read parameters alone, as they are in one run."""

    def __init__(self, machine: Machine, evaluator: Evaluator, run: Run) -> None:
        self._definitions = {definition.name: definition for definition in machine.definitions}
        self._evaluator, self._parameters = evaluator, run.parameters

    def of(self, expression: x.Expression) -> tuple[Any] | None:
        """Return the value in a tuple; None when the expression reads anything else."""
        reads_any = False
        for part in reached(expression, self._definitions.__getitem__):
            if not isinstance(part, _OF_PARAMETERS):
                return None  # as most do, and soon
            reads_any = reads_any or isinstance(part, x.Parameter)
        if not reads_any:
            return None
        try:
            return (self._evaluator.over_parameters(expression, self._parameters),)
        except (
            Exception
        ):  # whatever stands in the way, what has no value here is not known: the case is then no smaller
            return None


_OF_PARAMETERS = (
    x.Parameter, x.Constant, x.Word, x.Comparison, x.BoolOperation, x.Not, x.Implies, x.Arithmetic, x.Negative,
    x.Item, x.Function, x.ListOf, x.SetOf, x.Field, x.Conditional, x.DurationConstant,
)  # fmt: skip
