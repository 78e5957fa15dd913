"""State diagrams: one arrow for each pair of states, with all that takes it."""

from types import SimpleNamespace
from typing import Any, cast

from comityc.backends.diagram.extract import Arrow, extract_diagram
from comityc.backends.diagram.mermaid import draw_diagram, state_diagrams
from comityc.machine.model import DecisionRule, Machine, Reception, Role, State, Transition


def _state(name: str, **given: Any) -> State:
    empty: dict[str, Any] = {
        "final": False,
        "resting": False,
        "receptions": (),
        "timers": (),
        "decisions": (),
        "requests": (),
        "spontaneous": (),
    }
    return State(name=name, **{**empty, **given})


def _transition(number: int, kind: Any, goto: str | None) -> Transition:
    return Transition(number=number, name=str(number), kind=kind, stands_in=(), goto=goto)


def _role() -> Role:
    call = Reception(
        message="CallVote", candidates=(_transition(0, "receive", "deciding"), _transition(1, "ignore", None))
    )
    again = Reception(message="Again", candidates=(_transition(2, "receive", "deciding"),))
    choice = DecisionRule(
        name="choice",
        domain=None,
        prompt=False,
        stores=False,
        loop=None,
        candidates=(_transition(3, "decide", "done"),),
    )
    states = (
        _state("idle", resting=True, receptions=(call, again)),
        _state("deciding", decisions=(choice,)),
        _state("done", final=True),
    )
    return Role(name="voter", count=None, dynamic=False, restart_in=None, variables=(), states=states, transitions=())


def test_the_arrows_of_two_states_are_one_and_what_is_ignored_has_none() -> None:
    assert extract_diagram(_role()).arrows == (
        Arrow("idle", "deciding", ("CallVote", "Again")),
        Arrow("deciding", "done", ("decide choice",)),
    )


def test_the_diagram_shows_start_end_and_where_one_may_rest() -> None:
    assert draw_diagram(extract_diagram(_role())) == (
        "stateDiagram-v2\n"
        '    state "idle" as s0\n'
        '    state "deciding" as s1\n'
        '    state "done" as s2\n'
        "    [*] --> s0\n"
        "    s0 --> s1 : CallVote<br/>Again\n"
        "    s1 --> s2 : decide choice\n"
        "    s2 --> [*]\n"
        "    classDef resting stroke-dasharray: 4 3\n"
        "    class s0 resting\n"
    )


def test_the_roles_of_a_machine_stand_in_boxes() -> None:
    machine = cast(Machine, SimpleNamespace(roles=(_role(),)))
    assert state_diagrams(machine).splitlines()[:5] == [
        "stateDiagram-v2",
        '    state "voter" as r0 {',
        '        state "idle" as r0s0',
        '        state "deciding" as r0s1',
        '        state "done" as r0s2',
    ]
