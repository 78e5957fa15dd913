"""Distinct keys numbered as they first appear, by a table and by a sort: the same as going through them one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comityc.explore.judging.bitrows import any_of, gathered, members, row_of, rows_of
from comityc.explore.numbering import firsts, numbered


@pytest.mark.parametrize("spread", [1, 1 << 20, 1 << 59])
@given(keys=st.lists(st.integers(0, 12), max_size=40))
def test_keys_are_numbered_as_they_appear(spread: int, keys: list[int]) -> None:
    wide = np.array([key * spread for key in keys], dtype=np.int64)
    seen = list(dict.fromkeys(keys))
    of, first = numbered(wide, 13 * spread if spread < 1 << 59 else (1 << 63) - 1)
    assert of.tolist() == [seen.index(key) for key in keys]
    assert first.tolist() == [keys.index(key) for key in seen]
    assert firsts(wide, 13 * spread if spread < 1 << 59 else (1 << 63) - 1).tolist() == first.tolist()


@given(rows=st.lists(st.tuples(st.integers(0, 4), st.sets(st.integers(0, 129))), max_size=12))
def test_rows_of_bits_are_sets(rows: list[tuple[int, set[int]]]) -> None:
    rows.sort(key=lambda row: row[0])
    groups = np.array([group for group, _ in rows], dtype=np.int64)
    bits = rows_of([sorted(numbers) for _, numbers in rows], 130)
    for combine, of_sets in ((np.bitwise_or, set.union), (np.bitwise_and, set.intersection)):
        found = gathered(combine, bits, groups, 5)
        for group in range(5):
            sets = [numbers for number, numbers in rows if number == group]
            expected = of_sets(*sets) if sets else set()
            assert set(np.flatnonzero(members(found[group], 130)).tolist()) == expected
            assert bool(any_of(found[group : group + 1])[0]) == bool(expected)
    mask = members(bits[0], 130) if rows else np.zeros(130, dtype=np.bool_)
    assert np.array_equal(members(row_of(mask), 130), mask)
