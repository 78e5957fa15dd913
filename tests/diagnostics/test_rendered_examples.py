"""Every rejected example is shown as the file beside it says, to the character."""

from collections.abc import Callable
from pathlib import Path

import pytest

from comityc.diagnostics.render import all_to_text
from comityc.driver import check_file

GOLDEN = Path(__file__).parent.parent / "golden" / "diagnostics"


@pytest.mark.parametrize("example", sorted(GOLDEN.glob("*.yaml")), ids=lambda path: str(path.stem))
def test_an_example_is_shown_as_expected(
    example: Path, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(GOLDEN)
    golden(example.with_suffix(".stderr"), all_to_text(check_file(example.name).diagnostics))


def test_every_expected_output_has_its_example() -> None:
    assert {file.stem for file in GOLDEN.glob("*.stderr")} <= {file.stem for file in GOLDEN.glob("*.yaml")}
