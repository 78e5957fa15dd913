"""What a step of a model read in; rows, and the branches that lead to them by the parts of a state that were read, out."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from comityc.explore.engine.footprints import Branch, Footprints
from comityc.explore.engine.places import PLACE_BITS
from comityc.explore.engine.records import LOCAL_BITS, Record
from comityc.explore.engine.successors import Asked, Successors
from comityc.explore.fast import structures as k
from comityc.explore.fast.growing import Growing

if TYPE_CHECKING:
    from comityc.explore.fast.tables import Tables


class _Way(NamedTuple):
    """Where a branch stands: on the way from a question about an instance to its answers."""

    who: int
    local: int
    asked: Asked
    branch: Branch


class Branches:
    """The branches that the kernel knows, by number. It has them in place of rows, as numbers below zero."""

    def __init__(self, tables: "Tables", successors: Successors, footprints: Footprints[Record]) -> None:
        self._tables, self._all, self._footprints = tables, successors, footprints
        self._parts = Growing(tables.structure, "branches", np.uint32)
        self._ways: list[_Way] = []
        self._numbers: dict[int, int] = {}

    def root(self, who: int, local: int, asked: Asked) -> int:
        """Return the row, or the branch, with which the answer to a question begins."""
        self._answer(asked, asked[1])
        return self._node(self._footprints.root(asked[0]), who, local, asked)

    def onward(self, branch: int, value: int, state: int) -> int:
        """Return the row or the branch behind a branch, for the value that a part has in a state that stands at an address."""
        who, local, asked, at = self._ways[branch]
        if value not in at:
            self._answer(asked, self._tables.packed_at(state))
        return self._node(at[value], who, local, asked)

    def _answer(self, asked: Asked, packed: int) -> None:
        question, _, answer = asked
        self._all.look_around(packed)
        self._footprints.find(question, packed, answer)

    def _node(self, node: Branch | Record, who: int, local: int, asked: Asked) -> int:
        if not isinstance(node, Branch):
            return self._tables.row(node, who, local)
        number = self._numbers.get(id(node))
        if number is None:
            number = self._numbers[id(node)] = self._parts.append(self._part_at(node.shift))
            self._ways.append(_Way(who, local, asked, node))
        return k.FIRST_BRANCH - number

    def _part_at(self, shift: int) -> int:
        """Return the part that stands somewhere in a state as the reference packs it."""
        if shift < self._all.rest_shift:
            return shift // LOCAL_BITS
        return self._tables.rest_part + 1 + (shift - self._all.place_shift) // PLACE_BITS
