"""Statements come in one by one, each with its depth; the lines of the module go out, broken where they are too long."""

from collections.abc import Iterator
from contextlib import contextmanager

from comityc.backends.python.layout import wrap, wrap_signature
from comityc.backends.python.literals import docstring


class Writer:
    """Collects lines at a depth that `block` deepens."""

    def __init__(self, depth: int = 0) -> None:
        self.lines: list[str] = []
        self._depth = depth

    def add(self, prefix: str, expression: str = "", suffix: str = "") -> None:
        """Add a statement: what stands before the expression, the expression, and what stands behind it."""
        if expression:
            self.lines.extend(wrap(prefix, expression, suffix, indent=4 * self._depth))
        else:
            self.lines.append(f"{' ' * 4 * self._depth}{prefix}" if prefix else "")

    def blank(self, count: int = 1) -> None:
        """Add empty lines."""
        self.lines.extend([""] * count)

    def doc(self, text: str) -> None:
        """Add a docstring."""
        self.lines.extend(docstring(text, indent=4 * self._depth))

    def extend(self, lines: list[str]) -> None:
        """Add lines that were written elsewhere, at the same depth."""
        self.lines.extend(lines)

    @property
    def depth(self) -> int:
        """How deep the next line stands."""
        return self._depth

    @contextmanager
    def block(self) -> Iterator[None]:
        """Go one level deeper."""
        self._depth += 1
        yield
        self._depth -= 1

    @contextmanager
    def function(self, name: str, parameters: list[str], returns: str) -> Iterator[None]:
        """Begin a function, and go into its body."""
        self.lines.extend(wrap_signature(name, parameters, returns, indent=4 * self._depth))
        with self.block():
            yield
