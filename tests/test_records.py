"""Our `dataclass` and the standard one make the same of a class; only when the work is done differs."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from typing import Any

import pytest

from comityc.records import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers, and what takes no part in comparison."""

    x: int
    y: int = 0
    note: str = field(default="", compare=False, repr=False)
    seen: list[int] = field(default_factory=list, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A base whose fields are given by name."""

    type: str
    span: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf(Node):
    """A field more."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Bare:
    """No fields at all."""


@dataclass(slots=True)
class Open:
    """Not frozen: left to the standard decorator."""

    value: int


def twin(cls: Any, *, kw_only: bool) -> Any:
    """Return what the standard decorator makes of the same fields."""
    namespace = {
        f.name: field(default=f.default, compare=f.compare, repr=f.repr) for f in fields(cls) if has_default(f)
    }
    return dataclasses.make_dataclass(
        cls.__name__,
        [(f.name, f.type, namespace.get(f.name, field())) for f in fields(cls)],
        frozen=True,
        kw_only=kw_only,
    )


def has_default(one: Any) -> bool:
    return one.default is not dataclasses.MISSING


def test_values_go_where_they_belong() -> None:
    point = Point(1, note="here")
    assert (point.x, point.y, point.note, point.seen) == (1, 0, "here", [])
    assert Point(1).seen is not Point(1).seen
    leaf = Leaf(name="a", type="t")
    assert (leaf.type, leaf.span, leaf.name) == ("t", 0, "a")


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Point(1, z=2)  # type: ignore[call-arg]
    leaf: Any = Leaf
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        leaf("t", "a")


def test_equality_hash_and_text_are_the_standard_ones() -> None:
    assert Point(1, 2, "a") == Point(1, 2, "b") != Point(2, 2)
    assert hash(Point(1, 2, "a")) == hash(Point(1, 2, "b")) == hash((1, 2))
    assert Bare() == Bare()
    other: object = Leaf(type="t", name="a")
    assert Bare() != other
    assert repr(Point(1)) == "Point(x=1, y=0, seen=[])"
    ours, theirs = Leaf(type="t", name="a", span=4), twin(Leaf, kw_only=True)(type="t", name="a", span=4)
    assert (repr(ours), hash(ours)) == (repr(theirs), hash(theirs))
    assert str(ours) == "a"


def test_the_first_call_may_be_of_any_method() -> None:
    @dataclass(frozen=True, slots=True)
    class Late:
        """Made here, so that nobody has called anything yet."""

        x: int

    one, other = Late(1), Late(1)
    assert len({one, other}) == 1
    assert one == other
    number: object = 1
    assert one != number


def test_nothing_can_be_changed() -> None:
    point: Any = Point(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2
    with pytest.raises(FrozenInstanceError):
        point.other = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'y'"):
        del point.y
    assert not hasattr(point, "__dict__")


def test_the_tools_of_the_standard_library_know_them() -> None:
    assert is_dataclass(Leaf)
    assert [one.name for one in fields(Leaf)] == ["type", "span", "name"]
    assert replace(Point(1), y=5) == Point(1, 5)
    assert dataclasses.asdict(Point(1)) == {"x": 1, "y": 0, "note": "", "seen": []}
    match Point(1, 2):
        case Point(1, y):
            assert y == 2
        case _:
            pytest.fail("not matched by place")


def test_they_are_copied_and_pickled() -> None:
    leaf = Leaf(type="t", name="a", span=3)
    for other in (copy.copy(leaf), copy.deepcopy(leaf), pickle.loads(pickle.dumps(leaf))):
        assert (other, other.span) == (leaf, 3)


def test_others_are_left_to_the_standard_decorator() -> None:
    one = Open(1)
    one.value = 2
    assert one == Open(2)
