"""Properties, scenarios and simulations as written come in; typed ones go out, the generic properties added where they mean something."""

from collections.abc import Iterable, Iterator, Sequence

from comityc.diagnostics.codes_names import (
    NOT_HERE,
    TYPE_MISMATCH,
    UNKNOWN_ACT,
    UNKNOWN_CASE,
    UNKNOWN_DECISION,
    UNKNOWN_MESSAGE,
    UNKNOWN_PROPERTY,
    UNKNOWN_ROLE,
    WRONG_ARGUMENTS,
    WRONG_ENVELOPE,
)
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.cases import MOST_VALUES, case_values, lower_case, unknown_property
from comityc.lower.constants import constant
from comityc.lower.context import Context, Lowering, Place
from comityc.lower.expressions.displays import check_clause
from comityc.lower.expressions.fitting import is_unknown
from comityc.lower.variables import constants
from comityc.machine import expressions as ir
from comityc.machine.model import (
    GENERIC_PROPERTIES,
    Answers,
    MessagePattern,
    NetworkKind,
    Property,
    PropertyKind,
    Role,
    Scenario,
    Simulation,
)
from comityc.machine.rest import may_be_stuck
from comityc.machine.value_types import BoolType, InstanceType, TextType, ValueType, type_name
from comityc.syntax import nodes
from comityc.syntax.nodes_beside import ScenarioNode

_KINDS: tuple[PropertyKind, ...] = (
    "always", "never", "stable", "step", "eventually", "leads_to", "stays_possible", "reachable",
)  # fmt: skip

UNKNOWN_OUTCOME = "unknown"
"""What a scenario answers when an act stays unanswered."""

DEFAULT_RUNS = 100
"""How many runs a simulation makes that does not say."""


# ---- properties


def lower_properties(roles: Sequence[Role], network: NetworkKind, lowering: Lowering) -> tuple[Property, ...]:
    """Return the properties of the spec, then the generic ones that it does not replace."""
    protocol = lowering.declarations.protocol
    cases = [case.name.text for case in protocol.cases]
    own = [_property(node, cases, lowering) for node in protocol.properties]
    waived = _waived(protocol.waive, lowering)
    replaced = {node.name.text for node in protocol.properties}
    generic = [
        Property(name=name, kind="generic", expressions=(), waived=waived.get(name))
        for name in applicable(roles, network)
        if name not in replaced
    ]
    return (*(promise for promise in own if promise is not None), *generic)


def applicable(roles: Sequence[Role], network: NetworkKind) -> tuple[str, ...]:
    """Return the generic properties that say something about this protocol."""
    absent: set[str] = set()
    if not any(variable.once for role in roles for variable in role.variables):
        absent.add("decide_once")
    if not any(state.final for role in roles for state in role.states):
        absent.add("final_is_final")
    if not any(may_be_stuck(role) for role in roles):
        absent.add("never_stuck")
    if network == "none":
        absent |= {"no_unhandled_message", "duplicates_are_harmless"}
    return tuple(name for name in GENERIC_PROPERTIES if name not in absent)


def _waived(waive: Iterable[tuple[nodes.Name, str]], lowering: Lowering) -> dict[str, str]:
    for name, _ in waive:
        if name.text not in GENERIC_PROPERTIES:
            own = [node.name.text for node in lowering.declarations.protocol.properties]
            lowering.bag.add(_own_waived(name) if name.text in own else unknown_property(name, GENERIC_PROPERTIES))
    return {name.text: reason for name, reason in waive}


def _own_waived(name: nodes.Name) -> Diagnostic:
    return UNKNOWN_PROPERTY.at(
        name.span,
        f"`{name.text}` is a property of this spec; only those that come for free can be waived",
        help="leave it out, or name it under `violates` of the cases in which it fails",
    )


def known_properties(lowering: Lowering) -> tuple[str, ...]:
    """Return the names that `violates` may use."""
    return (*(node.name.text for node in lowering.declarations.protocol.properties), *GENERIC_PROPERTIES)


def _property(node: nodes.PropertyNode, cases: Sequence[str], lowering: Lowering) -> Property | None:
    kind = next((known for known in _KINDS if known == node.kind), None)
    if kind is None:
        return None
    context = Context(lowering, Place("step" if kind == "step" else "property"))
    quantifier = None
    if node.quantifier is not None:
        quantifier, context = check_clause(node.quantifier, context)
    wanted = 2 if kind == "leads_to" else 1
    if len(node.expressions) != wanted:
        lowering.bag.add(
            WRONG_ARGUMENTS.at(
                node.span, f"`{kind}` takes {wanted} condition{'s' * (wanted > 1)}, not {len(node.expressions)}"
            )
        )
    for case in node.only:
        if case.text not in cases:
            lowering.bag.add(
                UNKNOWN_CASE.at(case.span, f"unknown case `{case.text}`", help=did_you_mean(case.text, cases))
            )
    condition = context.check if kind == "stable" else context.condition
    given = None if node.given is None else (node.given[0], context.condition(node.given[1]))
    return Property(
        name=node.name.text,
        kind=kind,
        expressions=tuple(condition(expression) for expression in node.expressions),
        quantifier=quantifier,
        only=tuple(case.text for case in node.only),
        given=given,
        span=node.span,
    )


# ---- scenarios


