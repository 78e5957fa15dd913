"""A machine's promises come in; the functions over a world that the checker's form of a module ends with go out.

PROPERTIES   name -> the functions of its expressions: `(world, *q)`, of a `step` `(old, world, *q)`
QUANTIFIERS  name -> function of a world: the values of `for:`, as tuples
GIVEN        name -> function `(world, *q)` of the condition that a property rests on
SEEN         what each condition of a guard or an `if` was when it was asked for: 1 false, 2 true, 3 both
SCENARIOS    name -> `expect`, `hold` (one per entry), `crash` (pairs: which instance, and when), all functions of a world
"""

from collections.abc import Iterator

from comityc.backends.python.contexts import MachineContext, ParameterContext, WorldContext, world_function
from comityc.backends.python.expressions import emit, emit_as, emit_iterable
from comityc.backends.python.literals import text_literal
from comityc.backends.python.names import Names, method_part
from comityc.backends.python.reads import used_definitions
from comityc.backends.python.values import finite_values
from comityc.backends.python.writer import Writer
from comityc.machine import expressions as ir
from comityc.machine.expressions import DefinitionName, Expression
from comityc.machine.model import ExpressionDomain, Property, Role, Scenario
from comityc.naming import value_name

_PRELUDE = '''\
def _everyone(world: Any, role: str) -> list[Instance]:
    """Return all instances of a role that has a count."""
    return [Instance(role, number) for number in range(len(world.states[role]))]


def _honest(world: Any, role: str) -> list[Instance]:
    """Return the instances of a role that are there and keep to the protocol."""
    return [one for one in _everyone(world, role) if one not in world.byzantine and one not in world.absent]


def _seen(number: int, value: bool) -> bool:
    """Note what a condition was."""
    SEEN[number] |= 2 if value else 1
    return value


def _acts(world: Any, act: str, **arguments: Any) -> list[Any]:
    """Return the acts that took effect, with these arguments."""
    return [
        happening
        for happening in world.acts
        if happening.act == act and all(getattr(happening.arguments, n) == v for n, v in arguments.items())
    ]
'''


