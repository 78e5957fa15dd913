"""Domains as written come in (`motion in text`, `0..3`, `others`); what there is to choose from goes out."""

from collections.abc import Iterable

from comityc.diagnostics.codes_names import NEEDS_BOUNDS, TYPE_MISMATCH
from comityc.lower.context import Context
from comityc.lower.expressions.displays import check_iterable
from comityc.lower.expressions.fitting import fits, is_unknown
from comityc.machine import expressions as ir
from comityc.machine.model import Domain, ExpressionDomain, TypeDomain
from comityc.machine.value_types import (
    BoolType,
    DigestType,
    DurationType,
    EnumType,
    FractionType,
    IdType,
    IntType,
    ListType,
    MapType,
    MessageType,
    OptionalType,
    RecordType,
    SetType,
    TextType,
    TimeType,
    ValueType,
    type_name,
)
from comityc.resolve.words import PLAIN_TYPES, TYPE_CONSTRUCTORS
from comityc.syntax import nodes


def check_domain(node: nodes.Expression, context: Context) -> Domain:
    """Return the domain: every value of a type, a range, or the elements of a collection."""
    written = type_as_written(node, context)
    if written is not None:
        return TypeDomain(type=context.lowering.types.resolve(written))
    if isinstance(node, nodes.Range):
        return ExpressionDomain(type=IntType(), values=range_of(node, context))
    values, item = check_iterable(node, context)
    return ExpressionDomain(type=item, values=values)


def range_of(node: nodes.Range, context: Context) -> ir.Expression:
    """Return `a..b`, both ends included, as the list of its numbers."""
    first, last = context.fit(node.first, IntType()), context.fit(node.last, IntType())
    one = ir.Constant(value=1, type=IntType(), span=node.span)
    if isinstance(last, ir.Constant) and isinstance(last.value, int):
        end: ir.Expression = ir.Constant(value=last.value + 1, type=IntType(), span=node.span)
    else:
        end = ir.Arithmetic(operator="+", left=last, right=one, type=IntType(), span=node.span)
    return ir.Function(name="range", arguments=(first, end), type=ListType(IntType()), span=node.span)


def type_as_written(node: nodes.Expression, context: Context) -> nodes.TypeName | None:
    """Return the type that a domain names (`Choice`, `text`, `set[Choice]`), or None when it is an expression.

    The name of a role is an expression: all its instances.
    """
    match node:
        case nodes.Name(text=text, span=span):
            declared = context.declarations
            is_type = text in PLAIN_TYPES or text in declared.types or text in declared.messages
            return nodes.TypeName(node, (), False, span) if is_type and context.kind_of(text) == "unknown" else None
        case nodes.Subscript(value=nodes.Name(text=text) as name, key=key, span=span) if text in TYPE_CONSTRUCTORS:
            keys = key.items if isinstance(key, nodes.Display) and key.kind == "tuple" else (key,)
            arguments = [type_as_written(item, context) or _role(item, context) for item in keys]
            known = tuple(argument for argument in arguments if argument is not None)
            return nodes.TypeName(name, known, False, span) if len(known) == len(arguments) else None
        case _:
            return None


def _role(node: nodes.Expression, context: Context) -> nodes.TypeName | None:
    if isinstance(node, nodes.Name) and node.text in context.declarations.roles:
        return nodes.TypeName(node, (), False, node.span)
    return None


def check_bounded(
    node: nodes.Expression, domain: Domain, name: nodes.Name, bounded: Iterable[str], context: Context
) -> None:
    """Report a decision among values without end, unless the bounds limit them."""
    if not isinstance(domain, TypeDomain):
        return
    endless = _endless(domain.type, {*bounded}, name.text)
    if endless is None:
        return
    key = type_name(endless)
    if isinstance(endless, IntType):
        context.report(
            NEEDS_BOUNDS.at(
                node.span,
                f"a choice among all values of {key} has no end",
                caret="checking needs bounds for it",
                help=f"add `bounds: {{{key if key != 'int' else name.text}: 0..3}}`; the generated code keeps the full type",
            )
        )
    else:
        context.report(
            NEEDS_BOUNDS.at(node.span, f"nobody can choose among all values of {key}", help="give a list of them")
        )


def _endless(value_type: ValueType, bounded: set[str], name: str) -> ValueType | None:
    """Return the part of a type whose values have no end within the bounds."""
    match value_type:
        case IntType(alias=alias):
            return None if {alias or "int", "int", name} & bounded else value_type
        case BoolType() | EnumType() | TextType() | IdType():
            return None
        case FractionType() | DurationType() | TimeType() | DigestType() | MessageType() | ListType():
            return value_type
        case OptionalType(item=item):
            return _endless(item, bounded, name)
        case SetType(item=item):
            return None if item is None else _endless(item, bounded, name)
        case MapType(key=key, value=value):
            parts = [_endless(part, bounded, name) for part in (key, value) if part is not None]
            return next((part for part in parts if part is not None), None)
        case RecordType(fields=fields):
            parts = [_endless(field.type, bounded, field.name) for field in fields]
            return next((part for part in parts if part is not None), None)
        case _:
            return None


def check_start_domain(node: nodes.Expression, needed: ValueType, context: Context) -> Domain:
    """Return where a variable starts; a map from instances starts with one value of the domain for each instance."""
    domain = check_domain(node, context)
    wanted = needed.value if isinstance(needed, MapType) and needed.value is not None else needed
    if not is_unknown(domain.type) and not fits(domain.type, wanted) and not fits(domain.type, needed):
        context.report(
            TYPE_MISMATCH.at(
                node.span, f"expected values of {type_name(wanted)}, found values of {type_name(domain.type)}"
            )
        )
    return domain
