"""A domain, a loop or a deadline comes in, the Python for its values, or for taking one of them from an event, goes out."""

from typing import assert_never

from comityc.backends.python.context import Context
from comityc.backends.python.contexts import MachineContext, each
from comityc.backends.python.expressions import ATOM, clause_text, emit, emit_iterable
from comityc.backends.python.literals import text_literal
from comityc.machine import expressions as ir
from comityc.machine import value_types as types
from comityc.machine.expressions import Expression
from comityc.machine.model import Domain, ExpressionDomain, TypeDomain
from comityc.machine.value_types import ValueType


def is_always(guard: Expression | None) -> bool:
    """Say whether a guard holds whatever the state."""
    return guard is None or (isinstance(guard, ir.Constant) and guard.value is True)


def listing(loop: ir.Clause, context: Context) -> str:
    """Return the elements of a `for`: bound values, or pairs of them."""
    if not loop.conditions:
        return emit_iterable(loop.iterable, context, in_order=False)
    names = [context.local(name) for name, _ in loop.targets]
    element = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return f"[{element} {clause_text(loop, context, in_order=False)}]"


def moment(deadline: Expression, context: Context) -> str:
    """Return the time at which an `at:` is due, or what yields None while it is not set."""
    match deadline:
        case ir.Unwrap(value=value):
            return moment(value, context)
        case ir.Item(value=value, key=key) if isinstance(value.type, types.MapType):
            return f"{emit(value, context, ATOM)}.get({emit(key, context)})"
        case _:
            return emit(deadline, context, ATOM)


def finite_values(domain: Domain, context: MachineContext) -> str | None:
    """Return all values of a domain, in order and each once, as a tuple; None for a type without an end."""
    match domain:
        case TypeDomain(type=value_type):
            return _values_of_type(value_type, context)
        case ExpressionDomain(values=values):
            match values:
                case ir.Others() | ir.RoleInstances():
                    return emit(values, context)
                case ir.Function(name="range"):
                    return f"tuple({emit_iterable(values, context, in_order=True)})"
                case _ if isinstance(values.type, types.SetType):
                    return f"tuple({emit_iterable(values, context, in_order=True)})"
                case ir.Comprehension(
                    clauses=(ir.Clause(iterable=ir.Others() | ir.RoleInstances()),), element=ir.Local()
                ):
                    return emit(values, context)
                case _:
                    return f"tuple(dict.fromkeys({emit_iterable(values, context, in_order=True)}))"
        case _:
            assert_never(domain)


def choices(domain: Domain, context: MachineContext) -> str | None:
    """Return the same, where a range may stay one: nobody lists a million amounts to offer them."""
    match domain:
        case ExpressionDomain(values=ir.Function(name="range") as values):
            return emit_iterable(values, context, in_order=True)
        case _:
            return finite_values(domain, context)


def _values_of_type(value_type: ValueType, context: MachineContext) -> str | None:
    names = context.names
    match value_type:
        case types.BoolType():
            return "(False, True)"
        case types.EnumType(name=name):
            return f"tuple({names.type(name)})"
        case types.InstanceType(roles=roles):
            counted = {role.name for role in names.machine.roles if role.count is not None}
            if len(roles) == 1 and roles[0] in counted:
                return f"self.{each(roles[0])}"
            parts = [f"*self.{each(role)}" if role in counted else names.single(role) for role in roles]
            return f"({', '.join(parts)},)" if len(parts) == 1 else f"({', '.join(parts)})"
        case types.OptionalType(item=item):
            inner = _values_of_type(item, context)
            return None if inner is None else f"(None, *{inner})"
        case _:
            return None


def can_be_empty(domain: Domain) -> bool:
    """Say whether there may be nothing to take from a domain: a type with values of its own always has one."""
    return not (isinstance(domain, TypeDomain) and isinstance(domain.type, types.BoolType | types.EnumType))


def decided(domain: Domain | None, context: MachineContext) -> tuple[str, str]:
    """Return what takes a decided value from its event, or refuses it, and the annotation that the local needs."""
    names = context.names
    match domain:
        case None:
            return f"{names.domains('agreed')}(event)", ""
        case ExpressionDomain(values=values):
            return f"{names.domains('decided_from')}(event, {emit_iterable(values, context, in_order=False)})", ""
        case TypeDomain(type=types.EnumType(name=name)):
            return f"{names.domains('decided_word')}(event, {names.type(name)})", ""
        case TypeDomain(type=value_type):
            kind = _DECIDED.get(type(value_type))
            if kind is not None:
                return f"{names.domains(kind)}(event)", ""
            check = _check(value_type, context)
            return f"{names.domains('decided_as')}(event, {check})", f": {names.annotation(value_type)}"
        case _:
            assert_never(domain)


_DECIDED: dict[type, str] = {
    types.BoolType: "decided_bool",
    types.IntType: "decided_int",
    types.FractionType: "decided_fraction",
    types.TextType: "decided_text",
    types.IdType: "decided_text",
    types.DigestType: "decided_text",
}

_CHECKS: dict[type, str] = {
    types.BoolType: "is_bool",
    types.IntType: "is_int",
    types.FractionType: "is_fraction",
    types.TextType: "is_text",
    types.IdType: "is_text",
    types.DigestType: "is_text",
    types.DurationType: "is_duration",
    types.TimeType: "is_time",
}


def _check(value_type: ValueType, context: Context) -> str:
    """Return the function that checks whether a value is one of a type."""
    use = context.names.domains
    match value_type:
        case types.EnumType(name=name):
            return f"{use('is_a')}({context.names.type(name)})"
        case types.MessageType(names=messages):
            return f"{use('is_a')}({' | '.join(context.names.message(name) for name in messages)})"
        case types.InstanceType(roles=roles):
            return f"{use('is_instance_of')}({', '.join(map(text_literal, roles))})"
        case types.OptionalType(item=item):
            return f"{use('is_optional')}({_check(item, context)})"
        case types.RecordType(name=name, fields=fields):
            return f"{use('is_record')}({', '.join([context.names.type(name), *(_check(f.type, context) for f in fields)])})"
        case types.SetType(item=item) if item is not None:
            return f"{use('is_set')}({_check(item, context)})"
        case types.ListType(item=item) if item is not None:
            return f"{use('is_list')}({_check(item, context)})"
        case types.MapType(key=key, value=value) if key is not None and value is not None:
            return f"{use('is_map')}({_check(key, context)}, {_check(value, context)})"
        case _:
            return use(_CHECKS[type(value_type)])
