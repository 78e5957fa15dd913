"""Questions about parts of machines are answered through clauses, statements and definitions."""

from pathlib import Path

from comityc.driver import check_file
from comityc.machine import expressions as ir
from comityc.machine.model import Machine, Role, Transition
from comityc.machine.walk import (
    Part,
    children,
    definitions_of,
    expressions_in,
    free_locals,
    looks_inside,
    reads_ghosts,
    shared_read,
    shared_written,
    statements_in,
    transition_parts,
    variables_read,
    variables_written,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "machine"


def _machine(name: str) -> Machine:
    machine = check_file(str(GOLDEN / f"{name}.yaml")).machine
    assert machine is not None
    return machine


def _role(machine: Machine, name: str) -> Role:
    return next(role for role in machine.roles if role.name == name)


def _read(transition: Transition, machine: Machine) -> set[str]:
    definitions = definitions_of(machine)
    return {name for part in transition_parts(transition) for name in variables_read(part, definitions)}


def test_reading_follows_definitions() -> None:
    machine = _machine("defines")
    painter = _role(machine, "painter")
    assert _read(painter.transitions[1], machine) == {"costs", "mood", "seen"}


def test_writing_looks_into_branches_and_loops() -> None:
    painter = _role(_machine("defines"), "painter")
    assert variables_written(painter.transitions[0].body) == {"colour", "costs", "mood", "seen"}


def test_changing_a_part_of_a_variable_reads_it() -> None:
    machine = _machine("optionals")
    shop = _role(machine, "shop")
    assert "total" in _read(shop.transitions[0], machine)
    assert "stock" in _read(shop.transitions[2], machine)


def test_shared_variables_are_told_apart() -> None:
    machine = _machine("model")
    node = _role(machine, "node")
    first = node.transitions[0]
    definitions = definitions_of(machine)
    assert shared_written(first.body) == {"active", "stack"}
    assert first.guard is not None
    assert shared_read(first.guard, definitions) == {"token"}
    assert variables_written(first.body) == {"colour"}


def test_a_guard_of_a_model_looks_into_others() -> None:
    machine = _machine("model")
    definitions = definitions_of(machine)
    guards = [t.guard for t in _role(machine, "node").transitions if t.guard is not None]
    assert all(looks_inside(guard, definitions) for guard in guards)


def test_ghosts_are_seen_where_they_are_read() -> None:
    machine = _machine("model")
    node = _role(machine, "node")
    ghost = ir.Variable(name="colour", type=node.variables[0].type)
    assert reads_ghosts(ghost, node, definitions_of(machine))
    assert not any(reads_ghosts(part, node, definitions_of(machine)) for part in node.transitions[1].body)


def test_locals_that_are_bound_inside_are_not_free() -> None:
    machine = _machine("requests")
    working = machine.roles[0].states[0]
    request = working.requests[0]
    assert request.key is not None
    assert free_locals(request.key) == {"i"}
    order = next(p for p in machine.properties if p.name == "order").expressions[0]
    assert free_locals(order) == frozenset()


def test_a_let_binds_for_the_statements_behind_it() -> None:
    machine = _machine("defines")
    body = machine.roles[0].transitions[0].body
    whole: Part = ir.If(branches=(), otherwise=body)
    assert free_locals(whole) == frozenset()


def test_children_are_the_expressions_directly_inside() -> None:
    machine = _machine("optionals")
    guard = machine.roles[0].transitions[0].guard
    assert guard is not None
    assert [type(child).__name__ for child in children(guard)] == ["Comparison", "BoolOperation"]
    assert sum(isinstance(inner, ir.Unwrap) for inner in expressions_in(guard)) == 1


def test_statements_are_found_inside_statements() -> None:
    body = _machine("defines").roles[0].transitions[0].body
    kinds = [type(statement).__name__ for statement in statements_in(body)]
    assert kinds.count("Assign") == 4
    assert kinds.count("For") == 2
