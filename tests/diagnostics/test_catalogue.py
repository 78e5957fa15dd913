"""Every code has a page and a rejected example, and every example yields exactly its code at the marked line."""

import re
from collections import Counter
from pathlib import Path

import pytest

from comityc.diagnostics.codes import CODES
from comityc.diagnostics.explain import PAGES, page
from comityc.driver import check_file

from .made_examples import MADE_EXAMPLES, SHOWN_ELSEWHERE, Made

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "diagnostics"
EXAMPLES = sorted(GOLDEN.glob("*.yaml"))
MARKER = re.compile(r"#~ (error|warning)\[(CMY[0-9]{4})\]")

each_code = pytest.mark.parametrize("number", list(CODES))


@each_code
def test_each_code_has_a_page(number: str) -> None:
    text = page(number)
    assert text is not None, f"write compiler/comityc/diagnostics/explain/{number}.md"
    assert CODES[number].sentence in text


@each_code
def test_each_code_has_a_rejected_example(number: str) -> None:
    if number in SHOWN_ELSEWHERE:
        assert number in (ROOT / SHOWN_ELSEWHERE[number]).read_text(encoding="utf-8")
        return
    files = [example for example in EXAMPLES if example.name.startswith(f"{number}-")]
    assert files or any(made.code == number for made in MADE_EXAMPLES), f"write {GOLDEN.name}/{number}-<topic>.yaml"


@each_code
def test_the_sentence_of_a_code_is_a_sentence(number: str) -> None:
    assert re.fullmatch(r"[A-Z`].*\.", CODES[number].sentence)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", CODES[number].name)


def test_no_two_codes_share_a_name() -> None:
    names = Counter(code.name for code in CODES.values())
    assert not [name for name, times in names.items() if times > 1]


def test_every_page_is_of_a_code() -> None:
    assert {file.stem for file in PAGES.glob("*.md")} <= set(CODES)


def test_there_is_no_page_without_a_code() -> None:
    assert page("CMY9999") is None
    assert page("../explain/CMY0001") is None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: str(path.stem))
def test_an_example_yields_its_code_where_it_is_marked(example: Path) -> None:
    lines = example.read_text(encoding="utf-8").split("\n")
    marked = [
        (severity, code, number) for number, line in enumerate(lines, 1) for severity, code in MARKER.findall(line)
    ]
    assert {code for _, code, _ in marked} == {example.name[:7]}, "a rejected example shows the code that names it"
    found = [(d.code.severity, d.code.number, d.span.line) for d in check_file(str(example)).diagnostics]
    assert sorted(found) == sorted(marked)


@pytest.mark.parametrize("made", MADE_EXAMPLES, ids=lambda made: str(made.code))
def test_an_example_that_is_no_text_yields_its_code(made: Made, tmp_path: Path) -> None:
    found = [(d.code.number, d.span.line) for d in check_file(str(made.make(tmp_path))).diagnostics]
    assert found == [(made.code, made.line)]
