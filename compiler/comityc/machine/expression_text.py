"""Typed expressions and statements come in, text goes out as a spec would write it, with brackets only where needed."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import assert_never

from comityc.machine import expressions as ir
from comityc.machine.model import Domain, TypeDomain
from comityc.machine.value_types import InstanceType, RecordField, type_name

# How tightly a form binds; a part that binds looser than its place stands in brackets.
_IMPLIES, _CONDITIONAL, _OR, _AND, _NOT, _COMPARISON, _BAR, _AMPERSAND, _SUM, _PRODUCT, _NEGATIVE, _ATOM = range(12)

_BINDING = {
    "|": _BAR, "&": _AMPERSAND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT, "%": _PRODUCT,
}  # fmt: skip

_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


def expression_text(expression: ir.Expression) -> str:
    """Return an expression as a spec would write it."""
    return _text(expression, _IMPLIES)


def _text(node: ir.Expression, place: int) -> str:
    text, binding = _form(node)
    return f"({text})" if binding < place else text


def _form(node: ir.Expression) -> tuple[str, int]:
    match node:
        case ir.Not(value=ir.InState() | ir.InCondition() as asked):
            return _asked(asked, "not in"), _COMPARISON
        case ir.Not() | ir.Negative() | ir.Arithmetic() | ir.Comparison() | ir.BoolOperation() | ir.Implies():
            return _operation(node)
        case ir.Conditional(condition=condition, then=then, otherwise=otherwise):
            parts = (_text(then, _OR), _text(condition, _OR), _text(otherwise, _CONDITIONAL))
            return f"{parts[0]} if {parts[1]} else {parts[2]}", _CONDITIONAL
        case ir.InState() | ir.InCondition():
            return _asked(node, "in"), _COMPARISON
        case ir.Constant(value=value):
            return _constant(value)
        case _:
            return _atom(node), _ATOM


def _asked(node: ir.InState | ir.InCondition, operator: str) -> str:
    instance = _text(node.instance, _BAR)
    if isinstance(node, ir.InCondition):
        return f"{instance} {operator} {node.condition}"
    # Of an instance that may be of several roles, the role says whose state is meant.
    several = isinstance(node.instance.type, InstanceType) and len(node.instance.type.roles) > 1
    states = [f"{node.role}.{state}" if several else state for state in node.states]
    wanted = states[0] if len(states) == 1 else f"({', '.join(states)})"
    return f"{instance} {operator} {wanted}"


def _operation(
    node: ir.Not | ir.Negative | ir.Arithmetic | ir.Comparison | ir.BoolOperation | ir.Implies,
) -> tuple[str, int]:
    match node:
        case ir.Not(value=value):
            return f"not {_text(value, _NOT)}", _NOT
        case ir.Negative(value=value):
            return f"-{_text(value, _NEGATIVE)}", _NEGATIVE
        case ir.Arithmetic(operator=operator, left=left, right=right):
            binding = _BINDING[operator]
            return f"{_text(left, binding)} {operator} {_text(right, binding + 1)}", binding
        case ir.Comparison(first=first, rest=rest):
            chain = "".join(f" {operator} {_text(operand, _BAR)}" for operator, operand in rest)
            return _text(first, _BAR) + chain, _COMPARISON
        case ir.BoolOperation(operator=operator, operands=operands):
            binding = _AND if operator == "and" else _OR
            return f" {operator} ".join(_text(operand, binding + 1) for operand in operands), binding
        case ir.Implies(left=left, right=right):
            return f"{_text(left, _CONDITIONAL)} implies {_text(right, _IMPLIES)}", _IMPLIES
        case _:
            assert_never(node)


def _constant(value: bool | int | Fraction | str | None) -> tuple[str, int]:
    match value:
        case None:
            return "none", _ATOM
        case bool():
            return ("true" if value else "false"), _ATOM
        case int():
            return str(value), _ATOM if value >= 0 else _NEGATIVE
        case Fraction():
            return f"{value.numerator}/{value.denominator}", _PRODUCT
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"', _ATOM


def _atom(node: ir.Expression) -> str:
    match node:
        case ir.DurationConstant(milliseconds=milliseconds):
            return duration_text(milliseconds)
        case ir.Word(word=word):
            return word
        case ir.Parameter(name=name) | ir.Variable(name=name) | ir.SharedVariable(name=name) | ir.Local(name=name):
            return name
        case ir.InstanceVariable(instance=instance, name=name):
            return f"{_text(instance, _ATOM)}.{name}"
        case ir.Self():
            return "self"
        case ir.Sender():
            return "sender"
        case ir.Received():
            return "msg"
        case ir.Now():
            return "now"
        case ir.Others():
            return "others"
        case ir.RoleInstances(role=role) | ir.SingleInstance(role=role):
            return role
        case ir.InstanceAt(role=role, index=index):
            return f"{role}[{expression_text(index)}]"
        case ir.Unwrap(value=value):
            return f"{_text(value, _ATOM)}!"
        case ir.Field(value=value, name=name):
            return f"{_text(value, _ATOM)}.{name}"
        case ir.InstanceIndex(instance=instance):
            return f"{_text(instance, _ATOM)}.index"
        case ir.Item(value=value, key=key):
            return f"{_text(value, _ATOM)}[{expression_text(key)}]"
        case ir.Slice(value=value, start=start, stop=stop, step=step):
            ends = ["" if end is None else expression_text(end) for end in (start, stop)]
            last = "" if step is None else f":{expression_text(step)}"
            return f"{_text(value, _ATOM)}[{ends[0]}:{ends[1]}{last}]"
        case _:
            return _built(node)


def _built(node: ir.Expression) -> str:
    match node:
        case ir.ListOf(items=items):
            return f"[{_list(items)}]"
        case ir.SetOf(items=items):
            return f"{{{_list(items)}}}" if items else "set()"
        case ir.MapOf(pairs=pairs):
            return f"{{{', '.join(f'{expression_text(k)}: {expression_text(v)}' for k, v in pairs)}}}"
        case ir.TupleOf(items=items):
            return f"({_list(items)}{',' * (len(items) == 1)})"
        case ir.RecordOf(fields=fields):
            return f"{type_name(node.type)}({_named(fields)})"
        case ir.Comprehension():
            return _comprehension(node)
        case ir.Function():
            return _function(node)
        case ir.DefinitionCall(definition=definition, arguments=arguments):
            variant = f"#{definition.variant}" if definition.variant else ""
            return f"{definition.name}{variant}" + (f"({_list(arguments)})" if arguments else "")
        case ir.MapMethod(name=name, value=value, arguments=arguments):
            return f"{_text(value, _ATOM)}.{name}({_list(arguments)})"
        case ir.Old(value=value):
            return f"old({expression_text(value)})"
        case ir.Digest(arguments=arguments):
            return f"digest({_list(arguments)})"
        case ir.Fresh():
            return "fresh()"
        case ir.ActQuery(name=name, act=act, arguments=arguments):
            return f"{name}({', '.join([act, *([_named(arguments)] if arguments else [])])})"
        case _:
            raise AssertionError(f"{type(node).__name__} is not an atom")


def _comprehension(node: ir.Comprehension) -> str:
    element = expression_text(node.element)
    if node.value is not None:
        element += f": {expression_text(node.value)}"
    text = f"{element} {' '.join(clause_text(clause) for clause in node.clauses)}"
    brackets = {"list": "[]", "set": "{}", "map": "{}", "generator": "()"}[node.kind]
    return f"{brackets[0]}{text}{brackets[1]}"


def _function(node: ir.Function) -> str:
    arguments = [expression_text(argument) for argument in node.arguments]
    only = node.arguments[0] if len(node.arguments) == 1 else None
    parts = list(arguments)
    if node.key is not None:
        parts.append(f"key={node.key.name}" + (f"#{node.key.variant}" if node.key.variant else ""))
    if node.default is not None:
        parts.append(f"default={expression_text(node.default)}")
    if isinstance(only, ir.Comprehension) and only.kind == "generator" and len(parts) == 1:
        parts = [arguments[0][1:-1]]
    return f"{node.name}({', '.join(parts)})"


def _list(items: Iterable[ir.Expression]) -> str:
    return ", ".join(expression_text(item) for item in items)


def _named(values: Iterable[tuple[str, ir.Expression]]) -> str:
    return ", ".join(f"{name}={expression_text(value)}" for name, value in values)


def duration_text(milliseconds: int) -> str:
    """Return a duration in the largest unit that says it exactly: `90s`, `2h`."""
    for unit, length in _UNITS:
        if milliseconds and milliseconds % length == 0:
            return f"{milliseconds // length}{unit}"
    return "0s"


def clause_text(clause: ir.Clause) -> str:
    """Return `for a, b in xs if p`."""
    targets = ", ".join(name for name, _ in clause.targets)
    conditions = "".join(f" if {_text(condition, _OR)}" for condition in clause.conditions)
    return f"for {targets} in {_text(clause.iterable, _OR)}{conditions}"


def domain_text(domain: Domain) -> str:
    """Return a type, or the expression of a collection."""
    return type_name(domain.type) if isinstance(domain, TypeDomain) else expression_text(domain.values)


def field_texts(fields: Iterable[RecordField]) -> list[str]:
    """Return `name: type` of each field."""
    return [f"{field.name}: {type_name(field.type)}" for field in fields]


# ---- statements


def statement_lines(body: Iterable[ir.Statement]) -> Iterator[str]:
    """Yield statements line by line, indented like Python."""
    for statement in body:
        yield from _statement(statement)


def _statement(statement: ir.Statement) -> Iterator[str]:
    match statement:
        case ir.Assign(target=target, operator=operator, value=value):
            yield f"{target_text(target)} {operator} {expression_text(value)}"
        case ir.Delete(target=target):
            yield f"del {target_text(target)}"
        case ir.Mutate(target=target, method=method, arguments=arguments):
            yield f"{target_text(target)}.{method}({_list(arguments)})"
        case ir.If(branches=branches, otherwise=otherwise):
            for word, (condition, body) in zip(["if", *["elif"] * len(branches)], branches, strict=False):
                yield f"{word} {expression_text(condition)}:"
                yield from _indented(body)
            if otherwise:
                yield "else:"
                yield from _indented(otherwise)
        case ir.For(clause=clause, body=body):
            yield f"{clause_text(clause)}:"
            yield from _indented(body)
        case ir.Send(message=message, fields=fields, to=to):
            yield f"send {message}({_named(fields)}) to {expression_text(to)}"
        case ir.Let(name=name, value=value):
            yield f"let {name} = {expression_text(value)}"
        case _:
            assert_never(statement)


def _indented(body: Iterable[ir.Statement]) -> Iterator[str]:
    for line in statement_lines(body):
        yield f"    {line}"


def target_text(target: ir.Target) -> str:
    """Return the place that a statement changes: `view[m].status`."""
    text = target.variable
    for step in target.path:
        text += f".{step}" if isinstance(step, str) else f"[{expression_text(step)}]"
    return text
