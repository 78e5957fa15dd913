"""Orbits against the full search: the same states in sum, the same levels, the same verdicts; and what tells instances apart."""

import random
import signal
from dataclasses import replace
from typing import Any

import pytest
from tests.explore.specs import Spec, compile_spec, load_spec

import comityc.explore.alike as alike
from comityc.explore.engine.records import Local
from comityc.explore.engine.rest import Rest
from comityc.explore.engine.search import explore
from comityc.explore.interruption import by_ctrl_c
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.judging.paths import Path
from comityc.explore.plan import Run, plan_runs
from comityc.explore.symmetry.found import Symmetry
from comityc.explore.symmetry.interchangeable import find_symmetry
from comityc.explore.symmetry.renaming import Renaming
from comityc.explore.symmetry.search import OrbitSearch, explore_orbits
from comityc.explore.telling.report import to_text
from comityc.explore.telling.story import Teller
from comityc.explore.verdict import CaseVerdict, SpecVerdict
from comityc.explore.verify import verify_machine
from comityc.machine.model import Case

TWO_PHASE = "specs/conformance/two_phase_lamport.yaml"


def the_run(spec: Spec, name: str | None = None, **values: Any) -> Run:
    """Return the run of a case, or the first that has these values."""
    evaluator = Evaluator(spec.machine, spec.module)
    runs = plan_runs(spec.machine, evaluator, None if name is None else [name], None)
    return next(run for run in runs if run.refused is None and values.items() <= dict(run.values).items())


def symmetry_of(spec: Spec, name: str | None = None, **values: Any) -> Symmetry:
    """Return which instances are alike in a case."""
    return find_symmetry(spec.machine, Evaluator(spec.machine, spec.module), the_run(spec, name, **values))


