"""The steps of one instance from one local state, as they are tried, one after the other; the record of them all out."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from comity.errors import NotEnabled, RefusedDecision, UndefinedValue, UnhandledMessage
from comity.machine import Event, Request, Send, Step
from comityc.explore.engine.bounds import breaches
from comityc.explore.engine.records import CUT, LOCAL_BITS, Local, Move, Note, Record, TimerKey
from comityc.explore.engine.rest import Primitive
from comityc.explore.engine.stand_in import SharedInSight
from comityc.explore.graph import Label, Obligation
from comityc.explore.telling.wording import show
from comityc.explore.world import Envelope

if TYPE_CHECKING:
    from comityc.explore.engine.moves import MoveFinder


NO_DRAW = (None,)


class FreshIds:
    """The ids that an event brings along; remembers which of them the machine took."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids
        self.taken: list[str] = []

    def __getitem__(self, at: int) -> str:
        self.taken.append(self.ids[at])
        return self.ids[at]


class Collector:
    """Takes steps of one instance and keeps what came of them."""

    def __init__(self, finder: "MoveFinder", who: int, number: int, local: Local) -> None:
        setting = finder.setting
        self.who, self.local, self.view, self.instance = who, local, setting.roles[who], setting.instances[who]
        self._finder, self._number, self._machine = finder, number, setting.machines[who]
        self._moments = setting.moments
        self._plain: list[tuple[int, int]] = []
        self._others: list[Move] = []
        self._notes: list[Note] = []
        self.in_part = False  # whether a guard of this state has no value, which has been said
        self.labels: list[int] = []  # of all steps so far, those that are not taken too

    def record(self) -> Record:
        """Return all that was found."""
        return Record(tuple(self._plain), tuple(self._others), tuple(self._notes))

    def note(self, note: Note) -> None:
        """Keep something that is to be said of every global state in which the instance is like this."""
        self._notes.append(note)

    def attempt(
        self,
        event_with: Callable[[Any], Any],
        label: Label,
        owed: Obligation | None,
        *,
        spends: tuple[Any, ...] = (),
        primitives: tuple[Primitive, ...] = (),
        answered: Request | None = None,
        again: TimerKey | None = None,
    ) -> bool:
        """Try an event, with each value that it may draw. Return whether the state does not offer it at all."""
        readings = self._finder.readings[self.who]
        seen: set[Any] | None = set() if len(readings) > 1 else None
        silent = True
        for now in readings:
            offered, refusal = False, None
            for draw in self._draws(self.local.state, event_with(None), label) if self.view.draws else NO_DRAW:
                event = event_with(draw) if now is None else event_with(draw)._replace(now=now)
                try:
                    step: Step[Any] = self._machine.step(self.local.state, event)
                except (NotEnabled, RefusedDecision):
                    continue
                except (UnhandledMessage, UndefinedValue) as error:
                    refusal = error
                    continue
                offered = True
                taken = tuple(self._finder.fresh_ids.taken)
                self._finder.used_fresh |= bool(taken)
                kind = "ignore" if step.transition == -1 and label.kind == "deliver" else label.kind
                done = Label(
                    kind, label.instance, step.transition, label.sender, label.message, label.name, label.element, label.value,
                    label.outcome, draw, label.arguments, label.kept, taken, label.now, label.lost,
                )  # fmt: skip  # `_replace` would take a tenth of the time of the whole step
                if seen is not None:
                    done = done._replace(now=now or 0.0)
                self._take(step, event, done, owed, spends, primitives, answered, again, seen)
            if refusal is not None and not offered:
                if not (self.in_part and label.kind == "happen" and isinstance(refusal, UndefinedValue)):
                    self._refuse(refusal, label, owed)
                offered = True
            silent = silent and not offered
        return silent

    def _take(
        self,
        step: Step[Any],
        event: Event,
        label: Label,
        owed: Obligation | None,
        spends: tuple[Any, ...],
        primitives: tuple[Primitive, ...],
        answered: Request | None,
        again: TimerKey | None,
        seen: set[Any] | None,
    ) -> None:
        """Keep what came of an event, unless it is `seen`: it may do the same whatever the time."""
        changed = Local._make((step.state, *self.local[1:]))
        after, left = self._finder.settle(self.who, self.local, changed, step.entered, spends, answered, again)
        sends = step.sends
        if self._moments is not None:
            after = after._replace(state=self._moments.state(self.instance.role, after.state))
            sends = tuple(send._replace(message=self._moments.message(send.message)) for send in sends)
        if seen is not None:
            key = (after, sends, label._replace(now=0.0))
            if key in seen:
                return
            seen.add(key)
        number = self._finder.labels.number(label, owed, self.view)
        notes = self._judge(step, event, number)
        how = (*primitives, *left)
        self.add(after, sends, how, number, notes, (self.view.role.name, step.transition), self._changed(step))

    def add(
        self,
        after: Local,
        sends: Sequence[Send],
        primitives: tuple[Primitive, ...],
        label: int,
        notes: tuple[Note, ...] = (),
        taken: tuple[str, int] | None = None,
        shared: SharedInSight | None = None,
    ) -> None:
        """Keep a step; `shared` are the shared variables after it, where it changes them."""
        finder, setting = self._finder, self._finder.setting
        self.labels.append(label)
        cut = self._breaches(after) + self._shared_breaches(shared)
        for send in sends:
            name = setting.message_names[type(send.message)]
            cut += sorted(key for key, _ in breaches(setting.limits.of_message(name), send.message))
            cut += finder.growth.outgrown_in(send.message)
        operation = finder.rests.operation(primitives)
        if cut:
            notes = tuple(Note(CUT, label, name) for name in dict.fromkeys(cut))
            self._others.append(Move(None, (), operation, label, self._number, frozenset(), notes, None))
            return
        notes = (*notes, *self._changed_once(after, label))
        envelopes = tuple(self._envelope(send) for send in sends)
        number = finder.number(self.who, after)
        delta = (number - self._number) << (self.who * LOCAL_BITS)
        if shared is not None and finder.world is not None:
            delta += finder.world.written(shared)
        swept = finder.dead(self.who, after) - finder.dead(self.who, self.local)
        if taken is not None and not operation:
            finder.taken_transitions.add(taken)
        if envelopes or operation or swept or notes:
            self._others.append(Move(delta, envelopes, operation, label, number, swept, notes, taken))
        else:
            self._plain.append((delta, label))

    def _draws(self, state: Any, event: Event, label: Label) -> Sequence[Any]:
        if not self.view.draws:
            return NO_DRAW
        try:
            values = self._machine.draws(state, event)
        except UndefinedValue as error:
            if state is self.local.state:
                self._refuse(error, label, None)
            return ()
        return (None,) if values is None else tuple(dict.fromkeys(values))

    def _refuse(self, error: Exception, label: Label, owed: Obligation | None) -> None:
        prop = "no_undefined_value" if isinstance(error, UndefinedValue) else "no_unhandled_message"
        number = self._finder.labels.number(label, owed, self.view)
        self.labels.append(number)
        self.note(Note(prop, number, str(error), broken=True))

    def _judge(self, step: Step[Any], event: Event, label: int) -> tuple[Note, ...]:
        """Say which generic properties a step breaks."""
        notes, state = [], self.local.state
        if step.state != state and self._machine.final(state):
            notes.append(
                Note("final_is_final", label, f"{self.instance} is in the final state `{state.at}` and changes")
            )
        if self._finder.labels.labels[label].kind in ("deliver", "forge") and step.transition >= 0:
            noted = bytes(self._finder.setting.module.SEEN)
            difference = self._twice(step, event)
            self._finder.setting.module.SEEN[:] = noted  # conditions are judged by what happens, not by what is tried
            if difference:
                notes.append(Note("duplicates_are_harmless", label, difference))
        return tuple(notes)

    def _twice(self, step: Step[Any], event: Event) -> str | None:
        """Handle the message once more, right after; what it changes then, a duplicate would."""
        after, finder = step.state, self._finder
        if finder.setting.is_model:
            return None
        ids = finder.fresh_ids.ids
        once_more = event._replace(fresh=tuple(f"{text}0" for text in ids)) if ids else event
        for draw in self._draws(after, event, Label("deliver")) if self.view.draws else NO_DRAW:
            try:
                drawn = once_more if draw is event.draw else once_more._replace(draw=draw)
                again = self._machine.step(after, drawn).state
            except (NotEnabled, UnhandledMessage, UndefinedValue):
                continue
            for at, name in enumerate(after._fields):
                if at not in self.view.ghosts and after[at] != again[at]:
                    return (
                        f"the same message once more takes `{name}` of {self.instance} from {show(after[at])} "
                        f"to {show(again[at])}"
                    )
        return None

    def _changed_once(self, after: Local, label: int) -> tuple[Note, ...]:
        if not self.view.once:
            return ()
        before, start = self.local.state, self._machine.start()
        return tuple(
            Note(
                "decide_once",
                label,
                f"`{name}` of {self.instance} was {show(before[at])} and becomes {show(after.state[at])}",
            )
            for at, name, optional in self.view.once
            if before[at] != (None if optional else start[at]) and before[at] != after.state[at]
        )

    def _breaches(self, after: Local) -> list[str]:
        before, state = self.local.state, after.state
        if state is before:
            return []
        changed = [(name, state[at]) for at, name in self.view.growing if state[at] is not before[at]]
        grown = [*self._finder.growth.outgrown(changed)] if changed else []
        if self.view.check is None:
            return grown
        found = breaches(self.view.check, state) - breaches(self.view.check, before)
        return [*sorted({name for name, _ in found}), *grown]

    def _changed(self, step: Step[Any]) -> SharedInSight | None:
        """Return the shared variables after a step that writes some; a message that is ignored leaves them as they are."""
        shared = step.shared
        return shared if isinstance(shared, SharedInSight) and shared.changes else None

    def _shared_breaches(self, shared: SharedInSight | None) -> list[str]:
        check, world = self._finder.shared_check, self._finder.world
        if shared is None or world is None:
            return []
        grown = [*self._finder.growth.outgrown(shared.changes.items())]
        if check is None:
            return grown
        return [*sorted({name for name, _ in breaches(check, shared) - breaches(check, world.shared)}), *grown]

    def _envelope(self, send: Send) -> int:
        finder, setting = self._finder, self._finder.setting
        envelope = Envelope(self.instance, send.to, send.message)
        return finder.network.envelope(envelope, setting.numbers[send.to], setting.message_names[type(send.message)])
