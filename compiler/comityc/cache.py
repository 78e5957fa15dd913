"""What a file was made into comes in, under a key; the same comes out the next time, when nothing it was made of has changed.

A key is the content of the file, its name, and the state of our own sources, so that an entry is never stale: one that is not asked
for any more is put away after a while. An entry that is damaged, or not ours, is as if it were not there. See ADR 18.
"""

import hashlib
import io
import os
import pickle
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

MOST_ENTRIES = 200
"""So many are kept; a new one puts the oldest away."""

_DIGEST = 32


class Cache:
    """Entries below the user's cache directory. Nothing is kept unless `open` was called: that is for commands, not for tests."""

    def __init__(self) -> None:
        """Begin as one that keeps nothing."""
        self._folder: str | None = None
        self._sources = b""

    def open(self) -> None:
        """Keep entries from now on, where this system says whose files are whose."""
        if not hasattr(os, "getuid") or os.environ.get("COMITY_NO_CACHE"):
            return
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118
        folder = os.path.join(base, "comity", "specs")  # noqa: PTH118  (pathlib is slow to import)
        with suppress(OSError):
            os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
            if _is_ours(os.stat(folder)):  # noqa: PTH116
                self._folder, self._sources = folder, _state_of_sources()

    def key(self, path: str) -> str | None:
        """Return what tells a file, as it is now, from any other; None where nothing is kept, or the file is no usual one."""
        if self._folder is None:
            return None
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return None
                text = file.read()
        except (OSError, ValueError):
            return None
        return hashlib.sha256(b"\0".join((self._sources, path.encode("utf-8", "surrogatepass"), text))).hexdigest()

    def get(self, key: str | None, kind: str) -> bytes | None:
        """Return what was put under a key, when it is there, whole and ours."""
        if key is None:
            return None
        try:
            with open(self._path(key, kind), "rb") as file:  # noqa: PTH123
                data = file.read() if _is_ours(os.fstat(file.fileno())) else b""
        except OSError:
            return None
        digest, content = data[:_DIGEST], data[_DIGEST:]
        return content if hashlib.sha256(content).digest() == digest else None

    def put(self, key: str | None, kind: str, content: bytes) -> None:
        """Keep something under a key; where that cannot be done, it is made again the next time."""
        if key is None:
            return
        beside = self._path(key, f"{kind}.{os.getpid()}")
        with suppress(OSError):
            self._make_room()
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
                file.write(hashlib.sha256(content).digest() + content)
            os.replace(beside, self._path(key, kind))  # noqa: PTH105  (all of it or nothing)

    def _path(self, key: str, kind: str) -> str:
        assert self._folder is not None
        return os.path.join(self._folder, f"{key}.{kind}")  # noqa: PTH118

    def _make_room(self) -> None:
        assert self._folder is not None
        with os.scandir(self._folder) as entries:
            by_age = sorted((entry.stat().st_mtime, entry.path) for entry in entries)
        for _, path in by_age[: max(0, len(by_age) + 1 - MOST_ENTRIES)]:
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108


def pickled(value: object) -> bytes:
    """Return a value as bytes."""
    return pickle.dumps(value, protocol=5)


def unpickled(content: bytes) -> Any:
    """Return the value again; None where it is of anything but our data."""
    try:
        return _OurData(io.BytesIO(content)).load()
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, IndexError, TypeError, ValueError):
        return None


class _OurData(pickle.Unpickler):
    """Makes nothing but classes of data: no function is called that the bytes name."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class of a machine or a finding, or a fraction."""
        if (module, name) == ("fractions", "Fraction") or module.startswith(
            ("comityc.machine.", "comityc.diagnostics.")
        ):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no data of ours")


def _is_ours(status: os.stat_result) -> bool:
    """Say whether a file or folder belongs to this user, and nobody else may write it."""
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _state_of_sources() -> bytes:
    """Return what changes whenever our own sources, or the Python that runs them, do."""
    told = [sys.version, *(f"{path} {size} {time}" for path, size, time in _files(os.path.dirname(__file__)))]  # noqa: PTH120
    return hashlib.sha256("\n".join(told).encode()).digest()


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry.path)
        elif entry.is_file():
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns


CACHE = Cache()
"""The one of this process."""