@pytest.fixture(autouse=True)
def orbits_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one state of each orbit be looked at for longer than usual."""
    monkeypatch.setattr(alike, "FEW_ORBITS", 2_000)


def assert_same(spec: Spec, case: Case, parameters: Any, roles: tuple[str, ...]) -> tuple[int, int]:
    """Explore a case with and without symmetry; fail unless they agree. Return how many orbits and states there are."""
    full = explore(spec.machine, case, parameters, spec.module, max_states=20_000)
    assert full.complete
    some = explore_orbits(spec.machine, case, parameters, spec.module, roles=roles)
    assert some.orbits is not None
    assert (some.orbits.full_count, len(some.levels)) == full.counts
    assert some.visited_states == full.visited_states
    assert some.taken_transitions == full.taken_transitions
    assert {v.property for v in some.violations} == {v.property for v in full.violations}
    assert some.cut_bounds == full.cut_bounds
    # Level by level, too.
    sizes = some.orbits.sizes
    assert [sum(sizes[first:end]) for first, end in some.levels] == [end - first for first, end in full.levels]
    return len(some.states), len(full.states)


# ---- figures of others


@pytest.mark.parametrize(("managers", "orbits", "levels"), [(3, 80, 11), (4, 166, 14), (5, 314, 17), (6, 553, 20)])
def test_two_phase_commit_has_as_many_orbits_as_published(managers: int, orbits: int, levels: int) -> None:
    spec = compile_spec(TWO_PHASE)
    case = replace(spec.machine.cases[0], states=1)
    given = spec.parameters._replace(managers=managers)
    graph = explore_orbits(spec.machine, case, given, spec.module, roles=("manager",))
    assert graph.counts == (orbits, levels)
    assert graph.orbits is not None
    assert graph.orbits.full_count == 2**managers + 4**managers + 6**managers


@pytest.mark.parametrize(
    ("path", "case", "values"),
    [
        (TWO_PHASE, "four managers", {}),
        (TWO_PHASE, "nobody has to decide", {}),
        ("specs/conformance/tcommit.yaml", "five managers", {}),
        ("specs/consensus/two_phase_commit.yaml", "one to four", {"participants": 2}),
        ("specs/consensus/two_phase_commit.yaml", "the coordinator dies", {}),
    ],
)
def test_the_library_has_the_same_states_by_orbits(path: str, case: str, values: dict[str, Any]) -> None:
    spec = compile_spec(path)
    run = the_run(spec, case, **values)
    roles = find_symmetry(spec.machine, Evaluator(spec.machine, spec.module), run).roles
    assert roles
    orbits, states = assert_same(spec, run.case, run.parameters, roles)
    assert orbits < states


# ---- specs by the throw of dice

GUARDS = (
    "sender in seen", "sender not in seen", "len(seen) >= 2", "all(b in seen for b in beta)", "last == sender",
    "count(by[b] for b in by) > 1", "any(b in seen and b != sender for b in beta)",
)  # fmt: skip
EFFECTS = (
    "seen.add(sender)", "seen.discard(sender)", "seen = set()", "by[sender] = msg.hot", "last = sender", "last = none",
    "queue.append(sender)", "send Pong() to sender", "send Pong() to beta", "send Pong() to seen",
)  # fmt: skip


QUEUE_WITH_TIMERS = """
    messages:
      Here: {}
    roles:
      hub:
        variables:
          came: set[guest]
          queue: list[guest]
        states:
          open:
            - resting
            - receive: Here
              do: |
                came.add(sender)
                queue.append(sender)
            - after: 7s
              for: g in came
      guest:
        count: 3
        states:
          away:
            - resting
            - decide: come
              do: send Here() to hub
              goto: there
          there: final
    waive: {duplicates_are_harmless: x}
    properties:
      p: {always: len(hub.queue) <= 2}
    verify:
      c: {}
    """

QUEUE_WITH_ACTS = """
    messages:
      Here: {}
    roles:
      hub:
        variables:
          queue: list[guest]
          paid: set[guest]
        states:
          open:
            - resting
            - receive: Here
              do: queue.append(sender)
            - perform: pay(to=g) -> ok
              for: g in queue
              if: g not in paid
              key: g
              do: paid.add(g)
      guest:
        count: 3
        states:
          away:
            - resting
            - decide: come
              do: send Here() to hub
              goto: there
          there: final
    waive: {duplicates_are_harmless: x}
    properties:
      p: {always: "all(happened(pay, to=g) for g in hub.paid)"}
    verify:
      c: {}
    """


@pytest.mark.parametrize(("text", "states", "orbits"), [(QUEUE_WITH_TIMERS, 128, 26), (QUEUE_WITH_ACTS, 314, 58)])
def test_marks_that_are_kept_in_the_order_of_names_tell_nobody_apart(text: str, states: int, orbits: int) -> None:
    """Timers that fired, and acts that took effect, beside a queue that does have an order. The figures are a brute force's."""
    spec = load_spec(text, unchecked=True)
    run = the_run(spec)
    assert assert_same(spec, run.case, run.parameters, ("guest",)) == (orbits, states)


def test_orbits_that_were_not_counted_to_the_end_are_not_said_to_be_none() -> None:
    spec = load_spec(QUEUE_WITH_TIMERS.replace("c: {}", "c: {orbits: 26}"), unchecked=True)

    def press(case: str, doing: str) -> None:
        if doing == "counting orbits":
            signal.raise_signal(signal.SIGINT)

    with by_ctrl_c():
        (case,) = verify_machine(spec.machine, spec.module, engine="columns", progress=press).cases
    assert case.findings == ("the case states 26 orbits, and they were not counted to the end",)


