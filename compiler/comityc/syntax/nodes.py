"""What the user wrote, before names mean anything: expressions and statements, then the protocol around them.

The parser makes the first part from text, `build.py` the second from the located YAML tree. Every node has a span.
"""

from typing import TYPE_CHECKING, Literal, Union

from comityc.diagnostics.span import Span
from comityc.records import dataclass

if TYPE_CHECKING:
    from comityc.syntax.nodes_beside import OutcomeNode, ScenarioNode, StageNode

# ---- expressions


@dataclass(frozen=True, slots=True)
class Name:
    """A name, as yet without a meaning."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class Duration:
    """`30s`, in whole milliseconds."""

    milliseconds: int
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """Text in quotes."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Nothing:
    """`none`."""

    span: Span


@dataclass(frozen=True, slots=True)
class Display:
    """`[a, b]`, `{a, b}`, `(a, b)`."""

    kind: Literal["list", "set", "tuple"]
    items: tuple["Expression", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MapDisplay:
    """`{a: x, b: y}`, and `{}`."""

    pairs: tuple[tuple["Expression", "Expression"], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ForClause:
    """`for a, b in xs if p if q`."""

    targets: tuple[Name, ...]
    iterable: "Expression"
    conditions: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Comprehension:
    """A comprehension; `value` only of a map. A generator is a function's sole or first argument."""

    kind: Literal["list", "set", "map", "generator"]
    element: "Expression"
    value: "Expression | None"
    clauses: tuple[ForClause, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x`, `-x`."""

    operator: Literal["not", "-"]
    operand: "Expression"
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * / // % & |`."""

    operator: Literal["+", "-", "*", "/", "//", "%", "&", "|"]
    left: "Expression"
    right: "Expression"
    span: Span


ComparisonOperator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain of comparisons; `is` and `is not` only before `none`."""

    first: "Expression"
    rest: tuple[tuple[ComparisonOperator, "Expression"], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BoolOperation:
    """`and`, `or`, with all operands of one chain."""

    operator: Literal["and", "or"]
    operands: tuple["Expression", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Implies:
    """`p implies q`; binds loosest, to the right."""

    left: "Expression"
    right: "Expression"
    span: Span


@dataclass(frozen=True, slots=True)
class Conditional:
    """`then if condition else otherwise`."""

    then: "Expression"
    condition: "Expression"
    otherwise: "Expression"
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """`x.name`."""

    value: "Expression"
    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Subscript:
    """`x[k]`."""

    value: "Expression"
    key: "Expression"
    span: Span


@dataclass(frozen=True, slots=True)
class Slice:
    """`x[a:b:c]`."""

    value: "Expression"
    start: "Expression | None"
    stop: "Expression | None"
    step: "Expression | None"
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`f(a, b, name=c)`; the function is a Name, or an Attribute for a method."""

    function: "Name | Attribute"
    arguments: tuple["Expression", ...]
    keywords: tuple[tuple[Name, "Expression"], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Range:
    """`0..3`, both ends included; only where the shape allows a range or a domain."""

    first: "Expression"
    last: "Expression"
    span: Span


Expression = Union[  # noqa: UP007
    Name,
    Number,
    Duration,
    Text,
    Truth,
    Nothing,
    Display,
    MapDisplay,
    Comprehension,
    Unary,
    Binary,
    Comparison,
    BoolOperation,
    Implies,
    Conditional,
    Attribute,
    Subscript,
    Slice,
    Call,
    Range,
]


# ---- statements


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`; the target is a Name, an Attribute or a Subscript."""

    target: Expression
    operator: Literal["=", "+=", "-="]
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Delete:
    """`del m[k]`."""

    target: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """`if / elif / else`."""

    branches: tuple[tuple[Expression, tuple["Statement", ...]], ...]
    otherwise: tuple["Statement", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """`for a in xs:`."""

    targets: tuple[Name, ...]
    iterable: Expression
    body: tuple["Statement", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Do:
    """A call on a line of its own: a method that changes a variable, or a named block."""

    call: Call
    span: Span


@dataclass(frozen=True, slots=True)
class Send:
    """`send Message(field=value) to recipient`."""

    message: Name
    fields: tuple[tuple[Name, Expression], ...]
    to: Expression
    span: Span


Statement = Union[Assign, Delete, If, For, Do, Send]  # noqa: UP007


# ---- types as written


@dataclass(frozen=True, slots=True)
class TypeName:
    """`Money`, `map[bidder, Money]`, `Choice?`: a name, its arguments, and whether it is optional."""

    name: Name
    arguments: tuple["TypeName", ...]
    optional: bool
    span: Span


# ---- the protocol


@dataclass(frozen=True, slots=True)
class Value:
    """A plain YAML value where a constant stands (defaults, `with`): nested lists and maps of scalars.

    A scalar is kept as an Expression (words are Names); a list or map keeps its order.
    """

    content: "Expression | tuple[Value, ...] | tuple[tuple[Name, Value], ...]"
    kind: Literal["scalar", "list", "map"]
    span: Span


@dataclass(frozen=True, slots=True)
class ParameterNode:
    name: Name
    type: TypeName
    default: Value | None
    range: Range | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class FieldNode:
    name: Name
    type: TypeName
    span: Span


@dataclass(frozen=True, slots=True)
class TypeNode:
    """An enum (`words`), a record (`fields`), or an alias."""

    name: Name
    words: tuple[Name, ...] | None
    fields: tuple[FieldNode, ...] | None
    alias: TypeName | None
    span: Span


@dataclass(frozen=True, slots=True)
class MessageNode:
    name: Name
    fields: tuple[FieldNode, ...]
    fifo: bool
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class VariableNode:
    """`default` is an expression; `start_in` an expression, a Range or a type's Name."""

    name: Name
    type: TypeName
    default: Expression | None
    start_in: Expression | None
    ghost: bool
    durable: bool
    once: bool
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class DefineNode:
    """`rank(b): expression`, or a block (`statements`)."""

    name: Name
    arguments: tuple[Name, ...]
    expression: Expression | None
    statements: tuple[Statement, ...] | None
    span: Span


@dataclass(frozen=True, slots=True)
class ReceiveTrigger:
    kind: Literal["receive", "ignore", "defer"]
    messages: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """`after: 30s`, `after: a..b` (`longest`), `every: 30s`, `at: until`."""

    kind: Literal["after", "every", "at"]
    duration: Expression
    longest: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class DecideTrigger:
    """`decide: name in domain` or `decide: name`. The domain is an expression, a Range, or a type's Name."""

    name: Name
    domain: Expression | None
    prompt: bool
    span: Span


@dataclass(frozen=True, slots=True)
class PerformTrigger:
    """`perform: act(a=x) -> outcome`, or `-> [ok, failed]` for one transition of several outcomes."""

    act: Name
    arguments: tuple[tuple[Name, Expression], ...]
    outcomes: tuple[Name, ...]
    key: Expression | None
    undoes: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class WhenTrigger:
    condition: Expression
    span: Span


Trigger = Union[ReceiveTrigger, TimerTrigger, DecideTrigger, PerformTrigger, WhenTrigger]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class DrawNode:
    name: Name
    domain: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class TransitionNode:
    trigger: Trigger
    guard: Expression | None
    loop: ForClause | None
    draw: DrawNode | None
    body: tuple[Statement, ...]
    goto: Name | None
    fairness: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class StateNode:
    """What stands under one key of `states:`: a state, a list of states, or `any`."""

    names: tuple[Name, ...]
    final: bool
    resting: bool
    transitions: tuple[TransitionNode, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class RoleNode:
    name: Name
    count: Expression | None
    dynamic: bool
    restart_in: Name | None
    variables: tuple[VariableNode, ...]
    defines: tuple[DefineNode, ...]
    states: tuple[StateNode, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class NamedExpression:
    """`name: expression` of `assume:`."""

    name: Name
    expression: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class PropertyNode:
    name: Name
    kind: str
    expressions: tuple[Expression, ...]
    quantifier: ForClause | None
    only: tuple[Name, ...]
    given: tuple[Literal["again", "forever"], Expression] | None
    span: Span


@dataclass(frozen=True, slots=True)
class BudgetNode:
    """A budget: a number, or None for `any`."""

    amount: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class PartitionNode:
    """`partition: 1`, or its long form. `isolates` names roles."""

    times: BudgetNode
    one_way: bool
    heals: bool
    keeps: bool
    isolates: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class EnvelopeNode:
    """Faults by word. A budget of roles is a mapping from role name; `reorder` is a truth."""

    simple: tuple[tuple[Name, BudgetNode], ...]  # lose, duplicate, late_act, repeat_act
    by_role: tuple[tuple[Name, tuple[tuple[Name, BudgetNode], ...]], ...]  # crash, restart, amnesia, byzantine, pause
    reorder: bool
    partition: PartitionNode | None
    span: Span


@dataclass(frozen=True, slots=True)
class BoundNode:
    """`Money: 0..3`, `text: 2`, `copies: 1`: a range of numbers, or one number."""

    name: Name
    first: int | None
    last: int
    span: Span


@dataclass(frozen=True, slots=True)
class CaseNode:
    """`values` holds a Value per parameter; a scalar Range means one run for each number in it."""

    name: Name
    values: tuple[tuple[Name, Value], ...]
    faults: EnvelopeNode | None
    bounds: tuple[BoundNode, ...] | None
    network: Name | None
    clock: Name | None
    skew: Expression | None  # of the clock of that name
    violates: tuple[Name, ...]
    states: int | None
    levels: int | None
    orbits: int | None
    runs: int | None  # of a simulation, as what it expects
    expect: Expression | None
    span: Span
    abstract: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceNode:
    """`chair.motion`, `voter[1].choice`, `voter.Ballot`: a role, perhaps an index, and a name."""

    role: Name
    index: int | None
    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole spec as written."""

    name: Name
    doc: str
    parameters: tuple[ParameterNode, ...]
    assumptions: tuple[NamedExpression, ...]
    types: tuple[TypeNode, ...]
    messages: tuple[MessageNode, ...]
    network: Name | None
    clock: Name | None
    skew: Expression | None  # of the clock of that name
    bounds: tuple[BoundNode, ...]
    shared: tuple[VariableNode, ...] | None
    defines: tuple[DefineNode, ...]
    roles: tuple[RoleNode, ...]
    properties: tuple[PropertyNode, ...]
    waive: tuple[tuple[Name, str], ...]
    survives: tuple[tuple[Name, str], ...]
    tolerates: EnvelopeNode | None
    cases: tuple[CaseNode, ...]
    scenarios: "tuple[ScenarioNode, ...]"
    simulations: tuple[CaseNode, ...]
    span: Span
    source: str
    stages: "tuple[StageNode, ...]" = ()
    outcomes: "tuple[OutcomeNode, ...]" = ()
