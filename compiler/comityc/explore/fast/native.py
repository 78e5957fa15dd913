"""A number of words in; the kernel for states of so many words out, where there is a C compiler."""

import ctypes
from functools import cache
from pathlib import Path

from comityc.explore.building import Build
from comityc.explore.building import compiler as compiler
from comityc.explore.fast.structures import EngineStructure

_MOST_WORDS = 16
_SOURCE = Path(__file__).with_name("kernel.c")


@cache
def build(words: int) -> Build:
    """Begin to build the kernel for states of so many words, unless that was done before."""
    return Build(_SOURCE, (f"-DW={words}",), _prepare, possible=words <= _MOST_WORDS)


def _prepare(library: ctypes.CDLL) -> None:
    engine, u64 = ctypes.POINTER(EngineStructure), ctypes.c_uint64
    library.prepare.argtypes = [engine, u64, u64]
    library.dispose.argtypes = [engine]
    library.held.restype = ctypes.c_int64
    library.load.argtypes = [engine, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, u64]
    library.memory.argtypes = [engine]
    library.memory.restype = u64
    library.expand.argtypes = [engine, u64]
    library.way_to.argtypes = [engine, u64, u64, u64, ctypes.POINTER(ctypes.c_int32)]
    library.way_to.restype = ctypes.c_int64
    library.rebuild.argtypes = [engine, u64, ctypes.c_void_p, ctypes.c_void_p, u64]
