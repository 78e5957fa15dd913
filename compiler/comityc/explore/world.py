"""The messages under way, and a global state as property functions and stories read it (`World`, `Happening` of the runtime)."""

from typing import Any, NamedTuple

from comity.values import Instance
from comity.world import Happening, World

__all__ = ["Envelope", "Happening", "World"]


class Envelope(NamedTuple):
    """A message under way."""

    sender: Instance
    receiver: Instance
    message: Any
