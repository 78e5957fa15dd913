"""Operators come in: arithmetic, comparisons and conditionals; typed nodes go out."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from comityc.diagnostics.codes_names import NOT_COMPARABLE, TYPE_MISMATCH, WRONG_OPERANDS
from comityc.diagnostics.diagnostic import Label
from comityc.diagnostics.span import Span
from comityc.lower.context import Context, with_article
from comityc.lower.expressions import states
from comityc.lower.expressions.fitting import (
    content,
    is_collection,
    is_unknown,
    join,
    ordered,
    overlap,
    poison,
    unwrapped,
)
from comityc.lower.expressions.references import needs_help
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    BoolType,
    DurationType,
    FractionType,
    IntType,
    ListType,
    MapType,
    NothingType,
    OptionalType,
    SetType,
    TimeType,
    TupleType,
    ValueType,
    type_name,
)
from comityc.syntax import nodes

_NUMBERS = (IntType, FractionType)


# ---- arithmetic


def check_unary(node: nodes.Unary, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return `not x` or `-x`."""
    if node.operator == "not":
        return ir.Not(value=context.condition(node.operand), type=BoolType(), span=node.span)
    value = unwrapped(context.check(node.operand, expected))
    if not isinstance(value.type, IntType | FractionType | DurationType):
        if not is_unknown(value.type):
            context.report(WRONG_OPERANDS.at(node.span, f"`-` needs a number, not {type_name(value.type)}"))
        return poison(value)
    if isinstance(value, ir.Constant) and isinstance(value.value, int):
        return replace(value, value=-value.value, span=node.span)
    return ir.Negative(value=value, type=_plain(value.type), span=node.span)


