"""Weighing the cases of a spec together: what one case reaches or tests need not happen in another."""

from dataclasses import replace
from typing import Any

from comityc.explore.judging.examine import Examined, Finding, Outcome
from comityc.explore.judging.weigh import weigh
from comityc.explore.plan import Run
from comityc.explore.telling.report import to_json, to_text
from comityc.explore.telling.scene import Mark
from comityc.explore.telling.story import Arrow, Story, StoryStep
from comityc.explore.verdict import CaseVerdict, PropertyVerdict, SpecVerdict
from comityc.machine.expressions import Constant
from comityc.machine.model import Bounds, Case, Envelope, Machine, Property, PropertyKind, Role, State, Transition
from comityc.machine.value_types import BoolType

TRUE = Constant(type=BoolType(), value=True)


def prop(name: str, kind: PropertyKind = "always", **more: Any) -> Property:
    return Property(name=name, kind=kind, expressions=() if kind == "generic" else (TRUE,), **more)


def state(name: str) -> State:
    return State(
        name=name, final=False, resting=False, receptions=(), timers=(), decisions=(), requests=(), spontaneous=()
    )


SAFE, SEEN = prop("safe"), prop("seen", "reachable")
NO_DEAD_PARTS, NOT_VACUOUS = prop("no_dead_parts", "generic"), prop("not_vacuous", "generic")
ROLE = Role(
    name="chair",
    count=None,
    dynamic=False,
    restart_in=None,
    variables=(),
    states=(state("open"), state("shut")),
    transitions=(
        Transition(number=0, name="open: receive Ballot", kind="receive", stands_in=("open",)),
        Transition(number=1, name="open: ignore Call", kind="ignore", stands_in=("open",)),
    ),
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
    acts=(),
    shared=None,
    roles=(ROLE,),
    definitions=(),
    properties=(SAFE, SEEN, NO_DEAD_PARTS, NOT_VACUOUS),
    tolerates=Envelope(),
    network="fifo",
    bounds=Bounds(),
    cases=(),
    scenarios=(),
)
ALL_PARTS: dict[str, Any] = {
    "visited": frozenset({("chair", "open"), ("chair", "shut")}),
    "taken": frozenset({("chair", 0)}),
}


def run(
    name: str, *, safe: Outcome = "holds", seen: Outcome = "holds", violates: tuple[str, ...] = (), **more: Any
) -> Examined:
    case = Case(name=name, values=(), faults=Envelope(), bounds=Bounds(), network="fifo", violates=violates)
    figures = {key: more.pop(key) for key in ("stated_states", "stated_levels") if key in more}
    case = replace(case, states=figures.get("stated_states"), levels=figures.get("stated_levels"))
    findings = (Finding(SAFE, safe, "`p` never holds" if safe == "untested" else ""), Finding(SEEN, seen))
    return Examined(Run(case, (), None), findings, 10, 3, **{"complete": True, "seconds": 0.5, **ALL_PARTS, **more})


def verdicts(*runs: Examined, whole: bool = True) -> list[dict[str, str]]:
    return [
        {p.name: p.verdict + ("" if p.expected else "!") for p in case.properties}
        for case in weigh(MACHINE, runs, whole=whole)
    ]


def test_what_holds_is_as_expected() -> None:
    (case,) = weigh(MACHINE, [run("calm")], whole=True)
    assert case.as_expected
    assert case.verdict == "holds"
    assert [p.verdict for p in case.properties] == ["holds"] * 4


def test_what_fails_is_a_finding_unless_the_case_names_it() -> None:
    assert verdicts(run("calm", safe="fails"))[0]["safe"] == "fails!"
    assert verdicts(run("calm", safe="fails", violates=("safe",)))[0]["safe"] == "fails"


def test_a_violation_that_does_not_come_is_a_finding() -> None:
    (case,) = weigh(MACHINE, [run("calm", violates=("safe",))], whole=True)
    assert not case.as_expected
    assert case.properties[0].reason == "the case states that it fails"


def test_a_state_is_to_be_reached_in_one_case_and_not_in_each() -> None:
    first, second = verdicts(run("calm", seen="unreached"), run("storm"))
    assert (first["seen"], second["seen"]) == ("not_tested", "holds")


def test_what_no_case_reaches_fails() -> None:
    assert [v["seen"] for v in verdicts(run("calm", seen="unreached"), run("storm", seen="unreached"))] == [
        "fails!"
    ] * 2


def test_one_case_alone_says_nothing_of_what_others_reach() -> None:
    assert verdicts(run("calm", seen="unreached"), whole=False)[0]["seen"] == "not_tested"


def test_a_property_that_one_case_tests_is_not_vacuous() -> None:
    first, second = verdicts(run("calm", safe="untested"), run("storm"))
    assert (first["safe"], second["safe"]) == ("not_tested", "holds")
    assert first["not_vacuous"] == "holds"


def test_a_property_that_no_case_tests_is_a_finding() -> None:
    (case,) = weigh(MACHINE, [run("calm", safe="untested")], whole=True)
    assert [(p.verdict, p.expected) for p in case.properties if p.name == "safe"] == [("not_tested", True)]
    assert [(p.verdict, p.reason) for p in case.properties if p.name == "not_vacuous"] == [
        ("fails", "safe: `p` never holds")
    ]
    assert not case.as_expected


