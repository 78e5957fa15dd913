"""A machine and the lengths of its parameters in; by name of variable and field, how far back a moment in it still counts, out.

A moment counts while a deadline that is computed from it may lie ahead: `asked + lease` is over for good when `asked` is longer ago
than the lease. So does a moment that is compared with `now`. One that is compared with, or taken from, another
counts for as long as all lengths together.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, get_args

from comityc.machine import expressions as ir
from comityc.machine.model import Machine, Role
from comityc.machine.value_types import (
    DurationType,
    ListType,
    MapType,
    MessageType,
    OptionalType,
    RecordType,
    SetType,
    TimeType,
    TupleType,
    ValueType,
    without_optional,
)
from comityc.machine.walk import Part, everything, parts, transition_parts

ANYWHERE = "*"
"""The name of what has none: a local may hold a moment of any variable."""

Lengths = Mapping[str, tuple[int, int]]
"""The shortest and the longest length in each parameter, in milliseconds."""


class Flow(NamedTuple):
    """A moment of `source` becomes one of `target`, so much later at most."""

    source: str
    added: int
    target: str


class Lookback:
    """Gathers where moments go. `total` is the sum of all lengths in the spec, for want of anything better."""

    def __init__(self, machine: Machine, lengths: Lengths, total: int) -> None:
        self._lengths, self._total = lengths, total
        self._flows: set[Flow] = set()
        self._least: dict[str, int] = {}
        for role in machine.roles:
            self._of_role(role)
        for definition in machine.definitions:
            self._of_part(definition.body)
            for source, added in self._sources(definition.body, 0):
                self._flows.add(Flow(source, added, ANYWHERE))

    def counts(self) -> dict[str, int]:
        """Return the milliseconds by name; what is not named counts as much as what stands under `ANYWHERE`."""
        found = dict(self._least)
        found.setdefault(ANYWHERE, 0)
        names = {flow.source for flow in self._flows} | {flow.target for flow in self._flows}
        for _ in names:  # longer chains than there are names run in a circle
            for flow in self._flows:
                behind = max(found.values()) if flow.target == ANYWHERE else found.get(flow.target, 0)
                found[flow.source] = max(found.get(flow.source, 0), flow.added + behind)
        return {name: max(count, found[ANYWHERE]) for name, count in found.items()}

    def _of_role(self, role: Role) -> None:
        for state in role.states:
            for timer in state.timers:
                if timer.kind == "at":
                    for source, added in self._sources(timer.duration, 0):
                        self._least[source] = max(self._least.get(source, 0), added)
        for transition in role.transitions:
            for part in transition_parts(transition):
                self._of_part(part)

    def _of_part(self, part: Part) -> None:
        for inner in everything(part):
            for moment in moments_told_apart(inner):
                for source, added in self._sources(moment, 0):
                    counts = added if _with_now(inner) else self._total
                    self._least[source] = max(self._least.get(source, 0), counts)
            if isinstance(inner, get_args(ir.Statement)):
                self._of_statement(inner)

    def _of_statement(self, statement: ir.Statement) -> None:
        match statement:
            case ir.Assign(target=target, value=value):
                names = [step for step in target.path if isinstance(step, str)]
                gained = self._longest(value) if isinstance(value.type, DurationType) else 0
                if gained:  # `until += lease`
                    self._flows.add(Flow(target.variable, gained, target.variable))
                self._flow(value, names[-1] if names else target.variable)
            case ir.Mutate(target=target, arguments=arguments):
                for value in arguments:
                    self._flow(value, target.variable)
            case ir.Send(fields=fields):
                for name, value in fields:
                    self._flow(value, name)
            case ir.Let(value=value):
                self._flow(value, ANYWHERE)
            case ir.For(clause=clause):
                self._flow(clause.iterable, ANYWHERE)
            case _:
                return

    def _flow(self, value: ir.Expression, target: str) -> None:
        for source, added in self._sources(value, 0):
            self._flows.add(Flow(source, added, target))

    def _sources(self, part: Part, added: int) -> Iterator[tuple[str, int]]:
        """Yield where the moments in a value come from, and how much later they are made."""
        match part:
            case ir.Arithmetic(type=TimeType(), operator="+", left=left, right=right):
                later, moment = (left, right) if isinstance(left.type, DurationType) else (right, left)
                yield from self._sources(moment, added + self._longest(later))
            case ir.Arithmetic(type=TimeType(), operator="-", left=left, right=right):
                yield from self._sources(left, added - self._shortest(right))
            case ir.Variable(name=name) | ir.InstanceVariable(name=name) | ir.SharedVariable(name=name):
                if holds_moments(part.type):
                    yield name, added
            case ir.Field(name=name, value=value):
                if holds_moments(part.type):
                    yield name, added
                    yield from self._sources(value, added)
            case ir.Local():
                if holds_moments(part.type):
                    yield ANYWHERE, added
            case ir.RecordOf(fields=fields):
                for name, value in fields:
                    self._flow(value, name)
            case _:
                for inner in parts(part):
                    yield from self._sources(inner, added)

    def _longest(self, length: ir.Expression) -> int:
        match length:
            case ir.DurationConstant(milliseconds=milliseconds):
                return milliseconds
            case ir.Parameter(name=name):
                return self._lengths[name][1]
            case ir.Arithmetic(operator="+", left=left, right=right):
                return self._longest(left) + self._longest(right)
            case ir.Arithmetic(operator="-", left=left, right=right):
                return max(self._longest(left) - self._shortest(right), 0)
            case ir.Conditional(then=then, otherwise=otherwise):
                return max(self._longest(then), self._longest(otherwise))
            case _:
                return self._total

    def _shortest(self, length: ir.Expression) -> int:
        match length:
            case ir.DurationConstant(milliseconds=milliseconds):
                return milliseconds
            case ir.Parameter(name=name):
                return self._lengths[name][0]
            case _:
                return 0


def holds_moments(value_type: ValueType | None) -> bool:
    """Say whether a value of this type may hold a moment."""
    match value_type:
        case TimeType() | MessageType():
            return True
        case OptionalType(item=item) | SetType(item=item) | ListType(item=item):
            return holds_moments(item)
        case MapType(key=key, value=value):
            return holds_moments(key) or holds_moments(value)
        case RecordType(fields=fields):
            return any(holds_moments(field.type) for field in fields)
        case TupleType(items=items):
            return any(map(holds_moments, items))
        case _:
            return False


def moments_told_apart(part: Part) -> Iterator[ir.Expression]:
    """Yield the moments that a part compares, or takes from each other; to compare one with none is neither."""
    match part:
        case ir.Comparison(first=first, rest=rest):
            operands = [first, *(operand for _, operand in rest)]
            times = [operand for operand in operands if isinstance(without_optional(operand.type), TimeType)]
            if len(times) == len(operands):
                yield from times
        case ir.Arithmetic(operator="-", left=left, right=right) if isinstance(right.type, TimeType):
            yield left
            yield right
        case _:
            return


def needs_clock(machine: Machine) -> bool:
    """Say whether without a clock nothing could be said of a protocol, because it tells moments apart.

    One comparison with `now` in all that happens at an event is well: without a clock it may turn out either way.
    """
    bodies = [statement for role in machine.roles for t in role.transitions for statement in t.body]
    if any(_comparisons(part) for part in (*bodies, *(definition.body for definition in machine.definitions))):
        return True
    for role in machine.roles:
        for state in role.states:
            events = [reception.candidates for reception in state.receptions]
            events += [timer.candidates for timer in state.timers]
            for candidates in events:
                guards = [t.guard for t in candidates if t.guard is not None]
                found = [comparison for guard in guards for comparison in _comparisons(guard)]
                if len(found) > 1 or not all(map(_with_now, found)):
                    return True
    return False


def _comparisons(part: Part) -> list[Part]:
    return [inner for inner in everything(part) if any(True for _ in moments_told_apart(inner))]


def _with_now(part: Part) -> bool:
    """Say whether it is one moment that is compared with the present one."""
    match part:
        case ir.Comparison(first=first, rest=((_, second),)):
            return isinstance(first, ir.Now) != isinstance(second, ir.Now)
        case _:
            return False
