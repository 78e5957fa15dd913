"""How many processors a search may use: those of this process, shared with whoever searches beside it."""

import os
from collections.abc import Callable


class _Share:
    searchers: Callable[[], int] = staticmethod(lambda: 1)


def processors() -> int:
    """Return how many processors there are for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> int:
    """Return how many threads one search may use now."""
    return max(processors() // max(_Share.searchers(), 1), 1)


def share_with(searchers: Callable[[], int]) -> None:
    """Let what a search may use depend on how many search at the moment, itself included."""
    _Share.searchers = staticmethod(searchers)