def dice_spec(dice: random.Random) -> str:
    """Write a spec of one alpha that remembers betas in every way there is, and betas that know one another."""
    lines = [
        "messages:",
        "  Ping: {hot: bool}",
        "  Pong: {}",
        "  Hello: {who: beta}",
        "roles:",
        "  alpha:",
        "    variables:",
    ]
    lines += ["      seen: set[beta]", "      by: map[beta, bool]", "      last: beta?", "      queue: list[beta]"]
    lines += ["    states:"]
    for state in ("a0", "a1"):
        lines += [
            f"      {state}:",
            *resting(dice),
            "        - receive: Ping",
            f"          if: {dice.choice(GUARDS)}",
        ]
        lines += effects(dice, EFFECTS, ("a0", "a1"))
        lines += ["        - receive: Ping", *effects(dice, EFFECTS, ("a0", "a1"))]
        lines += [
            "        - when: len(queue) > 1",
            "          do: |",
            "            last = queue[0]",
            "            queue = []",
        ]
        lines += [f"            {dice.choice(EFFECTS[8:])}"]
    lines += ["  beta:", "    count: 3", "    variables:", "      friend: beta?", "      n: int", "    states:"]
    own = ("n = 1 - n", "send Ping(hot=n == 1) to alpha", "send Hello(who=self) to others", "friend = none")
    heard = ("friend = msg.who", "send Hello(who=self) to msg.who", "n = 1")
    for state in ("b0", "b1"):
        lines += [
            f"      {state}:",
            *resting(dice),
            "        - receive: Pong",
            *effects(dice, own[:1], ("b0", "b1")),
        ]
        lines += ["        - receive: Hello", *effects(dice, heard, ("b0", "b1"))]
        lines += [f"        - decide: go_{state}", *effects(dice, own, ("b0", "b1"))]
    lines += [
        "        - decide: speak",
        "          do: send Ping(hot=n == 1) to alpha",
        f"          goto: {dice.choice(('b0', 'b1'))}",
    ]
    lines += ["properties:"]
    for number, (kind, promise) in enumerate(dice.sample(PROMISES, 3)):
        lines += [f"  p{number}:", f"    {kind}: {promise}"]
    faults = dice.choice(
        (
            "",
            "",
            "lose: 1",
            "reorder: true",
            "crash: {beta: 1}",
            "restart: {beta: 1}",
            "byzantine: {beta: 1}",
            "partition: 1",
        )
    )
    return "\n".join([*lines, "bounds: {copies: 1}", f"verify: {{calm: {{faults: {{{faults}}}}}}}", ""])


PROMISES = (
    ("never", "all(b in alpha.seen for b in beta)"),
    ("always", "count(b in b1 for b in beta) < 3"),
    ("always", "alpha.last not in alpha.seen"),
    ("reachable", "all(b.friend is not none for b in beta)"),
    ("step", "all(old(b.n) <= b.n for b in beta)"),
    ("stable", "len(alpha.queue) > 1"),
    ("stays_possible", "all(b in b0 for b in beta)"),
)


def resting(dice: random.Random) -> list[str]:
    """Let an instance stay in a state, more often than not."""
    return ["        - resting"] if dice.random() < 0.6 else []


def effects(dice: random.Random, pool: tuple[str, ...], states: tuple[str, ...]) -> list[str]:
    """Write one or two effects, and perhaps a state to go to."""
    chosen = dice.sample(pool, min(len(pool), dice.randint(1, 2)))
    lines = ["          do: |", *(f"            {statement}" for statement in chosen)]
    return [*lines, f"          goto: {dice.choice(states)}"] if dice.random() < 0.4 else lines


def outcomes(case: CaseVerdict) -> list[Any]:
    """Return what a verdict says of each property; which instances break it first is of no matter."""
    return [
        (p.name, p.verdict, None if p.counterexample is None else len(p.counterexample.steps)) for p in case.properties
    ]


@pytest.mark.parametrize("block", range(4))
def test_specs_by_dice_come_out_the_same(block: int) -> None:
    compared = 0
    for seed in range(block * 12, block * 12 + 12):
        spec = load_spec(dice_spec(random.Random(seed)), unchecked=True)
        (full,) = verify_machine(spec.machine, spec.module, max_states=5000, symmetry="none").cases
        if any("cut" in finding for finding in full.findings):
            continue
        (some,) = verify_machine(spec.machine, spec.module).cases
        assert some.symmetry == ("beta",), (seed, some.every_state)
        assert (some.states, some.levels) == (full.states, full.levels), f"seed {seed}"
        assert some.orbits is not None
        assert full.orbits is None
        assert outcomes(some) == outcomes(full), f"seed {seed}"
        compared += 1
    assert compared > 2


# ---- runs that are told


