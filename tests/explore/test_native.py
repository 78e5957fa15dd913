"""The kernel against the reference: the same states, levels, steps, remarks and verdicts, on the library and on random specs."""

import gc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from tests.explore.engines import remarks
from tests.explore.random_specs import RichSpecMaker
from tests.explore.specs import Spec, a_case, compile_spec, load_spec
from tests.explore.test_two_explorers import SpecMaker
from tests.explore.test_two_explorers_in_time import SECOND, TRIGGERS, MakerOfMoments, skew

import comityc.explore.fast.native_search as native_search
from comityc.explore.engine.search import Search
from comityc.explore.fast.explore import EngineName, explore, unfit
from comityc.explore.fast.native import build, compiler
from comityc.explore.graph import Graph
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import plan_runs
from comityc.explore.verify import verify_machine
from comityc.machine.model import Bounds, Case, Clock, Envelope

pytestmark = pytest.mark.skipif(compiler() is None, reason="there is no C compiler")

FEW = 10_000
LIBRARY = (
    "specs/saga/saga.yaml",
    "specs/election/ring.yaml",
    "specs/voting/threshold_vote.yaml",
    "specs/contract/contract_net.yaml",
    "specs/work/manager_worker.yaml",
    "specs/consensus/two_phase_commit.yaml",
    "specs/conformance/two_phase_lamport.yaml",
    "specs/election/raft_election.yaml",
)
MODELS = ("specs/conformance/ewd840.yaml", "specs/conformance/paxos_lamport.yaml", "specs/conformance/tcommit.yaml")


MODEL_IN_TIME = """
    shared:
      rung: bool
    roles:
      bell:
        states:
          s:
            - after: 1s
              if: not rung
              do: rung = true
            - resting
    verify:
      one: {clock: synchronous}
"""


def looks(graph: Graph) -> Counter[Any]:
    """Return every state as it is told, with how often it occurs."""
    return Counter((repr(graph.world(at)), *sorted(map(repr, graph.network(at)))) for at in range(len(graph.states)))


def assert_the_same(
    spec: Spec, case: Case, parameters: Any, *, deep: bool = True, most: int = FEW, engine: EngineName = "native"
) -> Graph:
    """Explore by the reference and by another engine, and compare all that they leave behind."""
    one, other = (
        explore(spec.machine, case, parameters, spec.module, engine=engine, max_states=most)
        for engine in ("reference", engine)
    )
    assert other.engine == engine or not other.complete
    if not one.complete:
        assert not other.complete
        return other
    assert (len(one.states), one.levels, one.edges) == (len(other.states), other.levels, other.edges)
    assert one.initial_count == other.initial_count
    assert one.visited_states == other.visited_states
    assert one.taken_transitions == other.taken_transitions
    assert remarks(one) == remarks(other)
    assert (len(one.cut_states), len(one.broken_states)) == (len(other.cut_states), len(other.broken_states))
    assert set(one.cut_bounds) == set(other.cut_bounds)
    assert Counter(one.labels[label] for label in one.edge_labels.tolist()) == Counter(  # type: ignore[union-attr]
        other.labels[label]
        for label in other.edge_labels.tolist()  # type: ignore[union-attr]
    )
    if deep:
        assert looks(one) == looks(other)
    return other


@pytest.mark.parametrize("path", [*LIBRARY, *MODELS])
def test_library(path: str) -> None:
    spec = compile_spec(path)
    compared = 0
    for run in plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, None):
        if (
            run.refused is None
            and unfit(Search(spec.machine, run.case, run.parameters, spec.module).successors.setting) is None
        ):
            graph = assert_the_same(spec, run.case, run.parameters, deep=False)
            compared += graph.complete
    assert compared


