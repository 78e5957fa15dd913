"""An event loop whose clock jumps: when nothing can happen before the next deadline, it is that late already.

Made for runs and tests that are over at once and the same every time. A handler may wait with `asyncio.sleep`; one that
waits for the world outside (a network, a thread) needs real time.
"""

import asyncio
import selectors
from typing import Any


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time, which starts at 0."""

    def __init__(self) -> None:
        self._seconds = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._seconds

    def jump(self, seconds: float) -> None:
        """Let time pass at once."""
        self._seconds += seconds


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for a deadline, moves the clock there."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        """Return what is ready now; a positive timeout passes at once."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self._loop.jump(timeout)
        return ready
