"""Roles as written come in; roles with their states go out, the transitions grouped into rules as `machine/model.py` says.

Two steps, since an act's outcomes are known only once every place where it is performed was read: first all transitions
of all roles, then the rules of each state.
"""

from collections.abc import Iterable
from dataclasses import replace

from comityc.diagnostics.codes_names import CONFLICTING_RULES
from comityc.diagnostics.diagnostic import Label
from comityc.lower.behaviour.acts import RequestFacts
from comityc.lower.behaviour.transitions import (
    DecisionFacts,
    Lowered,
    ReceiveFacts,
    TimerFacts,
    WhenFacts,
    lower_transition,
)
from comityc.lower.context import Lowering
from comityc.lower.variables import lower_count, lower_variables
from comityc.machine import expressions as ir
from comityc.machine.expression_text import clause_text, expression_text
from comityc.machine.model import (
    DecisionRule,
    Reception,
    RequestRule,
    Role,
    SpontaneousRule,
    State,
    TimerRule,
    Transition,
)
from comityc.records import dataclass
from comityc.resolve.names import ANY, unknown_state
from comityc.resolve.scopes import RoleSymbol
from comityc.syntax import nodes


@dataclass(frozen=True, slots=True)
class Layer:
    """What stands under one key of `states:`, lowered."""

    node: nodes.StateNode
    transitions: tuple[Lowered, ...]


@dataclass(frozen=True, slots=True)
class LoweredRole:
    """A role between the two steps."""

    symbol: RoleSymbol
    role: Role
    layers: tuple[Layer, ...]


# ---- first step: the transitions


def lower_role(symbol: RoleSymbol, lowering: Lowering) -> LoweredRole:
    """Return a role with its transitions, as yet without states."""
    node = symbol.node
    layers: list[Layer] = []
    taken: dict[str, int] = {}
    number = 0
    for state in node.states:
        lowered = []
        for transition in state.transitions:
            made = lower_transition(transition, state, symbol.name, number, lowering)
            lowered.append(replace(made, transition=_named(made.transition, taken)))
            number += 1
        layers.append(Layer(state, tuple(lowered)))
    if node.restart_in is not None and node.restart_in.text not in symbol.states:
        lowering.bag.add(unknown_state(node.restart_in, symbol.name, symbol.states))
    role = Role(
        name=symbol.name,
        count=lower_count(node, lowering),
        dynamic=node.dynamic,
        restart_in=None if node.restart_in is None else node.restart_in.text,
        variables=lower_variables(symbol.variables, symbol.name, lowering),
        states=(),
        transitions=tuple(made.transition for layer in layers for made in layer.transitions),
        doc=node.doc,
        span=node.span,
    )
    return LoweredRole(symbol, role, tuple(layers))


def _named(transition: Transition, taken: dict[str, int]) -> Transition:
    """Give a name that is taken a number."""
    return replace(transition, name=_unique(transition.name, taken))


def _unique(name: str, taken: dict[str, int]) -> str:
    taken[name] = taken.get(name, 0) + 1
    return name if taken[name] == 1 else f"{name} ({taken[name]})"


# ---- second step: the states


def with_states(lowered: LoweredRole, lowering: Lowering) -> Role:
    """Return the role with its states and their rules."""
    timer_names = _timer_names(lowered)
    states = tuple(_state(name, lowered, timer_names, lowering) for name in lowered.symbol.states)
    return replace(lowered.role, states=states)


def _state(name: str, lowered: LoweredRole, timer_names: "_TimerNames", lowering: Lowering) -> State:
    symbol = lowered.symbol
    own = [layer for layer in lowered.layers if [n.text for n in layer.node.names] == [name]]
    lists = [layer for layer in lowered.layers if len(layer.node.names) > 1 and _names(layer.node, name)]
    general = [layer for layer in lowered.layers if _names(layer.node, ANY)]
    final = any(layer.node.final for layer in (*own, *lists))
    layers = [*own, *lists, *([] if final else general)]
    made = [(layer, transition) for layer in layers for transition in layer.transitions]
    return State(
        name=name,
        final=final,
        resting=any(layer.node.resting for layer in layers),
        receptions=_receptions(made),
        timers=_timers(made, timer_names),
        decisions=_decisions(made, lowering),
        requests=_requests(made, lowering),
        spontaneous=_spontaneous(made),
        doc=own[0].node.doc if own else "",
        part=symbol.parts.get(name),
        span=symbol.states[name],
    )


def _names(node: nodes.StateNode, name: str) -> bool:
    return any(n.text == name for n in node.names)


_Made = list[tuple[Layer, Lowered]]


def _receptions(made: _Made) -> tuple[Reception, ...]:
    candidates: dict[str, list[Transition]] = {}
    for _, lowered in made:
        if isinstance(lowered.facts, ReceiveFacts):
            for message in lowered.facts.messages:
                candidates.setdefault(message, []).append(lowered.transition)
    return tuple(Reception(message=message, candidates=tuple(found)) for message, found in candidates.items())


