"""A global state as property functions and stories read it: the states of all instances, who is down, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from comity.values import Instance


class Happening(NamedTuple):
    """An act that took effect; `undone` says whether it was undone since. `arguments` is what the module makes of them."""

    act: str
    arguments: Any
    undone: bool = False


class Envelope(NamedTuple):
    """A message under way."""

    sender: Instance
    receiver: Instance
    message: Any


@dataclass(frozen=True, slots=True)
class World:
    """A global state, decoded. `states` maps a role to the states of its instances, by number, down or byzantine ones too.

    `crashed` holds those that are down, for now or for good. `acts` is in order of taking effect within each act;
    acts that no property asks about are not recorded.
    """

    parameters: Any
    states: Mapping[str, tuple[Any, ...]]
    shared: Any = None
    crashed: frozenset[Instance] = frozenset()
    byzantine: frozenset[Instance] = frozenset()
    acts: tuple[Happening, ...] = ()
