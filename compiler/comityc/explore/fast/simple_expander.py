"""A chunk of states of one word in; the steps from them out, where it is enough to know where they lead.

Simple rows are taken for all states at once (`effects`); whatever is not simple goes the way of all others.
"""

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.answers import Numbers
from comityc.explore.fast.effects import IDLE, NOT_SIMPLE, Effects
from comityc.explore.fast.expander import Expander, no_labels, no_numbers
from comityc.explore.fast.gathered import Flags, Gathered
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
        gathered = Gathered()
        for who, effects in enumerate(self._all.own_effects):
            self._take(gathered, effects, who, None, -1)
        self._make(gathered, progress=True)
        if self._seek_stuck:
            self._marks = int(np.count_nonzero(self._progress)) * _MANY < self._chunk.count * (_MANY - 1)
        gathered = Gathered()
        for (lane, _, bit, _, who), effects in zip(self._all.single_lanes, self._all.lane_effects, strict=True):
            self._take(gathered, effects, who, (self._word & bit) != 0, lane)
        self._deliver_wide(gathered)
        self._make(gathered, delivered=True)

    def _take(self, gathered: Gathered, effects: Effects, who: int, here: Flags | None, lane: int) -> None:
        """Take the steps of an instance, or (in the states that are `here`) of a message that is in a lane."""
        states = self._word if here is None else self._word.compress(here)
        if not len(states):
            return
        local = ((states >> effects.shift) & effects.mask).view(np.int64)
        flips = effects.slots[0].flips[local]
        if flips.max() == NOT_SIMPLE:
            effects.learn(local[flips == NOT_SIMPLE])
            flips = effects.slots[0].flips[local]
            rich = np.flatnonzero(flips == NOT_SIMPLE)
            if len(rich):
                sources = rich if here is None else np.flatnonzero(here)[rich]
                left = np.zeros(len(rich), dtype=np.uint64)
                self._rows(gathered, who, effects.rows.of(local[rich]), sources, arriving=lane, left=left)
                flips[rich] = 0
        for turn, slot in enumerate(effects.slots):
            if turn:
                flips = slot.flips[local]
            moving = flips != 0
            if slot.idles:
                any_step = int(np.count_nonzero(moving))
                moving = flips - np.uint64(1) < IDLE - np.uint64(1)  # neither 0 nor idle, at one go
                self._steps += any_step - int(np.count_nonzero(moving))
            if here is None:
                self._progress |= moving
            elif self._marks and self._seek_stuck:
                self._progress[np.flatnonzero(here).compress(moving)] = True
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
