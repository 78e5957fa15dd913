"""The specs of the library: what the static checks say of them is known, and none of it is a false alarm."""

from pathlib import Path

import pytest

from comityc.driver import check_file

SPECS = Path(__file__).parent.parent.parent / "specs"

KNOWN = {
    # A commit would be a bug there, so it stays an unhandled message on purpose.
    "consensus/two_phase_commit.yaml": ["CMY0501 in `idle`", "CMY0501 in `asked`"],
    # A contractor may think for ever, and only variables say that nobody who works is rejected.
    "contract/contract_net.yaml": ["CMY0510 in `deciding`", "CMY0501 in `working`"],
}


@pytest.mark.parametrize("spec", sorted(SPECS.glob("*/*.yaml")), ids=lambda path: path.relative_to(SPECS).as_posix())
def test_a_library_spec_has_no_false_alarms(spec: Path) -> None:
    result = check_file(str(spec))
    assert result.machine is not None
    found = [f"{finding.code.number} {finding.message}" for finding in result.diagnostics]
    known = KNOWN.get(spec.relative_to(SPECS).as_posix(), [])
    for number, place in (each.split(" ", 1) for each in known):
        found = [each for each in found if not (each.startswith(number) and place in each)]
    assert not found
