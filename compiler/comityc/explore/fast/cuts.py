"""The ways in which a network may fall apart in; the same as tables of links, by the number of the cut, out."""

import numpy as np

from comityc.explore.engine.partitions import Cut, Partitions, Split
from comityc.explore.engine.successors import Successors
from comityc.explore.fast import structures as k
from comityc.explore.fast.growing import Growing


class Cuts:
    """All cuts met so far; number 0 is that of the whole network."""

    def __init__(self, structure: k.TablesStructure, successors: Successors) -> None:
        self._all, self._count = successors, len(successors.setting.instances)
        self.splits = Growing(structure, "splits", k.SPLIT)
        self.links = Growing(structure, "cut_links", np.uint8, 0, self._count * self._count)
        structure.parts = successors.partitions is not None
        structure.holds_up = successors.partitions is not None and successors.partitions.keeps
        self._numbers: dict[Cut, int] = {}
        self._known: list[Cut] = []
        self._split_of: dict[int, Split] = {}
        self.number(())

    @property
    def _partitions(self) -> Partitions:
        if self._all.partitions is None:
            raise AssertionError("nothing falls apart here")
        return self._all.partitions

    def number(self, cut: Cut) -> int:
        """Return the number of a cut; which links it hits is then known."""
        found = self._numbers.get(cut)
        if found is None:
            found = self._numbers[cut] = len(self._known)
            self._known.append(cut)
            self.links.reserve(found + 1)
            for sender, receiver in cut:
                self.links.data[(found * self._count + sender) * self._count + receiver] = 1
        return found

    def splits_from(self, rest: int) -> tuple[int, int]:
        """Note down how the network may fall apart, and return where that stands."""
        strikes = self._all.strikes
        found = strikes.left(rest).splits if strikes is not None else ()
        for _, split in found:
            self._split_of[self.number(split.cut)] = split
        return self.splits.extend([(after, self.number(split.cut)) for after, split in found])

    def parting(self, cut: int, lost: tuple[int, ...]) -> int:
        """Return the label of falling apart, by which these envelopes are lost."""
        envelopes = tuple(self._all.network.envelopes[envelope] for envelope in lost)
        return self._partitions.label(self._all.labels, self._split_of[cut], envelopes)

    def losing(self, cut: int, sends: tuple[int, ...], label: int) -> int:
        """Return the label of a step that sends these envelopes, some of which may be lost at a cut."""
        _, lost = self._partitions.sort(sends, self._known[cut])
        return self._all.labels.losing(label, lost) if lost else label
