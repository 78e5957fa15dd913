"""Digests: the same for the same values, and never for others."""

from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

import pytest

from comity.seal import digester, fresh_ids
from comity.values import Instance, Map


class Bid(NamedTuple):
    price: int


SAME: list[tuple[Any, Any]] = [
    (Map({1: 2, 3: 4}), Map({3: 4, 1: 2})),
    (frozenset({"a", "b", "c"}), frozenset({"c", "a", "b"})),
]
DIFFERENT: list[tuple[tuple[object, ...], tuple[object, ...]]] = [
    ((1, 23), (12, 3)),
    (("a", "bc"), ("ab", "c")),
    ((True,), (1,)),
    (("1",), (1,)),
    ((None,), ("none",)),
    ((Instance("a", 1),), (Instance("a", 2),)),
    ((Fraction(1, 2),), ("1/2",)),
    (((1, 2), 3), ((1,), 2, 3)),
    ((frozenset({1}),), ((1,),)),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_equal_values_have_one_digest(left: Any, right: Any) -> None:
    digest = digester("auction-1")
    assert digest((left,)) == digest((right,))


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_values_have_different_digests(left: tuple[object, ...], right: tuple[object, ...]) -> None:
    digest = digester("auction-1")
    assert digest(left) != digest(right)


def test_two_protocol_instances_never_agree() -> None:
    assert digester("auction-1")((1,)) != digester("auction-2")((1,))


def test_fresh_ids_differ_and_repeat_only_by_seed() -> None:
    free = fresh_ids(None)
    assert free() != free()
    assert fresh_ids(Random(1))() == fresh_ids(Random(1))()
