"""An expression or a body in; whether anything in it can tell one instance of a role from another out, and by what.

Instances are told apart by their number (`x.index`, `node[0]`), by comparing them (`<`, `min`, `sorted`), and by an order in which
they come up that can be seen: a list made of a set or a role, the first of several that are equal under a `key=`, a `for` whose rounds
depend on one another. All of this is decided on the safe side: what is not known to be blind to the order counts as seeing it.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from comityc.diagnostics.span import Span
from comityc.explore.symmetry.rounds import rounds_commute
from comityc.explore.symmetry.undefined import may_be_undefined
from comityc.machine import expressions as x
from comityc.machine.expression_text import expression_text
from comityc.machine.model import Definition, Domain, ExpressionDomain
from comityc.machine.value_types import (
    DigestType,
    IdType,
    InstanceType,
    ListType,
    MapType,
    MessageType,
    OptionalType,
    RecordType,
    SetType,
    TupleType,
    ValueType,
)
from comityc.machine.walk import children

BLIND = frozenset({"all", "any", "count", "sum", "len", "set"})
"""Functions whose result does not depend on the order of what they are given."""
ORDERINGS = frozenset({"<", "<=", ">", ">="})


class Sighting(NamedTuple):
    """What tells the instances of a role apart: `text` says by what, `order` that it is an order in which they come up."""

    role: str
    text: str
    line: int
    order: bool = False


class Watcher:
    """Looks for what tells instances apart. `value_of` gives the value of an expression over parameters alone, None otherwise."""

    def __init__(
        self,
        roles: frozenset[str],
        definitions: Iterable[Definition],
        message_types: dict[str, tuple[ValueType, ...]],
        value_of: Callable[[x.Expression], tuple[object] | None],
    ) -> None:
        self.roles = roles
        self.found: list[Sighting] = []
        self._definitions = {definition.name: definition for definition in definitions}
        self._messages = message_types
        self._value_of = value_of
        self._walked: set[tuple[x.DefinitionName, bool, str]] = set()
        self._me = ""

    def watch(self, me: str) -> "Watcher":
        """Say whose behaviour comes next: the role that `others` is about; empty for a property."""
        self._me = me
        return self

    # ---- types

    def named_in(self, value_type: ValueType | None) -> frozenset[str]:
        """Return the roles whose instances a value of this type may name, and so be sorted by."""
        return self._named_in(value_type, frozenset())

    def _named_in(self, value_type: ValueType | None, inside: frozenset[str]) -> frozenset[str]:
        parts: tuple[ValueType | None, ...]
        match value_type:
            case InstanceType(roles=roles):
                return self.roles.intersection(roles)
            case IdType() | DigestType():
                return self.roles  # a fresh id is told by the name of who drew it, a digest by what it seals
            case OptionalType(item=item) | SetType(item=item) | ListType(item=item):
                parts = (item,)
            case MapType(key=key, value=value):
                parts = (key, value)
            case TupleType(items=items):
                parts = items
            case RecordType(fields=fields):
                parts = tuple(field.type for field in fields)
            case MessageType(names=names):
                parts = tuple(part for name in names if name not in inside for part in self._messages.get(name, ()))
                inside = inside | frozenset(names)
            case _:
                return frozenset()
        return frozenset[str]().union(*(self._named_in(part, inside) for part in parts))

    def _iterated(self, value_type: ValueType) -> frozenset[str]:
        """Return the roles whose instances decide in what order a set or a map is gone through."""
        match value_type:
            case SetType(item=item):
                return self.named_in(item)
            case MapType(key=key):
                return self.named_in(key)
            case _:
                return frozenset()

    # ---- expressions

    def domain(self, domain: Domain | None) -> None:
        """Look at where a value is chosen from: every one is tried, so their order is of no matter."""
        if isinstance(domain, ExpressionDomain):
            self.expression(domain.values, seen=False)

    def clause(self, clause: x.Clause | None) -> None:
        """Look at a `for` whose elements have no order among themselves."""
        if clause is not None:
            self.expression(clause.iterable, seen=False)
            for condition in clause.conditions:
                self.expression(condition)

    def expression(self, part: x.Expression, *, seen: bool = True) -> None:
        """Look at an expression. `seen` says whether the order of a list that it yields can be seen."""
        match part:
            case x.InstanceIndex(instance=instance):
                self._say(_roles_of(instance), f"reads `{expression_text(part)}`", part.span)
                self.expression(instance)
            case x.InstanceAt(role=role, index=index):
                self._say({role}, f"names `{expression_text(part)}`", part.span)
                self.expression(index)
            case x.RoleInstances(role=role):
                self._order(seen, {role}, part)
            case x.Others():
                self._order(seen, {self._me}, part)
            case x.Comparison():
                self._comparison(part)
            case x.Function():
                self._function(part, seen)
            case x.MapMethod(name=name, value=value, arguments=arguments):
                if name != "get":
                    self._order(seen, self._iterated(value.type), part)
                self._all((value, *arguments))
            case x.Comprehension():
                self._comprehension(part, seen)
            case x.DefinitionCall(definition=name, arguments=arguments):
                self._all(arguments)
                self._definition(name, seen)
            case x.Conditional(condition=condition, then=then, otherwise=otherwise):
                known = self._value_of(condition)
                if known is None:
                    self.expression(condition)
                if known is None or known[0]:
                    self.expression(then, seen=seen)
                if known is None or not known[0]:
                    self.expression(otherwise, seen=seen)
            case x.BoolOperation(operator=operator, operands=operands):
                for operand in operands:
                    known = self._value_of(operand)
                    if known is None:
                        self.expression(operand)
                    elif bool(known[0]) == (operator == "or"):
                        break
            case x.Implies(left=left, right=right):
                known = self._value_of(left)
                if known is None:
                    self.expression(left)
                if known is None or known[0]:
                    self.expression(right)
            case x.Old(value=value) | x.Unwrap(value=value):
                self.expression(value, seen=seen)
            case x.Arithmetic(left=left, right=right) if isinstance(part.type, ListType):
                self.expression(left, seen=seen)
                self.expression(right, seen=seen)
            case x.Digest(arguments=arguments):
                for argument in arguments:
                    if not isinstance(argument.type, InstanceType | IdType | DigestType):
                        self._say(self.named_in(argument.type), f"seals `{expression_text(argument)}`", part.span)
                self._all(arguments)
            case _:
                self._all(children(part))

    def _all(self, parts: Iterable[x.Expression]) -> None:
        for part in parts:
            self.expression(part)

    def _comparison(self, part: x.Comparison) -> None:
        left = part.first
        for operator, right in part.rest:
            known = self._value_of(right)
            if operator in ("in", "not in") and known is not None and not known[0]:
                left = right  # nothing is in what is empty
                continue
            if operator in ORDERINGS and not isinstance(left.type, SetType):
                named = self.named_in(left.type) | self.named_in(right.type)
                self._say(named, f"compares in `{expression_text(part)}`", part.span)
            self.expression(left)
            self.expression(right, seen=operator not in ("in", "not in"))
            left = right

    def _function(self, part: x.Function, seen: bool) -> None:
        arguments = part.arguments
        if part.default is not None:
            self.expression(part.default)
        if part.name in ("min", "max", "sorted"):
            self._extreme(part)
        elif part.name in BLIND and not isinstance(part.type, ListType):
            for argument in arguments:
                self.expression(argument, seen=False)
                if part.name in ("all", "any") and may_be_undefined(argument, self._definitions):
                    # It stops at the first that decides, and may so never come to the one that has no value.
                    self._say(
                        self.order_of(argument),
                        f"may stop before a missing value in `{expression_text(part)}`",
                        part.span,
                    )
        elif part.name == "list":
            for argument in arguments:
                self._order(seen, self._iterated(argument.type), part)
                self.expression(argument, seen=seen)
        else:
            self._all(arguments)

    def _extreme(self, part: x.Function) -> None:
        """Look at `min`, `max`, `sorted`: what they go by, and whether equals come out in the order they went in."""
        text = f"goes by the order of instances in `{expression_text(part)}`"
        if part.key is not None:
            body = self._definitions[part.key].body
            self._say(self.named_in(body.type), text, part.span)
            self._definition(part.key, seen=True)
            for argument in part.arguments:
                self._order(True, self._iterated(argument.type), part)
                self.expression(argument)
            return
        for argument in part.arguments:
            self._say(self.named_in(_element(argument.type)), text, part.span)
            self.expression(argument, seen=False)

    def _comprehension(self, part: x.Comprehension, seen: bool) -> None:
        if part.kind == "set":
            seen = False
        elif part.kind == "map":
            target = part.clauses[0].targets[0][0]
            distinct = len(part.clauses) == 1 and isinstance(part.element, x.Local) and part.element.name == target
            seen = not distinct  # the last of equal keys stays
        for clause in part.clauses:
            self._order(seen, self._iterated(clause.iterable.type), clause.iterable)
            self.expression(clause.iterable, seen=seen)
            self._all(clause.conditions)
        self.expression(part.element)
        if part.value is not None:
            self.expression(part.value)

    def _definition(self, name: x.DefinitionName, seen: bool) -> None:
        if (name, seen, self._me) not in self._walked:
            self._walked.add((name, seen, self._me))
            self.expression(self._definitions[name].body, seen=seen)

    def order_of(self, part: x.Expression) -> frozenset[str]:
        """Return the roles whose instances decide in what order the elements of this come."""
        scout = Watcher(self.roles, self._definitions.values(), self._messages, self._value_of).watch(self._me)
        scout.expression(part)
        return self._iterated(part.type) | frozenset(sighting.role for sighting in scout.found if sighting.order)

    # ---- statements

    def body(self, statements: Iterable[x.Statement]) -> None:
        """Look at what a transition does."""
        for statement in statements:
            match statement:
                case x.Assign(target=target, value=value):
                    self._target(target)
                    self.expression(value)
                case x.Delete(target=target):
                    self._target(target)
                case x.Mutate(target=target, arguments=arguments):
                    self._target(target)
                    self._all(arguments)
                case x.If(branches=branches, otherwise=otherwise):
                    for condition, inner in branches:
                        self.expression(condition)
                        self.body(inner)
                    self.body(otherwise)
                case x.For(clause=clause, body=inner):
                    named = self.order_of(clause.iterable)
                    if named and not rounds_commute(clause, inner, self._definitions.__getitem__):
                        self._say(
                            named, f"goes through `{expression_text(clause.iterable)}` in order", clause.iterable.span
                        )
                    self.expression(clause.iterable, seen=False)
                    self.body(inner)
                case x.Send(fields=fields, to=to):
                    self._all(value for _, value in fields)
                    self.expression(to, seen=False)
                case x.Let(value=value):
                    self.expression(value)

    def _target(self, target: x.Target) -> None:
        self._all(step for step in target.path if not isinstance(step, str))

    # ---- what is found

    def _order(self, seen: bool, roles: Iterable[str], part: x.Expression) -> None:
        if seen:
            text = f"sees in which order `{expression_text(part)}` comes"
            self._say(roles, text, part.span, order=True)

    def _say(self, roles: Iterable[str], text: str, span: Span, *, order: bool = False) -> None:
        for role in sorted(self.roles.intersection(roles)):
            self.found.append(Sighting(role, text, span.line, order))


def _roles_of(instance: x.Expression) -> tuple[str, ...]:
    return instance.type.roles if isinstance(instance.type, InstanceType) else ()


def _element(value_type: ValueType) -> ValueType | None:
    match value_type:
        case ListType(item=item) | SetType(item=item):
            return item
        case MapType(key=key):
            return key
        case _:
            return value_type
