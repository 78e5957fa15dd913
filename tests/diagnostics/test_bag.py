"""Findings are collected, ordered, and told once; words are suggested when one comes close."""

import pytest

from comityc.diagnostics.bag import Bag
from comityc.diagnostics.codes_source import UNKNOWN_KEY
from comityc.diagnostics.registry import Block
from comityc.diagnostics.span import Span
from comityc.diagnostics.suggest import did_you_mean


def span(line: int, column: int = 1, file: str = "a.yaml") -> Span:
    return Span(file, line, column, line, column + 1)


def test_findings_come_in_the_order_of_the_text_and_once() -> None:
    bag = Bag()
    for where in (span(3), span(1, 5), span(1), span(3), span(1, file="A.yaml")):
        bag.add(UNKNOWN_KEY.at(where, "x"))
    assert [str(d.span) for d in bag.diagnostics] == ["A.yaml:1:1", "a.yaml:1:1", "a.yaml:1:5", "a.yaml:3:1"]


def test_warnings_do_not_stop() -> None:
    block = Block("CMY09")
    warning = block.warning("CMY0901", "odd", "Odd.")
    bag = Bag([warning.at(span(1), "x")])
    assert not bag.has_errors
    bag.add(UNKNOWN_KEY.at(span(1), "x"))
    assert bag.has_errors


def test_a_number_is_given_once_and_in_its_block() -> None:
    block = Block("CMY09")
    block.error("CMY0901", "odd", "Odd.")
    with pytest.raises(ValueError, match="twice"):
        block.error("CMY0901", "other", "Other.")
    with pytest.raises(ValueError, match="not a number"):
        block.error("CMY0801", "other", "Other.")


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("Lokced", ["Locked", "Open"], "did you mean `Locked`?"),
        ("BALLOT", ["ballot", "ballots"], "did you mean `ballot`?"),
        ("xyz", ["Locked"], None),
        ("a", [], None),
        ("x" * 100_000, ["x" * 99_999], None),
    ],
)
def test_the_closest_word_is_suggested(text: str, known: list[str], said: str | None) -> None:
    assert did_you_mean(text, known) == said
