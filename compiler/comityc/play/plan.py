"""A scenario of the machine and the generated module in, its plan out: the same with values and functions in place of expressions."""

from collections.abc import Callable, Mapping
from typing import Any

from comity.values import Instance
from comity.world import World
from comityc.records import dataclass

Condition = Callable[[World], bool]
"""Says whether something holds in the world as it is."""


@dataclass(frozen=True, slots=True)
class AnswerList:
    """Answers for a decision or an act of a role, or (with a `number`) of one instance of it."""

    role: str
    number: int | None
    name: str
    values: tuple[Any, ...]


class Answering:
    """Lists of answers that are used up from the front; an instance's own list counts in place of that of its role."""

    def __init__(self, lists: tuple[AnswerList, ...]) -> None:
        self._lists = [(answers, list(answers.values)) for answers in lists]

    def of(self, me: Instance, name: str) -> list[Any] | None:
        """Return what is left of the list that counts for an instance; None when there is none."""
        fitting = [(a, left) for a, left in self._lists if a.name == name and a.role == me.role]
        for answers, left in fitting:
            if answers.number == me.number:
                return left
        return next((left for answers, left in fitting if answers.number is None), None)


@dataclass(frozen=True, slots=True)
class SentBy:
    """Messages of one type that a role, or one instance of it, sends."""

    role: str
    number: int | None
    kind: type

    def fits(self, sender: Instance, message: object) -> bool:
        """Whether this message of this sender is meant."""
        return type(message) is self.kind and sender.role == self.role and self.number in (None, sender.number)


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule: what is answered, held back, lost and stopped, and what has to hold at the end.

    `ordered` says that messages between two instances keep their order; those `in_order` keep it in any case. `undoes` maps an
    act to the one that it undoes. In a model (`looks`), instances see each other and the shared state.
    """

    name: str
    parameters: Any
    decisions: tuple[AnswerList, ...] = ()
    performs: tuple[AnswerList, ...] = ()
    hold: tuple[tuple[SentBy, Condition], ...] = ()
    lose: tuple[SentBy, ...] = ()
    crash: tuple[tuple[Callable[[World], Instance], Condition], ...] = ()
    expect: Condition | None = None
    ordered: bool = True
    in_order: frozenset[type] = frozenset()
    undoes: Mapping[str, str] | None = None
    looks: bool = False
