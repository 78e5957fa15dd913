"""What the lowering knows while it reads an expression: where it stands, which locals it sees, and what was gathered so far.

`Context` is handed down and never changes; `Lowering` is the one thing that grows: findings, definitions, sends, acts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from typing import Literal

from comityc.diagnostics.bag import Bag
from comityc.diagnostics.codes_names import HIDDEN_NAME, RESERVED_WORD, TOO_LARGE, TYPE_MISMATCH
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.lower.expressions.fitting import coerced, is_collection, poison
from comityc.machine import expressions as ir
from comityc.machine.model import Definition
from comityc.machine.value_types import (
    BoolType,
    DurationType,
    EnumType,
    IntType,
    ListType,
    NothingType,
    OptionalType,
    RecordField,
    TextType,
    ValueType,
    type_name,
    without_optional,
)
from comityc.records import dataclass
from comityc.resolve.scopes import Declarations, RoleSymbol
from comityc.resolve.types import TypeResolver
from comityc.resolve.words import RESERVED
from comityc.syntax import nodes

PlaceKind = Literal["constant", "start", "guard", "do", "property", "step", "expect", "simulation", "mean"]

_PLACES: Mapping[PlaceKind, str] = {
    "constant": "where only parameters count",
    "start": "in a start value",
    "guard": "in a guard",
    "do": "in `do`",
    "property": "in a property",
    "step": "in a `step` property",
    "expect": "in a scenario",
    "simulation": "in a simulation",
    "mean": "in a `mean`",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands; that decides which words mean something.

    `constant`: parameters alone. `start`: start values, which may read `self`. `guard` and `do`: in a transition.
    `property`, `step`, `expect`: over all instances; so are `simulation` and what it takes the `mean` of.
    `received` names the messages of a `receive`. `at_an_event`: it is read when a message arrives or a timer fires.
    """

    kind: PlaceKind
    role: str | None = None
    received: tuple[str, ...] | None = None
    in_define: bool = False
    at_an_event: bool = False

    @property
    def over_all(self) -> bool:
        """Whether it looks at the protocol from outside: a property, or what a scenario or a simulation expects."""
        return self.kind in ("property", "step", "expect", "simulation", "mean")

    @property
    def words(self) -> str:
        """The place in words, for findings."""
        return _PLACES[self.kind]


@dataclass(frozen=True, slots=True)
class Binding:
    """A local: its name in the machine (unique in its transition) and its type.

    `value` stands for it where it is an argument of a block that never changes: a word, a number, `self`.
    """

    name: str
    type: ValueType
    value: ir.Expression | None = None


@dataclass(slots=True)
class Uses:
    """What the body of a define turned out to read of the place it is used in."""

    role: bool = False
    implicit: dict[str, ValueType] = field(default_factory=dict)  # `msg`, `sender`, `now`


@dataclass(slots=True)
class ActSignature:
    """What is known of an act from all the places where it is performed."""

    name: nodes.Name
    arguments: dict[str, ValueType] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    keyed: bool = False
    undoes: str | None = None


DEEPEST_EXPRESSION = 100
"""How deep expressions may stand in each other, through the defines that they use."""

DEEPEST_DEFINE = 30
MOST_STATEMENTS = 10_000
MOST_TRIALS = 500


@dataclass(slots=True)
class Limits:
    """What was spent of the limits that keep a small spec from becoming an endless one."""

    depth: int = 0
    statements: int = 0  # of blocks, written out
    trials: int = 0  # of words that several enums share


CheckExpression = Callable[[nodes.Expression, "Context", ValueType | None], ir.Expression]


