"""The engine that needs NumPy alone against the reference: the same states, levels, steps, remarks and verdicts."""

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from tests.explore.specs import a_case, compile_spec, load_spec
from tests.explore.test_native import FEW, FLOOD, LIBRARY, assert_the_same
from tests.explore.test_two_explorers import SpecMaker

from comityc.explore.engine.search import Search
from comityc.explore.engine.successors import LOCAL_MASK, REST_MASK, Successors
from comityc.explore.fast import answers, columns, level, stored
from comityc.explore.fast import explore as fast_explore
from comityc.explore.fast.explore import explore, unfit
from comityc.explore.fast.simple_expander import SimpleExpander
from comityc.explore.graph import Graph
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import plan_runs
from comityc.explore.verify import verify_machine
from comityc.machine.model import Bounds


@pytest.fixture(autouse=True, params=[0, columns.NARROW], ids=["wide", "narrow too"])
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let NumPy take every level, however narrow, or leave narrow ones to the reference as usual."""
    monkeypatch.setattr(columns, "NARROW", request.param)


@pytest.mark.parametrize("path", LIBRARY)
def test_library(path: str) -> None:
    spec = compile_spec(path)
    compared = 0
    for run in plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, None):
        if (
            run.refused is None
            and unfit(Search(spec.machine, run.case, run.parameters, spec.module).successors.setting, for_columns=True)
            is None
        ):
            graph = assert_the_same(spec, run.case, run.parameters, deep=False, engine="columns")
            compared += graph.complete
    assert compared


@pytest.mark.parametrize("case", ["a bidder lies", "the auctioneer lies"])
def test_liars_and_fresh_ids(case: str) -> None:
    spec = compile_spec("specs/auction/sealed_first_price.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), [case], None)
    assert assert_the_same(spec, run.case, run.parameters, deep=False, most=30_000, engine="columns").complete


@pytest.mark.parametrize("block", range(4))
def test_random_specs(block: int) -> None:
    for seed in range(1000 + block * 10, 1000 + block * 10 + 10):
        maker = SpecMaker(seed)
        spec = load_spec(maker.spec(), unchecked=True)
        case = a_case(maker.faults(), network=maker.network(), bounds=Bounds(copies=1 + seed % 2), exact=seed % 3 == 0)
        assert_the_same(spec, case, spec.parameters, engine="columns")


@pytest.mark.parametrize("network", ["fifo", "unordered"])
def test_a_state_that_outgrows_its_layout_is_laid_out_anew(network: Any) -> None:
    graph = assert_the_same(load_spec(FLOOD), a_case(network=network), load_spec(FLOOD).parameters, engine="columns")
    assert graph.complete


WORDY = """
messages: {Note: {n: int, from_: part}}
roles:
  part:
    count: 3
    variables: {seen: 'set[int]', told: int}
    states:
      open:
        - resting
        - when: told < 4
          do: |
            send Note(n=told + 4 * self.index, from_=self) to part
            told += 1
        - receive: Note
          if: len(seen) < 2
          do: seen.add(msg.n % 4)
        - ignore: Note
properties:
  few: {always: all(len(p.seen) <= 2 for p in part)}
