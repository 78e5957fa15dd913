"""A transition as written comes in; the typed transition goes out, with what its trigger says of the rule it belongs to."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, assert_never

from comityc.diagnostics.codes_names import (
    TYPE_MISMATCH,
    UNKNOWN_MESSAGE,
    UNKNOWN_SETTING,
    USELESS_STATEMENT,
)
from comityc.diagnostics.diagnostic import Label
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.behaviour import acts
from comityc.lower.behaviour.acts import RequestFacts
from comityc.lower.behaviour.statements import check_statements
from comityc.lower.context import Binding, Context, Lowering, Place, with_article
from comityc.lower.domains import check_bounded, check_domain
from comityc.lower.expressions.displays import check_clause
from comityc.lower.expressions.fitting import fits
from comityc.lower.variables import LONGEST
from comityc.machine import expressions as ir
from comityc.machine.expression_text import expression_text
from comityc.machine.model import Domain, Fairness, Transition
from comityc.machine.value_types import (
    BoolType,
    DurationType,
    MapType,
    OptionalType,
    TimeType,
    type_name,
)
from comityc.records import dataclass
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
    received = _received(node.trigger, lowering)
    context = Context(lowering, Place("guard", role, received))
    loop = None
    if node.loop is not None:
        loop, context = check_clause(node.loop, context, unique=True)
    facts, text, conditions, deciding, acting = _trigger(node.trigger, context)
    if node.guard is not None:
        at_an_event = isinstance(node.trigger, nodes.ReceiveTrigger | nodes.TimerTrigger)
        deciding = deciding.at(replace(deciding.place, at_an_event=at_an_event))
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


def _received(trigger: nodes.Trigger, lowering: Lowering) -> tuple[str, ...] | None:
    """Return the messages that `msg` may be; none at all where one of them is unknown, and nothing more is said of it."""
    if not isinstance(trigger, nodes.ReceiveTrigger):
        return None
    names = {name.text for name in trigger.messages}
    return tuple(sorted(names)) if names <= lowering.declarations.messages.keys() else ()


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
            request = acts.request_facts(trigger, context)
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
                f"{with_article(type_name(domain.type))} cannot be stored in `{name.text}`, which is {type_name(variable.type)}",
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
