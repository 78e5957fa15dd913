"""The instances and what they may send in; the ways in which the network may fall apart, and which messages that hits, out.

A way is the set of links that it cuts: two splits that cut the same links of those that messages may take are one. A link is
a pair of numbers, of the sender and of the receiver; a cut is a sorted tuple of links, empty while the network is whole.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from comity.values import Instance
from comityc.explore.engine.domains import NoDomainError
from comityc.explore.engine.labels import LabelStore
from comityc.explore.engine.network import NetworkStore
from comityc.explore.engine.setting import Setting
from comityc.explore.graph import Label
from comityc.explore.world import Envelope
from comityc.machine.model import Partition

MOST_INSTANCES = 12
"""Of more instances than this, not every split into two is tried: there would be thousands."""

Cut = tuple[tuple[int, int], ...]
Group = tuple[Instance, ...]


class Split(NamedTuple):
    """One way of falling apart: the two sides (of a one-way cut: who is not heard, and who does not hear), and the links cut."""

    sides: tuple[Group, Group]
    cut: Cut


class Parting(NamedTuple):
    """What a split does to a network: what is left under way, and what is lost."""

    network: int
    lost: tuple[Envelope, ...]


class Partitions:
    """Knows the splits of one setting, and what crosses them."""

    def __init__(self, setting: Setting, partition: Partition, network: NetworkStore) -> None:
        self.keeps, self.heals = partition.keeps, partition.heals
        self.one_way = partition.one_way
        self._setting, self._network = setting, network
        self.splits = tuple(self._distinct_splits(partition))
        self._partings: dict[tuple[int, Cut], Parting | None] = {}
        self._crossing: dict[tuple[int, Cut], bool] = {}

    def crosses(self, envelope: int, cut: Cut) -> bool:
        """Say whether a message would have to take a link that is cut."""
        found = self._crossing.get((envelope, cut))
        if found is None:
            sender = self._setting.numbers[self._network.envelopes[envelope].sender]
            found = self._crossing[envelope, cut] = (sender, self._network.receivers[envelope]) in cut
        return found

    def part(self, network: int, cut: Cut) -> Parting | None:
        """Return what becomes of the messages under way; None when none of them is hit.

        The network falls apart only where that hits a message. To fall apart before would do nothing but come earlier: what
        is sent across is lost, or held up, as well if the cut comes right after it.
        """
        key = (network, cut)
        if key not in self._partings:
            self._partings[key] = self._part(network, cut)
        return self._partings[key]

    def label(self, labels: LabelStore, split: Split, lost: tuple[Envelope, ...]) -> int:
        """Return the label of falling apart in this way, by which these messages are lost."""
        return labels.number(Label("part", name="one_way" if self.one_way else None, value=split.sides, lost=lost))

    def sort(self, sends: tuple[int, ...], cut: Cut) -> tuple[tuple[int, ...], tuple[Envelope, ...]]:
        """Return which of the messages that are sent are under way, and which are lost at the cut."""
        if not cut or self.keeps:
            return sends, ()
        kept = tuple(envelope for envelope in sends if not self.crosses(envelope, cut))
        return kept, tuple(self._network.envelopes[envelope] for envelope in sends if envelope not in kept)

    def _part(self, network: int, cut: Cut) -> Parting | None:
        hit = [envelope for envelope in self._network.contents[network] if self.crosses(envelope, cut)]
        if not hit:
            return None
        if self.keeps:
            return Parting(network, ())
        left = self._network.filtered(network, lambda envelope: not self.crosses(envelope, cut))
        return Parting(left, tuple(self._network.envelopes[envelope] for envelope in hit))

    # ---- the splits

    def _distinct_splits(self, partition: Partition) -> Iterator[Split]:
        seen: set[Cut] = set()
        used = self._links()
        for some in self._sides(partition):
            others = frozenset(range(len(self._setting.instances))) - some
            ways = [(some, others)]
            if partition.one_way:
                ways.append((others, some))
            for near, far in ways:
                cut = tuple(
                    (sender, receiver)
                    for sender, receiver in used
                    if (sender in near and receiver in far)
                    or (not partition.one_way and sender in far and receiver in near)
                )
                if cut and cut not in seen:
                    seen.add(cut)
                    yield Split((self._group(near), self._group(far)), cut)

    def _links(self) -> Cut:
        """Return the links that messages may take, by the roles that send and receive them."""
        instances = self._setting.instances
        pairs = {
            (sender, receiver)
            for message in self._setting.machine.messages
            for sender in message.senders
            for receiver in message.receivers
        }
        return tuple(
            (one, other)
            for one, sender in enumerate(instances)
            for other, receiver in enumerate(instances)
            if one != other and (sender.role, receiver.role) in pairs
        )

    def _sides(self, partition: Partition) -> Iterator[frozenset[int]]:
        """Yield one side of each split: the smaller ones first."""
        instances = self._setting.instances
        if partition.isolates:
            for number, instance in enumerate(instances):
                if instance.role in partition.isolates:
                    yield frozenset((number,))
            return
        count = len(instances)
        if count > MOST_INSTANCES:
            raise NoDomainError(
                f"{count} instances can fall apart in {2 ** (count - 1) - 1:,} ways; "
                "`partition: {times: 1, isolates: ROLE}` cuts off one at a time"
            )
        for size in range(1, count // 2 + 1):
            for some in combinations(range(count), size):
                # Of two halves, the one with the first instance stands for both.
                if 2 * size < count or 0 in some:
                    yield frozenset(some)

    def _group(self, numbers: frozenset[int]) -> Group:
        return tuple(instance for number, instance in enumerate(self._setting.instances) if number in numbers)
