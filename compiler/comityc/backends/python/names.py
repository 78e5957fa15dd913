"""A machine comes in; what its parts are called in the generated module goes out, and the imports that these need."""

from comityc.backends.python.reads import names_bound
from comityc.machine import value_types as types
from comityc.machine.model import Machine
from comityc.machine.value_types import ValueType
from comityc.naming import MODULE_NAMES, class_name, declared_class, member_name, part_name, value_name


class Names:
    """The names of one module. `use` notes an import; a name that the spec takes for itself is imported under another."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._imports: dict[str, dict[str, str]] = {}
        self._classes = _class_names(machine)
        self._taken = self._classes | _value_names(machine) | MODULE_NAMES
        self._singles = {member_name(role.name) for role in machine.roles if role.count is None}
        self.definitions = {definition.name: definition for definition in machine.definitions}
        self.watched: dict[int, int] = {}  # numbers of conditions that note what they were, by the identity of the node

    # ---- classes and constants

    def type(self, name: str) -> str:
        """The class of an enum or a record."""
        return declared_class(name)

    def message(self, name: str) -> str:
        """The class of a message."""
        return declared_class(name)

    def at(self, role: str) -> str:
        """The enum of a role's control states."""
        return f"{class_name(role)}At"

    def control_state(self, role: str, state: str) -> str:
        """The constant for a control state: `CHAIR_CLOSED` is `ChairAt.CLOSED`."""
        return self._constant(f"{member_name(role)}_{member_name(state)}")

    def state(self, role: str) -> str:
        """The class of the states of a role's instances."""
        return f"{class_name(role)}State"

    def role(self, role: str) -> str:
        """The class of a role's machines."""
        return f"{class_name(role)}Machine"

    def interface(self, role: str) -> str:
        """The interface of a role's decisions and acts."""
        return f"{class_name(role)}Handler"

    def arguments(self, act: str) -> str:
        """The class of what an act is asked to do."""
        return f"{class_name(act)}Arguments"

    def outcome(self, act: str) -> str:
        """The type of an act's outcomes."""
        return f"{class_name(act)}Outcome"

    def single(self, role: str) -> str:
        """The constant for the only instance of a role."""
        return self._constant(member_name(role), of_state=False)

    def _constant(self, name: str, *, of_state: bool = True) -> str:
        """Keep a constant apart from those of every module, from classes (a message `V` and a role `v`), and that of a
        state from one for an instance.
        """
        taken = name in MODULE_NAMES or name in self._classes or (of_state and name in self._singles)
        return f"{name}_" if taken else name

    # ---- imports

    def use(self, module: str, name: str) -> str:
        """Import a name, and return what it is called here."""
        alias = name
        if name in self._taken:
            alias = f"Comity{name}" if name[0].isupper() else f"comity_{name}"
        self._imports.setdefault(module, {})[name] = alias
        return alias

    def values(self, name: str) -> str:
        """Import a name of `comity.values`."""
        return self.use("comity.values", name)

    def runtime(self, name: str) -> str:
        """Import a name of `comity.machine`."""
        return self.use("comity.machine", name)

    def domains(self, name: str) -> str:
        """Import a name of `comity.domains`."""
        return self.use("comity.domains", name)

    def fraction(self) -> str:
        """Import the class of exact ratios."""
        return self.use("fractions", "Fraction")

    def timedelta(self) -> str:
        """Import the class of durations."""
        return self.use("datetime", "timedelta")

    def any(self) -> str:
        """Import `Any`."""
        return self.use("typing", "Any")

    @property
    def imports(self) -> dict[str, dict[str, str]]:
        """The imports so far: by module, the name there and the name here."""
        return self._imports

    # ---- types

    def annotation(self, value_type: ValueType | None) -> str:
        """Return a type as an annotation."""
        match value_type:
            case None:
                return self.any()
            case types.BoolType():
                return "bool"
            case types.IntType():
                return "int"
            case types.FractionType():
                return self.fraction()
            case types.DurationType():
                return self.timedelta()
            case types.TimeType():
                return "float"
            case types.TextType() | types.IdType() | types.DigestType():
                return "str"
            case types.NothingType():
                return "None"
            case types.EnumType(name=name) | types.RecordType(name=name):
                return self.type(name)
            case types.OptionalType(item=item):
                return f"{self.annotation(item)} | None"
            case types.SetType(item=item):
                return f"frozenset[{self.annotation(item)}]"
            case types.ListType(item=item):
                return f"tuple[{self.annotation(item)}, ...]"
            case types.MapType(key=key, value=value):
                return f"{self.values('Map')}[{self.annotation(key)}, {self.annotation(value)}]"
            case types.TupleType(items=items):
                return f"tuple[{', '.join(self.annotation(item) for item in items)}]"
            case types.InstanceType():
                return self.values("Instance")
            case types.MessageType(names=names):
                return " | ".join(self.message(name) for name in names)
            case types.HappeningType(act=act):
                return self.arguments(act)


def _class_names(machine: Machine) -> set[str]:
    """Return the names of the classes and types that a module makes of a spec."""
    found = {
        declared_class(declared.name)
        for declared in machine.types
        if isinstance(declared, types.EnumType | types.RecordType)
    }
    found.update(declared_class(message.name) for message in machine.messages)
    for role in machine.roles:
        found.update(f"{class_name(role.name)}{ending}" for ending in ("At", "State", "Machine", "Handler"))
    for act in machine.acts:
        found.update(f"{class_name(act.name)}{ending}" for ending in ("Arguments", "Outcome"))
    return found


def _value_names(machine: Machine) -> set[str]:
    """Return all names that a local or an argument in the module may have."""
    found = {variable.name for variable in machine.shared or ()}
    for role in machine.roles:
        found.update(variable.name for variable in role.variables)
        for transition in role.transitions:
            found |= names_bound((transition.guard, transition.body))
            if transition.draw is not None:
                found.add(transition.draw[0])
        for state in role.states:
            found.update(rule.name for rule in state.decisions)
            for rules in (state.timers, state.decisions, state.requests, state.spontaneous):
                found |= names_bound(tuple(rule.loop for rule in rules))
    for definition in machine.definitions:
        found.update(name for name, _ in definition.arguments)
        found |= names_bound(definition.body)
    for promise in machine.properties:
        found |= names_bound((promise.expressions, promise.quantifier))
    return {value_name(name) for name in found}


def method_part(name: str) -> str:
    """Return a name of the spec as a part of a method's name."""
    return part_name(name)
