"""Every example of every explain page is what the page says that it is."""

import re
from pathlib import Path

import pytest

import comityc.diagnostics
from comityc.diagnostics.codes import CODES
from comityc.driver import check_file

PAGES = Path(comityc.diagnostics.__file__).parent / "explain"
EXAMPLE = re.compile(r"^```yaml (rejected|accepted)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    pytest.param(page.stem, kind, text, id=f"{page.stem}-{kind}-{number}")
    for page in sorted(PAGES.glob("CMY*.md"))
    for number, (kind, text) in enumerate(EXAMPLE.findall(page.read_text(encoding="utf-8")), start=1)
]


@pytest.mark.parametrize(("number", "kind", "text"), EXAMPLES)
def test_an_example_is_what_its_page_says(number: str, kind: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(text, encoding="utf-8")
    found = {finding.code.number for finding in check_file(str(file)).diagnostics}
    assert found == ({number} if kind == "rejected" else set())


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: str(page.stem))
def test_a_page_opens_with_its_code_and_says_the_fact(page: Path) -> None:
    code = CODES[page.stem]
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {code.number}: {code.name}\n\n")
    assert code.sentence in text
