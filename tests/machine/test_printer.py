"""Each spec of golden/machine is lowered to the machine that is printed beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from comityc.driver import check_file
from comityc.lower.lower import lower_protocol
from comityc.machine.expression_text import duration_text
from comityc.machine.model import Machine
from comityc.machine.printer import print_machine
from comityc.source.loader import load
from comityc.source.yaml_tree import parse
from comityc.syntax.build import build_protocol

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "machine"
EXAMPLES = sorted(GOLDEN.glob("*.yaml"))
SPECS = sorted((ROOT / "specs").glob("*/*.yaml"))


def machine_of(path: Path) -> Machine:
    """Return the machine of a spec, without the checks that come after the lowering."""
    source, _ = load(str(path))
    assert source is not None
    tree, _ = parse(source)
    assert tree is not None
    protocol, findings = build_protocol(tree, source)
    assert protocol is not None, findings
    machine, findings = lower_protocol(protocol)
    assert machine is not None, findings
    return machine


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: str(path.stem))
def test_a_spec_means_the_machine_beside_it(example: Path, golden: Callable[[Path, str], None]) -> None:
    golden(example.with_suffix(".machine"), print_machine(machine_of(example)))


def test_every_printed_machine_has_its_spec() -> None:
    assert {file.stem for file in GOLDEN.glob("*.machine")} == {example.stem for example in EXAMPLES}


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: str(path.stem))
def test_the_specs_of_the_library_can_be_printed(spec: Path) -> None:
    machine = check_file(str(spec)).machine
    assert machine is not None
    assert print_machine(machine).startswith(f"protocol {machine.protocol}\n")


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0s"),
        (150, "150ms"),
        (1500, "1500ms"),
        (30_000, "30s"),
        (90_000, "90s"),
        (7_200_000, "2h"),
        (86_400_000, "1d"),
    ],
)
def test_a_duration_is_printed_in_the_largest_unit_that_is_exact(milliseconds: int, text: str) -> None:
    assert duration_text(milliseconds) == text