verify: {open: {}}
"""


def test_states_of_several_words_are_told_apart_though_their_keys_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    keys_of = stored.States.keys_of
    mixed: list[int] = []

    def few_keys(states: stored.States, words: Any) -> Any:
        """Mix badly at first: a few bits of each key are left."""
        keys = keys_of(states, words)
        return keys if len(words) == 1 or len(mixed) > 2 else keys & np.uint64(63)

    def mix_anew(states: stored.States) -> None:
        mixed.append(states.count)
        states._salt += 1
        states.take_in()

    monkeypatch.setattr(stored.States, "keys_of", few_keys)
    monkeypatch.setattr(stored.States, "mix_anew", mix_anew)
    spec = load_spec(WORDY, unchecked=True)
    case = a_case(network="unordered", bounds=Bounds(copies=3, under_way=3))
    graph = assert_the_same(spec, case, spec.parameters, engine="columns")
    assert graph.complete
    assert graph.states.rows.shape[1] > 1  # type: ignore[attr-defined]
    assert mixed


def test_two_threads_number_the_states_as_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), ["two thirds"], None)
    found = []
    for wide in (10**9, 1):
        monkeypatch.setattr(columns, "_WIDE", wide)
        monkeypatch.setattr(columns, "_CHUNK", 128)
        monkeypatch.setattr(level, "_SHARE", 16)
        graph = explore(spec.machine, run.case, run.parameters, spec.module, engine="columns")
        assert graph.engine == "columns"
        found.append(Counter((repr(graph.world(at)), graph.level_of(at)) for at in range(len(graph.states))))
    assert found[0] == found[1]


@pytest.mark.parametrize("keep_edges", [True, False])
def test_pairs_without_a_table_and_shortest_ways(monkeypatch: pytest.MonkeyPatch, *, keep_edges: bool) -> None:
    monkeypatch.setattr(answers, "_MOST_ENTRIES", 0)
    spec = compile_spec("specs/saga/saga.yaml")
    for run in plan_runs(spec.machine, Evaluator(spec.machine, spec.module), None, None):
        if run.refused is None:
            what = (spec.machine, run.case, run.parameters, spec.module)
            graph = explore(*what, engine="columns", keep_edges=keep_edges, max_states=FEW)
            known = explore(*what, engine="reference", max_states=FEW)
            assert graph.engine == "columns"
            assert graph.edges == known.edges or not known.complete
            for at in range(0, len(graph.states), 1 + len(graph.states) // 20):
                path = graph.path_to(at)
                assert len(path) == graph.level_of(at)
                steps = Search(*what).successors
                assert all(label >= 0 for label, _ in path[1:])
                for (_, source), (label, target) in pairwise(path):
                    taken = graph.labels[label]
                    assert any(
                        steps.labels.labels[number] == taken and repr(steps.world(after)) == repr(graph.world(target))
                        for after, number in steps.of(_repacked(graph, source, steps))
                    )


def _repacked(graph: Graph, state: int, steps: Successors) -> int:
    """Return a state in the numbers of another search."""
    ours = graph.decode.__self__  # type: ignore[attr-defined]
    packed = graph.states[state]
    locals_ = [
        steps.finder.number(who, known[(packed >> shift) & LOCAL_MASK])
        for who, (known, shift) in enumerate(zip(ours.finder.locals, ours.shifts, strict=True))
    ]
    rest = steps.rests.number(ours.rests.items[(packed >> ours.rest_shift) & REST_MASK])
    names, numbers = steps.setting.message_names, steps.setting.numbers
    content = [
        steps.network.envelope(sent, numbers[sent.receiver], names[type(sent.message)]) for sent in graph.network(state)
    ]
    return steps.pack(locals_, rest, steps.network.send(0, tuple(content)))


def test_simple_rows_are_taken_by_looking_them_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """In two-phase commit every row is simple, also that of an instance which has nothing to do."""
    gone_round: list[int] = []
    monkeypatch.setattr(SimpleExpander, "_rows", lambda self, gathered, who, *_, **__: gone_round.append(who))
    spec = compile_spec("specs/conformance/two_phase_lamport.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), ["four managers"], None)
    graph = explore(spec.machine, run.case, run.parameters, spec.module, engine="columns", keep_edges=False)
    assert (graph.engine, len(graph.states), gone_round) == ("columns", 1568, [])


def test_more_states_than_allowed_are_cut() -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), ["three voters"], None)
    graph = explore(spec.machine, run.case, run.parameters, spec.module, engine="columns", max_states=5000)
    assert graph.engine == "columns"
    assert graph.why_incomplete == "more than 5000 states"
    assert graph.expanded < len(graph.states) == graph.levels[-1][1]


def test_memory_is_limited() -> None:
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    verdict = verify_machine(spec.machine, spec.module, cases=["three voters"], engine="columns", memory=1_000_000)
    (case,) = verdict.cases
    assert case.verdict == "cut"
    assert "memory" in case.findings[0]


def test_everybody_who_is_stuck_in_a_level_is_told() -> None:
    spec = compile_spec("specs/election/ring.yaml")
    (run,) = plan_runs(spec.machine, Evaluator(spec.machine, spec.module), ["a node dies"], None)
    what = (spec.machine, run.case, run.parameters, spec.module)
    told = []
    for engine in ("reference", "columns"):
        graph = explore(*what, engine=engine)
        first = next(violation for violation in graph.violations if violation.property == "no_deadlock")
        level = graph.level_of(first.state)
        everyone = [v for v in (*graph.violations, *graph.violations_again) if v.property == "no_deadlock"]
        told.append({v.text for v in everyone if graph.level_of(v.state) == level})
    assert told[1] >= told[0]


@pytest.mark.parametrize(
    ("path", "cases"),
    [
        ("specs/saga/saga.yaml", None),
        ("specs/voting/threshold_vote.yaml", ["nothing is lost", "the chair may die"]),
        ("specs/auction/sealed_first_price.yaml", ["one price", "the auctioneer dies"]),  # of more than one word
    ],
)
def test_verdicts_are_the_same(path: str, cases: list[str] | None) -> None:
    spec = compile_spec(path)
    told = [
        [
            (case.name, case.states, prop.name, prop.verdict, prop.expected, _steps(prop.counterexample))
            for case in verify_machine(spec.machine, spec.module, cases=cases, engine=engine).cases
            for prop in case.properties
        ]
        for engine in ("reference", "columns")
    ]
    assert told[0] == told[1]


def _steps(counterexample: Any) -> int:
    return len(counterexample.steps) if counterexample else 0


def test_large_searches_are_taken_over_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_explore, "compiler", lambda: None)
    spec = compile_spec("specs/voting/threshold_vote.yaml")
    verdict = verify_machine(spec.machine, spec.module, cases=["three voters"], symmetry="none")
    assert [case.engine for case in verdict.cases] == ["columns"]
