"""Fair runs in small graphs drawn by hand: twins that differ only in what is owed."""

import itertools
import random
from collections.abc import Mapping, Sequence

import numpy as np
from tests.explore.specs import load_spec

from comityc.explore.judging.liveness import FairGraph, find_no_way, find_unfair_end
from comityc.explore.judging.paths import Edges, Path
from comityc.explore.verify import verify_machine


class Drawn:
    """A graph of named states, drawn as `a: {step: b}`; the first state is where it starts."""

    def __init__(
        self,
        steps: Mapping[str, Mapping[str, str]],
        *,
        weak: Sequence[str] = (),
        strong: Sequence[str] = (),
        cut: Sequence[str] = (),
    ) -> None:
        self.names = list(steps)
        self.labels = sorted({label for out in steps.values() for label in out})
        offsets, targets, labels = [0], [], []
        parents = {self.names[0]: -1}
        for source in self.names:
            for label, target in steps[source].items():
                targets.append(self.names.index(target))
                labels.append(self.labels.index(label))
                parents.setdefault(target, self.names.index(source))
            offsets.append(len(targets))
        self.edges = Edges(offsets, targets, labels, [parents[n] for n in self.names])
        owed = [*weak, *strong]
        by_label = [tuple(i for i, name in enumerate(owed) if name == label) for label in self.labels]
        self.graph = FairGraph(self.edges, by_label, [name in strong for name in owed], self.mask(cut))

    def mask(self, names: Sequence[str]) -> np.ndarray:
        return np.array([name in names for name in self.names])

    def tell(self, path: Path | None) -> str | None:
        """Say a path as `a x b | y c y`: what stands behind the bar repeats."""
        if path is None:
            return None
        words = [self.names[path.states[0]]]
        for i, (label, state) in enumerate(zip(path.labels, path.states[1:], strict=True)):
            words += ["|"] if path.loop_from == i else []
            words += [self.labels[label], self.names[state]]
        return " ".join([*words, "|"] if path.loop_from == len(path.labels) else words)

    def leads_to(self, p: Sequence[str], q: Sequence[str]) -> str | None:
        return self.tell(find_unfair_end((self.graph,), self.mask(p) & ~self.mask(q), ~self.mask(q)))

    def eventually(self, p: Sequence[str]) -> str | None:
        first = self.mask(self.names[:1])
        return self.tell(find_unfair_end((self.graph,), first, ~self.mask(p)))


def test_a_run_may_stop_where_nothing_is_owed() -> None:
    assert Drawn({"a": {"go": "b"}, "b": {}}).eventually(["b"]) == "a |"


def test_what_is_owed_is_done() -> None:
    assert Drawn({"a": {"go": "b"}, "b": {}}, weak=["go"]).eventually(["b"]) is None


def test_a_loop_that_leaves_an_owed_step_open_all_along_is_unfair() -> None:
    steps = {"a": {"turn": "b", "go": "c"}, "b": {"back": "a", "go": "c"}, "c": {}}
    assert Drawn(steps, weak=["go", "turn", "back"]).eventually(["c"]) is None


def test_weak_is_met_where_the_step_is_not_open_and_strong_is_not() -> None:
    steps = {"a": {"turn": "b", "go": "c"}, "b": {"back": "a"}, "c": {}}
    assert Drawn(steps, weak=["go", "turn", "back"]).eventually(["c"]) == "a | turn b back a"
    assert Drawn(steps, weak=["turn", "back"], strong=["go"]).eventually(["c"]) is None


def test_strong_is_met_by_keeping_away() -> None:
    steps = {"a": {"turn": "b", "go": "d"}, "b": {"back": "a", "on": "c"}, "c": {"off": "b"}, "d": {}}
    drawn = Drawn(steps, weak=["turn", "off"], strong=["go"])
    assert drawn.eventually(["d"]) == "a turn b |"
    drawn = Drawn(steps, weak=["turn", "off", "on"], strong=["go"])
    assert drawn.eventually(["d"]) == "a turn b | on c off b"


def test_strong_fairness_looks_again_after_states_are_removed() -> None:
    steps = {
        "a": {"x": "b", "go": "e"},
        "b": {"y": "a", "z": "c"},
        "c": {"w": "b", "leave": "e"},
        "e": {},
    }
    assert Drawn(steps, weak=["x", "w", "z"], strong=["go", "leave"]).eventually(["e"]) is None


