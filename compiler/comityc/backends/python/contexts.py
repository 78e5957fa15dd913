"""A place in the generated module comes in, the way in which names are reached there goes out: the contexts of `expressions`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from comityc.backends.python.context import Context
from comityc.backends.python.expressions import ATOM, emit
from comityc.backends.python.names import Names, method_part
from comityc.backends.python.reads import Reads, reads
from comityc.machine.expressions import DefinitionName, Expression, Self, SingleInstance
from comityc.machine.model import Role
from comityc.naming import value_name


class _NothingActs(Context):
    """A place without an instance that acts, such as a property; each name that needs one is an error of ours."""

    def variable(self, name: str) -> str:
        raise LookupError(f"no instance acts here, so there is no variable `{name}`")

    def shared(self, name: str) -> str:
        raise LookupError(f"there is no shared variable `{name}` here")

    def me(self) -> str:
        raise LookupError("no instance acts here")

    def sender(self) -> str:
        raise LookupError("no message is received here")

    def received(self) -> str:
        raise LookupError("no message is received here")

    def now(self) -> str:
        raise LookupError("no clock can be read here")

    def others(self) -> str:
        raise LookupError("no instance acts here")

    def instances(self, role: str) -> str:
        raise LookupError(f"the instances of `{role}` are not known here")

    def instance_at(self, role: str, index: str) -> str:
        return f'{self.names.values("Instance")}("{role}", {index})'

    def state_of(self, instance: Expression, role: str) -> str:
        raise LookupError(f"the state of `{role}` cannot be seen here")

    def struck(self, condition: str) -> str:
        raise LookupError(f"nobody knows here who is {condition}")

    def call(self, definition: DefinitionName, arguments: Sequence[str]) -> str:
        raise LookupError(f"`{definition.name}` cannot be used here")

    def key_function(self, definition: DefinitionName) -> str:
        raise LookupError(f"`{definition.name}` cannot be used here")

    def before(self) -> Context:
        raise LookupError("only a `step` property knows the state before")

    def digest(self) -> str:
        raise LookupError("nothing can be sealed here")

    def fresh(self) -> str:
        raise LookupError("no fresh id can be had here")

    def acts(self, act: str, arguments: Sequence[tuple[str, str]]) -> str:
        raise LookupError("nobody knows here what happened")


@dataclass
class ParameterContext(_NothingActs):
    """Constant expressions, and those over parameters alone; `owner` is what the parameters are fields of.

    Definitions are functions of the module that take the parameters first.
    """

    names: Names
    owner: str = "self"
    used: dict[DefinitionName, None] = field(default_factory=dict)

    def parameter(self, name: str) -> str:
        return f"{self.owner}.{value_name(name)}"

    def call(self, definition: DefinitionName, arguments: Sequence[str]) -> str:
        self.used.setdefault(definition)
        return f"{constant_function(definition)}({', '.join([self.owner, *arguments])})"

    def key_function(self, definition: DefinitionName) -> str:
        self.used.setdefault(definition)
        argument = _argument_name(self.names, definition)
        return f"lambda {argument}: {constant_function(definition)}({self.owner}, {argument})"


@dataclass
class WorldContext(_NothingActs):
    """A property, a scenario's condition, or a definition that one of these uses: all instances are seen from outside."""

    names: Names
    world: str = "world"

    def parameter(self, name: str) -> str:
        return f"{self.world}.parameters.{value_name(name)}"

    def shared(self, name: str) -> str:
        return f"{self.world}.shared.{value_name(name)}"

    def instances(self, role: str) -> str:
        return f'_honest({self.world}, "{role}")'

    def instance_at(self, role: str, index: str) -> str:
        return f'_everyone({self.world}, "{role}")[{index}]'

    def state_of(self, instance: Expression, role: str) -> str:
        return _state_in(self, self.world, instance, role)

    def struck(self, condition: str) -> str:
        return f"{self.world}.{condition}"

    def call(self, definition: DefinitionName, arguments: Sequence[str]) -> str:
        return f"{world_function(definition)}({', '.join([self.world, *arguments])})"

    def key_function(self, definition: DefinitionName) -> str:
        argument = _argument_name(self.names, definition)
        return f"lambda {argument}: {world_function(definition)}({self.world}, {argument})"

    def before(self) -> Context:
        return WorldContext(self.names, "old")

    def acts(self, act: str, arguments: Sequence[tuple[str, str]]) -> str:
        given = "".join(f", {name}={text}" for name, text in arguments)
        return f'_acts({self.world}, "{act}"{given})'


