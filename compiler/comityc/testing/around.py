"""A walk and a state of it in; the states around it as a graph out, so that what is owed there, and what can be reached, can be judged."""

import itertools
from array import array
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from comityc.explore.graph import Graph
from comityc.testing.walk import Walk


def around(walk: Walk, start: int, *, within: Collection[int] | None = None, most: int | None = None) -> Graph:
    """Search breadth first from a state (packed), taking steps from the states `within` alone, or from as many as `most`.

    The states from which no steps were taken are open: no counterexample ends there.
    """
    states, index_of = [start], {start: 0}
    parents, parent_labels, levels = array("q", [-1]), array("i", [-1]), [0]
    offsets, targets, labels, opened = [0], [], [], set()
    for index, packed in enumerate(states):  # grows while it is gone through
        steps = []
        if (within is None or packed in within) and (most is None or index < most):
            steps = walk.steps_from(packed)
        else:
            opened.add(index)
        for target, label in steps:
            if target not in index_of:
                index_of[target] = len(states)
                states.append(target)
                parents.append(index)
                parent_labels.append(label)
                levels.append(levels[index] + 1)
            targets.append(index_of[target])
            labels.append(label)
        offsets.append(len(targets))
    bounds = np.searchsorted(levels, np.arange(levels[-1] + 2))
    return replace(
        walk.graph,
        states=states,
        levels=[(int(first), int(end)) for first, end in itertools.pairwise(bounds)],
        initial_count=1,
        parent=parents,
        parent_label=parent_labels,
        cut_states=opened,
        broken_states=set(),
        violations=[],
        complete=True,
        expanded=len(states),
        offsets=np.array(offsets, dtype=np.int64),
        targets=np.array(targets, dtype=np.int32),
        edge_labels=np.array(labels, dtype=np.int32),
    )
