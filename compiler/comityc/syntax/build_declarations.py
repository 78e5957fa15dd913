"""The trees of `parameters`, `types`, `messages`, `variables` and `define` come in; their nodes go out."""

from comityc.source.tree import Mapping, Scalar, Sequence, Tree
from comityc.syntax.build_values import build_value
from comityc.syntax.nodes import (
    DefineNode,
    FieldNode,
    MessageNode,
    NamedExpression,
    ParameterNode,
    TypeNode,
    Value,
    VariableNode,
)
from comityc.syntax.parser import (
    parse_head,
    parse_statements,
    parse_type,
    parse_variable,
)
from comityc.syntax.reading import Reader


def build_parameter(reader: Reader, key: Scalar, tree: Tree) -> ParameterNode | None:
    """Read `voters: {type: int, default: 3, range: 1..100}`, or `voters: int = 3`."""
    name = reader.name(key)
    if isinstance(tree, Scalar):
        short = reader.parsed(parse_variable, tree)
        if name is None or short is None:
            return None
        value = None if short.default is None else Value(short.default, "scalar", short.default.span)
        return ParameterNode(name, short.type, value, None, "", key.span)
    if not isinstance(tree, Mapping):
        return None
    type_name = reader.parsed(parse_type, tree.get("type"))
    default = tree.get("default")
    value = None if default is None else build_value(reader, default)
    limits = reader.ends(tree.get("range"))
    if name is None or type_name is None:
        return None
    return ParameterNode(name, type_name, value, limits, reader.text(tree.get("doc")), key.span)


def build_type(reader: Reader, key: Scalar, tree: Tree) -> TypeNode | None:
    """Read an enum's words, a record's fields, or another name for a type."""
    name = reader.name(key)
    words, fields, alias = None, None, None
    match tree:
        case Sequence():
            words = reader.names(tree)
        case Mapping():
            fields = build_fields(reader, tree)
        case Scalar():
            alias = reader.parsed(parse_type, tree)
            if alias is None:
                return None
    return None if name is None else TypeNode(name, words, fields, alias, key.span)


def build_message(reader: Reader, key: Scalar, tree: Tree) -> MessageNode | None:
    """Read `Ballot: {choice: Choice}`, or the long form with `fields`, `order` and `doc`."""
    name = reader.name(key)
    fields: Tree = tree
    order = doc = None
    if isinstance(tree, Mapping) and isinstance(long_fields := tree.get("fields"), Mapping):
        fields, order, doc = long_fields, tree.get("order"), tree.get("doc")
    made = build_fields(reader, fields)
    if name is None:
        return None
    return MessageNode(name, made, reader.text(order) == "fifo", reader.text(doc), key.span)


def build_fields(reader: Reader, tree: Tree) -> tuple[FieldNode, ...]:
    """Read names with types."""
    fields = []
    for key, value in reader.entries(tree):
        name, type_name = reader.name(key), reader.parsed(parse_type, value)
        if name is not None and type_name is not None:
            fields.append(FieldNode(name, type_name, key.span))
    return tuple(fields)


def build_variable(reader: Reader, key: Scalar, tree: Tree) -> VariableNode | None:
    """Read `attempt: int = 0`, or the long form."""
    name = reader.name(key)
    if isinstance(tree, Scalar):
        short = reader.parsed(parse_variable, tree)
        if name is None or short is None:
            return None
        return VariableNode(name, short.type, short.default, None, False, True, False, "", key.span)
    if not isinstance(tree, Mapping):
        return None
    type_name = reader.parsed(parse_type, tree.get("type"))
    default = reader.expression(tree.get("default"))
    start_in = reader.domain(tree.get("start_in"))
    if name is None or type_name is None:
        return None
    return VariableNode(
        name,
        type_name,
        default,
        start_in,
        ghost=reader.truth(tree.get("ghost")),
        durable=reader.truth(tree.get("durable"), otherwise=True),
        once=reader.truth(tree.get("once")),
        doc=reader.text(tree.get("doc")),
        span=key.span,
    )


def build_define(reader: Reader, key: Scalar, tree: Tree) -> DefineNode | None:
    """Read a named expression, or a named block: the one that stands behind `|`."""
    head = reader.parsed(parse_head, key)
    if isinstance(tree, Scalar) and tree.style == "literal":
        statements = reader.parsed(parse_statements, tree)
        if head is None or statements is None:
            return None
        return DefineNode(head.name, head.arguments, None, statements, key.span)
    expression = reader.expression(tree)
    if head is None or expression is None:
        return None
    return DefineNode(head.name, head.arguments, expression, None, key.span)


def build_assumption(reader: Reader, key: Scalar, tree: Tree) -> NamedExpression | None:
    """Read a condition on parameters, under a name in plain words."""
    name, expression = reader.phrase(key), reader.expression(tree)
    if name is None or expression is None:
        return None
    return NamedExpression(name, expression, key.span)
