"""Values as people type them."""

from datetime import timedelta
from fractions import Fraction
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from comity.values import Instance, Map, Word
from comityc.machine import value_types as t
from comityc.play.read_value import UnreadableValue, read_value, split_values


class Choice(Word):
    YES = "yes"
    NO = "no"


class Step(NamedTuple):
    name: str
    stage: int


MODULE = ModuleType("m")
vars(MODULE).update(Choice=Choice, Step=Step)
CHOICE = t.EnumType("Choice", ("yes", "no"))
STEP = t.RecordType("Step", (t.RecordField("name", t.TextType()), t.RecordField("stage", t.IntType())))
CASES: list[tuple[str, t.ValueType, Any]] = [
    ("yes", CHOICE, Choice.YES),
    ("3", t.IntType(), 3),
    ("1/2", t.FractionType(), Fraction(1, 2)),
    ("1m30s", t.DurationType(), timedelta(seconds=90)),
    ("a new bike", t.TextType(), "a new bike"),
    ('"a, b"', t.TextType(), "a, b"),
    ("none", t.OptionalType(t.TextType()), None),
    ("[yes, no]", t.ListType(CHOICE), (Choice.YES, Choice.NO)),
    ("[]", t.SetType(t.IntType()), frozenset()),
    ("{yes: 2}", t.MapType(CHOICE, t.IntType()), Map({Choice.YES: 2})),
    ("[{name: a flight, stage: 0}]", t.ListType(STEP), (Step("a flight", 0),)),
    ("voter[1]", t.InstanceType(("voter",)), Instance("voter", 1)),
    ("true", t.BoolType(), True),
]


@pytest.mark.parametrize(("text", "value_type", "value"), CASES)
def test_a_value_is_read_by_its_type(text: str, value_type: t.ValueType, value: Any) -> None:
    assert read_value(text, value_type, MODULE) == value


@pytest.mark.parametrize(
    ("text", "value_type", "complaint"),
    [
        ("maybe", CHOICE, "`maybe` is no Choice: one of yes, no"),
        ("x", t.IntType(), "`x` is no int"),
        ("1/0", t.FractionType(), "`1/0` is no fraction"),
        ("[yes", t.ListType(CHOICE), "`[yes` ends too early"),
        ("{name: x}", STEP, "`Step` lacks stage"),
        ("{name: x, stag: 1}", STEP, "`Step` has no field `stag`, but name, stage"),
        ("yes no]", t.ListType(CHOICE), "`]` does not fit in `yes no]`"),
        ('"yes', CHOICE, '`"yes` has a quote without its other half'),
        ("chair", t.InstanceType(("voter",)), "`chair` is no voter"),
    ],
)
def test_what_is_no_such_value_is_refused_with_a_reason(text: str, value_type: t.ValueType, complaint: str) -> None:
    with pytest.raises(UnreadableValue) as refusal:
        read_value(text, value_type, MODULE)
    assert str(refusal.value) == complaint


def test_values_are_split_at_commas_outside_brackets() -> None:
    assert split_values("yes, [a, b],{c: d, e: f} ,no") == ["yes", "[a, b]", "{c: d, e: f}", "no"]
    assert split_values("") == []
