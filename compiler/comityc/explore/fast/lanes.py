"""The messages under way as parts of a state: without order a count for each envelope, with order a queue for each pair.

A queue is numbered within its lane; number 0 is the empty one. What becomes of a queue is worked out here, once for each.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comityc.explore.engine.successors import Successors
from comityc.explore.fast import structures as k
from comityc.explore.fast.growing import Arrays, Growing
from comityc.explore.fast.layout import WORD, Layout
from comityc.explore.graph import Label

if TYPE_CHECKING:
    from comityc.explore.fast.tables import Tables

_UNBOUNDED_BITS = 2
"""How many bits the count of an envelope begins with when nothing limits it."""


class Lanes:
    """All lanes met so far. `deliver` and `fate` go by envelope and the local state of its receiver."""

    def __init__(self, tables: "Tables", successors: Successors) -> None:
        t = tables.structure
        self._tables, self._all, self._network = tables, successors, successors.network
        self._structure = t
        t.copies = self._network.copies or 0
        strikes = successors.strikes
        self._loses, self._doubles = (strikes.loses, strikes.doubles) if strikes is not None else (False, False)
        t.loses, t.doubles, t.has_fresh = self._loses, self._doubles, successors.fresh_count > 0
        self.receiver = Growing(t, "lane_receiver", np.int32)
        self.envelope = Growing(t, "lane_envelope", np.int32)
        self.envelope_lane = Growing(t, "envelope_lane", np.int32)
        self.envelope_receiver = Growing(t, "envelope_receiver", np.int32)
        self.envelope_kind = Growing(t, "envelope_kind", np.int32)
        self.link = Growing(t, "lane_link", np.int32)
        self.lose_label = Growing(t, "lose_label", np.int32)
        self.double_label = Growing(t, "double_label", np.int32)
        self.learn = Growing(t, "learn", np.uint32)
        self.envelope_ids = Growing(t, "envelope_ids", np.uint64)
        self.queue_ids = Growing(t, "queue_ids", np.uint64)
        self.queue_of = Arrays(t, "queue_of", np.int32)
        self.queue_number = Growing(t, "queue_number", np.int32)
        self.queue_length = Growing(t, "queue_length", np.int32)
        self.queue_items = Growing(t, "queue_items", k.SPAN)
        self.queue_losses = Growing(t, "queue_losses", k.SPAN)
        self.queue_doubles = Growing(t, "queue_doubles", k.SPAN)
        self.items = Growing(t, "items", k.WAITING)
        self.changes = Growing(t, "changes", k.CHANGE)
        self.items.append((0, 0))  # a span that ends at 0 is not known yet
        self.changes.append((0, 0))
        self.deliver = Arrays(t, "deliver", np.int32, k.UNKNOWN)
        self.fate = Arrays(t, "fate", np.uint8)
        self.sweep_queues = Growing(t, "sweep_queues", k.SPAN)
        self.sweep_lanes = Growing(t, "sweep_lanes", np.int32)
        self.wide = Growing(t, "wide", np.int32)
        self._is_bit: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._sweep_mask: NDArray[np.uint64] = np.zeros((0, 1), dtype=np.uint64)
        self._sweeps: list[tuple[int, frozenset[str]]] = [(-1, frozenset())]
        self._sweep_numbers: dict[tuple[int, frozenset[str]], int] = {}
        self.sweep_queues.append((0, 0))
        self.queues: list[int] = []
        self._queue_lane: list[int] = []
        self._queue_length: list[int] = []
        self._contents: list[tuple[int, ...]] = []
        self._queue_numbers: dict[tuple[int, tuple[int, ...]], int] = {}
        self._lane_of_rank: dict[int, int] = {}
        self._widths: list[int] = []
        self._of_receiver: list[list[int]] = [[] for _ in tables.setting.instances]
        # For so many local states of a receiver all its envelopes have room:
        self._room = [16] * len(tables.setting.instances)
        self._layout: Layout | None = None
        self._first_part = 0

    # ---- envelopes and lanes

    def sync(self) -> None:
        """Take in the envelopes that have come up, and make room for new local states of their receivers."""
        store, known = self._network, self._all.finder.locals
        while self.envelope_lane.length < len(store.envelopes):
            self._add(self.envelope_lane.length)
        for who, envelopes in enumerate(self._of_receiver):
            if len(known[who]) > self._room[who]:
                self._room[who] = max(len(known[who]), 2 * self._room[who])
                for envelope in envelopes:
                    self.deliver.reserve(envelope, self._room[who])
                    self.fate.reserve(envelope, self._room[who])

    def _add(self, envelope: int) -> None:
        store = self._network
        receiver, rank = store.receivers[envelope], store.rank(envelope)
        sent = store.envelopes[envelope]
        lane = self._lane_of_rank.get(rank) if rank < 0 else None
        is_new = lane is None
        if lane is None:
            sender = self._tables.setting.numbers[sent.sender]
            lane = self._add_lane(receiver, -1 if rank < 0 else envelope)
            self.link.append(sender * len(self._of_receiver) + receiver)
            if rank < 0:
                self._lane_of_rank[rank] = lane
        self.envelope_lane.append(lane)
        self.envelope_receiver.append(receiver)
        self.envelope_kind.append(store.kind(envelope))
        if is_new:
            self._enter(lane)
        number = self._all.labels.number
        lost = Label("lose", sent.receiver, None, sent.sender, sent.message)
        self.lose_label.append(number(lost) if self._loses else -1)
        self.double_label.append(number(lost._replace(kind="duplicate")) if self._doubles else -1)
        self.learn.append(0)
        self.envelope_ids.append(self._tables.ids_of(sent.message))
        self.deliver.append(self._room[receiver])
        self.fate.append(self._room[receiver])
        self._of_receiver[receiver].append(envelope)

    def _add_lane(self, receiver: int, envelope: int) -> int:
        lane = self.receiver.append(receiver)
        self.envelope.append(envelope)
        self.queue_of.append(16 if envelope < 0 else 1)
        self._queue_length.append(0)
        if envelope < 0:
            self.queues.append(lane)
            self._widths.append(3)
            self._queue(lane, ())
        else:
            self._widths.append(self._new_width())
        return lane

    def _new_width(self) -> int:
        """Return how many bits the count of an envelope begins with."""
        copies = self._network.copies
        if copies is None:
            return _UNBOUNDED_BITS
        most: int = copies + (self._tables.setting.faults.duplicate if self._doubles else 0)  # type: ignore[operator]
        return most.bit_length()

    # ---- the layout

    def expected(self) -> int:
        """Return how many bits the messages without fields may still need that were not sent yet."""
        if self.queues:
            return 0
        setting = self._tables.setting
        roles = Counter(instance.role for instance in setting.instances)
        pairs = sum(
            sum(roles[role] for role in message.senders) * sum(roles[role] for role in message.receivers)
            for message in setting.machine.messages
            if not message.fields
        )
        met = sum(not fields(envelope.message) for envelope in self._network.envelopes)
        return max(pairs - met, 0) * self._new_width()

    @property
    def spare_width(self) -> int:
        """How many bits a lane takes that is to come; 0 where lanes are queues, which are few."""
        return 0 if self.queues else self._new_width()

    def widths(self) -> list[int]:
        """Return how many bits each lane needs at least."""
        for lane in self.queues:
            self._widths[lane] = max(self._widths[lane], (self._queue_length[lane] - 1).bit_length())
        return list(self._widths)

    def fit(self, masks: list[int], first: int) -> bool:
        """Say whether there is a field for every lane, and room in it for every queue."""
        if len(masks) < first + self.receiver.length:
            return False
        return all(self._queue_length[lane] - 1 <= masks[first + lane] for lane in self.queues)

    def widen(self, lane: int) -> None:
        """Let a count grow."""
        self._network.longest = max(self._network.longest, 1 << self._widths[lane])
        self._widths[lane] += 1

    def use_layout(self, layout: Layout, first: int) -> None:
        """Tell the kernel which lanes are single bits and where. Fields behind those of all lanes wait for lanes that are to come."""
        self._layout, self._first_part = layout, first
        fields, count = layout.fields[first:], self.receiver.length
        self._lane_of_bit = np.full(layout.words * WORD, -1, dtype=np.int32)
        self._bits = np.zeros(layout.words, dtype=np.uint64)
        bits = fields["mask"] == 1
        bits[:count] &= self.envelope.data[:count] >= 0
        single = np.flatnonzero(bits)
        words, shifts = fields["word"][single], fields["shift"][single].astype(np.uint64)
        self._lane_of_bit[words * WORD + shifts.astype(np.uint32)] = single
        np.bitwise_or.at(self._bits, words, np.uint64(1) << shifts)
        self._is_bit = bits
        self.wide.length = 0
        for lane in np.flatnonzero(~bits[:count]).tolist():
            self.wide.append(lane)
        t = self._structure
        t.lanes, t.wide_lanes = count, self.wide.length
        t.lane_of_bit, t.bits = k.address(self._lane_of_bit), k.address(self._bits)
        self._set_sweeps()

    def _enter(self, lane: int) -> None:
        """Let a new lane take the next field that waits for one, if there is one that fits."""
        layout = self._layout
        if layout is None or self._first_part + lane >= len(layout.fields):
            return
        if self.envelope.data[lane] < 0:
            self._tables.new_layout = True  # a queue needs more than what waits
            return
        if not self._is_bit[lane]:
            self.wide.append(lane)
        self._structure.lanes, self._structure.wide_lanes = lane + 1, self.wide.length
        for number, (who, names) in enumerate(self._sweeps):
            if who == self.receiver.data[lane] and self._name(int(self.envelope.data[lane])) in names:
                self._clear(number, lane)

    def _set_sweeps(self) -> None:
        """Say which bits each sweep leaves, and which queues it goes through; both change with the lanes."""
        layout = self._layout
        if layout is None:
            return
        self._sweep_mask = np.full((max(len(self._sweeps), 64), layout.words), 2**64 - 1, dtype=np.uint64)
        self._structure.sweep_mask = k.address(self._sweep_mask)
        for number in range(1, len(self._sweeps)):
            self._set_sweep(number)

    def _set_sweep(self, number: int) -> None:
        lanes = self._swept_lanes(number)
        queues = [lane for lane in lanes if self.envelope.data[lane] < 0]
        self.sweep_queues.data[number] = self.sweep_lanes.extend(queues)
        for lane in lanes:
            if self.envelope.data[lane] >= 0:
                self._clear(number, lane)

    def _clear(self, sweep: int, lane: int) -> None:
        """Let a sweep take away what is in a lane without order."""
        if self._layout is not None and self._first_part + lane < len(self._layout.fields):
            field = self._layout.fields[self._first_part + lane]
            gone = np.uint64(field["mask"]) << np.uint64(field["shift"])
            self._sweep_mask[sweep, int(field["word"])] &= ~gone

    @property
    def sweep_mask(self) -> NDArray[np.uint64]:
        """What each sweep leaves of the lanes without order, by word."""
        return self._sweep_mask

    def _swept_lanes(self, number: int) -> list[int]:
        who, names = self._sweeps[number]
        lanes = np.flatnonzero(self.receiver.data[: self.receiver.length] == who).tolist()
        return [
            lane for lane in lanes if self.envelope.data[lane] < 0 or self._name(int(self.envelope.data[lane])) in names
        ]

    def _name(self, envelope: int) -> str:
        return self._tables.setting.message_names[type(self._network.envelopes[envelope].message)]

    def sweep(self, who: int, names: frozenset[str]) -> int:
        """Return the number of the sweep that takes away these messages of an instance; 0 takes nothing away."""
        if not names:
            return 0
        key = (who, names)
        if key not in self._sweep_numbers:
            self._sweep_numbers[key] = len(self._sweeps)
            self._sweeps.append(key)
            self.sweep_queues.append((0, 0))
            if len(self._sweeps) > len(self._sweep_mask):
                self._set_sweeps()
            else:
                self._set_sweep(len(self._sweeps) - 1)
        return self._sweep_numbers[key]

    # ---- queues

    def _queue(self, lane: int, content: tuple[int, ...]) -> int:
        key = (lane, content)
        found = self._queue_numbers.get(key)
        if found is None:
            found = self._queue_numbers[key] = len(self._contents)
            self._contents.append(content)
            self._queue_lane.append(lane)
            number = self._queue_length[lane]
            self._queue_length[lane] += 1
            self.queue_of.reserve(lane, number + 1)
            self.queue_of[lane][number] = found
            self.queue_number.append(number)
            self.queue_length.append(len(content))
            self._network.longest = max(self._network.longest, len(content))
            self.queue_items.append((0, 0))
            self.queue_losses.append((0, 0))
            self.queue_doubles.append((0, 0))
            ids = 0
            for envelope in content:
                ids |= int(self.envelope_ids.data[envelope])
            self.queue_ids.append(ids)
        return found

    def appended(self, queue: int, envelope: int) -> int:
        """Return the queue with one more at its end, unless enough copies wait there already."""
        content, copies = self._contents[queue], self._network.copies
        if copies is not None and self._network.count(content, envelope) >= copies:
            return queue
        return self._queue(self._queue_lane[queue], (*content, envelope))

    def filtered(self, queue: int, sweep: int) -> int:
        """Return the queue without what a sweep takes away."""
        names = self._sweeps[sweep][1]
        kept = tuple(envelope for envelope in self._contents[queue] if self._name(envelope) not in names)
        return self._queue(self._queue_lane[queue], kept)

    def replaced(self, queue: int, change: Callable[[int], int]) -> int:
        """Return the queue with other envelopes in place of these."""
        return self._queue(self._queue_lane[queue], tuple(map(change, self._contents[queue])))

    def find_items(self, queue: int) -> None:
        """Find what may arrive from a queue, first come first, and what is left of it then."""
        content, lane = self._contents[queue], self._queue_lane[queue]
        coming = self._network.may_come(content)
        items = [(envelope, self._queue(lane, content[:at] + content[at + 1 :])) for at, envelope in enumerate(coming)]
        self.queue_items.data[queue] = self.items.extend(items)

    def find_changes(self, queue: int) -> None:
        """Find what losses and duplicates make of a queue; of equal neighbours one is as good as the other."""
        content, lane = self._contents[queue], self._queue_lane[queue]
        positions = [at for at in range(len(content)) if at == 0 or content[at] != content[at - 1]]
        lost = [
            (int(self.lose_label.data[content[at]]), self._queue(lane, content[:at] + content[at + 1 :]))
            for at in positions
            if self._loses
        ]
        doubled = [
            (int(self.double_label.data[content[at]]), self._queue(lane, content[: at + 1] + content[at:]))
            for at in positions
            if self._doubles
        ]
        self.queue_losses.data[queue] = self.changes.extend(lost)
        self.queue_doubles.data[queue] = self.changes.extend(doubled)

    # ---- networks of the reference, and back

    def values_of(self, content: tuple[int, ...]) -> dict[int, int]:
        """Return the value of each lane in which something is under way."""
        values: dict[int, int] = {}
        queues: dict[int, list[int]] = {}
        for envelope in content:
            lane = int(self.envelope_lane.data[envelope])
            if self.envelope.data[lane] >= 0:
                values[lane] = values.get(lane, 0) + 1
            else:
                queues.setdefault(lane, []).append(envelope)
        for lane, waiting in queues.items():
            queue = self._queue(lane, tuple(waiting))  # first: the arrays may grow by it
            values[lane] = int(self.queue_number.data[queue])
        for lane, value in values.items():
            self._widths[lane] = max(self._widths[lane], value.bit_length())
        return values

    def content_of(self, values: dict[int, int]) -> tuple[int, ...]:
        """Return the envelopes under way, in the order in which the reference keeps them."""
        found: list[int] = []
        for lane, value in values.items():
            envelope = int(self.envelope.data[lane])
            found += [envelope] * value if envelope >= 0 else self._contents[int(self.queue_of[lane][value])]
        return tuple(sorted(found, key=self._network.rank))
