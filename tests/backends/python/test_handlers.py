"""What generated machines do, step by step."""

from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest

from comity.errors import NotEnabled, RefusedDecision, RefusedParameters, UndefinedValue, UnhandledMessage
from comity.machine import Decided, Happened, Performed, Received, Send, TimerFired
from comity.values import Instance, Map

from .machines import module

CHAIR = Instance("chair", 0, single=True)
FOREMAN = Instance("foreman", 0, single=True)
VOTERS = [Instance("voter", number) for number in range(3)]
HANDS = [Instance("hand", number) for number in range(2)]


@pytest.fixture(scope="module")
def vote() -> ModuleType:
    return module("vote")


@pytest.fixture(scope="module")
def workshop() -> ModuleType:
    return module("workshop")


@pytest.fixture
def chair(vote: ModuleType) -> Any:
    return vote.ChairMachine(vote.Parameters())


@pytest.fixture
def voter(vote: ModuleType) -> Any:
    return vote.VoterMachine(vote.Parameters(), 1)


@pytest.fixture
def foreman(workshop: ModuleType) -> Any:
    return workshop.ForemanMachine(workshop.Parameters(), digest=lambda values: f"sealed {values}")


def collecting(chair: Any) -> Any:
    return chair.step(chair.start(), Decided("motion", "paint it")).state


# ---- messages and decisions


def test_a_decision_is_stored_and_sent_to_each_instance(vote: ModuleType, chair: Any) -> None:
    step = chair.step(chair.start(), Decided("motion", "paint it"))
    assert step.state == vote.ChairState(vote.ChairAt.COLLECTING, "paint it", Map(), None)
    assert step.sends == tuple(Send(to, vote.CallVote("paint it")) for to in VOTERS)
    assert (step.transition, step.entered) == (1, True)
    assert chair.TRANSITIONS[step.transition] == "opening: decide motion"


def test_a_second_ballot_changes_nothing(vote: ModuleType, chair: Any) -> None:
    yes, no = vote.Ballot(vote.Choice.YES), vote.Ballot(vote.Choice.NO)
    once = chair.step(collecting(chair), Received(VOTERS[0], yes))
    assert once.state.ballots == Map({VOTERS[0]: vote.Choice.YES})
    assert not once.entered
    twice = chair.step(once.state, Received(VOTERS[0], no))
    assert (twice.state, twice.transition) == (once.state, -1)


def test_two_messages_with_equal_fields_are_not_equal(vote: ModuleType, workshop: ModuleType) -> None:
    assert workshop.Take(1) != workshop.Offer(1, "")
    assert vote.Ballot(vote.Choice.YES) == vote.Ballot(vote.Choice.YES)
    assert len({workshop.Take(1), workshop.Take(1)}) == 1


def test_what_becomes_of_a_message_is_known_before(vote: ModuleType, chair: Any, voter: Any) -> None:
    assert chair.accepts(chair.start(), vote.Ballot) == "ignore"
    assert chair.accepts(chair.start(), vote.Result) == "unhandled"
    assert chair.accepts(collecting(chair), vote.Ballot) == "handle"
    assert voter.accepts(voter.start(), vote.Result) == "handle"
    done = vote.VoterState(vote.VoterAt.DONE, None)
    assert voter.accepts(done, vote.CallVote) == "ignore"
    assert voter.step(done, Received(CHAIR, vote.CallVote("x"))).state is done


def test_a_message_without_a_transition_is_unhandled(vote: ModuleType, chair: Any) -> None:
    with pytest.raises(UnhandledMessage, match="chair in `opening` has no transition for Result"):
        chair.step(chair.start(), Received(VOTERS[0], vote.Result(vote.Verdict.ACCEPTED)))


def test_a_deferred_message_stays_where_it_is(workshop: ModuleType) -> None:
    hand = workshop.HandMachine(workshop.Parameters())
    thinking = workshop.HandState(workshop.HandAt.THINKING, workshop.Offer(0, ""), workshop.Level.LOW)
    assert hand.accepts(thinking, workshop.Ping) == "defer"
    with pytest.raises(NotEnabled, match=r"hand\[0\] in `thinking` defers Ping"):
        hand.step(thinking, Received(FOREMAN, workshop.Ping()))


@pytest.mark.parametrize("value", ["maybe", None, True, 1])
def test_a_value_outside_its_type_is_refused(voter: Any, vote: ModuleType, value: Any) -> None:
    asked = voter.step(voter.start(), Received(CHAIR, vote.CallVote("x"))).state
    with pytest.raises(RefusedDecision, match="one of yes, no, abstain"):
        voter.step(asked, Decided("choice", value))


