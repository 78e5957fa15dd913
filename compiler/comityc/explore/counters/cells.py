"""What one instance or the centre does in, found by stepping the generated machines; what becomes of the counts out.

A *cell* is a condition that an instance can be in: its local state, what the centre notes of it (its *marks*, a value for each
container), and the messages between the two. A *centre* is the local state of the centre with its containers empty. To step the
centre, instances are laid out by their marks; which of those with equal marks comes where makes no difference to anyone.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from comity.values import Map
from comityc.explore.engine.records import CUT, DEFERRED, LOCAL_BITS, Local, Record
from comityc.explore.engine.search import Search
from comityc.explore.world import Envelope, World

Marks = tuple[Any, ...]
ABSENT = ("absent",)
"""The mark of an instance that is not in a container."""


class CannotCountError(Exception):
    """Something came up that counting does not know, or that is to be told by names: another search has to do it."""


class Cell(NamedTuple):
    """The condition of an instance: its local state and messages by number, the oldest first where order counts."""

    local: int
    marks: Marks
    inbox: tuple[int, ...]
    outbox: tuple[int, ...]


class Fate(NamedTuple):
    """What becomes of an instance when the centre takes a step: its marks, and the messages that it is sent."""

    marks: Marks
    sent: tuple[int, ...]


class Effect(NamedTuple):
    """A step of the centre. `acting` is for the instance whose message it receives, `others` for those with which anything happens,
    by their marks; `swept` are messages of no more use to the centre.
    """

    centre: int
    acting: Fate | None
    others: tuple[tuple[Marks, Fate], ...]
    swept: frozenset[str]


class CellMove(NamedTuple):
    """A step of one instance; `counts` says whether it is one that shows that something can still happen."""

    cell: Cell
    counts: bool


class Cells:
    """Steps instances and the centre of one case. `containers` are the variables about instances, by their names as fields."""

    def __init__(self, search: Search, role: str, containers: tuple[str, ...]) -> None:
        successors = search.successors
        self.setting, self.finder, self.network = successors.setting, successors.finder, successors.network
        instances = self.setting.instances
        self.members = tuple(who for who, one in enumerate(instances) if one.role == role)
        self.mine = self.members[0]
        (self.mid,) = (who for who, one in enumerate(instances) if one.role != role)
        self.containers = containers
        self.centres: list[Local] = []
        self._centre_numbers: dict[Local, int] = {}
        self.messages: list[Any] = []
        self._message_numbers: dict[Any, int] = {}
        self._copies = 1 if self.setting.order == "sent_set" else self.setting.case.bounds.copies
        self._in_turn = self.setting.order == "fifo"

    # ---- numbers

    def message(self, message: Any) -> int:
        """Return the number of a message."""
        found = self._message_numbers.get(message)
        if found is None:
            found = self._message_numbers[message] = len(self.messages)
            self.messages.append(message)
        return found

    def name_of(self, message: int) -> str:
        """Return the name of a message's type."""
        return self.setting.message_names[type(self.messages[message])]

    def parted(self, local: Local) -> tuple[int, list[Marks]]:
        """Take the local state of the centre apart: its number without what it knows of instances, and their marks."""
        state, instances = local.state, self.setting.instances
        columns: list[list[Any]] = []
        empty: dict[str, Any] = {}
        for name in self.containers:
            value = getattr(state, name)
            empty[name] = Map() if isinstance(value, Map) else frozenset()
            if isinstance(value, Map):
                columns.append([value.get(instances[who], ABSENT) for who in self.members])
            else:
                columns.append([instances[who] in value or ABSENT for who in self.members])
        centre = local._replace(state=state._replace(**empty))
        found = self._centre_numbers.get(centre)
        if found is None:
            found = self._centre_numbers[centre] = len(self.centres)
            self.centres.append(centre)
        return found, [tuple(column[at] for column in columns) for at in range(len(self.members))]

    def laid_out(self, centre: int, marks: list[Marks]) -> Local:
        """Return the local state of the centre in which the instances have these marks, in their order."""
        local, instances = self.centres[centre], self.setting.instances
        filled: dict[str, Any] = {}
        for at, name in enumerate(self.containers):
            noted = {
                instances[who]: one[at] for who, one in zip(self.members, marks, strict=True) if one[at] is not ABSENT
            }
            is_map = isinstance(getattr(local.state, name), Map)
            filled[name] = Map(noted) if is_map else frozenset(noted)
        return local._replace(state=local.state._replace(**filled))

    def world(self, centre: int, cells: list[Cell]) -> World:
        """Return a state as properties see it; messages are no part of it."""
        local = self.laid_out(centre, [cell.marks for cell in cells])
        states = tuple(self.finder.locals[self.mine][cell.local].state for cell in cells)
        names = self.setting.instances[self.mid].role, self.setting.instances[self.mine].role
        by_role = dict(zip(names, ((local.state,), states), strict=True))
        return World(self.setting.parameters, by_role, None, frozenset(), frozenset(), ())

    # ---- steps of an instance

    def moves(self, centre: int, cell: Cell) -> Iterator[CellMove]:
        """Yield the steps of an instance: its own, and those by which it takes what the centre sent."""
        finder, useless = self.finder, self.finder.dead(self.mid, self.centres[centre])
        for local, sent, swept in self._outcomes(finder.own(self.mine, cell.local), self.mine, cell.local):
            yield CellMove(self._after(cell, cell.inbox, local, sent, swept, useless), True)
        for message, left in self._arriving(cell.inbox, self._delivery(cell.local)):
            record = self._delivery(cell.local)(message)
            for local, sent, swept in self._outcomes(record, self.mine, cell.local):
                after = self._after(cell, left, local, sent, swept, useless)
                yield CellMove(after, self.setting.removes or after != cell)

    def is_stuck(self, cell: Cell) -> bool:
        """Say whether an instance that can do nothing more ought to be able to."""
        return self.finder.is_stuck(self.mine, cell.local)

    def centre_is_stuck(self, centre: int) -> bool:
        """Say the same of the centre."""
        return self.finder.is_stuck(self.mid, self.finder.number(self.mid, self.centres[centre]))

    def _delivery(self, local: int) -> Callable[[int], Record]:
        return lambda message: self.finder.deliver(self.mine, local, self._envelope(self.mid, self.mine, message))

    def _after(
        self,
        cell: Cell,
        inbox: tuple[int, ...],
        local: int,
        sent: tuple[tuple[int, int], ...],
        swept: frozenset[str],
        useless: frozenset[str],
    ) -> Cell:
        outbox = cell.outbox
        for _, message in sent:
            if self.name_of(message) not in useless:
                outbox = self.added(outbox, message)
        return Cell(local, cell.marks, self.without(inbox, swept), outbox)

    # ---- steps of the centre

    def centre_steps(self, centre: int, marks: list[Marks]) -> list[Effect]:
        """Return what the centre does by itself, where instances have these marks."""
        number = self.finder.number(self.mid, self.laid_out(centre, marks))
        return list(self._effects(self.finder.own(self.mid, number), number, marks, None))

    def centre_receives(self, centre: int, marks: list[Marks], whose: int, message: int) -> list[Effect] | None:
        """Return what the centre does with a message of the instance in one place; None when it leaves it for later."""
        number = self.finder.number(self.mid, self.laid_out(centre, marks))
        record = self.finder.deliver(self.mid, number, self._envelope(self.members[whose], self.mid, message))
        return None if record is DEFERRED else list(self._effects(record, number, marks, whose))

    def _effects(self, record: Record, number: int, marks: list[Marks], whose: int | None) -> Iterator[Effect]:
        for local, sent, swept in self._outcomes(record, self.mid, number):
            centre, after = self.parted(self.finder.locals[self.mid][local])
            posts: dict[int, list[int]] = {}
            for receiver, message in sent:
                posts.setdefault(receiver, []).append(message)
            fates = [Fate(one, tuple(posts.get(who, ()))) for who, one in zip(self.members, after, strict=True)]
            others: dict[Marks, Fate] = {}
            for at, (before, fate) in enumerate(zip(marks, fates, strict=True)):
                if at != whose and others.setdefault(before, fate) != fate:
                    raise CannotCountError("the centre tells instances with the same marks apart")
            changed = tuple((before, fate) for before, fate in others.items() if fate != Fate(before, ()))
            yield Effect(centre, None if whose is None else fates[whose], changed, swept)

    def touched(self, cell: Cell, fate: Fate, swept: frozenset[str], taken: int | None) -> Cell:
        """Return what becomes of a cell; `taken` is the place of the message that the centre received from it."""
        outbox = cell.outbox
        if taken is not None and self.setting.removes:
            outbox = outbox[:taken] + outbox[taken + 1 :]
        inbox, useless = cell.inbox, self.finder.dead(self.mine, self.finder.locals[self.mine][cell.local])
        for message in fate.sent:
            if self.name_of(message) not in useless:
                inbox = self.added(inbox, message)
        return Cell(cell.local, fate.marks, inbox, self.without(outbox, swept))

    # ---- messages

    def places(self, box: tuple[int, ...]) -> Iterator[int]:
        """Yield the places of the messages that may come next, or after those before them are left for later."""
        for at, message in enumerate(box):
            if self._in_turn or at == 0 or message != box[at - 1]:
                yield at

    @property
    def in_turn(self) -> bool:
        """Whether messages come in the order in which they were sent."""
        return self._in_turn

    def _arriving(
        self, box: tuple[int, ...], deliver: Callable[[int], Record]
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield what may arrive, and what is left then."""
        for at in self.places(box):
            if deliver(box[at]) is DEFERRED:
                continue
            yield box[at], box[:at] + box[at + 1 :] if self.setting.removes else box
            if self._in_turn:
                return

    def added(self, box: tuple[int, ...], message: int) -> tuple[int, ...]:
        """Return messages under way with one more; one of which enough copies are under way joins them."""
        if self._copies is not None and box.count(message) >= self._copies:
            return box
        return (*box, message) if self._in_turn else tuple(sorted((*box, message)))

    def without(self, box: tuple[int, ...], swept: frozenset[str]) -> tuple[int, ...]:
        """Return messages under way but for those of some types."""
        return tuple(message for message in box if self.name_of(message) not in swept) if swept else box

    def _envelope(self, sender: int, receiver: int, message: int) -> int:
        instances = self.setting.instances
        sent = Envelope(instances[sender], instances[receiver], self.messages[message])
        return self.network.envelope(sent, receiver, self.name_of(message))

    # ---- records

    def _outcomes(
        self, record: Record, who: int, number: int
    ) -> Iterator[tuple[int, tuple[tuple[int, int], ...], frozenset[str]]]:
        """Yield the steps of a record: the local state after, (receiver, message) of what is sent, and what is swept."""
        if record is DEFERRED:
            return
        for note in record.notes:
            raise CannotCountError(note.text)
        for delta, _ in record.plain:
            yield number + (delta >> (who * LOCAL_BITS)), (), frozenset()
        for move in record.others:
            if move.operation or move.delta is None or move.notes:
                raise CannotCountError(f"a bound, {CUT}, or a broken property")
            sent = tuple(
                (self.network.receivers[envelope], self.message(self.network.envelopes[envelope].message))
                for envelope in move.sends
            )
            yield move.local, sent, move.swept
