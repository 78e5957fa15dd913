"""Ctrl-C in: the search that runs is cut and told, like one that met a limit, and those behind it are not begun.

A second Ctrl-C stops at once. SIGTERM, by which pipelines and `timeout` end a command, is taken as Ctrl-C is. Only commands ask for this;
elsewhere both do what they always do.
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
    asked: signal.Signals | None = None


def asked() -> bool:
    """Say whether somebody pressed Ctrl-C, or asked in another way to come to an end."""
    return _Wish.asked is not None


def asked_by() -> signal.Signals:
    """Return the signal that asked."""
    return _Wish.asked or signal.SIGINT


def how() -> str:
    """Say how somebody asked, as people know it."""
    return "SIGTERM" if _Wish.asked == signal.SIGTERM else "Ctrl-C"


@contextmanager
def by_ctrl_c() -> Iterator[None]:
    """Take note of Ctrl-C instead of stopping at once."""
    _Wish.asked = None
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread alone
        return
    before = {number: signal.signal(number, _take_note) for number in _ASKING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _Wish.asked = None  # what comes after it was not meant


def as_passed_on() -> None:
    """In a process that works for another: take note of Ctrl-C however often it is passed on. Who asked may end the process."""
    for one in _ASKING:
        signal.signal(one, lambda number, frame: setattr(_Wish, "asked", signal.Signals(number)))


def end_with(first: int) -> None:
    """In a process that works for another, the `first`: end as soon as that one has, by whatever signal."""

    def watch() -> None:
        while os.getppid() == first:
            time.sleep(_LOOK_UP)
        os._exit(1)

    threading.Thread(target=watch, name="end_with", daemon=True).start()


_ASKING = (signal.SIGINT, signal.SIGTERM)


def _take_note(number: int, frame: Any) -> None:
    if _Wish.asked is None:
        _Wish.asked = signal.Signals(number)
    elif number == signal.SIGINT:  # `timeout` sends SIGTERM twice, to the process and to its group
        raise KeyboardInterrupt
