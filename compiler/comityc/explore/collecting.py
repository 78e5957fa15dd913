"""Work that makes millions of lasting objects and hardly any garbage, done without Python looking through them for it again and again."""

import gc
from collections.abc import Callable
from time import perf_counter
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

LONG = 1.0
"""After so many seconds of work, what it leaves behind is worth a look through everything."""


def uncollected(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what the work returns; what it leaves in cycles, such as a search that is over, goes at the end."""
    was_on, started = gc.isenabled(), perf_counter()
    gc.disable()
    try:
        return work(*args, **kwargs)
    finally:
        if was_on:
            gc.enable()
            if perf_counter() - started > LONG:
                gc.collect()
