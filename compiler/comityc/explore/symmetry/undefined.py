"""An expression in; whether evaluating it may come upon a missing value, out.

What a condition before it rules out is ruled out: `x is not none and x.f > 0`, `m[k] for k in m`.
"""

from collections.abc import Mapping

from comityc.machine import expressions as x
from comityc.machine.model import Definition
from comityc.machine.walk import children, free_locals

Definitions = Mapping[x.DefinitionName, Definition]
Known = frozenset[tuple[str, x.Expression, x.Expression | None]]
"""What holds where an expression is read: ("there", x, None), x is not none; ("key", m, k), the map m has the key k."""

NOTHING_KNOWN: Known = frozenset()


def may_be_undefined(part: x.Expression, definitions: Definitions, known: Known = NOTHING_KNOWN) -> bool:
    """Say whether a value may be missing when this is evaluated; in case of doubt yes."""
    match part:
        case x.Unwrap(value=value):
            return ("there", value, None) not in known or may_be_undefined(value, definitions, known)
        case x.Item(value=value, key=key):
            if ("key", value, key) not in known:
                return True
        case x.Arithmetic(operator="/" | "//" | "%", right=right):
            if not (isinstance(right, x.Constant) and right.value):
                return True
        case x.Function(name="min" | "max", default=None, arguments=(_,)):
            return True
        case x.InstanceAt():
            return True
        case x.BoolOperation(operator=operator, operands=operands):
            for operand in operands:
                if may_be_undefined(operand, definitions, known):
                    return True
                known |= facts(operand, holds=operator == "and")
            return False
        case x.Implies(left=left, right=right):
            undefined = may_be_undefined(left, definitions, known)
            return undefined or may_be_undefined(right, definitions, known | facts(left, holds=True))
        case x.Conditional(condition=condition, then=then, otherwise=otherwise):
            return (
                may_be_undefined(condition, definitions, known)
                or may_be_undefined(then, definitions, known | facts(condition, holds=True))
                or may_be_undefined(otherwise, definitions, known | facts(condition, holds=False))
            )
        case x.Comprehension():
            return _comprehension(part, definitions, known)
        case x.DefinitionCall(definition=name):
            if may_be_undefined(definitions[name].body, definitions):
                return True
        case x.Function(key=name) if name is not None:
            if may_be_undefined(definitions[name].body, definitions):
                return True
        case _:
            pass
    return any(may_be_undefined(inner, definitions, known) for inner in children(part))


def _comprehension(part: x.Comprehension, definitions: Definitions, known: Known) -> bool:
    for clause in part.clauses:
        if may_be_undefined(clause.iterable, definitions, known):
            return True
        bound = {name for name, _ in clause.targets}
        known = frozenset(fact for fact in known if bound.isdisjoint(_locals_of(fact)))
        known |= _from_clause(clause)
        for condition in clause.conditions:
            if may_be_undefined(condition, definitions, known):
                return True
            known |= facts(condition, holds=True)
    inner = (part.element,) if part.value is None else (part.element, part.value)
    return any(may_be_undefined(one, definitions, known) for one in inner)


def _from_clause(clause: x.Clause) -> Known:
    """Return what is known of the elements that a clause goes through."""
    name, kind = clause.targets[0]
    element = x.Local(type=kind, name=name)
    source = clause.iterable
    if isinstance(source, x.MapMethod) and (
        source.name == "keys" or (source.name == "items" and len(clause.targets) == 2)
    ):
        source = source.value
    return frozenset({("key", source, element)})


def _locals_of(fact: tuple[str, x.Expression, x.Expression | None]) -> frozenset[str]:
    return frozenset[str]().union(*(free_locals(part) for part in fact[1:] if part is not None))


def facts(condition: x.Expression, *, holds: bool) -> Known:
    """Return what is known once a condition is known to hold, or not to."""
    match condition:
        case x.Not(value=value):
            return facts(value, holds=not holds)
        case x.BoolOperation(operator="and", operands=operands) if holds:
            return NOTHING_KNOWN.union(*(facts(operand, holds=True) for operand in operands))
        case x.BoolOperation(operator="or", operands=operands) if not holds:
            return NOTHING_KNOWN.union(*(facts(operand, holds=False) for operand in operands))
        case x.Comparison(first=first, rest=((operator, second),)):
            if operator == ("!=" if holds else "==") and isinstance(second, x.Constant) and second.value is None:
                return frozenset({("there", first, None)})
            if operator == ("in" if holds else "not in"):
                return frozenset({("key", second, first)})
            return NOTHING_KNOWN
        case _:
            return NOTHING_KNOWN
