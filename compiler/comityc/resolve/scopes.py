"""What a spec declares, by name: the tables that names are looked up in, filled by `names.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from comityc.diagnostics.span import Span
from comityc.machine.value_types import EnumType, RecordField, ValueType
from comityc.records import dataclass
from comityc.syntax import nodes


@dataclass(frozen=True, slots=True)
class ParameterSymbol:
    """A parameter with its type. `ranged`: a duration somewhere given as a range."""

    node: nodes.ParameterNode
    type: ValueType
    ranged: bool = False


@dataclass(frozen=True, slots=True)
class VariableSymbol:
    """A variable of a role, or a shared one."""

    node: nodes.VariableNode
    type: ValueType


@dataclass(frozen=True, slots=True)
class MessageSymbol:
    """A message type with its fields."""

    node: nodes.MessageNode
    fields: tuple[RecordField, ...]


@dataclass(frozen=True, slots=True)
class RoleSymbol:
    """A role: its variables, defines and states. `single` when it has no count."""

    node: nodes.RoleNode
    variables: Mapping[str, VariableSymbol]
    defines: Mapping[str, nodes.DefineNode]
    states: Mapping[str, Span]
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the stay in a part, and its states
    parts: Mapping[str, str] = field(default_factory=dict)  # by state: the part that it belongs to

    @property
    def name(self) -> str:
        """The name of the role."""
        return self.node.name.text

    @property
    def single(self) -> bool:
        """Whether there is exactly one instance."""
        return self.node.count is None


@dataclass(frozen=True, slots=True)
class Declarations:
    """All that a protocol declares. `types` holds aliases too; `declared_types` the enums and records in order."""

    protocol: nodes.Protocol
    parameters: Mapping[str, ParameterSymbol]
    types: Mapping[str, ValueType]
    declared_types: tuple[ValueType, ...]
    words: Mapping[str, tuple[EnumType, ...]]
    messages: Mapping[str, MessageSymbol]
    roles: Mapping[str, RoleSymbol]
    shared: Mapping[str, VariableSymbol]
    defines: Mapping[str, nodes.DefineNode]

    @property
    def looks_inside(self) -> bool:
        """Whether guards may look into any instance: in a spec with `shared:`, which may be empty."""
        return self.protocol.shared is not None

    def value_names(self, role: str | None) -> Iterator[str]:
        """All names that stand for a value in a role, or outside all roles; for suggestions."""
        yield from self.parameters
        yield from self.shared
        yield from self.defines
        yield from self.roles
        yield from self.words
        if role is not None:
            yield from self.roles[role].variables
            yield from self.roles[role].defines
