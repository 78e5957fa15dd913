"""What stands in YAML where a constant is expected comes in; a Value goes out: scalars, lists and maps of them.

A plain scalar that reads as an expression is one (`1/2`, `30s`, `1..4`, `least_loaded`); a quoted one, or one that does
not read so, is text: here YAML says what is text.
"""

from comityc.source.tree import Mapping, Scalar, Sequence, Tree
from comityc.syntax.nodes import Expression, Name, Text, Value
from comityc.syntax.parser import parse_domain
from comityc.syntax.reading import Reader


def build_value(reader: Reader, tree: Tree) -> Value:
    """Read a constant."""
    match tree:
        case Scalar():
            return Value(_scalar(tree), "scalar", tree.span)
        case Sequence(items):
            return Value(tuple(build_value(reader, item) for item in items), "list", tree.span)
        case Mapping(entries):
            pairs = tuple((Name(key.text, key.span), build_value(reader, value)) for key, value in entries)
            return Value(pairs, "map", tree.span)


def build_values(reader: Reader, tree: Tree | None) -> tuple[tuple[Name, Value], ...]:
    """Read the entries of a `with:`."""
    return tuple(
        (name, build_value(reader, value))
        for key, value in reader.entries(tree)
        if (name := reader.name(key)) is not None
    )


def _scalar(scalar: Scalar) -> Expression:
    if scalar.style == "plain":
        expression, _ = parse_domain(scalar)
        if expression is not None:
            return expression
    return Text(scalar.text, scalar.span)
