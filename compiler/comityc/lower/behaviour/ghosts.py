"""A role comes in; findings go out where it lets a ghost decide something: ghosts exist for properties alone.

Generated code has no ghosts, so only statements that change ghosts, and conditions around nothing else, may read them.
"""

from collections.abc import Iterable, Iterator
from typing import TypeGuard

from comityc.diagnostics.codes_names import NOT_HERE
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine import expressions as ir
from comityc.machine.model import Domain, ExpressionDomain, Role, State
from comityc.machine.walk import Definitions, Part, ghosts, reached


def ghosts_that_decide(role: Role, definitions: Definitions) -> Iterator[Diagnostic]:
    """Yield a finding for each place where a ghost is read that is no ghost's own."""
    names = ghosts(role)
    if not names:
        return
    parts: list[Part] = []
    for transition in role.transitions:
        parts += [] if transition.guard is None else [transition.guard]
        parts += [] if transition.draw is None else _of_domain(transition.draw[1])
        parts += _deciding(transition.body, names)
    for state in role.states:
        parts += _of_rules(state)
    found = {part.span: part.name for whole in parts for part in reached(whole, definitions) if _is_ghost(part, names)}
    for span, name in found.items():
        yield NOT_HERE.at(
            span,
            f"`{name}` is a ghost, and decides nothing",
            caret="generated code does not have it",
            help="ghosts are for properties; make it a variable of the role",
        )


def _is_ghost(part: Part, names: frozenset[str]) -> TypeGuard[ir.Variable]:
    return isinstance(part, ir.Variable) and part.name in names


def _of_domain(domain: Domain | None) -> list[Part]:
    return [domain.values] if isinstance(domain, ExpressionDomain) else []


def _of_rules(state: State) -> Iterator[Part]:
    loops = [timer.loop for timer in state.timers] + [decision.loop for decision in state.decisions]
    loops += [request.loop for request in state.requests] + [rule.loop for rule in state.spontaneous]
    yield from (loop for loop in loops if loop is not None)
    for timer in state.timers:
        yield timer.duration
        if timer.longest is not None:
            yield timer.longest
    for decision in state.decisions:
        yield from _of_domain(decision.domain)
    for request in state.requests:
        yield from (value for _, value in request.arguments)
        if request.key is not None:
            yield request.key


def _deciding(body: Iterable[ir.Statement], names: frozenset[str]) -> Iterator[Part]:
    """Yield the parts of statements on which something depends that is no ghost."""
    for statement in body:
        match statement:
            case ir.Assign(target=target) | ir.Delete(target=target) | ir.Mutate(target=target):
                if target.shared or target.variable not in names:
                    yield statement
            case ir.If(branches=branches, otherwise=otherwise):
                inside = [part for _, inner in branches for part in _deciding(inner, names)]
                inside += _deciding(otherwise, names)
                if inside:
                    yield from (condition for condition, _ in branches)
                yield from inside
            case ir.For(clause=clause, body=inner):
                inside = list(_deciding(inner, names))
                if inside:
                    yield clause
                yield from inside
            case ir.Send() | ir.Let():
                yield statement