def test_the_loop_takes_or_disables_everything_that_is_owed() -> None:
    steps = {"a": {"x": "b", "y": "c"}, "b": {"back": "a"}, "c": {"home": "a"}}
    assert Drawn(steps, strong=["x", "y"], weak=["back", "home"]).eventually([]) == "a | x b back a y c home a"


def test_a_step_back_to_the_same_state_counts_as_taken() -> None:
    assert Drawn({"a": {"again": "a", "go": "b"}, "b": {}}, weak=["again"]).eventually(["b"]) == "a | again a"
    assert Drawn({"a": {"again": "a", "go": "b"}, "b": {}}, weak=["go", "again"]).eventually(["b"]) is None


def test_one_label_may_meet_several_obligations() -> None:
    drawn = Drawn({"a": {"go": "b"}, "b": {"back": "a"}}, weak=["go", "back"], strong=["go"])
    assert drawn.eventually([]) == "a | go b back a"


def test_leads_to_starts_where_p_holds_and_avoids_q() -> None:
    steps = {"a": {"go": "b"}, "b": {"on": "c", "off": "d"}, "c": {}, "d": {}}
    owed = ["go", "on", "off"]
    assert Drawn(steps, weak=owed).leads_to(["b"], ["c"]) == "a go b off d |"
    assert Drawn(steps, weak=owed).leads_to(["b"], ["c", "d"]) is None
    assert Drawn(steps, weak=owed).leads_to(["c"], ["c"]) is None


def test_a_run_does_not_end_where_a_bound_cut_a_step() -> None:
    steps = {"a": {"go": "b"}, "b": {"off": "c"}, "c": {}}
    assert Drawn(steps, weak=["go"], cut=["b"]).eventually(["c"]) is None
    assert Drawn(steps, weak=["go"]).eventually(["c"]) == "a go b |"
    assert Drawn(steps, weak=["go", "off"], cut=["b"]).eventually([]) == "a go b off c |"


def test_the_shorter_of_a_stop_and_a_loop_is_told() -> None:
    steps = {"a": {"go": "b"}, "b": {"x": "c", "stop": "d"}, "c": {"y": "b"}, "d": {}}
    assert Drawn(steps, weak=["go", "x", "y"]).eventually([]) == "a go b stop d |"


def test_a_property_may_rest_on_what_happens_again_and_again_or_holds_for_ever() -> None:
    steps = {"a": {"x": "b", "go": "d"}, "b": {"y": "a", "z": "c"}, "c": {"w": "b"}, "d": {}}
    drawn = Drawn(steps, weak=["x", "y", "w"])
    first, anywhere = drawn.mask(["a"]), ~drawn.mask(["d"])

    def run(**given: np.ndarray) -> str | None:
        return drawn.tell(find_unfair_end((drawn.graph,), first, anywhere, **given))

    assert run() == "a | x b y a"
    assert run(again=drawn.mask(["c"])) == "a | x b z c w b y a"
    assert run(forever=drawn.mask(["b", "c"])) == "a x b | z c w b"
    assert run(again=drawn.mask(["d"])) is None
    assert run(forever=drawn.mask(["a"])) is None


def test_stays_possible_needs_a_way_and_no_fairness() -> None:
    drawn = Drawn({"a": {"go": "b", "lose": "c"}, "b": {}, "c": {"lose": "b"}})
    ways = np.array([label != "lose" for label in drawn.labels])
    nowhere = drawn.mask([])
    assert drawn.tell(find_no_way(drawn.edges, drawn.mask(["b"]), ways, nowhere)) == "a lose c"
    assert drawn.tell(find_no_way(drawn.edges, drawn.mask(["b"]), ways, drawn.mask(["c"]))) is None
    assert find_no_way(drawn.edges, drawn.mask(["b"]), np.array([True, True]), nowhere) is None


def test_a_state_that_is_reached_only_late_is_told_from_the_start() -> None:
    steps = {f"s{i}": {"go": f"s{i + 1}"} for i in range(50)} | {"s50": {}}
    told = Drawn(steps, weak=["go"]).leads_to(["s30"], [])
    assert told is not None
    assert told.startswith("s0 go s1")
    assert told.endswith("s50 |")


