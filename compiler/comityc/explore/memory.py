"""How many bytes of memory this process has in use, and how many the machine has left, as far as the system tells."""

import os
from pathlib import Path
from typing import NamedTuple

_PAGES = Path("/proc/self/statm")
_MACHINE = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")
"""Where version 2 of control groups says how much a container may use."""

LIMIT_MET = "the search has taken its share of the memory allowed; deciding the properties takes the rest"
_WITH_STEPS, _WITHOUT = 0.4, 0.6
"""The share of the memory allowed that a search takes. Where steps are kept, what comes in the end is decided by them all at once."""
_KEPT_FREE = 16
"""A sixteenth of the memory is kept free: what a search takes between two looks, and what judging takes after it, has to fit in there."""


class Left(NamedTuple):
    """How many bytes may still be taken, of how many in all."""

    free: int
    whole: int

    @property
    def scarce(self) -> bool:
        """Whether so little is left that a search had better end than be killed."""
        return self.free < self.whole // _KEPT_FREE


def memory_in_use() -> int:
    """Return the resident memory; where only its peak is told, that; 0 where nothing is."""
    try:
        return int(_PAGES.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        pass
    try:
        import resource  # not on every system
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def for_search(allowed: int | None, *, keeps_steps: bool) -> int | None:
    """Return how many of the bytes that a command may take are for the search."""
    return None if allowed is None else int(allowed * (_WITH_STEPS if keeps_steps else _WITHOUT))


def memory_left() -> Left | None:
    """Return what the machine, or the container if that allows less, has left; None where nobody tells."""
    told = [one for one in (_left_in_machine(), _left_in_group()) if one is not None]
    return min(told, default=None)


def _left_in_machine() -> Left | None:
    try:
        lines = (line.split() for line in _MACHINE.read_text(encoding="ascii").splitlines())
        kilobytes = {line[0]: int(line[1]) for line in lines if len(line) > 1}
        return Left(kilobytes["MemAvailable:"] * 1024, kilobytes["MemTotal:"] * 1024)
    except (OSError, ValueError, KeyError):
        return None


def _left_in_group() -> Left | None:
    try:
        most = int((_GROUP / "memory.max").read_text(encoding="ascii"))  # "max" where there is no limit
        taken = int((_GROUP / "memory.current").read_text(encoding="ascii"))
        lines = (line.split() for line in (_GROUP / "memory.stat").read_text(encoding="ascii").splitlines())
        given_back = int(dict(lines)["inactive_file"])  # pages of files that the system takes back when it needs room
        return Left(most - taken + given_back, most)
    except (OSError, ValueError, KeyError):
        return None


def in_words(count: int) -> str:
    """Return a number of bytes as people say it: `4 GB`, `1.5 MB`."""
    unit = next((unit for unit in ("GB", "MB", "KB") if count >= _BYTES[unit]), "bytes")
    return f"{count / _BYTES[unit]:.3g} {unit}"


_BYTES = {"GB": 1e9, "MB": 1e6, "KB": 1e3, "bytes": 1}
