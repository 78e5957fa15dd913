"""A few states in; the steps from them as the reference takes them one by one, out, in the same form as those of many.

A level costs NumPy the same for one state as for a hundred, so narrow levels are quicker this way.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comityc.explore.engine.successors import LOCAL_MASK, REST_MASK
from comityc.explore.fast.expander import Found
from comityc.explore.fast.gathered import Words
from comityc.explore.fast.tables import Tables


def step(tables: Tables, states: Sequence[int]) -> tuple[Found, list[int]]:
    """Take all steps from these states. Where they lead is told as the reference packs states; `words_of` makes words of that."""
    successors = tables.successors
    targets: list[int] = []
    sources: list[int] = []
    labels: list[int] = []
    notes: dict[int, int] = {}
    flags, stuck = np.zeros(len(states), dtype=np.uint8), []
    for at, packed in enumerate(states):
        for target, label in successors.of(packed):
            targets.append(target)
            sources.append(at)
            labels.append(label)
        if successors.notes:
            number = tables.note_number(tuple(successors.notes))
            notes.setdefault(number, at)
            flags[at] = tables.note_flags.data[number]
        if not (flags[at] or successors.progress) and successors.is_stuck(packed) is not None:
            stuck.append(at)
    found = Found(
        [],
        np.array(sources, dtype=np.int64),
        np.array(labels, dtype=np.int32),
        len(targets),
        notes,
        flags if flags.any() else None,
        None,
        np.array(stuck, dtype=np.int64),
    )
    return found, targets


def fits(tables: Tables, states: Sequence[int]) -> bool:
    """Take in what states hold that was not known, and say whether there is room for it in the layout."""
    successors, lanes = tables.successors, tables.lanes
    tables.sync()
    for network in {packed >> successors.network_shift for packed in states}:
        lanes.values_of(successors.network.contents[network])
    values = [*(len(known) for known in successors.finder.locals), len(successors.rests.items)]
    widths = [*((count - 1).bit_length() for count in values), *lanes.widths()]
    masks = tables.masks
    return len(widths) == len(masks) and all(
        width <= mask.bit_length() for width, mask in zip(widths, masks, strict=True)
    )


def words_of(tables: Tables, states: Sequence[int]) -> Words:
    """Return states as columns of words."""
    successors, layout = tables.successors, tables.layout
    fields: list[tuple[int, int, int]] = layout.fields.tolist()
    rows: list[list[int]] = []
    for packed in states:
        parts = [(packed >> shift) & LOCAL_MASK for shift in successors.shifts]
        parts.append((packed >> successors.rest_shift) & REST_MASK)
        row = [0] * layout.words
        for (word, shift, _), value in zip(fields, parts, strict=False):
            row[word] |= value << shift
        content = successors.network.contents[packed >> successors.network_shift]
        for lane, value in tables.lanes.values_of(content).items():
            word, shift, _ = fields[tables.first_lane + lane]
            row[word] |= value << shift
        rows.append(row)
    columns: NDArray[np.uint64] = np.array(rows, dtype=np.uint64).reshape(len(rows), layout.words)
    return [np.ascontiguousarray(column) for column in columns.T]
