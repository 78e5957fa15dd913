"""The library keeps its word: small cases come out as their specs say, conformance models have their figures, scenarios pass."""

from pathlib import Path

import pytest

from comityc.driver import check_file, checking_module
from comityc.explore.telling.report import to_text
from comityc.explore.verify import verify_machine
from comityc.play.scenario import play_scenario

SPECS = Path(__file__).parents[2] / "specs"
ALL: tuple[str, ...] = ()

SMALL = {
    "auction/sealed_first_price": ("higher reserve", "a bidder lies", "the auctioneer dies", "the auctioneer lies"),
    "composition/deal": ALL,
    "composition/purchase": ("one buyer",),
    "conformance/alternating_bit": ALL,
    "conformance/chang_roberts": ALL,
    "conformance/echo": ALL,
    "conformance/ewd840": ALL,
    "conformance/crash_budget": ALL,
    "conformance/paxos_lamport": ALL,
    "conformance/ping_pong": ALL,
    "conformance/single_copy": ALL,
    "conformance/tcommit": ALL,
    "conformance/two_phase_lamport": ALL,
    "consensus/paxos": (
        "one proposer in quiet times",
        "a majority is down",
        "proposers may duel",
        "an acceptor loses its disk",
    ),
    "consensus/two_phase_commit": (
        "calm",
        "the coordinator dies",
    ),
    "contract/contract_net": ("the initiator dies", "the world forgets the key"),
    "contract/escrow": ("no penalty",),
    "election/lease_leader": ("somebody goes down", "the registry forgets its tokens"),
    "election/raft_election": ("calm", "one node alone", "a node loses its disk"),
    "election/ring": ALL,
    "membership/swim": ("two members", "many losses and a short suspicion"),
    "saga/saga": ALL,
    "voting/threshold_vote": ("up to four voters", "the chair decides a tie", "nothing is lost", "the chair may die"),
    "work/manager_worker": (
        "one task",
        "all workers die",
        "the manager dies",
        "the manager lies",
        "the world forgets the key",
    ),
}
"""The cases that are explored in a few seconds; docs/state-spaces.md has the others."""


@pytest.mark.parametrize("name", SMALL)
def test_small_cases_come_out_as_the_spec_says(name: str) -> None:
    machine = check_file(str(SPECS / f"{name}.yaml")).machine
    assert machine is not None
    known = {case.name for case in machine.cases}
    assert set(SMALL[name]) <= known
    verdict = verify_machine(machine, checking_module(machine), cases=SMALL[name] or None)
    assert len(verdict.cases) >= max(len(SMALL[name]), 1)
    assert verdict.as_expected, to_text([verdict])


@pytest.mark.parametrize("path", sorted(SPECS.glob("*/*.yaml")), ids=lambda path: path.stem)
def test_scenarios_go_as_they_say(path: Path) -> None:
    machine = check_file(str(path)).machine
    assert machine is not None
    if machine.later is None:
        module = checking_module(machine)
        results = [play_scenario(machine, scenario, module) for scenario in machine.scenarios]
        assert [result.failure for result in results if not result.passed] == []


def test_conformance_models_state_their_figures() -> None:
    for path in sorted((SPECS / "conformance").glob("*.yaml")):
        machine = check_file(str(path)).machine
        assert machine is not None
        assert any(case.states is not None and case.levels is not None for case in machine.cases), path.name
