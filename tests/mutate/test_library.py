"""The specs of the library say what they mean: of the usual mistakes none survives that a spec does not explain."""

from pathlib import Path

import pytest

from comityc.driver import check_file
from comityc.mutate.report import lines
from comityc.mutate.run import MutationOptions, mutate_machine

SPECS = Path(__file__).parents[2] / "specs"
QUICK = ("composition/deal", "composition/purchase")
"""Specs whose mutants are judged in a few seconds."""


def assert_nothing_unexplained(path: Path) -> None:
    machine = check_file(str(path)).machine
    assert machine is not None
    report = mutate_machine(machine, MutationOptions())
    told = "\n".join(lines(machine, report))
    assert report.is_fine, told
    assert not report.fates or any(fate.verdict == "killed" for fate in report.fates), told


@pytest.mark.parametrize("name", QUICK)
def test_small_specs_have_no_unexplained_survivor(name: str) -> None:
    assert_nothing_unexplained(SPECS / f"{name}.yaml")


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(SPECS.glob("*/*.yaml")), ids=lambda path: path.stem)
def test_no_spec_has_an_unexplained_survivor(path: Path) -> None:
    assert_nothing_unexplained(path)
