"""All values of a type within the bounds of a case, in a fixed order."""

from types import ModuleType
from typing import NamedTuple

import pytest

from comity.values import Instance, Map, Word
from comityc.explore.engine.bounds import Limits, breaches
from comityc.explore.engine.domains import Domains, NoDomainError
from comityc.machine.expressions import Constant
from comityc.machine.model import Bounds, VariableDeclaration
from comityc.machine.value_types import (
    BoolType,
    EnumType,
    IdType,
    InstanceType,
    IntType,
    ListType,
    MapType,
    OptionalType,
    RecordField,
    RecordType,
    SetType,
    TextType,
    ValueType,
)

NODES = (Instance("node", 0), Instance("node", 1))
COLOUR = EnumType("Colour", ("white", "black"))
BID = RecordType("Bid", (RecordField("price", IntType("Money")), RecordField("open", BoolType())))


class Colour(Word):
    WHITE = "white"
    BLACK = "black"


class Bid(NamedTuple):
    price: int
    open: bool


def domains(bounds: Bounds) -> Domains:
    module = ModuleType("generated")
    module.__dict__.update(Colour=Colour, Bid=Bid, MESSAGES={})
    return Domains(bounds, module, NODES, {})


SMALL = Bounds(ranges=(("Money", 0, 1), ("turn", 3, 4)), sizes=(("Motion", 1),))


@pytest.mark.parametrize(
    ("value_type", "values"),
    [
        (BoolType(), (False, True)),
        (COLOUR, (Colour.WHITE, Colour.BLACK)),
        (IntType("Money"), (0, 1)),
        (TextType(), ("text1", "text2")),
        (TextType("Motion"), ("motion1",)),
        (IdType(), ("id1", "id2")),
        (OptionalType(COLOUR), (None, Colour.WHITE, Colour.BLACK)),
        (InstanceType(("node",)), NODES),
        (BID, (Bid(0, False), Bid(0, True), Bid(1, False), Bid(1, True))),
        (SetType(BoolType()), (frozenset(), frozenset({False}), frozenset({True}), frozenset({False, True}))),
    ],
)
def test_a_type_has_these_values(value_type: ValueType, values: tuple[object, ...]) -> None:
    assert domains(SMALL).values(value_type) == values


def test_a_map_has_one_value_for_each_assignment() -> None:
    values = domains(SMALL).values(MapType(InstanceType(("node",)), COLOUR))
    assert len(values) == 4
    assert values[1] == Map({NODES[0]: Colour.WHITE, NODES[1]: Colour.BLACK})


def test_a_name_can_be_bounded_instead_of_its_type() -> None:
    assert domains(SMALL).values(IntType(), "turn") == (3, 4)


@pytest.mark.parametrize("value_type", [IntType(), ListType(BoolType())])
def test_a_type_without_end_asks_for_a_bound(value_type: ValueType) -> None:
    with pytest.raises(NoDomainError, match="under `bounds`"):
        domains(SMALL).values(value_type, "amount")


def test_bounds_are_found_at_any_depth() -> None:
    types: list[tuple[str, ValueType]] = [
        ("turn", IntType()),
        ("best", OptionalType(BID)),
        ("bids", MapType(InstanceType(("node",)), IntType("Money"))),
    ]
    start = Constant(type=IntType(), value=0)
    variables = tuple(VariableDeclaration(name=name, type=kind, default=start) for name, kind in types)
    check = Limits(SMALL, {}).of_variables(variables, 0)
    assert breaches(check, (3, None, Map())) == frozenset()
    assert breaches(check, (2, Bid(7, True), Map({NODES[0]: 8}))) == {("turn", 2), ("Money", 7), ("Money", 8)}
