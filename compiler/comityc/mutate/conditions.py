"""A machine in, the slips that people make in conditions out: one left out or turned round, a bound missed by one.

A part of a guard that is left out is named after what it guards against: the message of another instance or round
(`forget-check`), the second message of one sender (`drop-dedupe`), a sender of another role (`widen-sender`).
"""

from collections.abc import Iterator
from dataclasses import replace

from comityc.explore.telling.wording import spell
from comityc.machine import expressions as ir
from comityc.machine.model import Machine, Role, Transition
from comityc.machine.rewrite import exchanged, rewritten
from comityc.machine.value_types import BoolType, DurationType, IntType
from comityc.machine.walk import definitions_of, expressions_in, reached, statements_in, transition_parts
from comityc.mutate.mutant import Slip, place, with_transition

_SWAPPED: dict[str, ir.ComparisonOperator] = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
_ONE_MORE, _ONE_LESS = "one-more", "one-less"


def slips_in_conditions(machine: Machine) -> Iterator[Slip]:
    """Yield the slips in guards and in the conditions of `if` statements."""
    for role in machine.roles:
        for transition in role.transitions:
            if transition.guard is not None and not isinstance(transition.guard, ir.Constant):
                yield from _in_guard(machine, role, transition, transition.guard)
            for statement in statements_in(transition.body):
                for condition, _ in statement.branches if isinstance(statement, ir.If) else ():
                    yield _exchange("negate-if", machine, role, transition, condition, _negated(condition))
                    yield from _comparisons(machine, role, transition, condition)


def _in_guard(machine: Machine, role: Role, transition: Transition, guard: ir.Expression) -> Iterator[Slip]:
    where = place(role, transition)
    parts = guard.operands if isinstance(guard, ir.BoolOperation) and guard.operator == "and" else (guard,)
    for part in parts if len(parts) > 1 else ():
        kept = tuple(other for other in parts if other is not part)
        rest = kept[0] if len(kept) == 1 else ir.BoolOperation(type=BoolType(), operator="and", operands=kept)
        changed = with_transition(machine, role, transition, replace(transition, guard=rest))
        yield Slip(_kind_of(part), where, changed, part.span, None, f"without `{spell(part)}`")
    if len(parts) == 1 and transition.kind != "when":
        changed = with_transition(machine, role, transition, replace(transition, guard=None))
        kind = _kind_of(guard) if _kind_of(guard) != "drop-part" else "drop-guard"
        yield Slip(kind, where, changed, guard.span, None, f"without `{spell(guard)}`")
    negated = with_transition(machine, role, transition, replace(transition, guard=_negated(guard)))
    yield Slip("negate-guard", where, negated, guard.span, None, f"if not ({spell(guard)})")
    yield from _comparisons(machine, role, transition, guard)


def _kind_of(part: ir.Expression) -> str:
    """Say what a part of a guard is there for."""
    nodes = list(expressions_in(part))
    match part:
        case ir.Comparison(rest=(("not in", _),)) | ir.Not(value=ir.Comparison(rest=(("in", _),))):
            return "drop-dedupe"
        case ir.Comparison(first=ir.Sender()) | ir.Comparison(rest=((_, ir.Sender()),)):
            return "widen-sender"
        case _ if any(isinstance(node, ir.Received) for node in nodes):
            return "forget-check"
        case _:
            return "drop-part"


def _negated(condition: ir.Expression) -> ir.Expression:
    if isinstance(condition, ir.Not):
        return condition.value
    return ir.Not(type=BoolType(), value=condition, span=condition.span)


def _comparisons(machine: Machine, role: Role, transition: Transition, condition: ir.Expression) -> Iterator[Slip]:
    for node in expressions_in(condition):
        for kind, changed in _off_by_one(node):
            yield _exchange(kind, machine, role, transition, node, changed)


def _off_by_one(node: ir.Expression) -> Iterator[tuple[str, ir.Expression]]:
    """Yield a comparison with its bound taken in or left out, and with its threshold moved by one."""
    match node:
        case ir.Comparison(first=first, rest=((operator, bound),)):
            swapped = _SWAPPED.get(operator)
            if swapped is not None and _orders(first) and _orders(bound):
                yield "swap-comparison", replace(node, rest=((swapped, bound),))
            if isinstance(first.type, IntType) and isinstance(bound.type, IntType):
                # `>` in place of `>=` is one more already, `<` in place of `<=` one less.
                if operator in (">", "<=", "=="):
                    yield _ONE_MORE, replace(node, rest=((operator, _moved(bound, 1)),))
                if operator in (">=", "<", "=="):
                    yield _ONE_LESS, replace(node, rest=((operator, _moved(bound, -1)),))
        case _:
            return


def _orders(value: ir.Expression) -> bool:
    """Whether a comparison of such values is one of sizes, and not of sets."""
    return not hasattr(value.type, "item") or isinstance(value.type, IntType | DurationType)


def _moved(bound: ir.Expression, by: int) -> ir.Expression:
    if isinstance(bound, ir.Constant) and isinstance(bound.value, int):
        return replace(bound, value=bound.value + by)
    one = ir.Constant(type=IntType(), value=1)
    return ir.Arithmetic(type=IntType(), operator="+" if by > 0 else "-", left=bound, right=one, span=bound.span)


def _exchange(
    kind: str, machine: Machine, role: Role, transition: Transition, old: ir.Expression, new: ir.Expression
) -> Slip:
    changed = exchanged(transition, old, new)
    return Slip(
        kind, place(role, transition), with_transition(machine, role, transition, changed), old.span, spell(new)
    )


# ---- named conditions


def slips_in_definitions(machine: Machine) -> Iterator[Slip]:
    """Yield the slips in named expressions, as the behaviour reads them: the properties keep the right ones."""
    names = _read_by_behaviour(machine)
    for definition in machine.definitions:
        if definition.name not in names:
            continue
        for node in expressions_in(definition.body):
            for kind, changed in _off_by_one(node):
                where = f"define {definition.name.name}"
                body = exchanged(definition.body, node, changed)
                yield Slip(kind, where, _of_behaviour(machine, names, definition.name, body), node.span, spell(changed))


def _read_by_behaviour(machine: Machine) -> frozenset[ir.DefinitionName]:
    definitions = definitions_of(machine)
    found: set[ir.DefinitionName] = set()
    for role in machine.roles:
        for transition in role.transitions:
            for part in transition_parts(transition):
                for inner in reached(part, definitions):
                    if isinstance(inner, ir.DefinitionCall):
                        found.add(inner.definition)
                    elif isinstance(inner, ir.Function) and inner.key is not None:
                        found.add(inner.key)
    return frozenset(found)


def _of_behaviour(
    machine: Machine, names: frozenset[ir.DefinitionName], wrong: ir.DefinitionName, body: ir.Expression
) -> Machine:
    """Return the machine whose roles read definitions of their own, one of them wrong."""
    own = {name: replace(name, variant=name.variant + VARIANTS) for name in names}

    def change(node: object) -> object:
        return own[node] if isinstance(node, ir.DefinitionName) and node in own else node

    copies = tuple(
        replace(
            definition,
            name=own[definition.name],
            body=rewritten(body if definition.name == wrong else definition.body, change),
        )
        for definition in machine.definitions
        if definition.name in own
    )
    roles = tuple(rewritten(role, change) for role in machine.roles)
    return replace(machine, roles=roles, definitions=(*machine.definitions, *copies))


VARIANTS = 1000
"""Variants from here on are those of behaviour that differs from what properties read."""
