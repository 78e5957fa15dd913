"""Values and typed expressions in; the same in the words of the spec out."""

from dataclasses import fields
from datetime import timedelta
from fractions import Fraction
from typing import Any

from comity.record import describe_time
from comity.values import Instance, Map, Word
from comityc.explore.engine.moments import SomeTime
from comityc.explore.engine.values import in_order
from comityc.machine.expression_text import clause_text, duration_text, expression_text
from comityc.machine.expressions import Clause, Expression, Node, Unwrap
from comityc.naming import RESERVED


def show(value: Any) -> str:
    """Return a value as a spec would write it: `yes`, `none`, `voter[0]`, `{voter[0]: yes}`, `Ballot(choice=yes)`."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case Word() | Instance():
            return str(value)
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case float():
            return _show_moment(value)
        case int() | str():
            return str(value)
        case timedelta():
            return duration_text(round(value / timedelta(milliseconds=1)))
        case frozenset():
            return f"{{{', '.join(map(show, in_order(value)))}}}" if value else "set()"
        case Map() | dict():
            return f"{{{', '.join(f'{show(key)}: {show(item)}' for key, item in value.items())}}}"
        case _:
            return _show_compound(value)


def _show_moment(seconds: float) -> str:
    """Return a moment as it lies to the present one."""
    if isinstance(seconds, SomeTime):
        return "some time"
    if not seconds:
        return "now"
    return f"in {describe_time(seconds)}" if seconds > 0 else f"{describe_time(-seconds)} ago"


def _show_compound(value: Any) -> str:
    names = getattr(value, "_fields", None) or getattr(type(value), "__dataclass_fields__", None)
    if names is not None:
        fields = ", ".join(f"{spec_name(name)}={show(getattr(value, name))}" for name in names)
        return f"{type(value).__name__}({fields})" if fields else type(value).__name__
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(show, value))}]"
    return str(value)


def spec_name(python_name: str) -> str:
    """Return what the spec calls a variable or a field of the generated module."""
    return python_name[:-1] if python_name.endswith("_") and python_name[:-1] in RESERVED else python_name


def spell(expression: Expression) -> str:
    """Return an expression as the spec has it, without the marks where the lowering takes an optional as given."""
    return expression_text(_without_marks(expression))


def spell_clause(clause: Clause) -> str:
    """Return `for a in xs if p` as the spec has it."""
    return clause_text(_without_marks(clause))


def _without_marks(part: Any) -> Any:
    if isinstance(part, Unwrap):
        return _without_marks(part.value)
    if isinstance(part, tuple):
        return tuple(map(_without_marks, part))
    if isinstance(part, Node | Clause):
        return type(part)(**{field.name: _without_marks(getattr(part, field.name)) for field in fields(part)})
    return part