def test_a_value_for_which_no_guard_holds_is_refused(workshop: ModuleType, foreman: Any) -> None:
    state = foreman.start()._replace(at=workshop.ForemanAt.HANDING_OUT)
    with pytest.raises(RefusedDecision, match="no transition for the decision `least` for"):
        foreman.step(state, Decided("least", workshop.Level.LOW))
    assert foreman.step(state, Decided("least", "high")).state.level is workshop.Level.HIGH


def test_what_the_state_does_not_offer_is_not_enabled(chair: Any, voter: Any) -> None:
    for machine, event in (
        (chair, TimerFired("collecting: after patience")),
        (chair, Happened(0)),
        (chair, Performed("pay", "ok")),
        (voter, Decided("choice", "yes")),
        (chair, "nonsense"),
    ):
        with pytest.raises(NotEnabled, match="does not offer"):
            machine.step(machine.start(), event)


def test_a_spontaneous_step_is_offered_when_its_condition_holds(vote: ModuleType, chair: Any) -> None:
    state = collecting(chair)
    assert chair.open(state).spontaneous == ()
    with pytest.raises(NotEnabled):
        chair.step(state, Happened(0))
    for sender in VOTERS[:2]:
        state = chair.step(state, Received(sender, vote.Ballot(vote.Choice.YES))).state
    assert chair.open(state).spontaneous == ((0, None),)
    step = chair.step(state, Happened(0))
    assert step.state.verdict is vote.Verdict.ACCEPTED
    assert chair.final(step.state)


def test_open_tells_timers_and_decisions(chair: Any, voter: Any, vote: ModuleType) -> None:
    (decision,) = chair.open(chair.start()).decisions
    assert (decision.name, decision.domain, decision.has_value, decision.prompt) == ("motion", None, True, True)
    (timer,) = chair.open(collecting(chair)).timers
    assert (timer.after, timer.longest, timer.every, timer.lasting) == (30.0, 30.0, False, False)
    asked = vote.VoterState(vote.VoterAt.DECIDING, None)
    assert voter.open(asked).decisions[0].domain == tuple(vote.Choice)
    assert voter.open(voter.start()) == ((), (), (), ())
    assert voter.resting(voter.start())


# ---- statements, loops, draws, acts


def test_a_spontaneous_step_is_taken_again_and_again(workshop: ModuleType, foreman: Any) -> None:
    state = foreman.start()
    for _ in workshop.Parameters().jobs:
        state = foreman.step(state, Happened(0)).state
    assert state.queue == (0, 1)
    step = foreman.step(state, Happened(0, fresh=("secret",)))
    assert (step.state.at, step.state.secret) == (workshop.ForemanAt.HANDING_OUT, "secret")
    assert workshop.FRESH == 1


def handing_out(workshop: ModuleType, foreman: Any, **variables: Any) -> Any:
    given = {"at": workshop.ForemanAt.HANDING_OUT, "queue": (0, 1), "secret": "secret", **variables}
    return foreman.start()._replace(**given)


def test_statements_change_parts_of_records_in_maps(workshop: ModuleType, foreman: Any) -> None:
    level = workshop.Level
    first = foreman.step(handing_out(workshop, foreman), Received(HANDS[0], workshop.Take(1))).state
    assert (first.queue, first.done, first.level) == ((0,), Map({1: HANDS[0]}), level.HIGH)
    assert first.marks == Map({1: workshop.Mark(level.MIDDLE, HANDS[0])})
    second = foreman.step(first, Received(HANDS[1], workshop.Take(0))).state
    assert second.marks[0] == workshop.Mark(level.LOW, HANDS[1])


def test_a_set_is_sent_to_in_order(workshop: ModuleType, foreman: Any) -> None:
    state = handing_out(workshop, foreman, tired=frozenset({HANDS[1]}))
    step = foreman.step(state, Received(HANDS[0], workshop.Refuse(0, workshop.Level.LOW)))
    assert step.sends == tuple(Send(hand, workshop.Ping()) for hand in HANDS)


def test_there_is_a_timer_for_each_element(workshop: ModuleType, foreman: Any) -> None:
    timers = foreman.open(handing_out(workshop, foreman)).timers
    assert [(timer.element, timer.lasting) for timer in timers] == [(None, True), (0, False), (1, False)]
    name = timers[1].name
    with pytest.raises(NotEnabled, match="nothing for 7"):
        foreman.step(handing_out(workshop, foreman), TimerFired(name, 7))


