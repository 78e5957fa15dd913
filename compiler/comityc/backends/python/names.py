"""A machine comes in; what its parts are called in the generated module goes out, and the imports that these need."""

from comityc.diagnostics.codes_backends import NAME_CLASH, SAME_ACT_TWICE
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import NOWHERE, Span
from comityc.machine import value_types as types
from comityc.machine.model import Machine
from comityc.machine.value_types import ValueType
from comityc.naming import clashes, class_name, member_name, part_name, value_name

_OWN_CLASSES = ("Parameters", "SharedState")
_OWN_CONSTANTS = (
    "PROTOCOL",
    "ABI",
    "SPEC_HASH",
    "FRESH",
    "ROLES",
    "MESSAGES",
    "PROPERTIES",
    "QUANTIFIERS",
    "SCENARIOS",
)
_OWN_CONSTANTS_OF_CHECKING = ("GIVEN",)


class Names:
    """The names of one module. `use` notes an import; a name that the spec takes for itself is imported under another."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._imports: dict[str, dict[str, str]] = {}
        self._taken = {python for _, python, _ in _class_names(machine)} | set(_OWN_CLASSES)
        self.definitions = {definition.name: definition for definition in machine.definitions}

    # ---- classes and constants

    def type(self, name: str) -> str:
        """The class of an enum or a record."""
        return _free(class_name(name))

    def message(self, name: str) -> str:
        """The class of a message."""
        return _free(class_name(name))

    def at(self, role: str) -> str:
        """The enum of a role's control states."""
        return f"{class_name(role)}At"

    def control_state(self, role: str, state: str) -> str:
        """A control state."""
        return f"{self.at(role)}.{member_name(state)}"

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
        constant = member_name(role)
        return f"{constant}_" if constant in (*_OWN_CONSTANTS, *_OWN_CONSTANTS_OF_CHECKING) else constant

    # ---- imports

    def use(self, module: str, name: str) -> str:
        """Import a name, and return what it is called here."""
        alias = f"Comity{name}" if name in self._taken else name
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


def _free(name: str) -> str:
    return f"{name}_" if name in _OWN_CLASSES else name


def _class_names(machine: Machine) -> list[tuple[str, str, Span]]:
    """Return what becomes a class: how the spec calls it, how Python does, and where it stands."""
    found: list[tuple[str, str, Span]] = []
    for declared in machine.types:
        if isinstance(declared, types.EnumType | types.RecordType):
            found.append((declared.name, _free(class_name(declared.name)), NOWHERE))
    found.extend((m.name, _free(class_name(m.name)), m.span) for m in machine.messages)
    for role in machine.roles:
        for ending in ("At", "State", "Machine", "Handler"):
            found.append((f"{role.name}", f"{class_name(role.name)}{ending}", role.span))
    for act in machine.acts:
        for ending in ("Arguments", "Outcome"):
            found.append((act.name, f"{class_name(act.name)}{ending}", act.span))
    return found


def check_names(machine: Machine) -> tuple[Diagnostic, ...]:
    """Report names of the spec that would become one name in Python, and acts whose outcomes could not be told apart."""
    return (*_clashing_classes(machine), *_clashing_members(machine), *_acts_asked_twice(machine))


def _clashing_classes(machine: Machine) -> list[Diagnostic]:
    classes = _class_names(machine)
    places = {name: span for name, _, span in reversed(classes)}
    return [
        _clash(clash.names, clash.python_name, places[clash.names[-1]])
        for clash in clashes((name, python) for name, python, _ in classes)
    ]


def _clashing_members(machine: Machine) -> list[Diagnostic]:
    """Look for clashes among the names that share one class: words, states, fields, variables, decisions and acts."""
    groups: list[tuple[Span, list[tuple[str, str]]]] = []
    for declared in machine.types:
        if isinstance(declared, types.EnumType):
            groups.append((NOWHERE, [(word, member_name(word)) for word in declared.words]))
        elif isinstance(declared, types.RecordType):
            groups.append((NOWHERE, [(field.name, value_name(field.name)) for field in declared.fields]))
    groups.extend((m.span, [(field.name, value_name(field.name)) for field in m.fields]) for m in machine.messages)
    for role in machine.roles:
        groups.append((role.span, [(state.name, member_name(state.name)) for state in role.states]))
        groups.append((role.span, [(v.name, value_name(v.name)) for v in role.variables]))
        decisions = {rule.name for state in role.states for rule in state.decisions}
        acts = {rule.act for state in role.states for rule in state.requests}
        asked = [(f"{name} (decision)", name) for name in sorted(decisions)] + [(f"{n} (act)", n) for n in sorted(acts)]
        groups.append((role.span, [(label, value_name(name)) for label, name in asked]))
    return [_clash(clash.names, clash.python_name, span) for span, group in groups for clash in clashes(group)]


def _clash(names: tuple[str, ...], python_name: str, span: Span) -> Diagnostic:
    listed = " and ".join(f"`{name}`" for name in names)
    return NAME_CLASH.at(span, f"{listed} would both be `{python_name}` in Python", help="rename one of them")


def _acts_asked_twice(machine: Machine) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for role in machine.roles:
        for state in role.states:
            acts: set[str] = set()
            for rule in state.requests:
                if rule.act in acts:
                    place = rule.outcomes[0][1][0].span if rule.outcomes and rule.outcomes[0][1] else state.span
                    found.append(
                        SAME_ACT_TWICE.at(
                            place,
                            f"`{state.name}` asks for `{rule.act}` in two ways",
                            help="ask for one after the other, or give the acts different names",
                        )
                    )
                acts.add(rule.act)
    return found


def method_part(name: str) -> str:
    """Return a name of the spec as a part of a method's name."""
    return part_name(name)
