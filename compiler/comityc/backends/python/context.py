"""Where an expression stands: what each place of a generated module has to say to the emitter of expressions."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from comityc.backends.python.names import Names
from comityc.machine.expressions import DefinitionName, Expression
from comityc.naming import value_name


class Context(ABC):
    """Where an expression stands: how parameters, variables, instances and the event are reached there."""

    names: Names

    @abstractmethod
    def parameter(self, name: str) -> str:
        """A parameter of the protocol."""

    @abstractmethod
    def variable(self, name: str) -> str:
        """A variable of the acting instance."""

    @abstractmethod
    def shared(self, name: str) -> str:
        """A shared variable."""

    def is_known(self, name: str) -> bool:
        """Whether a variable that may be none was just given a value."""
        return False

    def local(self, name: str) -> str:
        """A name bound nearby."""
        return value_name(name)

    @abstractmethod
    def me(self) -> str:
        """The acting instance."""

    @abstractmethod
    def sender(self) -> str:
        """The sender of the message."""

    @abstractmethod
    def received(self) -> str:
        """The message."""

    @abstractmethod
    def now(self) -> str:
        """The clock."""

    @abstractmethod
    def others(self) -> str:
        """All of the own role but oneself."""

    @abstractmethod
    def instances(self, role: str) -> str:
        """All instances of a role."""

    @abstractmethod
    def instance_at(self, role: str, index: str) -> str:
        """One instance of a role, by number."""

    @abstractmethod
    def state_of(self, instance: Expression, role: str) -> str:
        """The whole state of an instance."""

    @abstractmethod
    def struck(self, condition: str) -> str:
        """The set of the crashed or the byzantine instances."""

    @abstractmethod
    def call(self, definition: DefinitionName, arguments: Sequence[str]) -> str:
        """The use of a definition."""

    @abstractmethod
    def key_function(self, definition: DefinitionName) -> str:
        """A definition with one argument, as a function."""

    @abstractmethod
    def before(self) -> "Context":
        """The context of `old(...)`."""

    @abstractmethod
    def digest(self) -> str:
        """The function that seals."""

    @abstractmethod
    def fresh(self) -> str:
        """The next fresh id."""

    @abstractmethod
    def acts(self, act: str, arguments: Sequence[tuple[str, str]]) -> str:
        """The acts that took effect, with these arguments."""
