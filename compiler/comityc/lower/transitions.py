"""A transition as written comes in; the typed transition goes out, with what its trigger says of the rule it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from comityc.diagnostics.codes_names import (
    CONFLICTING_RULES,
    TYPE_MISMATCH,
    UNKNOWN_ACT,
    UNKNOWN_MESSAGE,
    UNKNOWN_SETTING,
    USELESS_STATEMENT,
    WRONG_ARGUMENTS,
)
from comityc.diagnostics.diagnostic import Label
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.context import ActSignature, Binding, Context, Lowering, Place
from comityc.lower.domains import check_bounded, check_domain
from comityc.lower.expressions.displays import check_clause
from comityc.lower.expressions.fitting import fits, join
from comityc.lower.statements import check_statements
from comityc.lower.variables import LONGEST
from comityc.machine import expressions as ir
from comityc.machine.expression_text import expression_text
from comityc.machine.model import Domain, Fairness, Transition
from comityc.machine.value_types import (
    BoolType,
    DurationType,
    ListType,
    MapType,
    OptionalType,
    TimeType,
    TupleType,
    type_name,
)
from comityc.resolve.names import unknown_state
from comityc.resolve.words import FAIRNESS
from comityc.syntax import nodes

_LONGEST_CONDITION = 60


@dataclass(frozen=True, slots=True)
class ReceiveFacts:
    """The messages that a `receive`, `ignore` or `defer` is for."""

    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimerFacts:
    """What tells one timer from another, within the state or list of states that it stands in."""

    kind: Literal["after", "every", "at"]
    duration: ir.Expression
    longest: ir.Expression | None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """The question that a `decide` asks."""

    name: nodes.Name
    domain: Domain | None
    prompt: bool
    stores: bool


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a `perform` asks for, and the outcomes that this transition is for."""

    act: str
    arguments: tuple[tuple[str, ir.Expression], ...]
    key: ir.Expression | None
    undoes: str | None
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhenFacts:
    """A `when` has no facts beside its guard."""


Facts = ReceiveFacts | TimerFacts | DecisionFacts | RequestFacts | WhenFacts


@dataclass(frozen=True, slots=True)
class Lowered:
    """A transition, the `for` it stands in, and the facts of its rule."""

    transition: Transition
    facts: Facts
    loop: ir.Clause | None


def lower_transition(
    node: nodes.TransitionNode, state: nodes.StateNode, role: str, number: int, lowering: Lowering
) -> Lowered:
    """Return the typed transition."""
    received = None
    if isinstance(node.trigger, nodes.ReceiveTrigger):
        known = [m.text for m in node.trigger.messages if m.text in lowering.declarations.messages]
        received = tuple(sorted(set(known))) or None
    context = Context(lowering, Place("guard", role, received))
    loop = None
    if node.loop is not None:
        clause, context = check_clause(node.loop, context, unique=True)
        loop = _without_conditions(clause)
    facts, text, conditions, deciding, acting = _trigger(node.trigger, context)
    if node.guard is not None:
        conditions = (*conditions, deciding.condition(node.guard))
    draw, acting = _draw(node, acting)
    _check_idle(node, context)
    body = check_statements(node.body, acting.at(replace(acting.place, kind="do")))
    stands_in = tuple(name.text for name in state.names)
    transition = Transition(
        number=number,
        name=f"{', '.join(stands_in)}: {text}",
        kind=_kind(node.trigger),
        stands_in=stands_in,
        guard=_all_of(conditions),
        draw=draw,
        body=body,
        goto=_goto(node, context),
        fairness=_fairness(node, context),
        span=node.span,
    )
    return Lowered(transition, facts, loop)


def _kind(trigger: nodes.Trigger) -> Literal["receive", "ignore", "defer", "timer", "decide", "perform", "when"]:
    match trigger:
        case nodes.ReceiveTrigger(kind=kind):
            return kind
        case nodes.TimerTrigger():
            return "timer"
        case nodes.DecideTrigger():
            return "decide"
        case nodes.PerformTrigger():
            return "perform"
        case nodes.WhenTrigger():
            return "when"
        case _:
            assert_never(trigger)


