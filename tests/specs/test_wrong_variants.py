"""Every wrong variant of the catalogue is found out: the properties named for it fail, and hold for the right spec in the same case."""

from functools import cache
from pathlib import Path

import pytest
from tests.specs import variants_auction, variants_escrow, variants_saga, variants_voting
from tests.specs.wrong_variants import WrongVariant

from comityc.diagnostics.codes_checks import BROKEN_ASSUMPTION
from comityc.driver import check_file, checking_module
from comityc.explore.verdict import CaseVerdict
from comityc.explore.verify import verify_machine

VARIANTS = (
    *variants_voting.VARIANTS,
    *variants_auction.VARIANTS,
    *variants_escrow.VARIANTS,
    *variants_saga.VARIANTS,
)

LISTED = {
    "VOTE": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17),
    "AUC": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23),
    "ESC": (1, 2, 4, 5, 7, 8, 10, 11),
    "SAGA": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14),
}
"""The rows of the catalogue, by family."""

NOT_EXPRESSIBLE = {
    "AUC-B1": "a first price has no second (Vickrey)",
    "AUC-B2": "a first price has no second (Vickrey)",
    "AUC-B4": "a first price has no second (Vickrey)",
    "AUC-B8": "no deposits, so nothing to give back",
    "AUC-B11": "bids do not extend a sealed auction (English)",
    "AUC-B13": "nobody sees a standing bid that could be outbid (English)",
    "AUC-B14": "nobody accepts a price (Dutch)",
    "AUC-B16": "no price falls (Dutch)",
    "AUC-B19": "no seller takes part that could bid",
    "AUC-B22": "settlement is left to an escrow",
    "AUC-B23": "one seller only (double auctions)",
    "SAGA-B11": "there is an orchestrator, and no choreography",
}
"""The rows that are about something else than the protocols here."""

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


def test_every_row_of_the_catalogue_has_a_variant_or_a_reason() -> None:
    rows = {f"{family}-B{number}" for family, numbers in LISTED.items() for number in numbers}
    made = {"-".join(variant.id.split("-")[:2]) for variant in VARIANTS if variant.id.split("-")[1][1:].isdigit()}
    assert made | set(NOT_EXPRESSIBLE) == rows
    assert not made & set(NOT_EXPRESSIBLE)


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