def test_dead_parts_are_judged_over_all_cases() -> None:
    part = frozenset({("chair", "open")})
    assert verdicts(run("calm", visited=part), run("storm"))[0]["no_dead_parts"] == "holds"
    (case,) = weigh(MACHINE, [run("calm", visited=part, taken=frozenset())], whole=True)
    dead = next(p for p in case.properties if p.name == "no_dead_parts")
    assert dead.reason == "no chair is ever in shut; no chair ever takes `open: receive Ballot`"


def test_other_figures_are_a_finding() -> None:
    (case,) = weigh(MACHINE, [run("calm", stated_states=11, stated_levels=3)], whole=True)
    assert case.findings == ("there are 10 states, and the case states 11",)
    assert not case.as_expected


def test_a_cut_search_never_holds() -> None:
    (case,) = weigh(MACHINE, [run("calm", safe="unknown", complete=False, why_incomplete="10 states")], whole=True)
    assert case.verdict == "cut"
    assert not case.as_expected


def test_refused_values_are_a_finding() -> None:
    case = Case(name="calm", values=(), faults=Envelope(), bounds=Bounds(), network="fifo", violates=())
    (verdict,) = weigh(
        MACHINE,
        [Examined(Run(case, (), None, "these values are refused: voters is 0"), (), 0, 0, True, 0.0)],
        whole=True,
    )
    assert verdict.findings == ("these values are refused: voters is 0",)
    assert verdict.verdict == "not_tested"


STORY = Story(
    lanes=("chair", "voter[0]"),
    beginning=("voter[0] is a liar (byzantine)",),
    steps=(
        StoryStep(
            "chair receives Ballot from voter[0]",
            ("chair: open -> shut",),
            Arrow("message", "voter[0]", "chair", "Ballot"),
            "deliver",
            actor="chair",
            marks=(Mark("chair", "", "open", "shut"),),
        ),
        StoryStep(
            "the timer `after patience` of chair fires",
            (),
            Arrow("note", "chair", "", "timer `after patience`"),
            "timer",
            actor="chair",
        ),
    ),
    loop_from=1,
    why=("`chair in done` never comes to hold:", "  chair is in shut"),
)
VERDICT = SpecVerdict(
    "vote.yaml",
    "vote",
    (
        CaseVerdict(
            "calm",
            (("voters", 3),),
            False,
            "fails",
            10,
            3,
            0.5,
            "copies 1",
            (PropertyVerdict("ends", "eventually", "fails", False, "1 step", "v = voter[0]", STORY),),
        ),
    ),
)


def test_json_says_what_it_promises() -> None:
    assert to_json([VERDICT]) == {
        "schema": "comity.verify/1",
        "specs": [
            {
                "file": "vote.yaml",
                "protocol": "vote",
                "cases": [
                    {
                        "name": "calm",
                        "with": {"voters": 3},
                        "as_expected": False,
                        "verdict": "fails",
                        "states": 10,
                        "levels": 3,
                        "seconds": 0.5,
                        "engine": "reference",
                        "orbits": None,
                        "symmetry": {"roles": [], "every_state": []},
                        "bounds": "copies 1",
                        "findings": [],
                        "properties": [
                            {
                                "name": "ends",
                                "kind": "eventually",
                                "verdict": "fails",
                                "expected": False,
                                "reason": "1 step",
                                "instance": "v = voter[0]",
                                "counterexample": [
                                    {
                                        "label": "chair receives Ballot from voter[0]",
                                        "changes": ["chair: open -> shut"],
                                        "kind": "deliver",
                                        "fault": False,
                                        "actor": "chair",
                                        "marks": [
                                            {"instance": "chair", "variable": "", "before": "open", "after": "shut"}
                                        ],
                                        "arrow": {
                                            "kind": "message",
                                            "source": "voter[0]",
                                            "target": "chair",
                                            "text": "Ballot",
                                        },
                                    },
                                    {
                                        "label": "the timer `after patience` of chair fires",
                                        "changes": [],
                                        "kind": "timer",
                                        "fault": False,
                                        "actor": "chair",
                                        "marks": [],
                                        "arrow": {
                                            "kind": "note",
                                            "source": "chair",
                                            "target": "",
                                            "text": "timer `after patience`",
                                        },
                                    },
                                ],
                                "beginning": ["voter[0] is a liar (byzantine)"],
                                "why": ["`chair in done` never comes to hold:", "  chair is in shut"],
                                "loop_from": 1,
                            }
                        ],
                    }
                ],
                "remarks": [],
            }
        ],
    }


def test_text_tells_the_story_of_what_is_not_as_expected() -> None:
    assert to_text([VERDICT], chart="none") == (
        "vote.yaml: vote\n"
        "  BAD calm (voters=3): 1 fail (10 states, 3 levels, 0.50 s)\n"
        "        within copies 1\n"
        "      ! ends for v = voter[0] fails: 1 step\n"
        "          at first voter[0] is a liar (byzantine)\n"
        "          1. chair receives Ballot from voter[0]\n"
        "               chair: open -> shut\n"
        "          and then this repeats for ever:\n"
        "          2. the timer `after patience` of chair fires\n"
        "          `chair in done` never comes to hold:\n"
        "            chair is in shut\n"
        "\n"
    )


def test_a_chart_follows_the_story() -> None:
    assert "from here on it repeats for ever" in to_text([VERDICT], chart="text")
    assert "sequenceDiagram" in to_text([VERDICT], chart="mermaid")
