"""A machine and its module in, one of the starts that `start_in` leaves open out, drawn at random."""

from collections.abc import Mapping, Sequence
from random import Random
from types import ModuleType
from typing import Any

from comity.values import Map
from comityc.machine.model import Machine, VariableDeclaration
from comityc.machine.value_types import InstanceType, MapType
from comityc.naming import value_name
from comityc.play.players import some_values


def draw_start(machine: Machine, module: ModuleType, parameters: Any, random: Random) -> dict[str, dict[str, Any]]:
    """Return start values by instance and, for a model, under `shared`; empty where the spec leaves nothing open."""
    drawing = _Drawing(machine, module, parameters, random)
    start: dict[str, dict[str, Any]] = {}
    shared = [variable for variable in machine.shared or () if variable.start_in is not None]
    if shared:
        start["shared"] = drawing.values(shared, module.shared_start_domains(parameters))
    for role in machine.roles:
        variables = [variable for variable in role.variables if variable.start_in is not None]
        for me in module.instances(parameters) if variables else ():
            if me.role == role.name:
                start[str(me)] = drawing.values(
                    variables, module.ROLES[role.name](parameters, me.number).start_domains()
                )
    return start


class _Drawing:
    def __init__(self, machine: Machine, module: ModuleType, parameters: Any, random: Random) -> None:
        self._machine = machine
        self._module = module
        self._instances = module.instances(parameters)
        self._random = random

    def values(
        self, variables: Sequence[VariableDeclaration], domains: Mapping[str, Sequence[Any] | None]
    ) -> dict[str, Any]:
        return {
            name: self._value(variable, domains.get(name))
            for variable in variables
            for name in (value_name(variable.name),)
        }

    def _value(self, variable: VariableDeclaration, domain: Sequence[Any] | None) -> Any:
        assert variable.start_in is not None
        values = domain or some_values(variable.start_in.type, self._machine, self._module)
        if isinstance(variable.type, MapType) and isinstance(variable.type.key, InstanceType):
            roles = variable.type.key.roles
            return Map({me: self._random.choice(values) for me in self._instances if me.role in roles})
        return self._random.choice(values)
