"""Texts come in as the scalars that a YAML file would hold; nodes go out in a form that shows how they are nested."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass

import pytest

from comityc.diagnostics.span import Span
from comityc.source.tree import Run, Scalar, Style
from comityc.syntax import nodes

ScalarOf = Callable[..., Scalar]
NormalForm = Callable[[object], str]


@pytest.fixture(scope="session")
def scalar_of() -> ScalarOf:
    """Make a scalar that stands in a file just as its text is."""

    def make(text: str, style: Style = "literal") -> Scalar:
        lines = text.split("\n")
        offsets = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
        runs = tuple(Run(offset, i, 1) for i, offset in enumerate(offsets, start=1))
        return Scalar(text, Span("spec.yaml", 1, 1, len(lines), len(lines[-1]) + 1), style, runs)

    return make


@pytest.fixture(scope="session")
def normal_form() -> NormalForm:
    """Print nodes in brackets: `a + b * c` as `(binary + a (binary * b c))`."""
    return _form


def _form(thing: object) -> str:
    match thing:
        case nodes.Name(text):
            return text
        case nodes.Number(value):
            return str(value)
        case nodes.Duration(milliseconds):
            return f"{milliseconds}ms"
        case nodes.Text(value):
            return repr(value)
        case nodes.Truth(value):
            return str(value).lower()
        case nodes.Nothing():
            return "none"
        case None:
            return "_"
        case str() | bool() | int():
            return str(thing)
        case tuple():
            return "[" + " ".join(_form(part) for part in thing) + "]"
        case _ if is_dataclass(thing):
            parts = [_form(getattr(thing, field.name)) for field in fields(thing) if field.name != "span"]
            return "(" + " ".join([type(thing).__name__.lower(), *parts]) + ")"
        case _:
            raise TypeError(thing)
