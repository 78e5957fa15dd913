"""Twins: a spec of the library and the same with one mistake. The right one keeps the property in a small case, the other breaks it.

These are mistakes that books and papers warn of, for the families whose wrong variants stand in no catalogue, and a pair that differs
in fairness alone. The case of a pair is the smallest in which the mistake shows.
"""

from pathlib import Path

import pytest
from tests.specs.wrong_variants import Change, WrongVariant

from comityc.driver import check_file, checking_module
from comityc.explore.verify import verify_machine

ONE_TERM = "bounds: {term: 0..1, log: 0..0, copies: 1}"

TWINS = (
    WrongVariant(
        id="chang_roberts-lazy",
        title="nodes need not go on: without fairness, stuttering is a run",
        spec="conformance/chang_roberts.yaml",
        changes=(
            Change("- when: true\n", "- when: true\n          fairness: none\n"),
            Change("- when: rank in inbox[self]\n", "- when: rank in inbox[self]\n          fairness: none\n"),
        ),
        case="{}",
        breaks=("somebody_wins",),
    ),
    WrongVariant(
        id="ewd840-white",
        title="a node that wakes another one stays white",
        spec="conformance/ewd840.yaml",
        changes=(Change("                colour[self] = black\n", "                colour[self] = white\n"),),
        case="{}",
        breaks=("detection_is_right",),
    ),
    WrongVariant(
        id="two_phase_commit-impatient",
        title="a participant in doubt asks once, and then aborts by itself",
        spec="consensus/two_phase_commit.yaml",
        changes=(
            Change(
                "          do: send Inquire() to coordinator\n          goto: prepared  ",
                "          do: |\n            send Inquire() to coordinator\n            outcome = abort\n          goto: aborted  ",
            ),
        ),
        case="{with: {participants: 2}, faults: {}}",
        breaks=("atomic",),
    ),
    WrongVariant(
        id="two_phase_commit-majority",
        title="the coordinator commits when a majority agreed",
        spec="consensus/two_phase_commit.yaml",
        changes=(Change("len(agreed) == participants", "2 * len(agreed) > participants"),),
        case="{with: {participants: 3}, faults: {}}",
        breaks=("unanimous", "no_unhandled_message"),
    ),
    WrongVariant(
        id="two_phase_commit-count",
        title="the coordinator counts votes, and one that comes twice counts twice",
        spec="consensus/two_phase_commit.yaml",
        changes=(
            Change("      agreed: set[participant]  ", "      agreed: list[participant]  "),
            Change("agreed.add(sender)", "agreed.append(sender)"),
        ),
        case="{with: {participants: 2}, faults: {duplicate: 1}}",
        breaks=("unanimous",),
    ),
    WrongVariant(
        id="paxos-half",
        title="half of the acceptors are taken for a majority",
        spec="consensus/paxos.yaml",
        changes=(Change("2 * len(group) > acceptors", "2 * len(group) >= acceptors"),),
        case="{with: {acceptors: 2, attempts: 1}, faults: {}}",
        breaks=("learns_the_chosen",),
    ),
    WrongVariant(
        id="paxos-stubborn",
        title="a proposer pushes its own wish, whatever the promises told",
        spec="consensus/paxos.yaml",
        changes=(Change("                proposal = msg.value\n", "                proposal = wish\n"),),
        case="{with: {acceptors: 1, attempts: 1}, faults: {}}",
        breaks=("agreement",),
    ),
    WrongVariant(
        id="paxos-forgetful",
        title="an acceptor forgets what it promised when it restarts",
        spec="consensus/paxos.yaml",
        changes=(Change("      promised: int = -1\n", "      promised: {type: int, default: -1, durable: false}\n"),),
        case="{with: {acceptors: 1, attempts: 1}, faults: {restart: {acceptor: 1}}}",
        breaks=("promises_grow",),
    ),
    WrongVariant(
        id="raft_election-volatile-vote",
        title="the vote is not durable, so a node that restarts votes twice in one term",
        spec="election/raft_election.yaml",
        changes=(
            Change("      voted_for: node?\n", "      voted_for:\n        type: node?\n        durable: false\n"),
        ),
        case="{faults: {restart: {node: 1}}, " + ONE_TERM + "}",
        breaks=("one_leader_per_term",),
    ),
    WrongVariant(
        id="raft_election-half",
        title="half of the nodes are taken for a majority",
        spec="election/raft_election.yaml",
        changes=(Change("2 * len(group) > nodes", "2 * len(group) >= nodes"),),
        case="{with: {nodes: 2}, faults: {}, " + ONE_TERM + "}",
        breaks=("one_leader_per_term",),
    ),
    WrongVariant(
        id="raft_election-stale",
        title="nobody asks how fresh a candidate's log is",
        spec="election/raft_election.yaml",
        changes=(
            Change("if: msg.term > term and msg.log >= log\n", "if: msg.term > term\n"),
            Change(
                "        - receive: RequestVote                    # a newer term, but a staler log: move on, and do not vote for it\n"
                "          if: msg.term > term\n"
                "          do: |\n"
                "            term = msg.term\n"
                "            voted_for = none\n"
                "            send Refused(term=term) to sender\n"
                "          goto: follower\n",
                "",
            ),
        ),
        case="{faults: {}, bounds: {term: 0..1, log: 0..1, copies: 1}}",
        breaks=("leader_is_fresh",),
    ),
    WrongVariant(
        id="ring-nothing-swallowed",
        title="a node that stands passes lower ranks on",
        spec="election/ring.yaml",
        changes=(
            Change(
                "        - ignore: Election                        # lower: swallowed\n",
                "        - receive: Election\n          do: send Election(rank=msg.rank) to next\n",
            ),
            Change(
                "          if: msg.rank > rank\n          do: send Election(rank=msg.rank) to next\n        - ignore: Election\n",
                "          do: send Election(rank=msg.rank) to next\n",
            ),
        ),
        case="{faults: {reorder: true}}",
        breaks=("highest_wins",),
    ),
    WrongVariant(
        id="english-own-bid",
        title="the leader may outbid itself",
        spec="auction/english.yaml",
        changes=(Change(" and standing.leader != sender", ""),),
        case="{with: {bidders: 1}, faults: {byzantine: {bidder: 1}}, bounds: {Money: 0..2, copies: 1}}",
        breaks=("nobody_outbids_itself",),
    ),
    WrongVariant(
        id="english-takes-back",
        title="a bid that was beaten by nobody yet can be taken back for a lower one",
        spec="auction/english.yaml",
        changes=(Change("          if: offer >= least(seen)\n", "          if: offer >= reserve\n"),),
        case="{faults: {}, bounds: {Money: 0..2, copies: 1}}",
        breaks=("bids_bind",),
    ),
    WrongVariant(
        id="contract_net-no-key",
        title="the task has no key, so that two contractors who believe they have it do it twice",
        spec="contract/contract_net.yaml",
        changes=(
            Change("          key: task                              # the same for every contractor\n", ""),
            Change("          key: task\n", ""),
        ),
        case="{faults: {}}",
        breaks=("effect_once",),
    ),
    WrongVariant(
        id="contract_net-forgets-losers",
        title="who was not chosen never hears of it",
        spec="contract/contract_net.yaml",
        changes=(
            Change(
                "          do: send Reject(why=outbid) to unlucky\n          goto: done\n", "          goto: done\n"
            ),
            Change(
                "          if: sender in proposals and sender not in tried\n", "          if: sender not in proposals\n"
            ),
        ),
        case="{faults: {}}",
        breaks=("every_proposer_learns",),
    ),
    WrongVariant(
        id="manager_worker-key-of-a-try",
        title="the key is the try and not the task, so that a task that is tried again is done again",
        spec="work/manager_worker.yaml",
        changes=(
            Change(
                "          key: job.task                          # not",
                "          key: (job.task, job.number)            # not",
            ),
            Change("          key: job.task\n", "          key: (job.task, job.number)\n"),
        ),
        case="{with: {tasks: [{name: sketch, needs: [draw]}]}, faults: {}}",
        breaks=("effect_once",),
    ),
    WrongVariant(
        id="manager_worker-no-patience",
        title="the manager waits for ever for a worker who is gone",
        spec="work/manager_worker.yaml",
        changes=(
            Change(
                "        - after: patience                        # one",
                "        - every: patience                        # one",
            ),
            Change("            silent.add(r.by)\n            give_back(t)\n", "            silent.add(r.by)\n"),
        ),
        case="{with: {tasks: [{name: sketch, needs: [draw]}]}, faults: {crash: {worker: 1}}}",
        breaks=("ends",),
    ),
)

MAX_STATES = 100_000


def outcomes(text: str, folder: Path) -> dict[str, set[str]]:
    """Verify a spec with a single case, and return the verdicts on each property, which may be stated of several instances."""
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    checked = check_file(str(path))
    assert checked.machine is not None
    assert not checked.has_errors
    (case,) = verify_machine(checked.machine, checking_module(checked.machine), max_states=MAX_STATES).cases
    found: dict[str, set[str]] = {}
    for verdict in case.properties:
        found.setdefault(verdict.name, set()).add(verdict.verdict)
    return found


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.id)
def test_the_right_twin_holds_and_the_wrong_one_fails(twin: WrongVariant, tmp_path: Path) -> None:
    right, wrong = outcomes(twin.right, tmp_path), outcomes(twin.wrong, tmp_path)
    for name in twin.breaks:
        assert right[name] == {"holds"}, name
        assert "fails" in wrong[name], name
