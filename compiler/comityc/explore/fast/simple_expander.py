"""A chunk of states of one word in; the steps from them out, where it is enough to know where they lead.

Simple rows are taken for all states at once (`effects`); whatever is not simple goes the way of all others.
"""

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.answers import Numbers
from comityc.explore.fast.effects import IDLE, NOT_SIMPLE, Effects
from comityc.explore.fast.expander import Expander, no_labels, no_numbers
from comityc.explore.fast.gathered import Gathered
from comityc.explore.fast.questions import Questions

_MANY = 8
"""Where more than one state in so many has no step so far, it is noted down which have one."""


class SimpleExpander(Expander):
    """Takes the steps from one chunk of states, and tells no labels."""

    def __init__(self, questions: Questions, word: NDArray[np.uint64], *, seek_stuck: bool) -> None:
        super().__init__(questions, [word], labelled=False, seek_stuck=seek_stuck)
        self._word = word
        self._marks = True

    def _deliver_and_own(self) -> None:
        gathered, everyone = Gathered(), np.arange(self._chunk.count)
        for who, effects in enumerate(self._all.own_effects):
            self._take(gathered, effects, who, everyone, self._word, -1)
        self._make(gathered, progress=True)
        if self._seek_stuck:
            self._marks = int(np.count_nonzero(self._progress)) * _MANY < self._chunk.count * (_MANY - 1)
        gathered = Gathered()
        for (lane, _, bit, _, who), effects in zip(self._all.single_lanes, self._all.lane_effects, strict=True):
            sources = np.flatnonzero((self._word & bit) != 0)
            if len(sources):
                self._take(gathered, effects, who, sources, self._word[sources], lane)
        self._deliver_wide(gathered)
        self._make(gathered, delivered=True)

    def _take(
        self, gathered: Gathered, effects: Effects, who: int, sources: Numbers, states: NDArray[np.uint64], lane: int
    ) -> None:
        """Take the steps of an instance, or of a message that is in a lane."""
        local = ((states >> effects.shift) & effects.mask).view(np.int64)
        flips = effects.slots[0].flips[local]
        if flips.max() == NOT_SIMPLE:
            effects.learn(local[flips == NOT_SIMPLE])
            flips = effects.slots[0].flips[local]
            rich = np.flatnonzero(flips == NOT_SIMPLE)
            if len(rich):
                left = np.zeros(len(rich), dtype=np.uint64)
                self._rows(gathered, who, effects.rows.of(local[rich]), sources[rich], arriving=lane, left=left)
                simple = np.flatnonzero(flips != NOT_SIMPLE)
                sources, states, local, flips = sources[simple], states[simple], local[simple], flips[simple]
        for turn, slot in enumerate(effects.slots):
            if turn:
                flips = slot.flips[local]
            moving = flips != 0
            if slot.idles:
                idle = flips == IDLE
                self._steps += int(np.count_nonzero(idle))
                moving &= ~idle
            if lane < 0 and len(sources) == self._chunk.count:
                self._progress |= moving
            elif lane < 0 or (self._marks and self._seek_stuck):
                self._progress[sources.compress(moving)] = True
            after = (states ^ flips).compress(moving)  # many times as quick as by [], for flags without order
            if slot.sends:
                after |= slot.sets[local.compress(moving)]
            if len(after):
                self._emit([after], no_numbers(), no_labels())
                self._steps += len(after)

    def _stuck(self) -> Numbers:
        if self._marks:
            return super()._stuck()
        still = np.flatnonzero(~self._progress)
        if self._flags is not None:
            still = still[(self._flags[still] & (k.NOTE_CUT | k.NOTE_BROKEN)) == 0]
        still = self._waiting(still)
        if not len(still):
            return still
        found = Expander(self._all, [self._word[still]], labelled=False, seek_stuck=True).found()
        return still[found.stuck]
