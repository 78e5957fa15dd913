"""A named expression comes in, the method of a machine that stands for it goes out.

What it reads, variables above all, is handed in: so it sees each as it is at that moment of a step.
"""

from collections.abc import Container

from comityc.backends.python.contexts import MachineContext, definition_reads, method_of
from comityc.backends.python.expressions import emit
from comityc.backends.python.names import Names
from comityc.backends.python.writer import Writer
from comityc.machine.expressions import DefinitionName
from comityc.machine.model import Role
from comityc.naming import value_name


def write_definition(writer: Writer, names: Names, role: Role, name: DefinitionName) -> None:
    """Write the method."""
    definition = names.definitions[name]
    read = definition_reads(names, name)
    kinds = {variable.name: variable.type for variable in role.variables}
    shared = {variable.name: variable.type for variable in names.machine.shared or ()}
    parameters = ["self"]
    parameters += [f"{value_name(argument)}: {names.annotation(kind)}" for argument, kind in definition.arguments]
    parameters += [f"{value_name(v)}: {names.annotation(kinds[v])}" for v in read.variables]
    parameters += [f"{_shared_name(v, kinds)}: {names.annotation(shared[v])}" for v in read.shared]
    if read.messages:
        parameters.append(f"message: {' | '.join(names.message(m) for m in read.messages)}")
    if read.sender:
        parameters.append(f"sender: {names.values('Instance')}")
    if read.now:
        parameters.append("now: float")
    context = MachineContext(
        names,
        role,
        written={v: value_name(v) for v in read.variables},
        shared_written={v: _shared_name(v, kinds) for v in read.shared},
        sender_name="sender",
        now_name="now",
        argument_names=frozenset(argument for argument, _ in definition.arguments),
    )
    with writer.function(method_of(name), parameters, names.annotation(definition.body.type)):
        writer.doc(f"`{name.name}`, as the spec defines it.")
        writer.add("return ", emit(definition.body, context))


def _shared_name(name: str, variables: Container[str]) -> str:
    return f"shared_{value_name(name)}" if name in variables else value_name(name)