@pytest.mark.parametrize("case", ["a bidder lies", "the auctioneer lies"])
def test_liars_and_fresh_ids(case: str) -> None:
    spec = compile_spec("specs/auction/sealed_first_price.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), [case], None)
    assert assert_the_same(spec, run.case, run.parameters, deep=False, most=30_000).complete


@pytest.mark.parametrize("block", range(4))
def test_random_specs(block: int) -> None:
    for seed in range(1000 + block * 10, 1000 + block * 10 + 10):
        maker = SpecMaker(seed)
        spec = load_spec(maker.spec(), unchecked=True)
        case = a_case(maker.faults(), network=maker.network(), bounds=Bounds(copies=1 + seed % 2), exact=seed % 3 == 0)
        assert_the_same(spec, case, spec.parameters)


@pytest.mark.parametrize("models", [False, True])
def test_random_specs_where_no_steps_are_kept(models: bool) -> None:
    """Then states are looked up in a table of states, and a step to where one led a moment ago is passed by."""
    complete = 0
    for seed in range(3000, 3030):
        maker = RichSpecMaker(seed, models=models)
        try:
            spec = load_spec(maker.spec(), unchecked=True)
        except AssertionError:  # dice may write one that the compiler refuses
            continue
        case = maker.case()
        if unfit(Search(spec.machine, case, spec.parameters, spec.module).successors.setting) is not None:
            continue
        one, other = (
            explore(spec.machine, case, spec.parameters, spec.module, engine=engine, keep_edges=False, max_states=FEW)
            for engine in ("reference", "native")
        )
        assert one.complete == other.complete
        if one.complete:
            complete += 1
            assert (len(one.states), one.levels, one.edges) == (len(other.states), other.levels, other.edges)
            assert remarks(one) == remarks(other)
            assert looks(one) == looks(other)
    assert complete


@pytest.mark.parametrize("lateness", [None, 0, SECOND, 2 * SECOND])
@pytest.mark.parametrize("maker_of", [partial(SpecMaker, triggers=TRIGGERS), MakerOfMoments])
def test_random_specs_in_time(maker_of: Callable[[int], SpecMaker], lateness: int | None) -> None:
    """Clocks, moments and cuts in the network; a lateness of 0 stands for no clock at all."""
    complete = 0
    for seed in range(2000, 2014):
        maker = maker_of(seed)
        spec = load_spec(maker.spec(), unchecked=True)
        faults = replace(maker.faults(), partition=maker.partition())
        case = a_case(faults, network=maker.network(), bounds=Bounds(copies=1 + seed % 2), exact=seed % 3 == 0)
        if lateness != 0:
            case = replace(case, clock=Clock() if lateness is None else skew(lateness))
        complete += assert_the_same(spec, case, spec.parameters, most=3_000).complete
    assert complete


FLOOD = """
messages: {Drop: {n: int}}
roles:
  cloud:
    variables: {n: int}
    states:
      raining:
        - when: n < 12
          do: |
            send Drop(n=n % 3) to sea
            n += 1
        - resting
  sea:
    variables: {heard: 'list[int]'}
    states:
      calm:
        - resting
        - receive: Drop
          do: heard = [msg.n]
verify: {calm: {}}
"""


@pytest.mark.parametrize("network", ["fifo", "unordered"])
def test_a_state_that_outgrows_its_layout_is_laid_out_anew(network: Any) -> None:
    # Without a limit on copies, counts and queues grow far beyond what their fields begin with.
    graph = assert_the_same(load_spec(FLOOD), a_case(network=network), load_spec(FLOOD).parameters)
    assert graph.complete


def test_more_states_than_allowed_are_cut() -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), ["three voters"], None)
    graph = explore(spec.machine, run.case, run.parameters, spec.module, engine="native", max_states=5000)
    assert not graph.complete
    assert graph.why_incomplete == "more than 5000 states"
    assert graph.expanded < len(graph.states) == graph.levels[-1][1]


def test_memory_is_limited_for_the_reference_too() -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    verdict = verify_machine(spec.machine, spec.module, cases=["three voters"], engine="reference", memory=20_000_000)
    assert verdict.cases[0].verdict == "cut"
    assert "has taken its share of the memory allowed" in verdict.cases[0].findings[0]


def test_memory_is_limited() -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    verdict = verify_machine(spec.machine, spec.module, cases=["three voters"], engine="native", memory=2_000_000)
    (case,) = verdict.cases
    assert case.verdict == "cut"
    assert "memory" in case.findings[0]
    assert not case.as_expected


