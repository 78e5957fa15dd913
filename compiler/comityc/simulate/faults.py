"""The envelope of a case and a source of chance in; the faults that strike in one run, within their budgets, out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from random import Random

from comity.wire import Faults
from comityc.machine.model import ANY, Budget, Envelope

_PLAYED = ("lose", "duplicate", "reorder", "crash", "restart")
_ENDLESS = 1 << 60
_OFTEN, _SELDOM = 0.25, 0.1
"""How likely a fault strikes a message: within a number, and when there is no end to it."""


def not_simulated(envelope: Envelope) -> str | None:
    """Name the first fault of an envelope that the host cannot play."""
    words = [field.name for field in fields(envelope) if field.name not in _PLAYED]
    return next((word for word in words if getattr(envelope, word)), None)


def draw_faults(
    envelope: Envelope, instances: Mapping[str, int], in_order: Iterable[str], *, reorder: bool, random: Random
) -> Faults:
    """Draw how often each fault strikes: any number up to its budget. `instances` says how many there are of each role."""
    lose, duplicate = (_drawn(budget, random) for budget in (envelope.lose, envelope.duplicate))
    return Faults(
        lose=lose,
        duplicate=duplicate,
        reorder=reorder,
        crash=tuple(_struck(envelope.crash, instances, random)),
        restart=tuple(_struck(envelope.restart, instances, random)),
        in_order=frozenset(in_order),
        chance=_SELDOM if ANY in (envelope.lose, envelope.duplicate) else _OFTEN,
    )


def _drawn(budget: Budget, random: Random) -> int:
    return _ENDLESS if budget == ANY else random.randint(0, budget)


def _struck(budgets: Iterable[tuple[str, Budget]], instances: Mapping[str, int], random: Random) -> Iterator[str]:
    """Name the role of each instance that will stop; `any` is as many times as there are instances."""
    for role, budget in budgets:
        most = instances[role] if budget == ANY else budget
        yield from [role] * random.randint(0, most)
