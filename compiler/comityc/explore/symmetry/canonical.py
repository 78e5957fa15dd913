"""A state in; the one state that stands for all that come of it by renaming alike instances out, with the renaming and their number.

The state that stands for an orbit is the smallest, as a number, among those in which the instances of each role are sorted by their
keys (`seen_from`). Instances with equal keys are tried in every order, but for those that can be swapped without any change.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import factorial
from typing import NamedTuple

from comityc.explore.engine.successors import Successors
from comityc.explore.symmetry.renaming import Renaming
from comityc.explore.symmetry.seen_from import Key, SeenFrom

REMEMBERED = 1 << 20
"""How many states are remembered with what stands for them before all are forgotten."""


class Standing(NamedTuple):
    """What stands for a state, the turn that leads there from it, and how many states it stands for."""

    packed: int
    turn: int
    orbit: int


class Canonical:
    """Finds what stands for a state, under all permutations of the instances of each of some roles."""

    def __init__(self, successors: Successors, roles: tuple[str, ...]) -> None:
        self.renaming = Renaming(successors, roles)
        instances = successors.setting.instances
        self._groups = [tuple(who for who, one in enumerate(instances) if one.role == role) for role in roles]
        self._group_order = 1
        for group in self._groups:
            self._group_order *= factorial(len(group))
        self._seen_from = SeenFrom(successors, tuple(who for group in self._groups for who in group), roles)
        self._identity = list(range(len(instances)))
        self._known: dict[int, Standing] = {}
        self._swaps: dict[tuple[int, int], int] = {}

    def swaps(self) -> Iterator[int]:
        """Yield turns of two neighbours each; every permutation is made of these."""
        for group in self._groups:
            for one, other in pairwise(group):
                yield self._swap(one, other)

    def of(self, packed: int) -> Standing:
        """Return what stands for a state."""
        found = self._known.get(packed)
        if found is None:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            found = self._known[packed] = self._find(packed)
        return found

    def _find(self, packed: int) -> Standing:
        keys = self._seen_from.keys(packed)
        blocks: list[tuple[tuple[int, ...], list[list[int]]]] = []  # places, and the classes of instances that go there
        symmetries = 1
        for group in self._groups:
            order = sorted(group, key=keys.__getitem__)
            at = 0
            for size, members in _ties(order, keys):
                apart = self._seen_from.is_apart(keys[members[0]])
                classes = [members] if apart else self._classes(packed, members)
                for one in classes:
                    symmetries *= factorial(len(one))
                blocks.append((group[at : at + size], classes))
                at += size
        best, best_turn, times = -1, 0, 0
        renaming = self.renaming
        for rows in product(*(_arrangements(classes) for _, classes in blocks)):
            turn = list(self._identity)
            for (places, _), row in zip(blocks, rows, strict=True):
                for place, who in zip(places, row, strict=True):
                    turn[who] = place
            number = renaming.number(tuple(turn))
            after = renaming.packed(number, packed)
            if best < 0 or after < best:
                best, best_turn, times = after, number, 1
            elif after == best:
                times += 1
        return Standing(best, best_turn, self._group_order // (symmetries * times))

    def _classes(self, packed: int, members: Sequence[int]) -> list[list[int]]:
        """Sort instances with equal keys by whether two of them can be swapped without any change."""
        classes: list[list[int]] = []
        for who in members:
            for one in classes:
                if self.renaming.packed(self._swap(one[0], who), packed) == packed:
                    one.append(who)
                    break
            else:
                classes.append([who])
        return classes

    def _swap(self, one: int, other: int) -> int:
        found = self._swaps.get((one, other))
        if found is None:
            turn = list(self._identity)
            turn[one], turn[other] = other, one
            found = self._swaps[one, other] = self.renaming.number(tuple(turn))
        return found


def _ties(order: Sequence[int], keys: dict[int, Key]) -> Iterator[tuple[int, list[int]]]:
    """Yield the runs of instances with equal keys."""
    members: list[int] = []
    for who in order:
        if members and keys[members[0]] != keys[who]:
            yield len(members), members
            members = []
        members.append(who)
    if members:
        yield len(members), members


def _arrangements(classes: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Yield the orders of some instances, one of those that differ only within a class."""
    if len(classes) == 1:
        return iter((tuple(classes[0]),))
    left = [len(one) for one in classes]
    row: list[int] = []
    size = sum(left)

    def place() -> Iterator[tuple[int, ...]]:
        if len(row) == size:
            yield tuple(row)
            return
        for at, one in enumerate(classes):
            if left[at]:
                row.append(one[len(one) - left[at]])
                left[at] -= 1
                yield from place()
                left[at] += 1
                row.pop()

    return place()
