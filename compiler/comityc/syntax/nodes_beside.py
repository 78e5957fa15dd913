"""The nodes of what stands beside a protocol: its scenarios, its outcome, and what is left of `parts` after expansion."""

from comityc.diagnostics.span import Span
from comityc.records import dataclass
from comityc.syntax.nodes import Expression, Name, PlaceNode, Value


@dataclass(frozen=True, slots=True)
class StageNode:
    """Of a part: what a role calls its stay in it, and the states that this stands for."""

    part: Name
    role: Name
    name: Name
    states: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class OutcomeNode:
    """Where a role is done, and what it then knows."""

    role: Name
    states: tuple[Name, ...]
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class ScenarioNode:
    """One schedule, and what has to hold at its end."""

    name: Name
    values: tuple[tuple[Name, Value], ...]
    decisions: tuple[tuple[PlaceNode, tuple[Value, ...]], ...]
    performs: tuple[tuple[PlaceNode, tuple[Name, ...]], ...]
    hold: tuple[tuple[PlaceNode, Expression], ...]
    lose: tuple[PlaceNode, ...]
    crash: tuple[tuple[Expression, Expression], ...]
    expect: Expression | None
    span: Span
