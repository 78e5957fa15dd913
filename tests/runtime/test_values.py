"""Values are immutable, compared by content, and seen in one order whatever the hash seed."""

import os
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import UndefinedValue
from comity.values import (
    Instance,
    Map,
    Word,
    mean,
    ordered,
    replaced,
    some,
    without_first,
    without_item,
    without_member,
)


class Level(Word):
    HIGH = "high"
    LOW = "low"
    AT_ALL = "at_all"


class Mark(NamedTuple):
    level: Level | None
    by: frozenset[int]


@dataclass(frozen=True, slots=True)
class Note:
    mark: Mark


def test_words_compare_in_the_order_in_which_they_are_written() -> None:
    assert Level.HIGH < Level.LOW < Level.AT_ALL
    assert sorted(Level, reverse=True) == [Level.AT_ALL, Level.LOW, Level.HIGH]
    assert Level.LOW >= Level.LOW
    assert [word.rank for word in Level] == [0, 1, 2]


def test_a_word_equals_its_text_and_hashes_like_it() -> None:
    assert Level("low") is Level.LOW
    assert str(Level.LOW) == "low"
    assert {Level.LOW: 1}["low"] == 1  # type: ignore[index]  # a text finds the word


def test_an_instance_is_shown_as_the_spec_writes_it() -> None:
    assert str(Instance("voter", 2)) == "voter[2]"
    assert str(Instance("chair", 0, single=True)) == "chair"


@given(st.dictionaries(st.integers(-5, 5), st.integers()), st.integers(-5, 5), st.integers())
def test_a_map_is_a_dict_that_does_not_change(items: dict[int, int], key: int, value: int) -> None:
    before = Map(items)
    assert dict(before.put(key, value)) == {**items, key: value}
    assert dict(before.discard(key)) == {k: v for k, v in items.items() if k != key}
    assert dict(before) == items
    assert list(before) == sorted(items)
    assert before == Map(reversed(items.items()))
    assert hash(before) == hash(Map(reversed(items.items())))


def test_a_key_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        Map({1: 2}).without(3)
    with pytest.raises(KeyError):
        without_member(frozenset({1}), 2)
    with pytest.raises(IndexError):
        without_item((), -1)
    with pytest.raises(ValueError, match="not in tuple"):
        without_first((1,), 2)
    with pytest.raises(UndefinedValue):
        some(None)


def test_lists_are_changed_by_making_new_ones() -> None:
    items = (3, 1, 3)
    assert replaced(items, 1, 9) == (3, 9, 3)
    assert without_item(items) == (3, 1)
    assert without_item(items, 0) == (1, 3)
    assert without_first(items, 3) == (1, 3)
    assert items == (3, 1, 3)


def test_a_mean_is_exact() -> None:
    assert mean([1, 2]) == Fraction(3, 2)
    assert mean(Fraction(1, n) for n in (2, 3)) == Fraction(5, 12)


def test_what_holds_sets_and_nothing_is_ordered_too() -> None:
    marks = [
        Mark(None, frozenset({2})),
        Mark(None, frozenset({1, 3})),
        Mark(Level.HIGH, frozenset()),
        Mark(Level.LOW, frozenset({1})),
    ]
    expected = [marks[1], marks[0], marks[2], marks[3]]
    assert ordered(reversed(marks)) == expected
    assert ordered({frozenset({2}), frozenset({1, 2}), frozenset({1})}) == [
        frozenset({1}),
        frozenset({1, 2}),
        frozenset({2}),
    ]
    assert ordered([Note(marks[0]), Note(marks[1])]) == [Note(marks[1]), Note(marks[0])]
    assert ordered([Map({2: 1}), None, Map({1: 5})]) == [None, Map({1: 5}), Map({2: 1})]


def test_the_order_of_a_set_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from comity.values import Instance, Map, ordered;"
        "s = {Instance(r, n) for r in ('b', 'a') for n in range(3)};"
        "print(*ordered(s), *Map(dict.fromkeys(s, 1)))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert seen == {" ".join(["a[0] a[1] a[2] b[0] b[1] b[2]"] * 2) + "\n"}
