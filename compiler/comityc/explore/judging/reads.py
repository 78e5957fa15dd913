"""A property in; what of a state it can see, its sight, out. States that differ in other parts alone look the same to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from comityc.explore.engine.setting import nodes_in
from comityc.machine import expressions as x
from comityc.machine.model import Machine, Property
from comityc.machine.value_types import InstanceType
from comityc.naming import value_name


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen: fields of instances by role (`at` is the control state), who is down, a liar or not there, acts, shared variables.

    `told` are the control states, by role, that are told from all others; None where each is told from each.
    """

    fields: frozenset[tuple[str, str]] = frozenset()
    crashed: frozenset[str] = frozenset()
    byzantine: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    told: frozenset[tuple[str, str]] | None = None

    def fields_of(self, role: str) -> tuple[str, ...]:
        """Return the fields of one role that are seen, in alphabetical order."""
        return tuple(sorted(field for owner, field in self.fields if owner == role))

    def told_of(self, role: str) -> frozenset[str] | None:
        """Return the control states of one role that are told from all others."""
        return None if self.told is None else frozenset(state for owner, state in self.told if owner == role)


def sight_of(prop: Property, machine: Machine) -> Sight:
    """Return what a property sees, through all definitions that it uses."""
    fields: set[tuple[str, str]] = set()
    roles: dict[str, set[str]] = {"crashed": set(), "byzantine": set()}
    acts: set[str] = set()
    shared: set[str] = set()
    told: set[tuple[str, str]] = set()
    for node in _reached((prop.expressions, prop.quantifier, prop.given), machine):
        match node:
            case x.InstanceVariable(instance=instance, name=name):
                fields.update((role, value_name(name)) for role in _roles(instance))
            case x.InState(role=role, states=states):
                fields.add((role, "at"))
                told.update((role, state) for state in states)
            case x.InCondition(instance=instance, condition=condition):
                roles[condition].update(_roles(instance))
            case x.RoleInstances(role=role):
                roles["byzantine"].add(role)
            case x.ActQuery(act=act):
                acts.add(act)
            case x.SharedVariable(name=name):
                shared.add(value_name(name))
            case _:
                pass
    return Sight(
        frozenset(fields),
        frozenset(roles["crashed"]),
        frozenset(roles["byzantine"]),
        frozenset(acts),
        frozenset(shared),
        frozenset(told),
    )


def _reached(part: Any, machine: Machine) -> Iterator[Any]:
    """Yield every node, those of the definitions that are used too."""
    seen: set[x.DefinitionName] = set()
    waiting: list[Any] = [part]
    while waiting:
        for node in nodes_in(waiting.pop()):
            yield node
            name = node.definition if isinstance(node, x.DefinitionCall) else getattr(node, "key", None)
            if isinstance(name, x.DefinitionName) and name not in seen:
                seen.add(name)
                waiting += [definition.body for definition in machine.definitions if definition.name == name]


def _roles(instance: x.Expression) -> tuple[str, ...]:
    return instance.type.roles if isinstance(instance.type, InstanceType) else ()
