"""The machine comes in; the messages that may be under way to a role while it is in a state go out.

More than can really happen, never less: variables and guards are not looked at. One instance (the *focus*) is
followed through its states together with what it has sent so far; all others are lumped into the growing set of
states they can be in and of messages that can be sent. What counts is the order of causes: a vote cannot arrive
before somebody was called to vote, and nobody is answered who has not asked.
"""

from collections import deque
from collections.abc import Iterator, Mapping

from comityc.checks.analysis.guards import leave_nothing, never_holds
from comityc.checks.analysis.provenance import (
    NOBODY,
    Causes,
    Scope,
    causes_of,
    causes_of_variables,
    receivers_of,
    scope_of,
    statements_of,
)
from comityc.checks.analysis.slots import Slot, slots_of
from comityc.checks.analysis.walk import definitions_of
from comityc.machine.expressions import Send
from comityc.machine.model import Envelope, Machine, Role
from comityc.records import dataclass

Sent = frozenset[tuple[str, str]]
"""Messages, each with the role that it was sent to."""

_MOST_WORK = 200_000
"""Beyond so many moves over all pasts of one instance the order of causes is given up, and anything sent may arrive."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that a transition sends to a role, and whom of it (`causes`)."""

    message: str
    to: str
    causes: Causes


@dataclass(frozen=True, slots=True)
class Move:
    """A transition at one of its places, as far as the flow goes."""

    slot: Slot
    sends: tuple[Sending, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """All moves of a machine, by role and state, and the roles that may be struck by these faults."""

    machine: Machine
    moves: Mapping[tuple[str, str], tuple[Move, ...]]
    byzantine: frozenset[str]
    forgetful: frozenset[str]

    def all_moves(self) -> Iterator[tuple[str, Move]]:
        """Yield each move with its role."""
        return ((role, move) for (role, _), moves in self.moves.items() for move in moves)


def flow_of(machine: Machine) -> Flow:
    """Return the moves of all roles."""
    moves: dict[tuple[str, str], list[Move]] = {
        (role.name, state.name): [] for role in machine.roles for state in role.states
    }
    for role in machine.roles:
        for move in _moves_of(role, machine):
            moves[role.name, move.slot.state.name].append(move)
    envelopes = envelopes_of(machine)
    byzantine = frozenset(role for envelope in envelopes for role, _ in envelope.byzantine)
    forgetful = frozenset(role for envelope in envelopes for role, _ in envelope.amnesia)
    return Flow(machine, {place: tuple(found) for place, found in moves.items()}, byzantine, forgetful)


def envelopes_of(machine: Machine) -> tuple[Envelope, ...]:
    """Return what the spec tolerates, and the faults of its cases."""
    return (machine.tolerates, *(case.faults for case in machine.cases))


def _moves_of(role: Role, machine: Machine) -> Iterator[Move]:
    definitions = definitions_of(machine)
    scope = Scope(machine, definitions, causes_of_variables(role, machine, definitions), NOBODY)
    for slot in slots_of(role):
        if leave_nothing(slot.earlier) or never_holds(slot.transition.guard):
            continue
        statements = statements_of(slot.transition.body, scope_of(slot, scope))
        yield Move(
            slot,
            tuple(
                Sending(statement.message, to, causes_of(statement.to, inside))
                for statement, inside in statements
                if isinstance(statement, Send)
                for to in sorted(receivers_of(statement))
            ),
        )


def messages_under_way(machine: Machine) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return, by role and state, the messages that may arrive there. A state that is not there cannot be occupied."""
    flow = flow_of(machine)
    found: dict[tuple[str, str], frozenset[str]] = {}
    for role in machine.roles:
        for state, messages in _follow(role, flow).items():
            found[role.name, state] = messages
    return found


def _follow(focus: Role, flow: Flow) -> Mapping[str, frozenset[str]]:
    """Take the focus through all its states and pasts."""
    arriving: dict[frozenset[tuple[str, str]], frozenset[str]] = {}
    found: dict[str, frozenset[str]] = {}
    most_histories = _MOST_WORK // max(1, sum(map(len, flow.moves.values())))
    start = (focus.states[0].name, Sent())
    seen = {start}
    waiting = deque([start])
    while waiting:
        state, sent = waiting.popleft()
        if sent not in arriving:
            if len(arriving) >= most_histories:
                return _anything_anywhere(focus, flow)
            own = frozenset(message for message, to in sent if to == focus.name)
            arriving[sent] = _arriving(focus, sent, flow) | own
        messages = arriving[sent]
        found[state] = found.get(state, frozenset()) | messages
        for reached in _after(focus, state, sent, messages, flow):
            if reached not in seen:
                seen.add(reached)
                waiting.append(reached)
    return found


def _after(focus: Role, state: str, sent: Sent, messages: frozenset[str], flow: Flow) -> Iterator[tuple[str, Sent]]:
    for move in flow.moves[focus.name, state]:
        if move.slot.message is None or move.slot.message in messages:
            yield move.slot.leads_to, sent | {(sending.message, sending.to) for sending in move.sends}
    if focus.restart_in:
        yield focus.restart_in, sent
    if focus.name in flow.forgetful:
        yield focus.states[0].name, sent


def _arriving(focus: Role, sent: Sent, flow: Flow) -> frozenset[str]:
    """Return what the others can ever send to the focus when it has sent just this."""
    others = Others(focus.name, sent, flow)
    for name, to in sent:
        others.send(name, to)
    for message in flow.machine.messages:
        if flow.byzantine & set(message.senders):
            for receiver in message.receivers:
                others.send(message.name, receiver)
            others.reaching |= {message.name} if focus.name in message.receivers else set()
    for role in flow.machine.roles:
        if role.name != focus.name or role.count is not None:
            others.enter(role.name, role.states[0].name)
            if role.restart_in:
                others.enter(role.name, role.restart_in)
    others.run()
    return frozenset(others.reaching)


class Others:
    """All instances but the focus, lumped together: where they can be and what can be sent only ever grows."""

    def __init__(self, focus: str, sent: Sent, flow: Flow) -> None:
        self.reaching: set[str] = set()
        self._focus, self._sent, self._flow = focus, sent, flow
        self._available: set[tuple[str, str]] = set()
        self._entered: set[tuple[str, str]] = set()
        self._waiting: dict[tuple[str, str], list[Move]] = {}
        self._due: list[tuple[str, Move]] = []

    def enter(self, role: str, state: str) -> None:
        """Let an instance be in a state; its moves are due at once, or when their message can be there."""
        if (role, state) in self._entered:
            return
        self._entered.add((role, state))
        for move in self._flow.moves[role, state]:
            cause = (move.slot.message or "", role)
            if move.slot.message is None or cause in self._available:
                self._due.append((role, move))
            else:
                self._waiting.setdefault(cause, []).append(move)

    def send(self, message: str, to: str) -> None:
        """Let a message be under way to some instance of a role."""
        self._available.add((message, to))
        self._due.extend((to, move) for move in self._waiting.pop((message, to), ()))

    def run(self) -> None:
        """Take each move once."""
        while self._due:
            role, move = self._due.pop()
            self.enter(role, move.slot.leads_to)
            for sending in move.sends:
                self.send(sending.message, sending.to)
                if sending.to == self._focus and _reaches(sending.causes, role, self._sent):
                    self.reaching.add(sending.message)


def _reaches(causes: Causes, role: str, sent: Sent) -> bool:
    """Say whether the focus can be among those whom the sender means."""
    return causes is None or any((cause, role) in sent for cause in causes)


def _anything_anywhere(focus: Role, flow: Flow) -> Mapping[str, frozenset[str]]:
    sent = {sending.message for _, move in flow.all_moves() for sending in move.sends if sending.to == focus.name}
    return {state.name: frozenset(sent) for state in focus.states}
