"""A whole protocol at one moment, as models and properties look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from comity.values import Instance


class Happening(NamedTuple):
    """An act that took effect; `undone` says whether it was undone since."""

    act: str
    arguments: Any
    undone: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """The states of all instances by role and number, who is down, which acts took effect in which order, who is not there."""

    parameters: Any
    states: Mapping[str, tuple[Any, ...]]
    shared: Any = None
    crashed: frozenset[Instance] = frozenset()
    byzantine: frozenset[Instance] = frozenset()
    acts: tuple[Happening, ...] = ()
    absent: frozenset[Instance] = frozenset()
