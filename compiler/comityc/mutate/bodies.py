"""A machine in, the slips that people make in what a transition does out: a write forgotten, two steps in the wrong order."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from comityc.diagnostics.span import Span
from comityc.machine import expressions as ir
from comityc.machine.expression_text import statement_lines
from comityc.machine.model import Machine, Role, Transition
from comityc.machine.rewrite import rewritten
from comityc.machine.value_types import InstanceType, ListType, SetType
from comityc.machine.walk import (
    Definitions,
    definitions_of,
    everything,
    reached,
    statements_in,
    transition_parts,
    variables_written,
)
from comityc.mutate.mutant import Slip, place, with_role, with_transition


def slips_in_bodies(machine: Machine) -> Iterator[Slip]:
    """Yield the slips in statements, and in how variables are kept."""
    definitions = definitions_of(machine)
    for role in machine.roles:
        ghosts = {variable.name for variable in role.variables if variable.ghost}
        for transition in role.transitions:
            yield from _forgotten(machine, role, transition, ghosts)
            yield from _swapped(machine, role, transition, definitions)
        yield from _volatile(machine, role)
        yield from _counted_by_message(machine, role)


def _forgotten(machine: Machine, role: Role, transition: Transition, ghosts: set[str]) -> Iterator[Slip]:
    places = {variable.name: _begins(variable.span) for variable in role.variables}
    for statement in statements_in(transition.body):
        if not isinstance(statement, ir.Assign | ir.Mutate | ir.Delete) or statement.target.variable in ghosts:
            continue
        if _begins(statement.target.span) == places.get(statement.target.variable):
            continue  # what a `run` hands to its part: declared and written in one word, which nobody forgets half of
        body = _without(transition.body, statement)
        changed = with_transition(machine, role, transition, replace(transition, body=body))
        text = " ".join(statement_lines((statement,)))
        yield Slip("forget-write", place(role, transition), changed, statement.target.span, None, f"without `{text}`")


def _begins(span: Span) -> tuple[str, int, int]:
    return span.file, span.line, span.column


def _without(body: tuple[ir.Statement, ...], gone: ir.Statement) -> tuple[ir.Statement, ...]:
    """Leave a statement out, and what is empty without it."""
    kept: list[ir.Statement] = []
    for statement in body:
        match statement:
            case _ if statement is gone:
                continue
            case ir.If(branches=branches, otherwise=otherwise):
                inner = tuple((condition, _without(inside, gone)) for condition, inside in branches)
                kept.append(replace(statement, branches=inner, otherwise=_without(otherwise, gone)))
            case ir.For(body=inside):
                kept.append(replace(statement, body=_without(inside, gone)))
            case _:
                kept.append(statement)
    return tuple(kept)


def _swapped(machine: Machine, role: Role, transition: Transition, definitions: Definitions) -> Iterator[Slip]:
    """Exchange neighbours of which one reads what the other writes, and two sends; others may stand in any order."""
    body = transition.body
    for at, (first, second) in enumerate(pairwise(body)):
        if isinstance(first, ir.Let) or isinstance(second, ir.Let) or not _depend(first, second, definitions):
            continue
        order = (*body[:at], second, first, *body[at + 2 :])
        changed = with_transition(machine, role, transition, replace(transition, body=order))
        text = f"`{_short(second)}` before `{_short(first)}`"
        yield Slip("swap-steps", place(role, transition), changed, _span_of(second, transition), None, text)


def _depend(first: ir.Statement, second: ir.Statement, definitions: Definitions) -> bool:
    if isinstance(first, ir.Send) and isinstance(second, ir.Send):
        return True
    return bool(variables_written((first,)) & _read(second, definitions)) or bool(
        variables_written((second,)) & _read(first, definitions)
    )


def _read(statement: ir.Statement, definitions: Definitions) -> frozenset[str]:
    return frozenset(inner.name for inner in reached(statement, definitions) if isinstance(inner, ir.Variable))


def _span_of(statement: ir.Statement, transition: Transition) -> Span:
    match statement:
        case ir.Assign(target=target) | ir.Mutate(target=target) | ir.Delete(target=target):
            return target.span
        case ir.Send(span=span):
            return span
        case _:
            return transition.span


def _short(statement: ir.Statement) -> str:
    lines = list(statement_lines((statement,)))
    return lines[0] if len(lines) == 1 else f"{lines[0]} ..."


def _volatile(machine: Machine, role: Role) -> Iterator[Slip]:
    """Keep a variable in memory alone, where instances of the role may come back."""
    envelopes = (machine.tolerates, *(case.faults for case in machine.cases))
    if not any(back == role.name for envelope in envelopes for back, _ in envelope.restart):
        return
    for variable in role.variables:
        if variable.durable and not variable.ghost:
            lost = tuple(replace(v, durable=False) if v is variable else v for v in role.variables)
            changed = with_role(machine, role, replace(role, variables=lost))
            yield Slip("forget-durable", f"{role.name} {variable.name}", changed, variable.span, None, "durable: false")


def _counted_by_message(machine: Machine, role: Role) -> Iterator[Slip]:
    """Keep a list in place of a set of senders, so that one who says it twice counts twice."""
    for variable in role.variables:
        kind = variable.type
        if not isinstance(kind, SetType) or not isinstance(kind.item, InstanceType) or variable.ghost:
            continue
        if not _is_only_counted(machine, role, variable.name):
            continue
        listed = ListType(kind.item)

        def change(node: Any, name: str = variable.name, listed: ListType = listed) -> Any:
            match node:
                case ir.Variable() | ir.InstanceVariable() if _is_it(node, role, name):
                    return replace(node, type=listed)
                case ir.Mutate(target=ir.Target(variable=written) as target, method="add") if written == name:
                    return replace(node, target=replace(target, type=listed), method="append")
                case _:
                    return node

        whole = rewritten(machine, change)
        new = next(other for other in whole.roles if other.name == role.name)
        empty = ir.ListOf(type=listed, items=(), span=variable.default.span)
        variables = tuple(
            replace(v, type=listed, default=empty) if v.name == variable.name else v for v in new.variables
        )
        changed = with_role(whole, new, replace(new, variables=variables))
        text = f"`{variable.name}` counts messages: list[{'|'.join(kind.item.roles)}]"
        recast = role.name, variable.name
        yield Slip("count-messages", " ".join(recast), changed, variable.span, None, text, recast)


def _is_only_counted(machine: Machine, role: Role, name: str) -> bool:
    """Whether a set is only added to by its role, and read by `len`, `in` and loops everywhere, as a list can be."""
    behaviour = [part for transition in role.transitions for part in transition_parts(transition)]
    told = [expression for promise in machine.properties for expression in promise.expressions]
    named = [definition.body for definition in machine.definitions]
    found = allowed = 0
    for part in (*behaviour, *told, *named):
        for inner in everything(part):
            match inner:
                case ir.Variable() | ir.InstanceVariable() if _is_it(inner, role, name):
                    found += 1
                case ir.Function(name="len", arguments=(read,)) | ir.Clause(iterable=read) if _is_it(read, role, name):
                    allowed += 1
                case ir.Comparison(rest=(("in" | "not in", read),)) if _is_it(read, role, name):
                    allowed += 1
                case ir.Assign(target=ir.Target(variable=written)) if part in behaviour and written == name:
                    return False
                case ir.Mutate(target=ir.Target(variable=written), method=method) if (
                    written == name and method != "add"
                ):
                    return False
                case _:
                    continue
    return found == allowed > 0


def _is_it(node: ir.Expression, role: Role, name: str) -> bool:
    """Whether a node reads this variable of this role; another role's of that name counts too, to be careful."""
    match node:
        case ir.Variable(name=read):
            return read == name
        case ir.InstanceVariable(instance=instance, name=read):
            return read == name and instance.type == InstanceType((role.name,))
        case _:
            return False