def check_binary(node: nodes.Binary, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return `a + b` and its kind."""
    hint = expected if expected is not None and is_collection(expected) else None
    left = unwrapped(context.check(node.left, hint))
    right = unwrapped(context.check(node.right, left.type if is_collection(left.type) else hint))
    return arithmetic(node.operator, left, right, node.span, context)


def arithmetic(operator: str, left: ir.Expression, right: ir.Expression, span: Span, context: Context) -> ir.Expression:
    """Return the typed operation, or report that the operator is not for these values."""
    if is_unknown(left.type) or is_unknown(right.type):
        return poison(left)
    exact = _exact_ratio(operator, left, right, span)
    if exact is not None:
        return exact
    result = _result(operator, left.type, right.type)
    if result is None:
        context.report(
            WRONG_OPERANDS.at(
                span,
                f"`{operator}` is not for {type_name(left.type)} and {type_name(right.type)}",
                labels=(Label(left.span, type_name(left.type)), Label(right.span, type_name(right.type))),
            )
        )
        return poison(left)
    return ir.Arithmetic(operator=operator, left=left, right=right, type=result, span=span)  # type: ignore[arg-type]  # the node's own operator


def _exact_ratio(operator: str, left: ir.Expression, right: ir.Expression, span: Span) -> ir.Expression | None:
    """`1/2` is one number."""
    if operator != "/" or not (isinstance(left, ir.Constant) and isinstance(right, ir.Constant)):
        return None
    match left.value, right.value:
        case int(numerator), int(denominator) if denominator != 0:
            return ir.Constant(value=Fraction(numerator, denominator), type=FractionType(), span=span)
        case _:
            return None


def _result(operator: str, left: ValueType, right: ValueType) -> ValueType | None:
    match left, right:
        case (IntType(), IntType()) if operator in ("+", "-", "*", "//", "%"):
            return _plain(left)
        case (IntType() | FractionType(), IntType() | FractionType()) if operator in ("+", "-", "*", "/", "%"):
            return FractionType()
        case (IntType() | FractionType(), IntType() | FractionType()) if operator == "//":
            return IntType()
        case (DurationType(), DurationType()) if operator in ("+", "-"):
            return left
        case (DurationType(), IntType()) | (IntType(), DurationType()) if operator == "*":
            return DurationType()
        case (TimeType(), DurationType()) if operator in ("+", "-"):
            return left
        case (DurationType(), TimeType()) if operator == "+":
            return right
        case (TimeType(), TimeType()) if operator == "-":
            return DurationType()
        case (ListType(), ListType()) if operator == "+":
            return join(left, right)
        case (SetType(), SetType()) if operator in ("|", "&", "-"):
            if operator == "|":
                return join(left, right)
            return left if overlap(left, right) else None
        case _:
            return None


def _plain(value_type: ValueType) -> ValueType:
    """A sum of Money is an int: its alias says how to bound what is chosen, not what is computed."""
    match value_type:
        case IntType():
            return IntType()
        case FractionType():
            return FractionType()
        case _:
            return value_type


# ---- comparisons


def check_comparison(node: nodes.Comparison, context: Context) -> ir.Expression:
    """Return a chain of comparisons; `x in closed` of an instance asks for its control state."""
    found: dict[int, ir.Expression] = {}
    if _may_ask_for_state(node, context):
        # The right side may name states only after an instance, so the left side is read first.
        found[0] = context.check(node.first)
        asked = states.check_in_state(node, found[0], context)
        if asked is not None:
            return asked
    operands = _check_operands(node, context, found)
    if any(is_unknown(operand.type) for operand in operands):
        return ir.Constant(value=True, type=BoolType(), span=node.span)
    operators = [_plain_operator(operator) for operator, _ in node.rest]
    operands = _unwrap_ordered(operands, operators)
    for place, operator in enumerate(operators):
        _check_pair(operands[place], operator, operands[place + 1], context)
    rest = tuple(zip(operators, operands[1:], strict=True))
    return ir.Comparison(first=operands[0], rest=rest, type=BoolType(), span=node.span)


def _may_ask_for_state(node: nodes.Comparison, context: Context) -> bool:
    if len(node.rest) != 1 or node.rest[0][0] not in ("in", "not in"):
        return False
    left = node.first
    missing = isinstance(left, nodes.Name) and context.kind_of(left.text) == "unknown"
    return states.may_name_states(node.rest[0][1]) and (missing or not needs_help(left, context))


def _check_operands(node: nodes.Comparison, context: Context, found: dict[int, ir.Expression]) -> list[ir.Expression]:
    """Operands that know their type go first; words and empty collections then take it from their neighbour."""
    written = [node.first, *(operand for _, operand in node.rest)]
    operators = [operator for operator, _ in node.rest]
    for place, operand in enumerate(written):
        if place not in found and not needs_help(operand, context):
            found[place] = context.check(operand)
    for place, operand in enumerate(written):
        if place not in found:
            found[place] = context.check(operand, _hint(place, found, operators))
    return [found[place] for place in range(len(written))]


def _hint(place: int, found: dict[int, ir.Expression], operators: Sequence[str]) -> ValueType | None:
    """What the neighbour of an operand says of its type."""
    if place > 0 and place - 1 in found:
        neighbour = found[place - 1].type
        if operators[place - 1] in ("in", "not in"):
            return ListType(neighbour)
        return neighbour
    if place + 1 in found:
        neighbour = found[place + 1].type
        if operators[place] in ("in", "not in"):
            return content(neighbour)
        return neighbour
    return None


def _plain_operator(operator: nodes.ComparisonOperator) -> ir.ComparisonOperator:
    match operator:
        case "is":
            return "=="
        case "is not":
            return "!="
        case _:
            return operator


def _unwrap_ordered(operands: list[ir.Expression], operators: Sequence[str]) -> list[ir.Expression]:
    """What is put in order, or searched in, has to be there."""
    result = list(operands)
    for place, operator in enumerate(operators):
        if operator in ("<", "<=", ">", ">="):
            result[place] = unwrapped(result[place])
            result[place + 1] = unwrapped(result[place + 1])
        elif operator in ("in", "not in"):
            result[place + 1] = unwrapped(result[place + 1])
    return result


def _check_pair(left: ir.Expression, operator: str, right: ir.Expression, context: Context) -> None:
    labels = (Label(left.span, type_name(left.type)), Label(right.span, type_name(right.type)))
    span = left.span.through(right.span)
    match operator:
        case "in" | "not in":
            _check_membership(left, right, context)
        case "==" | "!=":
            if not overlap(left.type, right.type):
                nothing = isinstance(left.type, NothingType) or isinstance(right.type, NothingType)
                value = right if isinstance(left.type, NothingType) else left
                message = (
                    f"{with_article(type_name(value.type))} is never none"
                    if nothing
                    else f"{type_name(left.type)} and {type_name(right.type)} are never equal"
                )
                context.report(NOT_COMPARABLE.at(span, message, labels=labels))
        case _:
            if not ordered(left.type, right.type):
                context.report(
                    NOT_COMPARABLE.at(
                        span,
                        f"{type_name(left.type)} and {type_name(right.type)} have no order",
                        labels=labels,
                        help=_order_help(left.type, right.type),
                    )
                )


def _order_help(left: ValueType, right: ValueType) -> str | None:
    if isinstance(left, NothingType) or isinstance(right, NothingType):
        return "nothing is less or more than none; ask with `==` or `is none`"
    return None


def _check_membership(left: ir.Expression, right: ir.Expression, context: Context) -> None:
    match right.type:
        case TupleType(items=items):
            for span, item in zip(_item_spans(right, len(items)), items, strict=True):
                if not overlap(left.type, item):
                    context.report(
                        NOT_COMPARABLE.at(span, f"{type_name(left.type)} and {type_name(item)} are never equal")
                    )
        case SetType() | ListType() | MapType():
            held = content(right.type)
            if held is not None and not overlap(left.type, held):
                context.report(
                    NOT_COMPARABLE.at(
                        left.span.through(right.span),
                        f"{type_name(left.type)} is never in a collection of {type_name(held)}",
                    )
                )
        case found:
            context.report(
                TYPE_MISMATCH.at(
                    right.span,
                    f"expected a list, set or map after `in`, found {type_name(found)}",
                    caret="nothing can be in it",
                )
            )


def _item_spans(value: ir.Expression, count: int) -> list[Span]:
    return [item.span for item in value.items] if isinstance(value, ir.TupleOf) else [value.span] * count


# ---- conditionals


def check_conditional(node: nodes.Conditional, context: Context, expected: ValueType | None) -> ir.Expression:
    """Return `x if c else y`; its type holds both."""
    condition = context.condition(node.condition)
    if expected is None and needs_help(node.then, context):
        otherwise = context.check(node.otherwise)
        then = context.check(node.then, otherwise.type)
    else:
        then = context.check(node.then, expected)
        otherwise = context.check(node.otherwise, expected or then.type)
    joined = join(then.type, otherwise.type)
    if joined is None:
        context.report(
            TYPE_MISMATCH.at(
                node.span,
                f"one branch is {type_name(then.type)}, the other {type_name(otherwise.type)}",
                labels=(Label(then.span, type_name(then.type)), Label(otherwise.span, type_name(otherwise.type))),
            )
        )
        return poison(condition)
    return ir.Conditional(condition=condition, then=then, otherwise=otherwise, type=joined, span=node.span)


def optional(value_type: ValueType) -> ValueType:
    """Return `T?` of a type, once."""
    return value_type if isinstance(value_type, OptionalType | NothingType) else OptionalType(value_type)
