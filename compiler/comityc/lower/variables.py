"""Parameters, assumptions and variables as written come in; declarations with all defaults filled in go out."""

from collections.abc import Mapping

from comityc.diagnostics.codes_names import NO_START_VALUE, WRONG_ENVELOPE
from comityc.lower.constants import constant, duration_range
from comityc.lower.context import Context, Lowering, Place, with_article
from comityc.lower.domains import check_start_domain
from comityc.lower.expressions.fitting import is_unknown, poison
from comityc.lower.expressions.start_values import start_value
from comityc.machine import expressions as ir
from comityc.machine.model import Assumption, Domain, ParameterDeclaration, VariableDeclaration
from comityc.machine.value_types import (
    DurationType,
    FractionType,
    InstanceType,
    IntType,
    ListType,
    MapType,
    NothingType,
    ValueType,
    type_name,
)
from comityc.resolve.scopes import ParameterSymbol, VariableSymbol
from comityc.syntax import nodes

LONGEST = "{}_longest"
"""The name of the other end of a duration parameter that is given as a range."""


def constants(lowering: Lowering) -> Context:
    """Return the context in which only parameters count."""
    return Context(lowering, Place("constant"))


# ---- parameters


def lower_parameters(lowering: Lowering) -> tuple[ParameterDeclaration, ...]:
    """Return the parameters; a duration that is a range becomes two, its shortest and its longest."""
    context = constants(lowering)
    declared: list[ParameterDeclaration] = []
    for symbol in lowering.declarations.parameters.values():
        declared += _ranged(symbol, context) if symbol.ranged else [_parameter(symbol, context)]
    return tuple(declared)


def _parameter(symbol: ParameterSymbol, context: Context) -> ParameterDeclaration:
    node = symbol.node
    name, span = node.name.text, node.span
    default = None if node.default is None else constant(node.default, symbol.type, context, f"`{name}`")
    limits = _limits(symbol, context)
    return ParameterDeclaration(name=name, type=symbol.type, default=default, range=limits, doc=node.doc, span=span)


def _limits(symbol: ParameterSymbol, context: Context) -> tuple[ir.Expression, ir.Expression] | None:
    limits = symbol.node.range
    if limits is None:
        return None
    if not isinstance(symbol.type, IntType | FractionType | DurationType):
        if not is_unknown(symbol.type):
            context.report(
                WRONG_ENVELOPE.at(
                    limits.span,
                    f"{with_article(type_name(symbol.type))} has no range",
                    caret="only numbers and durations have",
                )
            )
        return None
    return context.fit(limits.first, symbol.type), context.fit(limits.last, symbol.type)


def _ranged(symbol: ParameterSymbol, context: Context) -> list[ParameterDeclaration]:
    node = symbol.node
    ends = None if node.default is None else duration_range(node.default, context)
    limits = _limits(symbol, context)
    names = (node.name.text, LONGEST.format(node.name.text))
    return [
        ParameterDeclaration(
            name=name,
            type=symbol.type,
            default=None if ends is None else ends[which],
            range=limits,
            doc=node.doc,
            span=node.span,
        )
        for which, name in enumerate(names)
    ]


def lower_assumptions(lowering: Lowering) -> tuple[Assumption, ...]:
    """Return the named conditions on parameters."""
    context = constants(lowering)
    return tuple(
        Assumption(name=node.name.text, condition=context.condition(node.expression), span=node.span)
        for node in lowering.declarations.protocol.assumptions
    )


# ---- variables


def lower_variables(
    variables: Mapping[str, VariableSymbol], role: str | None, lowering: Lowering
) -> tuple[VariableDeclaration, ...]:
    """Return the variables of a role, or the shared ones, each with what it starts with."""
    context = Context(lowering, Place("start", role))
    return tuple(_variable(symbol, context) for symbol in variables.values())


def _variable(symbol: VariableSymbol, context: Context) -> VariableDeclaration:
    node = symbol.node
    start_in = None if node.start_in is None else check_start_domain(node.start_in, symbol.type, context)
    return VariableDeclaration(
        name=node.name.text,
        type=symbol.type,
        default=_default(symbol, start_in, context),
        start_in=start_in,
        ghost=node.ghost,
        durable=node.durable,
        once=node.once,
        doc=node.doc,
        span=node.span,
    )


def _default(symbol: VariableSymbol, start_in: Domain | None, context: Context) -> ir.Expression:
    node, needed = symbol.node, symbol.type
    if node.default is not None:
        if start_in is not None:
            context.report(
                WRONG_ENVELOPE.at(
                    node.span, f"`{node.name.text}` has both a start value and `start_in`", help="keep one of them"
                )
            )
        return context.fit(node.default, needed, f"`{node.name.text}`")
    if is_unknown(needed):
        return poison()
    if start_in is not None:
        return _first_of(node, needed, context)
    value = start_value(needed, node.span)
    if value is None:
        context.report(
            NO_START_VALUE.at(
                node.span,
                f"`{node.name.text}` needs a start value",
                caret=f"{type_name(needed)} has none of its own",
                help=f"make it optional, `{type_name(needed)}?`, or give it one, `{node.name.text}: {type_name(needed)} = ...`",
            )
        )
        return poison()
    return value


def _first_of(node: nodes.VariableNode, needed: ValueType, context: Context) -> ir.Expression:
    """Return what generated code starts with when it is told nothing: the lowest of a range, else the type's start value."""
    if isinstance(node.start_in, nodes.Range):
        return context.fit(node.start_in.first, needed)
    if isinstance(needed, MapType) and isinstance(needed.key, InstanceType) and needed.value is not None:
        return _for_each_instance(node, needed.key, needed.value, needed)
    value = start_value(needed, node.span)
    if value is None:
        return ir.Constant(value=None, type=NothingType(), span=node.span)
    return value


def _for_each_instance(
    node: nodes.VariableNode, key: InstanceType, value_type: ValueType, needed: ValueType
) -> ir.Expression:
    value = start_value(value_type, node.span) or ir.Constant(value=None, type=NothingType(), span=node.span)
    instances = ir.RoleInstances(role=key.roles[0], type=ListType(key), span=node.span)
    clause = ir.Clause(targets=(("instance", key),), iterable=instances)
    name = ir.Local(name="instance", type=key, span=node.span)
    return ir.Comprehension(kind="map", element=name, value=value, clauses=(clause,), type=needed, span=node.span)


def lower_count(node: nodes.RoleNode, lowering: Lowering) -> ir.Expression | None:
    """Return how many instances a role has."""
    if node.count is None:
        return None
    return constants(lowering).fit(node.count, IntType(), "the number of instances")
