"""A machine and what to start from in; the rungs of its ladder out: no fault, each fault alone, pairs, the declared envelope.

Alone stand the faults that the spec declares, with their budgets, and the standard ones that it does not, once each.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Literal, NamedTuple

from comityc.explore.plan import default_case
from comityc.machine.model import ANY, Budget, Case, Envelope, Machine, Partition, Property
from comityc.records import dataclass

Column = Literal[
    "none",
    "lose",
    "duplicate",
    "reorder",
    "early",
    "crash",
    "restart",
    "amnesia",
    "pause",
    "partition",
    "byzantine",
    "late_act",
    "repeat_act",
    "pairs",
    "declared",
]
"""The kind of a rung. In a matrix of several protocols each kind has a column. `early` lets timers fire at any moment."""
ON_THE_NETWORK: tuple[Column, ...] = ("lose", "duplicate", "reorder", "partition")
ON_INSTANCES: tuple[Column, ...] = ("crash", "restart", "amnesia", "pause", "byzantine")
IN_THE_WORLD: tuple[Column, ...] = ("late_act", "repeat_act")
COLUMNS: tuple[Column, ...] = (
    "none",
    "lose",
    "duplicate",
    "reorder",
    "early",
    "crash",
    "restart",
    "amnesia",
    "pause",
    "partition",
    "byzantine",
    *IN_THE_WORLD,
    "pairs",
    "declared",
)


class Fault(NamedTuple):
    """One fault alone: of which kind, on which role (None: on the network or the world), how often or in what way."""

    kind: Column
    role: str | None = None
    budget: Budget = 1
    partition: Partition | None = None

    def __str__(self) -> str:
        words = [self.kind, self.role or ""]
        if self.partition is not None:
            words += ["one way"] if self.partition.one_way else []
            words += [] if self.partition.heals else ["for good"]
        words.append("" if self.budget == 1 else str(self.budget))
        return " ".join(word for word in words if word)


_NOWHERE = ("",)
"""The only case in which something is promised that is promised in none of these: no case has this name."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One search to make. `declared` says that the spec promises to stand this."""

    name: str
    column: Column
    faults: tuple[Fault, ...]
    declared: bool


class Base(NamedTuple):
    """What all rungs have in common, as a case states it (values, bounds, network, clock), and the faults declared.

    `case` names the case of the spec that it is; None of the defaults, which are no case.
    """

    values: Case
    declared: Envelope
    case: str | None = None


def base_of(machine: Machine, case: Case | None) -> Base:
    """Return what to start from: a case of the spec, with one value of each parameter, or its defaults."""
    name = None if case is None else case.name
    if case is None:
        case = default_case(machine)
    # Of several values of a parameter the last: of a range, the largest.
    case = replace(case, values=tuple((name, choices[-1:]) for name, choices in case.values))
    return Base(case, case.faults, name)


def rungs_of(machine: Machine, declared: Envelope, *, clocked: bool = False) -> tuple[Rung, ...]:
    """Return the rungs, from the bottom. Where a clock keeps deadlines in order (`clocked`), one rung does without it."""
    own = tuple(faults_of(declared))
    known = {(fault.kind, fault.role) for fault in own}
    standard = [fault for fault in _standard(machine) if (fault.kind, fault.role) not in known]
    alone = [Rung(str(fault), fault.kind, (fault,), True) for fault in own]
    alone += [Rung(str(fault), fault.kind, (fault,), False) for fault in standard]
    alone += [Rung("early timers", "early", (), False)] if clocked else []
    alone.sort(key=lambda rung: COLUMNS.index(rung.column))
    rungs = [Rung("no faults", "none", (), True), *alone]
    if len(own) > 2:
        rungs += [Rung(f"{one} + {other}", "pairs", (one, other), True) for one, other in combinations(own, 2)]
    if len(own) > 1:
        rungs.append(Rung("all that is declared", "declared", own, True))
    return tuple(rungs)


def case_of(rung: Rung, base: Base) -> Case:
    """Return the case that a rung is searched as."""
    case = base.values
    return Case(
        name=rung.name,
        values=case.values,
        faults=envelope_of(rung.faults),
        bounds=case.bounds,
        network=case.network,
        violates=(),
        later=case.later,
        clock=None if rung.column == "early" else case.clock,
    )


def promised_on(machine: Machine, base: Base) -> tuple[Property, ...]:
    """Return the properties by which rungs are judged: what is promised in some cases only counts where the base is one of them."""
    return tuple(
        prop if not prop.only else replace(prop, only=() if base.case in prop.only else _NOWHERE)
        for prop in machine.properties
    )


# ---- envelopes, taken apart and put together


def faults_of(envelope: Envelope) -> Iterator[Fault]:
    """Yield each fault of an envelope by itself."""
    simple: tuple[tuple[Column, Budget], ...] = (("lose", envelope.lose), ("duplicate", envelope.duplicate))
    yield from (Fault(kind, None, budget) for kind, budget in simple if budget)
    if envelope.reorder:
        yield Fault("reorder")
    by_role: tuple[tuple[Column, tuple[tuple[str, Budget], ...]], ...] = (
        ("crash", envelope.crash),
        ("restart", envelope.restart),
        ("amnesia", envelope.amnesia),
        ("pause", envelope.pause),
        ("byzantine", envelope.byzantine),
    )
    yield from (Fault(kind, role, budget) for kind, roles in by_role for role, budget in roles if budget)
    if envelope.partition is not None:
        yield Fault("partition", None, envelope.partition.times, envelope.partition)
    world: tuple[tuple[Column, Budget], ...] = (("late_act", envelope.late_act), ("repeat_act", envelope.repeat_act))
    yield from (Fault(kind, None, budget) for kind, budget in world if budget)


def envelope_of(faults: tuple[Fault, ...]) -> Envelope:
    """Return the envelope in which these faults may strike."""

    def whole(kind: Column) -> Budget:
        return next((fault.budget for fault in faults if fault.kind == kind), 0)

    def by_role(kind: Column) -> tuple[tuple[str, Budget], ...]:
        return tuple((fault.role, fault.budget) for fault in faults if fault.kind == kind and fault.role is not None)

    cut = next((fault for fault in faults if fault.kind == "partition"), None)
    return Envelope(
        lose=whole("lose"),
        duplicate=whole("duplicate"),
        reorder=whole("reorder") != 0,
        crash=by_role("crash"),
        restart=by_role("restart"),
        amnesia=by_role("amnesia"),
        pause=by_role("pause"),
        byzantine=tuple((role, most) for role, most in by_role("byzantine") if most != ANY),
        late_act=whole("late_act"),
        repeat_act=whole("repeat_act"),
        partition=None if cut is None else cut.partition or Partition(times=cut.budget),
    )


def _standard(machine: Machine) -> Iterator[Fault]:
    """Yield the faults that every protocol meets, declared or not, each once."""
    if machine.messages and machine.network != "none":
        yield from (Fault(kind) for kind in ON_THE_NETWORK)
    lies = {role for message in machine.messages for role in message.senders}
    for kind in ON_INSTANCES:
        yield from (Fault(kind, role.name) for role in machine.roles if kind != "byzantine" or role.name in lies)
