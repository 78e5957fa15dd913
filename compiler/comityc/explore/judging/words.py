"""The space of one case in; which words of enums the variables of its roles held there, out."""

from comityc.explore.judging.reads import Sight
from comityc.explore.judging.space import Space
from comityc.machine.model import Machine
from comityc.machine.value_types import EnumType, without_optional
from comityc.naming import value_name


def words_held(machine: Machine, space: Space) -> frozenset[tuple[str, str, str]]:
    """Return role, variable and word of each that was met in a state."""
    found: set[tuple[str, str, str]] = set()
    for role in machine.roles:
        enums = [v.name for v in role.variables if isinstance(without_optional(v.type), EnumType)]
        for name in enums:
            for first in space.firsts(Sight(fields=frozenset({(role.name, value_name(name))}))):
                for state in space.graph.world(first).states[role.name]:
                    word = getattr(state, value_name(name))
                    if word is not None:
                        found.add((role.name, name, str(word)))
    return frozenset(found)
