"""The messages under way as parts of a state: without order a count for each envelope, with order a queue for each pair.

A queue is numbered within its lane; number 0 is the empty one. What becomes of a queue is worked out here, once for each.
"""

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
        self._sweep_mask: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)
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
        self._room = [
            16 for _ in tables.setting.instances
        ]  # for so many local states of a receiver all its envelopes have room
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
        if lane is None:
            lane = self._add_lane(receiver, -1 if rank < 0 else envelope)
            if rank < 0:
                self._lane_of_rank[rank] = lane
        self.envelope_lane.append(lane)
        self.envelope_receiver.append(receiver)
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
        copies = self._network.copies
        if envelope < 0:
            self.queues.append(lane)
            self._widths.append(3)
            self._queue(lane, ())
        elif copies is not None:
            most = copies + (self._tables.setting.faults.duplicate if self._doubles else 0)  # type: ignore[operator]
            self._widths.append(most.bit_length())
        else:
            self._widths.append(_UNBOUNDED_BITS)
        return lane

    # ---- the layout

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
        self._widths[lane] += 1

    def use_layout(self, layout: Layout, first: int) -> None:
        """Tell the kernel which lanes are single bits and where."""
        t, count = self._structure, self.receiver.length
        self._layout, self._first_part = layout, first
        self._lane_of_bit = np.full(layout.words * WORD, -1, dtype=np.int32)
        self._bits = np.zeros(layout.words, dtype=np.uint64)
        wide = []
        for lane in range(count):
            field = layout.fields[first + lane]
            if int(field["mask"]) == 1 and self.envelope.data[lane] >= 0:
                self._lane_of_bit[int(field["word"]) * WORD + int(field["shift"])] = lane
                self._bits[int(field["word"])] |= np.uint64(1) << np.uint64(field["shift"])
            else:
                wide.append(lane)
        self._wide = np.array([*wide, 0], dtype=np.int32)
        t.lanes, t.wide_lanes = count, len(wide)
        t.lane_of_bit, t.bits, t.wide = k.address(self._lane_of_bit), k.address(self._bits), k.address(self._wide)
        self._set_sweeps()

    def _set_sweeps(self) -> None:
        """Say which bits each sweep leaves, and which queues it goes through; both change with the lanes."""
        layout = self._layout
        if layout is None:
            return
        masks = np.full((len(self._sweeps), layout.words), 2**64 - 1, dtype=np.uint64)
        for number in range(1, len(self._sweeps)):
            lanes = [lane for lane in self._swept_lanes(number) if self._first_part + lane < len(layout.fields)]
            queues = [lane for lane in lanes if self.envelope.data[lane] < 0]
            self.sweep_queues.data[number] = self.sweep_lanes.extend(queues)
            for lane in lanes:
                if self.envelope.data[lane] >= 0:
                    field = layout.fields[self._first_part + lane]
                    masks[number, int(field["word"])] &= ~(np.uint64(field["mask"]) << np.uint64(field["shift"]))
        self._sweep_mask = masks
        self._structure.sweep_mask = k.address(masks)

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
            self._set_sweeps()
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
        if copies is not None and content.count(envelope) >= copies:
            return queue
        return self._queue(self._queue_lane[queue], (*content, envelope))

    def filtered(self, queue: int, sweep: int) -> int:
        """Return the queue without what a sweep takes away."""
        names = self._sweeps[sweep][1]
        kept = tuple(envelope for envelope in self._contents[queue] if self._name(envelope) not in names)
        return self._queue(self._queue_lane[queue], kept)

    def find_items(self, queue: int) -> None:
        """Find what may arrive from a queue, first come first, and what is left of it then."""
        content, lane = self._contents[queue], self._queue_lane[queue]
        items = [(envelope, self._queue(lane, content[:at] + content[at + 1 :])) for at, envelope in enumerate(content)]
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
