"""What a host asks of an agent, and how the class that a user wrote answers it."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from comity.errors import ComityError
from comity.values import Instance


class Question(NamedTuple):
    """A decision that is open for the instance `me`, which is in `state`.

    `domain` holds the values to choose from, as a tuple or a range; None when any value of the type will do, or there is none to choose
    (`has_value` tells). `refusal` says what was wrong with the answer before, if it was refused.
    """

    me: Instance
    decision: str
    element: Any
    domain: Sequence[Any] | None
    has_value: bool
    state: Any
    parameters: Any
    refusal: str | None = None


class Task(NamedTuple):
    """An act that the instance `me` asks for. `key` is its idempotency key: the same however often one act is tried."""

    me: Instance
    act: str
    element: Any
    arguments: Any
    outcomes: tuple[str, ...]
    state: Any
    parameters: Any
    key: str


class Agent(Protocol):
    """Whoever decides and acts for one or more instances. An answer may be awaited."""

    def decide(self, question: Question) -> Any | Awaitable[Any]:
        """Return the decided value; None (or False, where there is no value) to leave it open until the state changes."""

    def perform(self, task: Task) -> str | Awaitable[str | None] | None:
        """Do it and return the outcome; None when the outcome is not known."""


class HandlerAgent:
    """An object of the user's with one method per decision and per act, each named like it (`count_` where Python has the name).

    A method for a decision takes a `Question`, one for an act takes a `Task`; either may be async.
    """

    def __init__(self, role: str, handler: object) -> None:
        self._role = role
        self._handler = handler

    def decide(self, question: Question) -> Any | Awaitable[Any]:
        """Ask the method with the name of the decision."""
        return self._method(question.decision, "decision")(question)

    def perform(self, task: Task) -> str | Awaitable[str | None] | None:
        """Ask the method with the name of the act."""
        outcome: str | Awaitable[str | None] | None = self._method(task.act, "act")(task)
        return outcome

    def _method(self, name: str, what: str) -> Any:
        method = getattr(self._handler, f"{name}_", None) or getattr(self._handler, name, None)
        if method is None:
            kind = type(self._handler).__name__
            raise ComityError(f"{kind} handles {self._role} but has no method `{name}` for the {what} of that name")
        return method


class Passive:
    """Decides nothing, and says of each act that it succeeded."""

    def decide(self, question: Question) -> None:
        """Leave it open."""

    def perform(self, task: Task) -> str:
        """Return the first outcome, which means that it took effect."""
        return task.outcomes[0]


def agents_for(handlers: Mapping[str, object], instances: tuple[Instance, ...]) -> dict[Instance, Agent]:
    """Give each instance its agent: the handler under its own name (`voter[1]`), or else under that of its role."""
    known = {str(me) for me in instances} | {me.role for me in instances}
    for name in handlers:
        if name not in known:
            raise ComityError(f"no role or instance `{name}` here to handle; there are {', '.join(sorted(known))}")
    agents: dict[Instance, Agent] = {}
    for me in instances:
        handler = handlers.get(str(me), handlers.get(me.role))
        if handler is None:
            agents[me] = Passive()
        elif hasattr(handler, "decide") and hasattr(handler, "perform"):
            agents[me] = handler
        else:
            agents[me] = HandlerAgent(me.role, handler)
    return agents
