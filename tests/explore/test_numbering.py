"""Distinct keys numbered as they first appear, by a table and by a sort: the same as going through them one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comityc.explore.judging.bitrows import any_of, members, row_of, rows_of
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


@given(sets=st.lists(st.sets(st.integers(0, 129)), max_size=12))
def test_rows_of_bits_are_sets(sets: list[set[int]]) -> None:
    bits = rows_of([sorted(numbers) for numbers in sets], 130)
    for row, numbers in zip(bits, sets, strict=True):
        assert set(np.flatnonzero(members(row, 130)).tolist()) == numbers
        assert np.array_equal(row_of(members(row, 130)), row)
    assert any_of(bits).tolist() == [bool(numbers) for numbers in sets]