@dataclass
class MachineContext(_NothingActs):
    """The methods of a role's machine. `written` maps the variables that a local holds to that local; those of them
    that hold a value, though they may be none, are `known`.
    """

    names: Names
    role: Role
    written: dict[str, str] = field(default_factory=dict)
    shared_written: dict[str, str] = field(default_factory=dict)
    state: str = "state"
    parameters: str = "self.parameters"
    sender_name: str = "event.sender"
    now_name: str = "event.now"
    fresh_names: "FreshIds | None" = None
    argument_names: frozenset[str] = frozenset()
    known: set[str] = field(default_factory=set)

    def is_known(self, name: str) -> bool:
        return name in self.known

    def parameter(self, name: str) -> str:
        return f"{self.parameters}.{value_name(name)}"

    def variable(self, name: str) -> str:
        return self.written.get(name) or f"{self.state}.{value_name(name)}"

    def shared(self, name: str) -> str:
        return self.shared_written.get(name) or f"self.world.shared.{value_name(name)}"

    def local(self, name: str) -> str:
        """A local of the spec steps aside for a variable of the role, which takes its own name as a local."""
        plain = value_name(name)
        taken = any(variable.name == name for variable in self.role.variables) and name not in self.argument_names
        return f"{plain}_" if taken and self.written.get(name) != plain else plain

    def me(self) -> str:
        return "self.me"

    def sender(self) -> str:
        return self.sender_name

    def received(self) -> str:
        return "message"

    def now(self) -> str:
        return self.now_name

    def others(self) -> str:
        return "self._others"

    def instances(self, role: str) -> str:
        return f"self.{each(role)}"

    def instance_at(self, role: str, index: str) -> str:
        return f"self.{each(role)}[{index}]"

    def state_of(self, instance: Expression, role: str) -> str:
        if isinstance(instance, Self):
            return self.state
        return _state_in(self, "self.world", instance, role)

    def struck(self, condition: str) -> str:
        return f"self.world.{condition}"

    def call(self, definition: DefinitionName, arguments: Sequence[str]) -> str:
        return f"self.{method_of(definition)}({', '.join([*arguments, *self.implicit(definition)])})"

    def key_function(self, definition: DefinitionName) -> str:
        implicit = self.implicit(definition)
        if not implicit:
            return f"self.{method_of(definition)}"
        argument = _argument_name(self.names, definition)
        return f"lambda {argument}: {self.call(definition, [argument])}"

    def implicit(self, definition: DefinitionName) -> list[str]:
        """Return what a definition is handed beside its arguments, because it reads it."""
        read = definition_reads(self.names, definition)
        texts = [self.variable(name) for name in read.variables] + [self.shared(name) for name in read.shared]
        if read.messages:
            texts.append(self.received())
        if read.sender:
            texts.append(self.sender())
        if read.now:
            texts.append(self.now())
        return texts

    def digest(self) -> str:
        return "self._digest"

    def fresh(self) -> str:
        assert self.fresh_names is not None, "fresh() stands where no step is taken"
        return self.fresh_names.next()


class FreshIds:
    """Hands out the texts for fresh ids in order; where a loop or a branch may skip some, each takes the next one."""

    def __init__(self, *, counted: bool) -> None:
        self.needs_iterator = False
        self._count = 0
        self._counted = counted

    def restart(self) -> None:
        """Begin with the first id again: another transition."""
        self._count = 0

    def next(self) -> str:
        """Return the text for the next id."""
        self._count += 1
        self.needs_iterator = not self._counted
        return f"event.fresh[{self._count - 1}]" if self._counted else "next(fresh)"


_TABLES = ("_receptions", "_timers", "_decisions", "_requests", "_spontaneous", "_draws", "_open")
_TAKEN_BY_THE_BASE = frozenset([*_TABLES, "_digest", "_others", "_handler", "_not_received", "_deferral", "_refusal"])
_ENDINGS = ("_timers", "_open", "_holds", "_draws")
"""Attributes of `comity.base.RoleMachine`, and those that every generated machine may have."""


def each(role: str) -> str:
    """Return the attribute that holds all instances of a role."""
    return f"_each_{method_part(role)}"


def method_of(definition: DefinitionName) -> str:
    """Return the method of a machine that a definition becomes."""
    name = f"_{_plain(definition)}"
    taken = name in _TAKEN_BY_THE_BASE or name.startswith("_each_") or name.endswith(_ENDINGS)
    return f"{name}_" if taken else name


def world_function(definition: DefinitionName) -> str:
    """Return the function over a world that a definition becomes."""
    owner = f"{method_part(definition.role)}_" if definition.role else ""
    return f"_define_{owner}{_plain(definition)}"


def constant_function(definition: DefinitionName) -> str:
    """Return the function over parameters that a definition becomes."""
    return f"_of_parameters_{_plain(definition)}"


def _plain(definition: DefinitionName) -> str:
    return f"{definition.name}_{definition.variant + 1}" if definition.variant else definition.name


def definition_reads(names: Names, definition: DefinitionName) -> Reads:
    """Return what a definition reads, its arguments aside."""
    return reads(names.definitions[definition].body, names.definitions)


def _argument_name(names: Names, definition: DefinitionName) -> str:
    return value_name(names.definitions[definition].arguments[0][0])


def _state_in(context: Context, world: str, instance: Expression, role: str) -> str:
    number = "0" if isinstance(instance, SingleInstance) else f"{emit(instance, context, ATOM)}.number"
    return f'{world}.states["{role}"][{number}]'
