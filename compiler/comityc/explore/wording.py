"""Values and typed expressions in; the same in the words of the spec out."""

from datetime import timedelta
from fractions import Fraction
from typing import Any, assert_never

from comity.values import Instance, Map, Word
from comityc.explore.values import in_order
from comityc.machine import expressions as x
from comityc.machine.value_types import RecordType
from comityc.naming import RESERVED

_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


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
        case int() | float() | str():
            return str(value)
        case timedelta():
            return duration(round(value / timedelta(milliseconds=1)))
        case frozenset():
            return f"{{{', '.join(map(show, in_order(value)))}}}" if value else "set()"
        case Map() | dict():
            return f"{{{', '.join(f'{show(key)}: {show(item)}' for key, item in value.items())}}}"
        case _:
            return _show_compound(value)


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


def duration(milliseconds: int) -> str:
    """Return a duration with the largest unit that measures it out: `2h`, `90s`, `150ms`."""
    for unit, size in _UNITS:
        if milliseconds % size == 0 and milliseconds:
            return f"{milliseconds // size}{unit}"
    return "0s"


# How tightly a form binds, loosest first; an operand that binds looser than its place gets parentheses.
_CONDITIONAL, _IMPLIES, _OR, _AND, _NOT, _COMPARISON, _UNION, _INTERSECTION, _SUM, _PRODUCT, _SIGN, _ATOM = range(12)
_ARITHMETIC = {
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "//": _PRODUCT,
    "%": _PRODUCT,
    "&": _INTERSECTION,
    "|": _UNION,
}


def spell(expression: x.Expression) -> str:
    """Return an expression as a spec would write it."""
    return _spell(expression)[0]


def _at(expression: x.Expression, place: int) -> str:
    text, binding = _spell(expression)
    return f"({text})" if binding < place else text


def _spell(expression: x.Expression) -> tuple[str, int]:
    match expression:
        case x.Unwrap(value=value):
            return _spell(value)
        case x.Not(value=x.InState() as inside):
            return f"{_at(inside.instance, _UNION)} not in {_states(inside.states)}", _COMPARISON
        case x.Not(value=x.InCondition() as inside):
            return f"{_at(inside.instance, _UNION)} not in {inside.condition}", _COMPARISON
        case x.Not(value=value):
            return f"not {_at(value, _NOT)}", _NOT
        case x.Negative(value=value):
            return f"-{_at(value, _SIGN)}", _SIGN
        case x.Arithmetic(operator=operator, left=left, right=right):
            place = _ARITHMETIC[operator]
            return f"{_at(left, place)} {operator} {_at(right, place + 1)}", place
        case x.Comparison(first=first, rest=rest):
            return _at(first, _UNION) + "".join(f" {_compared(o, e)}" for o, e in rest), _COMPARISON
        case x.BoolOperation(operator=operator, operands=operands):
            place = _AND if operator == "and" else _OR
            # Asked of an instance that may be of several roles, a state is one operand for each role: said once.
            told = list(dict.fromkeys(_at(operand, place + 1) for operand in operands))
            return f" {operator} ".join(told), place if len(told) > 1 else _COMPARISON
        case x.Implies(left=left, right=right):
            return f"{_at(left, _OR)} implies {_at(right, _IMPLIES)}", _IMPLIES
        case x.Conditional(condition=condition, then=then, otherwise=otherwise):
            return f"{_at(then, _OR)} if {_at(condition, _OR)} else {_at(otherwise, _CONDITIONAL)}", _CONDITIONAL
        case x.InState(instance=instance, states=states):
            return f"{_at(instance, _UNION)} in {_states(states)}", _COMPARISON
        case x.InCondition(instance=instance, condition=condition):
            return f"{_at(instance, _UNION)} in {condition}", _COMPARISON
        case _:
            return _spell_atom(expression), _ATOM


def _compared(operator: str, operand: x.Expression) -> str:
    if isinstance(operand, x.Constant) and operand.value is None and operator in ("==", "!="):
        return "is none" if operator == "==" else "is not none"
    return f"{operator} {_at(operand, _UNION)}"


def _states(states: tuple[str, ...]) -> str:
    return states[0] if len(states) == 1 else f"({', '.join(states)})"


