"""A step that was found before in; the event that its machine took, and all that it sent, out."""

from typing import TYPE_CHECKING

from comity.errors import ComityError
from comity.machine import Decided, Event, Happened, Performed, Received, TimerFired
from comityc.explore.engine.records import LOCAL_BITS
from comityc.explore.graph import Label
from comityc.explore.world import Envelope

if TYPE_CHECKING:
    from comityc.explore.engine.successors import Successors


def event_of(label: Label) -> Event:
    """Return the event that a label stands for."""
    extras = {"draw": label.draw, "fresh": label.fresh, "now": label.now}
    match label.kind:
        case "timer":
            return TimerFired(str(label.name), label.element, **extras)
        case "decide":
            return Decided(str(label.name), label.value, label.element, **extras)
        case "perform":
            return Performed(str(label.name), str(label.outcome), label.element, **extras)
        case "happen":
            return Happened(int(label.value or 0), label.element, **extras)
        case _:
            assert label.sender is not None
            return Received(label.sender, label.message, **extras)


def sent_by(successors: "Successors", packed: int, label: Label) -> tuple[Envelope, ...]:
    """Return what a step from a state sends, also what never comes to be under way: who should get it has no use for it."""
    who, setting = label.instance, successors.setting
    if who is None or label.transition is None or setting.is_model:
        return ()
    number = setting.numbers[who]
    local = successors.finder.locals[number][(packed >> successors.shifts[number]) & ((1 << LOCAL_BITS) - 1)]
    try:
        sends = setting.machines[number].step(local.state, event_of(label)).sends
    except ComityError:  # a step that is a finding in itself
        return ()
    moments = setting.moments
    messages = [send.message if moments is None else moments.message(send.message) for send in sends]
    return tuple(Envelope(who, send.to, message) for send, message in zip(sends, messages, strict=True))