class Lowering:
    """What one run gathers."""

    def __init__(self, declarations: Declarations, types: TypeResolver, bag: Bag, check: CheckExpression) -> None:
        self.declarations = declarations
        self.types = types
        self.bag = bag
        self.check = check
        self.definitions: dict[ir.DefinitionName, Definition] = {}
        self.definition_keys: dict[object, object] = {}
        self.used_defines: set[tuple[str | None, str]] = set()
        self.defines_under_way: list[tuple[str | None, str]] = []
        self.acts: dict[str, ActSignature] = {}
        self.limits = Limits()
        self.senders: Mapping[tuple[str, str], tuple[str, ...]] = {}
        self.sends: dict[str, dict[str, set[str]]] = {}

    def fork(self) -> "Lowering":
        """Return a copy to try something on: what it gathers is thrown away."""
        copy = Lowering(self.declarations, self.types, Bag(), self.check)
        copy.definitions = dict(self.definitions)
        copy.definition_keys = dict(self.definition_keys)
        copy.defines_under_way = list(self.defines_under_way)
        copy.acts = self.acts
        copy.limits = self.limits
        copy.senders = self.senders
        return copy


@dataclass(frozen=True, slots=True)
class Context:
    """Where an expression stands and what it sees."""

    lowering: Lowering
    place: Place
    locals: Mapping[str, Binding] = field(default_factory=dict)
    uses: Uses | None = None
    taken: dict[str, ValueType] = field(default_factory=dict)  # names that the transition at hand gave to locals
    live: frozenset[str] = frozenset()  # those of them that are bound right now

    @property
    def declarations(self) -> Declarations:
        """What the protocol declares."""
        return self.lowering.declarations

    @property
    def role(self) -> RoleSymbol | None:
        """The role whose instance acts, if any."""
        return self.declarations.roles[self.place.role] if self.place.role is not None else None

    def report(self, finding: Diagnostic) -> None:
        """Keep a finding."""
        self.lowering.bag.add(finding)

    def at(self, place: Place) -> "Context":
        """Return the same context in another place."""
        return replace(self, place=place)

    def guard(self) -> "Context":
        """Return the context of a guard of the same transition."""
        return replace(self, place=replace(self.place, kind="guard"))

    # ---- expressions

    def check(self, node: nodes.Expression, expected: ValueType | None = None) -> ir.Expression:
        """Return the typed expression. `expected` helps to read words and empty collections; nothing is enforced."""
        limits = self.lowering.limits
        if limits.depth >= DEEPEST_EXPRESSION:
            self.report(TOO_LARGE.at(node.span, f"expressions stand in each other more than {DEEPEST_EXPRESSION} deep"))
            return poison()
        limits.depth += 1
        checked = self.lowering.check(node, self, expected)
        limits.depth -= 1
        return checked

    def fit(self, node: nodes.Expression, needed: ValueType, what: str = "") -> ir.Expression:
        """Return the typed expression as a place of this type needs it, and report when it does not fit."""
        value = self.check(node, needed)
        return self.fitted(value, needed, what)

    def fitted(self, value: ir.Expression, needed: ValueType, what: str = "") -> ir.Expression:
        """Return a typed expression as a place of this type needs it, and report when it does not fit."""
        fitting = coerced(value, needed)
        if fitting is None:
            self.report(mismatch(value.span, value.type, needed, what))
            return poison(value)
        return fitting

    def condition(self, node: nodes.Expression) -> ir.Expression:
        """Return a condition. A collection counts as one, as in Python: it holds when something is in it."""
        value = self.check(node, BoolType())
        if is_collection(value.type):
            size = ir.Function(name="len", arguments=(value,), type=IntType(), span=value.span)
            zero = ir.Constant(value=0, type=IntType(), span=value.span)
            return ir.Comparison(first=size, rest=((">", zero),), type=BoolType(), span=value.span)
        fitting = coerced(value, BoolType())
        if fitting is None:
            self.report(_no_condition(value))
            return poison(value)
        return fitting

    # ---- locals

    def bind(self, names: Iterable[tuple[nodes.Name, ValueType]], *, unique: bool = False) -> "Context":
        """Return a context that sees these locals too.

        `unique` is for statements: a name that the transition uses for something else gets a number.
        """
        bound, live = dict(self.locals), set(self.live)
        for name, value_type in names:
            self._check_local(name)
            text = self.unique_name(name.text, value_type, live) if unique else name.text
            bound[name.text] = Binding(text, value_type)
            live.add(text)
        return replace(self, locals=bound, live=frozenset(live))

    def unique_name(self, text: str, value_type: ValueType, live: set[str]) -> str:
        """Return a name for a local of a transition, so that generated code never reuses one for another type."""
        name, number = text, 2
        while name in live or self.taken.get(name, value_type) != value_type:
            name, number = f"{text}_{number}", number + 1
        self.taken[name] = value_type
        return name

    def _check_local(self, name: nodes.Name) -> None:
        kind = self.kind_of(name.text)
        if name.text in RESERVED:
            self.report(
                RESERVED_WORD.at(name.span, f"`{name.text}` is a word of the language", caret="no name for a local")
            )
        elif kind not in ("unknown", "word", "special"):
            self.report(
                HIDDEN_NAME.at(
                    name.span,
                    f"`{name.text}` hides {_KINDS[kind]} of that name",
                    help="give it another name, so that readers know which one is meant",
                )
            )

    def kind_of(self, text: str) -> "NameKind":
        """Say what a name stands for here."""
        declarations, role = self.declarations, self.role
        if text in self.locals:
            return "local"
        if text in ("self", "sender", "msg", "others", "now"):
            return "special"
        if role is not None and text in role.variables:
            return "variable"
        if text in declarations.shared:
            return "shared"
        if text in declarations.defines or (role is not None and text in role.defines):
            return "define"
        if text in declarations.parameters:
            return "parameter"
        if text in declarations.roles:
            return "role"
        return "word" if text in declarations.words else "unknown"


