"""The C of this room, loaded; None where there is no compiler, or as long as it is being built for small work."""

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comityc.explore.building import Build

LARGE = 2_000
"""For work on so many states or more it pays to wait until the library is built."""


class GraphStructure(ctypes.Structure):
    """A graph as the library has it."""

    _fields_ = [
        ("count", ctypes.c_int64),
        ("offsets", ctypes.c_void_p),
        ("targets", ctypes.c_void_p),
        ("labels", ctypes.c_void_p),
    ]


def library(size: int) -> ctypes.CDLL | None:
    """Return the library for work on so many states."""
    return _build().ready(wait=size >= LARGE)


def address(array: Any) -> int:
    """Return where an array begins, which must be of one piece; None is nowhere."""
    if array is None:
        return 0
    assert isinstance(array, np.ndarray)
    assert array.flags.c_contiguous
    return int(array.ctypes.data)


def as_mask(mask: NDArray[Any]) -> NDArray[np.uint8]:
    """Return a mask of booleans as the library has it, without a copy where it is of one piece."""
    return np.ascontiguousarray(mask, dtype=np.bool_).view(np.uint8)


@cache
def _build() -> Build:
    return Build(Path(__file__).with_name("graphs.c"), (), _prepare)


def _prepare(library: ctypes.CDLL) -> None:
    graph, array, number = ctypes.POINTER(GraphStructure), ctypes.c_void_p, ctypes.c_int64
    takes = {
        "reach_backward": [graph, array, array, array],
        "reach_forward": [graph, array, array, array],
        "with_step": [graph, array, array, array],
        "components": [graph, array, array],
        "enabled_in": [graph, number, array, array, array],
        "owed_in_parts": [graph, number, *[array] * 6],
        "classify": [number, number, array, number, number, number, array, array, array, ctypes.c_uint64, array, array],
        "class_steps": [graph, array, number, number, array, array, array, array],
    }
    gives = ("components", "classify", "class_steps")
    for name, arguments in takes.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = number if name in gives else None
