"""What the library stands, against the matrix that the literature lets one expect: cell by cell, with each disagreement explained.

In a cell stand what never happens and what comes in the end: `✓` holds, `✗` fails, `~` holds under a condition that the
cell does not name, so that either may come out. A lone `✗` fails in one of the two. Groups are small; the
figures of larger ones stand in `docs/ladder-matrix.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pytest
from tests.pages import ROOT

from comityc.driver import check_file, checking_module
from comityc.explore.ladder.climb import LadderVerdict, RungVerdict, climb
from comityc.explore.ladder.rungs import Base, Column, base_of
from comityc.explore.verdict import Verdict
from comityc.machine.model import Bounds, Envelope, Partition

MARKS: Mapping[str, Verdict] = {"✓": "holds", "✗": "fails"}
WORST: tuple[Verdict, ...] = ("fails", "cut", "holds", "not_tested")
EVERYBODY = ""
"""The role of a cell that speaks of all roles: the worst of them counts."""


@dataclass(frozen=True)
class Row:
    """One protocol: its spec, how small a group is searched, and the cells, by kind of fault and role."""

    spec: str
    cells: Mapping[Column, Mapping[str, str]]
    values: Mapping[str, int] = field(default_factory=dict)
    bounds: Bounds | None = None
    case: str | None = None
    most: int = 30_000


def everybody(mark: str) -> Mapping[str, str]:
    return {EVERYBODY: mark}


def calm(lose: str = "✓/~", partition: str = "✓/~", none: str = "✓/✓") -> dict[Column, Mapping[str, str]]:
    """The cells that most protocols share; without a clock, early timers are those of every rung."""
    return {
        "none": everybody(none),
        "lose": everybody(lose),
        "duplicate": everybody(none),
        "reorder": everybody(none),
        "restart": everybody(none),
        "partition": everybody(partition),
    }


ROWS: Mapping[str, Row] = {
    "threshold vote, deadline": Row(
        "voting/threshold_vote",
        calm("✓/✓", "✓/✓")
        | {
            "crash": {"voter": "✓/✓", "chair": "✓/✗"},
            "amnesia": everybody("✗"),
            "byzantine": {"chair": "✗", "voter": "✓/✓"},
        },
        {"voters": 2},
    ),
    "sealed auction": Row(
        "auction/sealed_first_price",
        calm() | {"crash": {"auctioneer": "✓/✗"}, "amnesia": everybody("✗"), "byzantine": {"auctioneer": "✗"}},
        {"bidders": 1},
    ),
    "contract net + task key": Row(
        "contract/contract_net",
        calm("✓/✓") | {"crash": everybody("✓/~"), "amnesia": everybody("✗"), "byzantine": everybody("✗")},
        {"contractors": 1},
    ),
    "saga + log + idempotency": Row(
        "saga/saga",
        calm() | {"crash": {"orchestrator": "✓/✗"}, "amnesia": everybody("✗"), "byzantine": everybody("✗")},
    ),
    "2PC": Row(
        "consensus/two_phase_commit",
        calm(partition="✓/✗")
        | {"crash": {"coordinator": "✓/✗"}, "amnesia": everybody("✗"), "byzantine": everybody("✗")},
        {"participants": 2},
    ),
    "Chang-Roberts": Row(
        "election/ring",
        calm("✓/✗", "✓/✗")
        | {
            "crash": everybody("✓/✗"),
            "restart": everybody("✓/✗"),
            "amnesia": everybody("✓/✗"),
            "byzantine": everybody("✗"),
        },
        bounds=Bounds(ranges=(("rank", 1, 3),), copies=1),
    ),
    "Raft election": Row(
        "election/raft_election",
        calm(none="✓/~") | {"crash": everybody("✓/~"), "amnesia": everybody("✗"), "byzantine": everybody("✗")},
        {"nodes": 2},
        case="three nodes",
    ),
    "lease + fencing": Row(
        "election/lease_leader",
        calm() | {"crash": everybody("✓/✓"), "amnesia": {"registry": "✗"}, "byzantine": everybody("✗")},
        {"candidates": 2},
        bounds=Bounds(ranges=(("token", 0, 1),), copies=1),
        most=40_000,
    ),
    "SWIM membership": Row(
        "membership/swim",
        calm() | {"early": everybody("✓/~"), "crash": everybody("✓/✓"), "amnesia": everybody("✓/✗")},
        {"members": 2},
        most=6_000,
    ),
}


class Disagreement(NamedTuple):
    """A cell that comes out otherwise: what we find, which side is right, and why."""

    row: str
    column: Column
    ours: str
    right: str
    why: str


DISAGREEMENTS = (
    Disagreement(
        "2PC",
        "partition",
        "✓/✓",
        "both, of different cuts",
        "The matrix means a cut that stays. Ours heals, and participants in doubt ask again; the cut for good has a test of its own.",
    ),
    Disagreement(
        "Chang-Roberts",
        "restart",
        "✓/✓",
        "both, of different networks",
        "Nothing is sent twice, so the matrix lets a message die with the node that is down. Here it waits for it: that loss is "
        "`lose`, and there the election stops.",
    ),
    Disagreement(
        "Chang-Roberts",
        "amnesia",
        "✗/✓",
        "ours",
        "For the same reason the election ends. A node that forgot that it stood meets its own number, stands by it, and takes it "
        "for its victory when it comes again: a generic promise (harmless duplicates) that the matrix does not count.",
    ),
    Disagreement(
        "lease + fencing",
        "byzantine",
        "✓/✓",
        "the matrix",
        "Only the resource is searched as a liar, and it can but refuse. What a lying registry or candidate says holds moments, "
        "of which no bound says which to try.",
    ),
    Disagreement(
        "SWIM membership",
        "early",
        "✗/~",
        "ours",
        "The spec promises that nobody alive is taken for dead (`accurate`), and rests it on `clock: synchronous`. The matrix "
        "counts that as no promise of safety; without the clock nobody can keep it.",
    ),
    Disagreement(
        "SWIM membership",
        "restart",
        "✗/✗",
        "the matrix",
        "A member that is down longer than the suspicion lasts is confirmed dead, and the spec has no way to join again with a "
        "larger incarnation. It tolerates crashes for good alone, and says so.",
    ),
    Disagreement(
        "SWIM membership",
        "amnesia",
        "✗/✗",
        "ours",
        "As with a restart, `accurate` breaks too, and that is a promise of safety here.",
    ),
    Disagreement(
        "SWIM membership",
        "partition",
        "✗/✗",
        "ours",
        "Two sides that do not hear each other take each other for dead: `accurate` is a promise of safety here.",
    ),
)


@pytest.fixture(scope="module")
def ladders() -> dict[str, LadderVerdict]:
    return {}


def ladder_of(name: str, ladders: dict[str, LadderVerdict], envelope: Envelope | None = None) -> LadderVerdict:
    """Climb the standard rungs of a protocol, once each."""
    if name in ladders and envelope is None:
        return ladders[name]
    row = ROWS[name]
    result = check_file(str(ROOT / "specs" / f"{row.spec}.yaml"))
    machine = result.machine
    assert machine is not None
    case = next((case for case in machine.cases if case.name == row.case), None)
    values = base_of(machine, case).values
    base = Base(replace(values, bounds=row.bounds or values.bounds), envelope or Envelope())
    found = climb(
        machine, checking_module(machine), base, with_values=row.values, limits={"max_states": row.most}, seconds=60
    )
    if envelope is None:
        ladders[name] = found
    return found


def worst(verdicts: list[Verdict]) -> Verdict:
    return min(verdicts, key=WORST.index)


def of_role(rungs: tuple[RungVerdict, ...], role: str) -> tuple[Verdict, Verdict]:
    meant = [rung for rung in rungs if role == EVERYBODY or any(fault.role == role for fault in rung.rung.faults)]
    return worst([rung.safety for rung in meant]), worst([rung.liveness for rung in meant])


def fits(expected: str, found: tuple[Verdict, Verdict]) -> bool:
    if "/" not in expected:
        return worst(list(found)) == MARKS[expected]
    pairs = zip(expected.split("/"), found, strict=True)
    return all(mark == "~" or MARKS[mark] == verdict for mark, verdict in pairs)


def shown(found: tuple[Verdict, Verdict]) -> str:
    marks: dict[Verdict, str] = {"holds": "✓", "fails": "✗", "cut": "~", "not_tested": "-"}
    return "/".join(marks[verdict] for verdict in found)


@pytest.mark.parametrize("name", ROWS)
def test_a_protocol_stands_what_is_expected_of_it(name: str, ladders: dict[str, LadderVerdict]) -> None:
    ladder = ladder_of(name, ladders)
    explained = {entry.column for entry in DISAGREEMENTS if entry.row == name}
    surprises = [
        f"{column} {role}: expected {mark}, found {shown(of_role(ladder.of(column), role))}"
        for column, cell in ROWS[name].cells.items()
        if column not in explained
        for role, mark in cell.items()
        if not fits(mark, of_role(ladder.of(column), role))
    ]
    assert not surprises


@pytest.mark.parametrize("entry", DISAGREEMENTS, ids=lambda entry: f"{entry.row}: {entry.column}")
def test_a_disagreement_is_one_and_comes_out_as_explained(
    entry: Disagreement, ladders: dict[str, LadderVerdict]
) -> None:
    found = of_role(ladder_of(entry.row, ladders).of(entry.column), EVERYBODY)
    assert fits(entry.ours, found), shown(found)
    (expected,) = ROWS[entry.row].cells[entry.column].values()
    assert not fits(expected, found)


def test_two_phase_commit_blocks_behind_a_cut_for_good() -> None:
    for_good = Envelope(partition=Partition(times=1, heals=False))
    (rung,) = ladder_of("2PC", {}, for_good).of("partition")
    assert (rung.safety, rung.liveness) == ("holds", "fails")
