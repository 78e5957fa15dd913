"""A type comes in, the value that a variable of it starts with goes out: none, false, 0, empty, or an enum's first word."""

from fractions import Fraction

from comityc.diagnostics.span import Span
from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    BoolType,
    DurationType,
    EnumType,
    FractionType,
    HappeningType,
    IntType,
    ListType,
    MapType,
    NothingType,
    OptionalType,
    RecordType,
    SetType,
    TextType,
    ValueType,
)


def start_value(value_type: ValueType, span: Span) -> ir.Expression | None:
    """Return the start value of a type, or None for what has none: an instance, a message, an id, a digest, a time."""
    match value_type:
        case OptionalType() | NothingType() | HappeningType():
            # No variable holds a happening: that type stands for one that was reported already.
            return ir.Constant(value=None, type=NothingType(), span=span)
        case BoolType():
            return ir.Constant(value=False, type=value_type, span=span)
        case IntType():
            return ir.Constant(value=0, type=value_type, span=span)
        case FractionType():
            return ir.Constant(value=Fraction(0), type=value_type, span=span)
        case TextType():
            return ir.Constant(value="", type=value_type, span=span)
        case DurationType():
            return ir.DurationConstant(milliseconds=0, type=value_type, span=span)
        case EnumType(words=words) if words:
            return ir.Word(word=words[0], type=value_type, span=span)
        case SetType():
            return ir.SetOf(items=(), type=value_type, span=span)
        case ListType():
            return ir.ListOf(items=(), type=value_type, span=span)
        case MapType():
            return ir.MapOf(pairs=(), type=value_type, span=span)
        case RecordType(fields=fields):
            values = [(field.name, start_value(field.type, span)) for field in fields]
            filled = [(name, value) for name, value in values if value is not None]
            if len(filled) < len(values):
                return None
            return ir.RecordOf(fields=tuple(filled), type=value_type, span=span)
        case _:
            return None
