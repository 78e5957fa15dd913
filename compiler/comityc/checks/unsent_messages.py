"""Find messages that nobody sends, that nobody receives, or both.

Before: `Bid` is declared and received, and no transition sends it. After: one error at its declaration.
A byzantine instance sends nothing that its role never sends, so no fault makes up for it.
"""

from collections.abc import Iterator

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
from comityc.machine.model import Machine, Message, Role, Transition


def unsent_messages(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each message that has no sender or no receiver, and for each way it cannot go."""
    sends = [(role, send) for role in machine.roles for send in sends_in(role.transitions)]
    for message in machine.messages:
        sent = [send for _, send in sends if send.message == message.name]
        received = [transition for role in machine.roles for transition in _receptions_of(role, message.name)]
        if not sent and not received:
            yield UNUSED_MESSAGE.at(message.span, f"`{message.name}` is never sent and never received")
        elif not sent:
            yield _never_sent(message, received[0])
        elif not message.receivers:
            yield _never_received(message, sent[0])
        else:
            yield from _sent_astray(message, sent)
            yield from _waited_for_in_vain(machine, message, sent)


def _receptions_of(role: Role, message: str) -> list[Transition]:
    return list(dict.fromkeys(slot.transition for slot in slots_of(role) if slot.message == message))


def _never_sent(message: Message, first: Transition) -> Diagnostic:
    return MESSAGE_NEVER_SENT.at(
        message.span,
        f"nobody sends `{message.name}`",
        labels=(Label(first.span, "waited for here"),),
    )


def _never_received(message: Message, first: Send) -> Diagnostic:
    return MESSAGE_NEVER_RECEIVED.at(
        message.span,
        f"nobody receives `{message.name}`",
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


def _waited_for_in_vain(machine: Machine, message: Message, sends: list[Send]) -> Iterator[Diagnostic]:
    addressed = frozenset[str]().union(*(receivers_of(send) for send in sends))
    for role in machine.roles:
        if role.name in addressed:
            continue
        for transition in _receptions_of(role, message.name):
            others = {slot.message for slot in slots_of(role) if slot.transition == transition} - {message.name}
            # `ignore` and `defer` say what would become of it, and harm nobody. In a list another may arrive.
            if transition.kind == "receive" and not others:
                yield IMPOSSIBLE_TRANSITION.at(
                    transition.span,
                    f"`{role.name}` waits for `{message.name}`, and nobody sends it one",
                    caret="never taken",
                    labels=(Label(sends[0].span, "sent here, to others"),),
                )