@pytest.mark.parametrize(
    ("path", "cases"),
    [("specs/saga/saga.yaml", None), ("specs/voting/threshold_vote.yaml", ["nothing is lost", "the chair may die"])],
)
def test_verdicts_are_the_same(path: str, cases: list[str] | None) -> None:
    spec = compile_spec(path)
    told = [
        [
            (
                case.name,
                case.states,
                prop.name,
                prop.verdict,
                prop.expected,
                len(prop.counterexample.steps) if prop.counterexample else 0,
            )
            for case in verify_machine(spec.machine, spec.module, cases=cases, engine=engine).cases
            for prop in case.properties
        ]
        for engine in ("reference", "native")
    ]
    assert told[0] == told[1]


def test_large_searches_are_taken_over_by_themselves() -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    assert build(1).ready(wait=True) is not None
    verdict = verify_machine(spec.machine, spec.module, cases=["three voters"])
    assert [case.engine for case in verdict.cases] == ["native"]


NARROW = """
parameters: {most: {type: int, default: 900}}
messages: {Ping: {}, Pong: {}}
roles:
  a:
    variables: {n: int}
    states:
      idle:
        - when: n < most
          do: |
            n += 1
            send Ping() to b
          goto: waiting
        - resting
      waiting:
        - receive: Pong
          goto: idle
  b:
    states:
      s:
        - resting
        - receive: Ping
          do: send Pong() to sender
bounds: {n: 0..900}
verify: {deep: {}}
"""


class Edges(NamedTuple):
    """The steps of a graph that kept them."""

    offsets: Any
    targets: Any
    labelled: Counter[Any]

    @classmethod
    def of(cls, graph: Graph) -> "Edges":
        assert graph.edge_labels is not None
        return cls(graph.offsets, graph.targets, Counter(graph.labels[label] for label in graph.edge_labels.tolist()))