def _drawn_at_random(seed: int) -> Drawn:
    chance = random.Random(seed)
    names = "abcde"[: chance.randint(2, 5)]
    steps: dict[str, dict[str, str]] = {name: {} for name in names}
    for left, right in itertools.pairwise(names):
        steps[left][chance.choice("vwxyz")] = right
    for _ in range(chance.randint(1, 6)):
        steps[chance.choice(names)].setdefault(chance.choice("vwxyz"), chance.choice(names))
    reached, found = "", "a"
    while reached != found:
        reached, found = found, "".join(sorted({*found, *(t for s in found for t in steps[s].values())}))
    kept = {name: steps[name] for name in names if name in reached}
    return Drawn(kept, weak=chance.sample("vwxyz", 2), strong=chance.sample("vwxyz", 2))


def _is_fair(drawn: Drawn, states: set[int], taken: set[int]) -> bool:
    graph, edges = drawn.graph, drawn.edges
    met = {int(o) for label in taken for o in graph.owed_by(label)}
    for obligation, strong in enumerate(graph.strong):
        enabled = [
            any(
                obligation in graph.owed_by(int(edges.labels[e])) for e in range(edges.offsets[s], edges.offsets[s + 1])
            )
            for s in states
        ]
        if obligation not in met and (any(enabled) if strong else all(enabled)):
            return False
    return True


def _some_part_is_fair(drawn: Drawn, region: set[int]) -> bool:
    """Try every set of states that hang together, as nobody would in earnest."""
    edges = drawn.edges
    for size in range(1, len(region) + 1):
        for states in map(set, itertools.combinations(sorted(region), size)):
            inner = [
                (s, int(edges.targets[e]), int(edges.labels[e]))
                for s in states
                for e in range(edges.offsets[s], edges.offsets[s + 1])
                if int(edges.targets[e]) in states
            ]
            reach = {s: {s} for s in states}
            for _ in states:
                for source, target, _label in inner:
                    for known in reach.values():
                        known |= {target} if source in known else set()
            if all(known == states for known in reach.values()) and _is_fair(drawn, states, {i[2] for i in inner}):
                return True
    return False


def test_the_verdict_is_that_of_trying_everything() -> None:
    for seed in range(400):
        drawn = _drawn_at_random(seed)
        goal = drawn.names[-1:] if seed % 2 else []
        region = {i for i, name in enumerate(drawn.names) if name not in goal}
        path = find_unfair_end((drawn.graph,), drawn.mask(drawn.names) & ~drawn.mask(goal), ~drawn.mask(goal))
        assert (path is not None) == _some_part_is_fair(drawn, region), seed
        if path is not None:
            assert path.loop_from is not None
            assert set(path.states[path.loop_from :]) <= region
            assert path.states[-1] == path.states[path.loop_from]
            assert _is_fair(drawn, set(path.states[path.loop_from :]), set(path.labels[path.loop_from :]))


CALLERS = """
    messages: {Ask: {}, Answer: {}}
    roles:
      caller:
        count: 2
        states:
          idle: [resting, {decide: ask, PROMPT do: send Ask() to worker, goto: waiting}]
          waiting: [{receive: Answer, goto: idle}]
      worker:
        states:
          working: [{receive: Ask, do: send Answer() to sender}, {after: 5s, goto: done}]
          done: [resting, {receive: Ask, do: send Answer() to sender}]
    properties:
      finishes: {eventually: worker in done}
    verify:
      without: {}
      skew: {clock: {skew: 1s}}
      in time: {clock: synchronous}
    """


def said_of(text: str) -> list[str]:
    """Return what became of the one promise in each case."""
    spec = load_spec(text, unchecked=True)
    verdict = verify_machine(spec.machine, spec.module)
    return [next(prop.verdict for prop in case.properties if prop.kind != "generic") for case in verdict.cases]


def test_agents_who_need_not_decide_do_not_stop_the_clock_together() -> None:
    assert said_of(CALLERS.replace("PROMPT", "")) == ["holds"] * 3


def test_a_protocol_that_stops_its_clock_itself_is_told() -> None:
    assert said_of(CALLERS.replace("PROMPT", "prompt: true,")) == ["holds", "holds", "fails"]


def test_whoever_talks_while_no_timer_runs_may_go_on_for_ever() -> None:
    """Time that nothing waits for is no reason to pause."""
    text = CALLERS.replace("PROMPT", "").replace("done: [resting,", "done: [resting, {decide: leave, goto: left},")
    text = text.replace("    properties:", "          left: final\n    properties:")
    text = text.replace("eventually: worker in done", "leads_to: [worker in done, worker in left]")
    assert said_of(text) == ["fails"] * 3