def test_what_can_be_drawn_is_told_before_and_checked_after(workshop: ModuleType, foreman: Any) -> None:
    state = handing_out(workshop, foreman, tired=frozenset({HANDS[0]}))
    event = TimerFired(foreman.open(state).timers[1].name, 0)
    assert foreman.draws(state, event) == (HANDS[1],)
    step = foreman.step(state, event._replace(draw=HANDS[1]))
    assert step.sends[0].message.seal == f"sealed {(FOREMAN, 0, 'secret')}"
    with pytest.raises(NotEnabled, match=r"hand\[0\] cannot be drawn"):
        foreman.step(state, event._replace(draw=HANDS[0]))
    assert foreman.draws(state, Decided("rest")) is None
    nobody = state._replace(tired=frozenset(HANDS))
    assert foreman.draws(nobody, event) is None
    with pytest.raises(NotEnabled):
        foreman.step(nobody, event)


def test_an_act_is_asked_for_with_its_key_and_the_outcomes_that_can_come(workshop: ModuleType, foreman: Any) -> None:
    state = handing_out(workshop, foreman, at=workshop.ForemanAt.PAYING, done=Map({1: HANDS[0]}))
    (request,) = foreman.open(state).requests
    assert (request.act, request.element, request.key) == ("pay", 1, 1)
    assert request.arguments == workshop.PayArguments(to=HANDS[0], amount=2)
    assert request.outcomes == ("ok", "refused")
    (request,) = foreman.open(state._replace(level=workshop.Level.HIGH)).requests
    assert request.outcomes == ("ok",)
    paid = foreman.step(state, Performed("pay", "ok", 1)).state
    assert paid.done == Map()
    assert foreman.open(paid).spontaneous == ((0, None),)


def test_a_loop_over_a_set_reads_it_once(workshop: ModuleType, foreman: Any) -> None:
    state = handing_out(
        workshop, foreman, at=workshop.ForemanAt.PAYING, done=Map({1: HANDS[0]}), tired=frozenset(HANDS)
    )
    after = foreman.step(state, Performed("pay", "refused", 1)).state
    assert after.tired == frozenset({HANDS[1]})
    with pytest.raises(NotEnabled):
        foreman.step(after, Performed("pay", "refused", 1))
    with pytest.raises(NotEnabled, match="nothing for 0"):
        foreman.step(after, Performed("pay", "ok", 0))


# ---- what goes wrong


def test_what_is_not_there_is_undefined(workshop: ModuleType) -> None:
    hand = workshop.HandMachine(workshop.Parameters())
    state = workshop.HandState(workshop.HandAt.THINKING, None, workshop.Level.LOW)
    with pytest.raises(UndefinedValue, match="none where a value is needed"):
        hand.step(state, Decided("take"))
    with pytest.raises(UndefinedValue, match="no such place in the list"):
        hand.step(hand.start(), Received(FOREMAN, workshop.Offer(-9, "")))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hands": 0}, "hands has to be from 1 to 9"),
        ({"share": Fraction(3, 2)}, "share has to be from 0 to 1"),
        ({"jobs": ()}, "against the assumption: there is a job"),
    ],
)
def test_parameters_out_of_range_are_refused(workshop: ModuleType, changed: dict[str, Any], message: str) -> None:
    workshop.Parameters().check()
    with pytest.raises(RefusedParameters, match=message):
        workshop.Parameters(**changed).check()


def test_a_crash_loses_what_is_volatile_and_leads_back(workshop: ModuleType, foreman: Any) -> None:
    state = handing_out(workshop, foreman, pauses=3)
    assert foreman.crashed(state) == state._replace(pauses=0)
    hand = workshop.HandMachine(workshop.Parameters())
    thinking = workshop.HandState(workshop.HandAt.THINKING, workshop.Offer(0, ""), workshop.Level.LOW)
    assert hand.crashed(thinking) == thinking._replace(at=workshop.HandAt.IDLE)


def test_all_instances_are_named_role_by_role(vote: ModuleType) -> None:
    assert vote.instances(vote.Parameters(voters=3)) == (CHAIR, *VOTERS)
    assert vote.ROLES["voter"](vote.Parameters(), 2).me == VOTERS[2]
    assert list(vote.MESSAGES) == ["CallVote", "Ballot", "Result"]
