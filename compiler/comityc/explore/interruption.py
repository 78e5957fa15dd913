"""Ctrl-C in: the search that runs is cut and told, like one that met a limit, and those behind it are not begun.

A second Ctrl-C stops at once. Only commands ask for this; elsewhere Ctrl-C does what it always does.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_LOOK_UP = 1.0
"""So many seconds go by before a process that works for another looks whether that one is still there."""


class _Wish:
    asked = False


def asked() -> bool:
    """Say whether somebody pressed Ctrl-C."""
    return _Wish.asked


@contextmanager
def by_ctrl_c() -> Iterator[None]:
    """Take note of Ctrl-C instead of stopping at once."""
    _Wish.asked = False
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread alone
        return
    before = signal.signal(signal.SIGINT, _take_note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _Wish.asked = False  # what comes after it was not meant


def as_passed_on() -> None:
    """In a process that works for another: take note of Ctrl-C however often it is passed on. Who asked may end the process."""
    signal.signal(signal.SIGINT, lambda number, frame: setattr(_Wish, "asked", True))


def end_with(first: int) -> None:
    """In a process that works for another, the `first`: end as soon as that one has, by whatever signal."""

    def watch() -> None:
        while os.getppid() == first:
            time.sleep(_LOOK_UP)
        os._exit(1)

    threading.Thread(target=watch, name="end_with", daemon=True).start()


def _take_note(number: int, frame: Any) -> None:
    if _Wish.asked:
        raise KeyboardInterrupt
    _Wish.asked = True
