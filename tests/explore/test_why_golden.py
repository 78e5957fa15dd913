"""Why a property is false, down to the smallest part with its values: whole reports, compared with what is expected."""

from pathlib import Path

import pytest
from tests.conftest import Golden

from comityc.driver import check_file, checking_module
from comityc.explore.verify import verify_machine

GOLDEN = Path(__file__).parent.parent / "golden" / "why"


@pytest.mark.parametrize("spec", sorted(GOLDEN.glob("*.yaml")), ids=lambda path: str(path.stem))
def test_why_a_property_is_false(spec: Path, golden: Golden) -> None:
    machine = check_file(str(spec)).machine
    assert machine is not None
    lines = []
    for case in verify_machine(machine, checking_module(machine)).cases:
        for prop in case.properties:
            if prop.counterexample is not None:
                instance = f" for {prop.instance}" if prop.instance else ""
                lines += [f"{case.name}: {prop.name}{instance}", *(f"  {line}" for line in prop.counterexample.why), ""]
    golden(spec.with_suffix(".why"), "\n".join(lines))