def _all_of(conditions: Sequence[ir.Expression]) -> ir.Expression | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    span = conditions[0].span.through(conditions[-1].span)
    return ir.BoolOperation(operator="and", operands=tuple(conditions), type=BoolType(), span=span)


def _without_conditions(clause: ir.Clause) -> ir.Clause:
    """`for: m in others if p` makes one transition for each element of `[m for m in others if p]`."""
    if not clause.conditions:
        return clause
    names = [ir.Local(name=name, type=kind) for name, kind in clause.targets]
    types = tuple(kind for _, kind in clause.targets)
    element: ir.Expression = names[0] if len(names) == 1 else ir.TupleOf(items=tuple(names), type=TupleType(types))
    chosen = ir.Comprehension(
        kind="list", element=element, clauses=(clause,), type=ListType(element.type), span=clause.iterable.span
    )
    return ir.Clause(targets=clause.targets, iterable=chosen)


def _draw(node: nodes.TransitionNode, context: Context) -> tuple[tuple[str, Domain] | None, Context]:
    if node.draw is None:
        return None, context
    domain = check_domain(node.draw.domain, context)
    check_bounded(node.draw.domain, domain, node.draw.name, bounded_names(context.lowering), context)
    context = context.bind([(node.draw.name, domain.type)], unique=True)
    return (context.locals[node.draw.name.text].name, domain), context


def _check_idle(node: nodes.TransitionNode, context: Context) -> None:
    """A message that is ignored or deferred changes nothing."""
    trigger = node.trigger
    if not isinstance(trigger, nodes.ReceiveTrigger) or trigger.kind == "receive":
        return
    if node.body or node.goto is not None:
        context.report(
            USELESS_STATEMENT.at(
                trigger.span,
                f"`{trigger.kind}` changes nothing, so it has no `do` and no `goto`",
                help="write `receive`",
            )
        )


def _goto(node: nodes.TransitionNode, context: Context) -> str | None:
    role = context.role
    assert role is not None
    if node.goto is not None and node.goto.text not in role.states:
        context.report(unknown_state(node.goto, role.name, role.states))
    return None if node.goto is None else node.goto.text


def _fairness(node: nodes.TransitionNode, context: Context) -> Fairness | None:
    match node.fairness:
        case None:
            return None
        case nodes.Name(text="none" | "weak" | "strong" as fairness):
            return fairness
        case unknown:
            context.report(
                UNKNOWN_SETTING.at(
                    unknown.span,
                    f"unknown fairness `{unknown.text}`",
                    caret=f"one of {', '.join(FAIRNESS)} is needed",
                    help=did_you_mean(unknown.text, FAIRNESS),
                )
            )
            return None


# ---- triggers

_Read = tuple[Facts, str, tuple[ir.Expression, ...], Context, Context]
"""The facts, the words for the name, conditions, and the contexts of the guard and of what is done."""


def _trigger(trigger: nodes.Trigger, context: Context) -> _Read:
    match trigger:
        case nodes.ReceiveTrigger():
            messages = _messages(trigger, context)
            return ReceiveFacts(messages), f"{trigger.kind} {', '.join(messages)}", (), context, context
        case nodes.TimerTrigger():
            timer = _timer(trigger, context)
            length = expression_text(timer.duration)
            if trigger.longest is not None and timer.longest is not None:
                length += f"..{expression_text(timer.longest)}"
            return timer, f"{timer.kind} {length}", (), context, context
        case nodes.DecideTrigger():
            decision, guard, body = _decision(trigger, context)
            return decision, f"decide {trigger.name.text}", (), guard, body
        case nodes.PerformTrigger():
            request = _request(trigger, context)
            return request, f"perform {request.act} -> {', '.join(request.outcomes)}", (), context, context
        case nodes.WhenTrigger():
            condition = context.condition(trigger.condition)
            text = expression_text(condition)
            if len(text) > _LONGEST_CONDITION:
                text = text[: _LONGEST_CONDITION - 3] + "..."
            return WhenFacts(), f"when {text}", (condition,), context, context
        case _:
            assert_never(trigger)