ELECTION = """
    messages: {Claim: {}, Fine: {}}
    roles:
      node:
        count: 3
        variables:
          backed: set[node]
          n: int
        states:
          idle:
            - resting
            - decide: run
              do: send Claim() to others
              goto: running
            - receive: Claim
              do: send Fine() to sender
            - ignore: Fine
          running:
            - resting
            - ignore: Claim
            - receive: Fine
              do: |
                backed.add(sender)
                n += 1
            - when: len(backed) >= 1
              goto: leading
          leading:
            - resting
            - ignore: [Claim, Fine]
    properties:
      PROMISE
    verify: {calm: {}}
"""


def election(name: str, promise: str) -> str:
    """Return an election that promises this."""
    return ELECTION.replace("PROMISE", f"{name}:\n        " + promise.replace("; ", "\n        "))


@pytest.mark.parametrize(
    "promise",
    [
        "lonely: never: count(a in leading for a in node) > 1",
        "unbacked: for: a in node; always: len(a.backed) == 0 or count(b in running for b in node) > 0",
        "slow: step: all(old(a.n) == a.n or a.n < 2 for a in node)",
        "still: for: a in node; step: old(a.n) == a.n",
        "kept: for: a in node; stable: len(a.backed) == 0",
    ],
)
def test_what_is_told_is_a_run_that_can_happen(promise: str) -> None:
    name, _, said = promise.partition(": ")
    spec = load_spec(election(name, said), unchecked=True)
    (some,) = verify_machine(spec.machine, spec.module).cases
    (full,) = verify_machine(spec.machine, spec.module, symmetry="none").cases
    assert some.orbits is not None
    assert outcomes(some) == outcomes(full)
    (broken,) = [prop for prop in some.properties if prop.name == name]
    assert broken.counterexample is not None
    assert broken.instance is None or any(f"[{number}]" in broken.instance for number in range(3))
    assert can_be_told(spec, [(step.label, step.changes) for step in broken.counterexample.steps])


def test_what_is_not_over_after_a_few_orbits_is_looked_at_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = load_spec(election("calm", "reachable: all(a in running for a in node)"), unchecked=True)
    monkeypatch.setattr(alike, "FEW_ORBITS", 5)
    (case,) = verify_machine(spec.machine, spec.module).cases
    assert case.orbits is None
    monkeypatch.setattr(alike, "QUICK_STATES", 10)  # what is larger than that goes by orbits after all
    (case,) = verify_machine(spec.machine, spec.module).cases
    assert case.orbits is not None


def can_be_told(spec: Spec, wanted: list[tuple[str, tuple[str, ...]]]) -> bool:
    """Say whether the full search knows a run that is told just so."""
    graph = explore(spec.machine, the_run(spec).case, spec.parameters, spec.module)
    teller = Teller(spec.machine, graph, spec.module.instances(spec.parameters))
    reached = set(graph.initial)
    for sentence, changes in wanted:
        onward = set()
        for state in reached:
            for label, target in graph.steps_from(state):
                if teller.sentence(graph.labels[label]) == sentence:
                    (step,) = teller.tell(Path((state, target), (label,))).steps
                    onward |= {target} if step.changes == changes else set()
        reached = onward
    return bool(reached)


def test_a_violation_is_told_by_real_names() -> None:
    text = election("some", "reachable: any(a in leading for a in node)")
    spec = load_spec(
        text.replace("- ignore: Fine\n", "- ignore: Nothing\n").replace("Fine: {}", "Fine: {}, Nothing: {}"),
        unchecked=True,
    )
    # A node that supported another while idle has no use for support that comes late.
    (case,) = verify_machine(spec.machine, spec.module).cases
    assert case.orbits is not None
    (full,) = verify_machine(spec.machine, spec.module, symmetry="none").cases
    assert outcomes(case) == outcomes(full)


# ---- what tells instances apart

