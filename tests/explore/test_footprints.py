"""What a step of a model read decides where it is found out anew; each spec here is wrong if one thing that was read is not noted."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.explore.specs import load_spec

from comityc.explore.engine.search import Search
from comityc.explore.fast.explore import EngineName, explore
from comityc.explore.fast.native import compiler

MODELS: dict[str, tuple[str, set[str], Callable[[Any], str]]] = {
    # Both write the same wherever they begin: what is overwritten tells what changes.
    "what is written and never read": (
        """
        shared:
          x: {type: int, start_in: range(4)}
        roles:
          a: {states: {s: [{decide: put, do: "x = 2", goto: t}], t: final}}
        verify: {one: {}}
        """,
        {"s 0", "s 1", "s 2", "s 3", "t 2"},
        lambda world: f"{world.states['a'][0].at} {world.shared.x}",
    ),
    "an entry that is put and never read": (
        """
        types: {Colour: [red, green]}
        shared:
          x: {type: "map[Colour, int]", start_in: "[{}, {red: 0}, {red: 1}, {green: 1}]"}
        roles:
          a: {states: {s: [{decide: put, do: "x[red] = 1", goto: t}], t: final}}
        verify: {one: {}}
        """,
        {"s {}", "s {red: 0}", "s {red: 1}", "s {green: 1}", "t {red: 1}", "t {red: 1, green: 1}"},
        lambda world: f"{world.states['a'][0].at} {_shown(world.shared.x)}",
    ),
    "a whole map that is assigned": (
        """
        types: {Colour: [red, green]}
        shared:
          x: {type: "map[Colour, int]", start_in: "[{}, {red: 0}, {green: 1}]"}
        roles:
          a: {states: {s: [{decide: put, do: "x = {green: 2}", goto: t}], t: final}}
        verify: {one: {}}
        """,
        {"s {}", "s {red: 0}", "s {green: 1}", "t {green: 2}"},
        lambda world: f"{world.states['a'][0].at} {_shown(world.shared.x)}",
    ),
    "a map that somebody keeps": (
        """
        types: {Colour: [red, green]}
        shared:
          x: {type: "map[Colour, int]", start_in: "[{red: 0}, {green: 1}]"}
        roles:
          a:
            variables: {kept: "map[Colour, int]"}
            states:
              s: [{decide: keep, do: "kept = x", goto: t}]
              t: [{decide: lose, do: "x = {}", goto: u}]
              u: [{decide: restore, do: "x = kept", goto: v}]
              v: final
        verify: {one: {}}
        """,
        {
            *("s {} {red: 0}", "t {red: 0} {red: 0}", "u {red: 0} {}", "v {red: 0} {red: 0}"),
            *("s {} {green: 1}", "t {green: 1} {green: 1}", "u {green: 1} {}", "v {green: 1} {green: 1}"),
        },
        lambda world: f"{world.states['a'][0].at} {_shown(world.states['a'][0].kept)} {_shown(world.shared.x)}",
    ),
    "whether somebody else is there yet": (
        """
        shared: {}
        roles:
          a:
            count: 2
            states: {s: [{when: "b in t", goto: t}, resting], t: final}
          b:
            states: {s: [{decide: go, goto: t}], t: final}
        verify: {one: {}}
        """,
        {"sss", "sst", "stt", "tst", "ttt"},
        lambda world: "".join(str(one.at) for role in ("a", "b") for one in world.states[role]),
    ),
}


def _shown(value: Any) -> str:
    return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("name", MODELS)
def test_each_state_is_found(name: str, engine: EngineName) -> None:
    if engine == "native" and compiler() is None:
        pytest.skip("there is no C compiler")
    text, states, look = MODELS[name]
    spec = load_spec(text)
    graph = explore(spec.machine, spec.machine.cases[0], spec.parameters, spec.module, engine=engine)
    assert graph.engine == engine
    assert {look(graph.world(at)) for at in range(len(graph.states))} == states


def test_a_step_is_found_out_once_for_all_that_it_does_not_look_at() -> None:
    spec = load_spec(
        """
        shared:
          n: {type: int, start_in: range(100)}
          lock: bool
        roles:
          a: {states: {s: [{decide: take, if: not lock, do: "lock = true", goto: t}], t: final}}
        verify: {one: {}}
        """
    )
    search = Search(spec.machine, spec.machine.cases[0], spec.parameters, spec.module)
    assert len(search.run().states) == 200
    assert search.successors.footprints is not None
    assert search.successors.footprints.learnt == 2  # one for each control state, and none for each n
