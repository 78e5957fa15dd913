"""A property in; which bits of a packed state it can see out.

States that differ in other bits alone look the same to it, so it is read once for all of them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from comity.values import Instance
from comityc.explore.records import LOCAL_BITS
from comityc.explore.setting import nodes_in
from comityc.explore.successors import REST_BITS
from comityc.machine import expressions as x
from comityc.machine.model import Machine, Property
from comityc.machine.value_types import InstanceType


def property_mask(prop: Property, machine: Machine, instances: Sequence[Instance]) -> int:
    """Return the bits of the instances that a property looks into, and those of the rest if it asks for acts or shared variables."""
    mask = 0
    nodes = list(_reached((prop.expressions, prop.quantifier, prop.given), machine))
    roles = {role for node in nodes for role in _roles(node)}
    for at, instance in enumerate(instances):
        if instance.role in roles:
            mask |= ((1 << LOCAL_BITS) - 1) << (LOCAL_BITS * at)
    if any(isinstance(node, x.ActQuery | x.SharedVariable) for node in nodes):
        mask |= ((1 << REST_BITS) - 1) << (LOCAL_BITS * len(instances))
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
