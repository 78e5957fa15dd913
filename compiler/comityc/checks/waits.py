"""Find states that are left only by what may never happen, and states in which nothing ever happens.

A timer, an act, a prompt decision and a `when` that always finds something to do come for certain. A message may be
lost, its sender may crash or may never send it, and an agent need not decide. A state that is final or resting says
that waiting there for ever is meant.
"""

from collections.abc import Iterator

from comityc.checks.analysis.flow import Flow, Move, flow_of
from comityc.checks.analysis.guards import leave_nothing
from comityc.checks.analysis.wording import listed, uses_resting
from comityc.checks.reachability import reachable_states
from comityc.diagnostics.codes_checks import DEAD_END, WAIT_WITHOUT_TIMEOUT
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.model import Machine, Role, State
from comityc.records import dataclass


def waits_without_timeout(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each state in which an instance may be stuck. The models of papers have no clocks to speak of."""
    if machine.is_model or machine.network == "sent_set":
        return
    flow = flow_of(machine)
    owed = _owed_messages(flow)
    for role in machine.roles:
        reachable = reachable_states(role)
        for state in role.states:
            if state.name in reachable and not state.final and not state.resting:
                yield from _finding(machine, role, state, _exits(role, state, flow, owed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exits:
    """How a state can be left: by what comes for certain, by decisions, by messages (of these, which somebody owes)."""

    certain: bool
    decisions: tuple[str, ...]
    messages: tuple[str, ...]
    owed: tuple[str, ...]
    conditions: bool


def _exits(role: Role, state: State, flow: Flow, owed: frozenset[tuple[str, str]]) -> Exits:
    spontaneous_for_certain = any(leave_nothing(rule.candidates) for rule in state.spontaneous if rule.loop is None)
    messages = tuple(
        reception.message
        for reception in state.receptions
        if any(candidate.kind == "receive" for candidate in reception.candidates)
    )
    return Exits(
        certain=bool(state.timers or state.requests)
        or any(decision.prompt for decision in state.decisions)
        or spontaneous_for_certain,
        decisions=tuple(decision.name for decision in state.decisions),
        messages=messages,
        owed=tuple(message for message in messages if (message, role.name) in owed),
        conditions=bool(state.spontaneous),
    )


def _finding(machine: Machine, role: Role, state: State, exits: Exits) -> Iterator[Diagnostic]:
    if exits.certain:
        return
    if exits.decisions:
        if not exits.owed:
            yield _wait(machine, role, state, exits)
    elif exits.messages:
        if not _deadlock_is_known(machine) and not (exits.owed and _are_safe(machine, exits.owed)):
            yield _wait(machine, role, state, exits)
    elif exits.conditions:
        yield _wait(machine, role, state, exits)
    else:
        yield _dead_end(machine, role, state)


def _wait(machine: Machine, role: Role, state: State, exits: Exits) -> Diagnostic:
    reasons = []
    if exits.messages:
        reasons.append(f"{listed(exits.messages, 'or')} may never arrive")
    if exits.decisions:
        reasons.append(f"the agent may never decide {listed(exits.decisions, 'or')}")
    if not reasons:
        reasons.append("its condition may never hold")
    resting = ", or `- resting` if it may" if uses_resting(machine) else ""
    return WAIT_WITHOUT_TIMEOUT.at(
        state.span,
        f"`{role.name}` may wait in `{state.name}` for ever",
        caret=", and ".join(reasons),
        help=f"`- after: 30s` ends the wait{resting}",
    )


def _dead_end(machine: Machine, role: Role, state: State) -> Diagnostic:
    resting = f", or `{state.name}: resting`" if uses_resting(machine) else ""
    return DEAD_END.at(
        state.span,
        f"nothing ever happens to `{role.name}` in `{state.name}`",
        caret="no transition, and not an end",
        help=f"if this is an end, say `{state.name}: final`{resting}",
    )


def _deadlock_is_known(machine: Machine) -> bool:
    """Say whether the spec states that it may get stuck: a limit that is said is not a finding."""
    named = any("no_deadlock" in case.violates for case in machine.cases)
    return named or any(promise.name == "no_deadlock" and promise.waived is not None for promise in machine.properties)


def _are_safe(machine: Machine, messages: tuple[str, ...]) -> bool:
    """Say whether one of these arrives for certain: nothing is lost, and who sends it does not go down for good."""
    envelope = machine.tolerates
    falling = {role for role, _ in (*envelope.crash, *envelope.amnesia)}
    senders = {message.name: set(message.senders) for message in machine.messages}
    cut = envelope.partition is not None and not (envelope.partition.keeps and envelope.partition.heals)
    return not (envelope.lose or cut) and any(not senders[message] & falling for message in messages)


def _owed_messages(flow: Flow) -> frozenset[tuple[str, str]]:
    """Return the messages, with whom they go to, that are sent in the end without any agent having to decide."""
    owed: frozenset[tuple[str, str]] = frozenset()
    while True:
        more = frozenset(
            (sending.message, sending.to)
            for role, move in flow.all_moves()
            if _is_owed(role, move, owed)
            for sending in move.sends
        )
        if more <= owed:
            return owed
        owed |= more


def _is_owed(role: str, move: Move, owed: frozenset[tuple[str, str]]) -> bool:
    match move.slot.transition.kind:
        case "timer" | "perform" | "when":
            return True
        case "decide":
            return move.slot.prompt
        case _:
            return (move.slot.message, role) in owed
