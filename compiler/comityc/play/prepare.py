"""A scenario of the machine and the generated module (in its form for checking) in, its plan out."""

from importlib import import_module
from types import ModuleType
from typing import Any

from comityc.backends.python.contexts import ParameterContext
from comityc.backends.python.expressions import emit_as
from comityc.backends.python.names import Names
from comityc.machine.expressions import Expression
from comityc.machine.model import Answers, Machine, MessagePattern, Scenario
from comityc.machine.value_types import ValueType
from comityc.naming import value_name
from comityc.play.plan import AnswerList, Plan, SentBy


def prepare(machine: Machine, scenario: Scenario, module: ModuleType) -> Plan:
    """Return the plan of a scenario; raise `RefusedParameters` when its values break an assumption of the protocol."""
    read = _Reader(machine, module)
    types = {declared.name: declared.type for declared in machine.parameters}
    values = {value_name(name): read.constant(value, types[name]) for name, value in scenario.values}
    parameters = module.Parameters(**values)
    parameters.check()
    conditions = module.SCENARIOS[scenario.name]
    return Plan(
        name=scenario.name,
        parameters=parameters,
        decisions=tuple(_answers(answers, read) for answers in scenario.decisions),
        performs=tuple(_answers(answers, read) for answers in scenario.performs),
        hold=tuple(
            (_sent_by(pattern, module), condition)
            for (pattern, _), condition in zip(scenario.hold, conditions["hold"], strict=True)
        ),
        lose=tuple(_sent_by(pattern, module) for pattern in scenario.lose),
        crash=tuple(conditions["crash"]),
        expect=conditions["expect"],
        ordered=machine.network == "fifo" and not machine.tolerates.reorder,
        in_order=frozenset(module.MESSAGES[message.name] for message in machine.messages if message.fifo),
        undoes={act.name: act.undoes for act in machine.acts if act.undoes is not None},
        looks=machine.shared is not None,
    )


def _answers(answers: Answers, read: "_Reader") -> AnswerList:
    values = tuple(read.constant(value, value.type) for value in answers.values)
    return AnswerList(answers.role, answers.index, answers.name, values)


def _sent_by(pattern: MessagePattern, module: ModuleType) -> SentBy:
    return SentBy(pattern.role, pattern.index, module.MESSAGES[pattern.message])


class _Reader:
    """Compiles the scenario's constants by the emitter that wrote the module, so that both mean the same."""

    def __init__(self, machine: Machine, module: ModuleType) -> None:
        self._names = Names(machine)
        self._namespace: dict[str, Any] = dict(vars(module))

    def constant(self, expression: Expression, value_type: ValueType) -> Any:
        """Return the value of an expression that reads nothing."""
        text = emit_as(expression, value_type, ParameterContext(self._names))
        for source, imported in self._names.imports.items():
            for name, alias in imported.items():
                self._namespace.setdefault(alias, getattr(import_module(source), name))
        return eval(compile(text, "<a value of a scenario>", "eval"), self._namespace)
