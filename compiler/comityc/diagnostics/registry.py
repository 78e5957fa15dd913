"""A block of codes: rows come in one by one, a mapping by number goes out.

Each room of the compiler that finds something owns a block, in a module of its own beside this one:

    BLOCK = Block("CMY02", "CMY04")
    UNKNOWN_NAME = BLOCK.error("CMY0201", "unknown-name", "A name is used that nothing declares.")

and reports with `UNKNOWN_NAME.at(name.span, f"unknown name `{name.text}`", help=did_you_mean(name.text, known))`.
A row goes with a page `explain/CMY0201.md` and a rejected spec `tests/golden/diagnostics/CMY0201-<topic>.yaml`.
"""

import re
from collections.abc import Iterator, Mapping

from comityc.diagnostics.diagnostic import Code

_NUMBER = re.compile(r"CMY[0-9]{4}")


class Block(Mapping[str, Code]):
    """The codes of one room, by number; filled while its module is loaded, and never after."""

    def __init__(self, *prefixes: str) -> None:
        self._prefixes = prefixes
        self._codes: dict[str, Code] = {}

    def error(self, number: str, name: str, sentence: str) -> Code:
        """Register an error: the compiler stops after the stage that reports it."""
        return self._register(Code(number, name, "error", sentence))

    def warning(self, number: str, name: str, sentence: str) -> Code:
        """Register a warning: the spec compiles, but says something that it hardly means."""
        return self._register(Code(number, name, "warning", sentence))

    def _register(self, code: Code) -> Code:
        if not _NUMBER.fullmatch(code.number) or not code.number.startswith(self._prefixes):
            raise ValueError(f"{code.number} is not a number of this block: {', '.join(self._prefixes)}")
        if code.number in self._codes:
            raise ValueError(f"{code.number} is registered twice")
        self._codes[code.number] = code
        return code

    def __getitem__(self, number: str) -> Code:
        return self._codes[number]

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)
