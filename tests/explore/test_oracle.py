"""Models whose reachable states are known from papers and from other tools: equal distinct states, levels, and steps where they compare.

The figures were published, measured again with TLC, or counted by an independent model in plain Python. `steps` are the initial states
and the steps between states, those that change nothing too; a figure stands only where the other tool counts a step as we do. Rows
that take long are marked slow: `pytest -m slow tests/explore/test_oracle.py` runs them.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.explore.specs import compile_spec

from comityc.explore.engine.search import explore
from comityc.explore.graph import Graph
from comityc.machine.model import Case, Envelope


class Row(NamedTuple):
    """One model with its parameters, and what is known of it."""

    model: str
    parameters: dict[str, Any]
    states: int
    levels: int
    steps: int | None = None


def two_phase(managers: int) -> Row:
    states: int = 2**managers + 4**managers + 6**managers
    return Row("two_phase_lamport", {"managers": managers}, states, 3 * managers + 2)


def tcommit(managers: int, steps: int) -> Row:
    states: int = 3**managers + 2**managers - 1
    return Row("tcommit", {"managers": managers}, states, 2 * managers + 1, steps)


def paxos(acceptors: int, values: int, ballots: int, states: int, levels: int, steps: int | None = None) -> Row:
    return Row("paxos_lamport", {"acceptors": acceptors, "values": values, "ballots": ballots}, states, levels, steps)


def ring(nodes: int, states: int, levels: int, steps: int) -> Row:
    return Row("chang_roberts", {"nodes": nodes}, states, levels, steps)


def detection(nodes: int, states: int, steps: int | None = None) -> Row:
    return Row("ewd840", {"nodes": nodes}, states, 3 * nodes, steps)


def echo(nodes: int, states: int, levels: int) -> Row:
    return Row("echo", {"nodes": nodes}, states, levels)


def alternating_bit(data: int, capacity: int, states: int, levels: int, steps: int) -> Row:
    return Row("alternating_bit", {"data": data, "capacity": capacity}, states, levels, steps)


def register(clients: int, servers: int, states: int, levels: int, steps: int, *, lossy: bool = False) -> Row:
    return Row("single_copy", {"clients": clients, "servers": servers, "lossy": lossy}, states, levels, steps)


def ping_pong(most: int, states: int, levels: int, steps: int, *, duplicating: bool, lossy: bool) -> Row:
    return Row("ping_pong", {"most": most, "duplicating": duplicating, "lossy": lossy}, states, levels, steps)


ROWS = (
    *(two_phase(managers) for managers in range(1, 7)),
    *(tcommit(n, steps) for n, steps in enumerate((5, 23, 94, 357, 1_296, 4_567, 15_758, 53_513), 1)),
    paxos(1, 1, 2, 25, 9, 82),
    paxos(2, 2, 2, 145, 13, 609),
    paxos(3, 1, 1, 41, 9, 166),
    paxos(3, 2, 1, 73, 9, 310),
    paxos(3, 1, 2, 1_681, 17, 9_691),
    paxos(3, 2, 2, 3_921, 17, 22_995),
    ring(1, 5, 3, 5),
    ring(2, 25, 6, 31),
    ring(3, 137, 10, 227),
    ring(4, 823, 15, 1_791),
    ring(5, 5_455, 21, 15_113),
    detection(2, 54),
    detection(3, 302, 1_817),
    detection(4, 1_566, 14_962),
    echo(2, 10, 9),
    echo(3, 75, 16),
    echo(4, 3_415, 25),
    alternating_bit(1, 1, 28, 7, 88),
    alternating_bit(2, 2, 240, 10, 1_204),
    alternating_bit(2, 3, 528, 12, 3_416),
    register(1, 1, 5, 5, 5),
    register(2, 1, 93, 9, 121),
    register(3, 1, 4_243, 13, 6_778),
    register(2, 1, 168, 9, 325, lossy=True),
    register(2, 2, 62, 9, 81),  # the published 54 is where another tool stopped early
    ping_pong(1, 14, 6, 21, duplicating=True, lossy=True),
    ping_pong(5, 4_094, 22, 21_505, duplicating=True, lossy=True),
    ping_pong(5, 11, 11, 11, duplicating=True, lossy=False),
    ping_pong(5, 11, 11, 11, duplicating=False, lossy=False),
    ping_pong(5, 22, 12, 22, duplicating=False, lossy=True),
)

SLOW_ROWS = (
    two_phase(7),
    two_phase(8),
    paxos(3, 1, 3, 68_921, 25),
    paxos(3, 2, 3, 185_369, 25),
    ring(6, 40_261, 28, 138_221),
    ring(7, 333_161, 36, 1_385_875),
    detection(5, 7_742),
    detection(6, 36_990),
    detection(7, 172_286),
    register(4, 1, 400_233, 17, 731_789),
)


def searched(row: Row) -> Graph:
    spec = compile_spec(f"specs/conformance/{row.model}.yaml")
    case = Case(
        name="as published",
        values=(),
        faults=Envelope(),
        bounds=spec.machine.bounds,
        network=spec.machine.network,
        violates=(),
        states=row.states,
    )
    return explore(spec.machine, case, spec.parameters._replace(**row.parameters), spec.module, keep_edges=False)


def name_of(row: Row) -> str:
    return f"{row.model} {' '.join(f'{name}={value}' for name, value in row.parameters.items())}"


@pytest.mark.parametrize(
    "row", [*ROWS, *(pytest.param(row, marks=pytest.mark.slow) for row in SLOW_ROWS)], ids=lambda row: name_of(row)
)
def test_a_model_has_the_states_that_are_known_of_it(row: Row) -> None:
    graph = searched(row)
    assert graph.complete
    assert graph.counts == (row.states, row.levels)
    if row.steps is not None:
        assert graph.edges + graph.initial_count == row.steps


def test_every_model_stands_in_the_table() -> None:
    models = {path.stem for path in Path("specs/conformance").glob("*.yaml")}
    assert models == {row.model for row in ROWS} | {"crash_budget"}