ALIKE = """
    parameters:
      weights: {type: "list[int]", default: []}
    messages: {Vote: {n: int}, Done: {}}
    roles:
      chair:
        variables:
          heard: set[voter]
          votes: map[voter, int]
          best: int
          winner: voter?
        states:
          open:
            - receive: Vote
              do: |
                heard.add(sender)
                votes[sender] = msg.n
                BODY
            - when: len(heard) > 1
              do: send Done() to voter
              goto: shut
          shut: final
      voter:
        count: 3
        states:
          idle:
            - resting
            - decide: vote
              do: send Vote(n=NUMBER) to chair
              goto: waiting
            - ignore: Done
          waiting:
            - resting
            - receive: Done
              goto: done
          done: final
    properties:
      fine:
        PROMISE
    verify: {calm: {}}
"""


def voters(body: str = "best = 1", number: str = "1", promise: str = "always: chair.best >= 0") -> Symmetry:
    """Return what is found in a spec in which nothing but these may tell voters apart."""
    text = ALIKE.replace("BODY", body).replace("NUMBER", number).replace("PROMISE", promise.replace("; ", "\n        "))
    return symmetry_of(load_spec(text, unchecked=True))


@pytest.mark.parametrize(
    "body",
    [
        "best = len(heard)",
        "best = max(votes.values())",
        "best = sum(votes[v] for v in votes)",
        "best = count(x > 1 for x in votes.values())",
        "winner = sender",
        "best = len([v for v in voter if v in heard])",
        "send Done() to [v for v in heard if votes[v] == 1]",
        "best = weights[sender.index] if len(weights) > 0 else 1",
        "best = 1 if all(v in heard for v in voter) else 2",
        "best = 1 if any(votes[v] > 1 for v in votes) else 2",
    ],
)
def test_these_leave_voters_alike(body: str) -> None:
    assert voters(body) == Symmetry(("voter",))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("best = sender.index", "reads `sender.index`"),
        ("winner = voter[0]", "names `voter[0]`"),
        ("winner = min(heard)", "goes by the order of instances"),
        ("winner = sorted(heard)[0]", "goes by the order of instances"),
        ("winner = list(heard)[0]", "sees in which order"),
        ("winner = list(votes.keys())[-1]", "sees in which order"),
        ("best = list(votes.values())[0]", "sees in which order"),
        ("best = [votes[v] for v in heard][0]", "sees in which order"),
        ("best = 1 if any(votes[v] > 1 for v in voter) else 2", "may stop before a missing value"),
    ],
)
def test_these_tell_voters_apart(body: str, why: str) -> None:
    found = voters(body)
    assert found.roles == ()
    (reason,) = found.reasons
    assert reason.startswith("voter: ")
    assert why in reason
    assert "(line " in reason


@pytest.mark.parametrize(
    ("promise", "alike"),
    [
        ("always: all(v in done or v not in done for v in voter)", True),
        ("always: voter[0] not in done", False),
        ("for: v in voter; always: v not in done or v in chair.heard", True),
        ("always: min(v.index for v in voter) == 0", False),
    ],
)
def test_properties_may_tell_apart_too(promise: str, alike: bool) -> None:
    assert bool(voters(promise=promise).roles) is alike


@pytest.mark.parametrize(
    ("promise", "whole"),
    [
        ("eventually: chair in shut", "`fine` rests on fairness, which is owed to each instance"),
        ("stays_possible: chair in shut", None),
        ("for: v in voter; stays_possible: v in done", "`fine` follows each instance along a run"),
    ],
)
def test_what_rests_on_fairness_is_looked_at_in_full(promise: str, whole: str | None) -> None:
    found = voters(promise=promise)
    assert (found.roles, found.whole) == (("voter",), whole)
    assert found.found is (whole is None)


def test_a_spec_that_only_looks_alike_is_not_reduced() -> None:
    alike = load_spec(
        ALIKE.replace("BODY", "best = 1").replace("NUMBER", "1").replace("PROMISE", "always: chair.best >= 0")
    )
    twin = load_spec(
        ALIKE.replace("BODY", "best = 1").replace("NUMBER", "self.index").replace("PROMISE", "always: chair.best >= 0")
    )
    (reduced,), (whole,) = (verify_machine(spec.machine, spec.module).cases for spec in (alike, twin))
    assert reduced.symmetry == ("voter",)
    assert reduced.orbits is not None
    assert reduced.states is not None
    assert reduced.orbits < reduced.states
    assert (whole.symmetry, whole.orbits) == ((), None)
    assert whole.every_state == ("voter: `idle: decide vote` reads `self.index` (line 31)",)


