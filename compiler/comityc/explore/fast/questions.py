"""Tables in; all that may be asked of them while states are expanded, many at a time, out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.answers import Asker, Numbers, Pairs, Row
from comityc.explore.fast.effects import Effects
from comityc.explore.fast.move_columns import MoveColumns
from comityc.explore.fast.tables import Tables


class Questions:
    """What the tables know, and how they are asked for more. It may be used by several threads at once.

    `single_lanes` are the lanes of one bit: lane, word, bit, envelope, receiver. `wide_lanes` are the others: lane, envelope (-1 for a
    queue), receiver.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables, self.moves = tables, MoveColumns(tables)
        self._asker = asker = Asker(tables, self.moves.extend)
        instances = range(tables.structure.instances)
        self.own = [self._by_local(k.OWN, tables.own.data, who, who) for who in instances]
        self.faults = [self._by_local(k.FAULTS, tables.faults.data, who, who) for who in instances]
        self.delivery: list[Row] = []
        self.rest = Row(asker, self._known_rest, lambda rest: asker.ask(k.REST_MOVES, rest, 0))
        self.applied = Pairs(asker, lambda rest, operation: asker.ask(k.APPLY, rest, operation))
        self.appended = Pairs(asker, lambda queue, envelope: asker.ask(k.APPEND, queue, envelope))
        self.filtered = Pairs(asker, lambda queue, sweep: asker.ask(k.FILTER, queue, sweep))
        self.fates = Pairs(asker, self._fate)
        self._forged = [self._pairs(k.FORGE, who) for who in instances]
        self._with_fresh: dict[tuple[int, int], int] = {}
        self._spans = {
            name: Row(asker, self._known_span(name), self._ask_span(which))
            for name, which in (("queue_items", -3), ("queue_losses", -2), ("queue_doubles", -2))
        }
        self.use_layout()

    def use_layout(self) -> None:
        """Take in the layout of now."""
        self.moves.use_layout()
        moves, lanes = self.moves, self.tables.lanes
        self.lanes = [
            (lane, int(lanes.envelope.data[lane]), int(lanes.receiver.data[lane]))
            for lane in range(len(moves.lane_word))
        ]
        self.single_bits = [np.uint64(0)] * moves.words
        self.single_lanes: list[tuple[int, int, np.uint64, int, int]] = []
        self.wide_lanes: list[tuple[int, int, int]] = []
        for lane, envelope, who in self.lanes:
            if envelope >= 0 and int(moves.lane_mask[lane]) == 1:
                word, bit = int(moves.lane_word[lane]), np.uint64(1) << moves.lane_shift[lane]
                self.single_lanes.append((lane, word, bit, envelope, who))
                self.single_bits[word] |= bit
            else:
                self.wide_lanes.append((lane, envelope, who))
        self.own_effects: list[Effects] = []
        self.lane_effects: list[Effects] = []
        self.prepare()

    def prepare(self) -> None:
        """Make room for all that the states of a level may ask about. Nobody may ask meanwhile."""
        tables, known = self.tables, self.tables.successors.finder.locals
        for who, (own, faults) in enumerate(zip(self.own, self.faults, strict=True)):
            own.reserve(len(known[who]))
            faults.reserve(len(known[who]))
        receivers = tables.lanes.envelope_receiver.data
        while len(self.delivery) < tables.lanes.envelope_lane.length:
            envelope = len(self.delivery)
            self.delivery.append(
                self._by_local(k.DELIVER, tables.lanes.deliver.data, envelope, int(receivers[envelope]))
            )
        for envelope, rows in enumerate(self.delivery):
            rows.reserve(len(known[receivers[envelope]]))
        self.rest.reserve(tables.rests.length)
        for spans in self._spans.values():
            spans.reserve(tables.lanes.queue_number.length)
        if self.moves.words == 1:
            self._prepare_effects([len(one) for one in known])

    def _prepare_effects(self, known: list[int]) -> None:
        """Make room in what is known of simple moves."""
        fields = self.tables.layout.fields.tolist()
        t = self.tables.structure
        if not self.own_effects:
            for who, rows in enumerate(self.own):
                self.own_effects.append(Effects(rows, self.moves, fields[who][1:], 0, (False,), known[who]))
            out = (True,) * bool(t.removes) + (False,) * bool(t.keeps)
            for _, _, bit, envelope, who in self.single_lanes:
                rows = self.delivery[envelope]
                self.lane_effects.append(Effects(rows, self.moves, fields[who][1:], int(bit), out, known[who]))
        for who, effects in enumerate(self.own_effects):
            effects.prepare(known[who])
        for (*_, who), effects in zip(self.single_lanes, self.lane_effects, strict=True):
            effects.prepare(known[who])

    def _by_local(self, kind: int, tables: list[NDArray[Any]], at: int, who: int) -> Row:
        # The array itself may be another by the time that it is read: it grows.
        asker = self._asker
        return Row(asker, lambda local: int(tables[at][local]), lambda local: asker.ask(kind, at, local), who)

    def _pairs(self, kind: int, who: int) -> Pairs:
        return Pairs(self._asker, lambda a, b: self._asker.ask(kind, a, b, who), who)

    def forged(self, who: int) -> Pairs:
        """What an instance makes of what a liar says: by what it knows, who lies to whom, and the local state."""
        return self._forged[who]

    @property
    def rest_is_idle(self) -> bool:
        """Whether there is one rest alone, and the world does nothing by itself."""
        rests = self.tables.rests
        first, last, *_, known = rests.data[0].tolist()
        return rests.length == 1 and bool(known) and first == last and not self.tables.structure.strikes

    def _known_rest(self, rest: int) -> int:
        return int(self.tables.rests.data[rest]["known"]) - 1

    def _fate(self, envelope: int, local: int) -> int:
        self._asker.ask(k.FATE, envelope, local)
        return int(self.tables.lanes.fate[envelope][local])

    def _known_span(self, name: str) -> Any:
        spans = getattr(self.tables.lanes, name)
        return lambda queue: 0 if spans.data[queue]["last"] else -1

    def _ask_span(self, which: int) -> Any:
        return lambda queue: self._asker.ask(k.APPEND, which, queue)

    def spans(self, name: str, queues: Numbers) -> NDArray[np.void]:
        """Return where the items, losses or duplicates of queues stand."""
        self._spans[name].of(queues)
        found: NDArray[np.void] = getattr(self.tables.lanes, name).data[queues]
        return found

    def with_fresh(self, who: int, rows: NDArray[np.int32], ids: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Return the rows that stand for these where these ids are in use."""
        pairs = list(zip(rows.tolist(), ids.tolist(), strict=True))
        with self._asker.lock:
            unknown = sorted({pair for pair in pairs if pair not in self._with_fresh})
            answers = {pair: self._asker.ask(k.FRESH, pair[0], _signed(pair[1]), who) for pair in unknown}
            self._asker.settle(who)
            self._with_fresh.update(answers)
        return np.array([self._with_fresh[pair] for pair in pairs], dtype=np.int32)

    def widen(self, lane: int) -> None:
        """Let a count grow, which always asks for a new layout."""
        with self._asker.lock:
            self._asker.ask(k.APPEND, -1, lane)
            self._asker.settle()


def _signed(bits: int) -> int:
    return bits - (1 << 64) if bits >> 63 else bits
