"""Messages that are sent in, when and whether they arrive out: the network of one process, and the faults it can play."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from comity.values import Instance

_REORDER_SECONDS = 0.01
"""With `reorder`, a message is under way for up to this long."""


class Envelope(NamedTuple):
    """A message under way."""

    sender: Instance
    receiver: Instance
    message: Any


@dataclass(frozen=True, slots=True)
class Faults:
    """Which faults to inject. `lose` and `duplicate` are how often at most, each striking with `chance`.

    `crash` and `restart` name roles or instances (`voter`, `voter[1]`), one entry for each fault: the instance stops after
    a few steps, for good or to come back with its durable variables; with `pause` it sleeps for a while and goes on as if nothing
    had been. `partition` is how often the network falls apart for a while. Messages of the types `in_order` are never reordered.
    """

    lose: int = 0
    duplicate: int = 0
    reorder: bool = False
    crash: Sequence[str] = ()
    restart: Sequence[str] = ()
    pause: Sequence[str] = ()
    partition: int = 0
    in_order: frozenset[str] = frozenset()
    chance: float = 0.25


def draw_while(random: Random) -> float:
    """Return for how many seconds a fault lasts: from a tenth of a second to a quarter of an hour, each length as likely."""
    return float(10 ** random.uniform(-1, 3))


class Fate(NamedTuple):
    """What becomes of one message: `arrivals` are moments, none for a lost one, two for a duplicated one."""

    arrivals: tuple[float, ...]

    @property
    def is_lost(self) -> bool:
        """Whether it never arrives."""
        return not self.arrivals


class Wire:
    """The network: keeps the order of messages between two instances unless it is told to reorder."""

    def __init__(self, faults: Faults, random: Random) -> None:
        self._faults = faults
        self._random = random
        self._lose = faults.lose
        self._duplicate = faults.duplicate
        self._partition = faults.partition
        self._sides: dict[Instance, bool] = {}
        self._whole_again = 0.0
        self._latest: dict[tuple[Instance, Instance], float] = {}

    def send(self, envelope: Envelope, now: float) -> Fate:
        """Decide when the message arrives, once, twice or never. Of two that arrive at one moment the earlier sent is first."""
        if self._is_cut(envelope, now):
            return Fate(())
        if self._lose and self._strikes():
            self._lose -= 1
            return Fate(())
        arrival = self._arrival(envelope, now)
        if self._duplicate and self._strikes():
            self._duplicate -= 1
            return Fate((arrival, arrival))
        return Fate((arrival,))

    def _is_cut(self, envelope: Envelope, now: float) -> bool:
        """Whether the network is apart between two instances; it falls apart where that hits a message."""
        if now >= self._whole_again:
            if not (self._partition and self._strikes()):
                return False
            self._partition -= 1
            self._whole_again = now + draw_while(self._random)
            self._sides = {envelope.sender: True, envelope.receiver: False}
        near, far = (
            self._sides.setdefault(one, self._random.random() < 0.5) for one in (envelope.sender, envelope.receiver)
        )
        return near != far

    def _arrival(self, envelope: Envelope, now: float) -> float:
        if not self._faults.reorder:
            return now
        arrival = now + self._random.uniform(0, _REORDER_SECONDS)
        if type(envelope.message).__name__ in self._faults.in_order:
            pair = envelope.sender, envelope.receiver
            arrival = self._latest[pair] = max(arrival, self._latest.get(pair, 0.0))
        return arrival

    def _strikes(self) -> bool:
        return self._random.random() < self._faults.chance