# ---- timers: the same kind, duration and loop under the same key of `states:` are one timer

_TimerKey = tuple[int, TimerFacts, ir.Clause | None]
_TimerNames = dict[_TimerKey, str]


def _timer_key(layer: Layer, lowered: Lowered) -> _TimerKey | None:
    if not isinstance(lowered.facts, TimerFacts):
        return None
    return id(layer), lowered.facts, lowered.loop


def _timer_names(lowered: LoweredRole) -> _TimerNames:
    names: _TimerNames = {}
    taken: dict[str, int] = {}
    for layer in lowered.layers:
        for transition in layer.transitions:
            key = _timer_key(layer, transition)
            if key is not None and key not in names:
                names[key] = _unique(_timer_text(layer, key[1], key[2]), taken)
    return names


def _timer_text(layer: Layer, timer: TimerFacts, loop: ir.Clause | None) -> str:
    length = expression_text(timer.duration)
    if timer.longest is not None:
        length += f"..{expression_text(timer.longest)}"
    place = ", ".join(name.text for name in layer.node.names)
    text = f"{place}: {timer.kind} {length}"
    return text if loop is None else f"{text} {clause_text(loop)}"


def _timers(made: _Made, names: _TimerNames) -> tuple[TimerRule, ...]:
    groups: dict[_TimerKey, list[Lowered]] = {}
    lasting: set[_TimerKey] = set()
    for layer, lowered in made:
        key = _timer_key(layer, lowered)
        if key is not None:
            groups.setdefault(key, []).append(lowered)
            if _names(layer.node, ANY):
                lasting.add(key)
    return tuple(
        TimerRule(
            name=names[key],
            kind=key[1].kind,
            duration=key[1].duration,
            longest=key[1].longest,
            scope="instance" if key in lasting else "state",
            loop=key[2],
            candidates=_transitions(found),
        )
        for key, found in groups.items()
    )


def _transitions(found: Iterable[Lowered]) -> tuple[Transition, ...]:
    return tuple(lowered.transition for lowered in found)


# ---- decisions: by name and loop


def _decisions(made: _Made, lowering: Lowering) -> tuple[DecisionRule, ...]:
    groups: dict[tuple[str, ir.Clause | None], list[tuple[DecisionFacts, Lowered]]] = {}
    for _, lowered in made:
        if isinstance(lowered.facts, DecisionFacts):
            groups.setdefault((lowered.facts.name.text, lowered.loop), []).append((lowered.facts, lowered))
    rules = []
    for (name, loop), found in groups.items():
        first = found[0][0]
        for facts, _ in found[1:]:
            if facts.domain != first.domain:
                lowering.bag.add(
                    CONFLICTING_RULES.at(
                        facts.name.span,
                        f"`{name}` is asked for with another domain in the same state",
                        labels=(Label(first.name.span, "first here"),),
                        help="give the two decisions different names, or the same domain",
                    )
                )
        rules.append(
            DecisionRule(
                name=name,
                domain=first.domain,
                prompt=any(facts.prompt for facts, _ in found),
                stores=first.stores,
                loop=loop,
                candidates=_transitions(lowered for _, lowered in found),
            )
        )
    return tuple(rules)


# ---- requests: by act, arguments, key and loop; split by outcome


def _requests(made: _Made, lowering: Lowering) -> tuple[RequestRule, ...]:
    groups: dict[object, list[tuple[RequestFacts, Lowered]]] = {}
    for _, lowered in made:
        if isinstance(lowered.facts, RequestFacts):
            facts = lowered.facts
            groups.setdefault((facts.act, facts.arguments, facts.key, lowered.loop), []).append((facts, lowered))
    rules = []
    for found in groups.values():
        facts, first = found[0]
        outcomes: dict[str, list[Transition]] = {}
        for outcome in lowering.acts[facts.act].outcomes:
            for other, lowered in found:
                if outcome in other.outcomes:
                    outcomes.setdefault(outcome, []).append(lowered.transition)
        undoes = [other.undoes for other, _ in found if other.undoes is not None]
        rules.append(
            RequestRule(
                act=facts.act,
                arguments=facts.arguments,
                key=facts.key,
                undoes=undoes[0] if undoes else None,
                loop=first.loop,
                outcomes=tuple((outcome, tuple(candidates)) for outcome, candidates in outcomes.items()),
            )
        )
    return tuple(rules)


def _spontaneous(made: _Made) -> tuple[SpontaneousRule, ...]:
    groups: dict[ir.Clause | None, list[Lowered]] = {}
    for _, lowered in made:
        if isinstance(lowered.facts, WhenFacts):
            groups.setdefault(lowered.loop, []).append(lowered)
    return tuple(SpontaneousRule(loop=loop, candidates=_transitions(found)) for loop, found in groups.items())
