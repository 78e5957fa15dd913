"""A property in; the conditions that have to be met somewhere, or it was never put to the test, out.

    always: p implies q                p
    eventually: p                      not p, when a run begins
    always: all(q for v in voter)      any(true for v in voter)
    stable: v                          v is not none, or true

A property whose conditions are met in no case of a spec holds for the wrong reason.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from comityc.explore.judging.answers import Answers, Functions
from comityc.explore.judging.paths import Numbers
from comityc.explore.judging.reading import Undefined
from comityc.explore.judging.space import Space, Steps
from comityc.explore.telling.wording import spell, spell_clause
from comityc.machine import expressions as x
from comityc.machine.model import Definition, Property
from comityc.machine.value_types import BoolType

Compile = Callable[[x.Expression, tuple[str, ...], bool], Callable[..., Any]]
"""Turns an expression into a function of the world and of these names; with True, of the old and the new world."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be true somewhere; `absent` says what is the matter when it never is."""

    absent: str
    expression: x.Expression | None  # None: the first function of the property, whatever it yields


def conditions(prop: Property, definitions: Iterable[Definition]) -> tuple[Condition, ...]:
    """Return what puts a property to the test; nothing for one that every state or run does."""
    match prop.kind:
        case "always" | "step":
            return tuple(_tests(prop.expressions[0], tuple(definitions)))
        case "stable":
            return (Condition(f"`{spell(prop.expressions[0])}` is never set", None),)
        case "leads_to":
            return (Condition(f"`{spell(prop.expressions[0])}` never holds", None),)
        case _:
            return ()


def untested(
    prop: Property, functions: Functions, space: Space, found: tuple[Condition, ...], compile_: Compile
) -> list[str]:
    """Return what is the matter with each condition that is met nowhere in this state space."""
    names = tuple(name for name, _ in prop.quantifier.targets) if prop.quantifier else ()
    missing = []
    if prop.quantifier is not None and prop.kind != "reachable" and not _has_binding(functions, space):
        return [f"there is nothing `{spell_clause(prop.quantifier)}`"]
    if prop.kind == "eventually" and _holds_at_once(functions, space):
        return [f"`{spell(prop.expressions[0])}` holds from the start"]
    for condition in found:
        over_steps = prop.kind == "step"
        function = functions.parts[0]
        if condition.expression is not None:
            function = compile_(condition.expression, names, over_steps)
        if not _is_met(function, functions, space, over_steps):
            missing.append(condition.absent)
    return missing


def _tests(expression: x.Expression, definitions: tuple[Definition, ...]) -> Iterator[Condition]:
    match expression:
        case x.Implies(left=left, right=right):
            yield Condition(f"`{spell(left)}` never holds", left)
            for inner in _tests(right, definitions):
                yield Condition(inner.absent, _both(left, inner.expression))
        case x.Function(name="all", arguments=(x.Comprehension() as each,)):
            yield Condition(f"there is nothing `{' '.join(map(spell_clause, each.clauses))}`", _any(each, _TRUE))
            for inner in _tests(each.element, definitions):
                if inner.expression is not None:
                    yield Condition(inner.absent, _any(each, inner.expression))
        case x.BoolOperation(operator="and", operands=operands):
            for operand in operands:
                yield from _tests(operand, definitions)
        case x.DefinitionCall(definition=name, arguments=()):
            for definition in definitions:
                if definition.name == name:
                    yield from _tests(definition.body, definitions)
        case _:
            return


_TRUE = x.Constant(type=BoolType(), value=True)


def _both(left: x.Expression, right: x.Expression | None) -> x.Expression:
    return left if right is None else x.BoolOperation(type=BoolType(), operator="and", operands=(left, right))


def _any(each: x.Comprehension, element: x.Expression) -> x.Expression:
    clauses = x.Comprehension(type=each.type, kind="generator", element=element, clauses=each.clauses)
    return x.Function(type=BoolType(), name="any", arguments=(clauses,))


def _has_binding(functions: Functions, space: Space) -> bool:
    return any(True for _ in Answers(functions, space).bindings(space.rows(functions.sight)))


def _holds_at_once(functions: Functions, space: Space) -> bool:
    """Say whether the goal is reached before the first step, wherever a run begins and for whatever it is promised."""
    rows = space.parts.values_at(np.arange(space.graph.initial_count))
    return Answers(functions, space).first(functions.parts, rows, lambda said: not _holds(said)) is None


def _is_met(function: Callable[..., Any], functions: Functions, space: Space, over_steps: bool) -> bool:
    sight = functions.sight
    rows: Numbers | Steps = space.rows(sight)
    if over_steps:
        sources, afters, _ = space.class_steps(sight)
        rows = space.steps(sight, sources, afters)
    return Answers(functions, space).first([function], rows, _holds) is not None


def _holds(said: Any) -> bool:
    return said is not None and said is not False and not isinstance(said, Undefined)
