"""Find messages that nobody sends, that nobody receives, or both.

Before: `Bid` is declared and received, and no transition sends it. After: one error at its declaration.
A byzantine instance sends nothing that its role never sends, so no fault makes up for it.
"""

from collections.abc import Iterator, Mapping

from comityc.checks.analysis.provenance import receivers_of, sends_in
from comityc.checks.analysis.slots import slots_of
from comityc.diagnostics.codes_checks import (
    IMPOSSIBLE_TRANSITION,
    MESSAGE_NEVER_RECEIVED,
    MESSAGE_NEVER_SENT,
    UNUSED_MESSAGE,
)
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.machine.expressions import Send
from comityc.machine.model import Machine, Message, Transition
from comityc.records import dataclass


def unsent_messages(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each message that has no sender or no receiver, and for each way it cannot go."""
    sends: dict[str, list[Send]] = {}
    for send in sends_in(tuple(role.transitions for role in machine.roles)):
        sends.setdefault(send.message, []).append(send)
    waits = _waits_by_message(machine)
    for message in machine.messages:
        sent, received = sends.get(message.name, []), waits.get(message.name, [])
        if not sent and not received:
            yield UNUSED_MESSAGE.at(
                message.span, f"`{message.name}` is never sent and never received", caret="declared for nothing"
            )
        elif not sent:
            yield _never_sent(message, received[0].transition)
        elif not message.receivers:
            yield _never_received(message, sent[0])
        else:
            yield from _sent_astray(message, sent)
            yield from _waited_for_in_vain(message, sent, received)


@dataclass(frozen=True, slots=True)
class Wait:
    """A transition for a message; `alone` if it is for no other message too."""

    role: str
    transition: Transition
    alone: bool


def _waits_by_message(machine: Machine) -> Mapping[str, list[Wait]]:
    waits: dict[str, list[Wait]] = {}
    for role in machine.roles:
        messages: dict[Transition, dict[str, None]] = {}
        for slot in slots_of(role):
            if slot.message is not None:
                messages.setdefault(slot.transition, {})[slot.message] = None
        for transition, names in messages.items():
            for name in names:
                waits.setdefault(name, []).append(Wait(role.name, transition, len(names) == 1))
    return waits


def _never_sent(message: Message, first: Transition) -> Diagnostic:
    return MESSAGE_NEVER_SENT.at(
        message.span,
        f"nobody sends `{message.name}`",
        caret="no transition sends it",
        labels=(Label(first.span, "waited for here"),),
    )


def _never_received(message: Message, first: Send) -> Diagnostic:
    return MESSAGE_NEVER_RECEIVED.at(
        message.span,
        f"nobody receives `{message.name}`",
        caret="no state receives it",
        labels=(Label(first.span, "sent here"),),
    )


def _sent_astray(message: Message, sends: list[Send]) -> Iterator[Diagnostic]:
    for send in sends:
        for role in sorted(receivers_of(send) - set(message.receivers)):
            yield MESSAGE_NEVER_RECEIVED.at(
                send.span,
                f"`{role}` does not receive `{message.name}` in any state",
                caret=f"sent to `{role}`",
            )


def _waited_for_in_vain(message: Message, sends: list[Send], waits: list[Wait]) -> Iterator[Diagnostic]:
    addressed = frozenset[str]().union(*(receivers_of(send) for send in sends))
    for wait in waits:
        # `ignore` and `defer` say what would become of it, and harm nobody. In a list another may arrive.
        if wait.role not in addressed and wait.transition.kind == "receive" and wait.alone:
            yield IMPOSSIBLE_TRANSITION.at(
                wait.transition.span,
                f"`{wait.role}` waits for `{message.name}`, and nobody sends it one",
                caret="never taken",
                labels=(Label(sends[0].span, "sent here, to others"),),
            )
