"""An expression over parameters and their values come in; what it comes to goes out, before any code is generated.

Values are plain: numbers, text, true and false, None; an enum's word is its number in the enum; durations are whole
milliseconds; records, lists and tuples are tuples, sets frozensets, maps dictionaries in the order of their keys. Instances, variables and
whatever else is only there in a run have no value here: `Unknown`, as for a sum that would never end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from comityc.checks.analysis.walk import Definitions
from comityc.machine import expressions as ex
from comityc.machine.value_types import EnumType, RecordType

_MOST_STEPS = 100_000
"""An assumption over long lists may be quadratic; beyond this it is left to those who run it."""


Number = int | Fraction


class Unknown(Exception):
    """The value is not known before a run."""


def number_of(expression: ex.Expression | None) -> Number | None:
    """Return a constant number, or the length of a constant duration in milliseconds."""
    value = constant_of(expression)
    return value if isinstance(value, int | Fraction) and not isinstance(value, bool) else None


def size_of(collection: ex.Expression) -> int | None:
    """Return how many elements a constant list, set or map has."""
    value = constant_of(collection)
    return len(value) if isinstance(value, tuple | frozenset | dict) else None


def constant_of(expression: ex.Expression | None) -> Any:
    """Return the value of an expression of constants alone, or None where it has none."""
    try:
        return Evaluation({}, {}).value(expression)
    except Unknown:
        return None


@dataclass(slots=True)
class Evaluation:
    """What names stand for, and how many more steps are allowed."""

    parameters: Mapping[str, Any]
    definitions: Definitions
    steps_left: list[int] = field(default_factory=lambda: [_MOST_STEPS])

    def value(self, expression: ex.Expression | None, names: Mapping[str, Any] | None = None) -> Any:
        """Return what an expression comes to; raise `Unknown` where that cannot be said."""
        try:
            return self._value(expression, names or {})
        except (KeyError, IndexError, ZeroDivisionError, TypeError, ValueError, OverflowError, RecursionError):
            # A missing key or a division by zero is for those to report who run it.
            raise Unknown from None

    def _value(self, expression: ex.Expression | None, names: Mapping[str, Any]) -> Any:
        self.steps_left[0] -= 1
        if self.steps_left[0] < 0:
            raise Unknown
        match expression:
            case ex.Constant(value=value):
                return value
            case ex.DurationConstant(milliseconds=milliseconds):
                return milliseconds
            case ex.Word(type=EnumType(words=words), word=word):
                return words.index(word)
            case ex.Parameter(name=name):
                return self.parameters[name]
            case ex.Local(name=name):
                return names[name]
            case ex.Unwrap(value=inner):
                return _there(self._value(inner, names))
            case ex.Negative(value=inner):
                return -self._value(inner, names)
            case ex.ListOf(items=items) | ex.TupleOf(items=items):
                return tuple(self._value(item, names) for item in items)
            case ex.SetOf(items=items):
                return frozenset(self._value(item, names) for item in items)
            case ex.MapOf(pairs=pairs):
                return _map({self._value(key, names): self._value(value, names) for key, value in pairs})
            case ex.RecordOf(fields=fields):
                return tuple(self._value(value, names) for _, value in fields)
            case ex.Field(value=inner, name=name) if isinstance(inner.type, RecordType):
                position = [each.name for each in inner.type.fields].index(name)
                return self._value(inner, names)[position]
            case ex.DefinitionCall(definition=name, arguments=arguments):
                return self._called(name, [self._value(argument, names) for argument in arguments])
            case _:
                return self._compound(expression, names)

    def _compound(self, expression: ex.Expression | None, names: Mapping[str, Any]) -> Any:
        match expression:
            case ex.Not(value=inner):
                return not self._value(inner, names)
            case ex.BoolOperation(operator="and", operands=operands):
                return all(self._value(operand, names) for operand in operands)
            case ex.BoolOperation(operator="or", operands=operands):
                return any(self._value(operand, names) for operand in operands)
            case ex.Implies(left=left, right=right):
                return not self._value(left, names) or self._value(right, names)
            case ex.Conditional(condition=condition, then=then, otherwise=otherwise):
                return self._value(then if self._value(condition, names) else otherwise, names)
            case ex.Comparison(first=first, rest=rest):
                return self._compared(first, rest, names)
            case ex.Arithmetic(operator=operator, left=left, right=right):
                return _OPERATIONS[operator](self._value(left, names), self._value(right, names))
            case ex.Item(value=inner, key=key):
                return self._value(inner, names)[self._value(key, names)]
            case ex.Slice(value=inner, start=start, stop=stop, step=step):
                ends = (None if end is None else self._value(end, names) for end in (start, stop, step))
                return self._value(inner, names)[slice(*ends)]
            case ex.Comprehension():
                return self._comprehended(expression, names)
            case ex.Function():
                return self._applied(expression, names)
            case _:
                raise Unknown

    def _compared(
        self,
        first: ex.Expression,
        rest: tuple[tuple[ex.ComparisonOperator, ex.Expression], ...],
        names: Mapping[str, Any],
    ) -> bool:
        left = self._value(first, names)
        for operator, operand in rest:
            right = self._value(operand, names)
            if not _COMPARISONS[operator](left, right):
                return False
            left = right
        return True

    def _called(self, name: ex.DefinitionName, arguments: list[Any]) -> Any:
        definition = self.definitions[name]
        named = (argument for argument, _ in definition.arguments)
        return self._value(definition.body, dict(zip(named, arguments, strict=True)))

    def _comprehended(self, expression: ex.Comprehension, names: Mapping[str, Any]) -> Any:
        found = self._rounds(expression.clauses, names)
        if expression.value is not None:
            pairs = {self._value(expression.element, n): self._value(expression.value, n) for n in found}
            return _map(pairs)
        elements = tuple(self._value(expression.element, inside) for inside in found)
        return frozenset(elements) if expression.kind == "set" else elements

    def _rounds(self, clauses: tuple[ex.Clause, ...], names: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if not clauses:
            yield names
            return
        clause = clauses[0]
        for element in _in_order(self._value(clause.iterable, names)):
            bound = (element,) if len(clause.targets) == 1 else element
            inside = {**names, **dict(zip((name for name, _ in clause.targets), bound, strict=True))}
            if all(self._value(condition, inside) for condition in clause.conditions):
                yield from self._rounds(clauses[1:], inside)

    def _applied(self, function: ex.Function, names: Mapping[str, Any]) -> Any:
        arguments = [self._value(argument, names) for argument in function.arguments]
        if function.name in ("min", "max"):
            return self._extreme(function, arguments, names)
        if function.name == "range" and len(range(*arguments)) > _MOST_STEPS:
            raise Unknown
        if function.name == "sorted" and function.key is not None:
            raise Unknown
        return _FUNCTIONS[function.name](*arguments)

    def _extreme(self, function: ex.Function, arguments: list[Any], names: Mapping[str, Any]) -> Any:
        among = list(arguments[0]) if len(arguments) == 1 else arguments
        if not among and function.default is not None:
            return self._value(function.default, names)
        name = function.key
        key = None if name is None else lambda element: self._called(name, [element])
        return (min if function.name == "min" else max)(among, key=key)


def _there(value: Any) -> Any:
    if value is None:
        raise Unknown
    return value


def _map(pairs: dict[Any, Any]) -> dict[Any, Any]:
    return dict(sorted(pairs.items()))


def _in_order(values: Any) -> Iterable[Any]:
    return sorted(values) if isinstance(values, frozenset) else values


def _divided(left: Any, right: Any) -> Any:
    return Fraction(left) / Fraction(right)


_OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "&": lambda left, right: left & right,
    "|": lambda left, right: left | right,
}

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}

_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "all": all,
    "any": any,
    "count": lambda conditions: sum(1 for condition in conditions if condition),
    "sum": sum,
    "len": len,
    "abs": abs,
    "range": lambda *ends: tuple(range(*ends)),
    "list": lambda values=(): tuple(_in_order(values)),
    "set": frozenset,
    "sorted": lambda values: tuple(sorted(values)),
}
