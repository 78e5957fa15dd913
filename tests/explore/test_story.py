"""Paths told as stories: what happened in the words of the spec, and what changed by it."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from tests.explore.specs import load_spec

from comity.values import Instance, Map, Word
from comity.world import Happening, World
from comityc.explore.graph import Graph, Label
from comityc.explore.judging.paths import Path
from comityc.explore.telling.chart import mermaid_chart, text_chart
from comityc.explore.telling.report import story_lines, to_text
from comityc.explore.telling.story import Arrow, Story, StoryStep, Teller
from comityc.explore.telling.wording import show, spell
from comityc.explore.verify import verify_machine
from comityc.explore.world import Envelope
from comityc.machine import expressions as x
from comityc.machine.model import Act, Bounds, DecisionRule, Machine, Role, State, Transition
from comityc.machine.model import Envelope as Faults
from comityc.machine.value_types import BoolType, InstanceType, IntType, ListType, RecordField, SetType


class Choice(Word):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Ballot:
    choice: Choice


class ChairAt(Word):
    COLLECTING = "collecting"
    CLOSED = "closed"


class ChairState(NamedTuple):
    at: ChairAt
    ballots: Map[Instance, Choice] = Map()
    count_: int = 0


CHAIR, VOTER = Instance("chair", 0, True), Instance("voter", 0)


def state(name: str, *decisions: DecisionRule) -> State:
    return State(
        name=name,
        final=False,
        resting=False,
        receptions=(),
        timers=(),
        decisions=decisions,
        requests=(),
        spontaneous=(),
    )


REFUSE = DecisionRule(name="refuse", domain=None, prompt=False, stores=False, loop=None, candidates=())
ROLE = Role(
    name="chair",
    count=None,
    dynamic=False,
    restart_in=None,
    variables=(),
    states=(state("collecting", REFUSE), state("closed")),
    transitions=(Transition(number=0, name="collecting: when (2)", kind="when", stands_in=("collecting",)),),
)
MACHINE = Machine(
    protocol="vote",
    doc="",
    file="vote.yaml",
    source="",
    parameters=(),
    assumptions=(),
    types=(),
    messages=(),
    acts=(Act(name="pay", arguments=(RecordField("to", InstanceType(("voter",))),), outcomes=("ok",), keyed=True),),
    shared=None,
    roles=(ROLE,),
    definitions=(),
    properties=(),
    tolerates=Faults(),
    network="fifo",
    bounds=Bounds(),
    cases=(),
    scenarios=(),
)
YES = Ballot(Choice.YES)
WORLDS = [
    World(None, {"chair": (ChairState(ChairAt.COLLECTING),), "voter": (("idle",),)}),
    World(None, {"chair": (ChairState(ChairAt.COLLECTING, Map({VOTER: Choice.YES}), 1),), "voter": (("idle",),)}),
    World(
        None,
        {"chair": (ChairState(ChairAt.CLOSED, Map({VOTER: Choice.YES}), 1),), "voter": (("idle",),)},
        acts=(Happening("pay", (VOTER,)),),
    ),
]
NETWORKS: Mapping[int, tuple[Envelope, ...]] = {
    0: (Envelope(VOTER, CHAIR, YES),),
    1: (),
    2: (Envelope(CHAIR, VOTER, YES),),
}


@pytest.fixture
def teller() -> Teller:
    graph = Graph(states=[0, 1, 2], initial_count=1, parent=array("q", [-1, 0, 1]), parent_label=array("i", [-1, 0, 1]))
    graph.labels = [Label("deliver", CHAIR, 0, VOTER, YES), Label("timer", CHAIR, 1, name="after patience")]
    graph.decode, graph.decode_network, graph.replay = (
        WORLDS.__getitem__,
        NETWORKS.__getitem__,
        lambda packed, label: (),
    )
    return Teller(MACHINE, graph, [CHAIR, VOTER])


def test_a_path_is_told_with_what_changed(teller: Teller) -> None:
    story = teller.tell(Path((0, 1, 2), (0, 1), 2), ["`chair in done` never comes to hold"])
    assert list(story_lines(story)) == [
        "1. chair receives Ballot(choice=yes) from voter[0]",
        "     chair.ballots: {} -> {voter[0]: yes}",
        "     chair.count: 0 -> 1",
        "2. the timer `after patience` of chair fires",
        "     chair: collecting -> closed",
        "     pay(to=voter[0]) takes effect",
        "     chair sends Ballot(choice=yes) to voter[0]",
        "and nothing more is owed: it may stay so for ever",
        "`chair in done` never comes to hold",
    ]


def test_a_story_is_drawn(teller: Teller) -> None:
    story = teller.tell(Path((0, 1, 2), (0, 1), 1))
    assert "Ballot(choice=yes)" in text_chart(story, plain=True)
    assert "from here on it repeats for ever" in text_chart(story)
    assert "p1->>p0: Ballot(choice=yes)" in mermaid_chart(story)


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        (Label("ignore", CHAIR, -1, VOTER, YES), "chair ignores Ballot(choice=yes) from voter[0]"),
        (
            Label("timer", CHAIR, 1, name="after patience", element=VOTER),
            "the timer `after patience` of chair for voter[0] fires",
        ),
        (Label("decide", CHAIR, 1, name="motion", value="text1"), "the agent of chair decides motion = text1"),
        (Label("decide", CHAIR, 1, name="refuse", value=True), "the agent of chair decides to refuse"),
        (
            Label("perform", CHAIR, 1, name="pay", arguments=(VOTER,), outcome="ok"),
            "pay(to=voter[0]) that chair asked for comes to ok",
        ),
        (
            Label("happen", CHAIR, 0, draw=VOTER),
            "chair goes on by itself: `when (2)`, drawing a value = voter[0]",
        ),
        (
            Label("late_effect", CHAIR, name="pay", arguments=(VOTER,), outcome="undone"),
            "pay(to=voter[0]), which was undone, takes effect after all",
        ),
        (Label("repeat_effect", CHAIR, name="pay", arguments=(VOTER,)), "pay(to=voter[0]) takes effect once more"),
        (Label("crash", VOTER), "voter[0] crashes for good"),
        (Label("down", VOTER, name="amnesia"), "voter[0] goes down and loses its disk"),
        (Label("recover", VOTER), "voter[0] comes back"),
        (Label("lose", CHAIR, None, VOTER, YES), "the message Ballot(choice=yes) from voter[0] to chair is lost"),
        (
            Label("duplicate", CHAIR, None, VOTER, YES),
            "the message Ballot(choice=yes) from voter[0] to chair is doubled",
        ),
        (Label("forge", CHAIR, None, VOTER, YES), "the liar voter[0] sends Ballot(choice=yes) to chair"),
        (Label("forge", CHAIR, 0, VOTER, YES), "chair receives Ballot(choice=yes), a lie of voter[0]"),
    ],
)
def test_each_kind_of_step_has_its_sentence(teller: Teller, label: Label, sentence: str) -> None:
    assert teller.sentence(label) == sentence
    assert teller.arrow(label).text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "true"),
        (Fraction(1, 2), "1/2"),
        (timedelta(seconds=90), "90s"),
        (timedelta(hours=2), "2h"),
        (Choice.YES, "yes"),
        (VOTER, "voter[0]"),
        (CHAIR, "chair"),
        (frozenset({2, 1}), "{1, 2}"),
        (frozenset(), "set()"),
        ((1, 2), "[1, 2]"),
        (Map({VOTER: Choice.NO}), "{voter[0]: no}"),
        (Map(), "{}"),
        (YES, "Ballot(choice=yes)"),
    ],
)
def test_values_are_shown_as_a_spec_would_write_them(value: Any, text: str) -> None:
    assert show(value) == text


BOOL, INT, VOTERS = BoolType(), IntType(), ListType(InstanceType(("voter",)))
P, Q = x.Local(type=BOOL, name="p"), x.Local(type=BOOL, name="q")
V = x.Local(type=InstanceType(("voter",)), name="v")
EACH = x.Clause(targets=(("v", InstanceType(("voter",))),), iterable=x.RoleInstances(type=VOTERS, role="voter"))
DONE = x.InState(type=BOOL, instance=V, role="voter", states=("done",))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (
            x.Implies(type=BOOL, left=x.BoolOperation(type=BOOL, operator="or", operands=(P, Q)), right=Q),
            "p or q implies q",
        ),
        (x.Not(type=BOOL, value=x.BoolOperation(type=BOOL, operator="and", operands=(P, Q))), "not (p and q)"),
        (x.Not(type=BOOL, value=DONE), "v not in done"),
        (
            x.Function(
                type=BOOL,
                name="all",
                arguments=(x.Comprehension(type=VOTERS, kind="generator", element=DONE, clauses=(EACH,)),),
            ),
            "all(v in done for v in voter)",
        ),
        (
            x.Comparison(type=BOOL, first=P, rest=(("==", x.Constant(type=BOOL, value=None)),)),
            "p == none",
        ),
        (
            x.Arithmetic(
                type=INT,
                operator="*",
                left=x.Arithmetic(type=INT, operator="+", left=P, right=Q),
                right=x.Constant(type=INT, value=2),
            ),
            "(p + q) * 2",
        ),
        (x.SetOf(type=SetType(None), items=()), "set()"),
        (x.Old(type=BOOL, value=x.Unwrap(type=BOOL, value=P)), "old(p)"),
        (x.ActQuery(type=BOOL, name="happened", act="pay", arguments=(("to", V),)), "happened(pay, to=v)"),
        (x.DurationConstant(type=INT, milliseconds=150), "150ms"),
    ],
)
def test_expressions_are_spelled_as_a_spec_would_write_them(expression: x.Expression, text: str) -> None:
    assert spell(expression) == text


def test_time_that_goes_on_and_on_is_told_in_one_line() -> None:
    quiet = StoryStep("1s pass", (), Arrow("note", "", "", "1s pass"), kind="time")
    rung = StoryStep("the bell rings", (), Arrow("note", "bell", "", "rings"), kind="timer", actor="bell")
    older = replace(quiet, changes=("bell.age: 1 -> 2",))
    story = Story(("bell",), (), (quiet, quiet, quiet, rung, quiet, older, quiet, quiet), loop_from=7)
    assert [line for line in story_lines(story) if line[:1].isdigit()] == [
        "1 to 3. 1s pass, 3 times",
        "4. the bell rings",
        "5. 1s pass",
        "6. 1s pass",
        "7. 1s pass",
        "8. 1s pass",
    ]
    assert "1s pass, 3 times" in text_chart(story)


def test_receivers_of_one_message_are_named_in_order() -> None:
    spec = load_spec(
        """
        messages: {Go: {}}
        roles:
          boss: {states: {s: [{when: true, do: send Go() to worker, goto: e}], e: final}}
          worker: {count: 3, states: {w: [{receive: Go, goto: d}], d: final}}
        properties:
          idle: {never: any(w in d for w in worker)}
        verify: {one: {}}
        """
    )
    assert "boss sends Go to worker[0], worker[1], worker[2]" in to_text([verify_machine(spec.machine, spec.module)])


def test_what_is_sent_to_one_with_no_use_for_it_is_told_too() -> None:
    spec = load_spec(
        """
        messages: {Go: {}, Done: {}, Late: {}}
        roles:
          boss:
            states:
              s: [{when: true, do: send Go() to worker, goto: t}]
              t: [{receive: Done, goto: u}]
              u: [{receive: Done, do: send Late() to worker, goto: e}]
              e: final
          worker:
            count: 3
            states:
              w: [{receive: Go, goto: d}]
              d:
                - resting
                - ignore: Late
                - when: self == worker[1]
                  do: send Done() to boss
                  goto: g
                - when: self == worker[2]
                  do: send Done() to boss
                  goto: f
              g: [resting, {ignore: Late}]
              f: final
        properties:
          p: {never: boss in e}
        verify: {one: {}}
        """,
        unchecked=True,
    )
    told = to_text([verify_machine(spec.machine, spec.module)])
    late = [line.strip() for line in told.splitlines() if "sends Late" in line]
    assert late == [
        "boss sends Late to worker[0]",
        "boss sends Late to worker[2], which has finished",
        "boss sends Late to worker[1], which has no use for it",
    ]


def test_what_is_sent_to_one_that_is_down_is_told_too() -> None:
    spec = load_spec(
        """
        messages: {Go: {}}
        roles:
          boss: {states: {s: [{every: 1s, do: send Go() to worker}]}}
          worker: {count: 2, states: {w: [{receive: Go, goto: d}], d: [resting, {ignore: Go}]}}
        properties:
          p: {eventually: all(w in d for w in worker)}
        tolerates: {crash: {worker: 2}}
        bounds: {copies: 1}
        verify: {one: {}}
        """,
        unchecked=True,
    )
    assert "boss sends Go to worker[0], worker[1], which are down" in to_text(
        [verify_machine(spec.machine, spec.module)]
    )


def test_what_goes_along_one_channel_is_told_in_its_order() -> None:
    spec = load_spec(
        """
        messages: {M: {n: int}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: |
                    send M(n=1) to b
                    send M(n=2) to b
                    send M(n=1) to b
                    send M(n=3) to c
                  goto: e
              e: final
          b: {count: 2, states: {w: [resting, {receive: M}]}}
          c: {states: {w: [resting, {receive: M}]}}
        properties: {p: {never: a in e}}
        verify: {one: {}}
        """,
        unchecked=True,
    )
    told = to_text([verify_machine(spec.machine, spec.module)])
    assert [line.strip() for line in told.splitlines() if "sends" in line] == [
        "a sends M(n=1) to b[0], b[1]",
        "a sends M(n=2) to b[0], b[1]",
        "a sends M(n=1) to b[0], b[1]",
        "a sends M(n=3) to c",
    ]
