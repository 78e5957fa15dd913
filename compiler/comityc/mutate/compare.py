"""The states of a spec and those of a mutant in one case in; the first thing that one does and the other does not, out.

Both graphs are walked together from their initial states, breadth first; states count as the same when everything in them is, the
messages under way too. When the walk ends without a difference, the graphs are the same up to the names of their steps.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import field, fields, is_dataclass
from typing import Any

from comity.values import Map
from comityc.explore.graph import Graph
from comityc.explore.judging.paths import Path
from comityc.explore.telling.story import Teller
from comityc.naming import value_name
from comityc.records import dataclass

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two graphs, with what tells its steps.

    `in_order` says that messages of one channel keep their order. `recast` names a variable of a role that is a set on one side and a
    list on the other: the same elements, each once, count as the same. What a state is, is found out once.
    """

    graph: Graph
    teller: Teller
    in_order: bool
    recast: tuple[str, str] | None = None
    known: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What there is in each local state that was seen, without the classes of its module."""
    _keys: dict[int, Key] = field(default_factory=dict, init=False, repr=False, compare=False)

    def key(self, state: int) -> Key:
        """Return all that a state is, in values that do not belong to one graph alone."""
        known = self._keys.get(state)
        if known is None:
            known = self._keys[state] = self._key(state)
        return known

    def _key(self, state: int) -> Key:
        world = self.graph.world(state)
        under_way = [
            (e.sender, e.receiver, type(e.message).__name__, _fields(e.message)) for e in self.graph.network(state)
        ]
        under_way.sort(key=lambda e: (e[0], e[1]) if self.in_order else (e[0], e[1], e[2], repr(e[3])))
        acts = tuple((h.act, _content(h.arguments), h.undone) for h in world.acts)
        states = world.states
        if self.recast is not None:
            role, name = self.recast[0], value_name(self.recast[1])
            listed = (s._replace(**{name: tuple(sorted(getattr(s, name)))}) for s in states[role])
            states = {**states, role: tuple(listed)}
        local = tuple((role, tuple(map(self._local, instances))) for role, instances in states.items())
        return local, _content(world.shared), world.crashed, world.byzantine, acts, tuple(under_way)

    def _local(self, state: Any) -> Any:
        if state not in self.known:
            self.known[state] = _content(state)
        return self.known[state]

    def steps(self, state: int) -> Iterator[tuple[int, int]]:
        """Yield each step that changes something: its label and its target."""
        return ((label, target) for label, target in self.graph.steps_from(state) if target != state)

    def sentence(self, label: int) -> str:
        """Tell a step."""
        return self.teller.sentence(self.graph.labels[label])

    def effect(self, state: int, label: int, target: int) -> tuple[str, ...]:
        """Tell a step and what it changes."""
        (told,) = self.teller.tell(Path((state, target), (label,))).steps
        return told.label, *(f"    {change}" for change in told.changes)


def _fields(message: Any) -> tuple[Any, ...]:
    """Return what a message says: the classes of two modules are never equal, the values in them are."""
    return tuple(_content(getattr(message, each.name)) for each in fields(message))


def _content(value: Any) -> Any:
    """Return a value in which each message, as a variable may hold it, is its name and what it says."""
    match value:
        case Map():
            return tuple((_content(key), _content(item)) for key, item in value.items())
        case frozenset():
            return frozenset(map(_content, value))
        case tuple():
            return tuple(map(_content, value))
        case _ if is_dataclass(value):
            return type(value).__name__, _fields(value)
        case _:
            return value


def first_difference(spec: Side, mutant: Side) -> tuple[str, ...] | None:
    """Return the shortest way to a difference, in lines; None when there is none."""
    starts = {mutant.key(index): index for index in mutant.graph.initial}
    pairs: dict[tuple[int, int], tuple[tuple[int, int], int] | None] = {}
    for index in spec.graph.initial:
        other = starts.get(spec.key(index))
        if other is None:
            return ("it begins with other values",)
        pairs[index, other] = None
    if len(starts) != len(spec.graph.initial):
        return ("it begins in other states",)
    waiting = deque(pairs)
    while waiting:
        pair = waiting.popleft()
        difference, onward = _compare(spec, mutant, *pair)
        if difference is not None:
            return (*_way(spec, pairs, pair), *difference)
        for step, label in onward:
            if step not in pairs:
                pairs[step] = pair, label
                waiting.append(step)
    return None


def _compare(
    spec: Side, mutant: Side, one: int, other: int
) -> tuple[tuple[str, ...] | None, list[tuple[tuple[int, int], int]]]:
    """Compare the steps out of two equal states: a difference, or the pairs of states that they lead to."""
    here = [(label, target, spec.key(target)) for label, target in spec.steps(one)]
    there = [(label, target, mutant.key(target)) for label, target in mutant.steps(other)]
    by_key: dict[Key, list[int]] = {}
    for _, target, key in there:
        by_key.setdefault(key, []).append(target)
    from_here = {key for *_, key in here}
    if from_here != by_key.keys():
        gone = [step for step in here if step[2] not in by_key]
        new = [step for step in there if step[2] not in from_here]
        lines: list[str] = []
        for side, at, steps, words in ((mutant, other, new, "the mutant then"), (spec, one, gone, "the spec then")):
            if steps:
                told, *changes = side.effect(at, steps[0][0], steps[0][1])
                lines += [f"{words}: {told}", *changes]
            else:
                lines.append(f"{words}: nothing of the kind")
        return tuple(lines), []
    onward = []
    for label, target, key in here:
        targets = by_key[key]
        onward.append(((target, targets.pop(0) if len(targets) > 1 else targets[0]), label))
    return None, onward


def _way(spec: Side, pairs: dict[tuple[int, int], Any], pair: tuple[int, int]) -> list[str]:
    steps: list[str] = []
    came = pairs[pair]
    while came is not None:
        before, label = came
        steps.append(spec.sentence(label))
        came = pairs[before]
    return [f"{number}. {told}" for number, told in enumerate(reversed(steps), 1)]