def _spell_atom(expression: Any) -> str:
    match expression:
        case x.Constant(value=value):
            return f'"{value}"' if isinstance(value, str) else show(value)
        case x.DurationConstant(milliseconds=milliseconds):
            return duration(milliseconds)
        case x.Word(word=word):
            return word
        case x.Parameter(name=name) | x.Variable(name=name) | x.SharedVariable(name=name) | x.Local(name=name):
            return name
        case x.RoleInstances(role=role) | x.SingleInstance(role=role):
            return role
        case x.Self():
            return "self"
        case x.Sender():
            return "sender"
        case x.Received():
            return "msg"
        case x.Now():
            return "now"
        case x.Others():
            return "others"
        case x.InstanceVariable(instance=instance, name=name):
            return f"{_at(instance, _ATOM)}.{name}"
        case x.InstanceIndex(instance=instance):
            return f"{_at(instance, _ATOM)}.index"
        case x.InstanceAt(role=role, index=index):
            return f"{role}[{spell(index)}]"
        case x.Field(value=value, name=name):
            return f"{_at(value, _ATOM)}.{name}"
        case x.Item(value=value, key=key):
            return f"{_at(value, _ATOM)}[{spell(key)}]"
        case x.Slice():
            return _spell_slice(expression)
        case _:
            return _spell_built(expression)


def _spell_slice(expression: x.Slice) -> str:
    start, stop, step = (
        spell(e) if e is not None else "" for e in (expression.start, expression.stop, expression.step)
    )
    return f"{_at(expression.value, _ATOM)}[{start}:{stop}{':' + step if step else ''}]"


def _spell_built(expression: Any) -> str:
    match expression:
        case x.ListOf(items=items):
            return f"[{_listed(items)}]"
        case x.SetOf(items=items):
            return f"{{{_listed(items)}}}" if items else "set()"
        case x.MapOf(pairs=pairs):
            return f"{{{', '.join(f'{spell(k)}: {spell(v)}' for k, v in pairs)}}}"
        case x.TupleOf(items=items):
            return f"({_listed(items)}{',' if len(items) == 1 else ''})"
        case x.RecordOf(fields=fields, type=record):
            name = record.name if isinstance(record, RecordType) else "record"
            return f"{name}({', '.join(f'{n}={spell(e)}' for n, e in fields)})"
        case x.Comprehension():
            return _spell_comprehension(expression)
        case x.Function():
            return _spell_function(expression)
        case x.DefinitionCall(definition=definition, arguments=arguments):
            return f"{definition.name}({_listed(arguments)})" if arguments else definition.name
        case x.MapMethod(name=name, value=value, arguments=arguments):
            return f"{_at(value, _ATOM)}.{name}({_listed(arguments)})"
        case x.Old(value=value):
            return f"old({spell(value)})"
        case x.Digest(arguments=arguments):
            return f"digest({_listed(arguments)})"
        case x.Fresh():
            return "fresh()"
        case x.ActQuery(name=name, act=act, arguments=narrowed):
            return f"{name}({', '.join([act, *(f'{n}={spell(e)}' for n, e in narrowed)])})"
        case _:
            assert_never(expression)


def _listed(items: tuple[x.Expression, ...]) -> str:
    return ", ".join(map(spell, items))


def _spell_function(expression: x.Function) -> str:
    arguments = list(expression.arguments)
    parts = []
    for argument in arguments:
        text = spell(argument)
        bare = isinstance(argument, x.Comprehension) and argument.kind == "generator"
        parts.append(
            text[1:-1] if bare and len(arguments) == 1 and not expression.key and not expression.default else text
        )
    if expression.key is not None:
        parts.append(f"key={expression.key.name}")
    if expression.default is not None:
        parts.append(f"default={spell(expression.default)}")
    return f"{expression.name}({', '.join(parts)})"


def _spell_comprehension(expression: x.Comprehension) -> str:
    element = spell(expression.element)
    if expression.value is not None:
        element += f": {spell(expression.value)}"
    text = f"{element} {' '.join(map(spell_clause, expression.clauses))}"
    match expression.kind:
        case "list":
            return f"[{text}]"
        case "generator":
            return f"({text})"
        case "set" | "map":
            return f"{{{text}}}"


def spell_clause(clause: x.Clause) -> str:
    """Return `for v in voter if v in done`."""
    names = ", ".join(name for name, _ in clause.targets)
    conditions = "".join(f" if {_at(condition, _OR)}" for condition in clause.conditions)
    return f"for {names} in {_at(clause.iterable, _OR)}{conditions}"
