"""The machine: what a spec means, with every name resolved and every default filled in.

The lowering produces it; checks and back ends consume it and nothing else. It is data only: frozen, made of
tuples, in the order of the document.

A control state groups its transitions into *rules*, one per trigger: what arrives (`Reception`), timers,
decisions, requests (acts asked for) and spontaneous steps. Within a rule the first transition whose guard
holds is taken; between rules there is no order. A state's own transitions come first, then those of lists of
states, then those of `any`; that order is already in the rules.
"""

from dataclasses import field
from typing import Literal, Union

from comityc.diagnostics.span import NOWHERE, Span
from comityc.machine.expressions import Clause, DefinitionName, Expression, Statement
from comityc.machine.value_types import RecordField, ValueType
from comityc.records import dataclass

ANY: Literal["any"] = "any"
Budget = int | Literal["any"]
"""How often a fault may strike: a number, or `any` for a budget without end."""


# ---- declarations


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDeclaration:
    """A parameter of the protocol. `default` and the ends of `range` are constant expressions."""

    name: str
    type: ValueType
    default: Expression | None
    range: tuple[Expression, Expression] | None = None
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A named condition on parameters alone."""

    name: str
    condition: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A named expression, with typed arguments. Blocks are lowered in place and leave no definition."""

    name: DefinitionName
    arguments: tuple[tuple[str, ValueType], ...]
    body: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message type. `senders` and `receivers` are the roles that send it and that receive, ignore or defer it somewhere."""

    name: str
    fields: tuple[RecordField, ...]
    fifo: bool
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something done in the world: its arguments, its outcomes (the first means that it took effect), what it undoes."""

    name: str
    arguments: tuple[RecordField, ...]
    outcomes: tuple[str, ...]
    keyed: bool
    undoes: str | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDomain:
    """Every value of a type, within the bounds."""

    type: ValueType


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionDomain:
    """The elements of a list, set or range, in order, without repetition. `type` is that of an element."""

    type: ValueType
    values: Expression


Domain = Union[TypeDomain, ExpressionDomain]  # noqa: UP007


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableDeclaration:
    """A variable of a role, or a shared one. `default` is always filled in; it may read parameters and `self`.

    With `start_in` there is one initial state per value; for a map from instances one per assignment.
    """

    name: str
    type: ValueType
    default: Expression
    start_in: Domain | None = None
    ghost: bool = False
    durable: bool = True
    once: bool = False
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# ---- behaviour