def _messages(trigger: nodes.ReceiveTrigger, context: Context) -> tuple[str, ...]:
    messages = context.declarations.messages
    for name in trigger.messages:
        if name.text not in messages:
            context.report(
                UNKNOWN_MESSAGE.at(name.span, f"unknown message `{name.text}`", help=did_you_mean(name.text, messages))
            )
    return tuple(dict.fromkeys(name.text for name in trigger.messages if name.text in messages))


def _timer(trigger: nodes.TimerTrigger, context: Context) -> TimerFacts:
    if trigger.kind == "at":
        return TimerFacts("at", _moment(trigger.duration, context), None)
    written = trigger.duration
    if isinstance(written, nodes.Name) and context.kind_of(written.text) == "parameter" and trigger.longest is None:
        symbol = context.declarations.parameters[written.text]
        if symbol.ranged:
            ends = [
                ir.Parameter(name=name, type=DurationType(), span=written.span)
                for name in (written.text, LONGEST.format(written.text))
            ]
            return TimerFacts(trigger.kind, ends[0], ends[1])
    duration = context.fit(written, DurationType(), "a timer")
    longest = None if trigger.longest is None else context.fit(trigger.longest, DurationType(), "a timer")
    return TimerFacts(trigger.kind, duration, longest)


def _moment(node: nodes.Expression, context: Context) -> ir.Expression:
    """A timer at a moment is armed while the moment is there: `deadline[m]` may be missing."""
    if isinstance(node, nodes.Subscript):
        value = context.check(node.value)
        if isinstance(value.type, MapType) and value.type.key is not None and value.type.value is not None:
            key = context.fit(node.key, value.type.key, "the key")
            moment: ir.Expression = ir.MapMethod(
                name="get", value=value, arguments=(key,), type=OptionalType(value.type.value), span=node.span
            )
            return context.fitted(moment, OptionalType(TimeType()))
    moment = context.check(node)
    needed = OptionalType(TimeType()) if isinstance(moment.type, OptionalType) else TimeType()
    return context.fitted(moment, needed, "`at`")


def _decision(trigger: nodes.DecideTrigger, context: Context) -> tuple[DecisionFacts, Context, Context]:
    """The guard sees the chosen value; the body sees the variable that it was stored in, or the value."""
    name, role = trigger.name, context.role
    assert role is not None
    if trigger.domain is None:
        return DecisionFacts(name, None, trigger.prompt, False), context, context
    domain = check_domain(trigger.domain, context)
    check_bounded(trigger.domain, domain, name, bounded_names(context.lowering), context)
    if name.text not in role.variables:
        inner = context.bind([(name, domain.type)], unique=True)
        return DecisionFacts(name, domain, trigger.prompt, False), inner, inner
    variable = role.variables[name.text]
    if not fits(domain.type, variable.type):
        context.report(
            TYPE_MISMATCH.at(
                trigger.domain.span,
                f"a {type_name(domain.type)} cannot be stored in `{name.text}`, which is {type_name(variable.type)}",
                labels=(Label(variable.node.span, f"`{name.text}` is {type_name(variable.type)}"),),
                help="give the decided value another name",
            )
        )
    bound = {**context.locals, name.text: Binding(name.text, domain.type)}
    guard = replace(context, locals=bound, live=context.live | {name.text})
    return DecisionFacts(name, domain, trigger.prompt, True), guard, context


def bounded_names(lowering: Lowering) -> tuple[str, ...]:
    """Return the names that are bounded wherever a case is checked."""
    protocol = lowering.declarations.protocol
    everywhere = [{bound.name.text for bound in case.bounds} for case in protocol.cases if case.bounds is not None]
    if any(case.bounds is None for case in protocol.cases) or not protocol.cases:
        everywhere.append({bound.name.text for bound in protocol.bounds})
    return tuple(sorted(set.intersection(*everywhere)))


# ---- acts


