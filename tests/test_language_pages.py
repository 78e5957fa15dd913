"""Every word of the language has a page that docs/language/index.md leads to, and every example there is without findings."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pages import ROOT, blocks_of

from comityc.driver import check_file
from comityc.machine.model import GENERIC_PROPERTIES
from comityc.resolve.words import CONDITIONS, FUNCTIONS, PLAIN_TYPES, SPECIAL_NAMES, TYPE_CONSTRUCTORS
from comityc.source.forms import Choice, ListOf, MapOf, Record, Shape, Word
from comityc.source.table import PROTOCOL

LANGUAGE = ROOT / "docs" / "language"
PAGES = sorted(LANGUAGE.glob("*.md"))
LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<page>[\w-]+\.md)(?:#(?P<anchor>[\w-]+))?\)")
OTHER_WORDS = ("any", "copies", "send", "implies", "none", "true", "false")
"""Words that stand neither in the table of keys nor among the functions."""


def words_of(shape: Shape) -> Iterator[str]:
    """Yield the keys and the words that a shape knows."""
    match shape:
        case Record(keys=keys):
            for key in keys:
                yield key.name
                yield from words_of(key.shape)
        case Word(words=words):
            yield from words
        case MapOf(value=inner) | ListOf(item=inner):
            yield from words_of(inner)
        case Choice():
            for part in (shape.value, shape.items, shape.map, shape.long):
                if part is not None:
                    yield from words_of(part)
        case _:
            pass


def all_words() -> list[str]:
    return list(
        dict.fromkeys(
            (
                *words_of(PROTOCOL),
                *FUNCTIONS,
                *SPECIAL_NAMES,
                *CONDITIONS,
                *PLAIN_TYPES,
                *TYPE_CONSTRUCTORS,
                *GENERIC_PROPERTIES,
                *OTHER_WORDS,
            )
        )
    )


def anchors_of(text: str) -> set[str]:
    """Return what a link into a page may name: headings as they are linked to, and marks of our own."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    marks = re.findall(r'<a id="([\w-]+)">', text)
    return {*marks, *(re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings)}


def test_every_word_has_its_page() -> None:
    index = (LANGUAGE / "index.md").read_text(encoding="utf-8")
    linked = {word for match in LINK.finditer(index) for word in re.findall(r"`(\w+)`", match["text"])}
    assert [word for word in all_words() if word not in linked] == []


def test_a_page_that_the_index_leads_to_knows_the_word() -> None:
    index = (LANGUAGE / "index.md").read_text(encoding="utf-8")
    silent = [
        (word, match["page"])
        for match in LINK.finditer(index)
        for word in re.findall(r"`(\w+)`", match["text"])
        if not re.search(rf"\b{word}\b", (LANGUAGE / match["page"]).read_text(encoding="utf-8"))
    ]
    assert silent == []


def test_the_index_leads_to_every_page() -> None:
    index = (LANGUAGE / "index.md").read_text(encoding="utf-8")
    linked = {match["page"] for match in LINK.finditer(index)}
    assert [page.name for page in PAGES if page.name not in linked | {"index.md"}] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_between_pages_name_what_is_there(page: Path) -> None:
    missing = [
        match[0]
        for match in LINK.finditer(page.read_text(encoding="utf-8"))
        if match["anchor"] and match["anchor"] not in anchors_of((LANGUAGE / match["page"]).read_text(encoding="utf-8"))
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_are_without_findings(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks_of(page):
        if block.language == "yaml" and block.rest.endswith(".yaml"):
            Path(block.rest).write_text(block.body, encoding="utf-8")
            result = check_file(block.rest)
            assert [f"{page.name}:{block.line} {d.code.number} {d.message}" for d in result.diagnostics] == []
            assert result.machine is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_an_example(page: Path) -> None:
    assert any(block.language == "yaml" for block in blocks_of(page))
