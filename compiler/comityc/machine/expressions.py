"""Typed expressions and statements, as every back end reads them.

One dataclass per form; a closed union ends each part. `type` is what the expression yields; `span` is
where it stands and takes no part in comparison. Names are resolved: a node says what it refers to.
Where the spec uses an optional as if it were there, the lowering has put an `Unwrap`.
"""

from dataclasses import field
from fractions import Fraction
from typing import Literal, Union

from comityc.diagnostics.span import NOWHERE, Span
from comityc.machine.value_types import ValueType
from comityc.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all expressions have: a type and a place."""

    type: ValueType
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# ---- constants


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Node):
    """true, false, none, a number, a fraction, a text. Enum words have a node of their own."""

    value: bool | int | Fraction | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationConstant(Node):
    """A duration in whole milliseconds."""

    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A word of an enum; `type` is the enum."""

    word: str


# ---- names


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Node):
    """A parameter of the protocol."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Node):
    """A variable of the instance that acts (never in properties, except under `self`-less defines)."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedVariable(Node):
    """A variable of `shared:`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceVariable(Node):
    """A variable of any instance, `v.heard`: in properties, scenarios, and guards of models.

    `instance` has an InstanceType of exactly one role.
    """

    instance: "Expression"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Local(Node):
    """A name bound nearby: of a comprehension, `for`, `draw`, a decided value, an argument of a define."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Self(Node):
    """The instance that acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender(Node):
    """The sender of the message that is being received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Node):
    """`msg`, the message that is being received, as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now(Node):
    """The instance's own clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others(Node):
    """All instances of one's own role but oneself, in order; a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleInstances(Node):
    """All instances of a role that has a count, in order; a list. In properties: those that keep to the protocol."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleInstance(Node):
    """The one instance of a role without a count."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceAt(Node):
    """`node[i]`."""

    role: str
    index: "Expression"


# ---- reading into values


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrap(Node):
    """An optional read as if it were there: none is a violation ("a field of none")."""

    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Node):
    """A field of a record, a message or a happening."""

    value: "Expression"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceIndex(Node):
    """`x.index`, the number of an instance within its role, from 0."""

    instance: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Node):
    """`m[k]` of a map or `l[i]` of a list; what is not there is a violation."""

    value: "Expression"
    key: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Node):
    """`l[start:stop:step]` of a list."""

    value: "Expression"
    start: "Expression | None"
    stop: "Expression | None"
    step: "Expression | None"


# ---- operators


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """`not x`."""

    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative(Node):
    """`-x`."""

    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """`+ - * / // %` of numbers, durations and times; `+` of lists; `& | -` of sets.

    `/` is exact (a fraction); `//` and `%` round down. Division by zero is a violation.
    """

    operator: Literal["+", "-", "*", "/", "//", "%", "&", "|"]
    left: "Expression"
    right: "Expression"


ComparisonOperator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in"]
"""`is none` and `is not none` are lowered to == and != with none. `<` of enums goes by the order of words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """`a < b <= c`: a chain, each operand evaluated once. `<=` of sets is "subset"."""

    first: "Expression"
    rest: tuple[tuple[ComparisonOperator, "Expression"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoolOperation(Node):
    """`and`, `or` over two or more operands, from left to right, no further than needed."""

    operator: Literal["and", "or"]
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Implies(Node):
    """`p implies q`: q is looked at only when p holds."""

    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """`then if condition else otherwise`."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class InState(Node):
    """`chair in closed`, `b in (done, out)`: the control state of an instance; `chair not in closed` is Not of it.

    False for an instance of another role: where it may be of several, the lowering asks for each with `or`.
    """

    instance: "Expression"
    role: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InCondition(Node):
    """`x in crashed` (is down, for good or for now), `x in byzantine`."""

    instance: "Expression"
    condition: Literal["crashed", "byzantine"]


# ---- building values


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOf(Node):
    """`{a, b}`; `set()` has no items."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf(Node):
    """`{a: x, b: y}`."""

    pairs: tuple[tuple["Expression", "Expression"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TupleOf(Node):
    """`(a, b)`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOf(Node):
    """`Outcome(winner=best, price=0)`; fields in the order of the record, absent ones filled in with their start value."""

    fields: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """`for a, b in iterable if c if d` of a comprehension or of a transition (`conditions` empty there).

    `targets` are the bound names with their types; two targets take apart a pair of `items()`.
    """

    targets: tuple[tuple[str, ValueType], ...]
    iterable: "Expression"
    conditions: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comprehension(Node):
    """A list, set or map comprehension, or a generator given to a function (`kind`: how it was written).

    Iterating a set or a map goes in ascending order wherever the order can be seen.
    """

    kind: Literal["list", "set", "map", "generator"]
    element: "Expression"
    value: "Expression | None" = None  # of a map: `element` is the key
    clauses: tuple[Clause, ...]


# ---- functions

FunctionName = Literal[
    "all", "any", "count", "sum", "min", "max", "len", "abs", "range", "list", "set", "sorted", "mean"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Node):
    """A function of the language. `count(p for ...)` counts the elements for which the condition holds.

    `key` is a define with one argument (`max(xs, key=rank, default=none)`).
    """

    name: FunctionName
    arguments: tuple["Expression", ...]
    key: "DefinitionName | None" = None
    default: "Expression | None" = None


@dataclass(frozen=True, slots=True)
class DefinitionName:
    """Which define is meant. `role` is the one that it stands in, or whose instance its body reads; None for neither.

    `variant` tells apart uses with other argument types. What an event brings (`msg`, `sender`, `now`) is an argument.
    """

    role: str | None
    name: str
    variant: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionCall(Node):
    """The use of a named expression, with arguments where it has any. It reads the variables as they are now."""

    definition: DefinitionName
    arguments: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapMethod(Node):
    """`m.get(k)`, `m.get(k, default)`, `m.keys()`, `m.values()`, `m.items()`."""

    name: Literal["get", "keys", "values", "items"]
    value: "Expression"
    arguments: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Old(Node):
    """`old(x)` in a `step` property: x as it was before the step."""

    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(Node):
    """`digest(self, bid, salt)`."""

    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh(Node):
    """`fresh()`: an id that was drawn outside the machine and comes with the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActQuery(Node):
    """What really happened: `happened(a, x=v)` bool, `times(a, x=v)` int, `stands(a, x=v)` bool, `happenings(a)` list.

    `arguments` narrow the acts down to those with these argument values.
    """

    name: Literal["happened", "times", "stands", "happenings"]
    act: str
    arguments: tuple[tuple[str, "Expression"], ...] = ()


Expression = Union[  # noqa: UP007
    Constant,
    DurationConstant,
    Word,
    Parameter,
    Variable,
    SharedVariable,
    InstanceVariable,
    Local,
    Self,
    Sender,
    Received,
    Now,
    Others,
    RoleInstances,
    SingleInstance,
    InstanceAt,
    Unwrap,
    Field,
    InstanceIndex,
    Item,
    Slice,
    Not,
    Negative,
    Arithmetic,
    Comparison,
    BoolOperation,
    Implies,
    Conditional,
    InState,
    InCondition,
    ListOf,
    SetOf,
    MapOf,
    TupleOf,
    RecordOf,
    Comprehension,
    Function,
    DefinitionCall,
    MapMethod,
    Old,
    Digest,
    Fresh,
    ActQuery,
]


# ---- statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an assignment changes: a variable, then a way down into it (`view[m]`, `standing.price`).

    `type` is the type of the place itself. A path step is a field name, or the key of a map or list.
    """

    variable: str
    shared: bool
    path: tuple["str | Expression", ...]
    type: ValueType
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """`x = v`, `x += v`, `x -= v`."""

    target: Target
    operator: Literal["=", "+=", "-="]
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """`del m[k]`; a key that is not there is a violation. The last step of the target's path is the key."""

    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutate:
    """`s.add(x)`, `s.discard(x)`, `s.remove(x)`, `l.append(x)`, `l.pop()`, `l.pop(i)`, `l.remove(x)`, `m.pop(k)`, `m.pop(k, none)`."""

    target: Target
    method: Literal["add", "discard", "remove", "append", "pop"]
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class If:
    """`if / elif / else`: conditions with their statements in order, then the statements otherwise."""

    branches: tuple[tuple[Expression, tuple["Statement", ...]], ...]
    otherwise: tuple["Statement", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class For:
    """`for x in xs:`; sets and maps in ascending order. The collection is read once, before the first round."""

    clause: Clause
    body: tuple["Statement", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """`send Result(verdict=v) to voter`. `to` is an instance, or a list or set of instances (a role's name is a list)."""

    message: str
    fields: tuple[tuple[str, Expression], ...]
    to: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Let:
    """Bind an argument of a named block, once, by value; the name is unique within the transition.

    A call of a named block is lowered to a `Let` for each argument and the block's statements in its place.
    """

    name: str
    type: ValueType
    value: Expression


Statement = Union[Assign, Delete, Mutate, If, For, Send, Let]  # noqa: UP007
