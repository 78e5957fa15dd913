"""Each kind of property on small state spaces drawn by hand; what the functions say is given."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from comity.errors import UndefinedValue
from comity.values import Instance
from comity.world import World
from comityc.explore.graph import Graph, Label
from comityc.explore.judging.properties import Judgement, functions_of, judge
from comityc.explore.judging.reads import Sight
from comityc.explore.judging.space import Space
from comityc.machine.expressions import Clause, Constant, RoleInstances
from comityc.machine.model import Property, PropertyKind
from comityc.machine.value_types import BoolType, InstanceType, ListType

TRUE = Constant(type=BoolType(), value=True)
VOTER = InstanceType(("voter",))
NUMBER = Instance("n", 0)
WHOLE = Sight(fields=frozenset({("n", "real")}))
FOR_EACH_VOTER = Clause(targets=(("v", VOTER),), iterable=RoleInstances(type=ListType(VOTER), role="voter"))


def space(steps: Mapping[int, Mapping[str, int]], *, owed: tuple[str, ...] = (), faults: tuple[str, ...] = ()) -> Space:
    """Draw a graph: `{0: {"go": 1}}`; the packed states are the numbers, the first is initial."""
    states = list(steps)
    names = sorted({name for out in steps.values() for name in out})
    graph = Graph(states=states, initial_count=1, expanded=len(states))
    graph.labels = [
        Label("lose" if name in faults else "timer", Instance("chair", 0, True), name=name) for name in names
    ]
    graph.obligations = [((owed.index(name), "weak"),) if name in owed else () for name in names]
    graph.obligation_names = [None for _ in owed]  # type: ignore[misc]  # only their number counts here
    parents: dict[int, tuple[int, int]] = {states[0]: (-1, -1)}
    offsets, targets, labels = [0], [], []
    for at, state in enumerate(states):
        for name, target in steps[state].items():
            targets.append(states.index(target))
            labels.append(names.index(name))
            parents.setdefault(target, (at, names.index(name)))
        offsets.append(len(targets))
    depth = [0]
    for state in states[1:]:
        depth.append(depth[parents[state][0]] + 1)
    graph.levels = [(bisect_left(depth, at), bisect_right(depth, at)) for at in range(depth[-1] + 1)]
    graph.parent = array("q", [parents[state][0] for state in states])
    graph.parent_label = array("i", [parents[state][1] for state in states])
    graph.offsets = np.array(offsets, dtype=np.int64)
    graph.targets, graph.edge_labels = np.array(targets, dtype=np.int32), np.array(labels, dtype=np.int32)
    graph.instance_masks = {NUMBER: 255}
    graph.decode = lambda packed: World(parameters=None, states={"n": (packed,)})
    return Space(graph)


def decide(
    kind: PropertyKind,
    where: Space,
    *parts: Callable[..., Any],
    each: Callable[[World], Any] | None = None,
    sight: Sight = WHOLE,
) -> Judgement:
    prop = Property(name="p", kind=kind, expressions=(TRUE,), quantifier=FOR_EACH_VOTER if each else None)
    module = SimpleNamespace(PROPERTIES={"p": parts}, QUANTIFIERS={"p": each} if each else {})
    return judge(prop, functions_of(prop, module, sight), where)


def number(world: World) -> int:
    value: int = world.states["n"][0].real
    return value


LINE = {0: {"go": 1}, 1: {"go": 2}, 2: {}}


def test_always_fails_at_the_first_state_that_breaks_it() -> None:
    broken = decide("always", space(LINE), lambda w: number(w) < 2)
    assert broken.path is not None
    assert broken.path.states == (0, 1, 2)
    assert decide("always", space(LINE), lambda w: number(w) < 3).holds


def test_never_is_always_turned_round() -> None:
    assert decide("never", space(LINE), lambda w: number(w) == 3).holds
    broken = decide("never", space(LINE), lambda w: number(w) == 1)
    assert broken.path is not None
    assert broken.path.states == (0, 1)


def test_a_missing_value_breaks_the_property_that_reads_it() -> None:
    def read(world: World) -> bool:
        if number(world) == 1:
            raise UndefinedValue("none where a value is needed")
        return True

    broken = decide("always", space(LINE), read)
    assert (broken.holds, broken.undefined) == (False, "none where a value is needed")
    assert decide("eventually", space(LINE), read).undefined == "none where a value is needed"
    assert decide("reachable", space(LINE), lambda w: 1 // (number(w) - 1) > 5).undefined == "a division by zero"


def test_a_state_is_read_once_for_all_that_look_the_same() -> None:
    seen: list[int] = []

    def read(world: World) -> bool:
        seen.append(number(world))
        return True

    sign = Sight(fields=frozenset({("n", "denominator")}))
    decide("always", space(LINE), read, sight=sign)
    assert seen == [0]
    assert decide("step", space(LINE), lambda old, new: read(new), sight=sign).holds
    assert seen == [0, 0]


def test_reachable_tells_how() -> None:
    found = decide("reachable", space(LINE), lambda w: number(w) == 1)
    assert found.holds
    assert found.path is not None
    assert found.path.states == (0, 1)
    assert not decide("reachable", space(LINE), lambda w: number(w) == 7).holds


def test_reachable_with_for_has_to_be_reached_for_each() -> None:
    voters = [Instance("voter", 0), Instance("voter", 1)]
    missing = decide(
        "reachable", space(LINE), lambda w, v: v.number == number(w) == 0, each=lambda w: [(v,) for v in voters]
    )
    assert (missing.holds, missing.bound) == (False, (voters[1],))
    assert decide(
        "reachable", space(LINE), lambda w, v: v.number == number(w), each=lambda w: [(v,) for v in voters]
    ).holds


def test_a_stable_value_never_changes_once_it_is_there() -> None:
    values = {0: None, 1: "yes", 2: "no"}
    broken = decide("stable", space(LINE), lambda w: values[number(w)])
    assert broken.path is not None
    assert broken.path.states == (0, 1, 2)
    assert decide("stable", space(LINE), lambda w: {0: None, 1: "yes", 2: "yes"}[number(w)]).holds


def test_a_stable_condition_stays_true() -> None:
    assert decide("stable", space(LINE), lambda w: number(w) > 0).holds
    assert not decide("stable", space(LINE), lambda w: number(w) == 1).holds


def test_step_sees_the_state_before_and_after() -> None:
    assert decide("step", space(LINE), lambda old, new: number(new) == number(old) + 1).holds
    broken = decide("step", space({0: {"a": 1}, 1: {"b": 0}}), lambda old, new: number(new) >= number(old))
    assert broken.path is not None
    assert broken.path.states == (0, 1, 0)


def test_eventually_needs_what_is_owed() -> None:
    assert decide("eventually", space(LINE, owed=("go",)), lambda w: number(w) == 2).holds
    broken = decide("eventually", space(LINE), lambda w: number(w) == 2)
    assert broken.path is not None
    assert (broken.path.states, broken.path.loop_from) == ((0,), 0)


def test_leads_to_names_the_instance_that_waits() -> None:
    voters = [Instance("voter", 0), Instance("voter", 1)]
    broken = decide(
        "leads_to",
        space(LINE, owed=("go",)),
        lambda w, v: number(w) == 1,
        lambda w, v: number(w) == 2 and v.number == 0,
        each=lambda w: [(v,) for v in voters],
    )
    assert broken.bound == (voters[1],)
    assert broken.path is not None
    assert (broken.path.states, broken.path.loop_from) == ((0, 1, 2), 2)


def test_nothing_is_promised_of_an_instance_that_is_not_there() -> None:
    def honest(world: World) -> list[tuple[Instance]]:
        return [(Instance("voter", 0),)] if number(world) == 0 else []

    assert decide("leads_to", space(LINE, owed=("go",)), lambda w, v: True, lambda w, v: False, each=honest).holds


def test_stays_possible_does_not_count_on_faults() -> None:
    steps = {0: {"go": 1, "lose": 2}, 1: {}, 2: {"lose": 1}}
    broken = decide("stays_possible", space(steps, faults=("lose",)), lambda w: number(w) == 1)
    assert broken.path is not None
    assert broken.path.states == (0, 2)
    assert decide("stays_possible", space(steps), lambda w: number(w) == 1).holds


@pytest.mark.parametrize("kind", ["eventually", "leads_to"])
def test_no_run_ends_where_a_bound_cut_a_step(kind: PropertyKind) -> None:
    where = space(LINE, owed=("go",))
    where.graph.cut_states.add(2)
    parts = [lambda w: False] if kind == "eventually" else [lambda w: True, lambda w: False]
    assert decide(kind, where, *parts).holds
