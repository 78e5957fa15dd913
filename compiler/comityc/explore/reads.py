"""A property in; which bits of a packed state it can see out.

States that differ in other bits alone look the same to it, so it is read once for all of them.
"""

from collections.abc import Iterator
from typing import Any

from comityc.explore.graph import Graph
from comityc.explore.setting import nodes_in
from comityc.machine import expressions as x
from comityc.machine.model import Machine, Property
from comityc.machine.value_types import InstanceType


def property_mask(prop: Property, machine: Machine, graph: Graph) -> int:
    """Return the bits of the instances that a property looks into, and those of the rest if it asks for acts or shared variables."""
    nodes = list(_reached((prop.expressions, prop.quantifier, prop.given), machine))
    roles = {role for node in nodes for role in _roles(node)}
    mask = sum(bits for instance, bits in graph.instance_masks.items() if instance.role in roles)
    if any(isinstance(node, x.ActQuery | x.SharedVariable) for node in nodes):
        mask |= graph.rest_mask
    return mask


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


def _roles(node: Any) -> tuple[str, ...]:
    match node:
        case x.RoleInstances(role=role) | x.InState(role=role):
            return (role,)
        case x.InstanceVariable(instance=instance) | x.InCondition(instance=instance):
            return instance.type.roles if isinstance(instance.type, InstanceType) else ()
        case _:
            return ()
