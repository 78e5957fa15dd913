"""The search against a second, naive explorer, on small random specs: the same number of states, levels and steps."""

import random
from dataclasses import replace

import pytest
from tests.explore.naive import Naive
from tests.explore.specs import a_case, load_spec

from comityc.explore.engine.search import explore
from comityc.machine.model import Bounds, Envelope, NetworkKind, Partition

STATES = ("s0", "s1", "s2")
MESSAGES = ("Ping", "Pong")
TOO_MANY = 1500


TRIGGERS = ("after", "every", "decide", "choose", "when", "none")


class SpecMaker:
    """Writes a small spec by the throw of dice."""

    def __init__(self, seed: int, triggers: tuple[str, ...] = TRIGGERS) -> None:
        self._dice = random.Random(seed)
        self._triggers = triggers
        self.text = ""

    def spec(self) -> str:
        """Return a spec of two roles."""
        flavour = self._dice.choice(("", ", order: fifo"))
        lines = ["messages:", "  Ping: {fields: {hot: bool}" + flavour + "}", "  Pong: {fields: {hot: bool}}", "roles:"]
        for role, other in (("alpha", "beta"), ("beta", "alpha")):
            lines += [f"  {role}:", *(["    count: 2"] if role == "beta" and self._dice.random() < 0.3 else [])]
            if self._dice.random() < 0.3:
                lines.append(f"    restart_in: {self._dice.choice(STATES)}")
            lines += ["    variables:", "      n: int", "      flag: {type: bool, durable: false}", "    states:"]
            if self._dice.random() < 0.3:
                lines += ["      any:", f"        - after: 9s\n          do: n = {self._dice.randint(0, 2)}"]
            for state in STATES:
                lines += self._state(state, other)
        return "\n".join([*lines, "verify: {calm: {}}", ""])

    def _state(self, state: str, other: str) -> list[str]:
        if state == "s2" and self._dice.random() < 0.4:
            return ["      s2: final"]
        lines = [f"      {state}:", "        - resting"]
        for message in MESSAGES:
            lines += self._reception(message, other)
        for number in range(2):
            lines += self._spontaneous(number, other)
        return lines

    def _reception(self, message: str, other: str) -> list[str]:
        first = self._dice.choice(("receive", "receive", "receive", "ignore", "defer", "nothing"))
        if first == "nothing":
            return []
        guard = self._dice.choice(("", "", "msg.hot", "flag", "n < 2"))
        lines = [f"        - {first}: {message}"]
        if guard:
            lines.append(f"          if: {guard}")
        if first == "receive":
            lines += self._effects(other)
        if guard and self._dice.random() < 0.8:
            lines.append(f"        - {self._dice.choice(('ignore', 'defer'))}: {message}")
        return lines

    def _spontaneous(self, number: int, other: str) -> list[str]:
        trigger = self._dice.choice(self._triggers)
        lines = {
            "after": [f"        - after: {number + 1}s"],
            "every": [f"        - every: {number + 1}s"],
            "slow": [f"        - after: {number + 3}s"],
            "range": [f"        - after: {number + 1}s..{number + 3}s"],
            "at": ["        - at: until"],
            "prompt": [f"        - decide: act{number}", "          prompt: true"],
            "decide": [f"        - decide: act{number}"],
            "choose": ["        - decide: flag in [true, false]"],
            "when": ["        - when: flag and n < 2"],
            "none": [],
        }[trigger]
        if not lines:
            return []
        if trigger != "when" and self._dice.random() < 0.3:
            lines.append(
                f"          if: {self._dice.choice(('n < 2', 'n > 0', 'not flag' if trigger != 'choose' else 'flag'))}"
            )
        return lines + self._effects(other)

    def _effects(self, other: str) -> list[str]:
        pool = ["n = (n + 1) % 3", "flag = not flag", "n = 0"]
        pool += [f"send {m}(hot={v}) to {other}" for m in MESSAGES for v in ("flag", "true")]
        chosen = self._dice.sample(pool, self._dice.randint(1, 2))
        lines = ["          do: |", *(f"            {statement}" for statement in chosen)]
        if self._dice.random() < 0.5:
            lines.append(f"          goto: {self._dice.choice(STATES)}")
        return lines

    def faults(self) -> Envelope:
        """Return an envelope with few faults."""
        by_role = [(), (("alpha", 1),), (("beta", 1),)]
        return Envelope(
            lose=self._dice.choice((0, 0, 1)),
            duplicate=self._dice.choice((0, 0, 1)),
            reorder=self._dice.random() < 0.2,
            crash=self._dice.choice(by_role),
            restart=self._dice.choice(by_role),
            amnesia=self._dice.choice(by_role),
            pause=self._dice.choice((*by_role, ())),
        )

    def partition(self) -> Partition | None:
        """Return a way of falling apart, or none."""
        if self._dice.random() < 0.6:
            return None
        return Partition(
            times=1,
            one_way=self._dice.random() < 0.4,
            heals=self._dice.random() < 0.7,
            keeps=self._dice.random() < 0.4,
            isolates=self._dice.choice(((), (), ("beta",))),
        )

    def network(self) -> NetworkKind:
        """Return one of the networks."""
        return self._dice.choice(("fifo", "unordered", "sent_set"))