NameKind = Literal["local", "special", "variable", "shared", "define", "parameter", "role", "word", "unknown"]

_KINDS: Mapping[NameKind, str] = {
    "local": "a local",
    "variable": "the variable",
    "shared": "the shared variable",
    "define": "the define",
    "parameter": "the parameter",
    "role": "the role",
}


def mismatch(span: Span, found: ValueType, needed: ValueType, what: str = "") -> Diagnostic:
    """A value of one type where another is needed."""
    where = f" for {what}" if what else ""
    help_text = None
    if isinstance(found, NothingType):
        message = f"none is no {type_name(needed)}"
        help_text = f"only a `{type_name(needed)}?` may be none"
    else:
        message = f"expected {type_name(needed)}{where}, found {type_name(found)}"
    match without_optional(needed):
        case DurationType():
            help_text = help_text or "a duration is a number with a unit: `150ms`, `30s`, `5m`, `2h`, `7d`"
        case EnumType(words=words) if isinstance(found, TextType):
            help_text = f"a word of {type_name(without_optional(needed))} stands without quotes, as in `{words[0]}`"
        case _:
            pass
    if isinstance(without_optional(needed), ListType) and not isinstance(found, OptionalType):
        help_text = help_text or "a list is written `[a, b]`"
    return TYPE_MISMATCH.at(span, message, caret=f"this is {with_article(type_name(found))}", help=help_text)


def with_article(text: str) -> str:
    """Return `an int`, `a text`."""
    return text if text == "none" else f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def _no_condition(value: ir.Expression) -> Diagnostic:
    help_text = None
    if isinstance(value.type, OptionalType):
        help_text = "to ask whether it is there, write `is not none`"
    elif isinstance(value.type, IntType):
        help_text = "compare it with a number"
    return TYPE_MISMATCH.at(
        value.span, f"expected a condition, found {type_name(value.type)}", caret="not true or false", help=help_text
    )


def fields_by_name(fields: Iterable[RecordField]) -> dict[str, ValueType]:
    """Return the types of fields by name."""
    return {f.name: f.type for f in fields}
