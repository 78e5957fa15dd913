"""The messages under way: a bag, a set or queues of numbered envelopes, each network itself a number.

Networks are tuples of envelope numbers in one fixed order per content, so equal contents have equal numbers. Envelopes whose order
counts share a lane (sender and receiver) and keep it; the others are sorted. All operations are remembered.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Literal, NamedTuple

from comityc.explore.world import Envelope

Order = Literal["fifo", "unordered", "sent_set"]


class Waiting(NamedTuple):
    """One envelope of a lane: who it is for, and the network without it."""

    envelope: int
    receiver: int
    without: int


Lane = tuple[Waiting, ...]
"""What can arrive, first come first; a deferred message lets those behind it pass. Without order each envelope is a lane."""


class NetworkStore:
    """All envelopes and networks met so far, by number. Network 0 is empty."""

    def __init__(
        self,
        order: Order,
        copies: int | None,
        in_order: Callable[[str], bool],
        alike: Callable[[Any], Any] = lambda message: message,
        may_wait: Callable[[str], bool] = lambda name: True,
    ) -> None:
        """`in_order` says of a type of message whether it keeps its order even where others do not.

        Messages of which `alike` makes the same count as copies of each other. `may_wait` says of a type whether anybody may
        defer it, so that those behind it pass.
        """
        self._order = order
        self._copies = 1 if order == "sent_set" else copies
        self._keeps_order = in_order
        self._may_wait = may_wait
        self._waits: list[bool] = []
        self.longest = 0
        """How many messages were under way at most from one instance to another; without order, how many equal ones."""
        self.envelopes: list[Envelope] = []
        self.receivers: list[int] = []
        self._alike = alike
        self._kinds: list[int] = []  # by envelope; copies of one kind join each other
        self._kind_numbers: dict[Envelope, int] = {}
        self._envelope_numbers: dict[Envelope, int] = {}
        self._ranks: list[int] = []
        self._lanes: dict[tuple[object, object], int] = {}
        self.contents: list[tuple[int, ...]] = [()]
        self._numbers: dict[tuple[int, ...], int] = {(): 0}
        self._deliveries: dict[int, tuple[Lane, ...]] = {}
        self._sent: dict[tuple[int, tuple[int, ...]], int] = {}
        self._doubled: dict[tuple[int, int], int] = {}

    def envelope(self, envelope: Envelope, receiver: int, message_name: str) -> int:
        """Return the number of an envelope; `receiver` is the number of the instance that it is for."""
        found = self._envelope_numbers.get(envelope)
        if found is None:
            found = self._envelope_numbers[envelope] = len(self.envelopes)
            self.envelopes.append(envelope)
            self.receivers.append(receiver)
            self._waits.append(self._may_wait(message_name))
            kind = envelope if self._order == "sent_set" else envelope._replace(message=self._alike(envelope.message))
            self._kinds.append(self._kind_numbers.setdefault(kind, found))
            kept = self._order == "fifo" or (self._order == "unordered" and self._keeps_order(message_name))
            # Lanes rank below all envelopes without order.
            lane = (envelope.sender, envelope.receiver)
            self._ranks.append(self._lanes.setdefault(lane, len(self._lanes)) - LANES if kept else found)
        return found

    def rank(self, envelope: int) -> int:
        """Return what orders envelopes in a network: negative and one for its lane, where order counts; else its number."""
        return self._ranks[envelope]

    def may_come(self, queue: Sequence[int]) -> Sequence[int]:
        """Return those of a queue that may be the next to arrive: the first, and who is behind one that may be deferred."""
        end = next((at for at, envelope in enumerate(queue, 1) if not self._waits[envelope]), len(queue))
        return queue[:end]

    @property
    def copies(self) -> int | None:
        """How many equal messages may be under way where there is a limit."""
        return self._copies

    def size(self, network: int) -> int:
        """Return how many messages are under way."""
        return len(self.contents[network])

    def number(self, content: tuple[int, ...]) -> int:
        """Return the number of a network with these envelopes, in the order of their ranks."""
        return self._number(content)

    def lanes(self, network: int) -> tuple[Lane, ...]:
        """Return what can arrive from a network."""
        found = self._deliveries.get(network)
        if found is None:
            found = self._deliveries[network] = self._find_lanes(self.contents[network])
        return found

    def send(self, network: int, envelopes: tuple[int, ...]) -> int:
        """Return the network with these envelopes added, in order; one of which enough copies are under way joins them."""
        key = (network, envelopes)
        found = self._sent.get(key)
        if found is None:
            content = list(self.contents[network])
            for envelope in envelopes:
                if self._copies is None or self.count(content, envelope) < self._copies:
                    content.insert(bisect_right(content, self._ranks[envelope], key=self._ranks.__getitem__), envelope)
            found = self._sent[key] = self._number(tuple(content))
        return found

    def without(self, network: int, position: int) -> int:
        """Return the network without the envelope at a position."""
        content = self.contents[network]
        return self._number(content[:position] + content[position + 1 :])

    def doubled(self, network: int, position: int) -> int:
        """Return the network with one more of the envelope at a position, right behind it."""
        content = self.contents[network]
        return self._number(content[: position + 1] + content[position:])

    def positions(self, network: int) -> list[int]:
        """Return the positions that differ: without order, one of each envelope."""
        content = self.contents[network]
        return [at for at in range(len(content)) if at == 0 or content[at] != content[at - 1]]

    def filtered(self, network: int, keep: Callable[[int], bool]) -> int:
        """Return the network with those envelopes only that are to be kept."""
        return self._number(tuple(envelope for envelope in self.contents[network] if keep(envelope)))

    def renamed(self, network: int, rename: Callable[[int], int]) -> int:
        """Return the network with each envelope replaced by another, the order in each lane kept."""
        content = [rename(envelope) for envelope in self.contents[network]]
        return self._number(tuple(sorted(content, key=self._ranks.__getitem__)))

    def kind(self, envelope: int) -> int:
        """Return what is the same for all envelopes that count as copies of this one."""
        return self._kinds[envelope]

    def count(self, content: Sequence[int], envelope: int) -> int:
        """Count the copies of an envelope."""
        kinds = self._kinds
        kind = kinds[envelope]
        return sum(kinds[other] == kind for other in content)

    def replaced(self, network: int, change: Callable[[int], int]) -> int:
        """Return the network with other envelopes in place of these; those that become equal join as if they were sent."""
        before, content = self.contents[network], list[int]()
        for envelope in before:
            after = change(envelope)
            most = len(before) if self._copies is None else max(self._copies, self.count(before, envelope))
            if self.count(content, after) < most:
                content.insert(bisect_right(content, self._ranks[after], key=self._ranks.__getitem__), after)
        return self._number(tuple(content))

    def _number(self, content: tuple[int, ...]) -> int:
        found = self._numbers.get(content)
        if found is None:
            found = self._numbers[content] = len(self.contents)
            self.contents.append(content)
            if len(content) > self.longest:
                runs = (sum(1 for _ in run) for _, run in groupby(content, key=self._ranks.__getitem__))
                self.longest = max(self.longest, *runs)
        return found

    def _find_lanes(self, content: tuple[int, ...]) -> tuple[Lane, ...]:
        lanes: dict[int, list[Waiting]] = {}
        passed: set[int] = set()  # lanes of which nobody behind may come
        for at, envelope in enumerate(content):
            rank = self._ranks[envelope]
            if rank in passed:
                continue
            if rank >= 0 or not self._waits[envelope]:  # without order, another copy is the same
                passed.add(rank)
            rest = self._number(content[:at] + content[at + 1 :])
            lanes.setdefault(rank, []).append(Waiting(envelope, self.receivers[envelope], rest))
        return tuple(tuple(lane) for lane in lanes.values())


LANES = 1 << 40
