"""What belongs to no instance and no message: budgets of faults, acts in the world, what liars know, cut links.

A `Rest` is interned to a small number; an operation on it is a tuple of primitives, interned too, and applied once per
pair. Primitives are tuples that begin with a word:

  ("spend", slot)                    use up one of a budget
  ("effect", act, key, arguments)    a keyed act that is asked for takes effect, which its asker does not know yet
  ("ok", act, key, arguments)        a keyed act comes to its first outcome; it takes effect now unless it had
  ("refused", act, key)              a keyed act comes to another outcome: only while it is not in effect
  ("left", act, key, arguments)      a keyed act is no longer asked for and was not answered
  ("happen", act, arguments)         an act without key takes effect
  ("dropped", act, arguments)        an act without key is no longer asked for and was not answered
  ("late", act, key, arguments), ("late_unkeyed", act, arguments), ("repeat", act, key)
  ("learn", liar, texts)             a byzantine instance was sent these ids and digests
  ("part", cut), ("heal",)           links of the network are cut; all are whole again
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from comity.values import Instance
from comityc.explore.engine.values import in_order
from comityc.explore.world import Happening
from comityc.records import dataclass

Primitive = tuple[Any, ...]
BLOCKED = -1


class Keyed(NamedTuple):
    """How an act with a key stands in the world.

    `pending`: it was asked for, left unanswered, and may still take effect. `undone`: it was undone, or forestalled (a tombstone).
    """

    in_effect: bool = False
    undone: bool = False
    pending: bool = False
    arguments: Any = None  # of the request that took effect or is pending


class Rest(NamedTuple):
    """Everything beside instances and messages. `keyed` and `dropped` are sorted; `happened` goes by `ActRules.recorded`."""

    budgets: tuple[int, ...] = ()
    keyed: tuple[tuple[tuple[str, Any], Keyed], ...] = ()
    dropped: tuple[tuple[str, Any], ...] = ()
    happened: tuple[tuple[tuple[Any, Any, bool], ...], ...] = ()  # (key, arguments, undone)
    knowledge: tuple[tuple[str, ...], ...] = ()
    cut: tuple[tuple[int, int], ...] = ()  # links that carry nothing: numbers of sender and receiver


Detail = Literal["order", "times", "whether"]


@dataclass(frozen=True, slots=True)
class ActRules:
    """How acts are recorded: only what a property can tell apart. `undoes` maps an act to the one it undoes.

    `nameless` acts are those whose arguments nobody asks for; where figures are stated they are no part of the state.
    """

    recorded: Mapping[str, Detail]
    undoes: Mapping[str, str]
    repeatable: bool = False
    late_after_undoing: bool = False
    nameless: frozenset[str] = frozenset()


WorldMove = tuple[Literal["late_effect", "repeat_effect"], str, Any, tuple[Primitive, ...], Literal["undone"] | None]


class RestStore:
    """All rests met so far, by number, and what each operation makes of each."""

    def __init__(self, rules: ActRules) -> None:
        self.rules = rules
        self.items: list[Rest] = []
        self._numbers: dict[Rest, int] = {}
        self.operations: list[tuple[Primitive, ...]] = [()]
        self._operation_numbers: dict[tuple[Primitive, ...], int] = {(): 0}
        self._applied: dict[tuple[int, int], int] = {}
        self._recorded = tuple(rules.recorded)

    def number(self, rest: Rest) -> int:
        """Return the number of a rest."""
        found = self._numbers.get(rest)
        if found is None:
            found = self._numbers[rest] = len(self.items)
            self.items.append(rest)
        return found

    def operation(self, primitives: tuple[Primitive, ...]) -> int:
        """Return the number of an operation; 0 is the one that does nothing."""
        if self.rules.nameless:
            primitives = tuple(self._without_arguments(primitive) for primitive in primitives)
        found = self._operation_numbers.get(primitives)
        if found is None:
            found = self._operation_numbers[primitives] = len(self.operations)
            self.operations.append(primitives)
        return found

    def apply(self, rest: int, operation: int) -> int:
        """Return what becomes of a rest, or BLOCKED when the world does not allow it."""
        if not operation:
            return rest
        key = (rest, operation)
        found = self._applied.get(key)
        if found is None:
            after: Rest | None = self.items[rest]
            for primitive in self.operations[operation]:
                if after is None:
                    break
                after = self._after(after, primitive)
            found = self._applied[key] = BLOCKED if after is None else self.number(after)
        return found

    def start(self, budgets: tuple[int, ...], knowledge: tuple[tuple[str, ...], ...]) -> int:
        """Return the number of the rest that a run begins with."""
        return self.number(Rest(budgets, (), (), tuple(() for _ in self._recorded), knowledge))

    def happenings(self, rest: int) -> tuple[Happening, ...]:
        """Return the acts that took effect, as properties see them."""
        happened = self.items[rest].happened
        return tuple(
            Happening(act, arguments, undone)
            for act, entries in zip(self._recorded, happened, strict=True)
            for _, arguments, undone in entries
        )

    def world_moves(self, rest: int) -> list[WorldMove]:
        """Return what the world may do by itself: (kind, act, arguments, primitives, outcome) of late and repeated effects."""
        item = self.items[rest]
        moves: list[WorldMove] = []
        for (act, key), keyed in item.keyed:
            if keyed.pending and not keyed.in_effect:
                how: tuple[Primitive, ...] = (("late", act, key, keyed.arguments),)
                moves.append(("late_effect", act, keyed.arguments, how, "undone" if keyed.undone else None))
            if keyed.in_effect and not keyed.undone and self.rules.repeatable and act in self.rules.recorded:
                moves.append(("repeat_effect", act, keyed.arguments, (("repeat", act, key),), None))
        for act, arguments in dict.fromkeys(item.dropped):
            moves.append(("late_effect", act, arguments, (("late_unkeyed", act, arguments),), None))
        return moves

    def _without_arguments(self, primitive: Primitive) -> Primitive:
        match primitive:
            case ("effect" | "ok" | "left" | "late", act, key, _) if act in self.rules.nameless:
                return (primitive[0], act, key, None)
            case ("happen" | "dropped" | "late_unkeyed", act, _) if act in self.rules.nameless:
                return (primitive[0], act, None)
            case _:
                return primitive

    def _after(self, rest: Rest, primitive: Primitive) -> Rest | None:
        match primitive:
            case ("spend", slot):
                if rest.budgets[slot] == 0:
                    return None
                budgets = (*rest.budgets[:slot], rest.budgets[slot] - 1, *rest.budgets[slot + 1 :])
                return rest._replace(budgets=budgets)
            case ("effect", act, key, arguments):
                keyed = _keyed(rest, act, key)
                return None if keyed.in_effect or keyed.undone else self._take_effect(rest, act, key, arguments)
            case ("ok", act, key, arguments):
                keyed = _keyed(rest, act, key)
                if keyed.in_effect:
                    return rest
                return None if keyed.undone else self._take_effect(rest, act, key, arguments)
            case ("refused", act, key):
                return None if _keyed(rest, act, key).in_effect else rest
            case ("left", act, key, arguments):
                return self._leave(rest, act, key, arguments)
            case ("happen", act, arguments):
                return self._record(rest, act, None, arguments)
            case ("dropped", act, arguments):
                return self._drop(rest, act, arguments)
            case ("late", act, key, arguments):
                return self._take_effect(rest, act, key, arguments)
            case ("late_unkeyed", act, arguments):
                left = list(rest.dropped)
                left.remove((act, arguments))
                return self._record(rest._replace(dropped=tuple(left)), act, None, arguments)
            case ("repeat", act, key):
                return self._record(rest, act, key, _keyed(rest, act, key).arguments)
            case ("learn", liar, texts):
                return _learn(rest, liar, texts)
            case ("part", cut):
                return rest._replace(cut=cut)
            case ("heal",):
                return rest._replace(cut=())
            case _:
                raise AssertionError(primitive)

    def _take_effect(self, rest: Rest, act: str, key: Any, arguments: Any) -> Rest:
        before = _keyed(rest, act, key)
        # What takes effect after its undoing stands, and is what those hear who ask for it again.
        rest = _with_keyed(rest, act, key, Keyed(True, before.undone, False, arguments))
        rest = self._record(rest, act, key, arguments)
        undone = self.rules.undoes.get(act)
        return rest if undone is None else self._undo(rest, undone, key)

    def _undo(self, rest: Rest, act: str, key: Any) -> Rest:
        keyed = _keyed(rest, act, key)
        pending = keyed.pending and self.rules.late_after_undoing
        rest = _with_keyed(rest, act, key, Keyed(False, True, pending, keyed.arguments if pending else None))
        if act not in self.rules.recorded:
            return rest
        at = self._recorded.index(act)
        marked = tuple((k, arguments, undone or k == key) for k, arguments, undone in rest.happened[at])
        return self._with_happened(rest, at, marked)

    def _leave(self, rest: Rest, act: str, key: Any, arguments: Any) -> Rest:
        keyed = _keyed(rest, act, key)
        if not self._tells_apart(act):
            return rest
        if keyed.in_effect or (keyed.undone and not self.rules.late_after_undoing):
            return rest
        return _with_keyed(rest, act, key, keyed._replace(pending=True, arguments=arguments))

    def _tells_apart(self, act: str) -> bool:
        """Say whether anything can tell an act that takes effect unnoticed from one that never does."""
        rules = self.rules
        late = rules.late_after_undoing and act in rules.undoes.values()
        return act in rules.recorded or act in rules.undoes or late

    def _drop(self, rest: Rest, act: str, arguments: Any) -> Rest:
        if act not in self.rules.recorded:
            return rest
        if self.rules.recorded[act] == "whether":
            known = any(entry[1] == arguments for entry in rest.happened[self._recorded.index(act)])
            if known or (act, arguments) in rest.dropped:
                return rest
        return rest._replace(dropped=in_order((*rest.dropped, (act, arguments))))

    def _record(self, rest: Rest, act: str, key: Any, arguments: Any) -> Rest:
        if act not in self.rules.recorded:
            return rest
        at = self._recorded.index(act)
        rest = self._with_happened(rest, at, (*rest.happened[at], (key, arguments, False)))
        if self.rules.recorded[act] == "whether" and (act, arguments) in rest.dropped:
            rest = rest._replace(dropped=tuple(entry for entry in rest.dropped if entry != (act, arguments)))
        return rest

    def _with_happened(self, rest: Rest, at: int, entries: Sequence[tuple[Any, Any, bool]]) -> Rest:
        detail = self.rules.recorded[self._recorded[at]]
        if detail != "order":
            entries = in_order(set(entries) if detail == "whether" else entries)
        return rest._replace(happened=(*rest.happened[:at], tuple(entries), *rest.happened[at + 1 :]))


def _keyed(rest: Rest, act: str, key: Any) -> Keyed:
    return next((keyed for name, keyed in rest.keyed if name == (act, key)), Keyed())


def _with_keyed(rest: Rest, act: str, key: Any, keyed: Keyed) -> Rest:
    others = [entry for entry in rest.keyed if entry[0] != (act, key)]
    return rest._replace(keyed=in_order((*others, ((act, key), keyed))))


def _learn(rest: Rest, liar: int, texts: tuple[str, ...]) -> Rest:
    known = tuple(sorted({*rest.knowledge[liar], *texts}))
    return rest._replace(knowledge=(*rest.knowledge[:liar], known, *rest.knowledge[liar + 1 :]))


def liars_of(instances: Sequence[Instance], byzantine: frozenset[Instance]) -> tuple[Instance, ...]:
    """Return the byzantine instances in order; knowledge is kept by their place in it."""
    return tuple(instance for instance in instances if instance in byzantine)