def lower_scenario(node: ScenarioNode, roles: Sequence[Role], lowering: Lowering) -> Scenario:
    """Return a scenario; answers get the types of what they answer."""
    by_name = {role.name: role for role in roles}
    context = Context(lowering, Place("expect"))
    return Scenario(
        name=node.name.text,
        values=_values(node, lowering),
        decisions=tuple(a for place, values in node.decisions for a in _decided(place, values, by_name, lowering)),
        performs=tuple(a for place, outcomes in node.performs for a in _performed(place, outcomes, by_name, lowering)),
        hold=tuple(
            (pattern, context.condition(condition))
            for place, condition in node.hold
            for pattern in _patterns(place, by_name, lowering)
        ),
        lose=tuple(pattern for place in node.lose for pattern in _patterns(place, by_name, lowering)),
        crash=tuple((_instance(who, context), context.condition(when)) for who, when in node.crash),
        expect=None if node.expect is None else context.condition(node.expect),
        span=node.span,
    )


def _values(node: ScenarioNode, lowering: Lowering) -> tuple[tuple[str, ir.Expression], ...]:
    found = []
    for name, values in case_values(node.values, lowering):
        if len(values) > 1:
            lowering.bag.add(WRONG_ENVELOPE.at(values[0].span, f"a scenario runs once, so `{name}` needs one value"))
        if values:
            found.append((name, values[0]))
    return tuple(found)


def _instance(node: nodes.Expression, context: Context) -> ir.Expression:
    value = context.check(node)
    if not isinstance(value.type, InstanceType) and not is_unknown(value.type):
        context.report(TYPE_MISMATCH.at(value.span, f"expected an instance, found {type_name(value.type)}"))
    return value


def _role_of(place: nodes.PlaceNode, roles: dict[str, Role], lowering: Lowering) -> Role | None:
    role = roles.get(place.role.text)
    if role is None:
        name = place.role
        lowering.bag.add(UNKNOWN_ROLE.at(name.span, f"unknown role `{name.text}`", help=did_you_mean(name.text, roles)))
        return None
    if place.index is not None and role.count is None:
        lowering.bag.add(
            NOT_HERE.at(
                place.role.span, f"`{role.name}` is one instance, without a number", help=f"write `{role.name}.`"
            )
        )
    return role


def _decided(
    place: nodes.PlaceNode, values: Iterable[nodes.Value], roles: dict[str, Role], lowering: Lowering
) -> tuple[Answers, ...]:
    role = _role_of(place, roles, lowering)
    if role is None:
        return ()
    rules = [rule for state in role.states for rule in state.decisions]
    named = [rule for rule in rules if rule.name == place.name.text]
    if not named:
        known = dict.fromkeys(rule.name for rule in rules)
        lowering.bag.add(
            UNKNOWN_DECISION.at(
                place.name.span,
                f"{role.name} never decides `{place.name.text}`",
                help=did_you_mean(place.name.text, known),
            )
        )
        return ()
    domain = named[0].domain
    needed: ValueType = BoolType() if domain is None else domain.type
    context = constants(lowering)
    typed = tuple(constant(value, needed, context, f"`{place.name.text}`") for value in values)
    return (Answers(role=role.name, index=place.index, name=place.name.text, values=typed),)


def _performed(
    place: nodes.PlaceNode, outcomes: Iterable[nodes.Name], roles: dict[str, Role], lowering: Lowering
) -> tuple[Answers, ...]:
    role = _role_of(place, roles, lowering)
    if role is None:
        return ()
    acts = dict.fromkeys(rule.act for state in role.states for rule in state.requests)
    act = place.name
    if act.text not in acts:
        lowering.bag.add(
            UNKNOWN_ACT.at(act.span, f"{role.name} never performs `{act.text}`", help=did_you_mean(act.text, acts))
        )
        return ()
    known = (*lowering.acts[act.text].outcomes, UNKNOWN_OUTCOME)
    for outcome in outcomes:
        if outcome.text not in known:
            lowering.bag.add(
                UNKNOWN_ACT.at(
                    outcome.span,
                    f"`{act.text}` has no outcome `{outcome.text}`",
                    caret=f"one of {', '.join(known)} is needed",
                    help=did_you_mean(outcome.text, known),
                )
            )
    values = tuple(ir.Constant(value=outcome.text, type=TextType(), span=outcome.span) for outcome in outcomes)
    return (Answers(role=role.name, index=place.index, name=act.text, values=values),)


def _patterns(place: nodes.PlaceNode, roles: dict[str, Role], lowering: Lowering) -> tuple[MessagePattern, ...]:
    role = _role_of(place, roles, lowering)
    if role is None:
        return ()
    messages, name = lowering.declarations.messages, place.name
    if name.text not in messages:
        lowering.bag.add(
            UNKNOWN_MESSAGE.at(name.span, f"unknown message `{name.text}`", help=did_you_mean(name.text, messages))
        )
        return ()
    if role.name not in lowering.sends.get(name.text, {}):
        sent = [message for message, by in lowering.sends.items() if role.name in by]
        lowering.bag.add(
            UNKNOWN_MESSAGE.at(
                name.span,
                f"{role.name} never sends {name.text}",
                caret="the messages of its senders are meant",
                help=did_you_mean(name.text, sent),
            )
        )
        return ()
    return (MessagePattern(role=role.name, index=place.index, message=name.text),)


# ---- simulations


def lower_simulation(node: nodes.CaseNode, later: str | None, lowering: Lowering) -> Iterator[Simulation]:
    """Yield the simulation, if it says what is expected."""
    case = lower_case(node, (), later, lowering)
    runs = DEFAULT_RUNS if node.runs is None else node.runs
    if not 1 <= runs <= MOST_VALUES:
        lowering.bag.add(WRONG_ENVELOPE.at(node.span, f"a simulation has 1 to {MOST_VALUES} runs, not {runs}"))
    if node.expect is not None:
        expect = Context(lowering, Place("simulation")).condition(node.expect)
        yield Simulation(case=case, runs=runs, expect=expect, span=node.span)
