"""Questions about expressions and statements that any room may ask: what is inside, what is read, what is written.

All walks are generic over the dataclasses of `expressions.py`, so a new form is covered without a line here.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import get_args

from comityc.machine import expressions as ir
from comityc.machine.model import Definition, ExpressionDomain, Machine, Role, Transition
from comityc.records import field_names

Part = ir.Expression | ir.Statement | ir.Clause | ir.Target

_EXPRESSIONS = get_args(ir.Expression)
_STATEMENTS = get_args(ir.Statement)
_PARTS = (*_EXPRESSIONS, *_STATEMENTS, ir.Clause, ir.Target)


@cache
def _field_names(part_type: type) -> tuple[str, ...]:
    return tuple(name for name in field_names(part_type) or () if name not in ("type", "span"))


def parts(part: Part) -> Iterator[Part]:
    """Yield what stands directly inside: sub-expressions, clauses, targets, statements, in the order of the text."""
    part_type: type = type(part)
    for name in _field_names(part_type):
        yield from _parts_in(getattr(part, name))


def _parts_in(value: object) -> Iterator[Part]:
    if isinstance(value, _PARTS):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts_in(item)


def children(expression: ir.Expression) -> Iterator[ir.Expression]:
    """Yield the expressions directly inside an expression, those of its clauses too."""
    for part in parts(expression):
        if isinstance(part, _EXPRESSIONS):
            yield part
        elif isinstance(part, ir.Clause):
            yield part.iterable
            yield from part.conditions


def everything(part: Part) -> Iterator[Part]:
    """Yield a part and all parts inside it, outermost first."""
    yield part
    for inner in parts(part):
        yield from everything(inner)


def expressions_in(part: Part) -> Iterator[ir.Expression]:
    """Yield all expressions at and below a part."""
    for inner in everything(part):
        if isinstance(inner, _EXPRESSIONS):
            yield inner


def statements_in(body: Iterable[ir.Statement]) -> Iterator[ir.Statement]:
    """Yield all statements, those inside `if` and `for` too."""
    for statement in body:
        for part in everything(statement):
            if isinstance(part, _STATEMENTS):
                yield part


# ---- locals


def free_locals(part: Part) -> frozenset[str]:
    """Return the local names that are used inside and bound outside."""
    return frozenset(_free(part, frozenset()))


def _free(part: Part, bound: frozenset[str]) -> Iterator[str]:
    match part:
        case ir.Local(name=name):
            if name not in bound:
                yield name
        case ir.Comprehension(clauses=clauses, element=element, value=value):
            inside = bound
            for clause in clauses:
                yield from _free(clause.iterable, inside)
                inside |= {name for name, _ in clause.targets}
                for condition in clause.conditions:
                    yield from _free(condition, inside)
            yield from _free(element, inside)
            if value is not None:
                yield from _free(value, inside)
        case ir.For(clause=clause, body=body):
            yield from _free(clause.iterable, bound)
            yield from _free_in_body(body, bound | {name for name, _ in clause.targets})
        case ir.If(branches=branches, otherwise=otherwise):
            for condition, body in branches:
                yield from _free(condition, bound)
                yield from _free_in_body(body, bound)
            yield from _free_in_body(otherwise, bound)
        case _:
            for inner in parts(part):
                yield from _free(inner, bound)


def _free_in_body(body: Iterable[ir.Statement], bound: frozenset[str]) -> Iterator[str]:
    for statement in body:
        yield from _free(statement, bound)
        if isinstance(statement, ir.Let):
            bound |= {statement.name}


# ---- what is read and written

Definitions = Callable[[ir.DefinitionName], Definition]


def definitions_of(machine: Machine) -> Definitions:
    """Return the look-up of definitions that the questions below follow."""
    by_name = {definition.name: definition for definition in machine.definitions}
    return by_name.__getitem__


def reached(part: Part, definitions: Definitions) -> Iterator[Part]:
    """Yield all parts at and below a part, and in the definitions that it uses, each of these once."""
    seen: set[ir.DefinitionName] = set()
    waiting: list[Part] = [part]
    while waiting:
        for inner in everything(waiting.pop()):
            yield inner
            for name in _definitions_named(inner):
                if name not in seen:
                    seen.add(name)
                    waiting.append(definitions(name).body)


def _definitions_named(part: Part) -> Iterator[ir.DefinitionName]:
    match part:
        case ir.DefinitionCall(definition=name):
            yield name
        case ir.Function(key=name) if name is not None:
            yield name
        case _:
            return


def variables_read(part: Part, definitions: Definitions) -> frozenset[str]:
    """Return the variables of the acting instance that a part reads."""
    found = {inner.name for inner in reached(part, definitions) if isinstance(inner, ir.Variable)}
    return frozenset(found | _targets_read(part, definitions, shared=False))


def shared_read(part: Part, definitions: Definitions) -> frozenset[str]:
    """Return the shared variables that a part reads."""
    found = {inner.name for inner in reached(part, definitions) if isinstance(inner, ir.SharedVariable)}
    return frozenset(found | _targets_read(part, definitions, shared=True))


def _targets_read(part: Part, definitions: Definitions, *, shared: bool) -> set[str]:
    """Changing a part of a variable, or adding to it, reads what it was."""
    found = set()
    for inner in reached(part, definitions):
        match inner:
            case ir.Assign(target=target, operator=operator) if operator != "=" or target.path:
                found.add((target.variable, target.shared))
            case ir.Delete(target=target) | ir.Mutate(target=target):
                found.add((target.variable, target.shared))
            case _:
                continue
    return {name for name, is_shared in found if is_shared == shared}


def variables_written(body: Iterable[ir.Statement]) -> frozenset[str]:
    """Return the variables of the acting instance that statements change."""
    return frozenset(target.variable for target in _targets(body) if not target.shared)


def shared_written(body: Iterable[ir.Statement]) -> frozenset[str]:
    """Return the shared variables that statements change."""
    return frozenset(target.variable for target in _targets(body) if target.shared)


def _targets(body: Iterable[ir.Statement]) -> Iterator[ir.Target]:
    for statement in statements_in(body):
        match statement:
            case ir.Assign(target=target) | ir.Delete(target=target) | ir.Mutate(target=target):
                yield target
            case _:
                continue


def looks_inside(part: Part, definitions: Definitions) -> bool:
    """Say whether a part reads the state of an instance other than the acting one."""
    for inner in reached(part, definitions):
        match inner:
            case ir.InstanceVariable() | ir.InCondition():
                return True
            case ir.InState(instance=instance) if not isinstance(instance, ir.Self):
                return True
            case _:
                continue
    return False


def transition_parts(transition: Transition) -> Iterator[Part]:
    """Yield the guard, the draw's domain and the statements of a transition."""
    if transition.guard is not None:
        yield transition.guard
    if transition.draw is not None and isinstance(transition.draw[1], ExpressionDomain):
        yield transition.draw[1].values
    yield from transition.body


def ghosts(role: Role) -> frozenset[str]:
    """Return the variables of a role that exist for properties alone."""
    return frozenset(variable.name for variable in role.variables if variable.ghost)


def reads_ghosts(part: Part, role: Role, definitions: Definitions) -> bool:
    """Say whether a part of a transition reads a ghost variable of its role."""
    return not ghosts(role).isdisjoint(variables_read(part, definitions))
