"""A file of C in; a loaded library out, where there is a compiler. It is built once and kept in the user's cache.

The build runs beside the work, which goes on without the library until it is there.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Thread

_FLAGS = ("-O2", "-march=native", "-shared", "-fPIC", "-pthread")


@cache
def compiler() -> str | None:
    """Return the C compiler of this machine: `CC`, or the first of the usual ones."""
    if sys.platform == "win32":
        return None  # the kernel asks for memory as POSIX systems have it
    named = os.environ.get("CC")
    return next((path for name in (named, "cc", "gcc", "clang") if name and (path := shutil.which(name))), None)


class Build:
    """One library, built or being built."""

    def __init__(
        self, source: Path, defines: tuple[str, ...], prepare: Callable[[ctypes.CDLL], None], *, possible: bool = True
    ) -> None:
        """`defines` are flags that make one library of a source differ from another; `prepare` says what its functions take."""
        self._source, self._defines, self._prepare = source, defines, prepare
        self._path = _cached(source, defines)
        self._library: ctypes.CDLL | None = None
        self._failed = compiler() is None or not possible
        self._thread: Thread | None = None
        if not self._failed and not self._path.exists():
            self._thread = Thread(target=self._build, daemon=True)
            self._thread.start()

    def ready(self, *, wait: bool = False) -> ctypes.CDLL | None:
        """Return the library if it is there; with `wait`, as soon as it is. None for good where it cannot be built."""
        if self._thread is not None:
            if not wait and self._thread.is_alive():
                return None
            self._thread.join()
        if self._library is None and not self._failed:
            try:
                self._library = ctypes.CDLL(str(self._path))
                self._prepare(self._library)
            except OSError:
                self._failed = True
        return self._library

    @property
    def hopeless(self) -> bool:
        """Whether the library will never be there."""
        return self._failed

    def _build(self) -> None:
        command = compiler()
        if command is None:
            raise AssertionError("a build needs a compiler")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._path.parent) as folder:
                made = Path(folder) / "made.so"
                arguments = [command, *_FLAGS, *self._defines, "-o", str(made), str(self._source)]
                subprocess.run(arguments, check=True, capture_output=True)
                made.replace(self._path)
        except (OSError, subprocess.CalledProcessError):
            self._failed = True


def _cached(source: Path, defines: tuple[str, ...]) -> Path:
    """Return where a library is kept: its name says what it was made of, the files named after it too, and for which processor."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    flags = " ".join((*_FLAGS, *defines)).encode()
    sources = (path.read_bytes() for path in (source, *sorted(source.parent.glob(f"{source.stem}_*.h"))))
    parts = (*sources, flags, (compiler() or "").encode(), _processor().encode())
    name = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
    return Path(base) / "comity" / f"{source.stem}-{name}.so"


@cache
def _processor() -> str:
    """Return what tells processors apart for which code differs."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return os.uname().machine
    return next((line for line in lines if line.startswith(("flags", "Features"))), "") + os.uname().machine
