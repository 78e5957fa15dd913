"""A `for` and its body in; whether its rounds may come in any order, out. In case of doubt they may not.

They may where each round changes what no other round changes, or adds what adds up to the same in any order, and reads nothing that
another changes: `view[m] = ..`, `known.add(m)`, `total += 1`, `send .. to m`.
"""

from collections.abc import Iterator

from comityc.machine import expressions as x
from comityc.machine.value_types import FractionType, IntType
from comityc.machine.walk import Definitions, reached, statements_in

Written = tuple[str, bool]
"""A variable that is changed, and whether it is a shared one."""


def rounds_commute(clause: x.Clause, body: tuple[x.Statement, ...], definitions: Definitions) -> bool:
    """Say whether the end is the same in whatever order the elements come."""
    element = clause.targets[0][0]
    ways: dict[Written, set[str]] = {}
    for statement in statements_in(body):
        match statement:
            case x.Assign(target=target) | x.Delete(target=target) | x.Mutate(target=target):
                ways.setdefault((target.variable, target.shared), set()).add(_way(statement, element))
            case x.Send(to=to):
                if not _is(to, element):
                    return False
            case x.For():
                return False
            case _:
                pass
    if any(len(kinds) > 1 or "" in kinds for kinds in ways.values()):
        return False
    return not any(read in ways for read in _read(body, definitions))


def _way(statement: x.Assign | x.Delete | x.Mutate, element: str) -> str:
    """Say in which way a statement commutes with itself in another round; empty when it does not."""
    target = statement.target
    match statement:
        case x.Assign(operator="=") | x.Delete():
            return "own" if target.path and _is(target.path[0], element) else ""
        case x.Assign():
            if target.path and _is(target.path[0], element):
                return "own"
            return "sum" if not target.path and isinstance(target.type, IntType | FractionType) else ""
        case x.Mutate() if target.path:
            return "own" if _is(target.path[0], element) else ""
        case x.Mutate(method="add" | "discard" as method):
            return method
        case x.Mutate(method="pop", arguments=(key, *_)):
            return "own" if _is(key, element) else ""
        case _:
            return ""


def _is(part: "x.Expression | str", element: str) -> bool:
    return isinstance(part, x.Local) and part.name == element


def _read(body: tuple[x.Statement, ...], definitions: Definitions) -> Iterator[Written]:
    """Yield the variables that a body reads, through definitions too; a look into an instance may be one at oneself."""
    for statement in body:
        for part in reached(statement, definitions):
            match part:
                case x.Variable(name=name) | x.InstanceVariable(name=name):
                    yield name, False
                case x.SharedVariable(name=name):
                    yield name, True
                case _:
                    continue