@pytest.mark.parametrize(
    ("path", "name"),
    [("specs/voting/threshold_vote.yaml", "three voters"), ("benchmarks/verify/two_phase.yaml", "seven managers")],
)
@pytest.mark.parametrize("keep_edges", [True, False])
def test_a_team_finds_what_one_thread_finds(
    path: str, name: str, keep_edges: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = compile_spec(path)
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), [name], None)

    def found_by(threads: int) -> Graph:
        monkeypatch.setattr(native_search, "threads", lambda: threads)
        return explore(spec.machine, run.case, run.parameters, spec.module, engine="native", keep_edges=keep_edges)

    def worlds(graph: Graph) -> Any:
        """Each state by its parts, which do not depend on the order in which they came up in this search."""
        return Counter((repr(graph.world(at)), graph.level_of(at)) for at in range(0, len(graph.states), 97))

    alone, three, again = found_by(1), found_by(3), found_by(3)
    assert max(last - first for first, last in alone.levels) > 1 << 14  # so many that a team is worth its while
    assert (alone.levels, alone.edges) == (three.levels, three.edges)
    assert list(three.states[::97]) == list(again.states[::97])
    for at in (1, len(three.states) // 2, len(three.states) - 1):
        way = three.path_to(at)
        assert way == again.path_to(at)
        assert [three.level_of(state) for _, state in way] == list(range(1, three.level_of(at) + 1))
    assert worlds(three) == worlds(again)
    if keep_edges:
        one, other = Edges.of(alone), Edges.of(three)
        assert Counter(np.diff(one.offsets).tolist()) == Counter(np.diff(other.offsets).tolist())
        into = (np.bincount(edges.targets, minlength=len(alone.states)) for edges in (one, other))
        assert Counter(next(into).tolist()) == Counter(next(into).tolist())
        assert one.labelled == other.labelled
        depth = np.repeat(np.arange(len(three.levels)), [last - first for first, last in three.levels])
        sources = np.repeat(np.arange(len(three.states)), np.diff(other.offsets))
        assert (depth[other.targets] <= depth[sources] + 1).all()


def test_a_kernel_gives_its_memory_back_with_the_last_look_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[bool] = []
    dispose = native_search.Kernel.__del__

    def take_note(kernel: native_search.Kernel) -> None:
        gone.append(True)
        dispose(kernel)

    monkeypatch.setattr(native_search.Kernel, "__del__", take_note)
    spec = compile_spec("specs/saga/saga.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), ["two at once"], None)
    gc.disable()
    try:
        graph = explore(spec.machine, run.case, run.parameters, spec.module, engine="native")
        column = graph.column(next(iter(graph.instance_masks.values())))
        assert (graph.engine, gone) == ("native", [])
        del graph
        assert gone == [True]
        assert column.max() > 0
    finally:
        gc.enable()


SENT_FOR_EVER = """
messages: {Word: {n: int}}
network: sent_set
roles:
  speaker:
    count: 3
    variables: {n: int}
    states:
      speaking:
        - decide: say
          if: n < 60
          do: |
            send Word(n=n + 60 * self.index) to listener
            n += 1
        - resting
  listener:
    variables: {heard: int}
    states:
      listening:
        - resting
        - receive: Word
          do: heard = msg.n % 2
verify: {calm: {}}
"""


@pytest.mark.parametrize(
    ("network", "keep_edges"),
    [("unordered", True), ("unordered", False), ("sent_set", False), ("sent_set", True)],
)
def test_all_memory_is_given_back_by_the_length_that_it_had(
    network: Any, keep_edges: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """States that grow over the border of a word go from one kernel to another; a piece too much given back would be somebody else's."""

    def held() -> int:
        kernels = [build(words).ready(wait=True) for words in range(1, 9)]
        return sum(kernel.held() for kernel in kernels if kernel is not None)

    monkeypatch.setattr(native_search, "threads", lambda: 2)
    gc.collect()
    before, spec = held(), load_spec(SENT_FOR_EVER)
    graph = explore(
        spec.machine, a_case(network=network), spec.parameters, spec.module, engine="native", keep_edges=keep_edges,
        max_states=1_000_000,
    )  # fmt: skip
    assert (graph.engine, graph.states.rows.shape[1] > 1) == ("native", True)  # type: ignore[attr-defined]
    assert held() > before
    del graph
    gc.collect()
    assert held() == before


def test_a_way_that_nobody_noted_down_is_found_again() -> None:
    spec = compile_spec("benchmarks/verify/two_phase.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), ["seven managers"], None)
    graph = explore(spec.machine, run.case, run.parameters, spec.module, engine="native", keep_edges=False)
    kept = explore(spec.machine, run.case, run.parameters, spec.module, engine="native", keep_edges=True)
    steps = {
        (repr(kept.world(source)), kept.labels[label], repr(kept.world(target)))
        for source in range(3_000)
        for label, target in kept.steps_from(source)
    }
    for at in range(1, 2_000, 61):
        way = graph.path_to(at)
        for (_, source), (label, target) in pairwise(way):
            assert (repr(graph.world(source)), graph.labels[label], repr(graph.world(target))) in steps


def test_a_graph_in_which_no_row_is_used_twice_is_left_to_the_reference() -> None:
    spec = load_spec(NARROW)
    assert build(1).ready(wait=True) is not None
    (case,) = verify_machine(spec.machine, spec.module).cases
    assert (case.engine, case.states, case.levels) == ("reference", 2701, 2701)


def test_what_the_tables_do_not_know_is_left_to_the_reference() -> None:
    spec = load_spec(MODEL_IN_TIME)
    graph = explore(spec.machine, spec.machine.cases[0], spec.parameters, spec.module, engine="native")
    assert (graph.engine, len(graph.states)) == ("reference", 3)
    stated = a_case(Envelope(byzantine=(("voter", 1),)))
    setting = Search(compile_spec("specs/voting/threshold_vote.yaml").machine, stated, *_vote()).successors.setting
    assert unfit(setting) is not None


def _vote() -> tuple[Any, Any]:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    return spec.parameters, spec.module
