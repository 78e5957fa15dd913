"""Every boundary of the threshold vote: what the generated chair announces is what an independent count of the ballots says.

The oracle below is written from the rules as they stand in textbooks (simple, absolute and qualified majority, unanimity, veto, quorum),
with exact fractions, and knows nothing of the spec. A ballot that is None was never cast.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import permutations, product
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.specs.wrong_variants import SPECS

from comity.machine import Decided, Happened, Received, TimerFired
from comity.values import Instance
from comityc.driver import check_file, loaded_module

YES, NO, ABSTAIN = "yes", "no", "abstain"
ACCEPTED, REJECTED = "accepted", "rejected"
TIE = "the chair decides"

Ballots = tuple[str | None, ...]

THRESHOLDS = tuple(Fraction(share) for share in ("0", "1/3", "1/2", "2/3", "1"))
AT_THRESHOLD = ("fails", "passes", "chair_decides")
BASES = ("cast", "present", "everyone")
SILENCES = ("absent", "as_yes", "as_no", "as_abstention")
QUORUMS = ((Fraction(0), True), (Fraction(1, 2), False), (Fraction(2, 3), True), (Fraction(1), False))
"""A quorum, and whether those who abstain take part."""


class Rule(NamedTuple):
    """The parameters that say what is enough."""

    voters: int
    threshold: Fraction = Fraction(1, 2)
    at_threshold: str = "fails"
    base: str = "everyone"
    quorum: Fraction = Fraction(0)
    abstainers_take_part: bool = True
    silence: str = "absent"
    weights: tuple[int, ...] = ()
    vetoes: frozenset[int] = frozenset()


# ---- the oracle


def count(rule: Rule, cast: Ballots) -> str:
    """Return what is announced when the vote closes with these ballots."""
    stands_for = {"absent": None, "as_yes": YES, "as_no": NO, "as_abstention": ABSTAIN}[rule.silence]
    ballots = [stands_for if ballot is None else ballot for ballot in cast]
    weights = rule.weights or (1,) * rule.voters
    pros, cons, abstained = (
        sum(weight for weight, ballot in zip(weights, ballots, strict=True) if ballot == choice)
        for choice in (YES, NO, ABSTAIN)
    )
    if any(ballots[holder] == NO for holder in rule.vetoes):
        return REJECTED
    if Fraction(pros + cons + abstained * rule.abstainers_take_part, sum(weights)) < rule.quorum:
        return REJECTED
    if pros == 0:
        return REJECTED
    of_what = {"cast": pros + cons, "present": pros + cons + abstained, "everyone": sum(weights)}[rule.base]
    share = Fraction(pros, of_what)
    if share == rule.threshold:
        return {"fails": REJECTED, "passes": ACCEPTED, "chair_decides": TIE}[rule.at_threshold]
    return ACCEPTED if share > rule.threshold else REJECTED


# ---- the generated machine


@cache
def module() -> ModuleType:
    machine = check_file(str(SPECS / "voting/threshold_vote.yaml")).machine
    assert machine is not None
    return loaded_module(machine)


class Chair:
    """A generated chair under a rule. Ballots go in; what it announces comes out."""

    def __init__(self, rule: Rule, *, early: bool = False) -> None:
        made = module()
        parameters = made.Parameters(
            **{
                **rule._asdict(),
                "at_threshold": made.AtThreshold(rule.at_threshold),
                "base": made.Base(rule.base),
                "silence": made.Silence(rule.silence),
                "early": early,
            }
        )
        parameters.check()
        self.machine = made.ChairMachine(parameters)
        self.opened = self.machine.step(self.machine.start(), Decided("motion", "buy")).state
        self.ballot = {choice: made.Ballot(made.Choice(choice), 1) for choice in (YES, NO, ABSTAIN)}
        self.voters = [Instance("voter", number) for number in range(rule.voters)]

    def receive(self, state: Any, voter: int, choice: str) -> Any:
        return self.machine.step(state, Received(self.voters[voter], self.ballot[choice])).state

    def settle(self, state: Any) -> Any:
        """Take the steps of its own that are open."""
        while opened := self.machine.open(state).spontaneous:
            state = self.machine.step(state, Happened(*opened[0])).state
        return state

    def close(self, state: Any) -> str:
        """Let the timer fire if it has to, and return what is announced."""
        state = self.settle(state)
        timers = self.machine.open(state).timers
        if timers:
            state = self.settle(self.machine.step(state, TimerFired(timers[0].name)).state)
        return self.announced(state)

    def announced(self, state: Any) -> str:
        """Return what the chair has announced, or that it is its turn to decide."""
        if state.at.value == "casting":
            (decision,) = self.machine.open(state).decisions
            for verdict in decision.domain:
                assert self.machine.step(state, Decided("casting_vote", verdict)).state.verdict == verdict
            return TIE
        assert self.machine.final(state), state
        return str(state.verdict.value)


def announce(chair: Chair, cast: Ballots, order: Sequence[int]) -> str:
    """Let the ballots arrive in an order, each step of the chair's own taken at once, and return what is announced."""
    state = chair.settle(chair.opened)
    for voter in order:
        choice = cast[voter]
        if choice is not None and not chair.machine.final(state):
            state = chair.settle(chair.receive(state, voter, choice))
    return chair.close(state)


def all_ballots(voters: int) -> Iterator[Ballots]:
    return product((YES, NO, ABSTAIN, None), repeat=voters)