@pytest.mark.parametrize("block", range(5))
def test_both_explorers_find_the_same(block: int) -> None:
    compared = 0
    for seed in range(block * 10, block * 10 + 10):
        maker = SpecMaker(seed)
        spec = load_spec(maker.spec(), unchecked=True)
        faults, network = maker.faults(), maker.network()
        case = a_case(replace(faults, partition=maker.partition()), network=network, bounds=Bounds(copies=1))
        graph = explore(spec.machine, case, spec.parameters, spec.module, max_states=TOO_MANY)
        if graph.complete:
            states, levels, steps = Naive(spec.machine, case, spec.parameters, spec.module).explore()
            assert (len(graph.states), len(graph.levels), graph.edges) == (len(states), levels, steps), f"seed {seed}"
            compared += 1
    assert compared


@pytest.mark.parametrize("block", range(2))
def test_both_explorers_find_the_same_where_instances_join_and_leave(block: int) -> None:
    compared = 0
    for seed in range(200 + block * 15, 215 + block * 15):
        maker = SpecMaker(seed)
        text = maker.spec().replace("  beta:\n", "  beta:\n    dynamic: true\n")
        spec = load_spec(text, unchecked=True)
        case = a_case(maker.faults(), network=maker.network(), bounds=Bounds(copies=1))
        graph = explore(spec.machine, case, spec.parameters, spec.module, max_states=TOO_MANY)
        if graph.complete:
            states, levels, steps = Naive(spec.machine, case, spec.parameters, spec.module).explore()
            assert (len(graph.states), len(graph.levels), graph.edges) == (len(states), levels, steps), f"seed {seed}"
            compared += 1
    assert compared


@pytest.mark.parametrize("block", range(2))
def test_to_fall_apart_where_it_hits_nothing_adds_nothing_that_an_instance_could_tell(block: int) -> None:
    cut = 0
    for seed in range(100 + block * 20, 120 + block * 20):
        maker = SpecMaker(seed)
        spec = load_spec(maker.spec(), unchecked=True)
        partition = Partition(times=1, one_way=seed % 2 == 0, heals=seed % 3 != 0, keeps=seed % 5 == 0)
        case = a_case(Envelope(partition=partition), network=maker.network(), bounds=Bounds(copies=1))
        if not explore(spec.machine, case, spec.parameters, spec.module, max_states=300).complete:
            continue
        lazy, _, _ = Naive(spec.machine, case, spec.parameters, spec.module).explore()
        eager, _, _ = Naive(spec.machine, case, spec.parameters, spec.module, eager=True).explore()
        assert {state.ones for state in lazy} == {state.ones for state in eager}, f"seed {seed}"
        cut += any(state.cut for state in lazy)
    assert cut
