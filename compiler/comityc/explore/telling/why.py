"""A false (or true) condition and the state it was read in come in; the part that decides it, with its values, comes out.

    `chair.verdict == accepted` holds
    but `count(b == yes for b in chair.ballots.values()) > threshold * voters` does not
      `count(b == yes for b in chair.ballots.values())` is 1
      `threshold * voters` is 3/2

Values come from the expression emitter of the Python back end, so a story cannot disagree with the verdict.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from comity.values import ordered
from comityc.explore.judging.reading import UNDEFINED, undefined_text
from comityc.explore.telling.wording import show, spell
from comityc.machine import expressions as x
from comityc.machine.model import Machine
from comityc.machine.value_types import HappeningType, ListType
from comityc.records import dataclass

Names = Mapping[str, Any]
Evaluate = Callable[[x.Expression, Names], Any]
"""Reads an expression in the state that is explained, with these values of the names bound nearby."""

_PLAIN = (x.Constant, x.DurationConstant, x.Word)
_DEEPEST = 12
_MOST_ELEMENTS = 4


@dataclass(frozen=True, slots=True)
class Why:
    """Explains conditions of one machine, read by `evaluate`."""

    machine: Machine
    evaluate: Evaluate

    def explain(self, expression: x.Expression, names: Names, *, holds: bool) -> tuple[str, ...]:
        """Say why the condition holds, or why it does not."""
        lines: list[str] = []
        try:
            for line in self._lines(expression, names, holds, _DEEPEST):
                lines.append(line)  # one by one, so that those before a missing value are kept
        except UNDEFINED as error:
            lines.append(f"`{spell(expression)}` has no value: {undefined_text(error)}")
        return tuple(lines)

    def _lines(self, expression: x.Expression, names: Names, holds: bool, depth: int) -> Iterator[str]:
        if depth == 0:
            return
        match expression:
            case x.Unwrap(value=value):
                yield from self._lines(value, names, holds, depth)
            case x.Not(value=x.InState() | x.InCondition() as inside):
                yield from self._place(inside, names)
            case x.Not(value=value):
                yield _verdict(value, not holds)
                yield from _indented(self._lines(value, names, not holds, depth - 1))
            case x.BoolOperation(operator=operator, operands=operands):
                yield from self._operation(operator, operands, names, holds, depth)
            case x.Implies(left=left, right=right):
                yield from self._implies(left, right, names, holds, depth)
            case x.Conditional(condition=condition, then=then, otherwise=otherwise):
                chosen = bool(self.evaluate(condition, names))
                yield _verdict(condition, chosen)
                yield from self._part(then if chosen else otherwise, names, holds, depth)
            case x.Comparison(first=first, rest=rest):
                yield from self._values((first, *(operand for _, operand in rest)), names)
            case x.InState() | x.InCondition():
                yield from self._place(expression, names)
            case x.DefinitionCall():
                yield from self._definition(expression, names, holds, depth)
            case x.Function(name="all" | "any", arguments=(x.Comprehension() as each,)):
                yield from self._elements(expression, each, names, holds, depth)
            case x.Old(value=value):
                yield f"before the step: {_verdict(value, holds)}"
            case x.ActQuery(act=act):
                yield from self._values((_happenings(act),), names)
            case _:
                yield from self._values((expression,), names)

    def _part(self, expression: x.Expression, names: Names, holds: bool, depth: int) -> Iterator[str]:
        """Say that a part holds or not, and why."""
        yield _verdict(expression, holds)
        yield from _indented(self._lines(expression, names, holds, depth - 1))

    def _operation(
        self, operator: str, operands: tuple[x.Expression, ...], names: Names, holds: bool, depth: int
    ) -> Iterator[str]:
        decided_by_one = holds == (operator == "or")
        if len({spell(operand) for operand in operands}) == 1:
            for operand in operands:
                yield from self._lines(operand, names, holds, depth - 1)
            return
        for operand in operands:
            if not decided_by_one:
                yield from self._part(operand, names, holds, depth)
            elif bool(self.evaluate(operand, names)) is holds:
                yield from self._part(operand, names, holds, depth)
                return

    def _implies(self, left: x.Expression, right: x.Expression, names: Names, holds: bool, depth: int) -> Iterator[str]:
        if holds and not self.evaluate(left, names):
            yield from self._part(left, names, False, depth)
            return
        yield _verdict(left, True)
        if not holds:
            yield f"but `{spell(right)}` does not"
            yield from _indented(self._lines(right, names, False, depth - 1))
        else:
            yield from self._part(right, names, True, depth)

    def _place(self, expression: x.InState | x.InCondition, names: Names) -> Iterator[str]:
        instance = self.evaluate(expression.instance, names)
        if isinstance(expression, x.InCondition):
            inside = bool(self.evaluate(expression, names))
            yield f"{show(instance)} is{'' if inside else ' not'} {expression.condition}"
            return
        if instance.role != expression.role:
            return  # one of several roles that were asked about
        role = next(role for role in self.machine.roles if role.name == expression.role)
        for state in role.states:
            here = x.InState(
                type=expression.type, instance=expression.instance, role=expression.role, states=(state.name,)
            )
            if self.evaluate(here, names):
                yield f"{show(instance)} is in {state.name}"
                return

    def _definition(self, call: x.DefinitionCall, names: Names, holds: bool, depth: int) -> Iterator[str]:
        definition = next((d for d in self.machine.definitions if d.name == call.definition), None)
        if definition is None:
            return
        values = [self.evaluate(argument, names) for argument in call.arguments]
        inner = dict(zip((name for name, _ in definition.arguments), values, strict=True))
        bound = "".join(f", for {name} = {show(value)}" for name, value in inner.items())
        yield f"`{spell(call)}` means `{spell(definition.body)}`{bound}"
        yield from self._lines(definition.body, inner, holds, depth - 1)

    def _elements(
        self, whole: x.Expression, each: x.Comprehension, names: Names, holds: bool, depth: int
    ) -> Iterator[str]:
        is_all = isinstance(whole, x.Function) and whole.name == "all"
        decided_by_one = holds != is_all
        count = 0
        for bound in self._bindings(each.clauses, names):
            count += 1
            if not decided_by_one and count > _MOST_ELEMENTS:
                continue
            if bool(self.evaluate(each.element, bound)) is holds:
                yield f"for {_told(each.clauses, bound)}: {_verdict(each.element, holds)}"
                yield from _indented(self._lines(each.element, bound, holds, depth - 1))
                if decided_by_one:
                    return
        if count == 0:
            yield "there is nothing to look at"
        elif not decided_by_one and count > _MOST_ELEMENTS:
            yield f"and so for the other {count - _MOST_ELEMENTS}"

    def _bindings(self, clauses: tuple[x.Clause, ...], names: Names) -> Iterator[dict[str, Any]]:
        if not clauses:
            yield dict(names)
            return
        clause, targets = clauses[0], [name for name, _ in clauses[0].targets]
        values = self.evaluate(clause.iterable, names)
        for value in ordered(values) if isinstance(values, frozenset) else values:
            bound = {**names, **dict(zip(targets, value if len(targets) > 1 else (value,), strict=True))}
            if all(self.evaluate(condition, bound) for condition in clause.conditions):
                yield from self._bindings(clauses[1:], bound)

    def _values(self, expressions: tuple[x.Expression, ...], names: Names) -> Iterator[str]:
        told: dict[str, None] = {}
        for expression in expressions:
            while isinstance(expression, x.Unwrap):
                expression = expression.value
            if isinstance(expression, _PLAIN):
                continue
            try:
                value = show(self.evaluate(expression, names))
            except UNDEFINED as error:
                told[f"`{spell(expression)}` has no value: {undefined_text(error)}"] = None
                continue
            if value != spell(expression):
                told[f"`{spell(expression)}` is {value}"] = None
                told.update(dict.fromkeys(_indented(self._behind(expression, names))))
        yield from told

    def _behind(self, expression: x.Expression, names: Names) -> Iterator[str]:
        """Say what a value is made of: the elements that a count counts, what a sum adds, the operands of arithmetic."""
        match expression:
            case x.Function(name="count" | "sum" as name, arguments=(x.Comprehension() as each,)):
                yield from self._counted(name, each, names)
            case x.Arithmetic() | x.Negative():
                operands = tuple(_operands(expression))
                if operands != (expression,):
                    yield from self._values(operands, names)
            case _:
                pass

    def _counted(self, name: str, each: x.Comprehension, names: Names) -> Iterator[str]:
        told: Counter[str] = Counter()
        for bound in self._bindings(each.clauses, names):
            value = self.evaluate(each.element, bound)
            if value:
                told[_told(each.clauses, bound) + ("" if name == "count" else f" adds {show(value)}")] += 1
        for line, times in list(told.items())[:_MOST_ELEMENTS]:
            yield f"{'counted: ' if name == 'count' else ''}{line}{f' ({times} times)' if times > 1 else ''}"
        if len(told) > _MOST_ELEMENTS:
            yield f"and {len(told) - _MOST_ELEMENTS} more"


def _operands(expression: x.Expression) -> Iterator[x.Expression]:
    """Yield what arithmetic is about: everything in it that is no arithmetic itself."""
    match expression:
        case x.Arithmetic(left=left, right=right):
            yield from _operands(left)
            yield from _operands(right)
        case x.Negative(value=value) | x.Unwrap(value=value):
            yield from _operands(value)
        case _:
            yield expression


def _told(clauses: tuple[x.Clause, ...], bound: Names) -> str:
    """Say to what the names of a comprehension are bound: `v = voter[0], w = yes`."""
    return ", ".join(f"{name} = {show(bound[name])}" for clause in clauses for name, _ in clause.targets)


def _verdict(expression: x.Expression, holds: bool) -> str:
    return f"`{spell(expression)}` {'holds' if holds else 'does not hold'}"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _happenings(act: str) -> x.ActQuery:
    return x.ActQuery(type=ListType(HappeningType(act)), name="happenings", act=act)
