"""The space of one case in; which words of enums the variables of its roles held there, out."""

from comityc.explore.judging.looks import Aspect
from comityc.explore.judging.space import Space
from comityc.machine.model import Machine
from comityc.machine.value_types import EnumType, without_optional
from comityc.naming import value_name


def words_held(machine: Machine, space: Space) -> frozenset[tuple[str, str, str]]:
    """Return role, variable and word of each that was met in a state."""
    found: set[tuple[str, str, str]] = set()
    parts = space.parts
    for role in machine.roles:
        enums = [v.name for v in role.variables if isinstance(without_optional(v.type), EnumType)]
        of_role = [at for at, instance in enumerate(parts.instances) if instance.role == role.name] if enums else []
        for part in of_role:
            values = parts.met(part)
            for name in enums:
                seen = parts.seen(part, Aspect("field", value_name(name)))
                found.update((role.name, name, str(seen[value])) for value in values if seen[value] is not None)
    return frozenset(found)
