"""The kernel's C in; a loaded library out, where there is a compiler. It is built once for each number of words and kept in a cache.

The build runs beside the search, which goes on without it until it is there.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from threading import Thread

from comityc.explore.fast.structures import EngineStructure

_FLAGS = ("-O2", "-march=native", "-shared", "-fPIC", "-pthread")
_MOST_WORDS = 16


@cache
def compiler() -> str | None:
    """Return the C compiler of this machine: `CC`, or the first of the usual ones."""
    if sys.platform == "win32":
        return None  # the kernel asks for memory as POSIX systems have it
    named = os.environ.get("CC")
    return next((path for name in (named, "cc", "gcc", "clang") if name and (path := shutil.which(name))), None)


class Build:
    """One library, built or being built."""

    def __init__(self, words: int) -> None:
        self._path = _cached(words)
        self._library: ctypes.CDLL | None = None
        self._failed = compiler() is None or words > _MOST_WORDS
        self._thread: Thread | None = None
        if not self._failed and not self._path.exists():
            self._thread = Thread(target=self._build, args=(words,), daemon=True)
            self._thread.start()

    def ready(self, *, wait: bool = False) -> ctypes.CDLL | None:
        """Return the library if it is there; with `wait`, as soon as it is. None for good where it cannot be built."""
        if self._thread is not None:
            if not wait and self._thread.is_alive():
                return None
            self._thread.join()
        if self._library is None and not self._failed:
            try:
                self._library = _load(self._path)
            except OSError:
                self._failed = True
        return self._library

    @property
    def hopeless(self) -> bool:
        """Whether the library will never be there."""
        return self._failed

    def _build(self, words: int) -> None:
        command = compiler()
        if command is None:
            raise AssertionError("a build needs a compiler")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._path.parent) as folder:
                made = Path(folder) / "kernel.so"
                arguments = [command, *_FLAGS, f"-DW={words}", "-o", str(made), str(_SOURCE)]
                subprocess.run(arguments, check=True, capture_output=True)
                made.replace(self._path)
        except (OSError, subprocess.CalledProcessError):
            self._failed = True


@cache
def build(words: int) -> Build:
    """Begin to build the kernel for states of so many words, unless that was done before."""
    return Build(words)


_SOURCE = Path(__file__).with_name("kernel.c")


def _cached(words: int) -> Path:
    """Return where a library is kept: its name says what it was made of, and for which processor."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    sources = (path.read_bytes() for path in sorted(_SOURCE.parent.glob("kernel*.[ch]")))
    parts = (*sources, " ".join(_FLAGS).encode(), (compiler() or "").encode(), _processor().encode())
    name = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
    return Path(base) / "comity" / f"kernel-{name}-{words}.so"


def _processor() -> str:
    """Return what tells processors apart for which code differs."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return os.uname().machine
    return next((line for line in lines if line.startswith(("flags", "Features"))), "") + os.uname().machine


def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    engine, u64 = ctypes.POINTER(EngineStructure), ctypes.c_uint64
    library.prepare.argtypes = [engine, u64, u64]
    library.dispose.argtypes = [engine]
    library.load.argtypes = [engine, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, u64]
    library.memory.argtypes = [engine]
    library.memory.restype = u64
    library.expand.argtypes = [engine, u64]
    library.sift.argtypes = [engine, u64, *([ctypes.c_void_p] * 5)]
    library.sift.restype = u64
    library.rebuild.argtypes = [engine, u64, ctypes.c_void_p, ctypes.c_void_p, u64]
    return library