class CheckingWriter:
    """Writes what stands behind the machines in a module for checking."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._context = WorldContext(names)
        self.used_of_parameters: dict[DefinitionName, None] = {}

    def parts(self) -> Iterator[list[str]]:
        """Yield the functions and the tables."""
        names = self._names
        names.any()
        names.values("Instance")
        prelude = _PRELUDE.replace("Instance", names.values("Instance")).replace("Any", names.any())
        for function in prelude.strip().split("\n\n\n"):
            yield function.splitlines()
        yield [f"SEEN = bytearray({len(names.watched)})"]
        if names.machine.shared is not None:
            yield from self._shared()
        yield from self._definitions()
        properties: dict[str, str] = {}
        quantifiers: dict[str, str] = {}
        given: dict[str, str] = {}
        for promise in names.machine.properties:
            if not promise.expressions:
                continue
            own: list[str] = []
            for number, expression in enumerate(promise.expressions, 1):
                name = f"_property_{method_part(promise.name)}_{number}"
                own.append(name)
                yield self._function(name, self._arguments(promise), expression)
            properties[promise.name] = _tuple(own)
            if promise.quantifier is not None:
                quantifiers[promise.name] = f"_quantifier_{method_part(promise.name)}"
                yield self._quantifier(quantifiers[promise.name], promise.quantifier)
            if promise.given is not None:
                given[promise.name] = f"_given_{method_part(promise.name)}"
                yield self._function(given[promise.name], self._arguments(promise, step=False), promise.given[1])
        scenarios: dict[str, str] = {}
        for number, scenario in enumerate(names.machine.scenarios, 1):
            parts, text = self._scenario(scenario, f"_scenario_{number}")
            yield from parts
            scenarios[scenario.name] = text
        yield self._tables(
            {"PROPERTIES": properties, "QUANTIFIERS": quantifiers, "GIVEN": given, "SCENARIOS": scenarios}
        )

    def _tables(self, tables: dict[str, dict[str, str]]) -> list[str]:
        writer = Writer()
        for name, entries in tables.items():
            items = ", ".join(f"{text_literal(key)}: {text}" for key, text in entries.items())
            writer.add(f"{name}: dict[str, {self._names.any()}] = ", f"{{{items}}}")
        return writer.lines

    def _arguments(self, promise: Property, *, step: bool = True) -> list[str]:
        kind = self._names.any()
        arguments = [f"old: {kind}"] if promise.kind == "step" and step else []
        arguments.append(f"world: {kind}")
        if promise.quantifier is not None:
            arguments += [f"{value_name(n)}: {self._names.annotation(t)}" for n, t in promise.quantifier.targets]
        return arguments

    def _function(self, name: str, arguments: list[str], expression: Expression) -> list[str]:
        writer = Writer()
        with writer.function(name, arguments, self._names.any()):
            writer.add("return ", emit(expression, self._context))
        return writer.lines

    def _quantifier(self, name: str, clause: ir.Clause) -> list[str]:
        writer = Writer()
        kind = self._names.any()
        names = [value_name(n) for n, _ in clause.targets]
        conditions = "".join(f" if {emit(c, self._context, 1)}" for c in clause.conditions)
        iterable = emit_iterable(clause.iterable, self._context, in_order=True)
        bound = f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"
        with writer.function(name, [f"world: {kind}"], f"list[tuple[{kind}, ...]]"):
            writer.add("return ", f"[{bound} for {', '.join(names)} in {iterable}{conditions}]")
        return writer.lines

    def _scenario(self, scenario: Scenario, prefix: str) -> tuple[list[list[str]], str]:
        arguments = [f"world: {self._names.any()}"]
        parts: list[list[str]] = []
        expect = "None"
        if scenario.expect is not None:
            expect = f"{prefix}_expect"
            parts.append(self._function(expect, arguments, scenario.expect))
        hold: list[str] = []
        for number, (_, condition) in enumerate(scenario.hold, 1):
            hold.append(f"{prefix}_hold_{number}")
            parts.append(self._function(hold[-1], arguments, condition))
        crash: list[str] = []
        for number, (instance, condition) in enumerate(scenario.crash, 1):
            who, when = f"{prefix}_crash_{number}", f"{prefix}_crash_{number}_when"
            crash.append(f"({who}, {when})")
            parts.append(self._function(who, arguments, instance))
            parts.append(self._function(when, arguments, condition))
        text = f'{{"expect": {expect}, "hold": {_tuple(hold)}, "crash": {_tuple(crash)}}}'
        return parts, text

    def _definitions(self) -> Iterator[list[str]]:
        """Yield the definitions that promises use, as functions over a world."""
        machine = self._names.machine
        promises = [(p.expressions, p.quantifier, None if p.given is None else p.given[1]) for p in machine.properties]
        conditions = [(s.expect, tuple(c for _, c in s.hold), s.crash) for s in machine.scenarios]
        simulations = tuple(simulation.expect for simulation in machine.simulations)
        found = used_definitions((tuple(promises), tuple(conditions), simulations), self._names.definitions)
        for name in sorted(found, key=list(self._names.definitions).index):
            definition, writer = self._names.definitions[name], Writer()
            arguments = [f"{value_name(a)}: {self._names.any()}" for a, _ in definition.arguments]
            with writer.function(world_function(name), [f"world: {self._names.any()}", *arguments], self._names.any()):
                writer.add("return ", emit(definition.body, self._context))
            yield writer.lines

    # ---- shared variables

    def _shared(self) -> Iterator[list[str]]:
        """Yield `shared_start(parameters, **open)` and `shared_start_domains(parameters)`."""
        names, machine = self._names, self._names.machine
        assert machine.shared is not None
        context = _SharedStart(names)
        kind = names.any()
        values: list[str] = []
        parameters = ["parameters: Parameters"]
        domains: list[str] = []
        for variable in machine.shared:
            name, default = value_name(variable.name), emit_as(variable.default, variable.type, context)
            if variable.start_in is None:
                values.append(f"{name}={default}")
                continue
            parameters.append(f"{name}: {kind} = None")
            values.append(f"{name}={default} if {name} is None else {name}")
            text = None
            if isinstance(variable.start_in, ExpressionDomain):
                text = finite_values(variable.start_in, MachineContext(names, _NOBODY, parameters="parameters"))
            domains.append(f"{text_literal(name)}: {text}")
        writer = Writer()
        with writer.function("shared_start", parameters, "SharedState"):
            writer.add("return ", f"SharedState({', '.join(values)})")
        yield writer.lines
        writer = Writer()
        with writer.function(
            "shared_start_domains", ["parameters: Parameters"], f"dict[str, tuple[{kind}, ...] | None]"
        ):
            writer.add("return ", f"{{{', '.join(domains)}}}")
        yield writer.lines
        self.used_of_parameters.update(context.used)


class _SharedStart(ParameterContext):
    """Where shared variables start: before there is any instance, but their names are known."""

    def __init__(self, names: Names) -> None:
        super().__init__(names, "parameters")

    def instances(self, role: str) -> str:
        return f'[instance for instance in instances(parameters) if instance.role == "{role}"]'


_NOBODY = Role(name="", count=None, dynamic=False, restart_in=None, variables=(), states=(), transitions=())


def _tuple(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
