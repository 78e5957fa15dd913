"""Typed expressions in; functions that read them out, compiled by the expression emitter of the Python back end.

Conditions of vacuity, values of cases and the parts of a false property are all read this way, so there is one semantics.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from comityc.backends.python.context import Context
from comityc.backends.python.contexts import ParameterContext, WorldContext
from comityc.backends.python.expressions import emit
from comityc.backends.python.names import Names
from comityc.explore.world import World
from comityc.machine.expressions import Expression
from comityc.machine.model import Machine
from comityc.naming import value_name


class Evaluator:
    """Compiles expressions of one machine against its generated module (in the form for checking)."""

    def __init__(self, machine: Machine, module: Any) -> None:
        self.module = module
        self.functions: dict[str, Any] = {}  # by property, once the examiner has found them
        self._names = Names(machine)
        self._namespace: dict[str, Any] = dict(vars(module))
        self._compiled: dict[tuple[int, tuple[str, ...], bool], tuple[Expression, Callable[..., Any]]] = {}

    def constant(self, expression: Expression) -> Any:
        """Return the value of an expression that reads nothing."""
        return self._function([], expression, ParameterContext(self._names, "parameters"))()

    def over_parameters(self, expression: Expression, parameters: Any) -> Any:
        """Return the value of an expression that reads parameters alone."""
        return self._function(["parameters"], expression, ParameterContext(self._names, "parameters"))(parameters)

    def of_world(self, expression: Expression, names: tuple[str, ...], over_steps: bool) -> Callable[..., Any]:
        """Return a function of a world (over steps: of the old and the new one) and of the values of these names."""
        key = (id(expression), names, over_steps)
        if key not in self._compiled:
            worlds = ["old", "world"] if over_steps else ["world"]
            parameters = [*worlds, *map(value_name, names)]
            self._compiled[key] = expression, self._function(parameters, expression, WorldContext(self._names))
        return self._compiled[key][1]

    def reader(self, old: World | None, new: World) -> Callable[[Expression, Mapping[str, Any]], Any]:
        """Return what reads an expression in one state, or in the states before and after a step."""
        worlds = (new,) if old is None else (old, new)

        def read(expression: Expression, names: Mapping[str, Any]) -> Any:
            return self.of_world(expression, tuple(names), len(worlds) == 2)(*worlds, *names.values())

        return read

    def _function(self, parameters: list[str], expression: Expression, context: Context) -> Callable[..., Any]:
        text = f"lambda {', '.join(parameters)}: {emit(expression, context)}"
        for source, imported in self._names.imports.items():
            for name, alias in imported.items():
                if alias not in self._namespace:
                    self._namespace[alias] = getattr(import_module(source), name)
        function: Callable[..., Any] = eval(compile(text, "<part of a property>", "eval"), self._namespace)
        return function
