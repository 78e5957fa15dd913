"""Every wrong variant of the catalogue is found out: the properties named for it fail, and hold for the right spec in the same case."""

from functools import cache
from pathlib import Path

import pytest
from tests.specs import variants_escrow, variants_saga, variants_voting
from tests.specs.wrong_variants import WrongVariant

from comityc.diagnostics.codes_checks import BROKEN_ASSUMPTION
from comityc.driver import check_file, checking_module
from comityc.explore.verdict import CaseVerdict
from comityc.explore.verify import verify_machine

VARIANTS = (*variants_voting.VARIANTS, *variants_escrow.VARIANTS, *variants_saga.VARIANTS)

MAX_STATES = 100_000


def verdict_on(path: Path) -> CaseVerdict:
    """Check a spec with a single case, and verify it."""
    checked = check_file(str(path))
    assert checked.machine is not None, [diagnostic.message for diagnostic in checked.diagnostics]
    assert not checked.has_errors
    (case,) = verify_machine(checked.machine, checking_module(checked.machine), max_states=MAX_STATES).cases
    return case


def outcome(case: CaseVerdict, name: str) -> set[str]:
    """Return the verdicts on a property, which may be stated of several instances."""
    return {verdict.verdict for verdict in case.properties if verdict.name == name}


@cache
def right_verdict(text: str, folder: Path) -> CaseVerdict:
    path = folder / "right.yaml"
    path.write_text(text, encoding="utf-8")
    return verdict_on(path)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("right")


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.id)
def test_a_wrong_variant_is_found_out(variant: WrongVariant, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(variant.wrong, encoding="utf-8")
    case = verdict_on(path)
    for name in variant.breaks:
        assert "fails" in outcome(case, name), (name, case.findings, case.properties)


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v.refused_by is None], ids=lambda variant: variant.id)
def test_the_right_spec_holds_in_the_same_case(variant: WrongVariant, folder: Path) -> None:
    case = right_verdict(variant.right, folder)
    for name in variant.breaks:
        assert outcome(case, name) == {"holds"}, (name, case.findings)


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v.refused_by is not None], ids=lambda variant: variant.id)
def test_the_right_spec_refuses_the_case(variant: WrongVariant, tmp_path: Path) -> None:
    path = tmp_path / "right.yaml"
    path.write_text(variant.right, encoding="utf-8")
    findings = check_file(str(path)).diagnostics
    assert [finding.code.name for finding in findings if finding.is_error] == [BROKEN_ASSUMPTION.name]
    assert f"`{variant.refused_by}`" in findings[0].message
