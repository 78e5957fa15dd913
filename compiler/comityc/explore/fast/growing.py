"""Arrays that grow by doubling and tell a structure of the kernel where they are."""

from typing import Any

import numpy as np

from comityc.explore.fast.structures import TablesStructure, address


class Growing:
    """One array of a structure, by the name of its pointer there."""

    def __init__(self, structure: TablesStructure, name: str, dtype: Any, fill: int = 0, width: int = 1) -> None:
        """`width` entries belong together, as the words of a mask."""
        self._structure, self._name, self._fill, self._width = structure, name, fill, width
        self.length = 0
        self.data: np.ndarray[tuple[int], np.dtype[Any]] = self._made(256, dtype)
        setattr(structure, name, address(self.data))

    def _made(self, capacity: int, dtype: Any) -> "np.ndarray[tuple[int], np.dtype[Any]]":
        made = np.zeros(capacity * self._width, dtype=dtype)
        if self._fill:
            made[:] = self._fill
        return made

    def reserve(self, length: int) -> None:
        """Make it so long; what is new is filled."""
        capacity = len(self.data) // self._width
        if length > capacity:
            while capacity < length:
                capacity *= 2
            grown = self._made(capacity, self.data.dtype)
            grown[: self.length * self._width] = self.data[: self.length * self._width]
            self.data = grown
            setattr(self._structure, self._name, address(grown))
        self.length = max(self.length, length)

    def append(self, value: Any) -> int:
        """Add an entry and return its number."""
        at = self.length
        self.reserve(at + 1)
        self.data[at] = value
        return at

    def extend(self, values: list[Any]) -> tuple[int, int]:
        """Add entries and return where they begin and end."""
        at = self.length
        self.reserve(at + len(values))
        for number, value in enumerate(values, at):
            self.data[number] = value
        return at, self.length


class Arrays:
    """An array of arrays of one type, by the name of its pointer; each grows by itself."""

    def __init__(self, structure: TablesStructure, name: str, dtype: Any, fill: int = 0) -> None:
        self._addresses = Growing(structure, name, np.uint64)
        self._dtype, self._fill = dtype, fill
        self.data: list[np.ndarray[tuple[int], np.dtype[Any]]] = []

    def __getitem__(self, at: int) -> "np.ndarray[tuple[int], np.dtype[Any]]":
        return self.data[at]

    def append(self, length: int) -> None:
        """Add an array of at least this length."""
        self.data.append(self._made(max(length, 16)))
        self._addresses.append(address(self.data[-1]))

    def reserve(self, at: int, length: int) -> bool:
        """Make one of the arrays so long; return whether it had to grow."""
        old = self.data[at]
        if length <= len(old):
            return False
        capacity = len(old)
        while capacity < length:
            capacity *= 2
        grown = self._made(capacity)
        grown[: len(old)] = old
        self.data[at] = grown
        self._addresses.data[at] = address(grown)
        return True

    def _made(self, length: int) -> "np.ndarray[tuple[int], np.dtype[Any]]":
        return np.full(length, self._fill, dtype=self._dtype)