def test_figures_that_cannot_be_counted_are_found_in_full_and_orbits_beside_them() -> None:
    text = ALIKE.replace("BODY", "best = 1").replace("NUMBER", "1").replace("PROMISE", "stable: chair.best >= 0")
    by_orbits = load_spec(text.replace("calm: {}", "calm: {orbits: 1}"))
    (free,) = verify_machine(by_orbits.machine, by_orbits.module).cases
    assert free.states is not None
    assert free.orbits is not None
    spec = load_spec(text.replace("calm: {}", f"calm: {{states: {free.states}}}"))
    (case,) = verify_machine(spec.machine, spec.module).cases
    assert (case.states, case.levels, case.orbits) == (free.states, free.levels, None)
    (case,) = verify_machine(spec.machine, spec.module, symmetry="shown").cases
    assert (case.states, case.levels, case.orbits) == (free.states, free.levels, free.orbits)
    assert f"{free.states} states in {free.orbits} orbits" in to_text([SpecVerdict("f", "p", (case,))])


# ---- a body whose rounds may come in any order


@pytest.mark.parametrize(
    ("body", "alike"),
    [
        ("for v in heard: votes[v] = 1", True),
        ("for v in heard: best += votes[v]", True),
        ("for v in heard: best = best + votes[v]", False),
        ("for v in heard: best += 1", True),
        ("for v in heard: winner = v", False),
        ("for v in heard: send Done() to v", True),
        ("for v in votes: best = votes[v]", False),
    ],
)
def test_rounds_in_any_order(body: str, alike: bool) -> None:
    head, _, rest = body.partition(": ")
    assert bool(voters(f"{head}:\n                  {rest}").roles) is alike


# ---- what the renaming has to know


def test_the_renaming_knows_all_that_a_state_is_made_of() -> None:
    """Whoever adds a part to these has to say in `renaming.py` in what order it is kept, and by whose numbers."""
    assert tuple(Local._fields) == ("state", "status", "spent", "in_effect", "origin", "running")
    assert tuple(Rest._fields) == ("budgets", "keyed", "dropped", "happened", "knowledge", "cut")


def test_turns_are_a_group_and_states_go_along() -> None:
    spec = compile_spec(TWO_PHASE)
    search = OrbitSearch(spec.machine, spec.machine.cases[2], spec.parameters, spec.module, ("manager",))
    graph = search.run()
    renaming = Renaming(search.successors, ("manager",))
    around, swap = renaming.number((0, 2, 3, 1)), renaming.number((0, 2, 1, 3))
    for packed in graph.states[::7]:
        once = renaming.packed(around, packed)
        assert renaming.packed(renaming.inverse(around), once) == packed
        assert renaming.packed(swap, once) == renaming.packed(renaming.then(around, swap), packed)
        assert search.standing_for(once).packed == packed


def test_where_runs_begin_unevenly_every_state_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = compile_spec(TWO_PHASE)
    case = spec.machine.cases[2]
    monkeypatch.setattr(OrbitSearch, "starts_evenly", lambda self: False)
    graph = explore_orbits(spec.machine, case, spec.parameters, spec.module, roles=("manager",))
    assert graph.orbits is None
    assert graph.counts == (288, 11)


START = """
    roles:
      node:
        count: 3
        variables:
          colour: {type: "Colour", start_in: Colour}
        states:
          idle:
            - resting
            - decide: turn
              do: colour = blue
    types: {Colour: [red, blue]}
    messages: {None_: {}}
    verify: {calm: {}}
"""


def test_all_colours_at_the_start_are_even() -> None:
    spec = load_spec(START.replace("    messages: {None_: {}}\n", ""), unchecked=True)
    search = OrbitSearch(spec.machine, spec.machine.cases[0], spec.parameters, spec.module, ("node",))
    assert search.starts_evenly()
    graph = search.run()
    assert graph.initial_count == 4
    assert sum(search.orbits.sizes[:4]) == 8