def rules(voters: Iterable[int], *, coarse: bool = False) -> Iterator[Rule]:
    """Yield combinations of the parameters: with weights and vetoes, without them, or (coarse) without what silence is for."""
    for size, threshold, at_threshold, base in product(voters, THRESHOLDS, AT_THRESHOLD, BASES):
        if coarse:
            yield Rule(size, threshold, at_threshold, base)
            continue
        for (quorum, abstainers), silence in product(QUORUMS, SILENCES):
            rule = Rule(size, threshold, at_threshold, base, quorum, abstainers, silence)
            yield rule
            yield rule._replace(weights=(2, 1, 0)[:size], vetoes=frozenset({size - 1}))


# ---- the tests


@pytest.mark.parametrize("voters", [1, 2, 3])
def test_the_verdict_is_the_one_that_the_ballots_give(voters: int) -> None:
    for rule in rules([voters]):
        chair = Chair(rule)
        for cast in all_ballots(voters):
            assert announce(chair, cast, range(voters)) == count(rule, cast), (rule, cast)


@pytest.mark.parametrize("voters", [4, 5])
def test_larger_groups_are_counted_alike(voters: int) -> None:
    for rule in rules([voters], coarse=True):
        chair = Chair(rule)
        for cast in all_ballots(voters):
            assert announce(chair, cast, range(voters)) == count(rule, cast), (rule, cast)


@pytest.mark.parametrize("voters", [1, 2, 3])
def test_the_vote_closes_early_if_and_only_if_nothing_can_change_the_verdict(voters: int) -> None:
    for number, rule in enumerate(rules([voters])):
        if voters == 3 and number % 4:
            continue
        chair = Chair(rule, early=True)
        verdicts = {cast: count(rule, cast) for cast in all_ballots(voters)}
        for cast in verdicts:
            state = chair.opened
            for voter, choice in enumerate(cast):
                if choice is not None:
                    state = chair.receive(state, voter, choice)
            possible = {verdict for other, verdict in verdicts.items() if agrees(cast, other)}
            closed = chair.settle(state)
            if closed.at.value == "collecting":
                assert len(possible) > 1 or (None in cast and possible == {TIE}), (rule, cast)
            else:
                assert {chair.announced(closed)} == possible, (rule, cast)


def agrees(cast: Ballots, later: Ballots) -> bool:
    """Whether the ballots at hand may become these later ones."""
    return all(early in (None, late) for early, late in zip(cast, later, strict=True))


some_rules = st.integers(1, 5).flatmap(
    lambda voters: st.builds(
        Rule,
        voters=st.just(voters),
        threshold=st.one_of(st.sampled_from(THRESHOLDS), st.fractions(0, 1, max_denominator=7)),
        at_threshold=st.sampled_from(AT_THRESHOLD),
        base=st.sampled_from(BASES),
        quorum=st.one_of(st.just(Fraction(0)), st.fractions(0, 1, max_denominator=7)),
        abstainers_take_part=st.booleans(),
        silence=st.sampled_from(SILENCES),
        weights=st.one_of(st.just(()), st.tuples(*[st.integers(0, 4)] * voters).filter(any)),
        vetoes=st.frozensets(st.integers(0, voters - 1), max_size=2),
    )
)
some_votes = some_rules.flatmap(
    lambda rule: st.tuples(
        st.just(rule),
        st.tuples(*[st.sampled_from((YES, NO, ABSTAIN, None))] * rule.voters),
        st.permutations(range(rule.voters)),
    )
)


@given(some_votes)
@settings(max_examples=400, deadline=None)
def test_any_rule_gives_one_verdict_in_any_order_closed_early_or_not(vote: tuple[Rule, Ballots, list[int]]) -> None:
    rule, cast, order = vote
    expected = count(rule, cast)
    assert announce(Chair(rule), cast, order) == expected
    assert announce(Chair(rule, early=True), cast, order) == expected


@given(some_votes, st.integers(0, 4))
@settings(max_examples=300, deadline=None)
def test_one_more_yes_never_turns_an_acceptance_into_a_rejection(
    vote: tuple[Rule, Ballots, list[int]], who: int
) -> None:
    rule, cast, order = vote
    converted = tuple(YES if voter == who % rule.voters else ballot for voter, ballot in enumerate(cast))
    chair = Chair(rule, early=True)
    ranks = (REJECTED, TIE, ACCEPTED)
    assert ranks.index(announce(chair, cast, order)) <= ranks.index(announce(chair, converted, order))


def test_voters_of_equal_weight_are_interchangeable() -> None:
    for rule in rules([3], coarse=True):
        chair = Chair(rule, early=True)
        for cast in all_ballots(3):
            assert len({announce(chair, other, range(3)) for other in set(permutations(cast))}) == 1, (rule, cast)


def test_a_simple_majority_favours_neither_side() -> None:
    swapped = {YES: NO, NO: YES, ABSTAIN: ABSTAIN, None: None, ACCEPTED: REJECTED, REJECTED: ACCEPTED, TIE: TIE}
    for voters in (1, 2, 3, 4):
        chair = Chair(Rule(voters, at_threshold="chair_decides", base="cast"), early=True)
        for cast in all_ballots(voters):
            if YES in cast or NO in cast:  # when nobody says either, things stay as they are
                other = tuple(swapped[ballot] for ballot in cast)
                assert announce(chair, other, range(voters)) == swapped[announce(chair, cast, range(voters))], cast


@pytest.mark.parametrize("silence", SILENCES)
def test_all_ballots_in_hand_close_the_vote_without_the_timer(silence: str) -> None:
    for at_threshold in AT_THRESHOLD:
        chair = Chair(Rule(2, at_threshold=at_threshold, silence=silence), early=True)
        for cast in product((YES, NO, ABSTAIN), repeat=2):
            state = chair.opened
            for voter, choice in enumerate(cast):
                state = chair.receive(state, voter, choice)
            assert chair.settle(state).at.value != "collecting"