def _request(trigger: nodes.PerformTrigger, context: Context) -> RequestFacts:
    arguments: dict[str, ir.Expression] = {}
    for name, written in trigger.arguments:
        if name.text in arguments:
            context.report(WRONG_ARGUMENTS.at(name.span, f"`{name.text}` is given twice"))
        arguments[name.text] = context.check(written)
    key = None if trigger.key is None else context.check(trigger.key)
    outcomes = tuple(dict.fromkeys(outcome.text for outcome in trigger.outcomes))
    for outcome in trigger.outcomes:
        if outcome.text == "unknown":
            context.report(
                UNKNOWN_ACT.at(
                    outcome.span,
                    "`unknown` is no outcome",
                    caret="it is the lack of one",
                    help="let a timer end the wait",
                )
            )
    _note_act(trigger, arguments, context)
    undoes = None if trigger.undoes is None else trigger.undoes.text
    return RequestFacts(trigger.act.text, tuple(arguments.items()), key, undoes, outcomes)


def _note_act(trigger: nodes.PerformTrigger, arguments: dict[str, ir.Expression], context: Context) -> None:
    """An act is the same act wherever it is performed: its arguments have to agree."""
    acts, name = context.lowering.acts, trigger.act
    keyed = trigger.key is not None
    known = acts.get(name.text)
    if known is None:
        known = acts[name.text] = ActSignature(name, keyed=keyed)
        known.arguments = {argument: value.type for argument, value in arguments.items()}
    elif list(known.arguments) != list(arguments):
        listed = ", ".join(known.arguments) or "none"
        context.report(
            CONFLICTING_RULES.at(
                name.span,
                f"`{name.text}` is performed with other arguments elsewhere",
                labels=(Label(known.name.span, f"here with {listed}"),),
                help="name the same arguments in the same order everywhere",
            )
        )
    else:
        _join_arguments(known, name, arguments, context)
    if known.keyed != keyed:
        context.report(
            CONFLICTING_RULES.at(
                name.span,
                f"`{name.text}` has a key in one place and none in another",
                labels=(Label(known.name.span, "here otherwise"),),
                help="give it a `key:` everywhere: acts with an equal key are one act",
            )
        )
    known.outcomes += [o.text for o in trigger.outcomes if o.text not in known.outcomes]
    _note_undoes(trigger, known, context)


def _join_arguments(
    known: ActSignature, name: nodes.Name, arguments: dict[str, ir.Expression], context: Context
) -> None:
    for argument, value in arguments.items():
        joined = join(known.arguments[argument], value.type)
        if joined is None:
            found, before = type_name(value.type), type_name(known.arguments[argument])
            context.report(
                TYPE_MISMATCH.at(
                    value.span,
                    f"`{argument}` of `{name.text}` is {found} here and {before} elsewhere",
                    labels=(Label(known.name.span, f"here it is {before}"),),
                )
            )
        else:
            known.arguments[argument] = joined


def _note_undoes(trigger: nodes.PerformTrigger, known: ActSignature, context: Context) -> None:
    undone = trigger.undoes
    if undone is None:
        return
    performed = act_names(context.lowering)
    if undone.text not in performed:
        context.report(
            UNKNOWN_ACT.at(undone.span, f"unknown act `{undone.text}`", help=did_you_mean(undone.text, performed))
        )
    elif undone.text == trigger.act.text:
        context.report(CONFLICTING_RULES.at(undone.span, f"`{undone.text}` cannot undo itself"))
    elif known.undoes is not None and known.undoes != undone.text:
        context.report(
            CONFLICTING_RULES.at(
                undone.span, f"`{trigger.act.text}` undoes `{known.undoes}` elsewhere", caret="an act undoes one act"
            )
        )
    else:
        known.undoes = undone.text


def act_names(lowering: Lowering) -> list[str]:
    """Return the acts that are performed anywhere."""
    transitions = (t for r in lowering.declarations.protocol.roles for s in r.states for t in s.transitions)
    return list(dict.fromkeys(t.trigger.act.text for t in transitions if isinstance(t.trigger, nodes.PerformTrigger)))
