"""Builders: the specs of this room as machines, and modules made of them."""

import sys
from pathlib import Path
from types import ModuleType

from comityc.backends.python.emit import emit_module
from comityc.driver import check_file
from comityc.machine.model import Machine

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "python"


def machine_of(path: Path) -> Machine:
    """Return the machine of a spec that has to be right."""
    machine = check_file(str(path)).machine
    assert machine is not None, path
    return machine


def text_of(name: str, *, checking: bool = False) -> str:
    """Return the module of one of the specs beside the golden files."""
    return emit_module(machine_of(GOLDEN / f"{name}.yaml"), checking=checking)


def module_of(text: str, name: str) -> ModuleType:
    """Load the text of a module."""
    module = ModuleType(f"generated_{name}")
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(text, f"<{name}>", "exec"), vars(module))
    return module


def module(name: str, *, checking: bool = False) -> ModuleType:
    """Load the module of one of the specs beside the golden files."""
    return module_of(text_of(name, checking=checking), f"{name}_{checking}")
