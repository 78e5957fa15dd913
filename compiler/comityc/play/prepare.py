"""A scenario of the machine and the generated module in, its plan out."""

from types import ModuleType

from comityc.machine.model import Machine, Scenario
from comityc.play.plan import Plan


def prepare(machine: Machine, scenario: Scenario, module: ModuleType) -> Plan:
    raise NotImplementedError
