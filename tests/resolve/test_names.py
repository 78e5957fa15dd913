"""Names are declared once in their space, and are no words of the language."""

import pytest

from comityc.diagnostics.bag import Bag
from comityc.machine.value_types import EnumType, IntType, MapType, OptionalType, RecordType, type_name
from comityc.resolve.names import resolve_names
from comityc.resolve.scopes import Declarations
from comityc.source.tree import Source
from comityc.source.yaml_tree import parse
from comityc.syntax.build import build_protocol

SPEC = """
comity: "1"
protocol: market
parameters:
  buyers: {type: int, default: 2}
types:
  Money: int
  Mood: [good, bad]
  Offer: {price: Money, by: "buyer?"}
  Book: map[buyer, Offer]
messages:
  Bid: {offer: Offer}
define:
  half: buyers / 2
roles:
  seller:
    variables:
      best: Offer?
      last: Bid?
    states:
      open:
        - receive: Bid
          goto: closed
      closed: final
  buyer:
    count: buyers
    variables:
      best: int
    states:
      idle:
        - ignore: Bid
"""


def resolved(text: str) -> tuple[Declarations, list[tuple[str, str]]]:
    """Return what a spec declares, and what is found in that."""
    source = Source("spec.yaml", text)
    tree, _ = parse(source)
    assert tree is not None
    protocol, findings = build_protocol(tree, source)
    assert protocol is not None, findings
    bag = Bag()
    declarations, _ = resolve_names(protocol, bag)
    return declarations, [(finding.code.number, finding.message) for finding in bag.diagnostics]


def test_everything_declared_has_its_type() -> None:
    declarations, findings = resolved(SPEC)
    assert not findings
    assert declarations.types["Money"] == IntType()
    assert declarations.types["Mood"] == EnumType("Mood", ("good", "bad"))
    assert isinstance(declarations.types["Offer"], RecordType)
    assert isinstance(declarations.types["Book"], MapType)
    seller = declarations.roles["seller"]
    assert {name: type_name(symbol.type) for name, symbol in seller.variables.items()} == {
        "best": "Offer?",
        "last": "Bid?",
    }
    assert list(seller.states) == ["open", "closed"]
    assert seller.single
    assert not declarations.roles["buyer"].single


def test_roles_may_use_each_others_names() -> None:
    declarations, findings = resolved(SPEC)
    assert not findings
    assert all("best" in role.variables for role in declarations.roles.values())


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("      best: int", "      buyers: int", "CMY0203", "`buyers` is the name of a parameter and of a variable"),
        ("      best: int", "      seller: int", "CMY0203", "`seller` is the name of a role and of a variable"),
        ("      best: int", "      good: int", "CMY0203", "`good` is the name of a word of an enum and of a variable"),
        ("      best: int", "      sum: int", "CMY0204", "`sum` is a word of the language"),
        ("      best: int", "      index: int", "CMY0204", "`index` is a word of the language"),
        ("  half: buyers / 2", "  buyers: 2", "CMY0203", "`buyers` is the name of a parameter and of a define"),
        ("  Mood: [good, bad]", "  Mood: [good, good]", "CMY0203", "`good` is declared twice"),
        ("  Mood: [good, bad]", "  Bid: [good, bad]", "CMY0203", "`Bid` is the name of a type and of a message"),
        ("  Mood: [good, bad]", "  Money2: {price: Monney}", "CMY0202", "unknown type `Monney`"),
        ("  Mood: [good, bad]", "  Tree: {left: Tree}", "CMY0220", "type `Tree` is made of itself"),
        ("  Mood: [good, bad]", "  Bag: set[int, int]", "CMY0412", "`set` takes 1 argument, not 2"),
        (
            "      closed: final",
            "      crashed: final\n      closed: final",
            "CMY0204",
            "`crashed` is a word of the language",
        ),
    ],
)
def test_a_name_that_is_taken_or_means_nothing_is_found(old: str, new: str, code: str, message: str) -> None:
    assert resolved(SPEC.replace(old, new))[1] == [(code, message)]


def test_both_places_of_a_duplicate_are_named() -> None:
    source = Source("spec.yaml", SPEC.replace("      best: int", "      buyers: int"))
    tree, _ = parse(source)
    assert tree is not None
    protocol, _ = build_protocol(tree, source)
    assert protocol is not None
    bag = Bag()
    resolve_names(protocol, bag)
    (finding,) = bag.diagnostics
    assert finding.caret == "here again"
    assert [(label.text, label.span.line) for label in finding.labels] == [("first here", 5)]


def test_two_enums_may_share_a_word() -> None:
    declarations, findings = resolved(
        SPEC.replace("  Mood: [good, bad]", "  Mood: [good, bad]\n  Taste: [bad, better]")
    )
    assert not findings
    assert [enum.name for enum in declarations.words["bad"]] == ["Mood", "Taste"]


def test_an_optional_of_an_optional_is_one() -> None:
    declarations, _ = resolved(SPEC.replace("  Mood: [good, bad]", '  Maybe: int?\n  Wrapped: {value: "Maybe?"}'))
    wrapped = declarations.types["Wrapped"]
    assert isinstance(wrapped, RecordType)
    assert wrapped.fields[0].type == OptionalType(IntType())
