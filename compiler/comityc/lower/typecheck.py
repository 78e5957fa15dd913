"""An expression as written comes in, the typed one goes out: this module tells the forms apart.

Types flow both ways. From inside out, each form yields the type of what it makes; from outside in, `expected` says what
the place would like, which is how `closed` is read as a word of the right enum and `[]` as a list of the right type.
"""

from typing import assert_never

from comityc.diagnostics.codes_names import NOT_HERE
from comityc.lower.context import Context
from comityc.lower.expressions import calls, displays, operators, parts, references
from comityc.lower.expressions.fitting import poison
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    BoolType,
    DurationType,
    IdType,
    IntType,
    NothingType,
    TextType,
    ValueType,
    without_optional,
)
from comityc.syntax import nodes


def check(node: nodes.Expression, context: Context, expected: ValueType | None = None) -> ir.Expression:
    """Return the typed form of an expression; what is wrong with it goes into the bag, once."""
    match node:
        case nodes.Number() | nodes.Duration() | nodes.Text() | nodes.Truth() | nodes.Nothing():
            return _constant(node, expected)
        case nodes.Name():
            return references.check_name(node, context, expected)
        case nodes.Attribute():
            return parts.check_attribute(node, context)
        case nodes.Subscript():
            return parts.check_subscript(node, context)
        case nodes.Slice():
            return parts.check_slice(node, context)
        case nodes.Display():
            return displays.check_display(node, context, expected)
        case nodes.MapDisplay():
            return displays.check_map_display(node, context, expected)
        case nodes.Comprehension():
            return displays.check_comprehension(node, context, expected)
        case nodes.Unary():
            return operators.check_unary(node, context, expected)
        case nodes.Binary():
            return operators.check_binary(node, context, expected)
        case nodes.Comparison():
            return operators.check_comparison(node, context)
        case nodes.BoolOperation():
            operands = tuple(context.condition(operand) for operand in node.operands)
            return ir.BoolOperation(operator=node.operator, operands=operands, type=BoolType(), span=node.span)
        case nodes.Implies():
            left, right = context.condition(node.left), context.condition(node.right)
            return ir.Implies(left=left, right=right, type=BoolType(), span=node.span)
        case nodes.Conditional():
            return operators.check_conditional(node, context, expected)
        case nodes.Call():
            return calls.check_call(node, context, expected)
        case nodes.Range():
            context.report(
                NOT_HERE.at(
                    node.span,
                    "a range cannot stand here",
                    caret="`a..b` is for domains, bounds and parameters",
                    help="in an expression write `range(a, b + 1)`",
                )
            )
            return poison()
        case _:
            assert_never(node)


def _constant(
    node: nodes.Number | nodes.Duration | nodes.Text | nodes.Truth | nodes.Nothing, expected: ValueType | None
) -> ir.Expression:
    match node:
        case nodes.Number(value=number, span=span):
            return ir.Constant(value=number, type=IntType(), span=span)
        case nodes.Duration(milliseconds=milliseconds, span=span):
            return ir.DurationConstant(milliseconds=milliseconds, type=DurationType(), span=span)
        case nodes.Text(value=text, span=span):
            wanted = without_optional(expected) if expected is not None else None
            return ir.Constant(value=text, type=wanted if isinstance(wanted, IdType) else TextType(), span=span)
        case nodes.Truth(value=truth, span=span):
            return ir.Constant(value=truth, type=BoolType(), span=span)
        case nodes.Nothing(span=span):
            return ir.Constant(value=None, type=NothingType(), span=span)
        case _:
            assert_never(node)