Fairness = Literal["none", "weak", "strong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One transition, or one `ignore` or `defer`, as the document has it; it may stand in the rules of many states.

    `name` is unique within the role and stable under edits elsewhere: `collecting: receive Ballot`, with ` (2)` when
    needed. `number` counts the transitions of the role from 0 in document order. `stands_in` is what it stands under: a
    state, a list of states, or `any`. `goto` enters a state anew, even the same one; None stays.
    """

    number: int
    name: str
    kind: Literal["receive", "ignore", "defer", "timer", "decide", "perform", "when"]
    stands_in: tuple[str, ...]
    guard: Expression | None = None
    draw: tuple[str, Domain] | None = None
    body: tuple[Statement, ...] = ()
    goto: str | None = None
    fairness: Fairness | None = None  # None: as usual for its kind
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What a state does with one message: candidates in order, the first whose guard holds is taken.

    A candidate of kind `ignore` removes the message, one of kind `defer` keeps it in the network. When no
    candidate fits, the message is unhandled: a violation. A message without a Reception is unhandled too.
    """

    message: str
    candidates: tuple[Transition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRule:
    """A timer and what it does when it fires; `name` is unique within the role.

    `after` fires once, `every` arms itself again, `at` is armed while the time is set. `scope` is `state` for
    one that is armed on entry and gone on exit, `instance` for one under `any`: armed once, when the instance starts.
    `loop` makes one timer for each element. While no candidate's guard holds, the timer stays due.
    A duration may be a range: drawn anew each time it is armed.
    """

    name: str
    kind: Literal["after", "every", "at"]
    duration: Expression
    longest: Expression | None
    scope: Literal["state", "instance"]
    loop: Clause | None
    candidates: tuple[Transition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule:
    """A question to the agent; `name` is what the spec calls the decided value. Without a domain it is a thing to do or not.

    A value whose name is a variable of the role is stored in it (`stores`) before the body runs.
    A value for which no candidate's guard holds is refused like one outside the domain.
    """

    name: str
    domain: Domain | None
    prompt: bool
    stores: bool
    loop: Clause | None
    candidates: tuple[Transition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRule:
    """An act that is asked for while the state is occupied, with the candidates of each outcome, in order of the outcomes.

    Without `key`, each entry into the state is a new act. An outcome for which no candidate's guard holds cannot come.
    """

    act: str
    arguments: tuple[tuple[str, Expression], ...]
    key: Expression | None
    undoes: str | None
    loop: Clause | None
    outcomes: tuple[tuple[str, tuple[Transition, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpontaneousRule:
    """The `when`s of a state that share a `for`, in order: for each element the first whose condition and guard hold is taken.

    The condition of the `when` and its `if` are one guard here.
    """

    loop: Clause | None
    candidates: tuple[Transition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A control state with its rules. `declared` lists the transitions that stand directly under it."""

    name: str
    final: bool
    resting: bool
    receptions: tuple[Reception, ...]
    timers: tuple[TimerRule, ...]
    decisions: tuple[DecisionRule, ...]
    requests: tuple[RequestRule, ...]
    spontaneous: tuple[SpontaneousRule, ...]
    doc: str = ""
    part: str | None = None  # the part of a composed protocol that it belongs to
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role. `count` is None for a role of one instance. The first state is where an instance starts."""

    name: str
    count: Expression | None
    dynamic: bool
    restart_in: str | None
    variables: tuple[VariableDeclaration, ...]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an instance of a role knows in states in which the protocol is over for it: what a whole goes on with."""

    role: str
    states: tuple[str, ...]
    value: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# ---- promises


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What checking is limited to. Ranges go by the name of a type, a variable or a field; `copies` is
    None for no limit, and so is `under_way`, how many messages may be under way at once."""

    ranges: tuple[tuple[str, int, int], ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()
    copies: int | None = None
    under_way: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """How the network may fall apart into two sides, `times` at most, and heal again (`heals`) before the next time.

    Messages across the cut are lost, or (`keeps`) held up until it heals. `one_way`: one side still hears the other.
    `isolates`: one of the sides is a single instance of one of these roles; without it, every split is explored.
    """

    times: Budget
    one_way: bool = False
    heals: bool = True
    keeps: bool = False
    isolates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Which faults may strike, and how often. Budgets by role: `crash` is for good, `restart` comes back, `amnesia` as it first started,
    `pause` sleeps and goes on as if nothing had been.

    `reorder` lifts the order between messages of one sender to one receiver. A byzantine budget is a number of
    instances of the role.
    """

    lose: Budget = 0
    duplicate: Budget = 0
    reorder: bool = False
    crash: tuple[tuple[str, Budget], ...] = ()
    restart: tuple[tuple[str, Budget], ...] = ()
    amnesia: tuple[tuple[str, Budget], ...] = ()
    pause: tuple[tuple[str, Budget], ...] = ()
    byzantine: tuple[tuple[str, int], ...] = ()
    late_act: Budget = 0
    repeat_act: Budget = 0
    partition: Partition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What clocks promise. `skew` is None where they agree and messages take no time (`synchronous`).

    Otherwise it is a duration: a timer goes off at its deadline or up to so much later.
    """

    skew: Expression | None = None


NetworkKind = Literal["fifo", "unordered", "sent_set", "none"]
"""`fifo` (per sender and receiver) is the default; `reorder: true` makes it `unordered`."""

PropertyKind = Literal[
    "always", "never", "stable", "step", "eventually", "leads_to", "stays_possible", "reachable", "generic"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A promise. `expressions` are two for `leads_to`, none for a generic one, one for every other.

    `quantifier` is the `for:`. `only` names the cases that promise it (empty: all). `waived` is the reason why a
    generic property does not count. `given` is a condition that it rests on.
    """

    name: str
    kind: PropertyKind
    expressions: tuple[Expression, ...]
    quantifier: Clause | None = None
    only: tuple[str, ...] = ()
    waived: str | None = None
    given: tuple[Literal["again", "forever"], Expression] | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def is_promised_in(self, case: "Case") -> bool:
        """Whether it is promised in a case: one that it names, or any where it names none; or is said to fail there."""
        return not self.only or case.name in self.only or self.name in case.violates


GENERIC_PROPERTIES = (
    "never_stuck",
    "final_is_final",
    "decide_once",
    "no_unhandled_message",
    "no_undefined_value",
    "no_deadlock",
    "duplicates_are_harmless",
    "no_dead_parts",
    "not_vacuous",
)
"""What every protocol promises without saying so. `never_stuck`: see `machine.rest`.

`no_undefined_value`: no missing key, field of none, division by zero.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case of `verify`. `values` holds one or more constant expressions per parameter; several make several runs.

    `later` names what the case needs that no engine has yet (`dynamic: worker`); such a case is not looked at.
    """

    name: str
    values: tuple[tuple[str, tuple[Expression, ...]], ...]
    faults: Envelope
    bounds: Bounds
    network: NetworkKind
    violates: tuple[str, ...]
    states: int | None = None
    levels: int | None = None
    orbits: int | None = None
    clock: Clock | None = None
    later: str | None = None
    abstract: tuple[str, ...] = ()  # the parts that their outcomes stand for
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A scenario's answers for one decision or act of a role (`index` None: of all its instances, in the order they ask)."""

    role: str
    index: int | None
    name: str
    values: tuple[Expression, ...]  # of an act: Constant texts, an outcome or `unknown`


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePattern:
    """`voter.Ballot`, `bidder[1].Commitment`: messages of this kind that this role or instance sends."""

    role: str
    index: int | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One schedule, played in order, and what has to hold at its end."""

    name: str
    values: tuple[tuple[str, Expression], ...]
    decisions: tuple[Answers, ...]
    performs: tuple[Answers, ...]
    hold: tuple[tuple[MessagePattern, Expression], ...]
    lose: tuple[MessagePattern, ...]
    crash: tuple[tuple[Expression, Expression], ...]  # an instance, and when it stops
    expect: Expression | None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A case of `simulate`: many runs drawn at random, and what has to hold at the end of each.

    `expect` may take the `mean` of a number over all runs. Several values of a parameter make several simulations.
    """

    case: Case
    runs: int
    expect: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A whole protocol. `shared` is None where the spec has no `shared:` (which may be empty: guards look into other instances).

    `source` is the text of the spec (after expansion of `use`), for hashes and stories; `file` as it was given.
    `later` names what the whole protocol needs that no engine has yet, whatever the case.
    """

    protocol: str
    doc: str
    file: str
    source: str
    parameters: tuple[ParameterDeclaration, ...]
    assumptions: tuple[Assumption, ...]
    types: tuple[ValueType, ...]  # the enums and records, in order
    messages: tuple[Message, ...]
    acts: tuple[Act, ...]
    shared: tuple[VariableDeclaration, ...] | None
    roles: tuple[Role, ...]
    definitions: tuple[Definition, ...]
    properties: tuple[Property, ...]  # those of the spec, then the generic ones that it does not replace
    tolerates: Envelope
    network: NetworkKind
    bounds: Bounds
    cases: tuple[Case, ...]
    scenarios: tuple[Scenario, ...]
    simulations: tuple[Simulation, ...] = ()
    survives: tuple[tuple[str, str, Span], ...] = ()  # mutants that need not be noticed, why, and where that is said
    clock: Clock | None = None
    outcomes: tuple[Outcome, ...] = ()
    later: str | None = None
    type_spans: tuple[tuple[str, Span], ...] = field(
        default=(), compare=False, repr=False
    )  # where `types` stand, by name

    @property
    def is_model(self) -> bool:
        """Whether it is a model for checking and simulation alone: shared state, or no messages."""
        return self.shared is not None or self.network == "none"
