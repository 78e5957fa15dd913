"""A machine comes in, the text of one Python module goes out.

    emit_module(machine)                   what `comity compile` writes: no ghosts, no looks into other instances
    emit_module(machine, checking=True)    the same machines for the checker, with ghosts, and with the properties

The module is written from its end, so to speak: the imports that stand at its top are those that the rest has used.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from comityc import __version__
from comityc.backends.python.checking import CheckingWriter
from comityc.backends.python.contexts import ParameterContext, constant_function
from comityc.backends.python.expressions import emit, emit_as, emit_negated
from comityc.backends.python.imports import import_lines
from comityc.backends.python.literals import docstring, text_literal
from comityc.backends.python.names import Names
from comityc.backends.python.reads import used_definitions
from comityc.backends.python.roles import RoleWriter
from comityc.backends.python.statements import visible_variables
from comityc.backends.python.writer import Writer
from comityc.machine import expressions as ir
from comityc.machine import value_types as types
from comityc.machine.conditions import conditions_of
from comityc.machine.expressions import DefinitionName, Expression
from comityc.machine.model import Machine, Message, ParameterDeclaration, Role
from comityc.machine.value_types import RecordField, ValueType
from comityc.naming import member_name, value_name
from comityc.output import GENERATED_BY, spec_hash

ABI = 1
"""The version of the contract between generated modules and `comity.machine`; a test compares the two."""


def emit_module(machine: Machine, *, checking: bool = False) -> str:
    """Return the module of a protocol as text; with `checking`, in the form that the checker loads."""
    return _ModuleWriter(machine, checking=checking).text()


class _ModuleWriter:
    def __init__(self, machine: Machine, *, checking: bool) -> None:
        self._machine = machine
        self._checking = checking
        self._names = Names(machine)
        if checking:
            watched = enumerate(conditions_of(machine))
            self._names.watched = {id(condition.expression): number for number, condition in watched}
        self._of_parameters: dict[DefinitionName, None] = {}
        self._fresh = 0

    def text(self) -> str:
        parts = [part for part in self._parts() if part]
        constants = self._constants()
        functions = self._parameter_functions()
        place = next(n for n, part in enumerate(parts) if part[0].startswith("class Parameters"))
        parts[place + 1 : place + 1] = functions
        lines = [*self._header(), "", *import_lines(self._names), *constants]
        for part in parts:
            lines += ["", "", *part]
        return "\n".join(lines) + "\n"

    def _header(self) -> list[str]:
        file = self._machine.file
        shown = PurePath(file).name if PurePath(file).is_absolute() else file
        safe = "".join(c if c.isprintable() else "?" for c in shown)
        first = f"# {GENERATED_BY} {__version__} from {safe} (spec {spec_hash(self._machine.source)}). Do not edit."
        return [first, *docstring(self._machine.doc or f"The protocol {self._machine.protocol}.")]

    def _parts(self) -> Iterator[list[str]]:
        """Yield the classes and functions, each as its lines."""
        machine = self._machine
        for declared in machine.types:
            if isinstance(declared, types.EnumType):
                yield self._enum(self._names.type(declared.name), declared.words, "", {})
        yield from self._records_and_messages()
        yield self._parameters()
        if machine.shared is not None:
            yield self._shared_state()
        for role in machine.roles:
            doc = f"The states of {_a(role.name)}."
            docs = {state.name: state.doc for state in role.states}
            names = tuple(state.name for state in role.states)
            yield self._enum(self._names.at(role.name), names, doc, docs)
            yield self._control_states(role)
            yield self._state(role)
        for act in machine.acts:
            if act.arguments:
                doc = f"What the act `{act.name}` is asked to do."
                yield self._tuple_class(self._names.arguments(act.name), doc, act.arguments)
        for role in machine.roles:
            yield self._interface(role)
        for role in machine.roles:
            writer, role_writer = Writer(), RoleWriter(self._names, role, checking=self._checking)
            role_writer.write(writer)
            self._fresh = max(self._fresh, role_writer.fresh)
            self._of_parameters.update(role_writer.used_of_parameters)
            yield writer.lines
        yield self._instances()
        yield self._tables()
        if self._checking:
            checking = CheckingWriter(self._names)
            yield from checking.parts()
            self._of_parameters.update(checking.used_of_parameters)

    # ---- constants

    def _constants(self) -> list[str]:
        names, writer = self._names, Writer()
        writer.blank()
        writer.add("PROTOCOL = ", text_literal(self._machine.protocol))
        writer.add(f"ABI = {ABI}")
        writer.add("SPEC_HASH = ", text_literal(spec_hash(self._machine.source)))
        writer.add(f"FRESH = {self._fresh}")
        for role in self._machine.roles:
            if role.count is None:
                instance = f'{names.values("Instance")}("{role.name}", 0, single=True)'
                writer.add(f"{names.single(role.name)} = ", instance)
        aliases = [
            (names.outcome(act.name), f"{names.use('typing', 'Literal')}[{', '.join(map(text_literal, act.outcomes))}]")
            for act in self._machine.acts
            if self._is_asked(act.name)
        ]
        if aliases:
            writer.blank()
        for name, text in aliases:
            writer.add(f"{name} = ", text)
        return writer.lines

    def _is_asked(self, act: str) -> bool:
        return any(request.act == act for r in self._machine.roles for s in r.states for request in s.requests)

    # ---- classes of values

    def _enum(self, name: str, words: tuple[str, ...], doc: str, docs: dict[str, str]) -> list[str]:
        writer = Writer()
        writer.add(f"class {name}({self._names.values('Word')}):")
        with writer.block():
            writer.doc(doc or "Words compare in this order.")
            writer.blank()
            for word in words:
                for line in docs.get(word, "").strip().splitlines():
                    writer.add(f"# {line.strip()}".rstrip())
                writer.add(f"{member_name(word)} = ", text_literal(word))
        return writer.lines

    def _control_states(self, role: Role) -> list[str]:
        """Name each control state by a constant: a step reads them all the time, and members of enums are slow to reach."""
        writer = Writer()
        at = self._names.at(role.name)
        for state in role.states:
            writer.add(f"{self._names.control_state(role.name, state.name)} = {at}.{member_name(state.name)}")
        return writer.lines

    def _records_and_messages(self) -> Iterator[list[str]]:
        """Yield the classes of records and messages, each behind those that its fields name."""
        waiting: dict[str, tuple[tuple[RecordField, ...], list[str]]] = {}
        for declared in self._machine.types:
            if isinstance(declared, types.RecordType):
                name = self._names.type(declared.name)
                waiting[name] = (declared.fields, self._tuple_class(name, "", declared.fields))
        for message in self._machine.messages:
            waiting[self._names.message(message.name)] = (message.fields, self._message(message))
        while waiting:
            ready = [
                n for n, (fields, _) in waiting.items() if not (_named(fields, self._names) & waiting.keys() - {n})
            ]
            for name in ready or list(waiting):
                yield waiting.pop(name)[1]

    def _tuple_class(self, name: str, doc: str, fields: Iterable[RecordField]) -> list[str]:
        writer = Writer()
        writer.add(f"class {name}({self._names.use('typing', 'NamedTuple')}):")
        with writer.block():
            if doc:
                writer.doc(doc)
                writer.blank()
            for field in fields:
                writer.add(f"{value_name(field.name)}: {self._names.annotation(field.type)}")
        return writer.lines

    def _message(self, message: Message) -> list[str]:
        writer = Writer()
        writer.add(f"@{self._names.use('dataclasses', 'dataclass')}(frozen=True, slots=True)")
        writer.add(f"class {self._names.message(message.name)}:")
        with writer.block():
            senders, receivers = (" or ".join(roles) for roles in (message.senders, message.receivers))
            fallback = f"From {senders or 'nobody'} to {receivers or 'nobody'}."
            writer.doc(message.doc or fallback)
            if message.fields:
                writer.blank()
            for field in message.fields:
                writer.add(f"{value_name(field.name)}: {self._names.annotation(field.type)}")
        return writer.lines

    # ---- parameters

    def _parameters(self) -> list[str]:
        names, writer = self._names, Writer()
        context = ParameterContext(names, "self")
        declared = sorted(self._machine.parameters, key=lambda parameter: parameter.default is not None)
        writer.add(f"class Parameters({names.use('typing', 'NamedTuple')}):")
        with writer.block():
            writer.doc("What can be chosen before the protocol starts.")
            writer.blank()
            for parameter in declared:
                for line in parameter.doc.strip().splitlines():
                    writer.add(f"# {line.strip()}".rstrip())
                head = f"{value_name(parameter.name)}: {names.annotation(parameter.type)}"
                if parameter.default is None:
                    writer.add(head)
                else:
                    writer.add(f"{head} = ", emit_as(parameter.default, parameter.type, context))
            if declared:
                writer.blank()
            with writer.function("check", ["self"], "None"):
                writer.doc("Refuse values outside their range, or against an assumption of the protocol.")
                self._checks(writer, context)
        self._of_parameters.update(context.used)
        return writer.lines

    def _checks(self, writer: Writer, context: ParameterContext) -> None:
        for parameter in self._machine.parameters:
            if parameter.range is not None:
                low, high = (emit(end, context) for end in parameter.range)
                writer.add("if ", f"not {low} <= {context.parameter(parameter.name)} <= {high}", ":")
                self._refuse(writer, _range_text(parameter))
        for assumption in self._machine.assumptions:
            writer.add("if ", emit_negated(assumption.condition, context), ":")
            self._refuse(writer, f"against the assumption: {assumption.name}")

    def _refuse(self, writer: Writer, why: str) -> None:
        with writer.block():
            error = self._names.use("comity.errors", "RefusedParameters")
            writer.add("raise ", f"{error}({text_literal(why)})")

    def _parameter_functions(self) -> list[list[str]]:
        """Return the definitions that parameters, counts and assumptions use, as functions over the parameters."""
        names = self._names
        wanted = dict(self._of_parameters)
        for name in list(wanted):
            wanted.update(used_definitions(names.definitions[name].body, names.definitions))
        parts: list[list[str]] = []
        for name in sorted(wanted, key=list(names.definitions).index):
            definition, writer = names.definitions[name], Writer()
            arguments = [f"{value_name(a)}: {names.annotation(kind)}" for a, kind in definition.arguments]
            returns = names.annotation(definition.body.type)
            with writer.function(constant_function(name), ["parameters: Parameters", *arguments], returns):
                writer.doc(f"`{name.name}`, as the spec defines it.")
                writer.add("return ", emit(definition.body, ParameterContext(names, "parameters")))
            parts.append(writer.lines)
        return parts

    # ---- states, interfaces, tables

    def _shared_state(self) -> list[str]:
        assert self._machine.shared is not None
        fields = [RecordField(variable.name, variable.type) for variable in self._machine.shared]
        lines = self._tuple_class("SharedState", "The variables that every instance reads and writes.", fields)
        return lines[:-1] if not fields else lines

    def _state(self, role: Role) -> list[str]:
        names, writer = self._names, Writer()
        writer.add(f"class {names.state(role.name)}({names.use('typing', 'NamedTuple')}):")
        with writer.block():
            writer.doc(role.doc or f"What {_a(role.name)} knows: its control state, and its variables.")
            writer.blank()
            writer.add(f"at: {names.at(role.name)}")
            for variable in visible_variables(role, checking=self._checking):
                writer.add(f"{value_name(variable.name)}: {names.annotation(variable.type)}")
                if variable.doc:
                    writer.doc(variable.doc)
        return writer.lines

    def _interface(self, role: Role) -> list[str]:
        """Write what a user implements: a method for each decision and each act of a role."""
        names, writer = self._names, Writer()
        decisions = {rule.name: rule for state in role.states for rule in state.decisions}
        acts = dict.fromkeys(rule.act for state in role.states for rule in state.requests)
        if not decisions and not acts:
            return []
        awaitable = names.use("collections.abc", "Awaitable")
        writer.add(f"class {names.interface(role.name)}({names.use('typing', 'Protocol')}):")
        with writer.block():
            writer.doc(f"What is to be written for {_a(role.name)}: a class with these methods, `async` or not.")
            for name, rule in decisions.items():
                kind = "bool" if rule.domain is None else names.annotation(rule.domain.type)
                plain = kind.removesuffix(" | None")
                writer.blank()
                question = f"question: {names.use('comity.agent', 'Question')}"
                returns = f"{plain} | {awaitable}[{plain} | None] | None"
                with writer.function(value_name(name), ["self", question], returns):
                    nothing = "False" if rule.domain is None else "None"
                    what = "Say whether to" if rule.domain is None else "Choose"
                    states = [f"`{s.name}`" for s in role.states if any(d.name == name for d in s.decisions)]
                    writer.doc(f"{what} `{name}`, in {' or '.join(states)}; {nothing} leaves it open.")
            for act in acts:
                outcome = names.outcome(act)
                writer.blank()
                task = f"task: {names.use('comity.agent', 'Task')}"
                with writer.function(
                    value_name(act), ["self", task], f"{outcome} | {awaitable}[{outcome} | None] | None"
                ):
                    arguments = next(a.arguments for a in self._machine.acts if a.name == act)
                    given = f" `task.arguments` is a `{names.arguments(act)}`." if arguments else ""
                    writer.doc(f"Do `{act}`, once under `task.key`; None when its outcome is not known.{given}")
        return writer.lines

    def _instances(self) -> list[str]:
        names, writer = self._names, Writer()
        context = ParameterContext(names, "parameters")
        items: list[str] = []
        for role in self._machine.roles:
            if role.count is None:
                items.append(names.single(role.name))
            else:
                made = f'{names.values("Instance")}("{role.name}", number)'
                items.append(f"*({made} for number in range({emit(role.count, context)}))")
        with writer.function("instances", ["parameters: Parameters"], f"tuple[{names.values('Instance')}, ...]"):
            writer.doc("Return the names of all instances, role by role.")
            writer.add("return ", f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})")
        self._of_parameters.update(context.used)
        return writer.lines

    def _tables(self) -> list[str]:
        names, writer = self._names, Writer()
        roles = ", ".join(f"{text_literal(role.name)}: {names.role(role.name)}" for role in self._machine.roles)
        writer.add(f"ROLES: dict[str, type[{names.any()}]] = ", f"{{{roles}}}")
        listed = [f"{text_literal(m.name)}: {names.message(m.name)}" for m in self._machine.messages]
        writer.add("MESSAGES: dict[str, type] = ", f"{{{', '.join(listed)}}}")
        return writer.lines


def _named(fields: Iterable[RecordField], names: Names) -> set[str]:
    """Return the classes that fields name in their types."""
    found: set[str] = set()

    def look(value_type: ValueType | None) -> None:
        match value_type:
            case types.RecordType(name=name):
                found.add(names.type(name))
            case types.MessageType(names=messages):
                found.update(names.message(message) for message in messages)
            case types.OptionalType(item=item) | types.SetType(item=item) | types.ListType(item=item):
                look(item)
            case types.MapType(key=key, value=value):
                look(key)
                look(value)
            case _:
                pass

    for field in fields:
        look(field.type)
    return found


def _range_text(parameter: ParameterDeclaration) -> str:
    assert parameter.range is not None
    low, high = (_plain(end) for end in parameter.range)
    return f"{parameter.name} has to be from {low} to {high}"


def _plain(expression: Expression) -> str:
    match expression:
        case ir.Constant(value=value):
            return str(value)
        case ir.DurationConstant(milliseconds=milliseconds):
            return f"{milliseconds} ms"
        case ir.Negative(value=value):
            return f"-{_plain(value)}"
        case _:
            return "its limit"


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
