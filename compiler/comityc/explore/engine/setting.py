"""A machine, a case, parameters and the generated module in; what the search asks about them out.

Everything here is fixed for one search: which instances there are, which transitions stand where, which faults may
strike, which acts a property can see.
"""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from comity.values import Instance
from comityc.explore.engine.bounds import Check, Limits
from comityc.explore.engine.domains import Domains
from comityc.explore.engine.growth import growing
from comityc.explore.engine.moments import Moments
from comityc.explore.engine.network import Order
from comityc.explore.engine.rest import ActRules, Detail
from comityc.explore.engine.timing import Timing, make_moments, make_timing
from comityc.explore.engine.values import sealed
from comityc.explore.soundness import loses_unseen
from comityc.machine.expressions import ActQuery, Now
from comityc.machine.model import Act, Budget, Case, Envelope, Machine, Role, State, Transition
from comityc.machine.value_types import OptionalType
from comityc.machine.walk import definitions_of, reached
from comityc.records import dataclass, field_names

NO_CANDIDATES: tuple[Transition, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role with what the search looks up in it by name or number."""

    role: Role
    states: Mapping[str, State]
    transitions: Mapping[int, Transition]
    final: frozenset[str]
    ghosts: tuple[int, ...]  # positions in the state
    once: tuple[tuple[int, str, bool], ...]  # positions, names, and whether none says that it is not set yet
    check: Check | None
    growing: tuple[tuple[int, str], ...]  # positions and names of variables that may grow
    watches_time: bool  # whether a guard reads the time
    draws: bool  # whether a transition draws
    several_whens: frozenset[str]  # states with several `when`s, or one for each of several elements
    dead: Mapping[
        str, frozenset[str]
    ]  # by state: the messages that are ignored there and wherever one can get from there


@dataclass(frozen=True, slots=True)
class Setting:
    """What one search is about. `machines` and `roles` go by the number of the instance."""

    machine: Machine
    case: Case
    module: ModuleType
    parameters: Any
    instances: tuple[Instance, ...]
    numbers: Mapping[Instance, int]
    machines: tuple[Any, ...]
    roles: tuple[RoleView, ...]
    domains: Domains
    limits: Limits
    message_names: Mapping[type, str]
    order: Order
    keeps: bool  # a delivery may leave the message under way
    removes: bool  # a delivery may take it away
    exact: bool  # figures are stated: nothing is dropped
    acts: Mapping[str, Act]
    act_rules: ActRules
    timing: Timing | None  # None without a clock
    moments: Moments | None  # None for a protocol without times

    @property
    def faults(self) -> Envelope:
        """What may go wrong in this case."""
        return self.case.faults

    @property
    def is_dynamic(self) -> bool:
        """Whether instances of some role join and leave."""
        return any(view.role.dynamic for view in self.roles)

    @property
    def is_model(self) -> bool:
        """Whether instances see more than themselves, so that nothing can be remembered by instance."""
        return self.machine.shared is not None


def make_setting(machine: Machine, case: Case, parameters: Any, module: ModuleType) -> Setting:
    """Gather what a search needs."""
    instances = tuple(module.instances(parameters))
    message_fields = {m.name: tuple((f.name, f.type) for f in m.fields) for m in machine.messages}
    limits = Limits(case.bounds, message_fields)
    views = {role.name: _view(role, machine, case.faults, limits) for role in machine.roles}
    faults = case.faults
    exact = any(figure is not None for figure in (case.states, case.levels, case.orbits))
    counted = nodes_in((machine.roles, machine.definitions))
    timing = None if case.clock is None else make_timing(machine, case.clock, parameters, module, counted)
    order: Order = "fifo"
    if case.network == "sent_set" or loses_unseen(machine, case):
        order = "sent_set"
    elif case.network == "unordered" or faults.reorder:
        order = "unordered"
    return Setting(
        machine=machine,
        case=case,
        module=module,
        parameters=parameters,
        instances=instances,
        numbers={instance: at for at, instance in enumerate(instances)},
        machines=tuple(module.ROLES[i.role](parameters, i.number, sealed) for i in instances),
        roles=tuple(views[instance.role] for instance in instances),
        domains=Domains(case.bounds, module, instances, message_fields),
        limits=limits,
        message_names={kind: name for name, kind in module.MESSAGES.items()},
        order=order,
        keeps=order == "sent_set" or faults.duplicate == "any",
        removes=order != "sent_set",
        exact=exact,
        acts={act.name: act for act in machine.acts},
        act_rules=_act_rules(machine, faults, exact),
        timing=timing,
        moments=make_moments(machine, timing),
    )


def budget(budgets: tuple[tuple[str, Budget], ...], role: str) -> Budget:
    """Return how often a fault may strike a role."""
    return dict(budgets).get(role, 0)


def budgets_by_role(faults: Envelope) -> tuple[tuple[str, tuple[tuple[str, Budget], ...]], ...]:
    """Return the faults that strike single instances, by name, with their budgets."""
    return (
        ("crash", faults.crash),
        ("restart", faults.restart),
        ("amnesia", faults.amnesia),
        ("pause", faults.pause),
    )


def nodes_in(node: Any) -> Iterator[Any]:
    """Yield every part of an expression, a transition, or a whole machine; what only says where it stands is left out."""
    if isinstance(node, tuple):
        for item in node:
            yield from nodes_in(item)
    elif (names := field_names(type(node))) is not None:
        yield node
        for name in names:
            if name != "span":
                yield from nodes_in(getattr(node, name))


def _view(role: Role, machine: Machine, faults: Envelope, limits: Limits) -> RoleView:
    definitions = definitions_of(machine)
    return RoleView(
        role=role,
        states={state.name: state for state in role.states},
        transitions={transition.number: transition for transition in role.transitions},
        final=frozenset(state.name for state in role.states if state.final),
        ghosts=tuple(at for at, variable in enumerate(role.variables, 1) if variable.ghost),
        once=tuple(
            (at, variable.name, isinstance(variable.type, OptionalType))
            for at, variable in enumerate(role.variables, 1)
            if variable.once
        ),
        check=limits.of_variables(role.variables, 1),
        growing=growing(role.variables, 1),
        watches_time=any(
            isinstance(part, Now)
            for transition in role.transitions
            if transition.guard is not None
            for part in reached(transition.guard, definitions)
        ),
        draws=any(transition.draw is not None for transition in role.transitions),
        several_whens=frozenset(state.name for state in role.states if _has_several_whens(state)),
        dead=_dead_messages(role, machine, faults),
    )


def _has_several_whens(state: State) -> bool:
    rules = state.spontaneous
    return len(rules) > 1 or any(rule.loop is not None or len(rule.candidates) > 1 for rule in rules)


def _dead_messages(role: Role, machine: Machine, faults: Envelope) -> Mapping[str, frozenset[str]]:
    """Find, for each state, the messages that no state reachable from it does anything with."""
    names = frozenset(message.name for message in machine.messages)
    ignored = {state.name: _ignored(state, names) for state in role.states}
    onward = {state.name: {t.goto for t in _transitions_of(state) if t.goto is not None} for state in role.states}
    for state in role.states:
        if not state.final and budget(faults.restart, role.name) != 0 and role.restart_in is not None:
            onward[state.name].add(role.restart_in)
        if not state.final and budget(faults.amnesia, role.name) != 0:
            onward[state.name].add(role.states[0].name)
    return {
        state.name: frozenset.intersection(*(ignored[s] for s in _closure(state.name, onward))) for state in role.states
    }


def _ignored(state: State, names: frozenset[str]) -> frozenset[str]:
    handled = {reception.message: reception.candidates for reception in state.receptions}
    ignored = {
        name for name, candidates in handled.items() if candidates[0].kind == "ignore" and candidates[0].guard is None
    }
    return frozenset(ignored | (names - handled.keys() if state.final else set()))


def _transitions_of(state: State) -> Iterator[Transition]:
    for reception in state.receptions:
        yield from reception.candidates
    for timer in state.timers:
        yield from timer.candidates
    for decision in state.decisions:
        yield from decision.candidates
    for request in state.requests:
        for _, candidates in request.outcomes:
            yield from candidates
    for rule in state.spontaneous:
        yield from rule.candidates


def _closure(start: str, onward: Mapping[str, set[str]]) -> set[str]:
    found, open_states = {start}, [start]
    while open_states:
        for state in onward[open_states.pop()] - found:
            found.add(state)
            open_states.append(state)
    return found


def _act_rules(machine: Machine, faults: Envelope, exact: bool) -> ActRules:
    recorded: dict[str, Detail] = {}
    asking = (machine.properties, machine.definitions) if machine.acts else ()
    queries = [node for node in nodes_in(asking) if isinstance(node, ActQuery)]
    for act in machine.acts:
        asked = {query.name for query in queries if query.act == act.name}
        if asked:
            recorded[act.name] = "order" if "happenings" in asked else "times" if "times" in asked else "whether"
    undoes = {act.name: act.undoes for act in machine.acts if act.undoes is not None}
    told_apart = {query.act for query in queries if query.arguments or query.name == "happenings"}
    return ActRules(
        recorded,
        undoes,
        repeatable=faults.repeat_act != 0,
        late_after_undoing=faults.late_act != 0,
        nameless=frozenset(act.name for act in machine.acts if exact and act.name not in told_apart),
    )
